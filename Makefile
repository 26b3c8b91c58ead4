# SPDX-License-Identifier: BSD-3-Clause
# ukpktgen: the in-tree build. A stock Unikraft tree uses Makefile.uk instead.

.DEFAULT_GOAL := image
.DELETE_ON_ERROR:
MAKEFLAGS += -rR
CC := gcc
STRIP := strip
PYTHON := /usr/bin/python3
PREFIX ?= /usr/local
# Where all that is built goes; `make O=build/tiny tinyconfig image` leaves
# what is in build/ alone.
O := build

# `make tinyconfig image` is two things, one after the other.
CONFIG_GOALS := menuconfig defconfig tinyconfig
ifneq ($(and $(filter $(CONFIG_GOALS),$(MAKECMDGOALS)),$(word 2,$(MAKECMDGOALS))),)

$(MAKECMDGOALS): one-by-one
	@:
one-by-one:
	@set -e; for goal in $(MAKECMDGOALS); do \
		$(MAKE) --no-print-directory $$goal; done
.PHONY: one-by-one $(MAKECMDGOALS)

else

APP_DIRS := net stats pktgen shell
APP_SRC := main.c $(sort $(wildcard app*.c)) $(sort $(foreach d,$(APP_DIRS),$(wildcard $(d)/*.c)))
CMD_SRC := $(sort $(filter-out cmds/_%,$(wildcard cmds/*.c)))
# Of the image; what runs on the host has every option at its default.
include $(O)/gen/image/config.mk
include cmds/options.mk
IMAGE_CMD_SRC := $(call cmds-built,$(CMD_SRC))
TEST_CMD_SRC := $(sort $(wildcard tests/cmds/*.c))
LIB_SRC := $(sort $(wildcard plat/lib/*.c))
KVM_SRC := $(sort $(wildcard plat/kvm/*.c plat/kvm/*.S))
HOST_SRC := $(sort $(wildcard plat/host/*.c))
# The checks of uknetdev: in test images, and in any by an option of Config.uk.
NETDEV_SRC := $(sort $(wildcard tests/netdev/*.c))
ifeq ($(CONFIG_APPUKPKTGEN_NETDEV_CHECK),y)
IMAGE_CMD_SRC += tests/cmds/netdev_check.c
IMAGE_NETDEV_SRC := $(NETDEV_SRC)
endif
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_LIB_SRC := $(sort $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)))

FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
VHOST_SRC := $(sort $(wildcard tests/vhost/*.c))

# V=1 shows the commands.
Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-6s %s\n' $(1) $(2))

comma := ,

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wvla -Wwrite-strings
INC := -I. -Iplat/include -I$(O)/gen
# The options of Config.uk are known everywhere, as in a stock tree's build.
CONFIG_INC := -include uk/config.h
CFLAGS_ALL := -std=gnu11 $(WARN) $(INC) -MMD -MP

MUSL_INC := /usr/include/x86_64-linux-musl
MUSL_LIB := /usr/lib/x86_64-linux-musl/libc.a
KVM_CFLAGS := -I$(O)/gen/image $(CFLAGS_ALL) $(CONFIG_INC) -DUK_PLAT_NAME=\"kvm\" -O2 -g -nostdinc -isystem $(MUSL_INC) \
	-isystem $(dir $(shell $(CC) -print-file-name=include/stddef.h 2>/dev/null)) \
	-ffreestanding -fbuiltin -fno-pic -no-pie -mcmodel=small \
	-mno-red-zone -fno-stack-protector -fno-omit-frame-pointer \
	-fno-asynchronous-unwind-tables -fcf-protection=none
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
# Interrupt handlers run between any two instructions of the app: they keep
# off the registers that only it saves.
KVM_IRQ_SRC := plat/kvm/irq.c plat/kvm/serial.c plat/kvm/lapic.c

HOST_CFLAGS := $(CFLAGS_ALL) $(CONFIG_INC) -DUK_PLAT_NAME=\"host\" -O1 -g -D_GNU_SOURCE -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all

## image: the appliance, build/ukpktgen.elf (and .debug with its symbols)
image: $(O)/ukpktgen.elf client

## client: the host's console client, build/ukpktgen-console
client: setup-client
	@$(MAKE) --no-print-directory $(O)/ukpktgen-console

## run: boot it and attach this terminal (a file of commands without one)
run:
	@scripts/setup run
	@$(MAKE) --no-print-directory -s image
	@scripts/first-run

## test: unit tests, shell transcripts, QEMU tests
test: $(O)/gen/image/uk/config.h $(O)/gen/uk/config.h
	@cmp -s $^ || { echo "the tests want an image with every option:" \
		"'make defconfig', or remove $(CONFIG)" >&2; exit 1; }
	@scripts/setup test
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory fuzz
	@$(MAKE) --no-print-directory image test-image tiny-image test-client \
		vhost bench-tools
	@$(PYTHON) -m pytest -p no:cacheprovider -q tests

## unit: the unit tests alone, under ASan and UBSan
unit: $(UNIT_SRC:tests/unit/%.c=$(O)/host/%) $(O)/host/test_pktgen_one \
		$(O)/host/test_frames_one $(O)/host/test_modes_one \
		$(O)/host/test_port_one $(O)/host/test_progress_one \
		transcripts tables
	@set -e; for t in $(filter $(O)/%,$^); do echo "== $$t"; $$t; done

## transcripts: each with SEEDS ways to cut its bytes (1000), without sanitizers
SEEDS ?= 1000
transcripts: $(O)/fast/test_transcripts
	@echo "== $<, $(SEEDS) seeds"
	@$< -s $(SEEDS) >$(O)/fast/transcripts.log || \
		{ cat $(O)/fast/transcripts.log; exit 1; }

## tables: all rows of tests that are tables, without sanitizers; unit has some
tables: $(O)/fast/test_progress $(O)/fast/test_virtio_progress $(O)/fast/test_line
	@set -e; for t in $^; do echo "== $$t, all"; \
		$$t 1 >$(O)/fast/tables.log 2>&1 || \
		{ cat $(O)/fast/tables.log; exit 1; }; done

## fuzz: libFuzzer on the shell, RUNS inputs each (20000), NAME: of one alone
fuzz:
	@scripts/setup fuzz
	@$(MAKE) --no-print-directory -s $(FUZZ_SRC:tests/fuzz/%.c=$(O)/fuzz/%)
	@scripts/fuzz $(or $(RUNS),20000) $(NAME)

## soak: all that can be sent on each back end, MINUTES each (30); BACKENDS, SEED
soak: image vhost
	@scripts/setup test
	@$(PYTHON) tests/qemu/soak.py --minutes $(or $(MINUTES),30) \
		$(BACKENDS:%=--backends %) $(SEED:%=--seed %)

## check: style, include rule, static analysis
check:
	@scripts/setup check
	@scripts/check

## tinyconfig: choose the six basic commands and no more; then `make image`
## defconfig: choose all that there is, as without a configuration
## menuconfig: choose what the image holds, into build/.config
## bench: all figures, into build/bench.json; CASES=send,icount RUNS=5 of some
bench: image vhost tiny-image bench-tools
	@scripts/setup bench
	@$(MAKE) --no-print-directory -s O=$(O)/lto CONFIG=$(CONFIG) LTO=1 \
		$(O)/lto/ukpktgen.elf
	@$(MAKE) --no-print-directory -s O=$(O)/nogc CONFIG=$(CONFIG) GC= \
		$(O)/nogc/ukpktgen.elf
	@bench/bench $(CASES:%=--cases %) $(RUNS:%=--runs %)

bench-tools: $(O)/bench/probe $(O)/bench/sink

## cost: instructions per frame by case, counted by callgrind
cost: $(O)/fast/cost
	@bench/cost

## vhost: build/vhost/vhost-peer, a sink and source of frames for tests
vhost: $(O)/vhost/vhost-peer

## docs: docs/commands.md and the README's table, from the command table
docs: $(O)/host/docgen
	@scripts/docs

## clean: remove build/
clean:
	rm -rf $(O)

help:
	@sed -n 's/^## \([a-z]*\): /  make \1\t/p' Makefile | expand -t 18

# ---- The image ---------------------------------------------------------------

obj = $(patsubst %,$(O)/$(1)/%.o,$(basename $(2)))
KVM_OBJ := $(call obj,kvm,$(APP_SRC) $(IMAGE_CMD_SRC) $(LIB_SRC) $(KVM_SRC) \
	$(IMAGE_NETDEV_SRC))

$(O)/ukpktgen.debug: $(KVM_OBJ) $(O)/kvm/cmd_table.o plat/kvm/link.ld
	$(call say,LD,$@)
	$(Q)$(CC) $(KVM_LDFLAGS) -o $@ $(filter %.o,$^) $(MUSL_LIB)

# What is left of the image by tinyconfig, in a directory of its own.
tiny-image:
	@scripts/setup config
	@$(MAKE) --no-print-directory -s O=$(O)/tiny tinyconfig $(O)/tiny/ukpktgen.elf

test-image: $(O)/test/ukpktgen.elf
$(O)/test/ukpktgen.debug: $(sort $(KVM_OBJ) \
		$(call obj,kvm,$(TEST_CMD_SRC) $(NETDEV_SRC))) \
		$(O)/kvm/cmd_table_test.o plat/kvm/link.ld
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(KVM_LDFLAGS) -o $@ $(filter %.o,$^) $(MUSL_LIB)

$(O)/%.elf: $(O)/%.debug
	$(call say,STRIP,$@)
	$(Q)$(STRIP) -s -R .comment -o $@ $<

$(call obj,kvm,$(KVM_IRQ_SRC)): KVM_CFLAGS += -mgeneral-regs-only
# All but what frames pass through, what interrupts, and what runs before there
# is a canary at %fs:0x28 or after it was found broken (plat/kvm/libc.c).
KVM_UNGUARDED := net/% stats/% pktgen/% main.c plat/lib/% $(KVM_IRQ_SRC) \
	$(addprefix plat/kvm/,virtio% boot.c clock.c pit.c trap.c crash.c libc.c)
$(call obj,kvm,$(filter-out $(KVM_UNGUARDED) %.S,$(APP_SRC) $(IMAGE_CMD_SRC) \
	$(TEST_CMD_SRC) $(KVM_SRC))): KVM_CFLAGS += -fstack-protector-strong
# What frames never pass through is packed, not aligned.
$(call obj,kvm,$(filter-out net/% stats/% pktgen/% main.c,$(APP_SRC)) \
	$(IMAGE_CMD_SRC)): KVM_CFLAGS += -falign-functions=1 -falign-jumps=1 \
	-falign-loops=1

$(O)/kvm/%.o: %.c | setup-image $(O)/gen/image/uk/config.h $(O)/gen/version.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(KVM_CFLAGS) -c -o $@ $<

$(O)/kvm/%.o: %.S | setup-image $(O)/gen/image/uk/config.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(KVM_CFLAGS) -c -o $@ $<

$(O)/kvm/%.o: $(O)/gen/image/%.c | $(O)/gen/image/uk/config.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(KVM_CFLAGS) -c -o $@ $<

# ---- Made from other sources -------------------------------------------------

$(O)/gen/cmd_table.c: scripts/cmd-table $(CMD_SRC) $(O)/gen/cmds.list
	@mkdir -p $(@D)
	$(Q)scripts/cmd-table $(CMD_SRC) >$@

$(O)/gen/image/cmd_table.c: scripts/cmd-table $(O)/gen/cmds.list
	@mkdir -p $(@D)
	$(Q)scripts/cmd-table $(IMAGE_CMD_SRC) >$@

$(O)/gen/image/cmd_table_test.c: scripts/cmd-table $(O)/gen/cmds.list
	@mkdir -p $(@D)
	$(Q)scripts/cmd-table $(IMAGE_CMD_SRC) $(TEST_CMD_SRC) >$@

# Changes when a command file comes or goes, or an option.
$(O)/gen/cmds.list: FORCE
	@mkdir -p $(@D)
	@echo '$(CMD_SRC) $(TEST_CMD_SRC) $(IMAGE_CMD_SRC)' | \
		scripts/update $@

# ---- The configuration: $(O)/.config where there is one, or the defaults ----

CONFIG := $(O)/.config

menuconfig:
	@scripts/setup config
	@mkdir -p $(O)
	@KCONFIG_CONFIG=$(CONFIG) kconfig-mconf Kconfig

defconfig tinyconfig:
	@scripts/setup config
	@mkdir -p $(O)
	$(call say,CONFIG,$(CONFIG))
	$(Q)KCONFIG_CONFIG=$(CONFIG) kconfig-conf --defconfig=$@ Kconfig >/dev/null

$(O)/gen/image/config.mk: FORCE
	@mkdir -p $(@D)
	@scripts/config-values Config.uk $(wildcard $(CONFIG)) | scripts/update $@

$(O)/gen/image/uk/config.h: $(O)/gen/image/config.mk scripts/config-header
	@mkdir -p $(@D)
	$(Q)scripts/config-header <$< >$@

$(O)/gen/uk/config.h: Config.uk scripts/config-values scripts/config-header
	@mkdir -p $(@D)
	$(Q)scripts/config-values Config.uk | scripts/config-header >$@

# Only cmds/version.c includes it, so a commit does not rebuild the rest.
$(O)/gen/version.h: FORCE
	@mkdir -p $(@D)
	@echo '#define UKPKTGEN_VERSION "$(VERSION)"' | scripts/update $@

# ---- Host build: unit tests and the docs generator ---------------------------

HOST_LIB_OBJ := $(call obj,host,$(filter-out main.c,$(APP_SRC)) $(CMD_SRC) \
	$(LIB_SRC) $(HOST_SRC) $(UNIT_LIB_SRC) $(NETDEV_SRC) client/lines.c client/show.c \
	$(filter-out tests/vhost/main.c,$(VHOST_SRC))) $(O)/host/cmd_table.o

$(O)/host/libukpktgen.a: $(HOST_LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(O)/host/test_%: $(O)/host/tests/unit/test_%.o $(O)/host/libukpktgen.a
	$(call say,LD,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^ -lcmocka -lm

# The engines once more as they run in a stock tree, which knows no bursts.
$(O)/host/test_%_one: tests/unit/test_%.c $(wildcard net/port*.c) \
		$(wildcard pktgen/*.c) $(O)/host/libukpktgen.a
	$(call say,LD,$@)
	$(Q)$(CC) $(filter-out -MMD -MP,$(HOST_CFLAGS)) -DPORT_NO_BURST -o $@ \
		$^ -lcmocka

$(O)/host/docgen: $(O)/host/docs/docgen.o $(O)/host/libukpktgen.a
	$(call say,LD,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^

$(O)/host/%.o: %.c | $(O)/gen/uk/config.h $(O)/gen/version.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -c -o $@ $<

$(O)/host/%.o: $(O)/gen/%.c | $(O)/gen/uk/config.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -c -o $@ $<

# What many seeds are played on.
FAST_CFLAGS := $(CFLAGS_ALL) $(CONFIG_INC) -DUK_PLAT_NAME=\"host\" -O2 -g -D_GNU_SOURCE
FAST_OBJ := $(call obj,fast,$(UNIT_LIB_SRC) $(filter-out main.c,$(APP_SRC)) \
	$(CMD_SRC) $(LIB_SRC) $(HOST_SRC)) $(O)/fast/cmd_table.o

$(O)/fast/test_%: $(O)/fast/tests/unit/test_%.o $(FAST_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(FAST_CFLAGS) -o $@ $^ -lcmocka

$(O)/fast/cost: $(call obj,fast,bench/cost.c) $(FAST_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(FAST_CFLAGS) -o $@ $^ -lcmocka

$(O)/bench/probe: bench/probe.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(VHOST_CFLAGS) -o $@ $< -lpthread

$(O)/bench/sink: $(call obj,vhost,bench/sink.c tests/vhost/check.c)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(VHOST_CFLAGS) -o $@ $^

$(O)/fast/%.o: %.c | $(O)/gen/uk/config.h $(O)/gen/version.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(FAST_CFLAGS) -c -o $@ $<

$(O)/fast/%.o: $(O)/gen/%.c | $(O)/gen/uk/config.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(FAST_CFLAGS) -c -o $@ $<

# Clang instruments what is fuzzed. The fuzzer looks at every comparison where
# words are read; in what draws characters that would take two thirds of the time.
FUZZ_CFLAGS := -std=gnu11 $(INC) $(CONFIG_INC) -MMD -MP -DUK_PLAT_NAME=\"host\" -O2 -g \
	-D_GNU_SOURCE -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
FUZZ_CMP := parse value arg keys cpio
FUZZ_OBJ := $(call obj,fuzz,$(filter-out main.c,$(APP_SRC)) $(CMD_SRC) \
	$(LIB_SRC) $(HOST_SRC) tests/fuzz/line.c) $(O)/fuzz/cmd_table.o

$(O)/fuzz/%: NO_CMP := -fno-sanitize-coverage=trace-cmp
$(FUZZ_CMP:%=$(O)/fuzz/shell/%.o): NO_CMP :=

$(O)/fuzz/fuzz_%: $(O)/fuzz/tests/fuzz/fuzz_%.o $(FUZZ_OBJ)
	$(call say,LD,$@)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $^

$(O)/fuzz/%.o: %.c | $(O)/gen/uk/config.h $(O)/gen/version.h
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)clang $(FUZZ_CFLAGS) $(NO_CMP) -c -o $@ $<

$(O)/fuzz/%.o: $(O)/gen/%.c | $(O)/gen/uk/config.h
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)clang $(FUZZ_CFLAGS) $(NO_CMP) -c -o $@ $<

# ---- The vhost-user back end for tests and bench -----------------------------

VHOST_CFLAGS := $(CFLAGS_ALL) -O3 -g -D_GNU_SOURCE -mprfchw

$(O)/vhost/vhost-peer: $(call obj,vhost,$(VHOST_SRC))
	$(call say,LD,$@)
	$(Q)$(CC) $(VHOST_CFLAGS) -o $@ $^ -lpthread

$(O)/vhost/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(VHOST_CFLAGS) -c -o $@ $<

# ---- The client --------------------------------------------------------------

# Without libedit's header, or with LIBEDIT=, it edits lines as the terminal does.
LIBEDIT ?= $(wildcard /usr/include/histedit.h)
CLIENT_EDIT := $(if $(LIBEDIT),libedit,plain)
CLIENT_SRC := $(sort $(filter-out client/edit_%,$(wildcard client/*.c))) \
	shell/base64.c shell/crc32.c
# What it reads comes from elsewhere.
CLIENT_HARDEN := -fstack-protector-strong -fPIE
CLIENT_LDFLAGS := -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
CLIENT_FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
CLIENT_CFLAGS := -std=gnu11 $(WARN) -I. -MMD -MP -O2 -g -D_GNU_SOURCE \
	$(CLIENT_HARDEN) $(CLIENT_FORTIFY)
CLIENT_LIBS = $(if $(filter libedit,$(1)),-ledit) -lcjson
client_obj = $(call obj,client,$(CLIENT_SRC) client/edit_$(1).c)

$(O)/ukpktgen-console: $(call client_obj,$(CLIENT_EDIT)) $(O)/client/editor
	$(call say,LD,$@)
	$(Q)$(CC) $(CLIENT_CFLAGS) $(CLIENT_LDFLAGS) -o $@ $(filter %.o,$^) \
		$(call CLIENT_LIBS,$(CLIENT_EDIT))

# For tests: the variant without the library, and the client under ASan.
test-client: $(O)/client/ukpktgen-console-plain \
		$(O)/client-asan/ukpktgen-console
$(O)/client/ukpktgen-console-plain: $(call client_obj,plain)
	$(call say,LD,$@)
	$(Q)$(CC) $(CLIENT_CFLAGS) $(CLIENT_LDFLAGS) -o $@ $^ $(call CLIENT_LIBS,plain)

CLIENT_ASAN := $(filter-out $(CLIENT_FORTIFY),$(CLIENT_CFLAGS)) -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
$(O)/client-asan/ukpktgen-console: \
		$(call obj,client-asan,$(CLIENT_SRC) client/edit_$(CLIENT_EDIT).c)
	$(call say,LD,$@)
	$(Q)$(CC) $(CLIENT_ASAN) -o $@ $^ $(call CLIENT_LIBS,$(CLIENT_EDIT))

# Changes when the library comes or goes.
$(O)/client/editor: FORCE
	@mkdir -p $(@D)
	@echo $(CLIENT_EDIT) | cmp -s - $@ || echo $(CLIENT_EDIT) >$@

$(O)/client/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CLIENT_CFLAGS) -c -o $@ $<

$(O)/client-asan/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CLIENT_ASAN) -c -o $@ $<

# ---- For those who use it ----------------------------------------------------

PROGRAMS := ukpktgen ukpktgen-console
# The launcher finds beside itself what it needs; the symbols are for crashes.
INSTALL_LIB = $(DESTDIR)$(PREFIX)/lib/ukpktgen
INSTALL_BIN = $(DESTDIR)$(PREFIX)/bin
INSTALL_MAN = $(DESTDIR)$(PREFIX)/share/man/man1
INSTALL_DOC = $(DESTDIR)$(PREFIX)/share/doc/ukpktgen
INSTALL_COMPLETION = $(DESTDIR)$(PREFIX)/share/bash-completion/completions

## install: all that its users need, below DESTDIR and PREFIX (/usr/local)
install: image
	$(Q)install -D -m 755 -t $(INSTALL_LIB) scripts/ukpktgen \
		$(O)/ukpktgen-console
	$(Q)install -D -m 644 -t $(INSTALL_LIB) scripts/lib-*.sh \
		$(O)/ukpktgen.elf $(O)/ukpktgen.debug
	$(Q)install -d $(INSTALL_BIN)
	$(Q)ln -sf $(PROGRAMS:%=../lib/ukpktgen/%) $(INSTALL_BIN)
	$(Q)install -D -m 644 -t $(INSTALL_MAN) $(PROGRAMS:%=docs/man/%.1)
	$(Q)install -D -m 644 -t $(INSTALL_COMPLETION) \
		$(PROGRAMS:%=completion/bash/%)
	$(Q)install -D -m 644 -t $(INSTALL_DOC) docs/*.md docs/*.svg
	$(Q)install -D -m 644 -t $(INSTALL_DOC)/examples docs/examples/*.cmds
	$(Q)sed -i 's,scripts/ukpktgen,ukpktgen,g; s,docs/examples/,,g' \
		$(INSTALL_DOC)/examples/*.cmds

## deb: a Debian package in build/deb, of what is committed
deb:
	@scripts/setup deb
	@scripts/deb

.PHONY: install deb

setup-image:
	@scripts/setup image

# It does without libedit where that is missing and nobody may install it.
setup-client:
	@scripts/setup client || [ -z '$(LIBEDIT)' -a -e /usr/include/cjson/cJSON.h ]

.PHONY: $(CONFIG_GOALS) image client run test unit transcripts fuzz check bench bench-tools cost docs clean help \
	test-image test-client tiny-image vhost setup-image setup-client FORCE
.SECONDARY:

-include $(shell find $(O) -name '*.d' 2>/dev/null)

endif
