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
#define TURN "type 'mode 1 reflect'"
#define ADDRESS "type 'address 0 10.0.0.2/24'"
#define GATEWAY "type 'address 0 10.0.0.2/24 gateway 10.0.0.1'"
#define FORGET "type 'neighbour clear'"
#define LLDP "type 'lldp 0 on', then 'lldp'"
#define LEARN "type 'ping 10.0.0.1', then 'neighbour'"
#define FORWARD "type 'mode 0 forward 1'"
#define LINK "type 'impair 0 delay 10ms', then 'mode 0 impair 1'"
#define NEIGHBOURS "type 'neighbour'"
#define SETTINGS "settings are commands: 'rate 0 10kpps', 'size 0 64'"
#define LEAVE                                                                \
	"Ctrl-] leaves it running, in a client 'exit' alone; 'quit' powers " \
	"off"
#define LOSS "type 'signature on', then 'order' or 'stats 0.all'"
#define PORTS_ARE "a port is its number, as in 'start 0'"
#define RATES "type 'rate 10kpps' or 'rate 500mbps'"
#define STREAM_STATS "type 'signature on', then 'stats 0.all'"
#define ALWAYS "every command can be typed at any time"
#define ONE                                                                \
	"one console at a time; 'ukpktgen console --watch' looks on from " \
	"others"

#define OFF                                                            \
	"type 'impair 0 loss 0%', 'set 0 udp.src auto', 'rate 0 max' " \
	"or 'mode 0 off'"

#define CORES "type 'cores', or 'cores 0 1' to have core 1 step port 0"

