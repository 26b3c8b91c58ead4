/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/color.h"

#include <string.h>

#include "client/json.h"

static void set(struct ui *ui, const char *when)
{
	if (!ui->batch)
		ui->color = ui->terminal &&
			    (!strcmp(when, "on") ||
			     (ui->can_color && strcmp(when, "off") != 0));
}

static void take_answer(void *arg, char *text, size_t len)
{
	cJSON *json = cJSON_ParseWithLength(text, len);

	set(arg, json_text(json, "color"));
	cJSON_Delete(json);
}

void color_ask(struct color *c)
{
	request_forget(c->requests, &c->request);
	c->request.line = take_answer;
	c->request.arg = c->ui;
	request_send(c->requests, &c->request, "color --json");
}

bool color_take_notice(struct color *c, const char *text)
{
	static const char color[] = "color ";

	text += strcspn(text, " ");
	text += *text == ' ';
	if (strncmp(text, color, strlen(color)) != 0)
		return false;
	set(c->ui, text + strlen(color));
	return true;
}
