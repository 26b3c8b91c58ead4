# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: what appliances count, for Prometheus and as a plot.

span=hour # of plot
output=''

do_metrics() {
	local one
	parse metrics "$@"
	[ -x "$metrics" ] || die 2 "$metrics is missing; 'make client' builds it \
where there is libmicrohttpd-dev"
	[[ -z $all || ${#operands[@]} -eq 0 ]] || die 2 "'metrics' takes --all or NAMEs, not both"
	if [[ -z $all && ${#operands[@]} -eq 0 ]]; then
		pick
		operands=("$name")
	fi
	for one in "${operands[@]}"; do
		[[ $one =~ ^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$ ]] || die 2 "'$one' is no appliance's name"
	done
	[ -z "${sharing[listen]-}" ] || passed+=(--listen "${sharing[listen]}")
	exec 9>&- "$metrics" "${passed[@]}" -- "$dir" "${operands[@]}"
}

# Plots a file of 'stats history --csv', or what an appliance says by that now.
do_plot() {
	local csv ports terminal said made=''
	parse plot "$@"
	need gnuplot gnuplot-nox
	((${#operands[@]} <= 1)) || die 2 "'plot' takes one file of CSV"
	[[ -z ${operands[0]-} || -z $name ]] || die 2 "'plot' takes --name or a file, not both"
	csv=${operands[0]-}
	if [ -z "$csv" ]; then
		need_client
		pick
		made=$(mktemp) csv=$made
		# shellcheck disable=SC2064 # its name is known now
		trap "rm -f '$made'; cleanup" EXIT
		"$client" "${identity[@]}" --watch --timeout 60s -c "stats history $span --csv" \
			"$dir/$name.sock" >"$csv" </dev/null || die 2 "'$name' told nothing to plot"
	fi
	[[ -r $csv && ! -d $csv ]] || die 2 "cannot read '$csv'"
	ports=$(awk -F, 'NR == 1 { if (!/^time,span,port,tx_packets,/) exit }
		NR > 1 && !seen[$3 + 0]++ { printf "%s ", $3 + 0 }' "$csv")
	[ -n "$ports" ] || die 2 "${made:-"'$csv'"} has no rows of 'stats history --csv' of ports"
	terminal="dumb size $(tput cols 2>/dev/null || echo 80), 48"
	[[ $output != *.png ]] || terminal='png size 1200,900'
	[[ $output != *.svg ]] || terminal='svg size 1200,900 background "white"'
	[[ ${output-} != *"'"* && $csv != *"'"* ]] || die 2 "no file's name may have a ' in it here"
	umask 022 # as files are that one shows around
	[ -z "$output" ] || { : >>"$output"; } 2>/dev/null || die 2 "cannot write '$output'"
	# It warns of counters that never moved; what it says is of use where it fails.
	{ said=$(gnuplot -e "csv='$csv'; output='$output'; ports='$ports'; set terminal $terminal" \
		"${self%/*}/history.gp" 2>&1 >&3) || die 2 "gnuplot failed: $said"; } 3>&1
}
