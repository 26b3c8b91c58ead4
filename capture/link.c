/* SPDX-License-Identifier: BSD-3-Clause */
/* Link types by name: https://www.tcpdump.org/linktypes.html */
#include <stdio.h>

#include "capture/read.h"

static const struct {
	uint16_t link;
	const char *name;
} links[] = {
	{0, "BSD loopback"},
	{1, "Ethernet"},
	{3, "AX.25"},
	{6, "Token Ring"},
	{7, "ARCNET"},
	{8, "SLIP"},
	{9, "PPP"},
	{10, "FDDI"},
	{50, "PPP with HDLC framing"},
	{51, "PPPoE"},
	{100, "LLC/SNAP ATM"},
	{101, "raw IP"},
	{104, "Cisco HDLC"},
	{105, "802.11"},
	{107, "Frame Relay"},
	{108, "OpenBSD loopback"},
	{113, "Linux cooked v1"},
	{117, "OpenBSD pflog"},
	{119, "802.11 with Prism header"},
	{122, "IP over Fibre Channel"},
	{123, "SunATM"},
	{127, "802.11 with radiotap header"},
	{129, "ARCNET Linux"},
	{130, "Juniper MLPPP"},
	{138, "Apple IP over IEEE 1394"},
	{139, "MTP2 with pseudo-header"},
	{140, "MTP2"},
	{141, "MTP3"},
	{143, "DOCSIS"},
	{147, "user 0"},
	{163, "802.11 with AVS header"},
	{166, "PPP with direction"},
	{177, "LAPD"},
	{178, "Juniper Ethernet"},
	{187, "Bluetooth HCI"},
	{189, "USB"},
	{192, "PPI"},
	{195, "802.15.4 with FCS"},
	{201, "Bluetooth HCI with direction"},
	{220, "USB Linux mmapped"},
	{228, "raw IPv4"},
	{229, "raw IPv6"},
	{230, "802.15.4 without FCS"},
	{239, "NFLOG"},
	{240, "netANALYZER"},
	{242, "IP over InfiniBand"},
	{249, "USBPcap"},
	{251, "Bluetooth LE"},
	{253, "Linux netlink"},
	{276, "Linux cooked v2"},
};

const char *capture_link_name(unsigned link)
{
	for (unsigned i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].link == link)
			return links[i].name;
	return NULL;
}

void capture_print_fit(const struct capture_record *record, char *buf,
		       size_t size)
{
	const char *name = capture_link_name(record->link);
	const unsigned long long number = record->number, at = record->at;

	switch (capture_fit(record)) {
	case CAPTURE_LINK:
		snprintf(buf, size,
			 "record %llu, byte %llu: link type %u (%s) is not "
			 "Ethernet",
			 number, at, record->link, name ? name : "unknown");
		break;
	case CAPTURE_CUT:
		snprintf(buf, size,
			 "record %llu, byte %llu: cut to %u of %u bytes",
			 number, at, (unsigned)record->len,
			 (unsigned)record->orig_len);
		break;
	default:
		snprintf(buf, size, "record %llu, byte %llu", number, at);
	}
}
