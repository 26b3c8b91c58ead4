# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: a console for those elsewhere who have a certificate.

declare -A sharing=()   # what follows --cert, --key, --ca and --listen
handshake_us=5000000    # what a handshake may take
handshakes_max=8        # how many may be under way
clients_max=16          # how many may be through theirs

do_share() {
	local told
	parse share "$@"
	check_share
	pick
	[ -z "${shares[$name@${sharing[listen]}]-}" ] ||
		die 2 "'$name' is shared on ${sharing[listen]} already"
	[ -n "$detach" ] || share
	IFS= read -r told < <(
		trap '' HUP INT
		share
	)
	[ -n "$told" ] || exit 2 # it has said why
	put '%s\n' "$told"
}

check_share() {
	local option file
	for option in cert key ca listen; do
		file=${sharing[$option]-}
		[ -n "$file" ] || die 2 "'share' needs --$option"
		[[ $option = listen || (-f $file && -r $file) ]] ||
			die 2 "--$option '$file': cannot read this file"
	done
	(((0$(stat -L -c %a -- "${sharing[key]}") & 7) == 0)) ||
		die 2 "--key '${sharing[key]}' is open to everybody (chmod o= '${sharing[key]}')"
}

take_listen() { # ADDRESS:PORT
	sharing[listen]=$1
	[[ $1 =~ ^(\[[0-9a-fA-F:.]+\]|[0-9]+(\.[0-9]+){3}):[1-9][0-9]{0,4}$ ]] &&
		((${1##*:} <= 65535)) || die 2 "--listen '$1': must be ADDRESS:PORT, such as \
127.0.0.1:4433 or [::1]:4433"
}

# ---- Which shares there are --------------------------------------------------

declare -A shares=() # the process of each, by NAME@ADDRESS:PORT

# Process ids are used again: with the time at which it began it is one.
born() { # PROCESS
	local stat='' fields
	read -r stat 2>/dev/null <"/proc/$1/stat"
	read -ra fields <<<"${stat##*) }"
	echo "$1 ${fields[19]-}"
}

# Sets $shares, and forgets those that have ended. Wants the lock.
scan_shares() {
	local file one was
	for file in "$dir"/.share.*; do
		[ -e "$file" ] || continue
		one=${file#"$dir/.share."} was=$(<"$file")
		if [ "$was" = "$(born "${was%% *}")" ]; then
			shares[$one]=${was%% *}
		else
			rm -f "$file"
		fi
	done
}

# "BEFORE ADDRESS:PORT, ADDRESS:PORT", or nothing.
shares_of() { # NAME BEFORE
	local one list=''
	for one in "${!shares[@]}"; do
		[ "${one%@*}" != "$1" ] || list+="${list:+, }${one#*@}"
	done
	printf %s "${list:+$2$list}"
}

shares_json() { # NAME
	local one list=''
	for one in "${!shares[@]}"; do
		[ "${one%@*}" != "$1" ] || list+="${list:+,}{\"listen\":\"${one#*@}\",\"pid\":${shares[$one]}}"
	done
	printf %s "$list"
}

# Of one that was taken down: what is left.
tell_shares() {
	local on
	on=$(shares_of "$name" '')
	[ -z "$on" ] || note "'$name' stays shared on $on, for the next of this name; \
'ukpktgen unshare --name $name' ends that"
}

do_unshare() {
	local one meant=() i
	parse unshare "$@"
	[[ -z $all || -z $name${sharing[listen]-} ]] || die 2 "'unshare' takes --all, or --name and --listen"
	for one in "${!shares[@]}"; do
		[[ ($name = '' || ${one%@*} = "$name") && (${sharing[listen]-} = '' ||
			${one#*@} = "${sharing[listen]}") ]] && meant+=("$one")
	done
	if [[ -z $all ]]; then
		[ ${#shares[@]} -gt 0 ] || die 2 'nothing is shared'
		[ ${#meant[@]} -gt 0 ] || die 2 "no such share; there are: ${!shares[*]}"
		[[ ${#meant[@]} -eq 1 || -n $name ]] ||
			die 2 "several are shared, choose with --name or --all: ${!shares[*]}"
	fi
	exec 9>&-
	for one in "${meant[@]}"; do
		kill "${shares[$one]}" 2>/dev/null
		for ((i = 0; i < 150; i++)); do
			[ -e "$dir/.share.$one" ] && [ -e "/proc/${shares[$one]}" ] || break
			((i != 100)) || kill -KILL "${shares[$one]}" 2>/dev/null
			sleep 0.02
		done
		rm -f "$dir/.share.$one"
	done
}

# ---- Serving -----------------------------------------------------------------

# Serves until we are ended, whichever appliance has the name. Of --detach, standard
# output gets one line once clients can come.
share() {
	local part text='' socat log guard now look=0 listen=${sharing[listen]} file
	declare -A peers=() # the address of each connection's process
	declare -A since=() # when it came, in us; of those whose handshake is under way
	file=$dir/.share.$name@$listen
	# Socat gets open files, whose numbers need no quoting.
	exec 5<"${sharing[cert]}" 6<"${sharing[key]}" 7<"${sharing[ca]}" || exit 2
	export dir name verb child=''
	export -f share_line hold_line alive note die
	# Killed, we cannot end what is connected: this reads the end of us, and does it.
	# shellcheck disable=SC2016 # the shell there expands it
	exec {guard}> >(exec setsid bash -c 'read -r group; read -r _; kill -KILL -- "-$group"' \
		5<&- 6<&- 7<&- >/dev/null 2>&1)
	# A group of its own, so that its connections end with it.
	exec {log}< <(exec setsid setpriv --pdeathsig TERM socat -d -d "$(tls_address)" \
		'EXEC:bash -c share_line' 2>&1 </dev/null {guard}>&-)
	socat=$!
	echo "$socat" >&"$guard"
	# shellcheck disable=SC2064 # a local variable
	trap "{ kill -- -$socat || kill $socat; wait $socat; } 2>/dev/null; rm -f $(printf %q "$file")" EXIT
	trap 'exit 143' TERM
	exec 5<&- 6<&- 7<&-
	while :; do
		now=${EPOCHREALTIME/./}
		if ((now > look)); then
			look=$((now + 200000))
			end_slow_handshakes
		fi
		if IFS= read -r -t 0.2 part <&"$log"; then
			heed_socat "$text$part"
			text=
		elif (($? > 128)); then
			text+=$part # half a line
		else
			exit 2
		fi
	done
}

# Nothing is passed on before the client's certificate has been checked. Between two bytes of
# a handshake there are five seconds at most, a client that vanished has a minute: the bytes
# are a struct timeval.
tls_address() {
	local address=${listen%:*} family=ip4
	[[ $address != '['* ]] || family=ip6
	printf %s "OPENSSL-LISTEN:${listen##*:},bind=$address,pf=$family,reuseaddr,fork,\
max-children=$((handshakes_max + clients_max)),backlog=64,cert=/dev/fd/5,key=/dev/fd/6,cafile=/dev/fd/7,verify=1,\
openssl-min-proto-version=TLS1.2,setsockopt-listen=1:20:x05000000000000000000000000000000,\
keepalive,keepidle=30,keepintvl=10,keepcnt=3"
}

# Ends a connection whose handshake is not over.
end_handshake() { # PROCESS WHY
	local stat=''
	read -r stat 2>/dev/null <"/proc/$1/stat"
	[[ $stat != *') '[!ZX]" $socat "* ]] || kill -KILL "$1"
	note "${peers[$1]}: $2"
	unset "peers[$1]" "since[$1]"
}

end_slow_handshakes() {
	local process
	for process in "${!since[@]}"; do
		((now - since[$process] < handshake_us)) || end_handshake "$process" \
			"no handshake within $((handshake_us / 1000000)) seconds"
	done
}

# One too many has come: the oldest goes of the host that has most. Who is serious needs
# but a moment, so it is hardly ever his.
limit_handshakes() {
	local process host oldest='' most='' n=0
	local -A of=()
	((${#since[@]} > handshakes_max)) || return 0
	for process in "${!since[@]}"; do
		host=${peers[$process]%:*}
		of[$host]=$((${of[$host]-0} + 1))
		((of[$host] <= n)) || most=$host n=${of[$host]}
	done
	for process in "${!since[@]}"; do
		[ "${peers[$process]%:*}" = "$most" ] || continue
		[[ -n $oldest && ${since[$oldest]} -le ${since[$process]} ]] || oldest=$process
	done
	end_handshake "$oldest" "more than $handshakes_max handshakes are under way"
}

# Takes a line of socat's log.
heed_socat() { # LINE
	local process message
	[[ $1 =~ socat\[([0-9]+)\]\ [A-Z]\ (.*) ]] || return 0
	process=${BASH_REMATCH[1]} message=${BASH_REMATCH[2]}
	case $message in
	'listening on '*) shared ;;
	'accepting connection from '*)
		peers[new]=${message#*AF=* }
		peers[new]=${peers[new]%% on *}
		;;
	'forked off child process '*)
		[ "$process" = "$socat" ] || return 0
		peers[${message##* }]=${peers[new]} since[${message##* }]=${EPOCHREALTIME/./}
		limit_handshakes
		;;
	'starting data transfer '*)
		unset "since[$process]"
		note "${peers[$process]-} has connected"
		;;
	'exiting with status '* | 'exit('*)
		unset "peers[$process]" "since[$process]"
		;;
	*) [[ $1 != *"] E "* ]] || note "${peers[$process]+${peers[$process]}: }$message" ;;
	esac
}

# Says that clients can come, the first time that they can.
shared() {
	[ -z "${peers[new]-}" ] || return 0
	peers[new]=nobody
	born "$BASHPID" >"$file"
	if [ -n "$detach" ]; then
		echo "$name $BASHPID $listen"
		exec </dev/null >/dev/null 2>&1
	else
		note "'$name' is shared on $listen; Ctrl-C ends that"
	fi
}

# Socat runs this for a client that it let in: the line is standard input and output.
share_line() {
	exec 2>&1
	# With what it has sent unread, a client would not get to read why it has to go.
	trap 'timeout 1 cat >/dev/null' EXIT
	alive "$name" || die 2 "no '$name' runs now"
	hold_line
	cd "$dir" && exec socat -t0.1 - "UNIX-CONNECT:$name.sock" 2>/dev/null
}
