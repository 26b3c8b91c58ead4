/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which parts an image has. OPTION(JSON) is 1 where Config.uk's option
 * APPUKPKTGEN_JSON is on and 0 where it is off: a plain `if`, or a ?: in a
 * table, leaves a part out and yet has the compiler read it. The build gives
 * the options to every file.
 */
#ifndef SHELL_OPTION_H
#define SHELL_OPTION_H

#define OPTION(name) OPTION_VALUE(CONFIG_APPUKPKTGEN_##name)

/* An option that is on is defined as 1: only then is there one value more. */
#define OPTION_VALUE(value) OPTION_IS(value)
#define OPTION_IS(value) OPTION_SHIFT(OPTION_ON_##value)
#define OPTION_SHIFT(...) OPTION_SECOND(__VA_ARGS__ 1, 0, )
#define OPTION_SECOND(first, second, ...) second
#define OPTION_ON_1 0,

#endif /* SHELL_OPTION_H */
