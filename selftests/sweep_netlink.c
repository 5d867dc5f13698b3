// SPDX-License-Identifier: GPL-2.0
/*
 * Every command of generic netlink, as each of its allocations and copies fails.
 *
 * A request that is refused changes nothing and nobody is told of it. One whose
 * answer is lost was either done or not; one that is done is heard of, or the listener
 * is told that it missed something.
 */
#include "sweep_nl.h"

static struct vsn_ctl_region *region;
static void *mapped = MAP_FAILED;
static uint64_t limit_before;

/* Fabrics */

static void put_kinds(struct nl_msg *m)
{
	put_accelerators(m);
	put_hosts(m);
}

static void put_uncommitted(struct nl_msg *m)
{
	put_dims(m);
	put_kinds(m);
	put_network(m);
}

static void put_dims_and_kinds(struct nl_msg *m)
{
	put_dims(m);
	put_kinds(m);
}

static bool empty_draft(void)
{
	return draft_of(NULL);
}

static bool draft_with_dims(void)
{
	return draft_of(put_dims);
}

static bool draft_with_kinds(void)
{
	return draft_of(put_dims_and_kinds);
}

static bool full_draft(void)
{
	return draft_of(put_uncommitted);
}

static bool full_draft_and_listener(void)
{
	if (!full_draft())
		return false;
	disconnect();
	return listen_too();
}

static bool fabric_and_listener(void)
{
	if (!draft_of(put_whole))
		return false;
	disconnect();
	return listen_too();
}

static void put_online(struct nl_msg *m)
{
	put_uncommitted(m);
	nl_u32(m, VSN_A_FABRIC_CLOCK, VSN_CLOCK_ONLINE);
}

static bool online_draft_and_listener(void)
{
	if (!draft_of(put_online))
		return false;
	disconnect();
	return listen_too();
}

static int fabric_new_draft(void)
{
	request(VSN_CMD_FABRIC_NEW);
	nl_str(&msg, VSN_A_FABRIC_SYSTEM, "sweep");
	put_dims(&msg);
	return ask();
}

static int fabric_new(void)
{
	request(VSN_CMD_FABRIC_NEW);
	put_whole(&msg);
	return ask();
}

/* What is valid each for itself, but not as a whole. */
static int fabric_new_wrong(void)
{
	request(VSN_CMD_FABRIC_NEW);
	put_dims(&msg);
	put_network(&msg);
	nl_flag(&msg, VSN_A_FABRIC_COMMIT);
	return ask();
}

static int fabric_set_dims(void)
{
	request(VSN_CMD_FABRIC_SET);
	put_dims(&msg);
	return ask();
}

static int fabric_set_kinds(void)
{
	request(VSN_CMD_FABRIC_SET);
	put_kinds(&msg);
	return ask();
}

static int fabric_set_network(void)
{
	request(VSN_CMD_FABRIC_SET);
	put_network(&msg);
	return ask();
}

static int fabric_set_commit(void)
{
	request(VSN_CMD_FABRIC_SET);
	nl_flag(&msg, VSN_A_FABRIC_COMMIT);
	return ask();
}

/* To one that goes by itself, so that there is something to allocate. */
static int fabric_set_clock(void)
{
	request(VSN_CMD_FABRIC_SET);
	nl_u32(&msg, VSN_A_FABRIC_CLOCK, VSN_CLOCK_ONLINE);
	nl_u64(&msg, VSN_A_FABRIC_SCALE, 5000000);
	return ask();
}

static int fabric_new_paced(void)
{
	request(VSN_CMD_FABRIC_NEW);
	put_whole(&msg);
	nl_u32(&msg, VSN_A_FABRIC_CLOCK, VSN_CLOCK_PACED);
	return ask();
}

static int fabric_get(void)
{
	request(VSN_CMD_FABRIC_GET);
	return ask();
}

static int fabric_dump(void)
{
	nl_begin(&msg, nl.family, VSN_CMD_FABRIC_GET);
	msg.hdr.nlmsg_flags |= NLM_F_DUMP;
	return ask();
}

static int fabric_del(void)
{
	request(VSN_CMD_FABRIC_DEL);
	return ask();
}

/* Endpoints and links; some have counted something. */

