// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel has to say about a request that it refused: its text, and the
 * attribute it did not like, written as a path: network[1].tier[0].planes.
 *
 * libnl 3.7 reads none of it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/netlink.h>
#include <netlink/genl/genl.h>

#include "internal.h"

/* An attribute: its name, and what is in it if it is a nest */
struct attr_name {
	const char *name;
	const struct attr_set *nest;
};

struct attr_set {
	int max;
	const struct attr_name *names;
};

#define ATTR_SET(_names)	{ ARRAY_SIZE(_names) - 1, _names }

static const struct attr_name dim_names[] = {
	[VSN_A_DIM_NAME] = { "name", NULL },
	[VSN_A_DIM_PREFIX] = { "prefix", NULL },
	[VSN_A_DIM_SIZE] = { "size", NULL },
};

static const struct attr_name kind_names[] = {
	[VSN_A_KIND_KIND] = { "kind", NULL },
	[VSN_A_KIND_DIM] = { "dim", NULL },
	[VSN_A_KIND_PACKAGE] = { "package", NULL },
	[VSN_A_KIND_CAPACITY] = { "capacity", NULL },
	[VSN_A_KIND_MEM_BANDWIDTH] = { "mem-bandwidth", NULL },
	[VSN_A_KIND_MEM_LATENCY] = { "mem-latency", NULL },
	[VSN_A_KIND_READ_BANDWIDTH] = { "read-bandwidth", NULL },
	[VSN_A_KIND_WRITE_BANDWIDTH] = { "write-bandwidth", NULL },
	[VSN_A_KIND_OVERHEAD] = { "overhead", NULL },
};

static const struct attr_name port_names[] = {
	[VSN_A_PORT_KIND] = { "kind", NULL },
	[VSN_A_PORT_BANDWIDTH] = { "bandwidth", NULL },
	[VSN_A_PORT_LATENCY] = { "latency", NULL },
	[VSN_A_PORT_EFFICIENCY] = { "efficiency", NULL },
};

static const struct attr_name graph_switch_names[] = {
	[VSN_A_GRAPH_SWITCH_NAME] = { "name", NULL },
	[VSN_A_GRAPH_SWITCH_LATENCY] = { "latency", NULL },
};

static const struct attr_name graph_link_names[] = {
	[VSN_A_GRAPH_LINK_FROM] = { "from", NULL },
	[VSN_A_GRAPH_LINK_TO] = { "to", NULL },
	[VSN_A_GRAPH_LINK_BOTH] = { "both", NULL },
	[VSN_A_GRAPH_LINK_LANES] = { "lanes", NULL },
	[VSN_A_GRAPH_LINK_BANDWIDTH] = { "bandwidth", NULL },
	[VSN_A_GRAPH_LINK_LATENCY] = { "latency", NULL },
	[VSN_A_GRAPH_LINK_EFFICIENCY] = { "efficiency", NULL },
};

static const struct attr_set graph_switch_set = ATTR_SET(graph_switch_names);
static const struct attr_set graph_link_set = ATTR_SET(graph_link_names);

static const struct attr_name graph_names[] = {
	[VSN_A_GRAPH_NETWORK] = { "network", NULL },
	[VSN_A_GRAPH_SWITCH] = { "switch", &graph_switch_set },
	[VSN_A_GRAPH_LINK] = { "link", &graph_link_set },
};

static const struct attr_set graph_set = ATTR_SET(graph_names);
static const struct attr_set dim_set = ATTR_SET(dim_names);
static const struct attr_set kind_set = ATTR_SET(kind_names);
static const struct attr_set port_set = ATTR_SET(port_names);

