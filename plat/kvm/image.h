/* SPDX-License-Identifier: BSD-3-Clause */
/* Borders of the image and of its stacks, from link.ld and entry.S. */
#ifndef KVM_IMAGE_H
#define KVM_IMAGE_H

extern char image_start[], image_text[], image_text_end[];
extern char image_rodata[], image_rodata_end[];
extern char image_data[], image_end[];

extern char stack_boot_low[], stack_boot_high[];   /* start-up and main() */
extern char stack_trap_low[], stack_trap_high[];   /* exceptions */
extern char stack_fatal_low[], stack_fatal_high[]; /* #DF, NMI, #MC */
extern char stack_irq_low[], stack_irq_high[];     /* interrupts */

#endif /* KVM_IMAGE_H */
