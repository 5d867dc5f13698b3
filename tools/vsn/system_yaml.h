/* SPDX-License-Identifier: GPL-2.0 */
/* A system file as it is written: values are still text. */
#ifndef VSN_SYSTEM_YAML_H
#define VSN_SYSTEM_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "yamlpos.h"

struct yaml_dim {
	char *name;
	char *prefix;
	uint32_t size;
};

struct yaml_memory {
	char *bandwidth;
	char *latency;
};

struct yaml_kind {
	char **dims;
	unsigned int dims_count;
	char *package;
	char *capacity;
	struct yaml_memory *memory;
	char *read;
	char *write;
	char *overhead;
};

struct yaml_endpoints {
	struct yaml_kind *accelerator;
	struct yaml_kind *host;
	struct yaml_kind *memory;
};

struct yaml_port {
	char *bandwidth;
	char *latency;
	char *efficiency;
};

struct yaml_ports {
	struct yaml_port *accelerator;
	struct yaml_port *host;
	struct yaml_port *memory;
};

struct yaml_tier {
	char *name;
	char **over;
	unsigned int over_count;
	uint32_t attach;
	uint32_t kind;
	uint32_t forwarding;
	uint32_t wiring;
	uint32_t planes;
	uint32_t switches;
	uint32_t lanes;
	char *switch_latency;
	char *medium;
	bool reduces;
	struct yaml_ports *ports;
	struct yaml_port *uplink;
};

struct yaml_graph_switch {
	char *name;
	char *latency;
};

struct yaml_graph_link {
	char *from;
	char *to;
	char *bandwidth;
	char *latency;
	char *efficiency;
	uint32_t lanes;
	bool one_way;
};

struct yaml_graph {
	uint32_t forwarding;
	char *transit;
	struct yaml_graph_switch *switches;
	unsigned int switches_count;
	struct yaml_graph_link *links;
	unsigned int links_count;
};

struct yaml_network {
	char *name;
	char *header;
	char *packet;
	char *stripe;
	uint32_t policy;
	uint64_t seed;
	struct yaml_tier *tiers;
	unsigned int tiers_count;
	struct yaml_graph *graph;
};

struct yaml_param {
	char *name;
	char *value;
	char *meaning;
	uint32_t origin;
	char *source;
};

struct yaml_library {
	char *library;
	char **fit;
	unsigned int fit_count;
	struct yaml_param *parameters;
	unsigned int parameters_count;
};

struct yaml_published {
	char *name;
	char *value;
	char *max;
	char *run;
	char *source;
	bool fitted;
};

struct yaml_bounds {
	char *median;
	char *worst;
};

struct yaml_system {
	char *name;
	char *description;
	struct yaml_dim *dimensions;
	unsigned int dimensions_count;
	struct yaml_endpoints *endpoints;
	struct yaml_network *networks;
	unsigned int networks_count;
	struct yaml_library *software;
	unsigned int software_count;
	struct yaml_published *published;
	unsigned int published_count;
	struct yaml_bounds *bounds;
};

/* NULL on failure: *@line and @why tell. */
struct yaml_system *system_yaml_load(const char *text, size_t len, const struct yamlpos *pos,
				     int *line, char *why, size_t size);
void system_yaml_free(struct yaml_system *sys);

#endif /* VSN_SYSTEM_YAML_H */
