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
		for (const struct arg_word *w = a->words; w->name; w++) {
			if (w != a->words)
				append(buf, size, "|");
			append(buf, size, w->name);
		}
		break;
	default:
		append(buf, size, a->name);
		for (const struct arg_word *w = arg_words(a); w && w->name;
		     w++) {
			append(buf, size, "|");
			append(buf, size, w->name);
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

		if (ARG_IS_PAIR(a)) {
			struct arg value = *++a;

			value.optional = false;
			snprintf(buf + used, size - used, " [%s ", a[-1].name);
			used = strlen(buf);
			cmd_arg_usage(&value, buf + used, size - used);
			append(buf, size, "]");
			continue;
		}
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
	if (a->type == ARG_TIME || a->type == ARG_SPEED ||
	    a->type == ARG_SHARE) {
		arg_print(a, &(struct value){.u = a->min}, min, sizeof(min));
		arg_print(a, &(struct value){.u = a->max}, max, sizeof(max));
		snprintf(buf, size, "%s..%s", min, max);
	} else {
		snprintf(buf, size, "%llu..%llu%s%s",
			 (unsigned long long)a->min, (unsigned long long)a->max,
			 arg_unit(a) ? " " : "",
			 arg_unit(a) ? arg_unit(a) : "");
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
			append(buf, size, ", /PREFIX ");
			limits(a, buf + strlen(buf), size - strlen(buf));
		}
		break;
	case ARG_SPAN:
		limits(a, buf, size);
		append(buf, size, " or several like 0-1");
		break;
	case ARG_SIZES:
		limits(a, buf, size);
		append(buf, size, " or a mix like 64:7,1518:1");
		break;
	default:
		limits(a, buf, size);
	}
}

const char *cmd_arg_default(const struct arg *a)
{
	if (a->setting)
		return a->setting->initial;
	return a->type == ARG_PORTS ? NULL : a->unset;
}

void cmd_arg_help(const struct arg *a, char *buf, size_t size)
{
	const char *unset = cmd_arg_default(a);
	char range[64];

	cmd_arg_range(a, range, sizeof(range));
	snprintf(buf, size, "%s%s%s%s%s", a->help, range[0] ? ", " : "", range,
		 unset ? ", default " : "", unset ? unset : "");
	if (a->type == ARG_PORTS && a->optional) {
		append(buf, size, ", default: the ");
		append(buf, size, a->unset ? a->unset : "selected ones");
	}
}

const char *cmd_form_help(const struct cmd *cmd, const struct cmd_form *form)
{
	return form->help ? form->help : cmd->summary;
}

const char *cmd_group_name(enum cmd_group group)
{
	static const char *const names[CMD_GROUPS] = {
		[GROUP_NONE] = "none",
		[GROUP_TRAFFIC] = "traffic",
		[GROUP_HEADERS] = "headers",
		[GROUP_WATCHING] = "watching",
		[GROUP_CONFIGURATION] = "configuration",
		[GROUP_SCRIPTS] = "scripts",
		[GROUP_FILES] = "files",
		[GROUP_CONSOLE] = "console",
	};

	return names[group];
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
		[ARG_REST] = "rest",       [ARG_LABEL] = "label",
		[ARG_SHARE] = "share",     [ARG_SPAN] = "span",
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
	/* "SETTING VALUE [SETTING] [VALUE]": once is enough. */
	for (const struct arg *b = form->args; b != a; b++)
		if (!strcmp(a->name, b->name) && a->help == b->help)
			return true;
	return false;
}

bool cmd_arg_unitless(const struct arg *a, const char *w, char *buf,
		      size_t size)
{
	const size_t len = strlen(w);
	const bool bare = len && w[len - 1] >= '0' && w[len - 1] <= '9';

	if (!value_lacks_unit(w) || len > 20)
		return false;
	if (a->type == ARG_RATE && bare)
		snprintf(buf, size,
			 "'%s' has no unit; type '%spps', '%skpps', '%smbps' "
			 "or '%s%%'",
			 w, w, w, w, w);
	else if (a->type == ARG_RATE)
		snprintf(buf, size, "'%s' has no unit; type '%spps' or '%sbps'",
			 w, w, w);
	else if (a->type == ARG_TIME && bare)
		snprintf(buf, size,
			 "'%s' has no unit; type '%ss', '%sms' or '%smin'", w,
			 w, w, w);
	else if (a->type == ARG_SHARE)
		snprintf(buf, size, "'%s' has no unit; type '%s%%'", w, w);
	else if (a->type == ARG_SPEED)
		snprintf(buf, size,
			 "'%s' has no unit; type '%sgbps' or '%smbps'", w, w,
			 w);
	else
		return false;
	return true;
}
