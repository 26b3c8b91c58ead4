# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: QEMU's command line, its start, and what its end means.

args=()            # QEMU's
ports=0            # how many there are so far
capturable=''      # those whose frames come by QEMU
wires=''           # between ports, as the appliance is told: 0:1,2:3
streams=()         # the paths that stream: connects to
connected=0        # how many unix sockets QEMU connects to
mac=''             # the first five bytes of a port's address, where --mac gives none
declare -A macs=() # what --mac gives, by port
declare -A taken=() # the port that has an address

# On q35, SeaBIOS and less for it to look at. Not the faster qboot: it gets the kernel's header
# from a part of QEMU 7.2's stack that is in use again by then, and halts at will.
add_board() {
	args=(-M 'q35,sata=off,smbus=off,usb=off,vmport=off')
	[ "$machine" = q35 ] || args=(-M 'microvm,acpi=off,isa-serial=on,rtc=off'
		-global virtio-mmio.force-legacy=false)
	args+=(-cpu max -kernel "$image" -nodefaults -no-user-config -display none -no-reboot
		-device 'isa-debug-exit,iobase=0xf4,iosize=4')
	# It starts no process, gains no right, and sets no limits, nor does a back end here.
	[ "${UKPKTGEN_SANDBOX-on}" = off ] ||
		args+=(-sandbox 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny')
}

# That /dev/kvm opens does not mean that it runs 64-bit code: boots the board and
# powers it off, which takes many a 'quit' as a console that boots may lose input.
kvm_boots() {
	(
		ulimit -c 0
		yes quit | timeout 1 "$qemu" "$@" -accel kvm -m 16M -serial stdio
	) >/dev/null 2>&1
}

choose_accel() { # BOARD...
	local why='/dev/kvm does not run the appliance'
	[ "$accel" != tcg ] || return 0
	if kvm_boots "$@"; then
		accel=kvm
		return
	fi
	[ -w /dev/kvm ] || why='there is no /dev/kvm that you may open'
	[ "$accel" = auto ] || die 2 "no KVM: $why"
	[ -n "$quiet" ] || note "no KVM ($why): running under TCG, which is slower"
	accel=tcg
}

take_mac() { # PORT=MAC
	local port address
	[[ $1 =~ ^([0-9]{1,2})=(([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})$ ]] || die 2 "--mac '$1': \
must be PORT=MAC, such as 0=02:00:00:00:00:01"
	port=$((10#${BASH_REMATCH[1]})) address=${BASH_REMATCH[2],,}
	(((0x${address:0:2} & 1) == 0)) || die 2 "--mac '$1': a port cannot have a group address"
	[ "$address" != 00:00:00:00:00:00 ] || die 2 "--mac '$1': a port cannot have address zero"
	[ -z "${macs[$port]-}" ] || die 2 "--mac '$1': port $port has ${macs[$port]} already"
	macs[$port]=$address
}

# Addresses of our own: the same in every run, others on another host, of another user and
# with another name. A cloned host has its machine-id from the first, its name hardly ever.
choose_macs() {
	local host='' id=''
	read -r host 2>/dev/null </proc/sys/kernel/hostname
	read -r id 2>/dev/null </etc/machine-id
	mac=$(md5sum <<<"$id $host $EUID $name")
	mac=02:${mac:0:2}:${mac:2:2}:${mac:4:2}:${mac:6:2}
}

check_macs() {
	local port
	for port in "${!macs[@]}"; do
		((port < ports)) || die 2 "--mac '$port=${macs[$port]}': there are \
the ports 0..$((ports - 1))"
	done
}

# Prints what gives a back end several queues. Those of QEMU itself have one.
queues_of() { # BACKEND
	[[ $queues = 1 || $1 != @(vhost-user|tap),* ]] || echo ",queues=$queues"
}

note_queues() { # SPEC
	[[ $queues = 1 || $1 == @(vhost-user|vhost-user-listen|tap):* ]] ||
		note "--net '$1' has one queue; vhost-user and tap take --queues"
	[ -z "$rss" ] || [[ $queues != 1 && $1 == tap:* ]] ||
		note "--net '$1' has no --rss; tap with --queues 2 or more has"
}

# Of a tap with other queues QEMU says "Invalid argument".
check_tap_queues() { # SPEC
	local flags=''
	read -r flags 2>/dev/null <"/sys/class/net/${1#*:}/tun_flags"
	[[ $flags == 0x* ]] || return 0
	((flags & 0x100)) || [ "$queues" = 1 ] || die 2 "--net '$1' --queues $queues: \
'${1#*:}' has one queue; as root, this makes one of several: \
ip tuntap add dev NAME mode tap multi_queue"
	((!(flags & 0x100))) || [ "$queues" != 1 ] || die 2 "--net '$1': \
'${1#*:}' has several queues; give --queues 2 or more"
}

add_port() { # BACKEND; without, QEMU drops its frames
	local address=${macs[$ports]:-$mac:$(printf %02x "$ports")}
	[ -z "${taken[$address]-}" ] ||
		die 2 "ports ${taken[$address]} and $ports would both have the address $address"
	taken[$address]=$ports
	# MSI-X off: QEMU 7.2 crashes on it with vhost-user, and we poll.
	local device=virtio-net-pci,disable-legacy=on,disable-modern=off,vectors=0,romfile=
	[ "$machine" = q35 ] || device=virtio-net-device
	device+=,mac=$address$queue
	if [ -n "$1" ]; then
		args+=(-netdev "$1,id=n$ports$(queues_of "$1")")
		[ -z "$(queues_of "$1")" ] || device+=,mq=on
		[ -z "$rss" ] || [[ $queues = 1 || $1 != tap,* ]] || device+=,rss=on
		device+=,netdev=n$ports
		[[ $1 == vhost-user* ]] || capturable+=" $ports"
	fi
	args+=(-device "$device")
	ports=$((ports + 1))
}

# What has QEMU look for a back end that has gone, soon and for good. It waits as long for
# one that is to come.
reconnect() {
	local version
	version=$("$qemu" --version 2>/dev/null)
	[[ $version =~ version\ ([0-9]+)\.([0-9]+) ]] || return
	if ((BASH_REMATCH[1] * 100 + BASH_REMATCH[2] < 902)); then
		echo ,reconnect=1
	else
		echo ,reconnect-ms=200
	fi
}

add_vhost_user() { # SPEC, and its path as QEMU takes it
	local path=${1#*:} how=server=on,wait=off
	case $1 in
	vhost-user:*)
		[ -S "$path" ] || die 2 "--net '$1': there is no socket '$path'"
		how=$(reconnect)
		connected=$((connected + 1))
		listens "$path" || note "nobody seems to listen at '$path'; waiting for that"
		;;
	*)
		[[ -S $path || ! -e $path ]] || die 2 "--net '$1': '$path' is no socket"
		[ -n "$quiet" ] || note "waiting for a switch that connects to '$path'"
		;;
	esac
	args+=(-chardev "socket,id=v$ports,path=$2,${how#,}")
	add_port "vhost-user,chardev=v$ports"
}

add_net() { # SPEC
	note_queues "$1"
	local v=${1#*:} hub=hubport,hubid=$ports unix=addr.type=unix,addr.path=
	local names
	v=${v//,/,,} # what QEMU takes for a comma in a value
	case $1 in
	loop)
		wires+=${wires:+,}$ports:$((ports + 1))
		add_port "$hub" && add_port "$hub"
		;;
	null) add_port '' ;;
	user) add_port user ;;
	tap:?*)
		# As root, QEMU would make one of a name that was mistyped.
		names=$(cut -d : -f 1 </proc/net/dev | tr -d ' ')
		[[ $'\n'$names$'\n' == *$'\n'"${1#*:}"$'\n'* ]] || die 2 "--net '$1': there is no \
interface '${1#*:}'; as root, this makes it: ip tuntap add dev '${1#*:}' mode tap\
$([ "$queues" = 1 ] || echo ' multi_queue')"
		check_tap_queues "$1"
		# No offload is used, and without its header a frame costs a tenth less.
		add_port "tap,ifname=$v,script=no,downscript=no,vnet_hdr=off"
		;;
	dgram:+([!,]),+([!,])) add_port "dgram,local.type=unix,local.path=${v%%,*}\
,remote.type=unix,remote.path=${v##*,}" ;;
	stream:?*)
		[ -S "${1#*:}" ] || die 2 "--net '$1': there is no socket '${1#*:}'"
		streams+=("${1#*:}")
		connected=$((connected + 1))
		add_port "stream,server=off,$unix$v"
		;;
	stream-listen:?*) add_port "stream,server=on,$unix$v" ;;
	vhost-user:?* | vhost-user-listen:?*) add_vhost_user "$1" "$v" ;;
	*) die 2 "--net '$1': must be loop, null, dgram:LOCAL,REMOTE, stream:PATH, \
stream-listen:PATH, tap:IFNAME, user, vhost-user:SOCK or vhost-user-listen:PATH" ;;
	esac
}

