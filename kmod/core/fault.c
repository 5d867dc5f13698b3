// SPDX-License-Identifier: GPL-2.0
/*
 * Faults: which there are, when they begin and end, and what they come to.
 *
 * All memory that a fault needs is there before it is accepted: to begin and to end
 * it takes none, and cannot fail.
 */
#include "outage.h"

/* Order of begins and ends at one time: where one follows another, nothing comes up. */
#define PHASE_BEGIN	0ULL
#define PHASE_END	1ULL

static u64 link_site(u32 link)
{
	return link;
}

static u64 switch_site(const struct vsn_sched *s, u32 sw)
{
	return (u64)s->topo->nr_links + sw;
}

static u64 endpoint_site(const struct vsn_sched *s, u32 ep)
{
	return (u64)s->topo->nr_links + s->topo->nr_switches + ep;
}

static u64 target_site(const struct vsn_sched *s, u32 kind, u32 target)
{
	switch (kind) {
	case VSN_SITE_SWITCH:
		return switch_site(s, target);
	case VSN_SITE_ENDPOINT:
		return endpoint_site(s, target);
	default:
		return link_site(target);
	}
}

static struct vsn_site *find_site(const struct vsn_sched *s, u64 site)
{
	return s->armed ? vsn_sparse_find(&s->faults.sites, site) : NULL;
}

/* A site that nothing was ever done to is all zero. */
static bool is_new(const struct vsn_site *site)
{
	return !site->health.bandwidth;
}

static struct vsn_site *touch_site(struct vsn_sched *s, u64 id)
{
	struct vsn_site *site = vsn_sparse_touch(&s->faults.sites, id);

	if (site && is_new(site))
		site->health.bandwidth = VSN_BANDWIDTH_ALL;
	return site;
}

struct vsn_site *vsn_site_link(struct vsn_sched *s, u32 link)
{
	return touch_site(s, link_site(link));
}

struct vsn_site *vsn_site_endpoint(struct vsn_sched *s, u32 ep)
{
	return touch_site(s, endpoint_site(s, ep));
}

const struct vsn_site *vsn_site_find_endpoint(const struct vsn_sched *s, u32 ep)
{
	return find_site(s, endpoint_site(s, ep));
}

u64 vsn_site_errors(const struct vsn_sched *s, u32 link)
{
	const struct vsn_site *site = find_site(s, link_site(link));

	return site ? site->health.errors : 0;
}

/*
 * Of sites that are down: the one that was first.  Events that were executed ahead of
 * an online clock may have come to a failure that for those of now is still to come.
 */
static struct vsn_site *down_first(const struct vsn_sched *s, struct vsn_site *best,
				   struct vsn_site *site)
{
	if (!site || !site->nr_down || site->since > s->now)
		return best;
	return best && best->since <= site->since ? best : site;
}

struct vsn_site *vsn_site_down(const struct vsn_sched *s, u32 link)
{
	struct vsn_site *site;
	u32 from, to;

	if (!s->faults.nr_down)
		return NULL;
	site = down_first(s, NULL, find_site(s, link_site(link)));
	if (s->faults.nr_switches_down &&
	    vsn_topo_link_switches(s->topo, link, &from, &to)) {
		if (from != VSN_NO_SWITCH)
			site = down_first(s, site, find_site(s, switch_site(s, from)));
		if (to != VSN_NO_SWITCH)
			site = down_first(s, site, find_site(s, switch_site(s, to)));
	}
	if (s->faults.nr_endpoints_down &&
	    vsn_topo_link_endpoints(s->topo, link, &from, &to)) {
		if (from != VSN_NO_ENDPOINT)
			site = down_first(s, site, find_site(s, endpoint_site(s, from)));
		if (to != VSN_NO_ENDPOINT)
			site = down_first(s, site, find_site(s, endpoint_site(s, to)));
	}
	return site;
}

bool vsn_site_takes(const struct vsn_sched *s, u32 kind, u32 target, u32 link)
{
	u32 from, to;

	switch (kind) {
	case VSN_SITE_SWITCH:
		return vsn_topo_link_switches(s->topo, link, &from, &to) &&
		       (from == target || to == target);
	case VSN_SITE_ENDPOINT:
		return vsn_topo_link_endpoints(s->topo, link, &from, &to) &&
		       (from == target || to == target);
	default:
		return link == target;
	}
}

