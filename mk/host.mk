# SPDX-License-Identifier: BSD-3-Clause
# The same app in a Linux process: unit tests and the generator of docs (host,
# under ASan and UBSan), and what many seeds are played on (fast).

HOST_ALL := $(CFLAGS_ALL) $(CONFIG_INC) -DUK_PLAT_NAME=\"host\" -g \
	-D_GNU_SOURCE -DCONFIG_LIBUKNETDEV_MAXNBQUEUES=4 \
	-DUK_ARCH_SPINWAIT=host_spinwait
HOST_CFLAGS := $(HOST_ALL) -DCONFIG_APPUKPKTGEN_OWNERS=1 -O1 -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
FAST_CFLAGS := $(HOST_ALL) -O2
HOST_FIRST := $(O)/gen/uk/config.h $(O)/gen/version.h

host-cc = $(CC) $(HOST_CFLAGS)
fast-cc = $(CC) $(FAST_CFLAGS)
$(eval $(call variant,host,$(HOST_FIRST),$(O)/gen))
$(eval $(call variant,fast,$(HOST_FIRST),$(O)/gen))

HOST_LIB_OBJ := $(call obj,host,$(HOST_APP_SRC) $(UNIT_LIB_SRC) $(NETDEV_SRC) \
	client/lines.c client/show.c client/wrap.c \
	relay/allowed.c relay/heard.c relay/sent.c relay/watch.c \
	$(filter-out tests/vhost/main.c,$(VHOST_SRC))) $(O)/host/cmd_table.o

$(O)/host/libukpktgen.a: $(HOST_LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

# The engines once more as they run in a stock tree, which knows no bursts.
ONE_TESTS := pktgen pktgen_wait frames modes port progress many forward
UNIT_TESTS := $(UNIT_SRC:tests/unit/%.c=$(O)/host/%) \
	$(ONE_TESTS:%=$(O)/host/test_%_one)

$(O)/host/test_%: $(O)/host/tests/unit/test_%.o $(O)/host/libukpktgen.a
	$(call say,LD,$@)
	$(Q)$(host-cc) -o $@ $^ -lcmocka -lm

$(O)/host/test_%_one: tests/unit/test_%.c $(wildcard net/port*.c) \
		$(wildcard pktgen/*.c) $(O)/host/libukpktgen.a
	$(call say,LD,$@)
	$(Q)$(filter-out -MMD -MP,$(host-cc)) -DPORT_NO_BURST -o $@ $^ -lcmocka

$(O)/host/docgen $(O)/host/replygen $(O)/host/headergen: $(O)/host/%: $(O)/host/docs/%.o \
		$(O)/host/libukpktgen.a
	$(call say,LD,$@)
	$(Q)$(host-cc) -o $@ $^
$(O)/host/replygen: $(O)/host/docs/reply_forms.o

# What capture/ reads and play sends, beside what other programs do.
$(O)/host/capture-frames $(O)/host/capture-play: $(O)/host/capture-%: \
		$(O)/host/tests/capture/%.o $(O)/host/libukpktgen.a
	$(call say,LD,$@)
	$(Q)$(host-cc) -o $@ $^

FAST_OBJ := $(call obj,fast,$(HOST_APP_SRC) $(UNIT_LIB_SRC)) \
	$(O)/fast/cmd_table.o

$(O)/fast/test_%: $(O)/fast/tests/unit/test_%.o $(FAST_OBJ)
	$(call say,LD,$@)
	$(Q)$(fast-cc) -o $@ $^ -lcmocka

$(O)/fast/cost $(O)/fast/load $(O)/fast/lines $(O)/fast/experiment: $(O)/fast/%: $(O)/fast/bench/%.o $(FAST_OBJ)
	$(call say,LD,$@)
	$(Q)$(fast-cc) -o $@ $^ -lcmocka

# Frames as lines ask for them, for other programs to judge.
test-frames: $(O)/host/frames $(O)/host/programs

$(O)/host/frames $(O)/host/programs: $(O)/host/%: $(O)/host/tests/proto/%.o \
		$(O)/host/libukpktgen.a
	$(call say,LD,$@)
	$(Q)$(host-cc) -o $@ $^

.PHONY: test-frames