# The data channel: a stream of bytes beside the serial line.
add_channel() {
	local device=virtio-serial-pci,disable-legacy=on,disable-modern=off,vectors=0
	if [ "$machine" = microvm ]; then
		((ports < 8)) || die 2 "a microvm has room for 7 ports beside its console, \
not for $ports; '--machine q35' has more"
		device=virtio-serial-device
	fi
	local socket=$dir/$name.data
	socket=socket,id=data,path=${socket//,/,,},server=on,wait=off
	args+=(-chardev "$socket" -device "$device,max_ports=1" -device "virtconsole,chardev=data")
}

add_capture() { # PORT=FILE
	local port file=${1#*=}
	[[ $1 =~ ^([0-9]{1,2})=. ]] || die 2 "--capture '$1': must be PORT=FILE, such as 0=a.pcap"
	port=$((10#${BASH_REMATCH[1]}))
	((port < ports)) || die 2 "--capture '$1': no port $port (0..$((ports - 1)))"
	[[ " $capturable " == *" $port "* ]] ||
		die 2 "--capture '$1': null and vhost-user ports cannot be captured"
	[[ " ${args[*]}" != *" filter-dump,id=d$port,"* ]] ||
		die 2 "--capture '$1': port $port is captured to a file already"
	args+=(-object "filter-dump,id=d$port,netdev=n$port,file=${file//,/,,}")
}

# True once it can be connected to, which is later than its socket exists. The relay
# is in the directory and knows but the name.
listens() { # SOCKET
	local flags path
	[ -S "$1" ] || return
	while read -r _ _ _ flags _ _ _ path; do
		# __SO_ACCEPTCON
		[[ $flags != 00010000 || ($path != "$1" && $path != "${1##*/}") ]] || return 0
	done </proc/net/unix
	return 1
}

# Starts a QEMU that waits for us to connect. From here on it is ours to end.
start_qemu() { # COMMAND... to start it with
	local spec n=0 board behind threads=''
	need "$qemu" qemu-system-x86
	[ -x "$relay" ] || die 2 "$relay is missing; 'make client' builds it"
	[ -r "$image" ] || die 2 "$image is missing; 'make image' builds it"
	while [ -z "$name" ] && alive "ukpktgen$n"; do n=$((n + 1)); done
	name=${name:-ukpktgen$n}
	! alive "$name" || die 2 "an appliance named '$name' runs already"
	sock=$dir/$name.sock behind=$dir/$name.qemu
	choose_macs
	add_board
	board=("${args[@]}")
	for spec in "${nets[@]:-loop}"; do add_net "$spec"; done
	check_macs
	for spec in "${captures[@]}"; do add_capture "$spec"; done
	add_channel
	[[ "${nets[*]}" != *vhost-user* ]] || args+=(-machine memory-backend=mem -object
		"memory-backend-memfd,id=mem,size=$memory,share=on")
	forget "$name"
	ours=1
	add_boot_files
	choose_accel "${board[@]}" # once nothing is left to be refused
	# Each CPU on a thread of its own, which QEMU does not do on all hosts unasked.
	[[ $accel = kvm || $cpus = 1 ]] || threads=,thread=multi
	args+=(-accel "$accel$threads" -m "$memory" -smp "$cpus" -serial chardev:console -chardev
		"socket,id=console,path=${behind//,/,,},server=on,wait=on")
	hold
	"$@" "$qemu" "${args[@]}" </dev/null >"$dir/$name.log" 2>&1 9>&- &
	child=$!
	echo "$child" >"$dir/$name.pid"
	go
	until listens "$behind"; do
		alive "$name" || verdict
		sleep 0.01
	done
	start_relay "$behind"
	exec 9>&-
}

# In front of QEMU's socket; it ends with QEMU.
start_relay() { # QEMU'S SOCKET
	setsid "$relay" "$child" "$1" "$sock" "$dir/$name.watch" \
		</dev/null >>"$dir/$name.log" 2>&1 9>&- &
	until listens "$sock"; do
		alive "$name" || verdict
		kill -0 $! 2>/dev/null || die 2 "the relay of '$name' has ended: $(<"$dir/$name.log")"
		sleep 0.01
	done
}

# Prints how many connections to unix sockets our QEMU has made: those that are neither
# bound to a path nor ours.
count_connections() {
	local path state inode n=0
	local -A of=()
	while read -r path; do
		[[ $path != 'socket:['*']' ]] || of[${path//[!0-9]/}]=1
	done < <(readlink "/proc/$child/fd/"*)
	while read -r path; do
		[[ $path != 'socket:['*']' ]] || unset "of[${path//[!0-9]/}]"
	done < <(readlink "/proc/$$/fd/"*)
	while read -r _ _ _ _ _ state inode path; do
		[[ $state != 03 || -n $path || -z ${of[$inode]-} ]] || n=$((n + 1))
	done <"/proc/$child/net/unix"
	echo "$n"
}

# QEMU connects in the background, and keeps to itself how that went.
check_streams() {
	local i path fault=''
	for ((i = 0; i < 50; i++)); do
		(($(count_connections) < connected)) || return 0
		sleep 0.02
	done
	for path in "${streams[@]}"; do fault+="${fault:+ or }stream:$path"; done
	die 2 "the appliance has booted, but nobody accepts a connection at $fault"
}

# Looks after what QEMU tells nobody of, once the appliance has its ports: it says its
# first word later.
check_backends() {
	local until=$((SECONDS + 60))
	[[ "${nets[*]}" == *@(stream|vhost-user|vhost-user-listen|tap):* ]] || return 0
	until read -r -t 0 -u "$in" || ((SECONDS > until)); do sleep 0.01; done
	((${#streams[@]} == 0)) || check_streams
	warn_of_fallback
}

# Ends us as our own QEMU has ended. A crash of the appliance ends it with 3.
verdict() {
	local code=0
	wait "$child" 2>/dev/null || code=$?
	child=
	case $code in
	0)
		[ -z "$off" ] || { check_captures && exit 0; }
		[ -e "$dir/$name.log" ] || die 2 "'$name' was taken down by somebody else"
		die 3 "'$name' ended without being asked to"
		;;
	3) die 3 "'$name' crashed" ;;
	esac
	note "QEMU ended with status $code:"
	grep -v 'info: QEMU waiting' "$dir/$name.log" >&2
	! grep -qi -e '-sandbox' -e seccomp "$dir/$name.log" ||
		note 'a QEMU that was built without seccomp needs UKPKTGEN_SANDBOX=off'
	exit 2
}
