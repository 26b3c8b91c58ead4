# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: the serial line, which the client or a raw terminal has. What is
# asked and answered there is the client's to know.

in='' out='' # the line, once it is open

# What others are told of who has the line.
identity=(--as "ukpktgen ${1-}" --as-pid "$$")

holder='' # the file that says so, while it is we

need_client() { [ -x "$client" ] || die 2 "$client is missing; 'make client' builds it"; }

# Has the client run commands, on the line that is open or else one of its own, and fails
# as it does. What it prints of a crash gets names.
ask_client() { # ARGUMENT... WHAT TO RUN, in two words
	local code=0 errors names line=$dir/$name.sock
	# By their names: bash closes for others what it has opened with a number of its own.
	[ -z "$in" ] || line="PIPES:/proc/$$/fd/$in,/proc/$$/fd/$out"
	exec {errors}> >(symbolise >&2)
	names=$!
	hold
	setpriv --pdeathsig TERM "${users_locale[@]}" "$client" "${identity[@]}" --name "$name" \
		"${@:1:$#-2}" "$line" "${@: -2}" <&0 2>&"$errors" &
	screen=$!
	go
	wait "$screen" || code=$?
	screen=
	exec {errors}>&-
	wait "$names"
	[ "$code" -ne 4 ] || lost # with --booting: ended without being asked to
	return "$code"
}

# The same, and ends as it does.
run_client() { # ARGUMENT... WHAT TO RUN, in two words
	ask_client "$@" || exit
	check_captures
	exit 0
}

# Keeps others off the line of $name, as client/link.c does. Whatever inherits
# descriptor 8 holds it. Who has held it removes the file while it is locked: it counts
# only if it is still there then.
hold_line() {
	local file=$dir/$name.client until=$((SECONDS + 6))
	until
		exec 8>>"$file"
		flock -w 5 8 || die 2 "the console of '$name' is held by $(<"$file")"
		[ /dev/fd/8 -ef "$file" ]
	do
		((SECONDS < until)) || die 2 "the console of '$name' is in use"
	done
	holder=$file
	echo "process $$ (ukpktgen $verb)" >"$holder"
}

release_line() {
	[ -z "$holder" ] || ! [ /dev/fd/8 -ef "$holder" ] || rm -f "$holder"
	holder=
}

# Connects; $in and $out are the line of $name then. The coprocess waits for a word, lest
# it ends before its descriptors are copied.
open_line() {
	hold_line
	coproc LINK { # the relative path needs no quoting for socat
		read -r && cd "$dir" && exec socat -t0.1 - "UNIX-CONNECT:$name.sock" 2>/dev/null
	}
	link=$LINK_PID
	exec {in}<&"${LINK[0]}" {out}>&"${LINK[1]}"
	echo >&"$out" # the word
}

# Connects to what start_qemu started, so that it boots. What the client is to know of that
# is in $booting.
open_boot() {
	local one
	open_line
	check_backends
	booting=(--booting --events --ports "$ports")
	for one in "${file_names[@]}"; do booting+=(--source "$one=${host_path[$one]}"); done
}

# QEMU ends a moment after the line, if that is why.
see_it_end() {
	local i
	for ((i = 0; i < 250; i++)); do
		alive "$name" || return 0
		sleep 0.02
	done
	return 1
}

lost() {
	see_it_end || die 2 "the line to '$name' has ended, '$name' has not"
	[ -z "$child" ] || verdict
	die 2 "'$name' is gone"
}

# Prints a crash report with function and source line behind the addresses. All but
# the first are return addresses: the call stands before them.
symbolise() {
	local text at debug=${image%.elf}.debug
	while IFS= read -r text; do
		at=
		[[ $text =~ ^\ *'#'([0-9]+)\ +(0x[0-9a-f]+) && -r $debug ]] &&
			at=$(addr2line -pfse "$debug" "$(printf %x \
				$((BASH_REMATCH[2] - (BASH_REMATCH[1] > 0))))" 2>/dev/null)
		clean "${text%$'\r'}${at:+  $at}"
	done
}

