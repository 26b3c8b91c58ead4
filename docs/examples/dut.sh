# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by dut-*.sh: gives a device under test a network of its own, boots an
# appliance beside it, measures, and takes all of it down again.
#
#   dut-NAME.sh [-o REPORT] ['COMMAND; COMMAND']   measure, by default as the script says
#   dut-NAME.sh -i                                 the device, and a console to try things
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
ukpktgen=$here/../../scripts/ukpktgen
[ -x "$ukpktgen" ] || ukpktgen=ukpktgen # installed

# All interfaces are in a network that ends with the script. Without root, the user is
# root there.
if [ -z "${dut_inside-}" ]; then
	root=()
	[ "$EUID" -eq 0 ] || root=(--map-root-user)
	dut_inside=1 exec unshare --net "${root[@]}" "$0" "$@"
fi
ip link set lo up
# Linux itself is to send nothing there; where it has no IPv6 it does not.
sysctl -qw net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true

output='' console=''
while getopts o:i option; do
	case $option in
	o) output=$OPTARG ;;
	i) console=1 ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))

# The appliance, sockets and logs are below a folder of their own.
run=$(mktemp -d)
export XDG_RUNTIME_DIR=$run
children=()
more=() # options of 'ukpktgen run'

finish() {
	local pid
	"$ukpktgen" down --all 2>/dev/null || true
	for pid in "${children[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$run"
}
trap finish EXIT
trap 'exit 130' INT TERM

need() { # COMMAND PACKAGE
	command -v "$1" >/dev/null || {
		echo "$1 is missing; as root: apt-get install -y --no-install-recommends $2" >&2
		exit 2
	}
}

# A program of the device, which ends with the script; what it says is in a log.
start() { # LOG COMMAND...
	"${@:2}" </dev/null >"$run/$1.log" 2>&1 &
	children+=($!)
}

wait_for() { # FILE
	local i
	for ((i = 0; i < 300; i++)); do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	cat "$run"/*.log >&2
	echo "no $1 within 30 s" >&2
	exit 2
}

tap() { # NAME
	ip tuntap add dev "$1" mode tap
	ip link set "$1" up txqueuelen 10000
}

# Open vSwitch, with a database of its own; `vsctl` speaks to it.
open_vswitch() { # PROGRAM
	export OVS_RUNDIR=$run OVS_LOGDIR=$run OVS_DBDIR=$run
	db=unix:$run/db.sock
	# shellcheck disable=SC2034 # of those who name the device
	version=$("$1" --version | sed -n '1s/.* //p')
	ovsdb-tool create "$run/conf.db" /usr/share/openvswitch/vswitch.ovsschema
	start ovsdb ovsdb-server "$run/conf.db" "--remote=p$db" "--unixctl=$run/ovsdb.ctl"
	wait_for "$run/db.sock"
	ovs-vsctl "--db=$db" --no-wait init "${@:2}"
	start ovs "$1" "$db" "--unixctl=$run/ovs.ctl"
	wait_for "$run/ovs.ctl"
}

vsctl() {
	ovs-vsctl "--db=$db" --timeout=30 "$@"
}

# Boots an appliance whose ports have the addresses 02:00:00:00:00:00 and :01, waits until
# the device is `ready`, if that is a function, sets up and measures.
measure() { # DEVICE NET0 NET1 SETUP COMMANDS
	local command=${arguments[0]:-$5}
	"$ukpktgen" run --detach --name dut --net "$2" --net "$3" --mac 0=02:00:00:00:00:00 \
		--mac 1=02:00:00:00:00:01 "${more[@]}" >/dev/null
	! declare -F ready >/dev/null || ready
	"$ukpktgen" exec --name dut --quiet -c "$4"
	if [ -n "$console" ]; then
		"$ukpktgen" console --name dut
		return
	fi
	"$ukpktgen" exec --name dut -c "$command"
	[ -z "$output" ] || "$ukpktgen" report --name dut --device "$1" -o "$output"
}

arguments=("$@")
