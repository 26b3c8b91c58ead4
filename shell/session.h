/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One console session: bytes in, bytes out, commands run in between. All of
 * its state is in `struct session`; nothing in shell/ is global, waits, or
 * knows what the commands are about.
 *
 * A line that starts with '@' is a request of a program; all other bytes are
 * keys of a person. Each of the two has a runner of its own, so a person's
 * `sleep` does not hold up a program's request, and each takes its lines in
 * order; command files run as jobs beside them, see script.h. What a person
 * types while a command runs is kept and used afterwards; ^C among it cancels
 * the command. ^C while nothing of a person's runs or is typed cancels a
 * program's request.
 *
 * A person's command may take the terminal for a page: then keys are its own,
 * or end it, but '@', which begins a request as at the start of a line. What
 * others say stands among the lines that the page covers.
 *
 * A request with a mark, ">COLUMNS ", is one that a person typed into a
 * client: what asks whether a person wants to know takes it for a person's
 * line, but a page stays with the terminal.
 *
 * A request whose tag begins with '?' is of somebody who watches: it runs
 * beside the others' and leaves the prompt where it is.
 *
 * Once a program has spoken, the prompt stays away until the next key, so that
 * a program's stream is made of whole lines only.
 */
#ifndef SHELL_SESSION_H
#define SHELL_SESSION_H

#include "shell/complete.h"
#include "shell/edit.h"
#include "shell/out.h"
#include "shell/page.h"
#include "shell/runner.h"

#define SESSION_TYPED_BYTES 1024
/* Of what says that a person typed the request. */
#define SESSION_MARK_MAX 32
#define SESSION_REQUEST_MAX \
	(1 + RUNNER_TAG_MAX + 1 + SESSION_MARK_MAX + EDIT_LINE_MAX)
#define SESSION_EVENT_BYTES 1024
#define SESSION_PROMPT_MAX 64
/* Jobs at a time, and a runner for each beside those of the other parties. */
#define SESSION_JOBS 4
#define SESSION_RUNNERS (3 + SESSION_JOBS)

/* Whether what a person sees has bold and coloured text. */
enum session_color {
	COLOR_AUTO, /* once the terminal has answered */
	COLOR_ON,
	COLOR_OFF,
};

/* What the owner of the session tells it. */
struct session_env {
	void *app;
	const struct cmd *const *commands; /* by name, NULL at the end */
	unsigned (*nb_ports)(void *app);
	const struct parse_streams *streams; /* see struct parse_ports */
	/*
	 * A notice is still to come that belongs before a job's end; or NULL.
	 */
	bool (*due)(void *app);
	const struct store *store; /* of command files; NULL: none */
	const char *hints;         /* see struct parse_ports */
	const char *prompt;        /* "ukpktgen> ", 31 bytes at most */
	const char *banner;        /* a line shown at the start */
};

struct session {
	struct session_env env;
	struct out out;
	struct edit edit;
	struct runner runner[SESSION_RUNNERS];
	struct runner *person, *program; /* two of these */
	struct runner *watch;            /* a third: of requests "@?TAG" */
	struct runner *caller;           /* whose command is called now */
	char prompt[SESSION_PROMPT_MAX]; /* with the person's selection */
	unsigned jobs;                   /* the number of the last that began */
	struct runner *writer; /* whose chunk is on its way out, or NULL */
	unsigned had;          /* who had a turn at the output, TURN_* */
	bool quiet;            /* a program spoke last: no prompt */
	bool ended;            /* what runs comes to its end, nothing begins */
	/* A program's line while it comes in, then until its runner is free. */
	char request[SESSION_REQUEST_MAX];
	unsigned request_len;
	uint64_t request_ns; /* when the last one, or a NUL, came */
	bool opened;         /* the line was, since the last request began */
	bool anew;           /* ...before this one */
	bool skip; /* up to the next line end the input is no line's */
	/*
	 * Of the input that was given and not taken: how much was looked at, ^C
	 * at the start of a line in it, those that had their effect, those
	 * behind an opening, and how much of one it ends with. Of what was
	 * taken the same.
	 */
	size_t scanned;
	unsigned waiting_c, heeded, after_c, ahead, taken;
	unsigned char last_scanned, last_taken;
	bool in_request, request_long, request_whole, after_cr;
	bool fresh; /* the person's line has not been polled yet */
	/* Typed ahead while the person's runner is busy. */
	unsigned char typed[SESSION_TYPED_BYTES];
	unsigned typed_head, typed_tail;
	/* Notices on their way out. */
	char events[SESSION_EVENT_BYTES];
	unsigned events_len;
	uint64_t events_dropped; /* since the last that was not */
	bool progress;           /* a line of session_progress() is shown */
	struct page page;
	enum session_color color;
};

