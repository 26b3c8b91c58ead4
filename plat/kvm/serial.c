/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The console's 16550. serial_init(), at boot, sets the line and turns the FIFO
 * on (fifo_enable()), keeping a byte that had come before. serial_irq_enable()
 * has it interrupt from when there are handlers.
 *
 * In: the device's interrupt leads to serial_receive(), which moves what it has
 * into a ring of 32 bytes. If that is full, the receive interrupt is turned
 * off, and what more is sent stays in the device, then with QEMU, then with the
 * sender. uk_console_in() takes bytes from the ring and, once half of it is
 * free, turns the interrupt on again (resume()). serial_pending() says whether
 * there are any.
 *
 * Out: uk_console_out() writes up to 16 bytes each time that the FIFO has
 * become empty, as long as it has, and says how many those were; it never
 * waits.
 *
 * A crash has no loop to come back to: serial_put() writes by itself and waits
 * for room, but not for ever. serial_drain() waits until the last byte is out,
 * before the machine goes off.
 */
#include "plat/kvm/serial.h"

#include <uk/console.h>
#include <uk/essentials.h>
#include <uk/plat/time.h>

#include "plat/kvm/cpu.h"
#include "plat/kvm/crash.h"
#include "plat/kvm/io.h"

#define PORT 0x3f8

/* Registers of the 16550 (PC16550D data sheet, 8). */
#define RBR (PORT + 0) /* DLAB 0, read */
#define THR (PORT + 0) /* DLAB 0, write */
#define IER (PORT + 1)
#define FCR (PORT + 2) /* write */
#define IIR (PORT + 2) /* read */
#define LCR (PORT + 3)
#define MCR (PORT + 4)
#define LSR (PORT + 5)
#define DLL (PORT + 0) /* DLAB 1 */
#define DLM (PORT + 1)

#define IER_RX 0x01
#define FCR_ENABLE_TRIGGER_14 0xc1
#define TRIGGER 14
#define IIR_WHY 0x0f
#define IIR_AT_TRIGGER 0x04
#define LCR_DLAB 0x80
#define LCR_8N1 0x03
#define MCR_DTR_RTS_OUT2 0x0b
#define MCR_LOOP 0x10
#define LSR_RX_READY 0x01
#define LSR_TX_FIFO_EMPTY 0x20
#define LSR_TX_EMPTY 0x40

#define FIFO_LEN 16

/*
 * A power of two. Small, as what stands here is read before what a new client
 * sends, slowly if much input waits already (shell/intake.h); the console is
 * looked at often enough for two FIFOs to do.
 */
#define RING_LEN 32
#define RING_RESUME (RING_LEN / 2)

#define PUT_MAX_CYCLES (1ull << 32)
#define DRAIN_MAX_NS 100000000

/*
 * The handler alone moves `head` and sets `held`; uk_console_in() alone moves
 * `tail`. Both count on without end, their difference is what is in the ring.
 */
static struct {
	volatile uint32_t head, tail;
	volatile bool held; /* full: the receive interrupt is off */
	uint8_t data[RING_LEN];
} rx;

static bool put_gave_up;

static void ring_push(uint8_t c)
{
	rx.data[rx.head % RING_LEN] = c;
	rx.head++;
}

/*
 * Turning the FIFO on empties it, so the byte that a 16550 without FIFO holds
 * is saved first. Reading it would let the next one in right before the FIFO
 * is emptied, but for the loop: QEMU does not look for more input while it is
 * on, so it has to be made to look afterwards. Reading does; an empty FIFO
 * gives 0.
 */
static void fifo_enable(void)
{
	bool held;
	uint8_t c = 0;

	outb(MCR, MCR_LOOP);
	held = inb(LSR) & LSR_RX_READY;
	if (held)
		c = inb(RBR);
	outb(FCR, FCR_ENABLE_TRIGGER_14);
	outb(MCR, MCR_DTR_RTS_OUT2);
	if (!held)
		return;
	ring_push(c);
	c = inb(RBR);
	if (c)
		ring_push(c);
}

