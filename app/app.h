/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the commands work on: `call->app` points to the one `struct app`, which
 * main.c owns. Commands run between two steps of the workers, so they may
 * change what they find here, but never wait.
 */
#ifndef APP_H
#define APP_H

#include "app/capture.h"
#include "app/channel.h"
#include "app/config.h"
#include "app/feed.h"
#include "app/history.h"
#include "app/kv.h"
#include "app/live.h"
#include "app/run.h"
#include "files/store.h"
#include "pktgen/pktgen.h"
#include "pktgen/pktgen_seen.h"
#include "shell/session.h"
#include "stats/histogram.h"
#include "stats/stats.h"

/* What of a port's queue is counted apart. */
struct app_queue {
	uint64_t tx_packets, tx_bytes, rx_packets, rx_bytes;
};

/* What the app knows of a port, besides what it does. */
struct app_port {
	struct stats base; /* set by `stats clear` */
	struct app_queue queue_base[PORT_QUEUES_MAX];
	struct histogram lag_base;
	struct stats_rate rate;
	struct stats_history history;
	struct app_run run;
	/* What `stats clear` has cleared of it: frames that it sent signed. */
	uint64_t signed_before;
	struct pktgen_came came_base;
	/* What was told by then: done.runs and err of its view... */
	uint64_t done_told;
	int err_told;
	/* ...and since when it stalls; 0: it moves. */
	uint64_t stall_told_ns;
	/* The node's `changes` then, and when gateways are looked at again. */
	uint64_t node_told, gateways_ns;
	uint64_t down_told_ns; /* since when its link is down; 0: it is not */
};

struct experiment;
struct result_writer;

struct app {
	struct pktgen pktgen;
	struct session session;
	struct store store;
	struct app_port port[PKTGEN_MAX_PORTS];
	bool quit;
	bool ran;               /* a port was started */
	uint64_t quit_asked_ns; /* when a person was last told what that ends */
	uint64_t boot_serial;   /* of the last file that came with the image */
	uint64_t lease_ns;      /* how long without a request; 0: for ever */
	uint64_t lease_began_ns; /* requests before do not count */
	struct app_kv kv;        /* where pktgen.kv is from */
	struct app_list *lists;  /* see app/lists.h */
	uint64_t floor_ns; /* that `calibrate` found last; 0: it did not run */
	uint64_t verdict_limit[VERDICT_LIMITS]; /* by reason, in its unit */
	struct live live;
	struct app_capture capture;
	struct app_channel channel;
	struct app_feed feed;
	struct app_history history;
	struct experiment *experiment;    /* the last one, or NULL */
	char resumed[VALUE_NAME_MAX + 1]; /* a result, by the next experiment */
	struct result_writer *result_writer; /* of its result; NULL: none */
};

static inline struct app *call_app(const struct call *c)
{
	return c->app;
}

/* What went wrong at the step that port_step_name() names. */
const char *app_why_down(const struct port *p);

/* The mask of ports that are up. */
uint64_t app_ports_up(const struct app *app);

/*
 * Fails the call with E_DEVICE when a port of `mask` is not up, naming what
 * failed; returns CALL_DONE otherwise.
 */
enum call_result app_check_up(struct call *c, uint64_t mask);

/* Since `stats clear`, of a port that is up. */
void app_queue_counts(const struct app *app, unsigned port, unsigned queue,
		      struct app_queue *out);

/* They count from zero, with their port. */
void app_clear_queues(struct app *app, unsigned port);

/* A list of the ports of `mask`, of which `show` says what there is to say. */
void app_show_ports(struct call *c, uint64_t mask,
		    void (*show)(struct call *c, unsigned port));

/*
 * Runs any setting, see struct arg_setting: of all subjects, or of none with
 * the call failed. E_RANGE where the value is out of range by itself, E_STATE
 * where what is set elsewhere does not go with it.
 */
enum call_result app_set(struct call *c);

/* Fails the call as pktgen_try_stream() failed by `rc`; `arg` is at fault. */
enum call_result app_refuse(struct call *c, int rc,
			    const struct pktgen_fault *fault, int arg);

/* Fails the call with E_NOMEM. */
enum call_result app_no_memory(struct call *c, int arg);

/* Words of other tools: `hints` of struct parse_ports. */
extern const char app_hints[];

/* What the forms of settings begin with. */
#define APP_PORTS_TO_SET                                                    \
	{                                                                   \
		ARG_PORTS, .optional = true, .sets = true, .name = "PORTS", \
			   .help = "ports to set"                           \
	}
#define APP_STREAMS_TO_SET                                         \
	{                                                          \
		ARG_PORTS, .optional = true, .sets = true,         \
			   .scope = SCOPE_STREAM, .name = "PORTS", \
			   .help = "ports to set"                  \
	}

/*
 * Arguments of forms that show, and may do so as JSON: all there is, what ports
 * have, what streams have.
 */
extern const struct arg app_show_args[], app_show_ports_args[],
	app_show_streams_args[];

/* A number of a header as a word, for arg_setting.initial. */
#define APP_WORD(number) APP_WORD_OF(number)
#define APP_WORD_OF(number) #number

/*
 * `setting` of a number that struct config has, of a type; it is not saved
 * while it is as at first.
 */
#define APP_NUMBER(of, type, first)                              \
	static void get(const struct config *c, struct value *v) \
	{                                                        \
		v->u = c->of;                                    \
	}                                                        \
	static void set(struct config *c, const struct value *v) \
	{                                                        \
		c->of = (type)v->u;                              \
	}                                                        \
	static const struct arg_setting setting = {              \
		.get = get,                                      \
		.set = set,                                      \
		.initial = first,                                \
		.initial_unsaved = true,                         \
	};

