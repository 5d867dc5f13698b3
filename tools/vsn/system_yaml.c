// SPDX-License-Identifier: GPL-2.0
/* The schema of system files, for libcyaml, and its errors in our words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cyaml/cyaml.h>

#include "control.h"
#include "system.h"
#include "system_yaml.h"

#define NAME_MAX_LEN	31
#define VALUE_MAX_LEN	63
#define TEXT_MAX_LEN	1023
#define LIST_MAX	64
/* More than the kernel takes, which says so itself */
#define SWITCHES_MAX	(1 << 20)
#define LINKS_MAX	(1 << 20)

#define REQUIRED	CYAML_FLAG_POINTER
#define OPTIONAL	(CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define ENUM_OPTIONAL	(CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL)

#define FIELD_TEXT(_key, _flags, _type, _member, _max) \
	CYAML_FIELD_STRING_PTR(_key, _flags, _type, _member, 1, _max)
#define FIELD_ENUM(_key, _flags, _type, _member, _names) \
	CYAML_FIELD_ENUM(_key, _flags, _type, _member, _names, CYAML_ARRAY_LEN(_names))

static const cyaml_schema_value_t name_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, NAME_MAX_LEN),
};

static const cyaml_strval_t attach_names[] = {
	{ "endpoint", VSN_ATTACH_ENDPOINT },
	{ "switch", VSN_ATTACH_SWITCH },
};

static const cyaml_strval_t tier_kind_names[] = {
	{ "switch", VSN_TIER_KIND_SWITCH },
	{ "mesh", VSN_TIER_KIND_MESH },
	{ "ring", VSN_TIER_KIND_RING },
	{ "grid", VSN_TIER_KIND_GRID },
};

static const cyaml_strval_t wiring_names[] = {
	{ "full", VSN_WIRING_FULL },
	{ "stride", VSN_WIRING_STRIDE },
	{ "spread", VSN_WIRING_SPREAD },
};

static const cyaml_strval_t forwarding_names[] = {
	{ "cut-through", VSN_FORWARDING_CUT_THROUGH },
	{ "store-forward", VSN_FORWARDING_STORE_FORWARD },
};

static const cyaml_strval_t policy_names[] = {
	{ "dmodk", VSN_POLICY_DMODK },
	{ "hash", VSN_POLICY_HASH },
	{ "stripe", VSN_POLICY_STRIPE },
	{ "shortest", VSN_POLICY_SHORTEST },
	{ "detour", VSN_POLICY_DETOUR },
	{ "borrow", VSN_POLICY_BORROW },
};

static const cyaml_strval_t origin_names[] = {
	{ "published", SYS_ORIGIN_PUBLISHED },
	{ "assumption", SYS_ORIGIN_ASSUMPTION },
	{ "fitted", SYS_ORIGIN_FITTED },
};

static const cyaml_schema_field_t dim_fields[] = {
	FIELD_TEXT("name", REQUIRED, struct yaml_dim, name, NAME_MAX_LEN),
	FIELD_TEXT("prefix", OPTIONAL, struct yaml_dim, prefix, VSN_CTL_PREFIX - 1),
	CYAML_FIELD_UINT("size", CYAML_FLAG_DEFAULT, struct yaml_dim, size),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t dim_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_dim, dim_fields),
};