static int endpoint_get_id(void)
{
	request(VSN_CMD_ENDPOINT_GET);
	nl_u32(&msg, VSN_A_ENDPOINT_ID, 3);
	return ask();
}

static int endpoint_get_name(void)
{
	request(VSN_CMD_ENDPOINT_GET);
	nl_str(&msg, VSN_A_ENDPOINT_NAME, "b1.npu2");
	return ask();
}

static int endpoint_dump(void)
{
	request_dump(VSN_CMD_ENDPOINT_GET);
	return ask();
}

static int endpoint_dump_some(void)
{
	request_dump(VSN_CMD_ENDPOINT_GET);
	nl_u32(&msg, VSN_A_ENDPOINT_KIND, VSN_ENDPOINT_KIND_ACCELERATOR);
	nl_flag(&msg, VSN_A_ENDPOINT_ACTIVE);
	return ask();
}

static bool traffic(void)
{
	struct vsn_queue *q = vsn_queue_create(scene.dev, 8);
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	bool ok;

	region = test_region(scene.ctl, scene.name, 2, MIB);
	if (!q || !region || !connect_nl())
		return false;
	vsn_prep_fill(&sqe, 1, 0, region->ua, 64, 1);
	ok = !test_op(scene.dev, q, &sqe, &cqe) && !cqe.res;
	vsn_queue_destroy(q);
	return ok;
}

static void drop_region(void)
{
	if (mapped != MAP_FAILED)
		munmap(mapped, HUGE);
	mapped = MAP_FAILED;
	vsn_ctl_region_del(scene.ctl, scene.name, region->id);
	vsn_ctl_region_free(region);
	disconnect();
}

static int link_get(void)
{
	request(VSN_CMD_LINK_GET);
	nl_u32(&msg, VSN_A_LINK_ID, 1);
	return ask();
}

static int link_dump(void)
{
	request_dump(VSN_CMD_LINK_GET);
	return ask();
}

static int link_dump_some(void)
{
	request_dump(VSN_CMD_LINK_GET);
	nl_str(&msg, VSN_A_LINK_NETWORK, "ub");
	nl_str(&msg, VSN_A_LINK_TIER, "l1");
	nl_flag(&msg, VSN_A_LINK_ACTIVE);
	return ask();
}

static int link_dump_unknown(void)
{
	request_dump(VSN_CMD_LINK_GET);
	nl_str(&msg, VSN_A_LINK_NETWORK, "none");
	return ask();
}

/* Links, switches and faults: what these need is made with the first of them. */

static int link_set(void)
{
	request(VSN_CMD_LINK_SET);
	nl_u32(&msg, VSN_A_LINK_ID, 1);
	nl_u32(&msg, VSN_A_LINK_BANDWIDTH_PART, 500000);
	return ask();
}

static int switch_get(void)
{
	request(VSN_CMD_SWITCH_GET);
	nl_str(&msg, VSN_A_SWITCH_NAME, "ub.l1.p0");
	return ask();
}

static int switch_dump(void)
{
	request_dump(VSN_CMD_SWITCH_GET);
	return ask();
}

static int switch_set(void)
{
	request(VSN_CMD_SWITCH_SET);
	nl_u32(&msg, VSN_A_SWITCH_ID, 0);
	nl_u32(&msg, VSN_A_SWITCH_STATE, VSN_LINK_STATE_DOWN);
	return ask();
}

/* One that is to come, or there are two to be heard: of the link, and of the fault. */
static int fault_new(void)
{
	request(VSN_CMD_FAULT_NEW);
	nl_u32(&msg, VSN_A_FAULT_LINK, 1);
	nl_flag(&msg, VSN_A_FAULT_DOWN);
	nl_u64(&msg, VSN_A_FAULT_AT, 1ULL << 50);
	return ask();
}

static int fault_new_now(void)
{
	request(VSN_CMD_FAULT_NEW);
	nl_u32(&msg, VSN_A_FAULT_SWITCH, 0);
	nl_flag(&msg, VSN_A_FAULT_DOWN);
	return ask();
}

static int fault_new_none(void)
{
	request(VSN_CMD_FAULT_NEW);
	nl_u32(&msg, VSN_A_FAULT_SWITCH, 99);
	nl_flag(&msg, VSN_A_FAULT_DOWN);
	return ask();
}

