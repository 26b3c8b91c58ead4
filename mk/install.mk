# SPDX-License-Identifier: BSD-3-Clause
# For those who use it.

PROGRAMS := ukpktgen ukpktgen-console
# The launcher finds beside itself what it needs; the symbols are for crashes.
INSTALL_LIB = $(DESTDIR)$(PREFIX)/lib/ukpktgen
INSTALL_BIN = $(DESTDIR)$(PREFIX)/bin
INSTALL_MAN = $(DESTDIR)$(PREFIX)/share/man/man1
INSTALL_DOC = $(DESTDIR)$(PREFIX)/share/doc/ukpktgen
INSTALL_COMPLETION = $(DESTDIR)$(PREFIX)/share/bash-completion/completions

## install: all that its users need, below DESTDIR and PREFIX (/usr/local)
install: image
	$(Q)install -D -m 755 -t $(INSTALL_LIB) scripts/ukpktgen \
		$(O)/ukpktgen-console $(O)/ukpktgen-relay $(O)/ukpktgen-report $(METRICS)
	$(Q)install -D -m 644 -t $(INSTALL_LIB) scripts/lib-*.sh scripts/history.gp \
		$(O)/ukpktgen.elf $(O)/ukpktgen.debug
	$(Q)install -d $(INSTALL_BIN)
	$(Q)ln -sf $(PROGRAMS:%=../lib/ukpktgen/%) $(INSTALL_BIN)
	$(Q)install -D -m 644 -t $(INSTALL_MAN) $(PROGRAMS:%=docs/man/%.1)
	$(Q)install -D -m 644 -t $(INSTALL_COMPLETION) \
		$(PROGRAMS:%=completion/bash/%)
	$(Q)install -D -m 644 -t $(INSTALL_DOC) docs/*.md docs/*.svg
	$(Q)install -D -m 644 -t $(INSTALL_DOC)/examples docs/examples/*.cmds \
		docs/examples/dut.sh
	$(Q)install -m 755 -t $(INSTALL_DOC)/examples docs/examples/dut-*.sh
	$(Q)sed -i 's,scripts/ukpktgen,ukpktgen,g; s,docs/examples/,,g' \
		$(INSTALL_DOC)/examples/*.cmds

## deb: a Debian package in build/deb, of what is committed
deb:
	@tools/setup deb
	@tools/deb

.PHONY: install deb
