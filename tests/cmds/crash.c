/* SPDX-License-Identifier: BSD-3-Clause */
/* In test builds only: fails on purpose, one way for each kind of fault. */
#include <uk/plat/bootstrap.h>

#include "app/app.h"

enum { KIND };

static const struct arg_word kinds[] = {
	{"null", ""},  {"stack", ""}, {"exec", ""},    {"text", ""},
	{"div", ""},   {"ud", ""},    {"syscall", ""}, {"assert", ""},
	{"reset", ""}, {"end", ""},   {"smash", ""},   {NULL},
};

static const struct arg args[] = {
	[KIND] = {ARG_ENUM, .name = "KIND", .words = kinds,
		  .help = "the kind of fault"},
	{ARG_NONE},
};

static volatile int zero;
static char data[16] = {(char)0xc3};

/* Not a tail call, and not to be seen through. */
__attribute__((noinline)) static int recurse(volatile char *above)
{
	volatile char frame[512];

	frame[0] = *above;
	if (!frame[0])
		return 0;
	return recurse(frame) + frame[0];
}

/* Writes over what stands above `frame`, and comes back. */
__attribute__((noinline)) static int smash(int len)
{
	char frame[16];
	volatile char *at = frame;

	for (int i = 0; i < len; i++)
		at[i] = 'x';
	return frame[0];
}

static enum call_result run(struct call *c)
{
	volatile char one = 1;

	switch (c->v[KIND].u) {
	case 0:
		*(volatile int *)(uintptr_t)zero = 1;
		break;
	case 1:
		return (enum call_result)recurse(&one);
	case 2:
		((void (*)(void))(uintptr_t)data)();
		break;
	case 3:
		*(volatile char *)(uintptr_t)run = 0;
		break;
	case 4:
		zero = one / zero;
		break;
	case 5:
		__asm__ volatile("ud2");
		break;
	case 6:
		__asm__ volatile("syscall" : : "a"(999) : "rcx", "r11");
		break;
	case 7:
		UK_ASSERT(zero);
		break;
	case 8:
		ukplat_restart();
	case 10:
		return (enum call_result)smash(zero + 48);
	default:
		ukplat_crash();
	}
	return CALL_DONE;
}

const struct cmd cmd_crash = {
	.name = "crash",
	.summary = "Fail on purpose",
	.forms =
		(const struct cmd_form[]){
			{args, run, "fail"},
			{0},
		},
	.hidden = true,
};
