# SPDX-License-Identifier: BSD-3-Clause
# The client: what it reads comes from elsewhere, so it is built to be attacked.

# Without libedit's header, or with LIBEDIT=, it edits lines as the terminal does.
LIBEDIT ?= $(wildcard /usr/include/histedit.h)
CLIENT_EDIT := $(if $(LIBEDIT),libedit,plain)
CLIENT_SRC := $(sort $(filter-out client/edit_%,$(wildcard client/*.c))) \
	capture/link.c capture/read.c capture/read_ng.c \
	files/base64.c files/crc32.c units/value.c
CLIENT_LDFLAGS := -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
CLIENT_FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
CLIENT_CFLAGS := -std=gnu11 $(WARN) -I. -I$(O)/gen -MMD -MP -O2 -g -D_GNU_SOURCE \
	-fstack-protector-strong -fPIE $(CLIENT_FORTIFY)
CLIENT_LIBS = $(if $(filter libedit,$(1)),-ledit) -lcjson -lpcap

client-cc = $(CC) $(CLIENT_CFLAGS)
client-asan-cc = $(CC) $(filter-out $(CLIENT_FORTIFY),$(CLIENT_CFLAGS)) \
	-fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
$(eval $(call variant,client,$(O)/gen/version.h))
$(eval $(call variant,client-asan,$(O)/gen/version.h))

# VARIANT, EDITOR
client-obj = $(call obj,$(1),$(CLIENT_SRC) client/edit_$(2).c)

define link-client
$(call say,LD,$@)
$(Q)$(client-cc) $(CLIENT_LDFLAGS) -o $@ $(filter %.o,$^) $(call CLIENT_LIBS,$(1))
endef

$(O)/ukpktgen-console: $(call client-obj,client,$(CLIENT_EDIT)) $(O)/client/editor
	$(call link-client,$(CLIENT_EDIT))

# Changes when the library comes or goes.
$(O)/client/editor: FORCE
	@mkdir -p $(@D)
	@echo $(CLIENT_EDIT) | tools/update $@

# What stands in front of QEMU's socket, built in the same way.
RELAY_SRC := $(sort $(wildcard relay/*.c))

relay-cc = $(client-cc)
$(eval $(call variant,relay,$(O)/gen/version.h))

$(O)/ukpktgen-relay: $(call obj,relay,$(RELAY_SRC))
	$(call say,LD,$@)
	$(Q)$(relay-cc) $(CLIENT_LDFLAGS) -o $@ $^

# For tests: the variant without the library, and the client under ASan. Of the same
# objects as the client, so never beside another make that compiles them.
test-client: client
	@$(MAKE) --no-print-directory $(O)/client/ukpktgen-console-plain \
		$(O)/report-asan/ukpktgen-report $(O)/client-asan/ukpktgen-console \
		$(if $(wildcard /usr/include/microhttpd.h),$(O)/metrics-asan/ukpktgen-metrics)

$(O)/client/ukpktgen-console-plain: $(call client-obj,client,plain)
	$(call link-client,plain)

$(O)/client-asan/ukpktgen-console: $(call client-obj,client-asan,$(CLIENT_EDIT))
	$(call say,LD,$@)
	$(Q)$(client-asan-cc) -o $@ $^ $(call CLIENT_LIBS,$(CLIENT_EDIT))

# It does without libedit where that is missing and nobody may install it.
setup-client:
	@tools/setup client || [ -z '$(LIBEDIT)' -a -e /usr/include/cjson/cJSON.h \
		-a -e /usr/include/pcap/pcap.h ]

.PHONY: test-client setup-client
