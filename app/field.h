/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What `wait` and `expect` compare: every counter and rate of a port, its
 * state, and every setting, by name ("tx.packets", "rx.rate", "state",
 * "src.mac").
 */
#ifndef APP_FIELD_H
#define APP_FIELD_H

#include "app/app.h"
#include "app/peer_fields.h"
#include "shell/setting.h"

#define FIELD_TEXT_MAX SIZES_PRINT_MAX

enum field_kind {
	FIELD_COUNTER, /* of the list of stats, since `stats clear` */
	FIELD_RATE,    /* of the last second or more: packets per second... */
	FIELD_L1,      /* ...and Mbit/s on layer 1 */
	FIELD_STATE,
	FIELD_LINK,         /* one of app_states[] */
	FIELD_MISSED,       /* frames that are signed, since `stats clear`... */
	FIELD_MISSED_SHARE, /* ...and their share, in percent */
	FIELD_VERDICT,      /* of the last run, one of verdict_grades[] */
	FIELD_PEER,         /* of the list of peer_fields[] */
	FIELD_CLOCK,        /* of other appliances, one of peer_clocks[] */
	FIELD_LOSS,  /* of the list of loss_fields[], of signed frames... */
	FIELD_SHARE, /* ...and the share of those lost, in percent */
	FIELD_SETTING,
};

struct field {
	enum field_kind kind;
	bool rx;        /* FIELD_RATE, FIELD_L1 */
	bool of_stream; /* a stream's counter or state, not its port's */
	const struct stats_field *counter;
	const struct loss_field *loss;
	const struct peer_field *peer;
	struct setting setting;
};

/* A number, or only the text that it is shown as. */
struct field_value {
	bool number;
	bool unknown; /* nobody knows: nothing holds of it */
	uint64_t whole;
	uint32_t micro; /* millionths on top */
	char text[FIELD_TEXT_MAX];
};

/* The i-th field, from 0; false when there are not as many. */
bool field_at(const struct app *app, unsigned i, struct field *f);
bool field_find(const struct app *app, const char *name, struct field *f);
void field_name(const struct field *f, char *buf, size_t size);

/* What a stream has, too: `of_stream` may be set. */
bool field_has_stream(const struct field *f);

/* What of frames is lost: told of those that are signed. */
bool field_is_balance(const struct field *f);
/* Whether it is told of signed frames alone. */
bool field_wants_signature(const struct field *f);

/* Of what there is one. */
enum subject_scope field_scope(const struct field *f);

/* What it is of a subject whose port is up. */
void field_read(const struct app *app, const struct field *f, struct subject of,
		struct field_value *v);

/*
 * Takes a word as what the field could be: of a number also with a multiplier,
 * of a rate with a unit. E_SYNTAX or E_RANGE when it cannot.
 */
enum shell_err field_parse(const struct app *app, const struct field *f,
			   const char *word, struct field_value *v);

/* Its words, "valid, suspect", cut at `size`; false: it takes none. */
bool field_words(const struct field *f, char *buf, size_t size);

/* "=", "!=", "<", "<=", ">", ">="; NULL at the end. */
extern const struct arg_word field_ops[];
enum field_op {
	FIELD_IS,
	FIELD_IS_NOT,
	FIELD_LESS,
	FIELD_LESS_OR_IS,
	FIELD_MORE,
	FIELD_MORE_OR_IS,
};

/* Whether only the first two make sense of its values. */
bool field_is_text(const struct field *f);

bool field_compare(const struct field_value *a, unsigned op,
		   const struct field_value *b);

/* Completion, arg.names: all fields. */
bool field_names(void *app, unsigned i, struct arg_name *name);

#endif /* APP_FIELD_H */
