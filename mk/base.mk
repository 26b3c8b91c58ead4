# SPDX-License-Identifier: BSD-3-Clause
# What all parts use: how commands are shown, flags, objects of a variant.

Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-6s %s\n' $(1) $(2))
comma := ,

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wvla -Wwrite-strings
CFLAGS_ALL := -std=gnu11 $(WARN) -I. -Iplat/include -I$(O)/gen -MMD -MP
# The options of Config.uk are known everywhere, as in a stock tree's build.
CONFIG_INC := -include uk/config.h

# The same sources are compiled several times; each variant has a folder below
# $(O) and says how in VARIANT-cc: its compiler with the flags.
obj = $(patsubst %,$(O)/$(1)/%.o,$(basename $(2)))

define compile
@mkdir -p $(@D)
$(call say,$(if $(filter clang,$(firstword $($(1)-cc))),FUZZ,CC),$@)
$(Q)$($(1)-cc) -c -o $@ $<
endef

# $(eval $(call variant,VARIANT,WHAT MUST BE THERE FIRST,MADE SOURCES))
define variant
$(O)/$(1)/%.o: %.c | $(2)
	$$(call compile,$(1))
$(O)/$(1)/%.o: %.S | $(2)
	$$(call compile,$(1))
$(if $(3),$(O)/$(1)/%.o: $(3)/%.c | $(2)
	$$(call compile,$(1)))
endef