static bool one_fault(void)
{
	struct vsn_ctl_fault want = {
		.target = 1, .at = 1ULL << 50, .until = VSN_CTL_FOREVER,
		.health = { .state = VSN_LINK_STATE_DOWN, .bandwidth_part = VSN_CTL_PART_ALL },
	};

	snprintf(want.fabric, sizeof(want.fabric), "%s", scene.name);
	return !vsn_ctl_fault_add(scene.ctl, &want, NULL) && listen_too();
}

static int fault_get(void)
{
	request(VSN_CMD_FAULT_GET);
	nl_u32(&msg, VSN_A_FAULT_ID, 1);
	return ask();
}

static int fault_dump(void)
{
	request_dump(VSN_CMD_FAULT_GET);
	return ask();
}

static int fault_del(void)
{
	request(VSN_CMD_FAULT_DEL);
	nl_u32(&msg, VSN_A_FAULT_ID, 1);
	return ask();
}

static int fault_policy_get(void)
{
	request(VSN_CMD_FAULT_POLICY_GET);
	return ask();
}

static int fault_policy_set(void)
{
	request(VSN_CMD_FAULT_POLICY_SET);
	nl_u32(&msg, VSN_A_FAULT_POLICY_DETECT, 1000);
	return ask();
}

/* Regions */

static int note_last(const struct vsn_ctl_region *r, void *arg)
{
	*(uint32_t *)arg = r->id;
	return 0;
}

/* Take back a region that was made, if one was. */
static void drop_new_region(void)
{
	uint32_t id = 0;

	vsn_ctl_region_list(scene.ctl, scene.name, note_last, &id);
	if (id)
		vsn_ctl_region_del(scene.ctl, scene.name, id);
	disconnect();
}

static int region_new(void)
{
	request(VSN_CMD_REGION_NEW);
	nl_u64(&msg, VSN_A_REGION_SIZE, 64 * KIB);
	nl_u32(&msg, VSN_A_REGION_HOME, 1);
	return ask();
}

static int region_new_interleaved(void)
{
	uint32_t home;

	request(VSN_CMD_REGION_NEW);
	nl_u64(&msg, VSN_A_REGION_SIZE, MIB);
	nl_u32(&msg, VSN_A_REGION_GRANULE, PAGE);
	for (home = 0; home < 8; home++)
		nl_u32(&msg, VSN_A_REGION_HOME, home);
	return ask();
}

static int region_new_huge(void)
{
	request(VSN_CMD_REGION_NEW);
	nl_u64(&msg, VSN_A_REGION_SIZE, HUGE);
	nl_u32(&msg, VSN_A_REGION_HOME, 1);
	nl_flag(&msg, VSN_A_REGION_HUGE);
	return ask();
}

/* The last of its homes has no room for it: what was taken is given back. */
static int region_new_too_large(void)
{
	uint32_t home;

	request(VSN_CMD_REGION_NEW);
	nl_u64(&msg, VSN_A_REGION_SIZE, 4 * TEST_CAPACITY);
	for (home = 0; home < 4; home++)
		nl_u32(&msg, VSN_A_REGION_HOME, home);
	return ask();
}

static bool last_home_is_full(void)
{
	region = test_region(scene.ctl, scene.name, 3, TEST_CAPACITY);
	return region && connect_nl();
}

/* Many others, so that the tables have more than one node. */
static bool among_others(void)
{
	struct vsn_ctl_region *r;
	int i;

	for (i = 0; i < 40; i++) {
		r = test_region(scene.ctl, scene.name, 1, 4 * KIB);
		if (!r)
			return false;
		vsn_ctl_region_free(r);
	}
	return connect_nl();
}

static bool untouched_region(void)
{
	region = test_region(scene.ctl, scene.name, 1, HUGE);
	return region && connect_nl();
}

static bool written_region(void)
{
	return untouched_region() && pwrite(scene.fd, "ab", 2, region->ua + PAGE - 1) == 2;
}

static bool region_and_listener(void)
{
	region = test_region(scene.ctl, scene.name, 1, HUGE);
	return region && listen_too();
}

static bool map_region(uint64_t at)
{
	mapped = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_SHARED, scene.fd, at);
	if (mapped == MAP_FAILED)
		return false;
	*(volatile char *)mapped = 1;
	return true;
}

static bool mapped_region(void)
{
	return written_region() && map_region(region->ua);
}

