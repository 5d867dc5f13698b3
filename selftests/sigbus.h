/* SPDX-License-Identifier: GPL-2.0 */
/* Loads and stores that may end in SIGBUS. */
#ifndef SIGBUS_H
#define SIGBUS_H

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>

static sigjmp_buf on_sigbus;

static inline void sigbus_handler(int sig)
{
	siglongjmp(on_sigbus, 1);
}

/* Does a load (or a store) at @p end in SIGBUS? */
static inline bool gets_sigbus(volatile unsigned char *p, bool write)
{
	struct sigaction act = { .sa_handler = sigbus_handler }, old;
	bool got = true;

	sigaction(SIGBUS, &act, &old);
	if (!sigsetjmp(on_sigbus, 1)) {
		if (write)
			*p = 1;
		else
			(void)*p;
		got = false;
	}
	sigaction(SIGBUS, &old, NULL);
	return got;
}

#endif /* SIGBUS_H */
