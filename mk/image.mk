# SPDX-License-Identifier: BSD-3-Clause
# The image, and those for tests: freestanding, with musl's libc.

MUSL_INC := /usr/include/x86_64-linux-musl
MUSL_LIB := /usr/lib/x86_64-linux-musl/libc.a
KVM_CFLAGS := -I$(O)/gen/image $(CFLAGS_ALL) $(CONFIG_INC) \
	-DUK_PLAT_NAME=\"kvm\" -O2 -g -nostdinc -isystem $(MUSL_INC) \
	-isystem $(dir $(shell $(CC) -print-file-name=include/stddef.h 2>/dev/null)) \
	-ffreestanding -fbuiltin -fno-pic -no-pie -mcmodel=small \
	-mno-red-zone -fno-stack-protector -fno-omit-frame-pointer \
	-fno-asynchronous-unwind-tables -fcf-protection=none
# Emulated, a load of 16 bytes is two of 8, and what uses it waits until both are
# stored; what repeats is a loop of blocks.
KVM_CFLAGS += -mno-sse
HOT_CFLAGS := $(foreach f,memcpy memset,\
	-m$(f)-strategy=unrolled_loop:512:noalign$(comma)libcall:-1:noalign)
KVM_LDFLAGS := -nostdlib -static -no-pie \
	-Wl,-z,noexecstack -Wl,-z,norelro -Wl,--build-id=none \
	-Wl,-T,plat/kvm/link.ld
# Whether they help is what `make bench` shows: GC= leaves the one away, LTO=1
# optimises across files.
GC ?= 1
KVM_CFLAGS += $(if $(GC),-ffunction-sections -fdata-sections)
KVM_LDFLAGS += $(if $(GC),-Wl$(comma)--gc-sections)
KVM_CFLAGS += $(if $(LTO),-flto)
KVM_LDFLAGS += $(if $(LTO),-flto=auto $(filter -O% -m% -f%,$(KVM_CFLAGS)))

STRINGS := -mstringop-strategy=libcall
kvm-cc = $(CC) $(KVM_CFLAGS) $(STRINGS)
$(eval $(call variant,kvm,\
	setup-image $(O)/gen/image/uk/config.h $(O)/gen/version.h,$(O)/gen/image))

KVM_OBJ := $(call obj,kvm,$(APP_SRC) $(IMAGE_CMD_SRC) $(LIB_SRC) $(KVM_SRC) \
	$(IMAGE_NETDEV_SRC))

# Frames pass through these, but for what only sets them up.
HOT_SRC := net/% stats/% measure/% pktgen/% capture/bpf_run.c capture/bpf_gate_all.c capture/ring.c \
	main.c
SETUP_SRC := net/proto/% measure/kinds.c pktgen/fields% pktgen/stream.c \
	pktgen/program_new.c \
	pktgen/program_sizes.c pktgen/program_grow.c \
	pktgen/play.c pktgen/played.c \
	pktgen/program_changes.c pktgen/program_leads.c pktgen/pktgen_nodes.c pktgen/pktgen.c pktgen/pktgen_streams.c \
	pktgen/pktgen_runs.c pktgen/pktgen_seen.c pktgen/pktgen_parts.c \
	pktgen/pacer_shape.c pktgen/chain.c pktgen/schedule.c pktgen/flow.c \
	pktgen/zipf.c pktgen/turn.c pktgen/program_each.c pktgen/replay.c \
	pktgen/replay_find.c \
	pktgen/frames_shared.c net/port.c net/port_memory.c net/port_buffers.c \
	stats/% measure/latency.c measure/order.c measure/density.c \
	measure/trail.c \
	pktgen/pktgen_trails.c pktgen/pktgen_link.c pktgen/pktgen_forward.c \
	pktgen/pktgen_track.c pktgen/sent_sizes.c measure/track.c \
	pktgen/checker.c pktgen/selftest.c pktgen/pktgen_cores.c \
	pktgen/pktgen_kv.c pktgen/kv.c pktgen/rest.c pktgen/peers.c pktgen/worker_flows.c \
	pktgen/worker_view.c \
	measure/far_clock.c measure/probe.c
