# SPDX-License-Identifier: BSD-3-Clause
# Draws docs/performance-*.svg from what bench/report writes into DATA.
# gnuplot -e "DATA='build/plots'; DOCS='docs'" bench/plots.gp
set terminal svg size 640,360 font "sans-serif,12" background "white"
set style line 1 lc rgb "#1b6ca8" lw 2 pt 7 ps 0.6
set style line 2 lc rgb "#d1495b" lw 2 pt 5 ps 0.6
set style line 3 lc rgb "#66a182" lw 2 pt 9 ps 0.6
set style line 4 lc rgb "#8d96a3" lw 2 pt 11 ps 0.6
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set key top right
set ylabel "Mpps"
set yrange [0:*]
file(name) = DATA."/".name.".dat"
draw(name) = sprintf("%s/performance-%s.svg", DOCS, name)
have(name) = int(system("test -s ".file(name)."; echo $?")) == 0

# Columns of all: label or x, median, least, most.
set logscale x 2
set xlabel "bytes of a frame, FCS included"
set xtics (64, 128, 256, 512, "1024 " 1024, "  1518" 1518, 9018)
set xrange [56:10240]
if (have("send-size-split")) {
	set output draw("size")
	plot file("send-size-split") using 1:2:3:4 with yerrorlines ls 1 \
			title "send, split", \
		file("send-size-packed") using 1:2:3:4 with yerrorlines ls 2 \
			title "send, packed", \
		file("receive-size-split") using 1:2:3:4 with yerrorlines ls 3 \
			title "receive, split", \
		file("reflect-size-split") using 1:2:3:4 with yerrorlines ls 4 \
			title "reflect, split"
	set output draw("bits")
	set ylabel "Gbit/s on layer 1"
	set key top left
	plot file("send-size-split") using 1:($2*8e-3*($1+20)) \
			with linespoints ls 1 title "send, split", \
		file("send-size-packed") using 1:($2*8e-3*($1+20)) \
			with linespoints ls 2 title "send, packed", \
		file("receive-size-split") using 1:($2*8e-3*($1+20)) \
			with linespoints ls 3 title "receive, split", \
		file("reflect-size-split") using 1:($2*8e-3*($1+20)) \
			with linespoints ls 4 title "reflect, split"
	set ylabel "Mpps"
}
if (have("send-burst-split")) {
	set output draw("burst")
	set key top left
	set xlabel "frames of a burst"
	set xtics (1, 4, 16, 64, 256)
	set xrange [0.9:300]
	plot file("send-burst-split") using 1:2:3:4 with yerrorlines ls 1 \
			title "send 64 bytes, split", \
		file("send-burst-packed") using 1:2:3:4 with yerrorlines ls 2 \
			title "packed"
}
unset logscale x
unset xlabel
set xrange [*:*]
set key top right
set style data histograms
set style histogram errorbars gap 1 lw 1
set style fill solid 0.8 noborder
set xtics autofreq rotate by -20 font ",10"
if (have("dpdk")) {
	set output draw("dpdk")
	# Columns: case, then median, least and most of DPDK's and of ours.
	plot file("dpdk") using 2:3:4:xtic(1) ls 4 title "DPDK's virtio\\_user", \
		"" using 5:6:7 ls 1 title "ukpktgen"
}
if (have("send-content-split") && have("send-content-packed")) {
	set output draw("content")
	plot file("send-content-split") using 2:3:4:xtic(1) ls 1 \
			title "split", \
		file("send-content-packed") using 2:3:4 ls 2 title "packed"
}
