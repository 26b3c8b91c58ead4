/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to plat/host: forgets all loop devices. */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

void host_loop_reset(void);

#endif /* HOST_LOOP_H */
