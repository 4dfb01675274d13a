# SPDX-License-Identifier: GPL-3.0-or-later
# The first 30 ms: impulse response, and energy-time curve with its strongest reflections numbered.
#     gnuplot impulse.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'impulse'
PANELS = '150 320'; GAP = 50; RM = 226; TM = 100
load here(ARG0).'theme.gp'
set multiplot
set xrange [N('from_ms'):N('to_ms')]; set xtics 5 format ''; set mxtics 5
set yrange [-100:100]; set ytics 50
yt = 'Amplitude, all frequencies, % of peak'; eval YTITLE
plot dat('impulse.dat') using 1:2 with lines lc rgb c1 lw lw_second
eval PAGE_DONE; panel = 2; eval PANEL
set xtics 5 format '%g'; xt = 'Time after the direct sound, ms'; eval XTITLE
set yrange [N('bottom_db'):N('top_db')]; set ytics 10
yt = 'Energy–time curve, '.T('band').', dB re direct sound'; eval YTITLE
if (I('heard')) {
  set object 10 rect from N('limit_from_ms'),N('limit_db') to N('limit_to_ms'),N('top_db') fc rgb alpha(bad,0.09) fs solid noborder behind
  set label 1 T('limit') at N('limit_to_ms')+0.3, graph 0.965 left font F_small textcolor rgb bad
  set arrow 1 from N('limit_from_ms'),N('limit_db') to N('limit_to_ms'),N('limit_db') nohead lc rgb bad lw lw_thin dt 3
} else {
  set label 1 'no direct sound here that levels could refer to' at graph 0.5,0.5 center font F_label textcolor rgb muted
}
n = I('peaks')
if (n > 0) {
  tx = W-RM+28; ty = TM+above(2)
  set label 40 'Strongest reflections' at screen sx(tx), sy(ty+6) left font F_bold textcolor rgb ink
  set label 41 'ms' at screen sx(tx+62), sy(ty+30) right font F_small textcolor rgb muted
  set label 42 'dB' at screen sx(tx+108), sy(ty+30) right font F_small textcolor rgb muted
  set label 43 'path, m' at screen sx(tx+160), sy(ty+30) right font F_small textcolor rgb muted
}
pitch = I('named') ? 36 : 22
do for [k=1:n] {
  yy = sy(ty+52+pitch*(k-1)); cc = I(K('strong',k)) ? bad : ink
  ms = T(K('ms',k)); db = T(K('db',k)); path = T(K('m',k)); from = T(K('from',k))
  set label 50+k sprintf('%d', k) at screen sx(tx), yy left font F_bold textcolor rgb cc
  set label 60+k ms at screen sx(tx+62), yy right font F_label textcolor rgb cc
  set label 70+k db at screen sx(tx+108), yy right font F_label textcolor rgb cc
  if (I('named')) { set label 90+k from at screen sx(tx), sy(ty+66+pitch*(k-1)) left font F_small textcolor rgb muted }
  set label 80+k path at screen sx(tx+160), yy right font F_label textcolor rgb cc
}
P = dat('impulse_peaks.dat')
plot dat('impulse_etc.dat') using 1:2 with filledcurves y=N('bottom_db') fc rgb alpha(c1,0.10), \
     '' using 1:2 with lines lc rgb c1 lw lw_second, \
     P using 1:2:(0):4 with vectors nohead lc rgb faint lw lw_thin, \
     P using 1:5 with points pt 7 ps 0.8 lc rgb ink, \
     P using 1:6 with points pt 7 ps 0.8 lc rgb bad, \
     P using 1:3:(sprintf('%d',$0+1)) with labels font F_bold textcolor rgb ink
unset multiplot
