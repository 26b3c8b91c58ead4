/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What people type who come from Pktgen-DPDK, TRex, testpmd, vtysh or a shell,
 * and what helps them: docs/coming-from.md says more.
 */
#include "app/app.h"

#define HEADERS "'headers' chooses them: 'headers eth/ipv4/icmp'"
#define TAGS "'headers' has them: 'headers eth/mpls/ipv4/udp'"
#define REPLAY "type 'play FILE'"
#define LATENCY "type 'signature on', then 'latency'"
#define STREAMS "type 'stream 0.1 add', then 'rate 0.1 1kpps'"
#define NEIGHBOURS "type 'neighbour'"
#define SETTINGS "settings are commands: 'rate 0 10kpps', 'size 0 64'"
#define LEAVE                                                                \
	"Ctrl-] leaves it running, in a client 'exit' alone; 'quit' powers " \
	"off"
#define LOSS "type 'signature on', then 'order' or 'stats 0.all'"
#define ALWAYS "every command can be typed at any time"
#define ONE                                                                \
	"one console at a time; 'ukpktgen console --watch' looks on from " \
	"others"

const struct cmd_hint app_hints[] = {
	{"?", "'help' lists the commands"},
	{"acquire", ONE},
	{"arp", NEIGHBOURS},
	{"bye", LEAVE},
	{"clear", "type 'stats clear'"},
	{"clr", "type 'stats clear'"},
	{"cls", "the key Ctrl-L clears the screen"},
	{"conf", SETTINGS},
	{"config", "type 'show config', or a setting such as 'rate'"},
	{"configure", SETTINGS},
	{"connect", "type 'ukpktgen console --name NAME' on the host"},
	{"count", "type 'start 0 count 1000'"},
	{"delay", "type 'sleep TIME', 'after 0.1 TIME', 'rate' or 'gap'"},
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
	{"fwd", "type 'mode 0 forward 1'"},
	{"gateway", "type 'dst mac via 10.0.0.1'"},
	{"go", "type 'start'"},
	{"history", "the keys Up and Ctrl-R find earlier lines"},
	{"icmp", HEADERS},
	{"ifconfig", "type 'address 0 10.0.0.2/24'"},
	{"imix", "type 'size imix'"},
	{"info", "type 'version', 'port' or 'stats'"},
	{"jitter", LATENCY},
	{"link", "type 'port' for the state of links"},
	{"list", "type 'ls', 'port' or 'jobs'"},
	{"log", "files run by 'run' and replies are all there is"},
	{"logout", LEAVE},
	{"loss", LOSS},
	{"lost", LOSS},
	{"lua", "command files do it: type 'help run'"},
	{"mac", "type 'src mac MAC' or 'dst mac MAC'"},
	{"monitor", "type 'stats live'"},
	{"mpls", TAGS},
	{"ndp", NEIGHBOURS},
	{"ndr", "type 'search ndr'"},
	{"packets", "type 'start 0 count 1000'"},
	{"page", "type 'stats live', or 'port'"},
	{"pcap", REPLAY},
	{"pdump", "type 'capture 1 FILE'"},
	{"pkt", "type 'show frame 0' to see one, 'headers' to choose"},
	{"portattr", "type 'port'"},
	{"ports", "type 'port'"},
	{"poweroff", "type 'quit'"},
	{"push", REPLAY},
	{"qinq", "type 'headers eth/svlan/vlan/ipv4/udp'"},
	{"random", "type 'set ipv4.src random 10.0.0.0/8'"},
	{"range", "type 'set udp.src 1000-1999', or 'src ip 10.0.0.0/24'"},
	{"release", ONE},
	{"route", "type 'address 0 10.0.0.2/24 gateway 10.0.0.1'"},
	{"rst", "type 'reset'"},
	{"screen", "type 'stats live'"},
	{"script", "type 'run FILE'"},
	{"send", "type 'start', or 'start 0 count 100'"},
	{"seq", STREAMS},
	{"service", ALWAYS},
	{"shutdown", "type 'quit'"},
	{"sizes", "type 'size 64:7,594:4,1518:1'"},
	{"status", "type 'port' or 'stats'"},
	{"stp", "type 'stop'"},
	{"str", "type 'start'"},
	{"streams", "type 'stream'"},
	{"tcpdump", "type 'capture 1 FILE', or '.capture' in the client"},
	{"terminal", SETTINGS},
	{"theme", "type 'color on' or 'color off'"},
	{"top", "type 'stats live'"},
	{"tos", "type 'dscp 46', or 'set ipv4.ecn 1'"},
	{"transmit", "type 'start', or 'start 0 count 100'"},
	{"tui", "type 'stats live'"},
	{"tx", "type 'mode 0 tx', then 'start'"},
	{"udp", "type 'src udp PORT' or 'dst udp PORT'"},
	{"upload", "in the client '.upload FILE'; 'put' is for programs"},
	{"update", "type 'rate': it counts at once, also while ports send"},
	{"uptime",
	 "'stats live' shows it; so does 'ukpktgen list' on the host"},
	{"vxlan", "type 'headers eth/ipv4/udp/vxlan/eth/ipv4/udp size 128'"},
	{"wr", "type 'save FILE'"},
	{"write", "type 'save FILE'"},
	{"xstats", "type 'stats balance' or 'stats kinds'"},
	{NULL, NULL},
};
