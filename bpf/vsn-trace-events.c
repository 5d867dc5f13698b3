// SPDX-License-Identifier: GPL-2.0
/* vsn-trace: one event, one line, as text or JSON from the same calls. */
#include <inttypes.h>

#include "device.h"
#include "vsn-trace-user.h"

const char *const vsn_trace_types[VSN_TRACE_NR_TYPES] = {
	[VSN_TRACE_OP_SUBMIT] = "op_submit",
	[VSN_TRACE_OP_COMPLETE] = "op_complete",
	[VSN_TRACE_LINK_XFER] = "link_xfer",
	[VSN_TRACE_FAULT] = "fault",
	[VSN_TRACE_LINK_STATE] = "link_state",
};

struct line {
	FILE *out;
	bool json;
};

static void line_begin(struct line *l, const char *event)
{
	fprintf(l->out, l->json ? "{\"event\":\"%s\"" : "%s", event);
}

static void line_end(struct line *l)
{
	fputs(l->json ? "}\n" : "\n", l->out);
}

static void number(struct line *l, const char *key, int64_t v)
{
	fprintf(l->out, l->json ? ",\"%s\":%" PRId64 : " %s=%" PRId64, key, v);
}

static void count(struct line *l, const char *key, uint64_t v)
{
	fprintf(l->out, l->json ? ",\"%s\":%" PRIu64 : " %s=%" PRIu64, key, v);
}

/* A string in JSON, where many readers keep no more than 53 bits of a number. */
static void word(struct line *l, const char *key, uint64_t v)
{
	fprintf(l->out, l->json ? ",\"%s\":\"0x%" PRIx64 "\"" : " %s=0x%" PRIx64, key, v);
}

/* Only for strings of our own: nothing is escaped. */
static void string(struct line *l, const char *key, const char *v)
{
	fprintf(l->out, l->json ? ",\"%s\":\"%s\"" : " %s=%s", key, v);
}

/* What the events of an operation have in common. */
static void operation(struct line *l, const struct vsn_trace_event *e)
{
	count(l, "fabric", e->fabric);
	if (vsn_op_name(e->opcode)[0] != '?')
		string(l, "op", vsn_op_name(e->opcode));
	else
		count(l, "op", e->opcode);
	count(l, "initiator", e->initiator);
	count(l, "stream", e->stream);
	word(l, "user_data", e->user_data);
	number(l, "network", e->network);
}

/* Print @e to @out. */
void vsn_trace_print_event(FILE *out, bool json, const struct vsn_trace_event *e)
{
	struct line l = { out, json };

	line_begin(&l, vsn_trace_types[e->type]);
	switch (e->type) {
	case VSN_TRACE_OP_SUBMIT:
		operation(&l, e);
		count(&l, "flags", e->flags);
		word(&l, "dst", e->addr);
		word(&l, "src", e->value);
		count(&l, "len", e->payload);
		count(&l, "now", e->start);
		break;
	case VSN_TRACE_OP_COMPLETE:
		operation(&l, e);
		number(&l, "status", e->status);
		count(&l, "start", e->start);
		count(&l, "end", e->end);
		count(&l, "bytes", e->payload);
		count(&l, "wire", e->wire);
		word(&l, "value", e->value);
		break;
	case VSN_TRACE_LINK_XFER:
		operation(&l, e);
		count(&l, "tier", e->tier);
		count(&l, "link", e->link);
		count(&l, "chunk", e->chunk);
		count(&l, "start", e->start);
		count(&l, "end", e->end);
		count(&l, "payload", e->payload);
		count(&l, "wire", e->wire);
		break;
	case VSN_TRACE_FAULT:
		count(&l, "fabric", e->fabric);
		count(&l, "initiator", e->initiator);
		count(&l, "home", e->link);
		word(&l, "ua", e->addr);
		count(&l, "bytes", e->payload);
		string(&l, "access", e->flags ? "store" : "load");
		number(&l, "status", e->status);
		break;
	case VSN_TRACE_LINK_STATE:
		count(&l, "fabric", e->fabric);
		count(&l, e->flags & VSN_TRACE_SWITCH ? "switch" :
			  e->flags & VSN_TRACE_ENDPOINT ? "endpoint" : "link", e->link);
		string(&l, "state", e->flags & VSN_TRACE_DOWN ? "down" : "up");
		count(&l, "bandwidth_part", e->payload);
		count(&l, "extra_latency", e->value);
		count(&l, "error_rate", e->wire);
		count(&l, "fault", e->chunk);
		count(&l, "now", e->start);
		break;
	}
	line_end(&l);
}

/* Print the last line: how many events there were, and how many are not above. */
void vsn_trace_print_end(FILE *out, bool json, const struct vsn_trace_totals *t,
			 uint64_t missed)
{
	struct line l = { out, json };
	uint64_t events = 0, lost = 0;
	int i;

	for (i = 0; i < VSN_TRACE_NR_TYPES; i++) {
		events += t->events[i];
		lost += t->lost[i];
	}
	line_begin(&l, json ? "end" : "# end");
	count(&l, "events", events);
	count(&l, "lost", lost);
	count(&l, "missed", missed);
	line_end(&l);
}
