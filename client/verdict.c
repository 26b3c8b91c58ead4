/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/verdict.h"

#include <string.h>

#include "client/run.h"
#include "client/wait.h"

enum status verdict_check(struct client *c, unsigned ms)
{
	struct request r = {0};
	enum request_state state;

	request_send(&c->requests, &r, "verdict all check");
	state = wait_reply_for(c, &r, ms);
	if (state == REQUEST_OK)
		return STATUS_OK;
	if (state != REQUEST_ERR)
		return run_lost(c);
	ui_note(&c->ui, "%s", r.message);
	if (strcmp(r.code, "E_EXPECT") != 0)
		return STATUS_FAILED;
	return strstr(r.message, " INVALID: ") ? STATUS_INVALID
					       : STATUS_SUSPECT;
}
