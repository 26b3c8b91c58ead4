# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: the files that an appliance finds in its store at boot,
# and what it runs then. docs/protocol.md has the other side, under "At boot".

file_names=()        # of the files, in the order given
declare -A host_path # of each name
job=''               # the command line to run at boot
job_max=1024         # bytes of a line that the appliance takes
room=$((3 << 20))    # bytes of memory that it wants besides the archive

take_file() { # PATH[=NAME]
	local path=$1 name=${1##*/}
	[[ $1 != *=* ]] || path=${1%=*} name=${1##*=}
	[[ $name =~ ^[A-Za-z0-9_.-]{1,31}$ ]] || die 2 "--file '$1': the appliance takes no \
name '$name' (1 to 31 of A-Z a-z 0-9 _ . -); PATH=NAME gives another"
	[ -z "${host_path[$name]-}" ] || die 2 "--file '$1': '${host_path[$name]}' has the \
name '$name' already; PATH=NAME gives another"
	[ ! -d "$path" ] || die 2 "--file '$1': cannot read '$path': Is a directory"
	[[ -f $path && -r $path ]] || die 2 "--file '$1': cannot read '$path'"
	file_names+=("$name")
	host_path[$name]=$path
}

# The command line of the kernel knows no escape for '"', and ends at no line.
take_job() { # NAME-OR-COMMANDS
	job=$1
	[[ ${job//$'\t'/} != *[[:cntrl:]]* && ${#job} -le $job_max ]] ||
		die 2 "--run takes up to $job_max bytes and no control characters; \
other commands can come as a file: --file PATH=NAME --run NAME"
}

# Once all files are known: a name becomes the command that runs it.
resolve_job() {
	local base=${job##*/}
	[ -n "$job" ] || return 0
	if [ -n "${host_path[$job]-}" ]; then
		job="run $job"
	elif [[ $job == *[./]* && -f $job ]]; then
		die 2 "--run '$job': to run this file, give it to the appliance: \
--file '$job' --run '$base'"
	elif [[ $job =~ ^[A-Za-z0-9_-]*\.[A-Za-z0-9_.-]*$ ]]; then
		die 2 "--run '$job': no command, and no --file has this name; to run a \
file: --file PATH/$job --run $job"
	fi
	# Its end is none that has to be explained, then.
	[[ $job != *quit* ]] || off=1
	[ ${#file_names[@]} -eq 0 ] || ! grep -qaw quit -- "${host_path[@]}" || off=1
}

padding() { # LENGTH
	local zeros='\0\0\0'
	printf %b "${zeros:0:(-$1 & 3) * 2}"
}

# Writes a header of the form newc, of 110 bytes, and the name: 13 fields, among
# them mode, links, size and the length of the name with its NUL.
put_header() { # NAME SIZE
	printf 070701
	printf %08x 0 0x81a4 0 0 1 0 "$2" 0 0 0 0 $((${#1} + 1)) 0
	printf '%s\0' "$1"
	padding $((110 + ${#1} + 1))
}

put_archive() {
	local one
	for one in "${file_names[@]}"; do
		put_header "$one" "${sizes[$one]}"
		head -c "${sizes[$one]}" -- "${host_path[$one]}"
		padding "${sizes[$one]}"
	done
	put_header 'TRAILER!!!' 0
}

# Makes FILE, for -initrd. What of it the store has no room for, the appliance says.
make_initrd() { # FILE MEMORY
	local one size total=$(((110 + 11 + 3) & ~3))
	local -A sizes
	for one in "${file_names[@]}"; do
		size=$(wc -c <"${host_path[$one]}") || die 2 "cannot read '${host_path[$one]}'"
		sizes[$one]=$size
		total=$((total + ((110 + ${#one} + 1 + 3) & ~3) + ((size + 3) & ~3)))
	done
	((total + room <= ${2%M} << 20)) || die 2 "the files of --file take $total bytes of \
memory: it has to be --memory $(((total + room + (1 << 20) - 1) >> 20))M or more"
	put_archive >"$1"
	[ "$(wc -c <"$1")" = "$total" ] || die 2 "cannot put the files of --file together in \
'$1': the disk is full, or a file has changed"
}

add_boot_files() {
	[ ${#file_names[@]} -eq 0 ] || {
		make_initrd "$dir/$name.initrd" "$memory"
		args+=(-initrd "$dir/$name.initrd")
	}
	# In quotes, these two are escaped.
	line=${job//\\/\\\\}
	line=${job:+\"${line//\"/\\\"}\"}
	line=${wires:+wires=$wires}${wires:+${line:+ }}$line
	[ "$cpus" = 1 ] || line="cpus=$cpus${line:+ }$line"
	# Where no ACPI says it.
	[[ $machine = q35 || $cpus = 1 ]] || line="lcpu.count=$cpus${line:+ }$line"
	[ -z "$line" ] || args+=(-append "$line")
}
