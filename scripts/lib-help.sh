# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by ukpktgen: what it takes, and the help that is made of that.

verbs='run exec console list down share unshare metrics plot report help'
boot_options='--net --machine --accel --memory --cpus --mac --mtu --queues --queue-size'
boot_options+=' --rss --packed --capture --file'

# The options of a verb, in the order in which help has them.
options_of() { # VERB
	case $1 in
	run) echo "--name --detach --run $boot_options" ;;
	exec) echo "-c --name --json --timeout --quiet --verdict --watch --boot $boot_options" ;;
	console) echo '--name --watch --raw' ;;
	list) echo '--json --names' ;;
	down) echo '--name --all' ;;
	share) echo '--name --listen --cert --key --ca --detach --tls' ;;
	unshare) echo '--name --listen --all' ;;
	metrics) echo '--all --listen --unix --textfile --every --print --openmetrics --streams --timeout' ;;
	plot) echo '--name --span --output' ;;
	report) echo '--output --name --compare --title --device --list' ;;
	esac
}

# What stands after an option, '#', and what it does, a row each.
about_option() { # VERB OPTION
	case "$1 $2" in
	'report --name') echo ' NAME#fetch the results from this appliance' ;;
	'report --output') echo ' FILE#write a FILE.html, .pdf, .md, .csv or .json;
default: a page on standard output; also -o' ;;
	*' --compare') echo '#show two results beside each other' ;;
	*' --title') echo ' TEXT#the title; default: that of the experiment' ;;
	*' --device') echo ' TEXT#what was tested, to be said in the report' ;;
	*' --list') echo ' NAME#of .csv: rows, goals or trials
default: the first that there is' ;;
	'run --name') echo ' NAME#its name
default: ukpktgen0, or the next number that is free' ;;
	*' --name') echo ' NAME#the appliance; default: the one that runs' ;;
	*' --detach') echo '#stay in the background, and print name, process
id, and socket or address' ;;
	*' --run') echo " COMMANDS#run them as it boots: 'COMMAND; COMMAND', or the
NAME of a --file; without a terminal, print
replies and end when they have run" ;;
	*' -c') echo " COMMANDS#the commands, with ';' between them" ;;
	'exec --json') echo '#print replies as JSON, where the command has them' ;;
	'list --json') echo '#print one JSON object, with what each port does' ;;
	'metrics --timeout') echo ' TIME#what an appliance has to answer; default: 2s' ;;
	*' --timeout') echo ' TIME#fail a command after TIME: 500ms, 10s, 5m, 1h30m
default: no limit' ;;
	*' --quiet') echo '#print errors only' ;;
	*' --verdict') echo '#exit with 5 if the last run of a port was SUSPECT,
6 if INVALID, and say why' ;;
	*' --boot') echo '#boot an appliance that ends with the commands;
the options below are for it' ;;
	*' --watch') echo '#only watch: notices, and stats, port, jobs and show,
while others have the console' ;;
	*' --raw') echo "#use the appliance's own line editor; Ctrl-] leaves" ;;
	*' --names') echo '#print names only, without asking the appliances' ;;
	'down --all') echo '#power off all that run' ;;
	'metrics --all') echo '#all that run, now and later' ;;
	'unshare --all') echo '#end all shares' ;;
	*' --tls') echo '#serve TLS: the default, and all that there is' ;;
	'share --listen') echo ' ADDRESS:PORT#where to listen: a numeric IP address of this
host; no default' ;;
	'metrics --listen') echo ' ADDRESS:PORT#serve HTTP here: a numeric IP address of this
host; default: 127.0.0.1:9910' ;;
	*' --unix') echo ' PATH#serve HTTP on a unix socket instead' ;;
	*' --textfile') echo " PATH#write a file for node-exporter's textfile
collector instead, and end" ;;
	*' --every') echo ' TIME#ask the appliances each TIME: write that file
