/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The errors that a command or a line can end with. The names are part of the
 * protocol: programs compare them, so a name is never reused for something
 * else. The text says what the code stands for; the message of an error says
 * what was wanted in its place.
 */
#ifndef UNITS_ERROR_H
#define UNITS_ERROR_H

#define SHELL_ERRORS(E)                                    \
	E(E_UNKNOWN, "no such command")                    \
	E(E_MISSING, "an argument is missing")             \
	E(E_SURPLUS, "one argument too many")              \
	E(E_SYNTAX, "an argument has the wrong type")      \
	E(E_RANGE, "an argument is outside its range")     \
	E(E_LONG, "the line is too long")                  \
	E(E_BYTE, "the line holds a control byte")         \
	E(E_TAG, "the tag of a request is malformed")      \
	E(E_STATE, "not possible in this state")           \
	E(E_DEVICE, "a device refused or failed")          \
	E(E_NOMEM, "not enough memory")                    \
	E(E_TIMEOUT, "not finished within the time given") \
	E(E_CANCEL, "cancelled")                           \
	E(E_NOFILE, "no such file")                        \
	E(E_FULL, "the file store is full")                \
	E(E_CRC, "CRC mismatch")                           \
	E(E_EXPECT, "an expectation failed")

enum shell_err {
	E_OK,
#define E(code, text) code,
	SHELL_ERRORS(E)
#undef E
		SHELL_ERR_COUNT
};

/* "E_RANGE" for E_RANGE; "OK" for E_OK. Never NULL. */
const char *shell_err_name(enum shell_err err);

/* The text of the table above. Never NULL. */
const char *shell_err_text(enum shell_err err);

#endif /* UNITS_ERROR_H */