const struct cmd_hint app_hints[] = {
	{"--force", "type 'stop' first"},
	{"--port --ports --rx --tx -p", PORTS_ARE},
	{"--sync", "type 'start 0,1 --together'"},
	{"-a", "all ports are meant where none is named"},
	{"-c -n", "type 'count 3'"},
	{"-d -t", "a time is 'for 10s'"},
	{"-f", "a file is named alone, as in 'run FILE'"},
	{"-i", "type 'every 100ms'"},
	{"-m", "type 'rate 10kpps' first"},
	{"-s", "a size is 'size 128'"},
	{"5tswap macswap reflect mode:echo mode:loopback", TURN},
	{"?", "'help' lists the commands"},
	{"acquire release", ONE},
	{"affinity corelist cpu cpus lcore taskset", CORES},
	{"arp ndp neigh ip:n ip:neigh", NEIGHBOURS},
	{"arping ndisc6 neighbour:add neighbour:ask", LEARN},
	{"b2b back-to-back rfc9004", "type 'rfc2544 back-to-back'"},
	{"bitrate bps mult pps", RATES},
	{"bridge", "type 'mode 0-1 forward learn'"},
	{"bye disconnect exit logout", LEAVE},
	{"clear clr reset:stats reset:counters", "type 'stats clear'"},
	{"cls", "the key Ctrl-L clears the screen"},
	{"conf configure terminal", SETTINGS},
	{"config", "type 'show config', or a setting such as 'rate'"},
	{"connect", "type 'ukpktgen console --name NAME' on the host"},
	{"copy", "type 'stream 0.2 add from 0.1'"},
	{"count frames packets", "type 'start 0 count 1000'"},
	{"delay", "type 'sleep TIME', 'after 0.1 TIME', 'rate' or 'gap'"},
	{"dhclient dhcp", "type 'address 0 dhcp'"},
	{"disable", "type 'mode 0 off'"},
	{"do en end", ALWAYS},
	{"dport", "type 'dst udp 5000'"},
	{"dump", "type 'show config' or 'stats'"},
	{"duration", "type 'start for 10s'"},
	{"emu", "type 'address', 'join' or 'lldp'"},
	{"enable", "type 'mode 0 tx', or 'signature on'"},
	{"events notices", "notices appear by themselves"},
	{"export wr write", "type 'save FILE'"},
	{"flow", "type 'src ip 10.0.0.0/24': its addresses are flows"},
	{"flow_stats pgid", STREAM_STATS},
	{"forward fwd l2fwd", FORWARD},
	{"frameloss", "type 'rfc2544 loss'"},
	{"garp ifconfig l3 address:add address:set address:netmask", ADDRESS},
	{"gateway", "type 'dst mac via 10.0.0.1'"},
	{"go str traffic", "type 'start'"},
	{"history", "the keys Up and Ctrl-R find earlier lines"},
	{"icmp", HEADERS},
	{"icmpecho", "type 'address 0 10.0.0.2/24': it answers"},
	{"igmp", "type 'join 0 239.1.1.1'"},
	{"imix", "type 'size imix'"},
	{"info", "type 'version', 'port' or 'stats'"},
	{"ip", "type 'address 0 10.0.0.2/24', or 'src ip 10.0.0.1' for frames"},
	{"jitter latency_stats", LATENCY},
	{"json", "type 'stats --json', and so with what shows something"},
	{"l2", "type 'dst mac MAC'"},
	{"link ethtool ip:link mtu", "type 'port' for the state of links"},
	{"list", "type 'ls', 'port' or 'jobs'"},
	{"log", "files run by 'run' and replies are all there is"},
	{"loss lost", LOSS},
	{"lua", "command files do it: type 'help run'"},
	{"mac", "type 'src mac MAC' or 'dst mac MAC'"},
	{"mld", "type 'join 0 ff3e::1'"},
	{"mlrsearch", "type 'search ndr pdr'"},
	{"mon monitor screen top tui", "type 'stats live'"},
	{"mpls", TAGS},
	{"ndr", "type 'search ndr'"},
	{"netem tc qdisc", LINK},
	{"netstat", "type 'stats', or 'neighbour'"},
	{"no off", OFF},
	{"page", "type 'stats live', or 'port'"},
	{"pattern", "type 'payload': 'help payload' lists what there is"},
	{"pcap push", REPLAY},
	{"pdr", "type 'search pdr'"},
	{"pdump trace", "type 'capture 1 FILE'"},
	{"pkt", "type 'show frame 0' to see one, 'headers' to choose"},
	{"plan", "type 'start --dry-run'"},
	{"portattr ports", "type 'port'"},
	{"poweroff shutdown", "type 'quit'"},
	{"profile script", "type 'run FILE'"},
	{"qinq", "type 'headers eth/svlan/vlan/ipv4/udp'"},
	{"random", "type 'set ipv4.src random 10.0.0.0/8'"},
	{"range", "type 'set udp.src 1000-1999', or 'src ip 10.0.0.0/24'"},
	{"repetitions", "type 'rfc2544 throughput repeat 3'"},
	{"report",
	 "'results' lists them; 'ukpktgen report' on the host makes a page"},
	{"resolution",
	 "type 'rfc2544 throughput width 1%' or 'search width 1% ndr'"},
	{"rfc2889", "docs/dut.md has it: dut-addresses.sh"},
	{"rfc6201", "type 'rfc2544 reset'"},
	{"route ip:r ip:route address:via address:gw", GATEWAY},
	{"router", "type 'mode 0-1 forward route'"},
	{"rst", "type 'reset'"},
	{"send transmit", "type 'start', or 'start 0 count 100'"},
	{"seq", STREAMS},
	{"server_info", "type 'version'"},
	{"sizes", "type 'size 64:7,594:4,1518:1'"},
	{"slaac", "type 'address 0 auto'"},
	{"speed", "type 'rate 10kpps', or 'linkspeed 10gbps'"},
	{"sport", "type 'src udp 5000'"},
	{"statistics", "type 'stats'"},
	{"status", "type 'port' or 'stats'"},
	{"stp", "type 'stop'"},
	{"streams", "type 'stream'"},
	{"tcpdump", "type 'capture 1 FILE', or '.capture' in the client"},
	{"test", "type 'rfc2544 throughput --plan', or 'search'"},
	{"theme", "type 'color on' or 'color off'"},
	{"throughput", "type 'search ndr', or 'rfc2544 throughput'"},
	{"tolerance", "type 'rfc2544 throughput loss 0.1%' or 'search 0.1%'"},
	{"tos", "type 'dscp ef', or 'set ipv4.ecn 1'"},
	{"tx", "type 'mode 0 tx', then 'start'"},
	{"txburst", "type 'burst 32'"},
	{"type", "type 'proto ipv6'"},
	{"udp", "type 'src udp PORT' or 'dst udp PORT'"},
	{"update", "type 'rate': it counts at once, also while ports send"},
	{"upload", "in the client '.upload FILE'; 'put' is for programs"},
	{"uptime",
	 "'stats live' shows it; so does 'ukpktgen list' on the host"},
	{"vlanid", "type 'vlan 5'"},
	{"vxlan", "type 'headers eth/ipv4/udp/vxlan/eth/ipv4/udp size 128'"},
	{"wait_on_traffic", "type 'wait idle'"},
	{"xstats", "type 'stats balance' or 'stats kinds'"},
	{"address:del address:delete address:remove address:flush",
	 "type 'address 0 off', or 'address 0 10.0.0.2/24 off'"},
	{"cdp lldpcli lldp:enable lldp:neighbors lldp:rx lldp:tx", LLDP},
	{"download", "type '.download NAME' in the client"},
	{"impair:bandwidth", "type 'impair 0 rate 10mbps'"},
	{"impair:clear impair:none impair:off impair:reset reset:impair",
	 "each is set to nothing: 'impair 0 loss 0% delay 0s'"},
	{"impair:corrupt impair:ecn impair:slot",
	 "no link changes frames or counts them: 'help impair'"},
	{"impair:drop", "type 'impair 0 loss 1%'"},
	{"impair:gap", "type 'impair 0 reorder 25%'"},
	{"impair:latency", "type 'impair 0 delay 10ms'"},
	{"impair:limit", "type 'impair 0 queue 10', beside a 'rate'"},
	{"join:leave leave", "type 'join 0 239.1.1.1 off'"},
	{"kv:load kv:put memcached", "type 'kv file FILE'"},
	{"mode:memcached mode:server", "type 'mode 0 kv'"},
	{"neighbour:del neighbour:delete neighbour:flush", FORGET},
	{"ping:-4 ping:-6", "the address says which: 'ping 2001:db8::1'"},
	{"ping:-I", PORTS_ARE},
	{"ping:-f ping:flood ping:interval", "type 'every 1ms'"},
	{"ping:-t ping:forever", "type 'count 1000'"},
	{"reset:address reset:all reset:port reset:rate reset:stream",
	 "type 'reset' alone"},
	{NULL, NULL},
};
