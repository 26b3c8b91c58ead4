# SPDX-License-Identifier: BSD-3-Clause
# What several cores do at once, watched by ThreadSanitizer.

TSAN_CFLAGS := $(HOST_ALL) -DCONFIG_APPUKPKTGEN_OWNERS=1 -O1 \
	-fno-omit-frame-pointer -fsanitize=thread
tsan-cc = $(CC) $(TSAN_CFLAGS)
$(eval $(call variant,tsan,$(HOST_FIRST),$(O)/gen))

TSAN_OBJ := $(call obj,tsan,$(HOST_APP_SRC) tests/unit/app_rig.c) \
	$(O)/tsan/cmd_table.o

$(O)/tsan/test_%: $(O)/tsan/tests/unit/test_%.o $(TSAN_OBJ)
	$(call say,LD,$@)
	$(Q)$(tsan-cc) -o $@ $^ -lcmocka -lm

## tsan: several cores under ThreadSanitizer, beside COMMANDS random commands (100)
tsan: $(O)/tsan/test_cores $(O)/tsan/test_cores_where $(O)/tsan/test_together \
		$(O)/tsan/test_cores_any
	@$(O)/tsan/test_cores
	@$(O)/tsan/test_cores_where
	@$(O)/tsan/test_together
	@$(O)/tsan/test_cores_any $(or $(COMMANDS),100)

.PHONY: tsan