again and again, or serve what they said last' ;;
	*' --print') echo '#print the classic text format instead' ;;
	*' --openmetrics') echo '#print OpenMetrics instead' ;;
	*' --streams') echo ' N#show the streams of an appliance that has up to
N, or all; default: 64' ;;
	*' --span') echo ' hour|minute#how far back: by the second, or by 100 ms;
default: hour' ;;
	*' --output') echo ' FILE#write a FILE.png or FILE.svg;
default: plot on the terminal' ;;
	*' --listen') echo ' ADDRESS:PORT#end this share only' ;;
	*' --cert') echo " FILE#the server's certificate, PEM" ;;
	*' --key') echo ' FILE#its key' ;;
	*' --ca') echo ' FILE#let in clients with a certificate of this CA' ;;
	*' --net') echo ' SPEC#add ports; may be repeated; default: loop
loop                 two, wired to each other
null                 one that drops its frames
dgram:LOCAL,REMOTE   unix datagram sockets
stream:PATH          connect to a unix socket
stream-listen:PATH   wait on one
tap:IFNAME           a tap interface of the host
user                 the network stack of QEMU
vhost-user:SOCK      a vhost-user back end
vhost-user-listen:PATH
                     wait for a switch to connect' ;;
	*' --machine') echo ' q35|microvm#default: q35' ;;
	*' --accel') echo ' auto|kvm|tcg#default: auto, which is KVM where it works' ;;
	*' --memory') echo ' SIZE#megabytes, 4M or more; default: 16M' ;;
	*' --cpus') echo ' N#CPUs, 1 to 8; default: 1' ;;
	*' --mac') echo " PORT=MAC#a port's address; may be repeated; default: one
made of the names of host, user and appliance" ;;
	*' --mtu') echo ' BYTES#largest payload of a frame, 68..9000;
default: 1500' ;;
	*' --queues') echo ' N#pairs of queues of vhost-user and tap ports, 1 to 8;
default: 1' ;;
	*' --queue-size') echo ' N[,N]#descriptors of a queue: 256, 512 or 1024, or of one
to receive and one to send; more than 256 for
sending with vhost-user only; default: 256' ;;
	*' --rss') echo "#spread what comes over a tap's queues by a hash (RSS)" ;;
	*' --packed') echo '#use packed rings' ;;
	*' --capture') echo " PORT=FILE#write a port's frames to a pcap file; may be
repeated" ;;
	*' --file') echo ' PATH[=NAME]#give the appliance a file; may be repeated' ;;
	esac
}

# Ways to call a verb, and a sentence.
about_verb() { # VERB
	case $1 in
	run) echo 'run [OPTION]...
Boot an appliance with this terminal on its console; Ctrl-] leaves it running.' ;;
	exec) echo "exec [OPTION]... FILE | - | -c 'COMMAND; COMMAND'
exec --boot [OPTION]... FILE | - | -c 'COMMAND; COMMAND'
Run commands until one fails, and print their replies; - is standard input." ;;
	console) echo 'console [--watch | --raw] [--name NAME]
Open the console of an appliance on this terminal.' ;;
	list) echo 'list [--json | --names]
List appliances: name, process id, socket, uptime, what the ports do, shares.' ;;
	down) echo 'down [--name NAME | --all]
Power off. Shares stay, for an appliance that is booted with the same name.' ;;
	share) echo 'share --listen ADDRESS:PORT --cert FILE --key FILE --ca FILE
share [--name NAME] [--detach] --listen ADDRESS:PORT ...
Serve the console by TLS to clients with a certificate of the CA, now and
whenever an appliance of this name runs, until Ctrl-C or unshare.' ;;
	unshare) echo 'unshare [--name NAME] [--listen ADDRESS:PORT]
unshare --all
End shares, and the connections that they serve.' ;;
	metrics) echo 'metrics [NAME]... [--listen ADDRESS:PORT | --unix PATH]
