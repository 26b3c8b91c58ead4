# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: the serial line, by the client, for a job at boot, for a raw terminal.

# What others are told of who has the line.
identity=(--as "ukpktgen ${1-}" --as-pid "$$")

need_client() { [ -x "$client" ] || die 2 "$client is missing; 'make client' builds it"; }

# Has the client run commands, and ends as it does. What it prints of a crash gets names.
run_client() { # ARGUMENT...
	local code=0 errors names
	exec {errors}> >(symbolise >&2)
	names=$!
	setpriv --pdeathsig TERM "$client" "${identity[@]}" --name "$name" "${@:1:$#-2}" \
		"$dir/$name.sock" "${@: -2}" <&0 2>&"$errors" &
	screen=$!
	wait "$screen" || code=$?
	screen=
	exec {errors}>&-
	wait "$names"
	[ -z "$child" ] || warn_of_fallback
	[ "$code" -ne 4 ] || verdict # with --booting: ended without being asked to
	exit "$code"
}

# Keeps other users of this script off the line of $name. Whatever inherits
# descriptor 8 holds it.
hold_line() {
	local holder=$dir/$name.client
	exec 8>>"$holder"
	flock -w 5 8 || die 2 "the console of '$name' is held by $(<"$holder")"
	echo "process $$ (ukpktgen $verb)" >"$holder"
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
	echo >&"$out"
}

# Reads a line into $line; fails when the time is over. A crash, or the end of all, ends us.
receive() { # [SECONDS]
	line=
	IFS= read -r ${1:+-t "$1"} line <&"$in"
	case $? in
	0) ;;
	1) [ -n "$line" ] || lost ;;
	*) return 1 ;;
	esac
	line=${line%$'\r'} line=${line##*$'\r\e[K'} # which takes a prompt away
	[[ $line != '*** CRASH'* ]] || crash
}

# Takes what comes without being asked for: the output of the job that runs since
# boot, its end, and notices of an appliance that is ours.
heed() {
	local end='^@! [0-9.]+ job 1 (started|done|failed|cancelled):?( .*)?$'
	if [[ -n $follow && $line =~ ^'['[1-9][0-9]*']'( |$) ]]; then
		line=${line#'[1]'}
		say "${line# }"
	elif [[ -n $follow && $line =~ $end ]]; then
		[ "${BASH_REMATCH[1]}" = started ] ||
			outcome=${BASH_REMATCH[1]} error=${BASH_REMATCH[2]# }
	elif [[ -n $child && $line == '@! '* ]]; then
		say "ukpktgen: ${line#'@! '}" >&2
	fi
}

lost() {
	local i
	[[ -z $off || -n $job ]] || die 2 "'$name' has powered off; the rest was not run"
	for ((i = 0; i < 250; i++)); do # its QEMU ends a moment later, if that is why
		alive "$name" || break
		sleep 0.02
	done
	! alive "$name" || die 2 "the line to '$name' has ended, '$name' has not"
	[ -z "$child" ] || verdict
	die 2 "'$name' is gone"
}

crash() {
	{
		printf '%s\n' "$line"
		timeout 5 sed '/^\*\*\* END OF CRASH/q' <&"$in"
	} | symbolise >&2
	die 3 "'$name' crashed"
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
		say "${text%$'\r'}${at:+  $at}"
	done
}

# Prints a line of the appliance, which has no say over our terminal.
say() {
	printf '%s\n' "${1//[$'\x01'-$'\x08\x0b'-$'\x1f\x7f']/?}" 2>/dev/null || exit 141
}

# Sends COMMAND as a request and prints the reply, or has TAKER take its lines. Fails on an
# error, with $error, and when nothing comes for the time given, or no end of it.
request() { # COMMAND [SECONDS [TAKER]]
	local tag=@u$$.$((++requests)) until=$((SECONDS + ${2:-0}))
	{ printf '%s %s\n' "$tag" "$1" >&"$out"; } 2>/dev/null
	while receive "${2-}"; do
		case $line in
		"$tag OK") return 0 ;;
		"$tag ERR "*)
			error=${line#"$tag ERR "}
			return 1
			;;
		"$tag "*) "${3:-say}" "${line#"$tag "}" ;;
		*) heed ;;
		esac
		[ -z "${2-}" ] || ((SECONDS <= until)) || break
	done
	return 1
}

