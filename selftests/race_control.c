// SPDX-License-Identifier: GPL-2.0
/* Races: sides that use netlink, and the two that remove over it. */
#include "nl_fabric.h"
#include "race_users.h"

/* What there was a moment ago. */
#define GONE	RACE_ERRS(ENOENT, ENODEV)

static int ask(struct race_worker *w)
{
	return nl_ask(&w->s, &w->m, &w->r);
}

static void begin(struct race_worker *w, uint8_t cmd)
{
	nl_fabric(&w->s, &w->m, cmd, w->race->name);
}

/* Users: what they name may be gone. */

static int fabric_get_step(struct race_worker *w)
{
	begin(w, VSN_CMD_FABRIC_GET);
	return ask(w);
}

const struct race_side fabric_get = {
	.name = "fabric-get", .setup = race_nl_setup, .step = fabric_get_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

static int endpoint_get_step(struct race_worker *w)
{
	begin(w, VSN_CMD_ENDPOINT_GET);
	nl_u32(&w->m, VSN_A_ENDPOINT_ID, race_random(w, NR_ENDPOINTS));
	return ask(w);
}

const struct race_side endpoint_get = {
	.name = "endpoint-get", .setup = race_nl_setup, .step = endpoint_get_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

static int endpoint_set_step(struct race_worker *w)
{
	begin(w, VSN_CMD_ENDPOINT_SET);
	nl_u32(&w->m, VSN_A_ENDPOINT_ID, race_random(w, 4));
	nl_u32(&w->m, VSN_A_ENDPOINT_SLOW, race_random(w, 1000000));
	nl_u32(&w->m, VSN_A_ENDPOINT_JITTER, race_random(w, 1000000));
	return ask(w);
}

const struct race_side endpoint_set = {
	.name = "endpoint-set", .setup = race_nl_setup, .step = endpoint_set_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

static int route_get_step(struct race_worker *w)
{
	begin(w, VSN_CMD_ROUTE_GET);
	nl_str(&w->m, VSN_A_ROUTE_SOURCE, "b0.npu0.d0");
	nl_str(&w->m, VSN_A_ROUTE_DESTINATION, "b1.npu3.d1");
	return ask(w);
}

const struct race_side route_get = {
	.name = "route-get", .setup = race_nl_setup, .step = route_get_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

/* Ids of links have no gaps in the first tier. */
static int link_get_step(struct race_worker *w)
{
	begin(w, VSN_CMD_LINK_GET);
	nl_u32(&w->m, VSN_A_LINK_ID, race_random(w, NR_L1_LINKS));
	return ask(w);
}

const struct race_side link_get = {
	.name = "link-get", .setup = race_nl_setup, .step = link_get_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

static int region_get_step(struct race_worker *w)
{
	begin(w, VSN_CMD_REGION_GET);
	nl_u32(&w->m, VSN_A_REGION_ID, __atomic_load_n(&w->race->id, __ATOMIC_RELAXED));
	return ask(w);
}

const struct race_side region_get = {
	.name = "region-get", .setup = race_nl_setup, .step = region_get_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

/* One of our own; EBUSY: a dump or somebody's read held it at that moment. */
static int region_new_step(struct race_worker *w)
{
	uint64_t ua;
	uint32_t id;
	int err;

	err = race_new_region(w, 1 + race_random(w, 4), RACE_REGION, &ua, &id);
	return err ? err : race_del_region(w, id);
}

const struct race_side region_new = {
	.name = "region-new, -del", .setup = race_nl_setup, .step = region_new_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

/* Of the fabric, and of the module. */
static int limits_step(struct race_worker *w)
{
	bool set = race_random(w, 2);

	nl_begin(&w->m, w->s.family, set ? VSN_CMD_LIMIT_SET : VSN_CMD_LIMIT_GET);
	if (race_random(w, 2))
		nl_str(&w->m, VSN_A_LIMIT_FABRIC, w->race->name);
	if (set)
		nl_u64(&w->m, VSN_A_LIMIT_RESIDENT, (64 + race_random(w, 64)) * MIB);
	return ask(w);
}

const struct race_side limits = {
	.name = "limit-get, -set", .setup = race_nl_setup, .step = limits_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

/*
 * A fault that begins now, and is deleted again, of a link or a switch; and one
 * that a RUN ends, if there is one.
 */
static int faults_step(struct race_worker *w)
{
	uint32_t id;
	int err;

	begin(w, VSN_CMD_FAULT_NEW);
	if (race_random(w, 4))
		nl_u32(&w->m, VSN_A_FAULT_LINK, race_random(w, NR_L1_LINKS));
	else
		nl_u32(&w->m, VSN_A_FAULT_SWITCH, race_random(w, NR_L1_SWITCHES));
	nl_flag(&w->m, VSN_A_FAULT_DOWN);
	err = ask(w);
	if (err)
		return err;
	id = nl_get(w->r.data, w->r.len, VSN_A_FAULT_ID);
	begin(w, race_random(w, 2) ? VSN_CMD_SWITCH_GET : VSN_CMD_LINK_GET);
	nl_u32(&w->m, VSN_A_LINK_ID, race_random(w, NR_L1_SWITCHES));
	err = ask(w);
	if (err)
		return err;
	begin(w, VSN_CMD_FAULT_DEL);
	nl_u32(&w->m, VSN_A_FAULT_ID, id);
	return ask(w);
}

const struct race_side faults = {
	.name = "fault-new, -del", .setup = race_nl_setup, .step = faults_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

static void begin_dump(struct race_worker *w, unsigned int which)
{
	static const uint8_t cmds[] = {
		VSN_CMD_ENDPOINT_GET, VSN_CMD_LINK_GET, VSN_CMD_REGION_GET,
		VSN_CMD_SWITCH_GET, VSN_CMD_FAULT_GET, VSN_CMD_FABRIC_GET,
	};

	nl_begin(&w->m, w->s.family, cmds[which]);
	if (which < 5)
		nl_str(&w->m, VSN_A_FABRIC_NAME, w->race->name);
	if (which == 0 && race_random(w, 2))
		nl_flag(&w->m, VSN_A_ENDPOINT_ACTIVE);
	if (which == 1 && race_random(w, 2))
		nl_flag(&w->m, VSN_A_LINK_ACTIVE);
	w->m.hdr.nlmsg_flags |= NLM_F_DUMP;
}

static int dumps_step(struct race_worker *w)
{
	begin_dump(w, race_random(w, 6));
	return ask(w);
}

const struct race_side dumps = {
	.name = "dump", .setup = race_nl_setup, .step = dumps_step,
	.cleanup = race_nl_cleanup, .errs = GONE,
};

/*
 * The kernel puts no more into a message than the socket has received at once, so
 * a socket that never received much gets a dump of links in many.
 */
static int narrow_socket(struct nl_sock *s)
{
	struct timeval patience = { .tv_sec = 5 };
	int err = nl_open(s);

	if (err)
		return err;
	nl_close(s);
	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (s->fd < 0)
		return -errno;
	setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return 0;
}

/* One message is read, then the others, or the socket is closed half-way. */
static int slow_dump_step(struct race_worker *w)
{
	struct nl_sock s;
	int err = narrow_socket(&s);

	if (err)
		return err;
	w->s.family = s.family;
	begin_dump(w, race_random(w, 2));
	memset(&w->r, 0, offsetof(struct nl_reply, data));
	err = nl_send(&s, &w->m);
	if (!err && !nl_receive(&s, &w->m, &w->r, 8 * KIB)) {
		usleep(race_random(w, 3000));
		if (race_random(w, 2))
			do {
			} while (!nl_receive(&s, &w->m, &w->r, 8 * KIB));
	}
	if (!err)
		err = w->r.err;
	nl_close(&s);
	return err;
}

const struct race_side slow_dump = {
	.name = "slow dump", .step = slow_dump_step, .errs = GONE,
};

static int monitor_setup(struct race_worker *w)
{
	int err = nl_open(&w->s);

	w->fd = -1;
	return err;
}

/* Join, take what there is, leave. */
static int monitor_step(struct race_worker *w)
{
	int group = w->s.group, n = 0;

	if (setsockopt(w->s.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return -errno;
	usleep(race_random(w, 5000));
	while (recv(w->s.fd, w->r.data, sizeof(w->r.data), MSG_DONTWAIT) > 0 ||
	       errno == ENOBUFS)
		n++;
	if (setsockopt(w->s.fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof(group)))
		return -errno;
	return n ? 0 : RACE_IDLE;
}

const struct race_side monitor = {
	.name = "monitor", .setup = monitor_setup, .step = monitor_step,
	.cleanup = race_nl_cleanup,
};

/* Faults come and go: what is on the way is lost, and sent again. */
const struct race_side fault_del = {
	.name = "fault-del", .setup = race_nl_setup, .step = faults_step,
	.cleanup = race_nl_cleanup,
};

/* Removers: each makes another in place of what it removed. */

static int place_region(struct race_worker *w)
{
	uint64_t ua;
	uint32_t id;
	int err;

	err = race_new_region(w, 0, RACE_REGION, &ua, &id);
	if (err)
		return err;
	__atomic_store_n(&w->race->id, id, __ATOMIC_RELAXED);
	__atomic_store_n(&w->race->ua, ua, __ATOMIC_RELEASE);
	return 0;
}

static int fabric_del_step(struct race_worker *w)
{
	int err = race_del_fabric(w);

	if (err)
		return err;
	err = race_new_fabric(w);
	return err ? err : place_region(w);
}

const struct race_side fabric_del = {
	.name = "fabric-del", .setup = race_nl_setup, .step = fabric_del_step,
	.cleanup = race_nl_cleanup, .errs = RACE_ERRS(EBUSY),
};

static int region_del_step(struct race_worker *w)
{
	int err = race_del_region(w, w->race->id);

	return err ? err : place_region(w);
}

const struct race_side region_del = {
	.name = "region-del", .setup = race_nl_setup, .step = region_del_step,
	.cleanup = race_nl_cleanup, .errs = RACE_ERRS(EBUSY),
};
