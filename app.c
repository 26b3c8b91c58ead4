/* SPDX-License-Identifier: BSD-3-Clause */
#include "app.h"

#include <string.h>

#include "shell/cpio.h"

#ifndef CONFIG_APPUKPKTGEN_STORE_KB
#define CONFIG_APPUKPKTGEN_STORE_KB 0
#endif

/* The store leaves this much of the heap to all else... */
#define STORE_RESERVE (64 << 10)
/* ...and takes what it gets in steps of this. */
#define STORE_STEP (32 << 10)

const char *const app_modes[] = {"off",  "tx",      "rx", "txrx",
				 "null", "reflect", NULL};
static const unsigned modes[] = {
	0,
	MODE_TX,
	MODE_RX,
	MODE_TX | MODE_RX,
	MODE_TX | MODE_NULL,
	MODE_RX | MODE_REFLECT,
};
const char *const app_waits[] = {"spin", "pause", "halt", "auto", NULL};

const char *const app_strategies[] = {"create", "copy", "pool", "shared", NULL};

enum { IDLE, RECEIVING, SENDING, REFLECTING, DRAINING };
const char *const app_states[] = {"idle",       "receiving", "sending",
				  "reflecting", "draining",  NULL};

const char *app_state(const struct worker *w)
{
	if (w->state == WORKER_DRAINING)
		return app_states[DRAINING];
	if (worker_runs(w) && w->mode & MODE_TX)
		return app_states[SENDING];
	if (worker_runs(w) && w->mode & MODE_REFLECT)
		return app_states[REFLECTING];
	return app_states[w->mode & MODE_RX ? RECEIVING : IDLE];
}

enum call_result app_fail_active(struct call *c, int arg, unsigned port)
{
	const struct worker *w = call_app(c)->pktgen.worker[port];
	const bool runs = worker_runs(w);

	/* One whose mode was changed since does neither. */
	return call_fail(c, E_STATE, arg, "port %u is %s; 'stop' %sfirst", port,
			 runs && !(w->mode & (MODE_TX | MODE_REFLECT))
				 ? "started"
				 : app_state(w),
			 arg < 0 ? "" : "it ");
}

const char *app_why_down(const struct port *p)
{
	return p->err == -ENOMEM
		       ? "not enough memory, see 'ukpktgen run --memory'"
		       : port_why(p, p->err);
}

enum call_result app_check_up(struct call *c, uint64_t mask)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	int down = pktgen_first_down(pg, mask);

	if (down < 0)
		return CALL_DONE;
	return call_fail(c, E_DEVICE, -1, "port %d failed at '%s': %s", down,
			 port_step_name(pg->port[down].step),
			 app_why_down(&pg->port[down]));
}

unsigned app_mode(unsigned word)
{
	return modes[word];
}

unsigned app_mode_word(unsigned mode)
{
	unsigned word = 0;

	while (modes[word] != mode)
		word++;
	return word;
}

enum call_result app_set_how(struct call *c, uint64_t mask,
			     void (*edit)(struct worker_how *how,
					  const void *arg),
			     const void *arg)
{
	enum call_result up = app_check_up(c, mask);

	if (up == CALL_DONE)
		pktgen_set_how(&call_app(c)->pktgen, mask, edit, arg,
			       c->now_ns);
	return up;
}

/* What makes frames of less than `min` bytes too small. */
static const char *needs(unsigned min)
{
	if (min <= STREAM_SIZE_MIN)
		return "";
	return min > STREAM_SIZE_MIN_IPV6 ? " with IPv6 and a signature"
					  : " with IPv6";
}

enum call_result app_edit(struct call *c, uint64_t mask,
			  void (*edit)(struct stream *s, const void *arg),
			  const void *arg, int arg_index)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	const enum arg_type type = c->form->args[arg_index].type;
	enum call_result up = app_check_up(c, mask);
	struct pktgen_fault f;
	int rc;

	if (up != CALL_DONE)
		return up;
	rc = pktgen_edit(pg, mask, edit, arg, c->now_ns, &f);
	if (rc == -EMSGSIZE && f.size > f.max)
		return call_fail(c, type == ARG_SIZES ? E_RANGE : E_STATE,
				 arg_index,
				 "port %u takes %u..%u bytes%s, not size %u; "
				 "its MTU is %u, see 'ukpktgen run --mtu'",
				 f.port, f.min, f.max, needs(f.min), f.size,
				 pg->port[f.port].mtu);
	if (rc == -EMSGSIZE)
		return call_fail(c, type == ARG_SIZES ? E_RANGE : E_STATE,
				 arg_index,
				 "port %u takes %u..%u bytes%s, not size %u",
				 f.port, f.min, f.max, needs(f.min), f.size);
	if (rc < 0)
		return call_fail(c, type == ARG_RATE ? E_RANGE : E_STATE,
				 arg_index,
				 "for port %u that is not between a frame an "
				 "hour and a frame a nanosecond",
				 f.port);
	return CALL_DONE;
}

