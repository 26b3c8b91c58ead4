# SPDX-License-Identifier: BSD-3-Clause
# What serves the counters to Prometheus, where libmicrohttpd is; built as the
# client is.

MICROHTTPD := $(wildcard /usr/include/microhttpd.h)
METRICS_SRC := $(sort $(wildcard metrics/*.c)) units/value.c
METRICS := $(if $(MICROHTTPD),$(O)/ukpktgen-metrics)

metrics-cc = $(client-cc)
metrics-asan-cc = $(client-asan-cc)
$(eval $(call variant,metrics))
$(eval $(call variant,metrics-asan))

$(O)/ukpktgen-metrics: $(call obj,metrics,$(METRICS_SRC))
	$(call say,LD,$@)
	$(Q)$(metrics-cc) $(CLIENT_LDFLAGS) -o $@ $^ -lcjson -lmicrohttpd -lm -pthread

# For tests.
$(O)/metrics-asan/ukpktgen-metrics: $(call obj,metrics-asan,$(METRICS_SRC))
	$(call say,LD,$@)
	$(Q)$(metrics-asan-cc) -o $@ $^ -lcjson -lmicrohttpd -lm -pthread