/* The first region of an endpoint is where its device window begins. */
static bool region_in_mapped_window(void)
{
	return written_region() && map_region(1ULL << scene.shift);
}

static int region_del(void)
{
	request(VSN_CMD_REGION_DEL);
	nl_u32(&msg, VSN_A_REGION_ID, region->id);
	return ask();
}

static bool region_mapped_and_listener(void)
{
	return mapped_region() && listen_too();
}

/* It fails where nothing can be told, or not at all. */
static int region_poison(void)
{
	request(VSN_CMD_REGION_POISON);
	nl_u32(&msg, VSN_A_REGION_ID, region->id);
	nl_u64(&msg, VSN_A_REGION_LENGTH, PAGE);
	return ask();
}

static int region_get(void)
{
	request(VSN_CMD_REGION_GET);
	nl_u32(&msg, VSN_A_REGION_ID, region->id);
	return ask();
}

static int region_get_none(void)
{
	request(VSN_CMD_REGION_GET);
	nl_u32(&msg, VSN_A_REGION_ID, 12345);
	return ask();
}

static int region_dump(void)
{
	request_dump(VSN_CMD_REGION_GET);
	return ask();
}

/* Limits */

static bool limits(const char *name)
{
	struct vsn_ctl_limit limit;

	if (vsn_ctl_limit_get(scene.ctl, name, &limit))
		return false;
	limit_before = limit.resident;
	return !vsn_ctl_limit_set(scene.ctl, name, 64 * MIB) && listen_too();
}

static bool fabric_limit(void)
{
	return limits(scene.name);
}

static bool module_limit(void)
{
	return limits(NULL);
}

static void restore_module_limit(void)
{
	vsn_ctl_limit_set(scene.ctl, NULL, limit_before);
	disconnect();
}

static int limit_get(void)
{
	request(VSN_CMD_LIMIT_GET);
	return ask();
}

static int limit_get_module(void)
{
	nl_begin(&msg, nl.family, VSN_CMD_LIMIT_GET);
	return ask();
}

static int limit_set(void)
{
	request(VSN_CMD_LIMIT_SET);
	nl_u64(&msg, VSN_A_LIMIT_RESIDENT, 96 * MIB);
	return ask();
}

static int limit_set_module(void)
{
	nl_begin(&msg, nl.family, VSN_CMD_LIMIT_SET);
	nl_u64(&msg, VSN_A_LIMIT_RESIDENT, 96 * MIB);
	return ask();
}

/* What a signal sets free in another queue is the kernel's to move. */
static const char *threads_work(struct vsn_dev *dev, uint64_t ua)
{
	struct vsn_queue *a = vsn_queue_create(dev, 4), *b = vsn_queue_create(dev, 4);
	const char *why = "there are no queues";
	struct vsn_cqe cqe;

	if (a && b) {
		vsn_prep_wait(vsn_queue_sqe(a), 0, 0, ua, 1);
		vsn_prep_copy(vsn_queue_sqe(a), 0, 0, ua + 4096, ua + 8192, 4096);
		vsn_prep_signal(vsn_queue_sqe(b), 0, 1, ua, 1);
		why = vsn_queue_submit(a) == 2 && vsn_queue_submit(b) == 1 &&
		      vsn_queue_wait(a, 5000) == 1 && vsn_queue_reap(a, &cqe, 1) == 1 &&
		      vsn_queue_wait(a, 5000) == 1 ? NULL : "nobody moves its bytes";
	}
	vsn_queue_destroy(a);
	vsn_queue_destroy(b);
	return why;
}

/* A draft that was refused can be committed now, and is a fabric like any other. */
static const char *check_online(int err)
{
	const char *why = check_heard_and_answered(err);
	struct vsn_ctl_region *r;
	struct vsn_dev *dev;

	if (why || !err)
		return why;
	if (fabric_set_commit() && !scene.lost)
		return "it cannot be committed";
	dev = vsn_dev_open(scene.name);
	r = test_region(scene.ctl, scene.name, 0, 16384);
	why = dev && r ? threads_work(dev, r->ua) : "it has no device, or no memory";
	vsn_dev_close(dev);
	vsn_ctl_region_free(r);
	return why;
}

#define PARTS		9	/* of the fabric of nl_fabric.h */

