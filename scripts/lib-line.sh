# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: the serial line, by the client, for a job at boot, for a raw terminal.

in='' out='' # the line, once it is open

# What others are told of who has the line.
identity=(--as "ukpktgen ${1-}" --as-pid "$$")

holder='' # the file that says so, while it is we

need_client() { [ -x "$client" ] || die 2 "$client is missing; 'make client' builds it"; }

# Has the client run commands, and ends as it does, on the line that is open or else one of
# its own. What it prints of a crash gets names.
run_client() { # ARGUMENT...
	local code=0 errors names line=$dir/$name.sock
	# By their names: bash closes for others what it has opened with a number of its own.
	[ -z "$in" ] || line="OPEN:/proc/$$/fd/$in,rdonly!!OPEN:/proc/$$/fd/$out,wronly"
	exec {errors}> >(symbolise >&2)
	names=$!
	setpriv --pdeathsig TERM "${users_locale[@]}" "$client" "${identity[@]}" --name "$name" \
		"${@:1:$#-2}" "$line" "${@: -2}" <&0 2>&"$errors" &
	screen=$!
	wait "$screen" || code=$?
	screen=
	exec {errors}>&-
	wait "$names"
	[ "$code" -ne 4 ] || lost # with --booting: ended without being asked to
	[ "$code" -ne 0 ] || check_captures
	exit "$code"
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
	local down='^@! [0-9.]+ (port [0-9]+ failed at .*|no network device .*)$'
	local end='^@! [0-9.]+ job 1 (started|done|failed|cancelled):?( .*)?$'
	if [[ -n $attached && $line == '['[1-9]* ]]; then
		say "$line"
	elif [[ -n $follow && $line =~ ^'['[1-9][0-9]*']'( |$) ]]; then
		say_of_job
	elif [[ -n $follow && $line =~ $end ]]; then
		[ "${BASH_REMATCH[1]}" = started ] ||
			outcome=${BASH_REMATCH[1]} error=${BASH_REMATCH[2]# }
	elif [[ -n $child && -z $fault && $line =~ $down ]]; then
		fault=${BASH_REMATCH[1]}
	elif [[ -n $child && $line == '@! '* ]]; then
		clean "ukpktgen: ${line#'@! '}" >&2
	fi
}

# A line that 'run FILE --keep-going' has passed over is an error, the rest is output.
say_of_job() {
	local text failed='^([A-Za-z0-9_.-]{1,31}):([1-9][0-9]*):(([0-9]+):)? (E_[A-Z]+): (.*)$'
	text=${line#'[1]'} text=${text# }
	if [[ $text =~ $failed ]]; then
		error="${BASH_REMATCH[5]} ${BASH_REMATCH[4]:-0} ${BASH_REMATCH[6]}"
		complain_of_line "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" >&2
		error=
	else
		say "$text"
	fi
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
	[[ -z $off || -n $job ]] || die 2 "'$name' has powered off; the rest was not run"
	see_it_end || die 2 "the line to '$name' has ended, '$name' has not"
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
		clean "${text%$'\r'}${at:+  $at}"
	done
}

# Prints a line of the appliance, which has no say over our terminal.
clean() { printf '%s\n' "${1//[$'\x01'-$'\x08\x0b'-$'\x1f\x7f']/?}" 2>/dev/null; }

# The same, where it is what we were asked for.
say() {
	broken=
	clean "$1" || unwritten
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
	if [ -n "$child" ]; then
		receive 60 || die 2 "'$name' does not boot"
		[ -z "$attached" ] || say "$line"
		check_streams
	fi
	if [ -n "$follow" ]; then
		: # Socat gives up what it has not read when it cannot write.
	elif [ -n "$child" ]; then
		request version 4 : || request version 60 : ||
			die 2 "'$name' boots but does not answer"
		request 'port --json' 60 take_ports
	else
		printf '\x05\x15\n' >&"$out" # drops what somebody has begun to type
		request version 1 : || {
			printf '\x05\x15\n\x03' >&"$out" # ends what one that was killed left behind
			request version 4 :
		} || die 2 "'$name' runs but does not answer; \
another client may hold $dir/$name.sock"
	fi
	check_ports
	warn_of_fallback
}

# Frames would seem to be sent, and go nowhere.
warn_of_fallback() { grep 'falling back on userspace virtio' "$dir/$name.log" >&2; }

# Says, and fails, if QEMU could not write all that a --capture is to have.
check_captures() {
	! grep -q 'network dump write error' "$dir/$name.log" 2>/dev/null ||
		die 2 "a file of --capture could not be written, and lacks frames"
}

# Takes the reply to `jobs --json`.
take_outcome() { # LINE
	local state='"job":1,"state":"([a-z]+)"' why='"error":"([A-Z_]*)","message":"(([^"\]|\\.)*)"'
	outcome=failed error='E_STATE there is no job 1'
	[[ $1 =~ $state ]] || return
	outcome=${BASH_REMATCH[1]#running}
	[[ ! ${1#*'"job":1,'} =~ $why ]] || error="${BASH_REMATCH[1]} ${BASH_REMATCH[2]//\\\"/\"}"
}

# Ends us if what --run began has failed at once; what becomes of it later `jobs` tells.
check_job() {
	[ -n "$job" ] && request 'jobs --json' 60 take_outcome || return 0
	[[ $outcome != failed && $outcome != cancelled ]] || {
		complain_of_job >&2
		exit 1
	}
}

# Prints what job 1 has to say until it ends, and fails as it does.
follow_job() {
	until [ -n "$outcome" ]; do
		if receive 10; then
			heed
			check_ports
		else # a notice may have been dropped
			request 'jobs --json' 60 take_outcome
		fi
	done
	hear_notices
	[ "$outcome" = done ] || {
		complain_of_job >&2
		return 1
	}
	check_captures
}

# What a job has sent may still be under way when it ends, and so may be the notice of its
# end: 'stop' waits for the one, the next reply comes after the other.
hear_notices() {
	[ -z "$off" ] || return 0 # there is nobody to ask any more, maybe
	request stop 5 : && request version 5 :
	request 'port --json' 5 take_ports
	check_ports
}

# Says what ended job 1, with the line of the host's file where it was one of those.
complain_of_job() {
	local code=${error%% *} message=${error#* }
	[ "$outcome" = failed ] || die 1 'what --run began was cancelled'
	if [[ $message =~ ^([A-Za-z0-9_.-]+):([1-9][0-9]*):([0-9]+):\ (.*)$ ]]; then
		error="$code ${BASH_REMATCH[3]} ${BASH_REMATCH[4]}"
		complain_of_line "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
	elif [[ $message =~ ^[0-9]+\ lines?\ of\ .*\ failed ]]; then
		clean "--run: $message" # each with its own code, which was told
	else
		clean "--run: $code: $message"
	fi
}

# Prints $error, which the line ROW of the file NAME of the appliance led to.
complain_of_line() { # NAME ROW
	local path=${host_path[$1]-} text=''
	[ -z "$path" ] || text=$(sed -n "${2}{p;q}" -- "$path" | tr -d '\0\r')
	complain "${path:-$1}:$2" "$text"
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
	setpriv --pdeathsig TERM "${users_locale[@]}" "$client" "${identity[@]}" \
		--name "$name" "$dir/$name.sock" <&0 2>&"$spy" &
	screen=$!
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
	# One descriptor for both ways: of two, socat restores the wrong one.
	setpriv --pdeathsig TERM socat -t0.1 -R "/dev/fd/$spy" FD:3,rawer,escape=0x1d - \
		3<&0 <&"$in" >&"$out" &
	screen=$!
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
		die "$code" "'$name' goes on; '$0 console --name $name' comes back, \
'$0 down --name $name' ends it"
	fi
	off=1 # by whoever typed 'quit'
	{ wait "$link" || line_code=$?; } 2>/dev/null
	((line_code < 128)) && see_it_end || {
		ours=
		die 2 "the line to '$name' has ended, '$name' has not; \
'$0 console --name $name' comes back"
	}
	[ -z "$child" ] || verdict
	note "'$name' has ended"
}
