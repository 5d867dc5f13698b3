// SPDX-License-Identifier: GPL-2.0
/* Lines of a YAML text. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "yamlpos.h"

struct yamlpos {
	yaml_document_t doc;
};

static const char *problem(const yaml_parser_t *parser)
{
	return parser->problem ? parser->problem : "not YAML";
}

struct yamlpos *yamlpos_open(const char *text, size_t len, int *line, char *why, size_t size)
{
	struct yamlpos *pos = calloc(1, sizeof(*pos));
	yaml_document_t next;
	yaml_parser_t parser;
	bool more = false;

	*line = 1;
	if (!pos || !yaml_parser_initialize(&parser)) {
		snprintf(why, size, "out of memory");
		goto free_pos;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &pos->doc)) {
		*line = parser.problem_mark.line + 1;
		snprintf(why, size, "%s", problem(&parser));
		goto delete_parser;
	}
	if (!yaml_document_get_root_node(&pos->doc)) {
		snprintf(why, size, "the file is empty");
		goto delete_doc;
	}
	if (!yaml_parser_load(&parser, &next)) {
		*line = parser.problem_mark.line + 1;
		snprintf(why, size, "%s", problem(&parser));
		goto delete_doc;
	}
	if (yaml_document_get_root_node(&next)) {
		more = true;
		*line = next.start_mark.line + 1;
		snprintf(why, size, "a second document in the file");
	}
	yaml_document_delete(&next);
	if (more)
		goto delete_doc;
	yaml_parser_delete(&parser);
	return pos;

delete_doc:
	yaml_document_delete(&pos->doc);
delete_parser:
	yaml_parser_delete(&parser);
free_pos:
	free(pos);
	return NULL;
}

void yamlpos_close(struct yamlpos *pos)
{
	if (!pos)
		return;
	yaml_document_delete(&pos->doc);
	free(pos);
}

static yaml_node_t *node(const struct yamlpos *pos, int index)
{
	return yaml_document_get_node((yaml_document_t *)&pos->doc, index);
}

/* Value of a key, of the last if it is there twice; its line is that of the key. */
static yaml_node_t *map_find(const struct yamlpos *pos, yaml_node_t *map, const char *key,
			     size_t len, int *line)
{
	yaml_node_t *found = NULL;
	yaml_node_pair_t *p;

	if (map->type != YAML_MAPPING_NODE)
		return NULL;
	for (p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = node(pos, p->key);

		if (k && k->type == YAML_SCALAR_NODE && k->data.scalar.length == len &&
		    !memcmp(k->data.scalar.value, key, len)) {
			*line = k->start_mark.line + 1;
			found = node(pos, p->value);
		}
	}
	return found;
}

static yaml_node_t *seq_find(const struct yamlpos *pos, yaml_node_t *seq, size_t index, int *line)
{
	yaml_node_t *n;

	if (seq->type != YAML_SEQUENCE_NODE ||
	    index >= (size_t)(seq->data.sequence.items.top - seq->data.sequence.items.start))
		return NULL;
	n = node(pos, seq->data.sequence.items.start[index]);
	if (n)
		*line = n->start_mark.line + 1;
	return n;
}

int yamlpos_line(const struct yamlpos *pos, const char *path)
{
	yaml_node_t *n = yaml_document_get_root_node((yaml_document_t *)&pos->doc);
	int line = n ? n->start_mark.line + 1 : 1;

	while (n && *path) {
		size_t len = strcspn(path, ".[");

		if (len) {
			n = map_find(pos, n, path, len, &line);
			path += len;
		} else if (*path == '[') {
			n = seq_find(pos, n, strtoul(path + 1, NULL, 10), &line);
			path += strcspn(path, "]");
			path += *path == ']';
		} else {
			path++;
		}
	}
	return line;
}