static const struct attr_name tier_names[] = {
	[VSN_A_TIER_NAME] = { "name", NULL },
	[VSN_A_TIER_OVER] = { "over", NULL },
	[VSN_A_TIER_ATTACH] = { "attach", NULL },
	[VSN_A_TIER_KIND] = { "kind", NULL },
	[VSN_A_TIER_FORWARDING] = { "forwarding", NULL },
	[VSN_A_TIER_PLANES] = { "planes", NULL },
	[VSN_A_TIER_SWITCHES] = { "switches", NULL },
	[VSN_A_TIER_LANES] = { "lanes", NULL },
	[VSN_A_TIER_WIRING] = { "wiring", NULL },
	[VSN_A_TIER_SWITCH_LATENCY] = { "switch-latency", NULL },
	[VSN_A_TIER_MEDIUM] = { "medium", NULL },
	[VSN_A_TIER_PORT] = { "port", &port_set },
	[VSN_A_TIER_REDUCES] = { "reduces", NULL },
	[VSN_A_TIER_TRANSIT] = { "transit", NULL },
};

static const struct attr_set tier_set = ATTR_SET(tier_names);

static const struct attr_name network_names[] = {
	[VSN_A_NETWORK_NAME] = { "name", NULL },
	[VSN_A_NETWORK_HEADER] = { "header", NULL },
	[VSN_A_NETWORK_PACKET] = { "packet", NULL },
	[VSN_A_NETWORK_STRIPE] = { "stripe", NULL },
	[VSN_A_NETWORK_POLICY] = { "policy", NULL },
	[VSN_A_NETWORK_SEED] = { "seed", NULL },
	[VSN_A_NETWORK_TIER] = { "tier", &tier_set },
};

static const struct attr_set network_set = ATTR_SET(network_names);

static const struct attr_name fabric_names[] = {
	[VSN_A_FABRIC_NAME] = { "name", NULL },
	[VSN_A_FABRIC_COMMIT] = { "commit", NULL },
	[VSN_A_FABRIC_SYSTEM] = { "system", NULL },
	[VSN_A_FABRIC_DIM] = { "dim", &dim_set },
	[VSN_A_FABRIC_KIND] = { "kind", &kind_set },
	[VSN_A_FABRIC_NETWORK] = { "network", &network_set },
	[VSN_A_FABRIC_CLOCK] = { "clock", NULL },
	[VSN_A_FABRIC_SCALE] = { "scale", NULL },
	[VSN_A_FABRIC_GRAPH] = { "graph", &graph_set },
};

static const struct attr_name endpoint_names[] = {
	[VSN_A_ENDPOINT_FABRIC] = { "fabric", NULL },
	[VSN_A_ENDPOINT_ID] = { "id", NULL },
	[VSN_A_ENDPOINT_NAME] = { "name", NULL },
	[VSN_A_ENDPOINT_KIND] = { "kind", NULL },
	[VSN_A_ENDPOINT_ACTIVE] = { "active", NULL },
	[VSN_A_ENDPOINT_SLOW] = { "slow", NULL },
	[VSN_A_ENDPOINT_DELAY] = { "delay", NULL },
	[VSN_A_ENDPOINT_JITTER] = { "jitter", NULL },
	[VSN_A_ENDPOINT_SEED] = { "seed", NULL },
	[VSN_A_ENDPOINT_STATE] = { "state", NULL },
	[VSN_A_ENDPOINT_NODE] = { "node", NULL },
};

static const struct attr_name link_names[] = {
	[VSN_A_LINK_FABRIC] = { "fabric", NULL },
	[VSN_A_LINK_ID] = { "id", NULL },
	[VSN_A_LINK_NETWORK] = { "network", NULL },
	[VSN_A_LINK_TIER] = { "tier", NULL },
	[VSN_A_LINK_ACTIVE] = { "active", NULL },
	[VSN_A_LINK_STATE] = { "state", NULL },
	[VSN_A_LINK_BANDWIDTH_PART] = { "bandwidth-part", NULL },
	[VSN_A_LINK_EXTRA_LATENCY] = { "extra-latency", NULL },
	[VSN_A_LINK_ERROR_RATE] = { "error-rate", NULL },
};

static const struct attr_name switch_names[] = {
	[VSN_A_SWITCH_FABRIC] = { "fabric", NULL },
	[VSN_A_SWITCH_ID] = { "id", NULL },
	[VSN_A_SWITCH_NAME] = { "name", NULL },
	[VSN_A_SWITCH_STATE] = { "state", NULL },
	[VSN_A_SWITCH_DOWN] = { "down", NULL },
};

