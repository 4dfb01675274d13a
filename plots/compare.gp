# SPDX-License-Identifier: GPL-3.0-or-later
# Before and after, their difference, and where it is more than chance; of a series the differences from the
# first, one panel each.
#     gnuplot compare.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'compare'
GAP = 48
load here(ARG0).'theme.gp'
n = I('sets'); first = n == 1 ? 1 : 0
set multiplot
set xrange [N('from_hz'):N('to_hz')]
eval FAXIS
BLANK = "set xtics ('' 20,'' 50,'' 100,'' 200,'' 500,'' 1000,'' 2000,'' 5000,'' 10000,'' 20000, '' 30 1,'' 40 1,'' 60 1,'' 70 1,'' 80 1,'' 90 1,'' 300 1,'' 400 1,'' 600 1,'' 700 1,'' 800 1,'' 900 1,'' 3000 1,'' 4000 1,'' 6000 1,'' 7000 1,'' 8000 1,'' 9000 1)"
if (first) {
  eval BLANK
  set yrange [N('bottom_db'):N('top_db')]; set ytics 10; set mytics 2; set grid mytics
  yt = 'Level, dB'; eval YTITLE
  plot dat('compare_before.dat') using 1:2 with lines lc rgb c2 lw lw_second dt dd(2), \
       dat('compare_after.dat') using 1:2 with lines lc rgb c1 lw lw_main dt dd(1)
  eval PAGE_DONE
}
set yrange [N('foot_db'):N('half_db')]; set ytics 5; set mytics 1
do for [k=1:n] {
  panel = first + k; eval PANEL
  if (k == n) {
    eval FAXIS; xt = 'Frequency, Hz'; eval XTITLE
  } else {
    eval BLANK
  }
  yt = T(K('name',k)); eval YTITLE
  set label 913 T(K('found',k)) at screen sx(W-RM), screen ptop(panel) + real(YT)/H right noenhanced font F_small textcolor rgb muted
  D = dat(sprintf('compare_%d.dat', k))
  plot D using 1:5 with filledcurves y=0 fc rgb alpha(c4,0.40), \
       D using 1:6 with filledcurves y=0 fc rgb alpha(c3,0.45), \
       D using 1:3:4 with filledcurves fc rgb alpha(muted,0.28), \
       0 with lines lc rgb axis lw 1, \
       D using 1:2 with lines lc rgb ink lw lw_second, \
       dat(sprintf('compare_significant_%d.dat', k)) using 1:2 with lines lc rgb ink lw 4
  eval PAGE_DONE
}
unset multiplot
