/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CLIENT_STATUS_H
#define CLIENT_STATUS_H

/* As `ukpktgen exec` documents them. */
enum status {
	STATUS_OK,
	STATUS_FAILED,
	STATUS_UNREACHABLE,
	STATUS_CRASHED,
	STATUS_ENDED, /* unasked, while the launcher asks for --booting */
	/* With --verdict, by the last run of a port. */
	STATUS_SUSPECT,
	STATUS_INVALID,
};

#endif /* CLIENT_STATUS_H */
