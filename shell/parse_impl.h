/* SPDX-License-Identifier: BSD-3-Clause */
/* What parse.c and parse_error.c share. */
#ifndef SHELL_PARSE_IMPL_H
#define SHELL_PARSE_IMPL_H

#include "shell/parse.h"

#define PARSE_OTHERS_MAX 8

/* What is being put together. */
struct parser {
	const struct cmd *const *commands;
	const struct words *w;
	const struct parse_ports *ports;
	struct call *c;
	/* Words that are no flags, without the command's name. */
	const struct word *pos[PARSE_WORDS_MAX];
	unsigned nb_pos;
	/*
	 * Of the attempt under way: whether its optional ports are taken, or
	 * left out, against the rule; how many words it took; what stopped it,
	 * E_OK: nothing; and the argument that it lacked there, if any.
	 */
	bool other_ports;
	bool trying; /* it is one; what it says is not read */
	bool brief;  /* beginnings of keywords and words of enumerations do */
	unsigned at;
	enum shell_err stop;
	const struct arg *wanted;
	/*
	 * Keywords of other forms that could stand where the best one stopped.
	 */
	const struct arg *other[PARSE_OTHERS_MAX];
	unsigned nb_others;
};

/* What a keyword in the line counts: more than all else. */
#define FIT_KEYWORD (3 + CMD_ARGS_MAX)

/* No word is taken yet, for none of that form's arguments. */
void parse_begin(struct parser *p, const struct cmd_form *f);

static inline bool is_positional(const struct arg *a)
{
	return a->type != ARG_FLAG;
}

/*
 * Which of two forms that got as far is meant: its keywords in the line count
 * most; of forms without any, the one that takes as many words as there are,
 * else the one that leaves the fewest over.
 */
int parse_fitness(const struct parser *p, const struct cmd_form *f);

/* Chooses the form that the call's words are, or are most likely meant as. */
void parse_choose_form(struct parser *p);

/* Takes the words, but flags, as the arguments of the call's form. */
void parse_take(struct parser *p);

/* Finds the command and, where another leads to it, what that one is. */
void parse_name(struct parser *p);

/* What a word of another tool is here, behind a command; NULL: it is none. */
const char *parse_hint(const struct parser *p, const char *word);

/* The same where that depends on the command. */
const char *parse_own_hint(const struct parser *p, const char *word);

/* The words were wrong for all forms: maybe they ask for a setting's value. */
void parse_question(struct parser *p);

/* Whether `word` begins with `with`, which is not empty. */
bool parse_begins(const char *word, const char *with);

/* Whether the positional word there is this keyword, or stands for it. */
bool parse_is_word(const struct parser *p, unsigned at, const char *keyword);

/* Whether the word is one that the command has, where a name is wanted. */
bool parse_is_own(const struct parser *p, const struct word *word);

/* Its numbers have a unit, which may stand behind a blank. */
static inline bool parse_has_unit(enum arg_type type)
{
	return type == ARG_RATE || type == ARG_TIME || type == ARG_SPEED ||
	       type == ARG_SHARE;
}

/*
 * The words from p->at on that say sizes, *n of them, with one blank between.
 * What is cut to the buffer is too long to be sizes.
 */
#define PARSE_SIZES_MAX 128
const char *parse_sizes(const struct parser *p, char buf[PARSE_SIZES_MAX],
			unsigned *n);

/*
 * Takes all words from p->at on that say sizes, *n of them; *word becomes the
 * one at fault, or that which has the sizes.
 */
enum shell_err parse_take_sizes(const struct parser *p, const struct arg *a,
				struct value *v, unsigned *n,
				const struct word **word);

/* Leaves an error in the call, if there is none yet. */
__attribute__((format(printf, 4, 5))) void parse_fail(struct parser *p,
						      enum shell_err err,
						      unsigned column,
						      const char *fmt, ...);

/* True with an error where somebody pipes the reply into something. */
bool parse_refuse_pipe(struct parser *p);

/* "; did you mean 'every'?": a word that might stand here; mostly empty. */
void parse_suggest(const struct parser *p, const struct arg *a,
		   const char *text, char *buf, size_t size);

/* The same of a word too many; false: nothing. */
bool parse_suggest_surplus(const struct parser *p, const char *text, char *buf,
			   size_t size);

/* The same of a keyword that stands alone behind the command: "capture off". */
void parse_suggest_alone(const struct parser *p, const char *text, char *buf,
			 size_t size);

/* The same of "-m 10mbps", an option of another tool; false: it is none. */
bool parse_suggest_option(const struct parser *p, const char *text, char *buf,
			  size_t size);

/* Copies a message, with what a terminal or a program would act on escaped. */
void parse_plain(char *buf, size_t size, const char *text);

/* A word for a message: cut, with what a terminal would act on escaped. */
struct shown {
	char text[80];
};

struct shown parse_show(const char *word);

/* The word is one too many. */
void parse_refuse_surplus(struct parser *p, const struct word *word);

/*
 * The word is not what `a` takes, or (E_MISSING, no word) it is not there; `at`
 * is where in the word the fault is, or NULL.
 */
void parse_refuse(struct parser *p, enum shell_err err, const struct arg *a,
		  const struct word *word, const char *at);

#endif /* SHELL_PARSE_IMPL_H */