/* Clears `s` and puts the banner out; the prompt comes with the first poll,
 * below what was noticed by then. `env` is copied. */
void session_init(struct session *s, const struct session_env *env);

/*
 * There may be a terminal: asks it for its size when a person presses the
 * first key, at each ^L, and while there is a page. Without, and until it
 * answers, it has 80 columns and 24 rows.
 */
void session_ask_size(struct session *s);

void session_set_color(struct session *s, enum session_color color);

/*
 * For a command of a person's: the terminal becomes a page that it draws, until
 * it says that it is done, when it is cancelled at the latest. It is called at
 * once when one of its `keys` was pressed, when any other ends the page, and
 * when its size is another: it is empty then.
 */
struct screen *session_page_open(struct session *s, const char *keys);
void session_page_close(struct session *s);

/* The next of the keys that was pressed; 0: none. */
static inline char session_page_key_pressed(struct session *s)
{
	return page_pressed(&s->page);
}

static inline bool session_page_left(const struct session *s)
{
	return s->page.left;
}

/*
 * For a command of a person's that takes its time: the row says how far it is,
 * until the next such text or until somebody has a line to say, the command's
 * own reply at the latest. Cut at the screen's width; dropped where there is no
 * room for it. ASCII.
 */
void session_progress(struct session *s, const char *text);

/* Takes that away; false while there is no room to do so. */
bool session_progress_hide(struct session *s);

/*
 * Takes up to `len` bytes of input; returns how many it took. It takes fewer
 * when it has to finish something first: give the rest again later.
 */
size_t session_input(struct session *s, const void *buf, size_t len,
		     uint64_t now_ns);

/*
 * Opens the line for somebody new: what runs for a person or a program is
 * cancelled, what they sent and what waits is dropped. Jobs go on. Input that
 * holds the opening with a ^C (docs/protocol.md) does this by itself as soon as
 * it is given, whatever stands before it.
 */
void session_open(struct session *s, uint64_t now_ns);

/*
 * The same, as there is no room for more input that waits: all of it, up to
 * the next line end, is dropped with a notice.
 */
void session_overrun(struct session *s, uint64_t now_ns);

/* Moves running commands on. Call it after input and whenever time passed. */
void session_poll(struct session *s, uint64_t now_ns);

/*
 * Bytes to put out: *buf is set to as many as stand in one piece and the count
 * is returned. session_sent() then says how many the device took.
 */
size_t session_output(const struct session *s, const void **buf);
void session_sent(struct session *s, size_t len);

/* All that was to be said is out: nothing of it waits, notices included. */
bool session_said_all(const struct session *s);

/*
 * When session_poll() has something to do next without new input: `now_ns` or
 * earlier for at once, UINT64_MAX for never.
 */
uint64_t session_wake_ns(const struct session *s);

/*
 * The ports that a PORTS left out means, a mask: of whose command is called at
 * this moment, else of the person. A person, the programs and each job have
 * one of their own; the programs' are all ports again once the line is opened.
 * A job begins with that of whose line began it.
 */
uint64_t session_selected(const struct session *s);
void session_select(struct session *s, uint64_t mask);

/* All ports there are. */
uint64_t session_all_ports(const struct session *s);

/* What a line is parsed with where these are selected. */
struct parse_ports session_ports(const struct session *s, uint64_t selected);

/* What there is to complete from, at this moment. */
struct complete_env session_completion(const struct session *s);

/*
 * An asynchronous notice, one line without its end: "@! 12.034 TEXT" appears
 * above the line being typed. Dropped when the output has no room; the next one
 * says how many were.
 */
__attribute__((format(printf, 3, 4))) void session_event(struct session *s,
							 uint64_t now_ns,
							 const char *fmt, ...);

#endif /* SHELL_SESSION_H */
