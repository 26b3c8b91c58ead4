/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command: one `const struct cmd` in a file of its own below cmds/, named
 * cmd_NAME in cmds/NAME.c. The table of all of them is generated from the file
 * names. From it come parsing, help, completion and the docs.
 *
 * A command has one form or several (`stats`, `stats clear`). A form lists its
 * typed arguments; its function runs only with arguments that were all there,
 * of their type and in their range.
 *
 * Positional arguments are taken in order. An ARG_PORTS that is optional and
 * comes first is taken as such only if enough words are left for the arguments
 * that must follow: in `size 64` the 64 is the size, in `size 0 64` the 0 is
 * the port list. Of several forms the one that takes the words is; where none
 * does, the one that takes the most of them says what is wrong. The case of a
 * command, keyword, flag or word of an enumeration does not matter. Flags
 * (`--json`) may stand anywhere.
 */
#ifndef SHELL_CMD_H
#define SHELL_CMD_H

#include "shell/option.h"
#include "shell/reply.h"
#include "units/subject.h"
#include "units/value.h"

#define CMD_ARGS_MAX 25
#define CMD_TEXT_MAX 96
#define CMD_STATE_WORDS 264

enum arg_type {
	ARG_NONE, /* ends the list */
	/*
	 * "0", "0,2-3", "all", and where its scope is SCOPE_STREAM
	 * "0.3", "0.all", "0-1.2-5", "0.voice" by a stream's name:
	 * v.subjects; left out: the selection.
	 */
	ARG_PORTS,
	ARG_INT,  /* v.u, within min..max */
	ARG_RATE, /* v.rate */
	ARG_TIME, /* v.u in ns, within min..max */
	ARG_ENUM, /* the name of one of words[]: v.u is its index */
	/*
	 * The word `name` itself. One that is optional makes a pair
	 * with the argument behind it, which is left out with it and
	 * has to be optional, too; pairs that follow each other may be
	 * typed in any order.
	 */
	ARG_KEYWORD,
	ARG_NAME, /* a word of 1..31 letters, digits, '_', '-', '.':
		     v.text */
	/*
	 * What something is named by its user: arg_stream_name(), or
	 * "-" for none: v.text, then "".
	 */
	ARG_LABEL,
	ARG_HEX32, /* 8 hexadecimal digits, a CRC: v.u */
	ARG_TEXT,  /* any word: v.word, while the call lasts */
	ARG_FLAG,  /* --name anywhere: v.set */
	ARG_SPEED, /* "10gbps", of a link: v.u in bit/s, in min..max */
	ARG_SHARE, /* "1%", "0.01%": v.u in millionths of all, in min..max */
	/*
	 * "2", "1-3", within min..max, or one of words[]: v.u as
	 * arg_span() has it.
	 */
	ARG_SPAN,
	/*
	 * "02:00:00:00:00:01": v.addr, v.u 0. With words[], one of
	 * these instead: v.u is its index from 1.
	 */
	ARG_MAC,
	ARG_IPV4, /* "198.18.0.1": v.addr, v.prefix 32 */
	ARG_IPV6, /* "2001:2::1": v.addr, v.prefix 128 */
	/*
	 * "64", "64:7,1518:1", "imix abba", "random 64-1518": v.sizes, in
	 * min..max each. It stands last, as it may have several words.
	 */
	ARG_SIZES,
	/*
	 * All that is left of the command as it stands, or one word in
	 * quotes: v.word while the first call lasts, v.rest without the
	 * quotes for good. It stands last in the only form of its
	 * command, behind arguments that must be there.
	 */
	ARG_REST,
	ARG_TYPES
};

/*
 * The flag that has the reply rendered as JSON. It stands last in its list,
 * which ends there in an image without JSON.
 */
#define ARG_JSON(text)                                                   \
	{                                                                \
		OPTION(JSON) ? ARG_FLAG : ARG_NONE,                      \
			.optional = true, .name = "json", .help = (text) \
	}

/* The first of a pair. */
#define ARG_IS_PAIR(a) ((a)->type == ARG_KEYWORD && (a)->optional)

/* A word of an enumeration, and what it means: one clause. */
struct arg_word {
	const char *name; /* NULL ends the list */
	const char *help;
};

