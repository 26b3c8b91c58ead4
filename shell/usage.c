/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/usage.h"

#include <stdio.h>
#include <string.h>

#include "shell/arg.h"

static void append(char *buf, size_t size, const char *text)
{
	size_t used = strlen(buf);

	snprintf(buf + used, size - used, "%s", text);
}

void cmd_arg_usage(const struct arg *a, char *buf, size_t size)
{
	buf[0] = '\0';
	if (a->optional)
		append(buf, size, "[");
	switch (a->type) {
	case ARG_FLAG:
		append(buf, size, "--");
		append(buf, size, a->name);
		break;
	case ARG_ENUM:
		for (const char *const *w = a->words; *w; w++) {
			if (w != a->words)
				append(buf, size, "|");
			append(buf, size, *w);
		}
		break;
	default:
		append(buf, size, a->name);
		for (const char *const *w = a->words; w && *w; w++) {
			append(buf, size, "|");
			append(buf, size, *w);
		}
	}
	if (a->repeated)
		append(buf, size, "...");
	if (a->optional)
		append(buf, size, "]");
}

void cmd_usage(const struct cmd *cmd, const struct cmd_form *form, char *buf,
	       size_t size)
{
	snprintf(buf, size, "%s", cmd->name);
	for (const struct arg *a = form->args; a->type != ARG_NONE; a++) {
		size_t used = strlen(buf);

		append(buf, size, " ");
		used = strlen(buf);
		cmd_arg_usage(a, buf + used, size - used);
	}
}

/* Numbers from least to most, as their type writes them. */
static void limits(const struct arg *a, char *buf, size_t size)
{
	char min[ARG_PRINT_MAX], max[ARG_PRINT_MAX];

	if (!a->max)
		return;
	if (a->type == ARG_TIME || a->type == ARG_SPEED) {
		arg_print(a, &(struct value){.u = a->min}, min, sizeof(min));
		arg_print(a, &(struct value){.u = a->max}, max, sizeof(max));
		snprintf(buf, size, "%s..%s", min, max);
	} else {
		snprintf(buf, size, "%llu..%llu%s%s",
			 (unsigned long long)a->min, (unsigned long long)a->max,
			 a->unit ? " " : "", a->unit ? a->unit : "");
	}
}

void cmd_arg_range(const struct arg *a, char *buf, size_t size)
{
	buf[0] = '\0';
	switch (a->type) {
	case ARG_MAC:
		append(buf, size, "like 02:00:00:00:00:01");
		break;
	case ARG_IPV4:
	case ARG_IPV6:
		append(buf, size,
		       a->type == ARG_IPV4 ? "like 198.18.0.1"
					   : "like 2001:2::1");
		if (a->prefix) {
			append(buf, size, ", /PREFIX of ");
			limits(a, buf + strlen(buf), size - strlen(buf));
		}
		break;
	case ARG_SIZES:
		limits(a, buf, size);
		append(buf, size, " or a mix: 64:7,1518:1");
		break;
	default:
		limits(a, buf, size);
	}
}

const char *cmd_arg_type(const struct arg *a)
{
	static const char *const types[ARG_TYPES] = {
		[ARG_NONE] = "none",       [ARG_PORTS] = "ports",
		[ARG_INT] = "int",         [ARG_RATE] = "rate",
		[ARG_TIME] = "time",       [ARG_ENUM] = "enum",
		[ARG_KEYWORD] = "keyword", [ARG_NAME] = "name",
		[ARG_TEXT] = "text",       [ARG_FLAG] = "flag",
		[ARG_HEX32] = "hex32",     [ARG_SPEED] = "speed",
		[ARG_MAC] = "mac",         [ARG_IPV4] = "ipv4",
		[ARG_IPV6] = "ipv6",       [ARG_SIZES] = "sizes",
		[ARG_REST] = "rest",
	};

	return types[a->type];
}

bool cmd_arg_seen(const struct cmd *cmd, const struct cmd_form *form,
		  const struct arg *a)
{
	for (const struct cmd_form *f = cmd->forms; f != form; f++)
		for (const struct arg *b = f->args; b->type != ARG_NONE; b++)
			if (!strcmp(a->name, b->name))
				return true;
	return false;
}