/* For routes, a site is down when that is known. */
static bool is_live(void *ctx, u32 link)
{
	struct vsn_sched *s = ctx;
	const struct vsn_site *site = vsn_site_down(s, link);

	s->work++;
	return !site || s->now - site->since < s->faults.policy.detect;
}

/* Is everything that is down known to be? */
static bool all_known(const struct vsn_sched *s)
{
	const struct vsn_faults *faults = &s->faults;

	return s->now >= faults->down_latest &&
	       s->now - faults->down_latest >= faults->policy.detect;
}

/**
 * vsn_fault_path - choose network and path, as far as it is known what is down
 * @s: the scheduler
 * @want: as for vsn_route_find_live(), as are all that follow
 * @src: endpoint id
 * @dst: endpoint id, not @src
 * @plane: plane
 * @salt: tells operations apart
 * @path: out
 *
 * Each link that was looked at counts as work.
 *
 * Return: index of the network, or -EHOSTUNREACH.
 */
int vsn_fault_path(struct vsn_sched *s, u32 want, u32 src, u32 dst, u32 plane, u64 salt,
		   struct vsn_path *path)
{
	bool known = all_known(s);
	const struct vsn_live live = {
		.live = is_live,
		.ctx = s,
		.version = known ? s->faults.version : 0,
	};

	if (!s->faults.nr_down)
		return vsn_route_find(s->topo, want, src, dst, plane, salt, path);
	/* Where time goes back, what was found later does not hold yet. */
	if (s->online && !known)
		return vsn_route_find_live(s->topo, want, src, dst, plane, salt, &live,
					   path);
	return vsn_memo_find(&s->faults.memo, s->topo, s->faults.recoveries, want, src, dst,
			     plane, salt, &live, path);
}

/**
 * vsn_fault_look - what vsn_fault_path() would choose, leaving no trace
 * @s: the scheduler
 * @want: as for vsn_fault_path(), as are all that follow
 * @src: endpoint id
 * @dst: endpoint id, not @src
 * @path: out
 *
 * Return: index of the network, or -EHOSTUNREACH.
 */
int vsn_fault_look(struct vsn_sched *s, u32 want, u32 src, u32 dst, struct vsn_path *path)
{
	const struct vsn_live live = { .live = is_live, .ctx = s };

	return vsn_route_find_live(s->topo, want, src, dst, 0, 0,
				   s->faults.nr_down ? &live : NULL, path);
}

/* What faults come to */

static u64 add_capped(u64 a, u64 b, u64 most)
{
	return a >= most || b >= most - a ? most : a + b;
}

static void sum_up(struct vsn_site *site)
{
	const struct vsn_fault *f;

	site->health = (struct vsn_health) { .bandwidth = VSN_BANDWIDTH_ALL };
	site->nr_down = 0;
	for (f = site->active; f; f = f->site_next) {
		site->nr_down += f->what.down;
		site->health.bandwidth = vsn_min(site->health.bandwidth, f->what.bandwidth);
		site->health.latency = add_capped(site->health.latency, f->what.latency,
						  U64_MAX);
		site->health.errors = add_capped(site->health.errors, f->what.errors,
						 VSN_ERROR_ONE);
	}
	site->health.down = site->nr_down;
}

/* Part of a bandwidth, exactly, and never nothing */
static u64 part_of(u64 bandwidth, u32 ppm)
{
	u64 part = bandwidth / VSN_BANDWIDTH_ALL * ppm +
		   bandwidth % VSN_BANDWIDTH_ALL * ppm / VSN_BANDWIDTH_ALL;

	return vsn_max(part, 1);
}

/* From now on a link is as its health has it; what it carries already is not changed. */
static void set_figures(struct vsn_sched *s, u32 id, const struct vsn_health *health)
{
	struct vsn_link *link = vsn_links_find(&s->links, id);

	vsn_topo_link_figures(s->topo, id, &link->bandwidth, &link->latency,
			      &link->store_forward);
	link->bandwidth = part_of(link->bandwidth, health->bandwidth);
	link->latency += health->latency;
}

/*
 * What waits for a link is lost with it: the link is free again.  What was executed
 * ahead of an online clock was carried all the same; and between a transfer and its
 * retry a link waits, which is not in its time.
 */