#define APP_STREAMS_TO_SHOW                                         \
	{                                                           \
		ARG_PORTS, .optional = true, .scope = SCOPE_STREAM, \
			   .name = "PORTS", .help = "ports to show" \
	}

/*
 * The file that argument `arg` names, or NULL with the call failed. *serial is
 * 0 at the first call and the file's from then on: a later call fails with
 * E_STATE when the file is another by now.
 */
const struct store_file *app_file(struct call *c, int arg, uint64_t *serial);

/*
 * Completion, arg.names: the files; those and the unfinished upload; it alone.
 */
bool app_file_names(void *app, unsigned i, struct arg_name *name);
bool app_stored_names(void *app, unsigned i, struct arg_name *name);
bool app_upload_name(void *app, unsigned i, struct arg_name *name);

/* Captures that are played come from the store. */
void app_init_played(struct app *app);

/* Fails the call where the file is played: it stays. */
enum call_result app_check_free(struct call *c, int arg);

/* Fails the call with E_FULL, saying how much room there is. */
enum call_result app_full(struct call *c, int arg);

/* The counters of a port since its last `stats clear`. */
void app_stats(const struct app *app, unsigned port, struct stats *out);

/*
 * The words for what MODE_* there are; from one, and back. One that forwards
 * has none among these, and is taken for MODE_RX, which it is besides.
 */
extern const struct arg_word app_modes[];
unsigned app_mode(unsigned word);
unsigned app_mode_word(unsigned mode);

/* What any mode is called. */
#define APP_FORWARD "forward"
#define APP_IMPAIR "impair"
#define APP_LEARN "learn"
#define APP_ROUTE "route"
const char *app_mode_name(unsigned mode);

/* What sets one that forwards, "forward 1", "forward learn"; false: it does
 * not. */
#define APP_RELAY_MAX 24
bool app_relay_print(unsigned mode, char *buf, size_t size);

/* The word for each enum strategy. */
extern const struct arg_word app_strategies[];

/* The word for each enum wait_kind. */
extern const struct arg_word app_waits[];

/* The word for each enum port_link. */
extern const char *const app_links[];

static inline bool app_link_is_down(const struct app *app, unsigned port)
{
	return app->pktgen.set[port].link == PORT_LINK_DOWN;
}

/* What a port can be at; NULL at the end. What one that is up is at now. */
extern const char *const app_states[];
const char *app_state(const struct worker_view *v);

/*
 * Fails the call with E_STATE as port `port` is not idle, saying what it does;
 * `arg` as that of call_fail().
 */
enum call_result app_fail_active(struct call *c, int arg, unsigned port);

/* None of these ports is measured by an experiment. */
enum call_result app_check_unmeasured(struct call *c, int arg, uint64_t mask);

/* A key `rate`, of one type in all JSON; people are shown whole packets. */
void app_show_rate(const struct call *c, uint64_t milli_pps);

/*
 * Looks at each port, once: closes the intervals of its rates, and tells of a
 * run that came to its limit (struct worker_done), a device that failed, or
 * failed anew, a port that stalls, and that goes on. Cheap, call it at will.
 */
void app_watch(struct app *app, uint64_t now_ns);

/* True while a run that came to its limit has not been told of. */
bool app_done_due(const struct app *app);

/* Gives a lease of this time, or takes it back (0), and tells who renews it. */
void app_set_lease(struct app *app, uint64_t time_ns, uint64_t now_ns);

/* When the lease runs out if no request comes; UINT64_MAX without one. */
uint64_t app_lease_end_ns(const struct app *app);

/*
 * Stops all sending once the lease has run out, tells of it, and ends it;
 * cheap, call it at will.
 */
void app_check_lease(struct app *app, uint64_t now_ns);

/* What a stream can be at, by enum flow_state, then disabled; what one is. */
extern const char *const app_stream_states[];
const char *app_stream_state(const struct app *app, struct subject s);

/*
 * A row for each stream of a set, some at a call: CALL_AGAIN until all have
 * theirs. c->state[at] remembers the next; what is in `row` goes into the map
 * that is open, behind port and stream.
 */
enum call_result app_list_streams(struct call *c, unsigned at,
				  const struct subjects *on,
				  void (*row)(struct call *c,
					      struct subject s));

/* One size is a number; several are the word that `size` takes, key `mix`. */
void app_show_sizes(struct reply *r, const struct stream *s);

/* Counters of a stream since `stats clear`, for app_list_streams(). */
void app_show_counts(struct call *c, struct subject s);

/* "port 0" of one with a single stream, else "stream 0.3". */
void app_subject_print(const struct app *app, struct subject s, char *buf,
		       size_t size);

/* The streams of ports, for those who take words. */
extern const struct parse_streams app_streams;

/*
 * The save_order of settings that limit others: a size or a link's speed, then
 * what these limit, such as a protocol or a signature. 0 for all else.
 */
enum { APP_SAVE_FIRST, APP_SAVE_PROTO, APP_SAVE_RATE };

/* Brings ports and session up: what main() and the tests both do. */
void app_init(struct app *app, struct uk_alloc *a, uint64_t now_ns);

/* Gives back what it has taken from the heap since: for tests. */
void app_end(struct app *app);

/* Gives the store its room: what the heap has, but for a reserve. */
void app_init_store(struct store *s, struct uk_alloc *a);

/*
 * Fills the store from a cpio archive (newc). What of it cannot be taken is
 * told by notices and left out.
 */
void app_load_initrd(struct app *app, const void *archive, size_t len,
		     uint64_t now_ns);

#endif /* APP_H */
