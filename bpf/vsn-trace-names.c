// SPDX-License-Identifier: GPL-2.0
/* vsn-trace: names of fabrics, endpoints, networks and tiers, over netlink. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vsn-trace-user.h"

static bool parse_u32(const char *word, uint32_t *v)
{
	unsigned long n;
	char *end;

	if (word[0] < '0' || word[0] > '9')
		return false;
	errno = 0;
	n = strtoul(word, &end, 10);
	if (errno || *end || n > UINT32_MAX)
		return false;
	*v = (uint32_t)n;
	return true;
}

static struct vsn_ctl *connect_control(void)
{
	struct vsn_ctl *ctl;

	if (vsn_ctl_open(&ctl)) {
		vsn_trace_err("%s", vsn_ctl_error(NULL));
		return NULL;
	}
	return ctl;
}

/*
 * Find the fabric that @word names.  A name may look like a number, so a name it
 * is first; a number that is no name is an id, of a fabric that may be gone or
 * yet to come.
 */
int vsn_trace_find_fabric(struct vsn_trace_names *names, const char *word)
{
	struct vsn_ctl *ctl = connect_control();
	uint32_t id;
	int err;

	if (!ctl)
		return -1;
	err = vsn_ctl_fabric_get(ctl, word, &names->fabric);
	if (!err) {
		names->id = names->fabric->id;
	} else if (parse_u32(word, &id)) {
		err = 0;
		names->fabric = NULL;
		names->id = id;
	} else {
		vsn_trace_err("no fabric '%s': %s", word, vsn_ctl_error(ctl));
	}
	vsn_ctl_close(ctl);
	if (!err && !names->fabric)
		vsn_trace_find_id(names, names->id);
	return err ? -1 : 0;
}

/* Find the endpoint that @word names, a name or an id. */
int vsn_trace_find_endpoint(const struct vsn_trace_names *names, const char *word,
			    uint32_t *id)
{
	struct vsn_ctl_endpoint ep;
	struct vsn_ctl *ctl;
	int err;

	if (parse_u32(word, id))
		return 0;
	if (!names->fabric) {
		vsn_trace_err("endpoint '%s': to find a name, name its fabric with -f", word);
		return -1;
	}
	ctl = connect_control();
	if (!ctl)
		return -1;
	err = vsn_ctl_endpoint_get(ctl, names->fabric->name, word, &ep);
	if (err)
		vsn_trace_err("no endpoint '%s' in fabric %s: %s",
			      word, names->fabric->name, vsn_ctl_error(ctl));
	else
		*id = ep.id;
	vsn_ctl_close(ctl);
	return err ? -1 : 0;
}

struct search {
	uint64_t id;
	char name[VSN_CTL_NAME];
};

static int match_id(const struct vsn_ctl_fabric *fabric, void *arg)
{
	struct search *s = arg;

	if (fabric->id != s->id)
		return 0;
	memcpy(s->name, fabric->name, sizeof(s->name));
	return 1;
}

/* Find the topology of the fabric with that id.  None is no error: indices do. */
void vsn_trace_find_id(struct vsn_trace_names *names, uint64_t id)
{
	struct search s = { .id = id };
	struct vsn_ctl_fabric *fabric;
	struct vsn_ctl *ctl;

	names->id = id;
	if (vsn_ctl_open(&ctl))
		return;
	if (vsn_ctl_fabric_list(ctl, match_id, &s) == 1 &&
	    !vsn_ctl_fabric_get(ctl, s.name, &fabric)) {
		/* The name may be another fabric's by now. */
		if (fabric->id == id)
			names->fabric = fabric;
		else
			vsn_ctl_fabric_free(fabric);
	}
	vsn_ctl_close(ctl);
}

static const struct vsn_ctl_network *network(const struct vsn_trace_names *names,
					     uint32_t net)
{
	size_t i;

	for (i = 0; names->fabric && i < names->fabric->nr_networks; i++)
		if (names->fabric->networks[i].index == net)
			return &names->fabric->networks[i];
	return NULL;
}

/* Name of a network, or NULL: not known. */
const char *vsn_trace_network(const struct vsn_trace_names *names, uint32_t net)
{
	const struct vsn_ctl_network *n = network(names, net);

	return n ? n->name : NULL;
}

/* Name of a tier, or NULL: not known. */
const char *vsn_trace_tier(const struct vsn_trace_names *names, uint32_t net,
			   uint32_t tier)
{
	const struct vsn_ctl_network *n = network(names, net);

	return n && tier < n->nr_tiers ? n->tiers[tier].name : NULL;
}