static void flush(struct vsn_sched *s, struct vsn_link *link)
{
	if (!link || link->busy <= s->now)
		return;
	if (!s->online)
		link->busy_time -= vsn_min(link->busy_time, link->busy - s->now);
	link->busy = s->now;
}

/* The same for all links of a switch or an endpoint */
static void flush_all(struct vsn_sched *s, u32 kind, u32 target)
{
	u64 id;

	for (id = vsn_links_next(&s->links, 0); id < s->topo->nr_links;
	     id = vsn_links_next(&s->links, id + 1)) {
		s->work++;
		if (vsn_site_takes(s, kind, target, id))
			flush(s, vsn_links_find(&s->links, id));
	}
}

/* The faults of a site are others now. */
static void update(struct vsn_sched *s, const struct vsn_fault *f, struct vsn_site *site)
{
	struct vsn_faults *faults = &s->faults;
	bool was_down = site->nr_down, noisy = site->health.errors;

	sum_up(site);
	faults->nr_errors += !!site->health.errors - noisy;
	if (f->kind == VSN_SITE_LINK)
		set_figures(s, f->target, &site->health);
	if (!!site->nr_down == was_down)
		return;
	faults->version++;
	if (was_down) {
		faults->nr_down--;
		faults->nr_switches_down -= f->kind == VSN_SITE_SWITCH;
		faults->nr_endpoints_down -= f->kind == VSN_SITE_ENDPOINT;
		faults->recoveries++;
		return;
	}
	faults->nr_down++;
	faults->nr_switches_down += f->kind == VSN_SITE_SWITCH;
	faults->nr_endpoints_down += f->kind == VSN_SITE_ENDPOINT;
	site->since = s->now;
	faults->down_latest = vsn_max(faults->down_latest, s->now);
	if (f->kind == VSN_SITE_LINK)
		flush(s, vsn_links_find(&s->links, f->target));
	else
		flush_all(s, f->kind, f->target);
	vsn_replay_cut(s, f->kind, f->target, site);
	if (f->kind == VSN_SITE_ENDPOINT)
		vsn_outage_fall(s, f->target, site);
}

/* One fault's life */

static struct vsn_site *site_of(const struct vsn_sched *s, const struct vsn_fault *f)
{
	return find_site(s, target_site(s, f->kind, f->target));
}

static void push_due(struct vsn_sched *s, struct vsn_fault *f, u64 time, u64 phase)
{
	struct vsn_event ev = {
		.time = time,
		.stream = phase,
		.order = f->id,
		.what = f,
	};

	vsn_heap_push(&s->faults.due, &ev);
}

static void tell(struct vsn_sched *s, const struct vsn_fault *f)
{
	s->faults.changes++;
	s->ops->fault(s->ctx, f);
}

static void begin(struct vsn_sched *s, struct vsn_fault *f)
{
	struct vsn_site *site = site_of(s, f);

	f->state = VSN_FAULT_STATE_ACTIVE;
	f->begun = true;
	f->site_next = site->active;
	site->active = f;
	if (f->manual)
		site->manual = f;
	update(s, f, site);
	if (f->until != VSN_TIME_MAX)
		push_due(s, f, f->until, PHASE_END);
	tell(s, f);
}

static void forget(struct vsn_sched *s, struct vsn_fault *f)
{
	if (f->prev)
		f->prev->next = f->next;
	else
		s->faults.first = f->next;
	if (f->next)
		f->next->prev = f->prev;
	else
		s->faults.last = f->prev;
	s->faults.nr--;
	s->mem.free(s->mem.ctx, f, sizeof(*f));
}

static void end(struct vsn_sched *s, struct vsn_fault *f)
{
	struct vsn_site *site = site_of(s, f);
	struct vsn_fault **slot;

	if (f->state == VSN_FAULT_STATE_ACTIVE) {
		for (slot = &site->active; *slot != f; slot = &(*slot)->site_next)
			;
		*slot = f->site_next;
		if (f->manual)
			site->manual = NULL;
		update(s, f, site);
	}
	f->state = VSN_FAULT_STATE_OVER;
	tell(s, f);
	forget(s, f);
}

bool vsn_fault_due(struct vsn_sched *s, u64 until, u64 *time)
{
	const struct vsn_event *ev = vsn_heap_first(&s->faults.due);

	if (!ev || ev->time > until)
		return false;
	*time = ev->time;
	return true;
}

