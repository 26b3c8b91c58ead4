# SPDX-License-Identifier: BSD-3-Clause
# Clang instruments what is fuzzed. The fuzzer looks at every comparison where
# words are read; in what draws characters that would take two thirds of the time.

FUZZ_CFLAGS := $(filter-out $(WARN),$(HOST_ALL)) -O2 \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_CMP := shell/parse shell/arg shell/arg_streams shell/keys files/cpio net/proto/headers \
	units/value units/value_addr units/vary units/vary_values \
	capture/read capture/read_ng capture/bpf pktgen/turn \
	pktgen/kv_answer pktgen/engine_route pktgen/engine_forward \
	node/node node/arp node/nd node/ip node/echo node/address \
	node/group node/refuse node/error node/cfm node/lldp node/dhcp node/dhcp6 node/auto

fuzz-cc = clang $(FUZZ_CFLAGS) $(NO_CMP)
$(eval $(call variant,fuzz,$(HOST_FIRST),$(O)/gen))

FUZZ_OBJ := $(call obj,fuzz,$(HOST_APP_SRC) tests/fuzz/line.c) \
	$(O)/fuzz/cmd_table.o
FUZZERS := $(FUZZ_SRC:tests/fuzz/%.c=$(O)/fuzz/%)

$(O)/fuzz/%: NO_CMP := -fno-sanitize-coverage=trace-cmp
$(FUZZ_CMP:%=$(O)/fuzz/%.o): NO_CMP :=

$(O)/fuzz/fuzz_%: $(O)/fuzz/tests/fuzz/fuzz_%.o $(FUZZ_OBJ)
	$(call say,LD,$@)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $^ $(FUZZ_LIBS)

# Programs are run beside it.
$(O)/fuzz/fuzz_bpf: FUZZ_LIBS := -lpcap
