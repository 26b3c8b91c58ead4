# SPDX-License-Identifier: BSD-3-Clause
# Several goals of which one writes the configuration: in turns.
$(MAKECMDGOALS): one-by-one
	@:
one-by-one:
	@set -e; for goal in $(MAKECMDGOALS); do \
		$(MAKE) --no-print-directory $$goal; done
.PHONY: one-by-one $(MAKECMDGOALS)
