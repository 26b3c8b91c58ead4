# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: a console for those elsewhere who have a certificate.

tls=''
declare -A sharing=()   # what follows --cert, --key, --ca and --listen
handshake_us=5000000    # what a handshake may take
handshakes_max=8        # how many may be under way
clients_max=16          # how many may be through theirs

do_share() {
	local told
	parse '--name --tls --cert --key --ca --listen --detach' "$@"
	check_share
	pick
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
	[ -n "$tls" ] || die 2 "'share' wants --tls: no other way leads to a console from elsewhere"
	for option in cert key ca listen; do
		file=${sharing[$option]-}
		[ -n "$file" ] || die 2 "'share' wants --$option"
		[[ $option = listen || (-f $file && -r $file) ]] ||
			die 2 "--$option '$file': cannot read this file"
	done
	(((0$(stat -L -c %a -- "${sharing[key]}") & 7) == 0)) ||
		die 2 "--key '${sharing[key]}' is open to everybody (chmod o= '${sharing[key]}')"
	[[ ${sharing[listen]} =~ ^(\[[0-9a-fA-F:.]+\]|[0-9]+(\.[0-9]+){3}):[1-9][0-9]{0,4}$ ]] &&
		((${sharing[listen]##*:} <= 65535)) || die 2 "--listen '${sharing[listen]}': \
wanted ADDRESS:PORT, such as 127.0.0.1:4433 or [::1]:4433"
}

# Serves until the appliance ends or we do. Of --detach, standard output gets one line
# once clients can come.
share() {
	local part text='' socat log guard now look=0 listen=${sharing[listen]}
	declare -A peers=() # the address of each connection's process
	declare -A since=() # when it came, in us; of those whose handshake is under way
	# Socat gets open files, whose numbers need no quoting.
	exec 5<"${sharing[cert]}" 6<"${sharing[key]}" 7<"${sharing[ca]}" || exit 2
	export dir name pid verb
	export -f share_line hold_line note die
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
	trap "{ kill -- -$socat || kill $socat; wait $socat; } 2>/dev/null" EXIT
	trap 'exit 143' TERM
	exec 5<&- 6<&- 7<&-
	while :; do
		now=${EPOCHREALTIME/./}
		if ((now > look)); then
			same_appliance || break
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
	die 2 "'$name' has ended, and with it what was shared"
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

# The one that was meant, not another that has got its name.
same_appliance() {
	local one=$pid
	alive "$name" && [ "$pid" = "$one" ] || {
		pid=$one
		return 1
	}
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
	hold_line
	cd "$dir" && [ "$(<"$name.pid")" = "$pid" ] &&
		exec socat -t0.1 - "UNIX-CONNECT:$name.sock" 2>/dev/null
}
