# SPDX-License-Identifier: BSD-3-Clause
# The configuration: $(O)/.config where there is one, or the defaults.

CONFIG := $(O)/.config

## tinyconfig: choose the six basic commands and no more; then `make image`
## defconfig: choose all that there is, as without a configuration
## menuconfig: choose what the image holds, into build/.config
menuconfig:
	@tools/setup config
	@mkdir -p $(O)
	@KCONFIG_CONFIG=$(CONFIG) kconfig-mconf Kconfig

defconfig tinyconfig:
	@tools/setup config
	@mkdir -p $(O)
	$(call say,CONFIG,$(CONFIG))
	$(Q)KCONFIG_CONFIG=$(CONFIG) kconfig-conf --defconfig=$@ Kconfig >/dev/null

$(O)/gen/image/config.mk: FORCE
	@mkdir -p $(@D)
	@tools/config-values Config.uk $(wildcard $(CONFIG)) | tools/update $@

$(O)/gen/image/uk/config.h: $(O)/gen/image/config.mk tools/config-header
	@mkdir -p $(@D)
	$(Q)tools/config-header <$< >$@

# What runs on the host has every option at its default.
$(O)/gen/uk/config.h: Config.uk tools/config-values tools/config-header
	@mkdir -p $(@D)
	$(Q)tools/config-values Config.uk | tools/config-header >$@

# Only what tells it includes it, so a commit does not rebuild the rest.
$(O)/gen/version.h: FORCE
	@mkdir -p $(@D)
	@echo '#define UKPKTGEN_VERSION "$(VERSION)"' | tools/update $@

.PHONY: $(CONFIG_GOALS)
