/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test says to the kernel and hears, with a socket, a message and a reply in its
 * fixture: struct nl_sock s, struct nl_msg m, struct nl_reply r.
 */
#ifndef NL_FIXTURE_H
#define NL_FIXTURE_H

#define ask()		nl_ask(&self->s, &self->m, &self->r)
#define dump()		nl_dump(&self->s, &self->m, &self->r)
#define value(type)	nl_get(self->r.data, self->r.len, type)
#define string(type)	nl_get_str(self->r.data, self->r.len, type)
#define number(type)	nl_count(self->r.data, self->r.len, type)

/* The answer is an error of this errno, text and bad or missing attribute. */
#define EXPECT_REFUSED(error, words, bad_type, miss_type)		\
	do {								\
		EXPECT_EQ(-(error), self->r.err);			\
		EXPECT_STREQ(words, self->r.text);			\
		EXPECT_EQ(bad_type, self->r.bad);			\
		EXPECT_EQ(miss_type, self->r.miss);			\
	} while (0)

#endif /* NL_FIXTURE_H */