/*
 * With a trigger of 14 the device asks after 14 bytes or four characters of
 * silence. A key pressed waits 0.35 ms for that; but QEMU hands over no more
 * than the trigger at once, and with a trigger of 1 a pasted file takes 17
 * times as long.
 */
void serial_init(void)
{
	outb(IER, 0);
	outb(LCR, LCR_DLAB | LCR_8N1);
	outb(DLL, 1); /* 115200 baud */
	outb(DLM, 0);
	outb(LCR, LCR_8N1);
	fifo_enable();
}

void serial_irq_enable(void)
{
	outb(IER, IER_RX);
}

/* As many as the trigger, all in the FIFO, by one instruction. */
static void take_trigger(void)
{
	uint8_t buf[TRIGGER], *to = buf;
	unsigned long n = TRIGGER;

	__asm__ volatile("rep insb"
			 : "+D"(to), "+c"(n)
			 : "d"((uint16_t)RBR)
			 : "memory");
	for (n = 0; n < TRIGGER; n++)
		ring_push(buf[n]);
}

void serial_receive(void)
{
	/* Of what a program sends, most; else each byte is asked for. */
	if (RING_LEN - (rx.head - rx.tail) >= TRIGGER &&
	    (inb(IIR) & IIR_WHY) == IIR_AT_TRIGGER)
		take_trigger();
	while (inb(LSR) & LSR_RX_READY) {
		if (rx.head - rx.tail == RING_LEN) {
			rx.held = true;
			outb(IER, 0);
			return;
		}
		ring_push(inb(RBR));
	}
}

bool serial_pending(void)
{
	return rx.head != rx.tail;
}

/* There is room again: takes what the device held back and goes on. */
static void resume(void)
{
	uint64_t flags = irq_save();

	rx.held = false;
	serial_receive();
	if (!rx.held)
		outb(IER, IER_RX);
	irq_restore(flags);
}

static void check_cpu(void)
{
	if (unlikely(cpu_self()->idx))
		crash("the console belongs to CPU 0");
}

__ssz uk_console_in(char *buf, __sz len)
{
	__sz n = 0;

	check_cpu();
	while (n < len && rx.head != rx.tail) {
		buf[n++] = (char)rx.data[rx.tail % RING_LEN];
		rx.tail++;
	}
	if (rx.held && rx.head - rx.tail <= RING_RESUME)
		resume();
	return (__ssz)n;
}

/* One instruction for the whole FIFO is one exit to a hypervisor, not 16. */
static void thr_write(const char *buf, __sz len)
{
	__asm__ volatile("rep outsb"
			 : "+S"(buf), "+c"(len)
			 : "d"((uint16_t)THR)
			 : "memory");
}

__ssz uk_console_out(const char *buf, __sz len)
{
	__sz n = 0, part;

	check_cpu();
	while (n < len && inb(LSR) & LSR_TX_FIFO_EMPTY) {
		part = MIN(len - n, (__sz)FIFO_LEN);
		thr_write(buf + n, part);
		n += part;
	}
	return (__ssz)n;
}

/* By the bare counter, because the clock may not run yet. */
static bool wait_for_room(void)
{
	uint64_t start = rdtsc();

	while (!(inb(LSR) & LSR_TX_FIFO_EMPTY))
		if (rdtsc() - start > PUT_MAX_CYCLES)
			return false;
	return true;
}

void serial_put(const char *text)
{
	for (; *text && !put_gave_up; text++) {
		if (wait_for_room())
			outb(THR, (uint8_t)*text);
		else
			put_gave_up = true;
	}
}

void serial_drain(void)
{
	__nsec until = ukplat_monotonic_clock() + DRAIN_MAX_NS;

	while (!(inb(LSR) & LSR_TX_EMPTY) && !put_gave_up &&
	       ukplat_monotonic_clock() < until)
		cpu_pause();
}
