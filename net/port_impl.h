/* SPDX-License-Identifier: BSD-3-Clause */
/* Between a port's bring-up and its frames. */
#ifndef NET_PORT_IMPL_H
#define NET_PORT_IMPL_H

#include "net/port.h"

/* Before a receive buffer of `len` bytes is used for the first time. */
void port_rx_mark(char *buf, size_t len);

#endif /* NET_PORT_IMPL_H */
