/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/args.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "plat/kvm/smp.h"

/* What words begin with that are for the platform. */
static const char *const ours[] = {"virtio_mmio.device=", SMP_WORD};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_ours(const char *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (!strncmp(w, ours[i], strlen(ours[i])))
			return true;
	return false;
}

/* Copies the word at *in to `out`, which it ends; returns its end. */
static char *word(const char **in, char *out)
{
	bool quoted = false;
	const char *p = *in;

	for (; *p && (quoted || !is_blank(*p)); p++) {
		if (*p == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		*out++ = *p;
	}
	*out++ = '\0';
	*in = p;
	return out;
}

int args_split(struct uk_alloc *a, const char *cmdline, char ***argv)
{
	static char name[] = "ukpktgen";
	size_t len = strlen(cmdline);
	char **args, *out, *end;
	int argc = 1;

	/* The most words are single characters; then argv[0] and the NULL. */
	args = uk_malloc(a, (len / 2 + 3) * sizeof(*args) + len + 2);
	if (!args)
		return -ENOMEM;
	out = (char *)&args[len / 2 + 3];
	args[0] = name;
	for (;;) {
		while (is_blank(*cmdline))
			cmdline++;
		if (!*cmdline)
			break;
		end = word(&cmdline, out);
		if (!is_ours(out)) {
			args[argc++] = out;
			out = end;
		}
	}
	args[argc] = NULL;
	*argv = args;
	return argc;
}
