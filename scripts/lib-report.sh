# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: reports of results, from files or from an appliance that runs.

do_report() {
	local word words=() fetched='' code=0
	for word; do
		case $word in
		-o) words+=(--output) ;;
		-n) words+=(--name) ;;
		*) words+=("$word") ;;
		esac
	done
	parse report "${words[@]}"
	[ -x "$report" ] || die 2 "$report is missing; 'make client' builds it"
	if [[ -n $name || ${#operands[@]} -eq 0 ]]; then
		need_client
		pick
		fetched=$(mktemp -d)
		# shellcheck disable=SC2064 # its name is known now
		trap "rm -rf '$fetched'; cleanup" EXIT
		fetch_results "$fetched"
	fi
	exec 9>&-
	umask 022 # as files are that one shows around
	"${users_locale[@]}" "$report" "${passed[@]}" -- "${operands[@]}" || code=$?
	exit "$code"
}

# Puts files in place of the names of results, of all where none is named, and says in
# each what it was made on.
fetch_results() { # FOLDER
	local i list
	if [ ${#operands[@]} -eq 0 ]; then
		list=$(ask_client --json -c results) || exit
		while [[ $list =~ \"result\":\"([A-Za-z0-9._-]+)\" ]]; do
			operands+=("${BASH_REMATCH[1]}")
			list=${list#*"${BASH_REMATCH[0]}"}
		done
	fi
	[ ${#operands[@]} -gt 0 ] || die 2 "'$name' has no result yet; 'search' and 'rfc2544' make some"
	for i in "${!operands[@]}"; do
		[[ ${operands[i]} =~ ^[A-Za-z0-9._-]{1,64}$ ]] ||
			die 2 "'${operands[i]}' is no name of a result"
		(cd "$1" && ask_client --quiet -c ".download ${operands[i]%.json}.json $i") >/dev/null ||
			die 2 "'$name' has no result '${operands[i]%.json}'; 'results' lists them"
		host_json >>"$1/$i"
		operands[i]=$1/$i
	done
}

# What an appliance was booted with, and where.
host_json() {
	local words=() ports='' cpu='' i version
	local -A said=() paths=()
	mapfile -d '' words <"/proc/$pid/cmdline"
	for ((i = 0; i + 1 < ${#words[@]}; i++)); do
		case ${words[i]} in
		-chardev) [[ ${words[i + 1]} =~ id=(v[0-9]+),path=(.*) ]] &&
			paths[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]} ;;
		-netdev)
			word=${words[i + 1]%,id=n+([0-9])}
			[[ $word != *chardev=v* ]] || word="vhost-user,path=${paths[${word##*=}]-}"
			ports+="${ports:+,}$(json_text "$word")"
			;;
		-accel | -M | -m | -smp) said[${words[i]}]=${words[i + 1]} ;;
		esac
	done
	version=$("$qemu" --version 2>/dev/null | head -n 1)
	cpu=$(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)
	printf '\n{"host":{"name":%s,"kernel":%s,"cpu":%s,"cpus":%d,"qemu":%s,"accelerator":%s' \
		"$(json_text "$(uname -n)")" "$(json_text "$(uname -sr)")" "$(json_text "$cpu")" \
		"$(nproc)" "$(json_text "${version#QEMU emulator version }")" \
		"$(json_text "${said[-accel]%%,*}")"
	printf ',"machine":%s,"memory":%s,"ports":[%s]}}\n' "$(json_text "${said[-M]%%,*}")" \
		"$(json_text "${said[-m]-}")" "$ports"
}