# The same of the machine.
KVM_SETUP_SRC := $(addprefix plat/kvm/,acpi.c args.c crash.c memmap.c mm.c \
	pci.c smp.c virtio.c virtio_console.c virtio_mmio.c virtio_net.c \
	virtio_net_ctrl.c virtio_net_link.c virtio_net_queue.c virtio_pci.c) \
	plat/lib/heap.c plat/lib/netdev.c plat/lib/vring.c
# Interrupt handlers run between any two instructions of the app: they keep
# off the registers that only it saves.
IRQ_SRC := plat/kvm/irq.c plat/kvm/serial.c plat/kvm/lapic.c
# By them all that is copied goes, before anything else runs, too.
STRING_SRC := plat/kvm/string.c
# What runs before there is a canary at %fs:0x28, or after it was found broken
# (plat/kvm/libc.c), has no guard; nor have these two.
UNGUARDED_SRC := $(HOT_SRC) plat/lib/% $(IRQ_SRC) $(STRING_SRC) \
	$(addprefix plat/kvm/,virtio% boot.c clock.c pit.c trap.c crash.c libc.c smp.c)

$(call obj,kvm,$(IRQ_SRC) $(STRING_SRC)): KVM_CFLAGS += -mgeneral-regs-only
$(call obj,kvm,$(STRING_SRC)): KVM_CFLAGS += -fno-tree-loop-distribute-patterns
$(call obj,kvm,$(filter-out $(UNGUARDED_SRC) %.S,$(APP_SRC) $(IMAGE_CMD_SRC) \
	$(TEST_CMD_SRC) $(KVM_SRC))): KVM_CFLAGS += -fstack-protector-strong
$(call obj,kvm,$(filter $(HOT_SRC) plat/lib/%,$(APP_SRC) $(LIB_SRC))): \
	STRINGS := $(HOT_CFLAGS)
# What frames never pass through is small rather than fast; what a run begins with
# is not as slow as -Oz makes it, which GCC 11 does not know.
# Its tables begin where their members may, not at lines of 32 bytes.
SMALL := $(or $(shell $(CC) -Oz -E -x c /dev/null >/dev/null 2>&1 && echo -Oz),-Os)
$(call obj,kvm,$(filter $(SETUP_SRC),$(APP_SRC)) $(KVM_SETUP_SRC)): KVM_CFLAGS += -Os
$(call obj,kvm,$(filter-out $(HOT_SRC) $(SETUP_SRC),$(APP_SRC)) $(IMAGE_CMD_SRC)): \
	KVM_CFLAGS += $(SMALL) -malign-data=abi

define link-image
@mkdir -p $(@D)
$(call say,LD,$@)
$(Q)$(CC) $(KVM_LDFLAGS) -o $@ $(filter %.o,$^) $(MUSL_LIB)
endef

$(O)/ukpktgen.debug: $(KVM_OBJ) $(O)/kvm/cmd_table.o plat/kvm/link.ld
	$(link-image)

test-image: $(O)/test/ukpktgen.elf $(O)/test/smp.elf
$(O)/test/ukpktgen.debug: $(sort $(KVM_OBJ) \
		$(call obj,kvm,$(TEST_CMD_SRC) $(NETDEV_SRC))) \
		$(O)/kvm/cmd_table_test.o plat/kvm/link.ld
	$(link-image)

# The platform alone, with several CPUs.
$(O)/test/smp.debug: $(call obj,kvm,$(LIB_SRC) $(KVM_SRC) $(SMP_TEST_SRC) \
			files/store.c files/crc32.c) \
		plat/kvm/link.ld
	$(link-image)

# What is left of the image by tinyconfig, in a directory of its own.
tiny-image:
	@tools/setup config
	@$(MAKE) --no-print-directory -s O=$(O)/tiny tinyconfig $(O)/tiny/ukpktgen.elf

$(O)/%.elf: $(O)/%.debug
	$(call say,STRIP,$@)
	$(Q)$(STRIP) -s -R .comment -o $@ $<

setup-image:
	@tools/setup image

.PHONY: test-image tiny-image setup-image
