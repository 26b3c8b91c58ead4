# SPDX-License-Identifier: BSD-3-Clause
# For `ukpktgen plot`: csv, output, ports and the terminal are set. A row is of
# time, span, port, then what each counter grew by; in a gap there is none.
set datafile separator ","
if (strlen(output)) set output output
set key outside right top
set xlabel "seconds since boot"
set yrange [0:1<*]
set format y "%.1s%c"
rate(of, port, n) = of == port ? n : NaN
set multiplot layout 3,1
set title "frames per second"
plot for [p in ports] csv skip 1 using 1:(rate($3, p + 0, $4 / $2)) with lines title "tx ".p, \
	for [p in ports] csv skip 1 using 1:(rate($3, p + 0, $6 / $2)) with lines title "rx ".p
set title "bits per second on layer 2"
plot for [p in ports] csv skip 1 using 1:(rate($3, p + 0, $5 * 8 / $2)) with lines title "tx ".p, \
	for [p in ports] csv skip 1 using 1:(rate($3, p + 0, $7 * 8 / $2)) with lines title "rx ".p
set title "frames per second that were not sent or not received"
plot for [p in ports] csv skip 1 using 1:(rate($3, p + 0, ($8 + $9) / $2)) with lines title "tx ".p, \
	for [p in ports] csv skip 1 using 1:(rate($3, p + 0, ($10 + $11) / $2)) with lines title "rx ".p
unset multiplot