static const struct attr_name fault_names[] = {
	[VSN_A_FAULT_FABRIC] = { "fabric", NULL },
	[VSN_A_FAULT_ID] = { "id", NULL },
	[VSN_A_FAULT_LINK] = { "link", NULL },
	[VSN_A_FAULT_SWITCH] = { "switch", NULL },
	[VSN_A_FAULT_DOWN] = { "down", NULL },
	[VSN_A_FAULT_BANDWIDTH_PART] = { "bandwidth-part", NULL },
	[VSN_A_FAULT_EXTRA_LATENCY] = { "extra-latency", NULL },
	[VSN_A_FAULT_ERROR_RATE] = { "error-rate", NULL },
	[VSN_A_FAULT_AT] = { "at", NULL },
	[VSN_A_FAULT_UNTIL] = { "until", NULL },
	[VSN_A_FAULT_ENDPOINT] = { "endpoint", NULL },
};

static const struct attr_name policy_names[] = {
	[VSN_A_FAULT_POLICY_FABRIC] = { "fabric", NULL },
	[VSN_A_FAULT_POLICY_DETECT] = { "detect", NULL },
	[VSN_A_FAULT_POLICY_LOST] = { "lost", NULL },
	[VSN_A_FAULT_POLICY_SEED] = { "seed", NULL },
};

static const struct attr_name route_names[] = {
	[VSN_A_ROUTE_FABRIC] = { "fabric", NULL },
	[VSN_A_ROUTE_SOURCE] = { "source", NULL },
	[VSN_A_ROUTE_DESTINATION] = { "destination", NULL },
	[VSN_A_ROUTE_NETWORK] = { "network", NULL },
	[VSN_A_ROUTE_CANDIDATE] = { "candidate", NULL },
};

static const struct attr_name where_names[] = {
	[VSN_A_WHERE_DIM] = { "dim", NULL },
	[VSN_A_WHERE_DIGIT] = { "digit", NULL },
};

static const struct attr_set where_set = ATTR_SET(where_names);

static const struct attr_name region_names[] = {
	[VSN_A_REGION_FABRIC] = { "fabric", NULL },
	[VSN_A_REGION_ID] = { "id", NULL },
	[VSN_A_REGION_SIZE] = { "size", NULL },
	[VSN_A_REGION_HOME] = { "home", NULL },
	[VSN_A_REGION_GRANULE] = { "granule", NULL },
	[VSN_A_REGION_HUGE] = { "huge", NULL },
	[VSN_A_REGION_OFFSET] = { "offset", NULL },
	[VSN_A_REGION_LENGTH] = { "length", NULL },
	[VSN_A_REGION_HEAL] = { "heal", NULL },
	[VSN_A_REGION_MODE] = { "mode", NULL },
	[VSN_A_REGION_DIR_GRANULE] = { "dir-granule", NULL },
	[VSN_A_REGION_NAME] = { "name", NULL },
	[VSN_A_REGION_FORCE] = { "force", NULL },
	[VSN_A_REGION_POLICY] = { "policy", NULL },
	[VSN_A_REGION_KIND] = { "kind", NULL },
	[VSN_A_REGION_WHERE] = { "where", &where_set },
	[VSN_A_REGION_NEAR] = { "near", NULL },
	[VSN_A_REGION_COUNT] = { "count", NULL },
	[VSN_A_REGION_PARTITION] = { "partition", NULL },
};

static const struct attr_name grant_names[] = {
	[VSN_A_GRANT_FABRIC] = { "fabric", NULL },
	[VSN_A_GRANT_ID] = { "id", NULL },
	[VSN_A_GRANT_OFFSET] = { "offset", NULL },
	[VSN_A_GRANT_LENGTH] = { "length", NULL },
	[VSN_A_GRANT_INITIATOR] = { "initiator", NULL },
	[VSN_A_GRANT_RIGHT] = { "right", NULL },
};

static const struct attr_name run_names[] = {
	[VSN_A_ENDPOINT_RUN_FIRST] = { "first", NULL },
	[VSN_A_ENDPOINT_RUN_LAST] = { "last", NULL },
};

static const struct attr_set run_set = ATTR_SET(run_names);