metrics --all [--textfile PATH] [--every TIME]
Serve what appliances count to Prometheus: on http://127.0.0.1:9910/metrics,
until Ctrl-C, or as a file.' ;;
	plot) echo 'plot [--name NAME] [--span hour|minute] [--output FILE]
plot [--output FILE] CSV
Plot what the ports did, of an appliance or of a file of stats history.' ;;
	report) echo 'report [-o FILE] RESULT.json...
report [-o FILE] --name NAME [RESULT]...
report [-o FILE] --compare RESULT RESULT
Make a report of results: of files, or of those that an appliance keeps, all of
them by default.' ;;
	help) echo 'help [VERB]
Show this help, or all of a verb.' ;;
	esac
}

add_options() { # VERB OPTION...
	local verb=$1 option about head row
	shift
	for option; do
		about=$(about_option "$verb" "$option")
		head=$option${about%%#*} about=${about#*#}
		while IFS= read -r row; do
			printf -v row '  %-21s  %s\n' "$head" "$row"
			text+=$row head=
		done <<<"$about"
	done
}

statuses='Status: 0 every command succeeded, 1 one failed (the rest is not run),
2 misused, not reachable, a port failed at boot, or output could not be written,
3 the appliance crashed; with --verdict 5 a run was SUSPECT, 6 INVALID.'

help_verb() { # VERB
	local text='' row lead='usage:'
	while IFS= read -r row; do
		if [[ $row == "$1 "* ]]; then
			text+="$lead ukpktgen $row"$'\n'
			lead='      '
		else
			text+=${lead:+$'\n'}$row$'\n' lead=
		fi
	done < <(about_verb "$1")
	[ "$1" = help ] || text+=$'\n'
	# shellcheck disable=SC2046 # words
	add_options "$1" $(options_of "$1")
	[ "$1" != exec ] || text+=$'\n'"$statuses"$'\n'
	put %s "$text"
}

help_all() {
	local text='ukpktgen: boots traffic appliances under QEMU and operates them

  run [OPTION]...         boot an appliance with this terminal on its console
  exec [OPTION]... FILE   run commands on one, and print their replies
  console                 open the console of one that runs
  list                    list them: uptime, what their ports do, shares
  down                    power off
  share, unshare          serve a console by TLS, and end that
  metrics                 serve what appliances count to Prometheus
  plot                    plot what their ports did
  report                  make a page of what experiments found
  help VERB, VERB --help  all of a verb
  --version               print the version of this program

Options of run and of exec --boot:

'
	# shellcheck disable=SC2086 # words
	add_options run --name $boot_options
	text+=$'\nOptions of run:\n\n'
	add_options run --detach --run
	text+=$'\nOptions of exec:\n\n'
	add_options exec -c --name --json --timeout --quiet --verdict --watch --boot
	text+=$'\nOptions of the other verbs:\n\n'
	add_options console --name --watch --raw
	text+="  --json, --names        of list: as one JSON object; names only
  --all                  of down and unshare: all of them
  --listen ADDRESS:PORT, --cert FILE, --key FILE, --ca FILE, --detach, --tls
                         of share: see 'ukpktgen share --help'
  --all, --listen ADDRESS:PORT, --unix PATH, --textfile PATH, --every TIME,
  --print, --openmetrics, --streams N, --timeout TIME
                         of metrics: see 'ukpktgen metrics --help'
  --span hour|minute, --output FILE
                         of plot: see 'ukpktgen plot --help'
  --output FILE, --compare, --title TEXT, --device TEXT, --list NAME
                         of report: see 'ukpktgen report --help'

$statuses

Examples:

  ukpktgen exec --boot -c 'rate 10kpps; start 0; sleep 2s; stop; stats --json'
  ukpktgen run --file bench.cmds --run bench.cmds
  ukpktgen run --detach --name a --net dgram:/tmp/a.sock,/tmp/b.sock
"
	put %s "$text"
}
