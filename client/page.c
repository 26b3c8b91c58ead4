/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/page.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "client/clock.h"
#include "client/json.h"
#include "client/show.h"
#include "client/wait.h"

#define OPEN_MS 3000 /* for the page to begin */
#define BACK_MS 1500 /* for one that hid itself to come back */
#define SEQUENCE 32
/* Those that end it; of Esc, one that begins a longer key does not. */
#define PAGE_LEAVE "qQ\r\n\x03\x04\x1b"

struct page {
	struct client *c;
	struct ui_cover cover;
	bool opened, shown, key_sent, ended;
	uint64_t due_ms;
	char sequence[SEQUENCE];
	size_t len;  /* of the sequence that is coming; 0: none */
	char cut[4]; /* of a character in UTF-8 that is coming */
	size_t cut_len;
};

/* ---- What it draws ------------------------------------------------------- */

static void set_shown(struct page *p, bool shown)
{
	p->shown = shown;
	p->opened |= shown;
	p->due_ms = now_ms() + BACK_MS;
	p->ended = !shown && p->key_sent;
}

static void tell_size(struct page *p)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "\x1b[%u;%uR", term_rows(),
			 term_columns());

	link_send(&p->c->link, text, (size_t)n);
}

/* The sequence is whole, and of nothing but digits, ';' and a leading '?'. */
static void take_csi(struct page *p)
{
	const char *args = p->sequence + 2;
	char final = p->sequence[p->len - 1];
	bool pass = strchr("mHfABCDGdJK", final) != NULL && *args != '?';

	if (!strcmp(args, "?1049h") || !strcmp(args, "?1049l")) {
		pass = p->shown != (final == 'h');
		set_shown(p, final == 'h');
	} else if (!strcmp(args, "?25h") || !strcmp(args, "?25l")) {
		pass = true;
	} else if (!strcmp(args, "6n")) {
		tell_size(p);
	}
	if (pass && p->opened)
		fputs(p->sequence, stdout);
}

/* One more byte of a sequence; anything odd ends it, unseen. */
static void take_sequence(struct page *p, char byte)
{
	p->sequence[p->len++] = byte;
	p->sequence[p->len] = '\0';
	if (p->len == 2) {
		if ((byte == '7' || byte == '8') && p->shown)
			fputs(p->sequence, stdout);
		p->len = byte == '[' ? 2 : 0;
	} else if (byte >= '@' && byte <= '~') {
		take_csi(p);
		p->len = 0;
	} else if (!(byte >= '0' && byte <= '9') && byte != ';' &&
		   !(byte == '?' && p->len == 3)) {
		p->len = 0;
	} else if (p->len >= SEQUENCE - 2) {
		p->len = 0;
	}
}

/* Bytes at the end that begin a character whose rest is not there. */
static size_t unfinished(const char *text, size_t len)
{
	for (size_t n = 1; n <= 3 && n <= len; n++) {
		unsigned char c = (unsigned char)text[len - n];

		if (c >= 0xc0)
			return n < (c >= 0xf0   ? 4u
				    : c >= 0xe0 ? 3u
						: 2u)
				       ? n
				       : 0;
		if (c < 0x80)
			break;
	}
	return 0;
}

static void take_text(struct page *p, const char *text, size_t len)
{
	char out[SHOW_GROWTH * 256 + 1];

	while (len && p->shown) {
		size_t n = len < 256 ? len : 256;

		/* Its last character stays whole. */
		if (n < len)
			n -= unfinished(text, n);
		show_page(out, text, n);
		fputs(out, stdout);
		text += n;
		len -= n;
	}
}

/* Text between two control characters. */
static void take_run(struct page *p, const char *text, size_t len)
{
	while (len && p->cut_len) {
		p->cut[p->cut_len++] = *text++;
		len--;
		if (p->cut_len == sizeof(p->cut) ||
		    !unfinished(p->cut, p->cut_len)) {
			take_text(p, p->cut, p->cut_len);
			p->cut_len = 0;
		}
	}
	if (p->cut_len)
		return;
	p->cut_len = unfinished(text, len);
	memcpy(p->cut, text + len - p->cut_len, p->cut_len);
	take_text(p, text, len - p->cut_len);
}

