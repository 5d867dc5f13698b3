// SPDX-License-Identifier: GPL-2.0
/* Values with units, to and from text. */
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

/* Decimal digits of a number that we keep: all 18-digit numbers fit 64 bits. */
#define MAX_DIGITS	18

struct scale {
	const char *name;
	uint64_t factor;
	bool output;	/* used for output, too */
};

/* The smallest first */
static const struct scale sizes[] = {
	{ "B", 1, true },
	{ "kB", 1000, false },
	{ "KiB", 1ULL << 10, true },
	{ "MB", 1000000, false },
	{ "MiB", 1ULL << 20, true },
	{ "GB", 1000000000, false },
	{ "GiB", 1ULL << 30, true },
	{ "TB", 1000000000000, false },
	{ "TiB", 1ULL << 40, true },
	{ "PB", 1000000000000000, false },
	{ "PiB", 1ULL << 50, true },
	{ NULL, 0, false },
};

static const struct scale rates[] = {
	{ "B/s", 1, true },
	{ "kb/s", 125, false },
	{ "kB/s", 1000, true },
	{ "Mb/s", 125000, false },
	{ "MB/s", 1000000, true },
	{ "Gb/s", 125000000, false },
	{ "GB/s", 1000000000, true },
	{ "Tb/s", 125000000000, false },
	{ "TB/s", 1000000000000, true },
	{ "PB/s", 1000000000000000, true },
	{ NULL, 0, false },
};

static const struct scale times[] = {
	{ "ps", 1, true },
	{ "ns", 1000, true },
	{ "us", 1000000, true },
	{ "ms", 1000000000, true },
	{ "s", 1000000000000, true },
	{ NULL, 0, false },
};

static const struct scale ratios[] = {
	{ "ppm", 1, false },
	{ "%", 10000, true },
	{ NULL, 0, false },
};

static const struct scale chances[] = {
	{ "ppt", 1, true },
	{ "ppb", 1000, true },
	{ "ppm", 1000000, true },
	{ "%", 10000000000, true },
	{ NULL, 0, false },
};

static const struct scale factors[] = {
	{ "ppm", 1, false },
	{ "x", 1000000, true },
	{ NULL, 0, false },
};

static const struct scale * const scales[] = {
	[UNIT_SIZE] = sizes,
	[UNIT_RATE] = rates,
	[UNIT_TIME] = times,
	[UNIT_RATIO] = ratios,
	[UNIT_CHANCE] = chances,
	[UNIT_FACTOR] = factors,
};

static void list_units(enum unit unit, char *why, size_t size)
{
	const struct scale *s;
	size_t len = strlen(why);

	for (s = scales[unit]; s->name && len < size; s++)
		len += snprintf(why + len, size - len, " %s", s->name);
}

/* Digits and at most one point; the number is *@mantissa / 10^*@decimals. */
static const char *parse_number(const char *p, uint64_t *mantissa, int *decimals)
{
	bool point = false;
	int digits = 0;

	*mantissa = 0;
	*decimals = 0;
	if (!isdigit((unsigned char)*p))
		return NULL;
	for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
		if (*p == '.') {
			point = true;
			if (!isdigit((unsigned char)p[1]))
				return NULL;
			continue;
		}
		*mantissa = *mantissa * 10 + (*p - '0');
		*decimals += point;
		if (*mantissa && ++digits > MAX_DIGITS)
			return NULL;
	}
	return p;
}

int unit_parse(const char *text, enum unit unit, uint64_t *value, char *why, size_t size)
{
	unsigned __int128 v;
	const struct scale *s;
	uint64_t mantissa;
	int decimals;
	const char *p;

	p = parse_number(text, &mantissa, &decimals);
	if (!p) {
		snprintf(why, size, "'%s' is not a number with a unit, one of:", text);
		list_units(unit, why, size);
		return -1;
	}
	while (*p == ' ')
		p++;
	for (s = scales[unit]; s->name; s++)
		if (!strcmp(p, s->name))
			break;
	if (!s->name) {
		if (*p)
			snprintf(why, size, "'%s': unknown unit '%s', it must be one of:",
				 text, p);
		else
			snprintf(why, size, "'%s' has no unit, it must be one of:", text);
		list_units(unit, why, size);
		return -1;
	}
	v = (unsigned __int128)mantissa * s->factor;
	for (; decimals; decimals--) {
		if (v % 10) {
			snprintf(why, size, "'%s' is not a whole number of %s", text,
				 scales[unit]->name);
			return -1;
		}
		v /= 10;
	}
	if (v > UINT64_MAX) {
		snprintf(why, size, "'%s' is too large", text);
		return -1;
	}
	*value = v;
	return 0;
}

const char *unit_format(char buf[UNIT_TEXT], enum unit unit, uint64_t value)
{
	unsigned __int128 thousandths;
	const struct scale *s, *best = NULL;
	uint64_t whole;
	int n, frac;

	for (s = scales[unit]; s->name; s++)
		if (s->output && (!best || value >= s->factor))
			best = s;
	thousandths = ((unsigned __int128)value * 1000 + best->factor / 2) / best->factor;
	whole = thousandths / 1000;
	frac = thousandths % 1000;
	n = snprintf(buf, UNIT_TEXT, "%" PRIu64, whole);
	if (frac) {
		n += snprintf(buf + n, UNIT_TEXT - n, ".%03d", frac);
		while (buf[n - 1] == '0')
			n--;
	}
	snprintf(buf + n, UNIT_TEXT - n, " %s", best->name);
	return buf;
}
