# SPDX-License-Identifier: BSD-3-Clause
# What makes pages of results; built as the client is.

REPORT_SRC := $(sort $(wildcard report/*.c)) metrics/file.c metrics/text.c

report-cc = $(client-cc)
report-asan-cc = $(client-asan-cc)
$(eval $(call variant,report))
$(eval $(call variant,report-asan))

$(O)/ukpktgen-report: $(call obj,report,$(REPORT_SRC))
	$(call say,LD,$@)
	$(Q)$(report-cc) $(CLIENT_LDFLAGS) -o $@ $^ -lcjson -lm

# For tests.
$(O)/report-asan/ukpktgen-report: $(call obj,report-asan,$(REPORT_SRC))
	$(call say,LD,$@)
	$(Q)$(report-asan-cc) -o $@ $^ -lcjson -lm