static const struct attr_name partition_names[] = {
	[VSN_A_PARTITION_FABRIC] = { "fabric", NULL },
	[VSN_A_PARTITION_NAME] = { "name", NULL },
	[VSN_A_PARTITION_ENDPOINTS] = { "endpoints", &run_set },
	[VSN_A_PARTITION_QUOTA] = { "quota", NULL },
	[VSN_A_PARTITION_RESIDENT_MAX] = { "resident", NULL },
};

static const struct attr_name limit_names[] = {
	[VSN_A_LIMIT_FABRIC] = { "fabric", NULL },
	[VSN_A_LIMIT_RESIDENT] = { "resident", NULL },
};

static const struct attr_set fabric_set = ATTR_SET(fabric_names);
static const struct attr_set endpoint_set = ATTR_SET(endpoint_names);
static const struct attr_set link_set = ATTR_SET(link_names);
static const struct attr_set route_set = ATTR_SET(route_names);
static const struct attr_set region_set = ATTR_SET(region_names);
static const struct attr_set grant_set = ATTR_SET(grant_names);
static const struct attr_set limit_set = ATTR_SET(limit_names);
static const struct attr_set switch_set = ATTR_SET(switch_names);
static const struct attr_set fault_set = ATTR_SET(fault_names);
static const struct attr_set policy_set = ATTR_SET(policy_names);
static const struct attr_set partition_set = ATTR_SET(partition_names);

static const struct attr_set *request_set(const struct nlmsghdr *request)
{
	switch (vsn_msg_cmd(request)) {
	case VSN_CMD_FABRIC_GET:
	case VSN_CMD_FABRIC_NEW:
	case VSN_CMD_FABRIC_SET:
	case VSN_CMD_FABRIC_DEL:
		return &fabric_set;
	case VSN_CMD_ENDPOINT_GET:
	case VSN_CMD_ENDPOINT_SET:
		return &endpoint_set;
	case VSN_CMD_LINK_GET:
	case VSN_CMD_LINK_SET:
		return &link_set;
	case VSN_CMD_SWITCH_GET:
	case VSN_CMD_SWITCH_SET:
		return &switch_set;
	case VSN_CMD_FAULT_GET:
	case VSN_CMD_FAULT_NEW:
	case VSN_CMD_FAULT_DEL:
		return &fault_set;
	case VSN_CMD_FAULT_POLICY_GET:
	case VSN_CMD_FAULT_POLICY_SET:
		return &policy_set;
	case VSN_CMD_ROUTE_GET:
		return &route_set;
	case VSN_CMD_REGION_GET:
	case VSN_CMD_REGION_NEW:
	case VSN_CMD_REGION_DEL:
	case VSN_CMD_REGION_POISON:
		return &region_set;
	case VSN_CMD_GRANT_GET:
	case VSN_CMD_GRANT_SET:
		return &grant_set;
	case VSN_CMD_PARTITION_GET:
	case VSN_CMD_PARTITION_NEW:
	case VSN_CMD_PARTITION_SET:
	case VSN_CMD_PARTITION_DEL:
		return &partition_set;
	case VSN_CMD_LIMIT_GET:
	case VSN_CMD_LIMIT_SET:
		return &limit_set;
	default:
		return NULL;
	}
}

struct text {
	char *buf;
	size_t size;
	size_t len;
};

__printf(2, 3)
static void text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->len, t->size - t->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n < t->size - t->len ? (size_t)n : t->size - t->len - 1;
}

static const struct attr_name *attr_find(const struct attr_set *set, int type)
{
	if (!set || type > set->max || !set->names[type].name)
		return NULL;
	return &set->names[type];
}

static void text_type(struct text *t, const struct attr_set *set, int type)
{
	const struct attr_name *a = attr_find(set, type);

	if (a)
		text_add(t, "%s", a->name);
	else
		text_add(t, "attribute %d", type);
}

/* Which of the attributes of its type is it? */
static int attr_ordinal(const struct nlattr *head, const struct nlattr *nla)
{
	const struct nlattr *a = head;
	int n = 0;

	for (; a < nla; a = (const void *)((const char *)a + NLA_ALIGN(a->nla_len)))
		n += nla_type(a) == nla_type(nla);
	return n;
}

