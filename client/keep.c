/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/clock.h"
#include "client/json.h"

#define EVERY_MS 1000
#define FILES_KEPT 50
#define FOLDER "trials/"

/* ---- The file ------------------------------------------------------------ */

/* Names begin with an experiment: time is what tells which is oldest. */
static void remove_oldest(const char *path)
{
	char dir[STATE_PATH], other[STATE_PATH + 256], oldest[sizeof(other)];
	struct timespec first = {0};
	unsigned files = 0;
	struct dirent *e;
	struct stat st;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		snprintf(other, sizeof(other), "%s/%s", dir, e->d_name);
		if (*e->d_name == '.' || stat(other, &st) != 0)
			continue;
		if (files++ && st.st_mtim.tv_sec >= first.tv_sec)
			continue;
		first = st.st_mtim;
		memcpy(oldest, other, sizeof(oldest));
	}
	if (d)
		closedir(d);
	if (files > FILES_KEPT)
		unlink(oldest);
}

/* False: it cannot be made, which is said once. */
static bool open_file(struct keep *k)
{
	time_t now = time(NULL);
	char file[48], when[16];
	struct tm tm;

	strftime(when, sizeof(when), "%m%d-%H%M%S", localtime_r(&now, &tm));
	for (unsigned n = 0; k->fd < 0 && n < 9; n++) {
		snprintf(k->name, sizeof(k->name), "%s-%s%.*s", k->word, when,
			 n ? 1 : 0, &"abcdefgh"[n ? n - 1 : 0]);
		snprintf(file, sizeof(file), FOLDER "%s.json", k->name);
		if (!state_path(k->path, file))
			break;
		k->fd = open(k->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			     0600);
		if (k->fd < 0 && errno != EEXIST) {
			ui_note(k->ui, "trials are not kept: '%s': %s", k->path,
				strerror(errno));
			break;
		}
	}
	if (k->fd < 0) {
		k->runs = false;
		return false;
	}
	remove_oldest(k->path);
	if (!k->ui->batch)
		ui_note(k->ui, "trials are kept in %s; '.keep off' ends that",
			k->path);
	return true;
}

static void close_file(struct keep *k)
{
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
	k->runs = k->last = false;
	k->kept = 0;
}

/* ---- What is kept -------------------------------------------------------- */

static unsigned count(const cJSON *json, const char *list)
{
	unsigned n = 0;

	for (const cJSON *i = json_items(json, list); i; i = i->next)
		n++;
	return n;
}

static void take_line(void *keep, char *text, size_t len)
{
	struct keep *k = keep;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const unsigned n = count(json, "trials") + count(json, "rows");
	char *line = n ? cJSON_PrintUnformatted(json) : NULL;

	cJSON_Delete(json);
	/* As parsed, so that no byte is kept but of JSON. */
	if (line && (k->fd >= 0 || open_file(k))) {
		k->kept += n;
		if (dprintf(k->fd, "%s\n", line) < 0) {
			ui_note(k->ui, "trials are kept no more: '%s': %s",
				k->path, strerror(errno));
			close_file(k);
		}
	}
	free(line);
}

/* ---- When ---------------------------------------------------------------- */

/* Of one that may run already: what its trials are told with says so. */
static void take_first(void *keep, char *text, size_t len)
{
	struct keep *k = keep;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const char *word = json_text(json, "experiment");
	const char *state = json_text(json, "state");

	if (*word && !strcmp(state, "runs") && !k->runs) {
		snprintf(k->word, sizeof(k->word), "%s", word);
		k->runs = true;
		k->due_ms = now_ms() + EVERY_MS;
	}
	cJSON_Delete(json);
	if (k->runs)
		take_line(k, text, len);
}

static void ask(struct keep *k, const char *word,
		void (*line)(void *arg, char *text, size_t len))
{
	char text[48];

	k->request.line = line;
	k->request.arg = k;
	k->request.beside = true;
	snprintf(text, sizeof(text), "%s trials %u --json", word, k->kept + 1);
	request_send(k->requests, &k->request, text);
}

/* Whoever comes for less than a second only asks something else. */
static void look(struct keep *k)
{
	if (k->open != k->requests->open) {
		k->open = k->requests->open;
		k->looks = k->open && !k->off && !k->runs;
		k->due_ms = k->looks ? now_ms() + EVERY_MS : k->due_ms;
	}
	if (!k->looks || k->runs || now_ms() < k->due_ms)
		return;
	k->looks = false;
	ask(k, "search", take_first);
}

/* "begins ...", "done ..." of an experiment, behind its name. */
void keep_take_notice(struct keep *k, const char *text)
{
	char word[sizeof(k->word)];
	int end = 0;

	if (sscanf(text, "%*[0-9.] %9[a-z0-9] %n", word, &end) != 1 || !end)
		return;
	if (!strncmp(text + end, "begins trials=", 14)) {
		close_file(k);
		snprintf(k->word, sizeof(k->word), "%s", word);
		k->runs = !k->off;
		k->due_ms = now_ms() + EVERY_MS;
	} else if (!strncmp(text + end, "done trials=", 12) &&
		   !strcmp(word, k->word)) {
		k->last = k->runs && k->fd >= 0;
		k->runs = k->last;
		k->due_ms = now_ms();
	}
}

static void tell_lost(struct keep *k)
{
	if (k->fd >= 0 && !k->last)
		ui_note(k->ui,
			"%u %s of '%s' are in %s: another appliance goes on "
			"from there by '.upload' of that and '%s resume %s'",
			k->kept, k->kept == 1 ? "trial" : "trials", k->word,
			k->path, k->word, k->name);
	close_file(k);
}

int keep_wait(void *keep, struct pollfd *fd)
{
	const struct keep *k = keep;

	(void)fd;
	return (k->runs || k->looks) && k->request.state != REQUEST_WAITS
		       ? ms_until(k->due_ms)
		       : -1;
}

void keep_act(void *keep, short revents)
{
	struct keep *k = keep;

	(void)revents;
	if (k->request.state == REQUEST_WAITS)
		return;
	look(k);
	if (!k->runs || k->request.state == REQUEST_WAITS)
		return;
	if (!k->requests->open) {
		tell_lost(k);
		return;
	}
	if (now_ms() < k->due_ms)
		return;
	if (k->last && k->due_ms == UINT64_MAX) {
		close_file(k);
		return;
	}
	k->due_ms = k->last ? UINT64_MAX : now_ms() + EVERY_MS;
	ask(k, k->word, take_line);
}

void keep_init(struct keep *k)
{
	k->fd = -1;
	k->request.state = REQUEST_LOST;
}

void keep_end(struct keep *k)
{
	if (k->runs && !k->requests->open)
		tell_lost(k);
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}