void vsn_fault_step(struct vsn_sched *s)
{
	struct vsn_event ev;

	s->work++;
	vsn_heap_pop(&s->faults.due, &ev);
	if (ev.stream == PHASE_BEGIN)
		begin(s, ev.what);
	else
		end(s, ev.what);
}

/* Work of one call of vsn_fault_catch_up(), at most, but for its last fault */
#define CATCH_UP	4096

void vsn_fault_catch_up(struct vsn_sched *s)
{
	u64 due, until = s->work + CATCH_UP;

	while (s->work < until && vsn_fault_due(s, s->clock, &due)) {
		s->now = due;
		vsn_fault_step(s);
	}
	s->now = s->clock;
}

/* What the control plane asks for */

/* There will be faults: make what they need. */
static int arm(struct vsn_sched *s)
{
	struct vsn_faults *faults = &s->faults;

	if (s->armed)
		return 0;
	if (vsn_sparse_init(&faults->sites, endpoint_site(s, s->topo->nr_endpoints),
			    sizeof(struct vsn_site), &s->mem))
		return -ENOMEM;
	if (vsn_memo_init(&faults->memo, &s->mem)) {
		vsn_sparse_free(&faults->sites);
		return -ENOMEM;
	}
	/* Those to come are larger. */
	vsn_chunk_free_all(s);
	s->armed = true;
	return 0;
}

/**
 * vsn_fault_get_policy - what a fabric does about faults
 * @s: the scheduler
 * @policy: out
 */
void vsn_fault_get_policy(const struct vsn_sched *s, struct vsn_fault_policy *policy)
{
	*policy = s->faults.policy;
}

/**
 * vsn_fault_set_policy - say what a fabric does about faults
 * @s: the scheduler
 * @policy: from now on; what is lost already keeps the time at which that is known
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_fault_set_policy(struct vsn_sched *s, const struct vsn_fault_policy *policy)
{
	if (arm(s))
		return -ENOMEM;
	s->faults.policy = *policy;
	/* With another delay, what was found to be down may be unknown again. */
	s->faults.recoveries++;
	s->faults.version++;
	return 0;
}

static bool is_nominal(const struct vsn_health *h)
{
	return !h->down && h->bandwidth == VSN_BANDWIDTH_ALL && !h->latency && !h->errors;
}

static int check_target(const struct vsn_sched *s, u32 kind, u32 target,
			struct vsn_diag *diag)
{
	struct vsn_link_pos pos;

	if (kind == VSN_SITE_SWITCH && target >= s->topo->nr_switches)
		return vsn_refuse(diag, -ENOENT, "switch %u: no such switch", target);
	if (kind == VSN_SITE_ENDPOINT && target >= s->topo->nr_endpoints)
		return vsn_refuse(diag, -ENOENT, "endpoint %u: no such endpoint", target);
	if (kind == VSN_SITE_LINK && !vsn_topo_link_pos(s->topo, target, &pos))
		return vsn_refuse(diag, -ENOENT, "link %u: no such link", target);
	return 0;
}

static int check_health(u32 kind, const struct vsn_health *h, struct vsn_diag *diag)
{
	if (kind != VSN_SITE_LINK &&
	    (h->bandwidth != VSN_BANDWIDTH_ALL || h->latency || h->errors))
		return vsn_refuse(diag, -EINVAL, "%s is up or down, nothing else",
				  kind == VSN_SITE_SWITCH ? "a switch" : "an endpoint");
	if (!h->bandwidth || h->bandwidth > VSN_BANDWIDTH_ALL)
		return vsn_refuse(diag, -ERANGE, "bandwidth %u: 1 to %u parts per million",
				  h->bandwidth, VSN_BANDWIDTH_ALL);
	if (h->latency > VSN_MAX_LATENCY)
		return vsn_refuse(diag, -ERANGE, "extra-latency %llu: at most %llu ps",
				  (unsigned long long)h->latency, VSN_MAX_LATENCY);
	if (h->errors > VSN_ERROR_ONE)
		return vsn_refuse(diag, -ERANGE, "error-rate %llu: at most %llu, which is all",
				  (unsigned long long)h->errors, VSN_ERROR_ONE);
	return 0;
}