/* A fabric that is committed has a device, and half of the machine for a limit. */
#define COMMIT		{ { W_STATE, 1 }, { W_NODE, 1 }, { W_LIMIT, ANY } }
#define NEW_FABRIC	{ { W_FABRICS, 1 }, { W_STATE, 2 }, { W_PARTS, PARTS },		\
			  { W_NODE, 1 }, { W_LIMIT, ANY }, { W_CLOCK, 1 } }
#define NEW_PACED	{ { W_FABRICS, 1 }, { W_STATE, 2 }, { W_PARTS, PARTS },		\
			  { W_NODE, 1 }, { W_LIMIT, ANY }, { W_CLOCK, 3 },		\
			  { W_NOW, ANY } }
#define DEL_FABRIC	{ { W_FABRICS, -1 }, { W_STATE, -2 }, { W_PARTS, -PARTS },	\
			  { W_NODE, -1 }, { W_LIMIT, ANY }, { W_CLOCK, -1 } }

static const struct sweep_row rows[] = {
	ROW("fabric-new, a draft", .flags = SWEEP_BARE | SWEEP_STARVE, .prepare = connect_nl,
	    .call = fabric_new_draft, .verify = one_object, .cleanup = drop_fabric,
	    .changes = { { W_FABRICS, 1 }, { W_STATE, 1 }, { W_PARTS, 4 }, { W_CLOCK, 1 } }),
	ROW("fabric-new, committed", .flags = SWEEP_BARE, .prepare = listen_too,
	    .call = fabric_new, .verify = check_heard_and_answered, .cleanup = drop_fabric,
	    .changes = NEW_FABRIC),
	ROW("fabric-new, which does not fit together", .flags = SWEEP_BARE,
	    .prepare = connect_nl, .call = fabric_new_wrong, .cleanup = drop_fabric,
	    .expect = -EINVAL),
	ROW("fabric-new, of a name that is taken", .prepare = connect_nl, .call = fabric_new,
	    .cleanup = disconnect, .expect = -EEXIST),
	ROW("fabric-set, dims", .flags = SWEEP_BARE | SWEEP_STARVE,
	    .prepare = empty_draft, .call = fabric_set_dims, .verify = one_object,
	    .cleanup = drop_fabric,
	    .changes = { { W_PARTS, 4 } }),
	ROW("fabric-set, kinds", .flags = SWEEP_BARE, .prepare = draft_with_dims,
	    .call = fabric_set_kinds, .verify = one_object, .cleanup = drop_fabric,
	    .changes = { { W_PARTS, 2 } }),
	ROW("fabric-set, a network of two tiers", .flags = SWEEP_BARE,
	    .prepare = draft_with_kinds, .call = fabric_set_network, .verify = one_object,
	    .cleanup = drop_fabric, .changes = { { W_PARTS, 3 } }),
	ROW("fabric-set, commit", .flags = SWEEP_BARE, .prepare = full_draft_and_listener,
	    .call = fabric_set_commit, .verify = check_heard_and_answered,
	    .cleanup = drop_fabric, .changes = COMMIT),
	ROW("fabric-set, commit, online", .flags = SWEEP_BARE,
	    .prepare = online_draft_and_listener, .call = fabric_set_commit,
	    .verify = check_online, .cleanup = drop_fabric,
	    .changes = { { W_STATE, 1 }, { W_NODE, 1 }, { W_LIMIT, ANY }, { W_NOW, ANY } }),
	ROW("fabric-set, of what is committed", .prepare = connect_nl,
	    .call = fabric_set_dims, .cleanup = disconnect, .expect = -EBUSY),
	ROW("fabric-set, a clock", .flags = SWEEP_BARE | SWEEP_STARVE,
	    .prepare = fabric_and_listener, .call = fabric_set_clock,
	    .verify = check_heard_and_answered, .cleanup = drop_fabric,
	    .changes = { { W_CLOCK, 1 }, { W_NOW, ANY } }),
	ROW("fabric-new, paced", .flags = SWEEP_BARE | SWEEP_STARVE,
	    .prepare = listen_too, .call = fabric_new_paced, .verify = check_heard_and_answered,
	    .cleanup = drop_fabric, .changes = NEW_PACED),
	ROW("fabric-get, a draft", .flags = SWEEP_BARE, .prepare = full_draft,
	    .call = fabric_get, .verify = one_object, .cleanup = drop_fabric),
	ROW("fabric-get", .prepare = connect_nl, .call = fabric_get, .verify = one_object,
	    .cleanup = disconnect),
	ROW("fabric-get, of none", .flags = SWEEP_BARE, .prepare = connect_nl,
	    .call = fabric_get, .cleanup = disconnect, .expect = -ENOENT),
	ROW("fabric-get, dump", .prepare = connect_nl, .call = fabric_dump,
	    .verify = some_objects, .cleanup = disconnect),
	ROW("fabric-del, a draft", .flags = SWEEP_BARE, .prepare = full_draft,
	    .call = fabric_del, .cleanup = drop_fabric,
	    .changes = { { W_FABRICS, -1 }, { W_STATE, -1 }, { W_PARTS, -PARTS },
			 { W_CLOCK, -1 } }),
	ROW("fabric-del", .flags = SWEEP_BARE, .prepare = fabric_and_listener,
	    .call = fabric_del, .verify = check_heard, .cleanup = drop_fabric,
	    .changes = DEL_FABRIC),
	ROW("fabric-del, of one in use", .prepare = connect_nl, .call = fabric_del,
	    .cleanup = disconnect, .expect = -EBUSY),

	ROW("endpoint-get, by id", .prepare = connect_nl, .call = endpoint_get_id,
	    .verify = one_object, .cleanup = disconnect),
	ROW("endpoint-get, by name", .prepare = connect_nl, .call = endpoint_get_name,
	    .verify = one_object, .cleanup = disconnect),
	ROW("endpoint-get, dump", .prepare = connect_nl, .call = endpoint_dump,
	    .verify = some_objects, .cleanup = disconnect),
	ROW("endpoint-get, dump, filtered", .prepare = traffic, .call = endpoint_dump_some,
	    .verify = some_objects, .cleanup = drop_region),
	ROW("link-get", .prepare = connect_nl, .call = link_get, .verify = one_object,
	    .cleanup = disconnect),
	ROW("link-get, dump", .prepare = connect_nl, .call = link_dump,
	    .verify = some_objects, .cleanup = disconnect),
	ROW("link-get, dump, filtered", .prepare = traffic, .call = link_dump_some,
	    .verify = some_objects, .cleanup = drop_region),
	ROW("link-get, dump, of no network", .prepare = connect_nl, .call = link_dump_unknown,
	    .cleanup = disconnect, .expect = -ENOENT),

	ROW("link-set", .flags = SWEEP_FRESH | SWEEP_STARVE, .prepare = listen_too,
	    .call = link_set, .verify = check_heard, .cleanup = disconnect,
	    .changes = { { W_DEGRADED, 1 } }),
	ROW("switch-get", .prepare = connect_nl, .call = switch_get, .verify = one_object,
	    .cleanup = disconnect),
	ROW("switch-get, dump", .prepare = connect_nl, .call = switch_dump,
	    .verify = some_objects, .cleanup = disconnect),
	ROW("switch-set", .flags = SWEEP_FRESH, .prepare = listen_too, .call = switch_set,
	    .verify = check_heard, .cleanup = disconnect),
	ROW("fault-new", .flags = SWEEP_FRESH | SWEEP_STARVE, .prepare = listen_too,
	    .call = fault_new, .verify = check_heard_and_answered, .cleanup = disconnect,
	    .changes = { { W_LINK_FAULTS, 1 } }),
	ROW("fault-new, of a switch, now", .flags = SWEEP_FRESH, .prepare = connect_nl,
	    .call = fault_new_now, .verify = one_object, .cleanup = disconnect,
	    .changes = { { W_LINK_FAULTS, 1 } }),
	ROW("fault-new, of what is not there", .prepare = connect_nl,
	    .call = fault_new_none, .cleanup = disconnect, .expect = -ENOENT),
	ROW("fault-get", .flags = SWEEP_FRESH, .prepare = one_fault, .call = fault_get,
	    .verify = one_object, .cleanup = disconnect),
	ROW("fault-get, dump", .flags = SWEEP_FRESH, .prepare = one_fault,
	    .call = fault_dump, .verify = some_objects, .cleanup = disconnect),
	ROW("fault-del", .flags = SWEEP_FRESH, .prepare = one_fault, .call = fault_del,
	    .verify = check_heard, .cleanup = disconnect,
	    .changes = { { W_LINK_FAULTS, -1 } }),
	ROW("fault-policy-get", .prepare = connect_nl, .call = fault_policy_get,
	    .verify = one_object, .cleanup = disconnect),
	ROW("fault-policy-set", .flags = SWEEP_FRESH, .prepare = listen_too,
	    .call = fault_policy_set, .verify = check_heard, .cleanup = disconnect,
	    .changes = { { W_DETECT, 1000 } }),

	ROW("region-new", .flags = SWEEP_FRESH, .prepare = listen_too, .call = region_new,
	    .verify = check_heard_and_answered, .cleanup = drop_new_region,
	    .changes = { { W_REGIONS, 1 }, { W_ALLOCATED, 64 * KIB } }),
	ROW("region-new, interleaved", .flags = SWEEP_FRESH | SWEEP_STARVE,
	    .prepare = connect_nl, .call = region_new_interleaved, .verify = one_object,
	    .cleanup = drop_new_region,
	    .changes = { { W_REGIONS, 1 }, { W_ALLOCATED, MIB } }),
	ROW("region-new, huge", .flags = SWEEP_FRESH, .prepare = connect_nl,
	    .call = region_new_huge, .verify = one_object, .cleanup = drop_new_region,
	    .changes = { { W_REGIONS, 1 }, { W_ALLOCATED, HUGE } }),
	ROW("region-new, among others", .flags = SWEEP_FRESH | SWEEP_STARVE,
	    .prepare = among_others, .call = region_new, .verify = one_object,
	    .cleanup = drop_new_region,
	    .changes = { { W_REGIONS, 1 }, { W_ALLOCATED, 64 * KIB } }),
	ROW("region-new, too large", .prepare = last_home_is_full,
	    .call = region_new_too_large, .cleanup = drop_region, .expect = -ENOSPC),
	ROW("region-del", .prepare = region_and_listener, .call = region_del,
	    .verify = check_heard, .cleanup = drop_region,
	    .changes = { { W_REGIONS, -1 }, { W_ALLOCATED, -HUGE } }),
	ROW("region-del, with contents", .prepare = written_region, .call = region_del,
	    .cleanup = drop_region,
	    .changes = { { W_REGIONS, -1 }, { W_ALLOCATED, -HUGE }, { W_RESIDENT, -2 * PAGE } }),
	ROW("region-del, in a mapped window", .flags = SWEEP_STARVE,
	    .prepare = region_in_mapped_window, .call = region_del, .cleanup = drop_region,
	    .changes = { { W_REGIONS, -1 }, { W_ALLOCATED, -HUGE }, { W_RESIDENT, -2 * PAGE } }),
	ROW("region-del, of one that is mapped", .prepare = mapped_region,
	    .call = region_del, .cleanup = drop_region, .expect = -EBUSY),
	ROW("region-poison", .prepare = region_mapped_and_listener, .call = region_poison,
	    .verify = check_heard, .cleanup = drop_region),
	ROW("region-get", .prepare = untouched_region, .call = region_get,
	    .verify = one_object, .cleanup = drop_region),
	ROW("region-get, of none", .prepare = connect_nl, .call = region_get_none,
	    .cleanup = disconnect, .expect = -ENOENT),
	ROW("region-get, dump", .prepare = untouched_region, .call = region_dump,
	    .verify = some_objects, .cleanup = drop_region),

	ROW("limit-get", .prepare = connect_nl, .call = limit_get, .verify = one_object,
	    .cleanup = disconnect),
	ROW("limit-get, the module's", .prepare = connect_nl, .call = limit_get_module,
	    .verify = one_object, .cleanup = disconnect),
	ROW("limit-set", .prepare = fabric_limit, .call = limit_set,
	    .verify = check_heard, .cleanup = disconnect, .changes = { { W_LIMIT, 32 * MIB } }),
	ROW("limit-set, the module's", .prepare = module_limit, .call = limit_set_module,
	    .verify = check_heard, .cleanup = restore_module_limit,
	    .changes = { { W_MODULE_LIMIT, 32 * MIB } }),
};

int main(void)
{
	return sweep_main(rows, ARRAY_SIZE(rows));
}