# Prints a line of the appliance, which has no say over our terminal.
clean() { printf '%s\n' "${1//[$'\x01'-$'\x08\x0b'-$'\x1f\x7f']/?}" 2>/dev/null; }

# Frames would seem to be sent, and go nowhere.
warn_of_fallback() { grep 'falling back on userspace virtio' "$dir/$name.log" >&2; }

# Says, and fails, if QEMU could not write all that a --capture is to have.
check_captures() {
	! grep -q 'network dump write error' "$dir/$name.log" 2>/dev/null ||
		die 2 "a file of --capture could not be written, and lacks frames"
}

# Opens $spy, which keeps a crash's backtrace aside until the terminal is its own again. It
# ends after all others that have the terminal, however they end, so with ARGUMENT it is also
# what gives that back; nobody has to live for it.
open_spy() { # [SETTINGS of the terminal]
	exec {spy}> >(
		trap '' HUP INT QUIT TERM PIPE
		exec 8>&-
		# A page has no end of line for hours.
		trace=$(tr '\33\r' '[\n*]' | grep -aE '^ *#[0-9]+ +0x')
		[ -z "${1-}" ] || give_back "$1"
		[ -n "$trace" ] && symbolise <<<"$trace" >&2
	)
	spy_pid=$!
}

# Waits for it; fails if there was no crash.
close_spy() {
	local pid=$spy_pid
	[ -n "$pid" ] || return
	spy_pid=''
	exec {spy}>&-
	wait "$pid"
}

# Makes the terminal what it was: no page on it, the cursor to be seen, pasted text not in
# brackets, no colour. Leaving the second screen moves the cursor to where it was saved: that
# is here, if the second screen was not on.
give_back() { # SETTINGS
	stty "$1" <&1
	printf '\e7\e[?1049l\e[?25h\e[?2004l\e[m'
} 2>/dev/null

# Has the client on this terminal, and ends as it does.
run_console() {
	local code=0 settings
	settings=$(stty -g)
	open_spy
	hold
	setpriv --pdeathsig TERM "${users_locale[@]}" "$client" "${identity[@]}" --name "$name" \
		${watch:+"$watch"} --back "$0 console --name $name" "$dir/$name.sock" <&0 2>&"$spy" &
	screen=$!
	go
	{ wait "$screen" || code=$?; } 2>/dev/null # bash tells of those that were killed
	screen=
	close_spy
	[ "$code" -ne 137 ] || give_back "$settings" # it had no time to
	exit "$code"
}

# Has this terminal on the line until Ctrl-] or the end of the appliance.
attach() {
	local code=0 line_code=0 crashed=''
	open_spy "$(stty -g)"
	hold
	# One descriptor for both ways: of two, socat restores the wrong one.
	setpriv --pdeathsig TERM socat -t0.1 -R "/dev/fd/$spy" FD:3,rawer,escape=0x1d - \
		3<&0 <&"$in" >&"$out" &
	screen=$!
	go
	# Unlike a command in the foreground, this heeds signals. Bash tells of those that killed.
	{ wait "$screen" || code=$?; } 2>/dev/null
	screen=
	! close_spy || crashed=1
	echo
	[ -z "$crashed" ] || die 3 "'$name' crashed"
	if kill -0 "$link" 2>/dev/null; then
		ours=
		((code == 0 || code > 128)) || note "socat ended with status $code"
		((code == 0 || code > 128)) || code=2
		note "'$name' keeps running; power off: $0 down --name $name"
		die "$code" "come back: $0 console --name $name"
	fi
	off=1 # somebody typed 'quit'
	{ wait "$link" || line_code=$?; } 2>/dev/null
	((line_code < 128)) && see_it_end || {
		ours=
		die 2 "the line to '$name' has ended, '$name' has not; \
come back: $0 console --name $name"
	}
	[ -z "$child" ] || verdict
	note "'$name' has ended"
}