/* A name that an argument may take now, for completion. */
struct arg_name {
	char text[CMD_TEXT_MAX]; /* needs no quotes */
	const char *help;        /* NULL: the argument's */
};

struct value;
struct config; /* all that can be set of a subject: the shell's owner has it */

/*
 * A setting: what shows, saves, restores, resets and compares settings finds it
 * by this. Its scope is that of the form's ARG_PORTS.
 */
struct arg_setting {
	/*
	 * Puts what is set of a subject into *v, all zero before, as the word
	 * that sets it would have been taken; set() is the inverse, and cannot
	 * fail.
	 */
	void (*get)(const struct config *c, struct value *v);
	void (*set)(struct config *c, const struct value *v);
	/* The word for what it is at first; initial_of: by its subject. */
	const char *initial;
	const char *(*initial_of)(struct subject s);
	bool initial_unsaved; /* then it is no choice, and not saved */
	/*
	 * Of settings that limit each other: those with a lower number are
	 * restored first, and never refused for what the others are at first.
	 */
	unsigned save_order;
};

/* There are many, so what is small is packed. */
struct arg {
	enum arg_type type : 8;
	enum subject_scope scope : 8; /* ARG_PORTS: of what it is a set */
	bool optional : 1;
	bool command : 1; /* ARG_REST: it is a command, and completed as one */
	bool page : 1;    /* ARG_KEYWORD: its form takes a person's terminal */
	bool sets : 1;    /* ARG_PORTS: its form may stand in a configuration */
	/*
	 * Its form shows what is set where the line lacks this one, which is
	 * then not set. So do settings.
	 */
	bool asked : 1;
	/*
	 * The last of its form: further words go to the values behind it, as
	 * long as CMD_ARGS_MAX has some.
	 */
	bool repeated : 1;
	bool fresh : 1; /* ARG_PORTS: it may name streams that there are not */
	/*
	 * ARG_IPV4, ARG_IPV6: "/PREFIX" may follow, of min..max bits where it
	 * does.
	 */
	bool prefix : 1;
	const char *name; /* "SIZE"; keyword or flag: the word itself */
	const char *help; /* one clause, without range and default */
	union {
		const char *unit; /* ARG_INT, ARG_SIZES: or NULL */
		/* ARG_TEXT: whether a word can be one; NULL: any can. */
		bool (*fits)(const char *word);
	};
	/*
	 * Optional: the word that its value is taken from where the line does
	 * not give it; of ARG_PORTS what its command takes instead, in words.
	 */
	const char *unset;
	/* Of ARG_INT, ARG_TIME, ARG_SPEED, ARG_SHARE, ARG_SPAN, ARG_SIZES;
	 * both 0: no limit. */
	uint64_t min, max;
	union {
		const struct arg_word *words; /* ARG_ENUM, _MAC, _SPAN */
		/*
		 * ARG_INT, ARG_NAME, ARG_TEXT: where its names come from, or
		 * NULL. Puts the one at `i`, from 0, into *name; false when
		 * there are not as many.
		 */
		bool (*names)(void *app, unsigned i, struct arg_name *name);
	};
	/* The last of a form that sets something, which makes it a setting. */
	const struct arg_setting *setting;
};

static inline const struct arg_word *arg_words(const struct arg *a)
{
	return a->type == ARG_ENUM || a->type == ARG_MAC || a->type == ARG_SPAN
		       ? a->words
		       : NULL;
}

static inline bool arg_has_names(const struct arg *a)
{
	return (a->type == ARG_INT || a->type == ARG_NAME ||
		a->type == ARG_TEXT) &&
	       a->names;
}

static inline const char *arg_unit(const struct arg *a)
{
	return a->type == ARG_INT || a->type == ARG_SIZES ? a->unit : NULL;
}

/* Of ARG_SPAN: `count` numbers from `first` on; 0: the word of that index. */
static inline uint64_t arg_span(unsigned first, unsigned count)
{
	return first | (uint64_t)count << 32;
}

struct value {
	bool set;        /* the line gave it */
	unsigned column; /* of its first byte, from 1; 0 when left out */
	uint64_t u;
	union {
		struct subjects subjects;
		uint64_t mask; /* its ports, bit N for port N */
	};
	struct rate rate;
	struct sizes sizes;
	uint8_t addr[VALUE_IPV6_BYTES]; /* network byte order, from its start */
	unsigned prefix;                /* bits; all of them when left out */
	char text[CMD_TEXT_MAX];
	const char *word; /* `word_len` bytes, a NUL behind but for ARG_REST */
	size_t word_len;
	unsigned rest, rest_len; /* where it stands in the line, from 0 */
};