struct rate app_rate(const struct stream *s)
{
	static const enum rate_unit units[] = {
		[LOAD_MAX] = RATE_MAX,         [LOAD_PPS] = RATE_PPS,
		[LOAD_BPS_L2] = RATE_BPS_L2,   [LOAD_BPS_L1] = RATE_BPS_L1,
		[LOAD_PERCENT] = RATE_PERCENT, [LOAD_PER_MIN] = RATE_PER_MIN,
	};

	return (struct rate){units[s->rate.unit], s->rate.micro};
}

void app_sizes(const struct stream *s, struct sizes *sizes)
{
	sizes->count = s->nb_sizes;
	for (unsigned i = 0; i < s->nb_sizes; i++)
		sizes->entry[i] = (struct size_weight){s->size[i].size,
						       s->size[i].weight};
}

void app_stats(const struct app *app, unsigned port, struct stats *out)
{
	const struct worker *w = app->pktgen.worker[port];

	if (w)
		stats_diff(&w->stats, &app->base[port], out);
	else
		memset(out, 0, sizeof(*out));
}

void app_show_rate(const struct call *c, uint64_t milli_pps)
{
	if (c->json)
		reply_milli(c->reply, "rate", milli_pps, "pps");
	else
		reply_u64(c->reply, "rate", (milli_pps + 500) / 1000, "pps");
}

void app_feed_rates(struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker *w = app->pktgen.worker[i];

		if (w && stats_rate_feed(&app->rate[i], &w->stats, now_ns))
			stats_history_add(&app->history[i], &app->rate[i]);
	}
}

void app_tell_done(struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker *w = app->pktgen.worker[i];

		if (!w || w->done.runs == app->done_told[i])
			continue;
		app->done_told[i] = w->done.runs;
		if (w->done.in_flight)
			session_event(&app->session, now_ns,
				      "port %u done count=%llu in_flight=%u", i,
				      (unsigned long long)w->done.packets,
				      w->done.in_flight);
		else
			session_event(&app->session, now_ns,
				      "port %u done count=%llu", i,
				      (unsigned long long)w->done.packets);
	}
}

void app_tell_failures(struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker *w = app->pktgen.worker[i];

		if (!w || w->err == app->err_told[i])
			continue;
		app->err_told[i] = w->err;
		if (w->err)
			session_event(&app->session, now_ns,
				      "port %u failed: %s", i,
				      port_why(w->port, w->err));
	}
}

bool app_done_due(const struct app *app)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker *w = app->pktgen.worker[i];

		if (w && w->done.runs != app->done_told[i])
			return true;
	}
	return false;
}

static bool due(void *arg)
{
	return app_done_due(arg);
}

void app_set_lease(struct app *app, uint64_t time_ns, uint64_t now_ns)
{
	const uint64_t ms = time_ns / 1000000;

	app->lease_ns = time_ns;
	app->lease_began_ns = now_ns;
	if (time_ns)
		session_event(&app->session, now_ns, "lease time=%llu.%03llu",
			      (unsigned long long)(ms / 1000),
			      (unsigned long long)(ms % 1000));
	else
		session_event(&app->session, now_ns, "lease off");
}

uint64_t app_lease_end_ns(const struct app *app)
{
	const uint64_t request_ns = app->session.request_ns;

	if (!app->lease_ns)
		return UINT64_MAX;
	return MAX(request_ns, app->lease_began_ns) + app->lease_ns;
}

void app_check_lease(struct app *app, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	uint64_t mask = pktgen_active(pg);
	char ports[96];

	if (now_ns < app_lease_end_ns(app))
		return;
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		struct worker *w = pg->worker[i];

		if (!w || !(w->mode & MODE_TX))
			mask &= ~(1ull << i);
		if (w)
			worker_end_lease(w);
	}
	app->lease_ns = 0;
	value_set_print(mask, ports, sizeof(ports));
	session_event(&app->session, now_ns, "lease over, ports stopped: %s",
		      ports);
}

static unsigned nb_ports(void *arg)
{
	return ((struct app *)arg)->pktgen.nb_ports;
}

