/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The platform inside an ordinary Linux process, for tests: a clock that the
 * test turns, a console in memory, network devices wired to each other. All of
 * it is one process-wide set; host_reset() starts over.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <uk/netdev.h>

/* Forgets devices, clock and console. */
void host_reset(void);

/* ukplat_monotonic_clock() stands still but for this; the caller is CPU 0. */
void host_clock_set(uint64_t ns);
void host_clock_advance(uint64_t ns);

/*
 * Sets the number of CPUs, until host_reset(): 1..16. Those that are
 * started are threads; host_reset() waits until they halt, and ends them.
 */
void host_cpus(unsigned n);

/* The console: what uk_console_in() will give, what uk_console_out() got. */
void host_console_type(const char *text);
/* At most `len` bytes per uk_console_out() from now on; 0: none at all. */
void host_console_room(size_t len);
size_t host_console_text(char *buf, size_t size);

/* There is a channel from now on, until host_reset(). */
void host_channel_plug(void);
/* Bytes come by it; what went by it, and is forgotten then. */
void host_channel_put(const void *bytes, size_t len);
size_t host_channel_get(void *to, size_t size);
/* Of what goes, at most `len` bytes more; SIZE_MAX at first. */
void host_channel_room(size_t len);

/*
 * When a device gives a frame back that was sent. A driver may rest on none of
 * these: virtio 1.2, 2.7.8, lets a device use buffers in any order.
 */
enum host_back {
	BACK_AT_ONCE,  /* at the next look, in order */
	BACK_LATE,     /* all of them some looks later */
	BACK_SWAPPED,  /* a few looks later, neighbours in another order */
	BACK_IN_BULK,  /* none for a while, then all together */
	BACK_ONE_HELD, /* in order, but for one in a few hundred that stays */
	BACK_ANY,      /* each of these for a while */
};

/*
 * By how many looks a frame that is sent at look `look` comes back later.
 * `seed` is the caller's, not 0, and goes on with each call.
 */
unsigned host_back_delay(enum host_back back, uint64_t look, uint64_t *seed);

/* What a loop device does wrong on purpose. All zero: nothing. */
struct host_faults {
	int probe, configure, rxq, txq, start; /* negative errno to return */
	const char *why; /* what is said of any of these, or NULL */
	int tx;          /* negative errno for every send */
	int rx;          /* negative errno for every receive */
	/* bytes too many in the length of what is received */
	uint16_t rx_excess;
	unsigned hold; /* frames sent that stay in flight */
	enum host_back back;
	uint64_t back_seed; /* of `back`: not 0 unless that is AT_ONCE */
	/*
	 * Looks for it that what is sent to it stays on the way, though it was
	 * given back; then all of it comes at once, or one frame and as much
	 * later the next. 0: it comes at the first.
	 */
	unsigned late;
	bool singly;
	bool unplugged; /* its link is down; what is sent is lost */
	bool full;      /* its transmit ring has no room */
	bool underrun;  /* it says that it lacks receive buffers */
	/* One in `lose` frames that are sent to it is lost; 0: none is. */
	unsigned lose;
	uint64_t nb_lost; /* by that */
};

struct host_netdev;

/*
 * Registers two devices: what one sends the other receives, in order, none
 * lost: a sender finds its ring full while the receiver has no buffers.
 * `mtu` in bytes of layer 3.
 */
void host_loop_pair(struct host_netdev *dev[2], uint16_t mtu);
/* Sets their number of pairs of queues, until host_reset(): 1..4. */
void host_loop_queues(unsigned n);
/* Of one of them, before it is brought up. */
void host_netdev_set_mtu(struct host_netdev *dev, uint16_t mtu);
struct host_faults *host_netdev_faults(struct host_netdev *dev);

/* A frame from elsewhere arrives; there is a buffer for it. */
void host_loop_put(struct host_netdev *dev, const void *frame, size_t len);

/* Called for every frame that a device sends; NULL ends it. */
void host_netdev_tap(struct host_netdev *dev,
		     void (*tap)(void *arg, const void *frame, size_t len),
		     void *arg);

/*
 * In place of its peer `wire` gets each frame that it sends; NULL ends that.
 * What a device is to receive can be given to it: false where it has no buffer.
 */
void host_netdev_wire(struct host_netdev *dev,
		      void (*wire)(void *arg, const void *frame, size_t len),
		      void *arg);
bool host_netdev_receive(struct host_netdev *dev, const void *frame,
			 size_t len);

#endif /* HOST_HOST_H */