/* What a command's function returns. */
enum call_result {
	CALL_DONE,
	CALL_AGAIN, /* call me again once the chunk is out and wake_ns passed */
	CALL_FAIL,  /* see call_fail() */
};

struct session;
struct runner;

/* One execution of a command, from its first call to DONE or FAIL. */
struct call {
	const struct cmd *cmd;
	const struct cmd_form *form;
	struct value v[CMD_ARGS_MAX]; /* in the order of the form's args */
	unsigned nb_v; /* the others are as call_clear() leaves them */
	void *app;     /* struct app of main.c; the shell's owner */
	struct session *session; /* to ask about the shell itself */
	struct runner *runner;   /* whose line it is part of, see script.h */
	struct reply *reply;     /* empty at each call */
	bool json;               /* the reply will be rendered as JSON */
	bool program;            /* nobody typed it: leave courtesies out */
	/* A person typed this very line, so words may be shortened. */
	bool typed;
	/* How many words name the command: 2 where another, `lead`, does. */
	unsigned first;
	const struct cmd *lead; /* else NULL */
	bool cancelled; /* the last call: put things right, it returns unseen */
	unsigned calls; /* 0 at the first call */
	uint64_t now_ns;
	uint64_t wake_ns;                /* set it with CALL_AGAIN */
	uint64_t state[CMD_STATE_WORDS]; /* the command's own, zero at first */

	unsigned end_column; /* behind its last word */
	enum shell_err err;
	unsigned err_column;
	char err_text[240];
};

struct cmd_form {
	const struct arg *args; /* up to CMD_ARGS_MAX and an ARG_NONE */
	enum call_result (*run)(struct call *c);
	/*
	 * What this form does: a clause of up to CMD_HELP_MAX bytes. NULL where
	 * the command's summary says it: see cmd_form_help().
	 */
	const char *help;
};

#define CMD_SUMMARY_MAX 60
#define CMD_HELP_MAX 80

/* By what commands are listed together; cmd_group_name() names them. */
enum cmd_group {
	GROUP_NONE, /* of a command that is hidden */
	GROUP_TRAFFIC,
	GROUP_HEADERS,
	GROUP_WATCHING,
	GROUP_CONFIGURATION,
	GROUP_SCRIPTS,
	GROUP_FILES,
	GROUP_CONSOLE,
	CMD_GROUPS
};

/* `WORD ...` behind a command is the command `name ...`. */
struct cmd_lead {
	const char *word;
	const char *name;
};

struct cmd {
	const char *name;
	enum cmd_group group;
	/* A verb and its object, up to CMD_SUMMARY_MAX bytes, no full stop. */
	const char *summary;
	const struct cmd_form *forms; /* ends with one whose run is NULL */
	/* More, in sentences, for `help COMMAND` and the docs; may be NULL. */
	const char *notes;
	const char *const *examples; /* NULL-terminated lines that work */
	const char *const *see;      /* NULL-terminated names; may be NULL */
	bool hidden;                 /* runs, but no list names it */
	/* What people type for it though others begin so; may be NULL. */
	const char *brief;
	const char *people; /* of one for programs: what they type instead */
	/*
	 * It ends what goes on: no other word is taken for it, and none
	 * suggests it.
	 */
	bool grave;
	/*
	 * It belongs into a configuration, as settings do: its only form, or
	 * those with a keyword.
	 */
	bool configures;
	const struct cmd_lead *leads; /* ends with a NULL word; may be NULL */
};

/* Generated: all commands by name, NULL at the end. */
extern const struct cmd *const cmd_table[];

/* As one of zeros, which it was at first; its values are much to be cleared. */
void call_clear(struct call *c);

/*
 * Ends the call with an error and returns CALL_FAIL. `arg` is the index of the
 * argument that is at fault, for the column, or -1 for the command's name.
 * What the call had put into its reply is not shown.
 */
__attribute__((format(printf, 4, 5))) enum call_result call_fail(
	struct call *c, enum shell_err err, int arg, const char *fmt, ...);

#endif /* SHELL_CMD_H */
