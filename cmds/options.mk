# The commands that an option of Config.uk leaves out; all others, and with an
# option all of its, are in the image. What only they call, the linker drops.
cmds-$(CONFIG_APPUKPKTGEN_FILES) += cat chunk df get ls put rm
cmds-$(CONFIG_APPUKPKTGEN_CAPTURE) += capture
cmds-$(CONFIG_APPUKPKTGEN_CHANNEL) += channel
cmds-$(CONFIG_APPUKPKTGEN_PLAY) += play
cmds-$(CONFIG_APPUKPKTGEN_SEARCH) += ramp results rfc2544 search service soak sweep y1564
cmds-$(CONFIG_APPUKPKTGEN_TRAILS) += calibrate classify clock latency order selftest track verdict
cmds-$(CONFIG_APPUKPKTGEN_JOBS) += cancel echo expect jobs lease repeat run sleep wait
cmds-$(CONFIG_APPUKPKTGEN_CONFIG) += load reset save show
cmds-$(CONFIG_APPUKPKTGEN_HEADERS) += dscp dst headers linkspeed payload proto seed set signature src tcp ttl vary vlan
cmds-$(CONFIG_APPUKPKTGEN_STREAMS) += after limit loop pause resume stream weight
cmds-$(CONFIG_APPUKPKTGEN_TUNING) += burst cores debt gap onfull queues shape strategy
cmds-$(CONFIG_APPUKPKTGEN_FORWARD) += impair
cmds-$(CONFIG_APPUKPKTGEN_KV) += kv
cmds-$(CONFIG_APPUKPKTGEN_BENCH) += bench
cmds-$(CONFIG_APPUKPKTGEN_ADDRESSES) += address neighbour ping
cmds-$(CONFIG_APPUKPKTGEN_LAB) += cfm join learn lldp refuse
cmds-$(CONFIG_APPUKPKTGEN_COMPLETE) += complete
cmds-$(CONFIG_APPUKPKTGEN_LIVE) += color

# Of these command files, the ones that are built.
cmds-built = $(filter-out $(foreach c,$(cmds-) $(cmds-n),%/$(c).c),$(1))
