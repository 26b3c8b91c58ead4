# SPDX-License-Identifier: BSD-3-Clause
# Which sources there are; from the commands' names their table is made.

APP_DIRS := units files capture net net/proto measure stats search node pktgen shell app
APP_SRC := main.c $(sort $(foreach d,$(APP_DIRS),$(wildcard $(d)/*.c)))
# Without the poll loop: what tests call.
HOST_APP_SRC = $(filter-out main.c,$(APP_SRC)) $(CMD_SRC) $(LIB_SRC) $(HOST_SRC)
CMD_SRC := $(sort $(filter-out cmds/_%,$(wildcard cmds/*.c)))
TEST_CMD_SRC := $(sort $(wildcard tests/cmds/*.c))
SMP_TEST_SRC := $(sort $(wildcard tests/smp/*.c))
LIB_SRC := $(sort $(wildcard plat/lib/*.c))
KVM_SRC := $(sort $(wildcard plat/kvm/*.c plat/kvm/*.S))
HOST_SRC := $(sort $(wildcard plat/host/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_LIB_SRC := $(sort $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
VHOST_SRC := $(sort $(wildcard tests/vhost/*.c))

# What of it is in the image: by the options that are chosen.
include $(O)/gen/image/config.mk
include cmds/options.mk
IMAGE_CMD_SRC := $(call cmds-built,$(CMD_SRC))
# The checks of uknetdev: in test images, and in any by an option of Config.uk.
NETDEV_SRC := $(sort $(wildcard tests/netdev/*.c))
ifeq ($(CONFIG_APPUKPKTGEN_NETDEV_CHECK),y)
IMAGE_CMD_SRC += tests/cmds/netdev_check.c
IMAGE_NETDEV_SRC := $(NETDEV_SRC)
endif

$(O)/gen/cmd_table.c: tools/cmd-table $(CMD_SRC) $(O)/gen/cmds.list
	@mkdir -p $(@D)
	$(Q)tools/cmd-table $(CMD_SRC) >$@

$(O)/gen/image/cmd_table.c: tools/cmd-table $(O)/gen/cmds.list
	@mkdir -p $(@D)
	$(Q)tools/cmd-table $(IMAGE_CMD_SRC) >$@

$(O)/gen/image/cmd_table_test.c: tools/cmd-table $(O)/gen/cmds.list
	@mkdir -p $(@D)
	$(Q)tools/cmd-table $(IMAGE_CMD_SRC) $(TEST_CMD_SRC) >$@

# Changes when a command file comes or goes, or an option.
$(O)/gen/cmds.list: FORCE
	@mkdir -p $(@D)
	@echo '$(CMD_SRC) $(TEST_CMD_SRC) $(IMAGE_CMD_SRC)' | tools/update $@
