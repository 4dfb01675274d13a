# SPDX-License-Identifier: GPL-3.0-or-later
# Correction: before, target, predicted, achieved, and the filter below at the same scale; what is left alone is
# shaded and says why.  Of a FIR the impulse and the step response.  What was achieved is a broad pale line under the
# prediction: where they agree both are seen.
#     gnuplot correction.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'correction'
GAP = 44
load here(ARG0).'theme.gp'
D = dat('correction.dat')
BLANK = "set xtics ('' 20,'' 50,'' 100,'' 200,'' 500,'' 1000,'' 2000,'' 5000,'' 10000,'' 20000, '' 30 1,'' 40 1,'' 60 1,'' 70 1,'' 80 1,'' 90 1,'' 300 1,'' 400 1,'' 600 1,'' 700 1,'' 800 1,'' 900 1,'' 3000 1,'' 4000 1,'' 6000 1,'' 7000 1,'' 8000 1,'' 9000 1)"
n = I('regions')
set multiplot
eval FAXIS; eval BLANK
set xrange [N('from_hz'):N('to_hz')]
do for [i=1:n] {
  set object 9+i rect from first N(K('from',i)), graph 0 to first N(K('to',i)), graph 1 fc rgb shade fs solid noborder behind
  if (I(K('upright',i))) {
    set label 9+i T(K('why',i)) at first N(K('middle',i)), graph 0.97 right rotate by 90 noenhanced font F_small textcolor rgb muted
  } else {
    set label 9+i T(K('why',i)) at first N(K('middle',i)), graph 0.96 center noenhanced font F_small textcolor rgb muted
  }
}
set yrange [N('bottom_db'):N('top_db')]; set ytics 10; set mytics 2; set grid mytics
yt = 'Level, dB'; eval YTITLE
plot D using 1:3 with lines lc rgb ink lw lw_second dt DT(2, 7), \
     D using 1:2 with lines lc rgb c2 lw lw_second dt dd(2), \
     D using 1:6 with lines lc rgb alpha(c4,0.4) lw 3*lw_main, \
     D using 1:5 with lines lc rgb c1 lw lw_main dt dd(1)
eval PAGE_DONE; panel = 2; eval PANEL
do for [i=1:n] { unset label 9+i }
eval FAXIS; xt = 'Frequency, Hz'; eval XTITLE
set yrange [N('filter_low_db'):N('filter_high_db')]; set ytics 5; set mytics 1
yt = 'Correction, dB'; eval YTITLE
plot D using 1:4 with filledcurves y=0 fc rgb alpha(c3,0.22), \
     0 with lines lc rgb axis lw 1, \
     D using 1:4 with lines lc rgb c3 lw lw_main dt dd(3)
if (I('impulse')) {
  eval PAGE_DONE; panel = 4; eval PANEL
  do for [i=1:n] { unset object 9+i }
  unset logscale x
  set xrange [N('before_ms'):N('after_ms')]; set xtics 5; set mxtics 5; set format x '%g'
  unset label 911
  set yrange [N('floor_db'):0]; set ytics 20; set mytics 2
  yt = 'Impulse response, dB re its peak'; eval YTITLE
  set format x ''
  plot dat('correction_impulse.dat') using 1:2 with lines lc rgb c3 lw lw_second
  eval PAGE_DONE; panel = 5; eval PANEL
  set format x '%g'; xt = 'Time from the peak, ms'; eval XTITLE
  set yrange [-110:110]; set ytics 50; set mytics 2
  yt = 'Step response, % of maximum'; eval YTITLE
  plot 0 with lines lc rgb axis lw 1, \
       dat('correction_impulse.dat') using 1:3 with lines lc rgb c3 lw lw_second
}
unset multiplot
