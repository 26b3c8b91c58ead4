/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HOST_CHANNEL_H
#define HOST_CHANNEL_H

/* It is plugged out, and empty. */
void host_channel_reset(void);

#endif /* HOST_CHANNEL_H */
