/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Colours are shown here, but the setting is the appliance's, so that `color
 * off` means the same at its prompt and at ours: it is asked for with each
 * connection, and a notice tells of each change.
 */
#include <string.h>

#include "client/client.h"
#include "client/edit.h"
#include "client/json.h"

static void set(struct client *c, const char *when)
{
	bool color = c->ui.terminal &&
		     (!strcmp(when, "on") ||
		      (c->ui.can_color && strcmp(when, "off") != 0));

	if (c->batch || color == c->ui.color)
		return;
	c->ui.color = color;
	if (c->edit)
		edit_hide(c->edit); /* the prompt has one */
}

static void take_answer(void *arg, char *text, size_t len)
{
	cJSON *json = cJSON_ParseWithLength(text, len);

	set(arg, json_text(json, "color"));
	cJSON_Delete(json);
}

void color_ask(struct client *c)
{
	request_forget(c, &c->color);
	c->color.line = take_answer;
	c->color.arg = c;
	request_send(c, &c->color, "color --json");
}

/* "SECONDS color WHEN", or something else. */
bool color_take_event(struct client *c, const char *text)
{
	static const char color[] = "color ";

	text += strcspn(text, " ");
	text += *text == ' ';
	if (strncmp(text, color, strlen(color)) != 0)
		return false;
	set(c, text + strlen(color));
	return true;
}
