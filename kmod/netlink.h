/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink: what the handlers share. */
#ifndef VSN_NETLINK_H
#define VSN_NETLINK_H

#include <net/genetlink.h>

#include "netlink_gen.h"

struct vsn_diag;
struct vsn_fabric;
struct vsn_fault;
struct vsn_region;
struct vsn_site;
struct vsn_topo;
struct vsn_violation;

int vsn_nl_init(void);
void vsn_nl_exit(void);

/* Refusals: each fills in the extended ack and returns the error. */
__printf(4, 5)
int vsn_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  int err, const char *fmt, ...);
int vsn_nl_refuse_diag(struct netlink_ext_ack *extack,
		       const struct vsn_diag *diag, int err);
/**
 * struct vsn_nl_word - which attribute a text is about
 * @word: it begins so
 * @type: the attribute
 */
struct vsn_nl_word {
	const char *word;
	u32 type;
};

int vsn_nl_refuse_word(struct genl_info *info, const struct vsn_nl_word *words,
		       const struct vsn_diag *diag, int err);
int vsn_nl_missing(struct netlink_ext_ack *extack, const struct nlattr *nest,
		   u32 type, const char *what);

int vsn_nl_text(const struct nlattr *attr, const char *what, char *text,
		size_t size, struct netlink_ext_ack *extack);

/* The fabric of a request: held by the pre_doit hook; NULL if it named none. */
static inline struct vsn_fabric *vsn_nl_fabric(const struct genl_info *info)
{
	return info->user_ptr[0];
}

int vsn_nl_need_ready(struct vsn_fabric *fabric, struct netlink_ext_ack *extack);

/**
 * struct vsn_nl_dump - where a dump of a fabric's objects stands
 * @fabric: id of the fabric it began with
 * @next: id of the next object
 */
struct vsn_nl_dump {
	u32 fabric;
	u32 next;
};

struct vsn_fabric *vsn_nl_dump_begin(struct netlink_callback *cb);

static inline struct vsn_nl_dump *vsn_nl_dump_ctx(struct netlink_callback *cb)
{
	static_assert(sizeof(struct vsn_nl_dump) <=
		      sizeof_field(struct netlink_callback, ctx));
	return (struct vsn_nl_dump *)cb->ctx;
}

struct sk_buff *vsn_nl_notify_new(size_t size);
void vsn_nl_notify(struct sk_buff *skb);

/* Faults, links and switches: netlink_fault.c, netlink_state.c; engine->lock held. */
void vsn_nl_notify_fault(struct vsn_fabric *fabric, const struct vsn_fault *f);
/* Directories: netlink_directory.c; engine->lock held. */
void vsn_nl_notify_violation(struct vsn_fabric *fabric, const struct vsn_violation *v);
int vsn_nl_put_directory(struct sk_buff *skb, struct vsn_region *region);
void vsn_nl_notify_state(struct vsn_fabric *fabric, u32 kind, u32 target);
int vsn_nl_put_endpoint_event(struct sk_buff *skb, struct vsn_fabric *fabric, u32 id);
bool vsn_nl_held_down(const struct vsn_site *site);
int vsn_nl_put_health(struct sk_buff *skb, const struct vsn_site *site);

/*
 * Regions and partitions come and go, and limits change, under this lock, and are told
 * of under it: netlink_region.c.  fabric->lock nests inside.
 */
void vsn_nl_regions_lock(void);
void vsn_nl_regions_unlock(void);
void vsn_nl_region_created(const struct vsn_fabric *fabric, struct vsn_region *region);
void vsn_nl_region_deleted(const struct vsn_fabric *fabric, u32 id, const char *name);

/* Topology as attributes: netlink_topo.c. */
int vsn_nl_topo_parse(const struct genl_info *info, struct vsn_topo *topo);
size_t vsn_nl_topo_size(const struct vsn_topo *topo);
int vsn_nl_topo_put(struct sk_buff *skb, const struct vsn_topo *topo,
		    bool committed);

#endif /* VSN_NETLINK_H */
