# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: which appliances run, since when, and what their ports do.

do_list() {
	local one
	parse list "$@"
	[[ -z $json || -z $names ]] || die 2 "'list' takes --json or --names, not both"
	if [ -n "$names" ]; then
		for one in "${running[@]}"; do put '%s\n' "$one"; done
		return
	fi
	exec 9>&-
	ask_all
	if [ -n "$json" ]; then
		list_json
	else
		[ $((${#running[@]} + ${#shares[@]})) -gt 0 ] || note 'no appliance runs'
		list_columns
	fi
}

# ---- What each says of itself ------------------------------------------------

declare -A up=()      # seconds since its QEMU has begun
declare -A told=()    # what it replies to 'port --json', or nothing
declare -A held_by=() # who has its console, or nothing

# Asks all at once, as one who watches.
ask_all() {
	local one fd
	local -A fds=()
	for one in "${running[@]}"; do
		alive "$one" || continue
		up[$one]=$(uptime_of "$pid")
		held_by[$one]=$(holder_of "$one")
		exec {fd}< <(timeout 5 "$client" "${identity[@]}" --watch --timeout 4s \
			-c 'port --json' "$dir/$one.sock" 2>/dev/null </dev/null)
		fds[$one]=$fd
	done
	for one in "${!fds[@]}"; do
		read -r "told[$one]" <&"${fds[$one]}"
		[[ ${told[$one]-} == '{"ports":['*']}' ]] || told[$one]=''
		fd=${fds[$one]}
		exec {fd}<&-
	done
}

# Without a lock of ours, which would be in the way of who comes.
holder_of() { # NAME
	local file=$dir/$1.client
	[ -e "$file" ] && grep -q ":$(stat -c %i "$file") 0 EOF" /proc/locks && head -n 1 "$file"
}

uptime_of() { # PROCESS
	local stat='' fields now
	read -r stat 2>/dev/null <"/proc/$1/stat"
	read -r now _ </proc/uptime
	read -ra fields <<<"${stat##*) }"
	echo $((${now%.*} - ${fields[19]:-0} / $(getconf CLK_TCK)))
}

# ---- How it is shown ---------------------------------------------------------

# "1d2h", "3h05m", "12m", "45s"
duration() { # SECONDS
	local s=$1
	if ((s >= 86400)); then
		printf '%dd%dh' $((s / 86400)) $((s % 86400 / 3600))
	elif ((s >= 3600)); then
		printf '%dh%02dm' $((s / 3600)) $((s % 3600 / 60))
	elif ((s >= 60)); then
		printf '%dm' $((s / 60))
	else
		printf '%ds' "$s"
	fi
}

# The state of all ports, or of each: "idle", "0 sending, 1 idle".
state_of() { # NAME
	local rest=${told[$1]-} each='' first='' same=1
	while [[ $rest =~ \"port\":([0-9]+).*$ ]]; do
		rest=${BASH_REMATCH[0]#*:}
		[[ $rest =~ ^([0-9]+)[^{]*\"state\":\"([^\"]*)\" ]] || break
		each+="${each:+, }${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
		first=${first:-${BASH_REMATCH[2]}}
		[ "$first" = "${BASH_REMATCH[2]}" ] || same=
	done
	[ -n "$same" ] && each=$first
	clean "${each:-does not answer}"
}

list_columns() {
	local one other
	for one in "${running[@]}"; do
		[ -n "${up[$one]-}" ] && alive "$one" || continue
		put '%-12s %7d  %s  %s  %s%s\n' "$one" "$pid" "$dir/$one.sock" \
			"$(duration "${up[$one]}")" "$(state_of "$one")" \
			"${held_by[$one]:+  console: ${held_by[$one]}}$(shares_of "$one" '  shared on ')"
	done
	for other in "${!shares[@]}"; do
		one=${other%@*}
		alive "$one" || put '%-12s %7s  %s  %s\n' "$one" - - "not running  shared on ${other#*@}"
	done
}

list_json() {
	local one comma='' ports by text
	text='{"appliances":['
	for one in "${running[@]}"; do
		[ -n "${up[$one]-}" ] && alive "$one" || continue
		ports=${told[$one]-} by=${held_by[$one]-}
		ports=${ports#'{"ports":'}
		text+="$comma{\"name\":\"$one\",\"pid\":$pid,\"socket\":$(json_text "$dir/$one.sock")"
		text+=",\"uptime\":${up[$one]},\"ports\":${ports:+${ports%'}'}}"
		[ -n "$ports" ] || text+=null
		text+=",\"held_by\":$(json_text "$by"),\"shares\":[$(shares_json "$one")]}"
		comma=,
	done
	put '%s]}\n' "$text"
}

# A string, or null of nothing.
json_text() { # TEXT
	local s=${1//\\/\\\\}
	if [ -z "$1" ]; then echo null; else printf '"%s"' "${s//\"/\\\"}"; fi
}
