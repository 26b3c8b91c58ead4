/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

void signals_open(struct signals *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int signals_wait(void *signals, struct pollfd *fd)
{
	const struct signals *s = signals;

	fd->fd = s->fd;
	fd->events = POLLIN;
	return -1;
}

void signals_act(void *signals, short revents)
{
	struct signals *s = signals;
	struct signalfd_siginfo info;

	while (revents && read(s->fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			s->resized = true;
		else if (info.ssi_signo == SIGINT && !s->stopped)
			s->interrupted = s->stopped = true;
		else
			s->ended_by = (int)info.ssi_signo;
	}
}
