/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What people type who come from Pktgen-DPDK, TRex, testpmd, vtysh or a shell,
 * and what helps them: docs/coming-from.md says more.
 */
#include "app/app.h"

#define NO_HEADERS "frames are UDP in IPv4 or IPv6; see 'help proto'"
#define NO_TAGS "frames have no tags; see 'help proto'"
#define NO_REPLAY "no capture is played; 'capture 1 FILE' takes one"
#define NO_LATENCY "no delay is measured; 'stats pacing' shows that of sending"
#define NO_STREAMS "a port has one stream; its settings are commands"
#define NO_ANSWERS "a port answers nothing; it sends, receives or reflects"
#define SETTINGS "settings are commands: 'rate 0 10kpps', 'size 0 64'"
#define LEAVE                                                                \
	"Ctrl-] leaves it running, in a client 'exit' alone; 'quit' powers " \
	"off"
#define LOSS "type 'expect 1 rx.packets = 0:tx.packets', or 'stop'"
#define ALWAYS "every command can be typed at any time"
#define ONE                                                                \
	"one console at a time; 'ukpktgen console --watch' looks on from " \
	"others"

const struct cmd_hint app_hints[] = {
	{"?", "'help' lists the commands"},
	{"acquire", ONE},
	{"arp", NO_ANSWERS},
	{"bye", LEAVE},
	{"clear", "type 'stats clear'"},
	{"clr", "type 'stats clear'"},
	{"cls", "the key Ctrl-L clears the screen"},
	{"conf", SETTINGS},
	{"config", "type 'show config', or a setting such as 'rate'"},
	{"configure", SETTINGS},
	{"connect", "type 'ukpktgen console --name NAME' on the host"},
	{"count", "type 'start 0 count 1000'"},
	{"delay", "type 'sleep TIME'; between frames 'rate' or 'gap'"},
	{"disable", "type 'mode 0 off'"},
	{"disconnect", LEAVE},
	{"do", ALWAYS},
	{"dump", "type 'show config' or 'stats'"},
	{"en", ALWAYS},
	{"enable", "type 'mode 0 tx', or 'signature on'"},
	{"end", ALWAYS},
	{"exit", LEAVE},
	{"export", "type 'save FILE'"},
	{"flow", "type 'src ip 10.0.0.0/24': its addresses are flows"},
	{"frames", "type 'start 0 count 1000'"},
	{"fwd", "type 'mode 0 reflect'"},
	{"go", "type 'start'"},
	{"history", "the keys Up and Ctrl-R find earlier lines"},
	{"icmp", NO_HEADERS},
	{"imix", "type 'size imix'"},
	{"info", "type 'version', 'port' or 'stats'"},
	{"jitter", NO_LATENCY},
	{"latency", NO_LATENCY},
	{"link", "the link's state is not known; type 'port'"},
	{"list", "type 'ls', 'port' or 'jobs'"},
	{"log", "files run by 'run' and replies are all there is"},
	{"logout", LEAVE},
	{"loss", LOSS},
	{"lost", LOSS},
	{"lua", "command files do it: type 'help run'"},
	{"mac", "type 'src mac MAC' or 'dst mac MAC'"},
	{"monitor", "type 'stats live'"},
	{"mpls", NO_TAGS},
	{"ndr", "no search is built in; type 'bench tx'"},
	{"packets", "type 'start 0 count 1000'"},
	{"page", "type 'stats live', or 'port'"},
	{"pause", "type 'stop', then 'start'"},
	{"pcap", NO_REPLAY},
	{"pdump", "type 'capture 1 FILE'"},
	{"ping", NO_ANSWERS},
	{"pkt", NO_HEADERS},
	{"play", NO_REPLAY},
	{"portattr", "type 'port'"},
	{"ports", "type 'port'"},
	{"poweroff", "type 'quit'"},
	{"push", NO_REPLAY},
	{"qinq", NO_TAGS},
	{"random", "type 'src ip 10.0.0.0/8' for many flows"},
	{"range", "type 'src ip 10.0.0.0/24': frames step through it"},
	{"release", ONE},
	{"resume", "type 'start'"},
	{"rfc2544", "no search is built in; type 'bench tx'"},
	{"rst", "type 'reset'"},
	{"screen", "type 'stats live'"},
	{"script", "type 'run FILE'"},
	{"send", "type 'start', or 'start 0 count 100'"},
	{"seq", NO_STREAMS},
	{"service", ALWAYS},
	{"set", SETTINGS},
	{"shutdown", "type 'quit'"},
	{"sizes", "type 'size 64:7,594:4,1518:1'"},
	{"status", "type 'port' or 'stats'"},
	{"stp", "type 'stop'"},
	{"str", "type 'start'"},
	{"stream", NO_STREAMS},
	{"streams", NO_STREAMS},
	{"tcp", NO_HEADERS},
	{"tcpdump", "type 'capture 1 FILE', or '.capture' in the client"},
	{"terminal", SETTINGS},
	{"theme", "type 'color on' or 'color off'"},
	{"top", "type 'stats live'"},
	{"tos", NO_HEADERS},
	{"transmit", "type 'start', or 'start 0 count 100'"},
	{"tui", "type 'stats live'"},
	{"tx", "type 'mode 0 tx', then 'start'"},
	{"udp", "type 'src udp PORT' or 'dst udp PORT'"},
	{"upload", "in the client '.upload FILE'; 'put' is for programs"},
	{"update", "type 'rate': it counts at once, also while ports send"},
	{"uptime",
	 "'stats live' shows it; so does 'ukpktgen list' on the host"},
	{"vlan", NO_TAGS},
	{"vxlan", NO_HEADERS},
	{"wr", "type 'save FILE'"},
	{"write", "type 'save FILE'"},
	{"xstats", "type 'stats'"},
	{NULL, NULL},
};