/*
 * Write the path of what is at offset @offs of the request; return the set that
 * its nest is made of, or NULL.
 */
static const struct attr_set *text_path(struct text *t, const struct nlmsghdr *request,
					uint32_t offs)
{
	const char *want = (const char *)request + offs;
	const struct attr_set *set = request_set(request);
	const struct nlattr *head = vsn_msg_attrs(request);
	int len = vsn_msg_attrs_len(request);
	const char *dot = "";

	for (;;) {
		const struct nlattr *nla, *in = NULL;
		const struct attr_name *a;
		int rem;

		nla_for_each_attr(nla, (struct nlattr *)head, len, rem) {
			if (want >= (const char *)nla &&
			    want < (const char *)nla + nla->nla_len) {
				in = nla;
				break;
			}
		}
		if (!in)
			return NULL;
		a = attr_find(set, nla_type(in));
		text_add(t, "%s", dot);
		text_type(t, set, nla_type(in));
		dot = ".";
		set = a ? a->nest : NULL;
		if (set)
			text_add(t, "[%d]", attr_ordinal(head, in));
		if (want == (const char *)in || !set)
			return set;
		head = nla_data(in);
		len = nla_len(in);
	}
}

/* The range that the value is outside of, where the kernel tells */
static void text_policy(struct text *t, const struct nlattr *policy)
{
	const struct nlattr *nla;
	uint64_t min = 0, max = UINT64_MAX, max_len = 0;
	int rem;

	nla_for_each_nested(nla, (struct nlattr *)policy, rem) {
		switch (nla_type(nla)) {
		case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
			min = vsn_get_uint(nla);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
			max = vsn_get_uint(nla);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
			max_len = vsn_get_uint(nla);
			break;
		}
	}
	if (max_len)
		text_add(t, " (at most %" PRIu64 " bytes)", max_len);
	else if (max >= UINT32_MAX && min)
		text_add(t, " (at least %" PRIu64 ")", min);
	else if (max < UINT32_MAX)
		text_add(t, " (%" PRIu64 " to %" PRIu64 ")", min, max);
}

/**
 * vsn_extack_error() - put the kernel's complaint into words
 * @ctl: handle; the text goes to its error
 * @err: negative errno
 * @nlh: message that brought it
 * @attrs: its TLVs
 * @len: their length
 * @request: what was asked
 *
 * Return: @err.
 */
int vsn_extack_error(struct vsn_ctl *ctl, int err, const struct nlmsghdr *nlh,
		     const struct nlattr *attrs, int len, const struct nlmsghdr *request)
{
	struct text t = { ctl->error, sizeof(ctl->error), 0 };
	const struct nlattr *nla, *msg = NULL, *offs = NULL, *miss = NULL, *nest = NULL;
	const struct nlattr *policy = NULL;
	const struct attr_set *set;
	int rem;

	ctl->error[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		len = 0;
	nla_for_each_attr(nla, (struct nlattr *)attrs, len, rem) {
		switch (nla_type(nla)) {
		case NLMSGERR_ATTR_MSG:
			msg = nla;
			break;
		case NLMSGERR_ATTR_OFFS:
			offs = nla;
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			miss = nla;
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			nest = nla;
			break;
		case NLMSGERR_ATTR_POLICY:
			policy = nla;
			break;
		}
	}
	if (offs) {
		text_path(&t, request, vsn_get_uint(offs));
		if (t.len)
			text_add(&t, ": ");
	}
	if (msg)
		text_add(&t, "%.*s", (int)strnlen(nla_data(msg), nla_len(msg)),
			 (char *)nla_data(msg));
	else if (!miss)
		text_add(&t, "%s", strerror(-err));
	if (policy)
		text_policy(&t, policy);
	if (miss) {
		text_add(&t, "%smissing ", t.len ? ": " : "");
		set = request_set(request);
		if (nest) {
			set = text_path(&t, request, vsn_get_uint(nest));
			text_add(&t, ".");
		}
		text_type(&t, set, vsn_get_uint(miss));
	}
	return err;
}
