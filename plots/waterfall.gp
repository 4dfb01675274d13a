# SPDX-License-Identifier: GPL-3.0-or-later
# Decay of the low frequencies: a map that hangs down from the response, contours every 10 dB.
#     gnuplot waterfall.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'waterfall'
PANELS = '120 330'; GAP = 16; RM = 80; LM = 70
load here(ARG0).'theme.gp'
# the x column is log10(f): 'image' needs an even grid
LTICS = "('20' 1.30103,'30' 1.47712,'40' 1.60206,'50' 1.69897,'60' 1.77815,'80' 1.90309,'100' 2,'150' 2.17609,'200' 2.30103,'300' 2.47712)"
set contour base; set cntrparam levels discrete -10,-20,-30,-40; unset surface
set table $contours
splot dat('waterfall.dat') using 1:2:3
unset table
set surface; unset contour
set multiplot
set xrange [log10(N('from_hz')):log10(N('to_hz'))]
eval 'set xtics '.LTICS; set format x ''
set xtics textcolor rgb bg
set yrange [N('slice_bottom_db'):2]; set ytics 20
yt = 'Level, dB re maximum'; eval YTITLE
S = dat('waterfall_slices.dat')
plot S using 1:2 with filledcurves y=N('slice_bottom_db') fc rgb alpha(c1,0.12), \
     S using 1:4 with lines lc rgb alpha(c1,0.55) lw lw_thin, S using 1:3 with lines lc rgb alpha(c1,0.75) lw lw_thin, \
     S using 1:2 with lines lc rgb c1 lw lw_main
eval PAGE_DONE; panel = 2; eval PANEL; unset label 910
set xtics textcolor rgb muted
xt = 'Frequency, Hz'; eval XTITLE
span = N('span_ms')
set yrange [span:0]; set ytics 100 format '%g ms'
set cbrange [N('bottom_db'):0]; eval COLOURS
n = I('ridges')
# names stand on a ground of their own: the map may be as dark as they are
set style textbox 1 opaque margins 0.6,0.4 fc rgb bg noborder
do for [i=1:n] {
  x_ = N(K('ridge',i))
  hz_ = T(K('ridge_hz',i)); s_ = T(K('ridge_s',i)); up_ = span*0.1*N(K('ridge_row',i))
  end_ = up_ > 0 ? span*0.985-up_ : span
  set arrow 20+i from x_,0 to x_,end_ nohead front lc rgb alpha(over,0.8) lw lw_second dt 3
  set label 20+i s_ at x_,span*0.915-up_ left front boxed bs 1 offset 0.8,0 font F_small textcolor rgb over
  set label 40+i hz_ at x_,span*0.96-up_ left front boxed bs 1 offset 0.8,0 font F_bold textcolor rgb over
}
plot dat('waterfall.dat') using 1:2:3 with image, \
     $contours using 1:2 with lines lc rgb alpha(over,0.45) lw lw_thin
unset multiplot