static const cyaml_schema_field_t memory_fields[] = {
	FIELD_TEXT("bandwidth", REQUIRED, struct yaml_memory, bandwidth, VALUE_MAX_LEN),
	FIELD_TEXT("latency", REQUIRED, struct yaml_memory, latency, VALUE_MAX_LEN),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t kind_fields[] = {
	CYAML_FIELD_SEQUENCE("dims", REQUIRED, struct yaml_kind, dims, &name_value, 1, LIST_MAX),
	FIELD_TEXT("package", OPTIONAL, struct yaml_kind, package, NAME_MAX_LEN),
	FIELD_TEXT("capacity", REQUIRED, struct yaml_kind, capacity, VALUE_MAX_LEN),
	CYAML_FIELD_MAPPING_PTR("memory", REQUIRED, struct yaml_kind, memory, memory_fields),
	FIELD_TEXT("read", OPTIONAL, struct yaml_kind, read, VALUE_MAX_LEN),
	FIELD_TEXT("write", OPTIONAL, struct yaml_kind, write, VALUE_MAX_LEN),
	FIELD_TEXT("overhead", OPTIONAL, struct yaml_kind, overhead, VALUE_MAX_LEN),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t endpoints_fields[] = {
	CYAML_FIELD_MAPPING_PTR("accelerator", OPTIONAL, struct yaml_endpoints, accelerator,
				kind_fields),
	CYAML_FIELD_MAPPING_PTR("host", OPTIONAL, struct yaml_endpoints, host, kind_fields),
	CYAML_FIELD_MAPPING_PTR("memory", OPTIONAL, struct yaml_endpoints, memory, kind_fields),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t port_fields[] = {
	FIELD_TEXT("bandwidth", REQUIRED, struct yaml_port, bandwidth, VALUE_MAX_LEN),
	FIELD_TEXT("latency", OPTIONAL, struct yaml_port, latency, VALUE_MAX_LEN),
	FIELD_TEXT("efficiency", OPTIONAL, struct yaml_port, efficiency, VALUE_MAX_LEN),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t ports_fields[] = {
	CYAML_FIELD_MAPPING_PTR("accelerator", OPTIONAL, struct yaml_ports, accelerator,
				port_fields),
	CYAML_FIELD_MAPPING_PTR("host", OPTIONAL, struct yaml_ports, host, port_fields),
	CYAML_FIELD_MAPPING_PTR("memory", OPTIONAL, struct yaml_ports, memory, port_fields),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t tier_fields[] = {
	FIELD_TEXT("name", REQUIRED, struct yaml_tier, name, NAME_MAX_LEN),
	CYAML_FIELD_SEQUENCE("over", REQUIRED, struct yaml_tier, over, &name_value, 0, LIST_MAX),
	FIELD_ENUM("attach", CYAML_FLAG_STRICT, struct yaml_tier, attach, attach_names),
	FIELD_ENUM("kind", CYAML_FLAG_STRICT, struct yaml_tier, kind, tier_kind_names),
	FIELD_ENUM("forwarding", ENUM_OPTIONAL, struct yaml_tier, forwarding, forwarding_names),
	FIELD_ENUM("wiring", ENUM_OPTIONAL, struct yaml_tier, wiring, wiring_names),
	CYAML_FIELD_UINT("planes", CYAML_FLAG_DEFAULT, struct yaml_tier, planes),
	CYAML_FIELD_UINT("switches", CYAML_FLAG_DEFAULT, struct yaml_tier, switches),
	CYAML_FIELD_UINT("lanes", CYAML_FLAG_OPTIONAL, struct yaml_tier, lanes),
	FIELD_TEXT("switch_latency", REQUIRED, struct yaml_tier, switch_latency, VALUE_MAX_LEN),
	FIELD_TEXT("medium", OPTIONAL, struct yaml_tier, medium, VSN_CTL_PREFIX - 1),
	CYAML_FIELD_BOOL("reduces", CYAML_FLAG_OPTIONAL, struct yaml_tier, reduces),
	CYAML_FIELD_MAPPING_PTR("ports", OPTIONAL, struct yaml_tier, ports, ports_fields),
	CYAML_FIELD_MAPPING_PTR("uplink", OPTIONAL, struct yaml_tier, uplink, port_fields),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t tier_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_tier, tier_fields),
};

static const cyaml_schema_field_t graph_switch_fields[] = {
	FIELD_TEXT("name", REQUIRED, struct yaml_graph_switch, name, NAME_MAX_LEN),
	FIELD_TEXT("latency", OPTIONAL, struct yaml_graph_switch, latency, VALUE_MAX_LEN),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t graph_switch_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_graph_switch, graph_switch_fields),
};

static const cyaml_schema_field_t graph_link_fields[] = {
	FIELD_TEXT("from", REQUIRED, struct yaml_graph_link, from, VSN_CTL_ENDPOINT_NAME - 1),
	FIELD_TEXT("to", REQUIRED, struct yaml_graph_link, to, VSN_CTL_ENDPOINT_NAME - 1),
	FIELD_TEXT("bandwidth", REQUIRED, struct yaml_graph_link, bandwidth, VALUE_MAX_LEN),
	FIELD_TEXT("latency", OPTIONAL, struct yaml_graph_link, latency, VALUE_MAX_LEN),
	FIELD_TEXT("efficiency", OPTIONAL, struct yaml_graph_link, efficiency, VALUE_MAX_LEN),
	CYAML_FIELD_UINT("lanes", CYAML_FLAG_OPTIONAL, struct yaml_graph_link, lanes),
	CYAML_FIELD_BOOL("one_way", CYAML_FLAG_OPTIONAL, struct yaml_graph_link, one_way),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t graph_link_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_graph_link, graph_link_fields),
};

static const cyaml_schema_field_t graph_fields[] = {
	FIELD_ENUM("forwarding", ENUM_OPTIONAL, struct yaml_graph, forwarding, forwarding_names),
	FIELD_TEXT("transit", OPTIONAL, struct yaml_graph, transit, VALUE_MAX_LEN),
	CYAML_FIELD_SEQUENCE("switches", OPTIONAL, struct yaml_graph, switches,
			     &graph_switch_value, 0, SWITCHES_MAX),
	CYAML_FIELD_SEQUENCE("links", REQUIRED, struct yaml_graph, links, &graph_link_value, 1,
			     LINKS_MAX),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t network_fields[] = {
	FIELD_TEXT("name", REQUIRED, struct yaml_network, name, NAME_MAX_LEN),
	FIELD_TEXT("header", REQUIRED, struct yaml_network, header, VALUE_MAX_LEN),
	FIELD_TEXT("packet", REQUIRED, struct yaml_network, packet, VALUE_MAX_LEN),
	FIELD_TEXT("stripe", OPTIONAL, struct yaml_network, stripe, VALUE_MAX_LEN),
	FIELD_ENUM("policy", ENUM_OPTIONAL, struct yaml_network, policy, policy_names),
	CYAML_FIELD_UINT("seed", CYAML_FLAG_OPTIONAL, struct yaml_network, seed),
	CYAML_FIELD_SEQUENCE("tiers", OPTIONAL, struct yaml_network, tiers, &tier_value, 1,
			     LIST_MAX),
	CYAML_FIELD_MAPPING_PTR("graph", OPTIONAL, struct yaml_network, graph, graph_fields),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t network_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_network, network_fields),
};

static const cyaml_schema_field_t param_fields[] = {
	FIELD_TEXT("name", REQUIRED, struct yaml_param, name, NAME_MAX_LEN),
	FIELD_TEXT("value", REQUIRED, struct yaml_param, value, VALUE_MAX_LEN),
	FIELD_TEXT("meaning", REQUIRED, struct yaml_param, meaning, TEXT_MAX_LEN),
	FIELD_ENUM("origin", CYAML_FLAG_STRICT, struct yaml_param, origin, origin_names),
	FIELD_TEXT("source", REQUIRED, struct yaml_param, source, TEXT_MAX_LEN),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t param_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_param, param_fields),
};

/* At most five parameters: with more of them anything can be fitted. */
static const cyaml_schema_field_t library_fields[] = {
	FIELD_TEXT("library", REQUIRED, struct yaml_library, library, NAME_MAX_LEN),
	CYAML_FIELD_SEQUENCE("fit", OPTIONAL, struct yaml_library, fit, &name_value, 0, LIST_MAX),
	CYAML_FIELD_SEQUENCE("parameters", REQUIRED, struct yaml_library, parameters,
			     &param_value, 1, 5),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t library_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_library, library_fields),
};