static void take_bytes(void *page, const char *data, size_t len)
{
	struct page *p = page;
	size_t from = 0;

	for (size_t i = 0; i < len && !p->ended; i++) {
		unsigned char byte = (unsigned char)data[i];

		if (p->len) {
			take_sequence(p, data[i]);
			from = i + 1;
		} else if (byte < ' ' || byte == 0x7f) {
			take_run(p, data + from, i - from);
			p->cut_len = 0;
			from = i + 1;
			if (byte == 0x1b)
				p->sequence[p->len++] = data[i];
			else if ((byte == '\r' || byte == '\n') && p->opened)
				putchar(byte);
		}
	}
	if (!p->len && !p->ended)
		take_run(p, data + from, len - from);
	fflush(stdout);
}

/* ---- The line ------------------------------------------------------------ */

static void pass_keys(struct page *p)
{
	struct input *in = &p->c->in;

	if (!in->len || !p->opened)
		return;
	for (size_t i = 0; i < in->len; i++) {
		/* It would begin a request. */
		if (in->buf[i] == '@')
			in->buf[i] = 'q';
		p->key_sent |= strchr(PAGE_LEAVE, in->buf[i]) != NULL;
	}
	link_send(&p->c->link, in->buf, in->len);
	input_take(&p->c->in, in->len);
	p->ended = p->key_sent && !p->shown;
}

static void play(struct page *p)
{
	while (!p->ended && p->c->conn.state == CONN_UP) {
		uint64_t now = now_ms();

		if (!p->shown && now >= p->due_ms)
			break;
		if (!client_pump(p->c, p->shown ? -1 : (int)(p->due_ms - now),
				 true))
			break;
		pass_keys(p);
	}
}

static void leave(void *page)
{
	struct page *p = page;

	if (p->opened)
		printf("\x1b[0m%s\x1b[?25h", p->shown ? "\x1b[?1049l" : "");
	fflush(stdout);
	p->opened = p->shown = false;
	p->ended = true;
}

/* While it plays, all that comes is drawn and what can wait does. */
static void begin(struct page *p)
{
	p->c->link.tap = take_bytes;
	p->c->link.tap_arg = p;
	p->c->ui.paged = p->c->requests.busy = true;
	p->cover.clear = leave;
	p->cover.arg = p;
	ui_push(&p->c->ui, &p->cover);
}

static void end(struct page *p)
{
	ui_pop(&p->c->ui);
	p->c->ui.paged = p->c->requests.busy = false;
	p->c->link.tap = NULL;
}

void page_play(struct client *c, const char *text)
{
	struct page p = {.c = c, .due_ms = now_ms() + OPEN_MS};
	struct termios before, raw;
	bool opened;

	tcgetattr(STDIN_FILENO, &before);
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	link_send(&c->link, "\x05\x15", 2);
	link_send(&c->link, text, strlen(text));
	link_send(&c->link, "\r", 1);
	begin(&p);
	play(&p);
	end(&p);
	opened = p.opened;
	leave(&p);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	/* So that a request begins a line again. */
	if (!p.key_sent)
		link_send(&c->link, "\x03", 1);
	link_send(&c->link, "\x05\x15\n", 3);
	if (!opened && c->conn.state == CONN_UP)
		ui_note(&c->ui, "the page did not come");
}

/* ---- Which lines have one ------------------------------------------------ */

struct wanted {
	const char *text;
	bool page;
};

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	while (*text) {
		size_t n;

		text += strspn(text, " \t");
		n = strcspn(text, " \t");
		if (n && n == len && !memcmp(text, word, n))
			return true;
		text += n;
	}
	return false;
}

/* Forms are told apart by their keywords, some of which stand for a page. */
static void take_help(void *arg, char *text, size_t len)
{
	struct wanted *w = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const cJSON *form = json_items(json, "forms"), *a;

	for (; form; form = form->next)
		for (a = json_items(form, "arguments"); a; a = a->next)
			w->page |= cJSON_IsTrue(json_get(a, "page")) &&
				   has_word(w->text, json_text(a, "name"));
	cJSON_Delete(json);
}

bool page_wanted(struct client *c, const char *text)
{
	struct wanted w = {.text = text};
	struct request r = {.line = take_help, .arg = &w};
	char help[64];
	int len;

	text += strspn(text, " \t");
	len = (int)strcspn(text, " \t");
	if (strpbrk(text, ";#\"") || len > 32)
		return false;
	snprintf(help, sizeof(help), "help %.*s --json", len, text);
	request_send(&c->requests, &r, help);
	return wait_reply(c, &r) == REQUEST_OK && w.page;
}
