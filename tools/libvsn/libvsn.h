/* SPDX-License-Identifier: GPL-2.0 */
/* libvsn: the client library of vsn.  See libvsn(3). */
#ifndef LIBVSN_H
#define LIBVSN_H

#include "coll.h"
#include "control.h"
#include "device.h"
#include "fault.h"
#include "grant.h"

#endif /* LIBVSN_H */