static const cyaml_schema_field_t published_fields[] = {
	FIELD_TEXT("name", REQUIRED, struct yaml_published, name, NAME_MAX_LEN),
	FIELD_TEXT("value", REQUIRED, struct yaml_published, value, VALUE_MAX_LEN),
	FIELD_TEXT("max", OPTIONAL, struct yaml_published, max, VALUE_MAX_LEN),
	FIELD_TEXT("run", OPTIONAL, struct yaml_published, run, TEXT_MAX_LEN),
	FIELD_TEXT("source", REQUIRED, struct yaml_published, source, TEXT_MAX_LEN),
	CYAML_FIELD_BOOL("fitted", CYAML_FLAG_OPTIONAL, struct yaml_published, fitted),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t published_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_published, published_fields),
};

static const cyaml_schema_field_t bounds_fields[] = {
	FIELD_TEXT("median", OPTIONAL, struct yaml_bounds, median, VALUE_MAX_LEN),
	FIELD_TEXT("worst", OPTIONAL, struct yaml_bounds, worst, VALUE_MAX_LEN),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t system_fields[] = {
	FIELD_TEXT("name", REQUIRED, struct yaml_system, name, NAME_MAX_LEN),
	FIELD_TEXT("description", REQUIRED, struct yaml_system, description, TEXT_MAX_LEN),
	CYAML_FIELD_SEQUENCE("dimensions", REQUIRED, struct yaml_system, dimensions, &dim_value,
			     1, LIST_MAX),
	CYAML_FIELD_MAPPING_PTR("endpoints", REQUIRED, struct yaml_system, endpoints,
				endpoints_fields),
	CYAML_FIELD_SEQUENCE("networks", REQUIRED, struct yaml_system, networks, &network_value,
			     1, LIST_MAX),
	CYAML_FIELD_SEQUENCE("software", OPTIONAL, struct yaml_system, software, &library_value,
			     0, LIST_MAX),
	CYAML_FIELD_SEQUENCE("published", OPTIONAL, struct yaml_system, published,
			     &published_value, 0, LIST_MAX),
	CYAML_FIELD_MAPPING_PTR("bounds", OPTIONAL, struct yaml_system, bounds, bounds_fields),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t system_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml_system, system_fields),
};

/* What libcyaml logs of an error: a line of text, then a backtrace, inside out */
struct log {
	char text[256];
	char path[512];
	int level;	/* of the backtrace */
	bool drop;	/* what comes first in it is not meant */
};