# Connects and makes sure of an answer before anything goes out that has an effect.
greet() {
	open_line
	# A console that boots may lose what comes before its banner is out.
	[ -z "$child" ] || receive 60 || die 2 "'$name' does not boot"
	if [ -n "$follow" ]; then
		: # Socat gives up what it has not read when it cannot write.
	elif [ -n "$child" ]; then
		request version 4 : || request version 60 : ||
			die 2 "'$name' boots but does not answer"
	else
		printf '\x05\x15\n' >&"$out" # drops what somebody has begun to type
		request version 1 : || {
			printf '\x05\x15\n\x03' >&"$out" # ends what one that was killed left behind
			request version 4 :
		} || die 2 "'$name' runs but does not answer; \
another client may hold $dir/$name.sock"
	fi
	warn_of_fallback
}

# Frames would seem to be sent, and go nowhere.
warn_of_fallback() { grep 'falling back on userspace virtio' "$dir/$name.log" >&2; }

# Takes the reply to `jobs --json`.
take_outcome() { # LINE
	local state='"job":1,"state":"([a-z]+)"' why='"error":"([A-Z_]*)","message":"(([^"\]|\\.)*)"'
	outcome=failed error='E_STATE there is no job 1'
	[[ $1 =~ $state ]] || return
	outcome=${BASH_REMATCH[1]#running}
	[[ ! ${1#*'"job":1,'} =~ $why ]] || error="${BASH_REMATCH[1]} ${BASH_REMATCH[2]//\\\"/\"}"
}

# Prints what job 1 has to say until it ends, and fails as it does.
follow_job() {
	until [ -n "$outcome" ]; do
		if receive 10; then
			heed
		else # a notice may have been dropped
			request 'jobs --json' 60 take_outcome
		fi
	done
	[ "$outcome" != done ] || return 0
	complain_of_job >&2
	return 1
}

# Says what ended job 1, with the line of the host's file where it was one of those.
complain_of_job() {
	local code=${error%% *} message=${error#* } path row
	[ "$outcome" = failed ] || die 1 'what --run began was cancelled'
	if [[ $message =~ ^([A-Za-z0-9_.-]+):([1-9][0-9]*):([0-9]+):\ (.*)$ &&
		-n ${host_path[${BASH_REMATCH[1]}]-} ]]; then
		path=${host_path[${BASH_REMATCH[1]}]} row=${BASH_REMATCH[2]}
		error="$code ${BASH_REMATCH[3]} ${BASH_REMATCH[4]}"
		complain "$path:$row" "$(sed -n "${row}{p;q}" -- "$path" | tr -d '\0\r')"
	else
		say "--run: $code: $message"
	fi
}

# Opens $spy, which keeps a crash's backtrace aside until the terminal is its own again.
open_spy() {
	exec {spy}> >(trace=$(grep -aE '^ *#[0-9]+ +0x') && symbolise <<<"$trace" >&2)
	spy_pid=$!
}

# Has the client on this terminal, and ends as it does.
run_console() {
	local code=0 spy spy_pid
	open_spy
	"$client" "${identity[@]}" --name "$name" "$dir/$name.sock" 2>&"$spy" || code=$?
	exec {spy}>&-
	wait "$spy_pid"
	exit "$code"
}

# Has this terminal on the line until Ctrl-] or the end of the appliance.
attach() {
	local spy spy_pid
	open_spy
	# One descriptor for both ways: of two, socat restores the wrong one.
	socat -t0.1 -R "/dev/fd/$spy" FD:3,rawer,escape=0x1d - 3<&0 <&"$in" >&"$out" &
	screen=$!
	wait "$screen" # which, unlike a command in the foreground, heeds signals
	screen=
	echo
	exec {spy}>&-
	if kill -0 "$link" 2>/dev/null; then
		ours=
		die 0 "'$name' goes on; 'ukpktgen console --name $name' comes back, \
'ukpktgen down --name $name' ends it"
	fi
	! wait "$spy_pid" || die 3 "'$name' crashed"
	off=1 # by whoever typed 'quit'
	[ -z "$child" ] || verdict
	note "'$name' has ended"
}
