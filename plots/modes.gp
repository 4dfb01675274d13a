# SPDX-License-Identifier: GPL-3.0-or-later
# Modes: where they stand in a response, and how long they ring; predicted ones in a row for each kind.
#     gnuplot modes.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'modes'
PANELS = '180 260'; GAP = 36
load here(ARG0).'theme.gp'
set multiplot
set logscale x; set xrange [N('from_hz'):N('to_hz')]
set xtics ('20' 20,'30' 30,'40' 40,'50' 50,'60' 60,'80' 80,'100' 100,'150' 150,'200' 200,'300' 300,'400' 400,'500' 500,'700' 700,'1k' 1000)
set yrange [N('bottom_db'):N('top_db')]; set ytics N('step_db')
set xtics textcolor rgb bg
yt = 'Level, dB re maximum'; eval YTITLE
predicted = I('predicted')
M = dat('modes.dat')
plot M using 1:(N('bottom_db')):(0):7 with vectors nohead lc rgb alpha(c1,0.35) lw lw_thin, \
     dat('modes_response.dat') using 1:2 with lines lc rgb ink lw lw_main
eval PAGE_DONE; panel = 2; eval PANEL; unset label 910
set xtics textcolor rgb muted
xt = 'Frequency, Hz'; eval XTITLE
n = I('names')
do for [k=1:n] { set label 40+k T(K('name',k)) at graph N(K('name_x',k)), graph N(K('name_y',k)) center font F_small textcolor rgb ink }
if (predicted) {
  set yrange [0:N('rows')]
  set ytics (T('row_1') N('row_at_1'), T('row_2') N('row_at_2'), T('row_3') N('row_at_3'))
  unset grid; set grid xtics lc rgb grid2 lw 0.8
  plot for [k=1:3] M using ($4 == k ? $1 : NaN):2:(0):3 with vectors nohead lc rgb alpha(C(k), k == 3 ? 0.6 : 0.95) lw (k == 1 ? 3 : k == 2 ? 2 : 1.2)
} else {
  set yrange [0:N('top_s')]; set ytics N('step_s')
  yt = 'T60, s'; eval YTITLE
  plot dat('modes_audible.dat') using 1:2 with lines lc rgb faint lw lw_second dt 2, \
       M using 1:6 with points pt 6 ps 0.7 lc rgb faint lw 1.2, \
       for [k=1:4] M using ($8 == k ? $1 : NaN):3:(0):($4-$3) with vectors nohead lc rgb (k == 4 ? ink : C(k)) lw lw_second, \
       for [k=1:4] M using ($8 == k ? $1 : NaN):2 with points pt MARK(4, k) ps 0.9 lc rgb (k == 4 ? ink : C(k))
}
unset multiplot