static void path_prepend(struct log *log, const char *part)
{
	char path[sizeof(log->path)];
	const char *dot = log->path[0] && log->path[0] != '[' ? "." : "";

	if (snprintf(path, sizeof(path), "%s%s%s", part, dot, log->path) < (int)sizeof(path))
		memcpy(log->path, path, sizeof(path));
}

/* Entries are counted when they begin, so the number is one more than the index. */
static void log_backtrace(struct log *log, const char *line)
{
	char part[128] = "", name[96];
	unsigned int number;

	if (sscanf(line, "  in mapping field '%95[^']'", name) == 1)
		snprintf(part, sizeof(part), "%s", name);
	else if (sscanf(line, "  in sequence entry '%u'", &number) == 1 && number)
		snprintf(part, sizeof(part), "[%u]", number - 1);
	if (part[0] && !(log->drop && log->level == 0))
		path_prepend(log, part);
	log->level++;
}

/*
 * libcyaml's texts and ours; what follows its text stands for %s.  @drop: the
 * error is not about the innermost thing of the backtrace but what is around it.
 */
static const struct {
	const char *theirs;
	const char *ours;
	bool drop;
} texts[] = {
	{ "Unexpected key: ", "unknown key '%s'", false },
	{ "Missing required mapping field: ", "key '%s' is missing", true },
	{ "Mapping field already seen: ", "key '%s' is there twice", false },
	{ "Invalid ENUM value: ", "'%s' is none of the words that may stand here", false },
	{ "Invalid UINT value: ", "%s is not a number", false },
	{ "Invalid uint64_t value: ", "%s is not a number", false },
	{ "UINT value too large: ", "%s is too large", false },
	{ "STRING length < ", "the text is empty", false },
	{ "STRING length > ", "more characters than %s", false },
	{ "Excessive entries ", "too many entries %s", true },
	{ "Insufficient entries ", "too few entries %s", true },
	{ "Expecting MAPPING, got event: ", "there is no mapping here but %s", false },
	{ "Expecting SEQUENCE, got event: ", "there is no list here but %s", false },
	{ "Expecting STRING, got event: ", "there is no text here but %s", false },
	{ "Expecting ENUM, got event: ", "there is no word here but %s", false },
	{ "Expecting UINT, got event: ", "there is no number here but %s", false },
};

static void log_text(struct log *log, const char *theirs)
{
	const char *ours = NULL, *rest = theirs, *arg;
	char word[128];
	size_t i;

	for (i = 0; i < CYAML_ARRAY_LEN(texts); i++) {
		if (strncmp(theirs, texts[i].theirs, strlen(texts[i].theirs)))
			continue;
		ours = texts[i].ours;
		log->drop = texts[i].drop;
		rest = theirs + strlen(texts[i].theirs);
		break;
	}
	if (!ours) {
		snprintf(log->text, sizeof(log->text), "%s", theirs);
		return;
	}
	snprintf(word, sizeof(word), "%s", rest);
	arg = strstr(ours, "%s");
	if (arg)
		snprintf(log->text, sizeof(log->text), "%.*s%s%s", (int)(arg - ours), ours, word,
			 arg + 2);
	else
		snprintf(log->text, sizeof(log->text), "%s", ours);
	/* The key stands inside of what the backtrace says. */
	if (i == 0)
		path_prepend(log, word);
}

static void log_line(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct log *log = ctx;
	const char *p;
	char line[256];

	if (level < CYAML_LOG_ERROR)
		return;
	vsnprintf(line, sizeof(line), fmt, args);
	line[strcspn(line, "\n")] = '\0';
	p = strncmp(line, "Load: ", 6) ? line : line + 6;
	if (!strncmp(line, "  in ", 5))
		log_backtrace(log, line);
	else if (strcmp(p, "Backtrace:") && !log->text[0])
		log_text(log, p);
}

static const cyaml_config_t base_config = {
	.log_fn = log_line,
	.mem_fn = cyaml_mem,
	.log_level = CYAML_LOG_ERROR,
	.flags = CYAML_CFG_DEFAULT,
};

struct yaml_system *system_yaml_load(const char *text, size_t len, const struct yamlpos *pos,
				     int *line, char *why, size_t size)
{
	struct log log = { 0 };
	cyaml_config_t config = base_config;
	struct yaml_system *sys = NULL;
	cyaml_err_t err;

	config.log_ctx = &log;
	err = cyaml_load_data((const uint8_t *)text, len, &config, &system_value,
			      (cyaml_data_t **)&sys, NULL);
	if (err == CYAML_OK && sys)
		return sys;
	*line = yamlpos_line(pos, log.path);
	snprintf(why, size, "%s", log.text[0] ? log.text : cyaml_strerror(err));
	return NULL;
}

void system_yaml_free(struct yaml_system *sys)
{
	if (sys)
		cyaml_free(&base_config, &system_value, sys, 0);
}