/* One line for a port that works is what `port` is for; say what does not. */
static void report_ports(struct app *app, uint64_t now_ns)
{
	const struct pktgen *pg = &app->pktgen;

	if (!pg->nb_ports)
		session_event(&app->session, now_ns,
			      "no network device was found");
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (!pg->worker[i])
			session_event(&app->session, now_ns,
				      "port %u failed at '%s': %s", i,
				      port_step_name(pg->port[i].step),
				      app_why_down(&pg->port[i]));
}

const struct store_file *app_file(struct call *c, int arg, uint64_t *serial)
{
	const char *name = c->v[arg].text;
	const struct store_file *f = store_find(&call_app(c)->store, name);

	if (f && (!*serial || f->serial == *serial)) {
		*serial = f->serial;
		return f;
	}
	if (*serial)
		call_fail(c, E_STATE, arg, "'%s' was changed meanwhile", name);
	else
		call_fail(c, E_NOFILE, arg, "no file '%s'; 'ls' lists them",
			  name);
	return NULL;
}

bool app_file_names(void *app, unsigned i, struct arg_name *name)
{
	const struct store *s = &((struct app *)app)->store;

	if (i >= s->nb_files)
		return false;
	strcpy(name->text, s->file[i].name);
	return true;
}

bool app_upload_name(void *app, unsigned i, struct arg_name *name)
{
	const struct store *s = &((struct app *)app)->store;

	if (i || !s->upload.name[0])
		return false;
	strcpy(name->text, s->upload.name);
	name->help = "an upload that is not finished";
	return true;
}

bool app_stored_names(void *app, unsigned i, struct arg_name *name)
{
	const struct store *s = &((struct app *)app)->store;

	/* A new version of a file has its name. */
	return app_file_names(app, i, name) ||
	       (!store_find(s, s->upload.name) &&
		app_upload_name(app, i - s->nb_files, name));
}

enum call_result app_full(struct call *c, int arg)
{
	const struct store *s = &call_app(c)->store;

	return call_fail(c, E_FULL, arg,
			 "the store has %zu bytes free for up to %u files",
			 s->limit - s->used, STORE_FILES_MAX);
}

/*
 * What the heap has, up to the limit, with the reserve left: tried out, as not
 * every allocator knows its largest piece.
 */
static void init_store(struct store *s, struct uk_alloc *a)
{
	size_t size = (size_t)CONFIG_APPUKPKTGEN_STORE_KB << 10;
	void *mem = NULL;

	while (size) {
		mem = uk_malloc(a, size + STORE_RESERVE);
		if (mem)
			break;
		size -= size < STORE_STEP ? size : STORE_STEP;
	}
	if (mem) {
		uk_free(a, mem);
		mem = uk_malloc(a, size);
	}
	store_init(s, mem, mem ? size : 0);
}

/* A name from an archive, cut, with what a terminal would act on replaced. */
struct shown_name {
	char text[40];
};

static struct shown_name shown_name(const struct cpio *c)
{
	struct shown_name s;
	size_t n = 0;

	for (; n < sizeof(s.text) - 1 && c->name[n]; n++)
		s.text[n] = c->name[n] < 0x20 || c->name[n] >= 0x7f
				    ? '?'
				    : c->name[n];
	s.text[n] = '\0';
	return s;
}

void app_load_initrd(struct app *app, const void *archive, size_t len,
		     uint64_t now_ns)
{
	enum cpio_result result = CPIO_FILE;
	struct cpio c;

	if (!OPTION(FILES)) {
		session_event(&app->session, now_ns,
			      "initrd: this image has no files");
		return;
	}
	cpio_init(&c, archive, len);
	while (result == CPIO_FILE || result == CPIO_OTHER) {
		const char *why;

		result = cpio_next(&c);
		why = c.why;
		if (result == CPIO_END)
			return;
		if (result == CPIO_FILE) {
			if (!store_add(&app->store, c.name, c.data, c.size))
				continue;
			why = shell_err_text(E_FULL);
		}
		session_event(&app->session, now_ns,
			      "initrd: at byte %zu%s%s: %s", c.entry_at,
			      c.name[0] ? ", " : "", shown_name(&c).text, why);
	}
}

void app_init(struct app *app, struct uk_alloc *a, uint64_t now_ns)
{
	const struct session_env env = {
		.app = app,
		.commands = cmd_table,
		.nb_ports = nb_ports,
		.due = due,
		.store = &app->store,
		.prompt = "ukpktgen> ",
		.banner = "ukpktgen: 'help' lists the commands",
	};

	memset(app, 0, sizeof(*app));
	pktgen_open(&app->pktgen, a);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (app->pktgen.worker[i])
			stats_rate_start(&app->rate[i],
					 &app->pktgen.worker[i]->stats, now_ns);
	init_store(&app->store, a);
	session_init(&app->session, &env);
	report_ports(app, now_ns);
}
