# SPDX-License-Identifier: BSD-3-Clause
# ukpktgen: the in-tree build. A stock Unikraft tree uses Makefile.uk instead.
# This page has what can be asked for; how it is done stands in mk/.

.DEFAULT_GOAL := image
.DELETE_ON_ERROR:
MAKEFLAGS += -rR
CC := gcc
STRIP := strip
PYTHON := /usr/bin/python3
PREFIX ?= /usr/local
# Where all that is built goes; `make O=build/tiny tinyconfig image` leaves
# what is in build/ alone. V=1 shows the commands.
O := build

# `make tinyconfig image` is two things, one after the other.
CONFIG_GOALS := menuconfig defconfig tinyconfig
ifneq ($(and $(filter $(CONFIG_GOALS),$(MAKECMDGOALS)),$(word 2,$(MAKECMDGOALS))),)
include mk/one-by-one.mk
else
include mk/base.mk mk/config.mk mk/sources.mk
include mk/image.mk mk/host.mk mk/tsan.mk mk/fuzz.mk mk/peers.mk mk/client.mk mk/metrics.mk mk/report.mk \
	mk/install.mk

## image: the appliance, build/ukpktgen.elf (and .debug with its symbols)
image: $(O)/ukpktgen.elf client

## client: what the host has of it: the console's client, and the relay of its line
client: setup-client
	@$(MAKE) --no-print-directory $(if $(V),,-s) $(O)/ukpktgen-console $(O)/ukpktgen-relay $(O)/ukpktgen-report \
		$(METRICS)

## run: boot it and attach this terminal (a file of commands without one)
run:
	@tools/setup run
	@$(ALL_AT_ONCE) -s image
	@tools/first-run

## test: unit tests, shell transcripts, QEMU tests
test: $(O)/gen/image/uk/config.h $(O)/gen/uk/config.h
	@cmp -s $^ || { echo "the tests want an image with every option:" \
		"'make defconfig', or remove $(CONFIG)" >&2; exit 1; }
	@tools/setup test
	@$(ALL_AT_ONCE) unit SEEDS=100
	@SEED=1 $(ALL_AT_ONCE) fuzz
	@$(ALL_AT_ONCE) image test-image tiny-image test-client test-frames \
		vhost bench-tools $(O)/host/capture-frames \
		$(O)/host/capture-play
	@$(PYTHON) -m pytest -p no:cacheprovider -q -n 3 --dist loadfile tests

# As many jobs as there are processors.
ALL_AT_ONCE := $(MAKE) --no-print-directory -j$(shell nproc) -Otarget

## unit: the unit tests alone, under ASan and UBSan
unit: $(UNIT_TESTS) transcripts tables
	@tools/run-tests $(filter $(O)/%,$^)

## transcripts: each with SEEDS ways to cut its bytes (1000), without sanitizers
SEEDS ?= 1000
transcripts: $(O)/fast/test_transcripts
	@echo "== $<, $(SEEDS) seeds"
	@$< -s $(SEEDS) >$(O)/fast/transcripts.log || \
		{ cat $(O)/fast/transcripts.log; exit 1; }

## tables: all rows of tests that are tables, without sanitizers; unit has some
tables: $(O)/fast/test_progress $(O)/fast/test_virtio_progress $(O)/fast/test_line
	@set -e; for t in $^; do echo "== $$t, all"; \
		$$t 1 >$(O)/fast/tables.log 2>&1 || \
		{ cat $(O)/fast/tables.log; exit 1; }; done

## fuzz: libFuzzer on the shell, RUNS inputs each (20000), NAME: of one alone
fuzz:
	@tools/setup fuzz
	@$(ALL_AT_ONCE) -s $(FUZZERS)
	@tools/fuzz $(or $(RUNS),20000) $(NAME)

## soak: all that can be sent on each back end, MINUTES each (30); BACKENDS, SEED
soak: image vhost
	@tools/setup test
	@$(PYTHON) tests/qemu/soak.py --minutes $(or $(MINUTES),30) \
		$(BACKENDS:%=--backends %) $(SEED:%=--seed %)

## check: style, include rule, static analysis
check:
	@tools/setup check
	@tools/check

## bench: all figures, into build/bench.json; CASES=send,icount RUNS=5 of some
bench: image vhost tiny-image bench-tools
	@tools/setup bench
	@$(MAKE) --no-print-directory -s O=$(O)/lto CONFIG=$(CONFIG) LTO=1 \
		$(O)/lto/ukpktgen.elf
	@$(MAKE) --no-print-directory -s O=$(O)/nogc CONFIG=$(CONFIG) GC= \
		$(O)/nogc/ukpktgen.elf
	@bench/bench $(CASES:%=--cases %) $(RUNS:%=--runs %)

## cost: instructions per frame by case, counted by callgrind
cost: $(O)/fast/cost
	@bench/cost

## docs: docs/commands.md and the README's table, from the command table
docs: $(O)/host/docgen $(O)/host/replygen $(O)/host/headergen
	@tools/docs

## clean: remove build/
clean:
	rm -rf $(O)

help:
	@sed -n 's/^## \([a-z]*\): /  make \1\t/p' Makefile mk/*.mk | expand -t 18

.PHONY: image client run test unit transcripts tables fuzz soak check bench \
	cost docs clean help FORCE
.SECONDARY:

-include $(shell find $(O) -name '*.d' 2>/dev/null)

endif
