# SPDX-License-Identifier: BSD-3-Clause
# What the appliance is tested and measured against, on the host.

VHOST_CFLAGS := $(CFLAGS_ALL) -O3 -g -D_GNU_SOURCE -mprfchw
vhost-cc = $(CC) $(VHOST_CFLAGS)
$(eval $(call variant,vhost))

## vhost: build/vhost/vhost-peer, a sink and source of frames for tests
vhost: $(O)/vhost/vhost-peer

$(O)/vhost/vhost-peer: $(call obj,vhost,$(VHOST_SRC))
	$(call say,LD,$@)
	$(Q)$(vhost-cc) -o $@ $^ -lpthread

bench-tools: $(O)/bench/probe $(O)/bench/sink

$(O)/bench/probe: bench/probe.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(vhost-cc) -o $@ $< -lpthread

$(O)/bench/sink: $(call obj,vhost,bench/sink.c tests/vhost/check.c)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(vhost-cc) -o $@ $^

.PHONY: vhost bench-tools
