/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSN_SYSTEM_ROUTE_H
#define VSN_SYSTEM_ROUTE_H

/* vsn system route */
int system_route(int argc, char **argv);

#endif /* VSN_SYSTEM_ROUTE_H */