static int check_times(const struct vsn_sched *s, const struct vsn_fault *want,
		       struct vsn_diag *diag)
{
	if (want->at < s->now)
		return vsn_refuse(diag, -EINVAL, "at %llu: it is %llu already",
				  (unsigned long long)want->at, (unsigned long long)s->now);
	if (want->at == VSN_TIME_MAX)
		return vsn_refuse(diag, -ERANGE, "at: past the end of time");
	if (want->until <= want->at)
		return vsn_refuse(diag, -EINVAL, "until %llu: not after %llu, when it begins",
				  (unsigned long long)want->until,
				  (unsigned long long)want->at);
	return 0;
}

/* Make all that a fault needs, @want copied; it is not in any list yet. */
static struct vsn_fault *prepare(struct vsn_sched *s, const struct vsn_fault *want)
{
	struct vsn_faults *faults = &s->faults;
	struct vsn_fault *f;

	if (arm(s) ||
	    !touch_site(s, target_site(s, want->kind, want->target)) ||
	    (want->kind == VSN_SITE_LINK && !vsn_links_touch(&s->links, want->target)) ||
	    vsn_heap_reserve(&faults->due, faults->nr + 1, &s->mem))
		return NULL;
	f = s->mem.alloc(s->mem.ctx, sizeof(*f));
	if (!f)
		return NULL;
	*f = *want;
	f->id = ++faults->last_id;
	f->state = VSN_FAULT_STATE_SCHEDULED;
	f->begun = false;
	f->next = NULL;
	f->prev = faults->last;
	if (f->prev)
		f->prev->next = f;
	else
		faults->first = f;
	faults->last = f;
	faults->nr++;
	return f;
}

static int refuse_number(struct vsn_diag *diag)
{
	return vsn_refuse(diag, -ENOSPC, "%u faults, the most there can be: delete some",
			  VSN_MAX_FAULTS);
}

/**
 * vsn_fault_add - add a fault
 * @s: the scheduler
 * @want: @kind, @target, @what, @at and @until are looked at; one that is to
 *	begin now does so before this returns
 * @id: out: its id
 * @diag: filled in on error
 *
 * Return: 0; -ENOENT no such link, switch or endpoint; -EINVAL; -ERANGE; -ENOSPC there are
 * VSN_MAX_FAULTS; -ENOMEM.
 */
int vsn_fault_add(struct vsn_sched *s, const struct vsn_fault *want, u32 *id,
		  struct vsn_diag *diag)
{
	struct vsn_fault *f;
	int err;

	err = check_target(s, want->kind, want->target, diag);
	if (!err)
		err = check_health(want->kind, &want->what, diag);
	if (!err)
		err = check_times(s, want, diag);
	if (err)
		return err;
	if (is_nominal(&want->what))
		return vsn_refuse(diag, -EINVAL, "what it does is missing");
	if (s->faults.nr >= VSN_MAX_FAULTS || s->faults.last_id == U32_MAX)
		return refuse_number(diag);
	f = prepare(s, want);
	if (!f)
		return vsn_refuse(diag, -ENOMEM, "no memory for a fault");
	f->manual = false;
	*id = f->id;
	if (f->at > s->now) {
		push_due(s, f, f->at, PHASE_BEGIN);
		tell(s, f);
	} else {
		begin(s, f);
	}
	return 0;
}

/**
 * vsn_fault_find - look faults up, in the order of their ids
 * @s: the scheduler
 * @from: least id
 *
 * Return: the first fault with that id or a greater one, or NULL.
 */
const struct vsn_fault *vsn_fault_find(const struct vsn_sched *s, u32 from)
{
	const struct vsn_fault *f = s->faults.first;

	while (f && f->id < from)
		f = f->next;
	return f;
}

static bool is_of(void *fault, const struct vsn_event *ev)
{
	return ev->what == fault;
}

static void delete(struct vsn_sched *s, struct vsn_fault *f)
{
	vsn_heap_filter(&s->faults.due, is_of, f);
	end(s, f);
}

/**
 * vsn_fault_del - delete a fault; if it is active, it ends now
 * @s: the scheduler
 * @id: its id
 * @diag: filled in on error
 *
 * Return: 0 or -ENOENT.
 */
int vsn_fault_del(struct vsn_sched *s, u32 id, struct vsn_diag *diag)
{
	struct vsn_fault *f = (struct vsn_fault *)vsn_fault_find(s, id);

	if (!f || f->id != id || f->manual)
		return vsn_refuse(diag, -ENOENT, "id %u: no such fault", id);
	delete(s, f);
	return 0;
}

/**
 * vsn_fault_manual - a site's own setting, without faults
 * @s: the scheduler
 * @kind: enum vsn_site_kind
 * @target: id of one that exists
 * @health: out
 */
void vsn_fault_manual(const struct vsn_sched *s, u32 kind, u32 target,
		      struct vsn_health *health)
{
	const struct vsn_site *site = find_site(s, target_site(s, kind, target));

	*health = (struct vsn_health) { .bandwidth = VSN_BANDWIDTH_ALL };
	if (site && site->manual)
		*health = site->manual->what;
}

/**
 * vsn_fault_set_health - set a link, a switch or an endpoint, from now on
 * @s: the scheduler
 * @kind: enum vsn_site_kind
 * @target: its id
 * @health: as it is to be, but for faults, which go on beside it
 * @diag: filled in on error
 *
 * Return: 0; -ENOENT no such link, switch or endpoint; -EINVAL; -ERANGE; -ENOSPC; -ENOMEM.
 */
int vsn_fault_set_health(struct vsn_sched *s, u32 kind, u32 target,
			 const struct vsn_health *health, struct vsn_diag *diag)
{
	struct vsn_fault want = {
		.manual = true,
		.kind = kind,
		.target = target,
		.what = *health,
		.at = s->now,
		.until = VSN_TIME_MAX,
	};
	struct vsn_site *site;
	struct vsn_fault *f;
	int err;

	err = check_target(s, kind, target, diag);
	if (!err)
		err = check_health(kind, health, diag);
	if (err)
		return err;
	site = find_site(s, target_site(s, kind, target));
	f = site ? site->manual : NULL;
	if (is_nominal(health)) {
		if (f)
			delete(s, f);
		return 0;
	}
	if (f) {
		f->what = *health;
		f->at = s->now;
		update(s, f, site);
		tell(s, f);
		return 0;
	}
	if (s->faults.nr >= VSN_MAX_FAULTS || s->faults.last_id == U32_MAX)
		return refuse_number(diag);
	f = prepare(s, &want);
	if (!f)
		return vsn_refuse(diag, -ENOMEM, "no memory for a fault");
	begin(s, f);
	return 0;
}

static bool read_site(const struct vsn_sched *s, u64 id, struct vsn_site *out)
{
	const struct vsn_site *site = find_site(s, id);
	bool some = site && !is_new(site);

	if (some)
		*out = *site;
	else
		*out = (struct vsn_site) { .health.bandwidth = VSN_BANDWIDTH_ALL };
	return some;
}

/**
 * vsn_fault_link - read the state of a link
 * @s: the scheduler
 * @link: its id, below the number of links
 * @site: out; a link of a switch or an endpoint that is down is down
 *
 * Return: whether a fault, or a replay, was ever there.
 */
bool vsn_fault_link(const struct vsn_sched *s, u32 link, struct vsn_site *site)
{
	bool some = read_site(s, link_site(link), site);

	if (!site->health.down && vsn_site_down(s, link)) {
		site->health.down = true;
		some = true;
	}
	return some;
}

/**
 * vsn_fault_switch - read the state of a switch
 * @s: the scheduler
 * @sw: its id, below the number of switches
 * @site: out
 *
 * Return: whether a fault was ever there.
 */
bool vsn_fault_switch(const struct vsn_sched *s, u32 sw, struct vsn_site *site)
{
	return read_site(s, switch_site(s, sw), site);
}

/**
 * vsn_fault_endpoint - read the state of an endpoint
 * @s: the scheduler
 * @ep: its id, below the number of endpoints
 * @site: out
 *
 * Return: whether a fault was ever there, or anything was replayed or lost for it.
 */
bool vsn_fault_endpoint(const struct vsn_sched *s, u32 ep, struct vsn_site *site)
{
	return read_site(s, endpoint_site(s, ep), site);
}

void vsn_faults_free(struct vsn_sched *s)
{
	while (s->faults.first)
		forget(s, s->faults.first);
	vsn_heap_free(&s->faults.due, &s->mem);
	vsn_sparse_free(&s->faults.sites);
	vsn_memo_free(&s->faults.memo, &s->mem);
	s->armed = false;
}
