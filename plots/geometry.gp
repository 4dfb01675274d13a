# SPDX-License-Identifier: GPL-3.0-or-later
# The room from above and from the side, to one scale, with the first reflections of one speaker.
#     gnuplot geometry.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'geometry'
GAP = 62
load here(ARG0).'theme.gp'
set grid xtics ytics lc rgb grid2 lw 0.8
set border 15 lc rgb ink lw 2.4; set tics scale 0
set xrange [0:N('length_m')]; set xtics N('step_m'); set ytics N('step_m')
n = I('ways'); boxes = I('boxes')
R = dat('geometry.dat'); B = dat('geometry_points.dat'); P = dat('geometry_panels.dat')
S = dat('geometry_speakers.dat'); L = dat('geometry_places.dat')
# the sixth colour is nearly that of the direct sound: the ceiling, from the side only, has the right wall's, dotted
CEILING(k) = I(K('way_ink',k)) == 6
INK(k) = C(CEILING(k) ? 4 : I(K('way_ink',k)))
DASH(k) = theme eq 'print' ? 2 + k%4 : CEILING(k) ? 3 : 1
set multiplot
set yrange [0:N('width_m')]
yt = 'Plan, m: front wall left, left wall below'; eval YTITLE
# names in the corner that fewest lines cross
do for [i=1:boxes] {
  set object 20+i rect from N(K('box_y0',i)),N(K('box_x0',i)) to N(K('box_y1',i)),N(K('box_x1',i)) \
    fc rgb (I(K('box_solid',i)) ? alpha(muted,0.22) : bg) fs solid border lc rgb faint lw 1 back
  set label 20+i T(K('box_name',i)) at N(K('box_y1',i)),N(K('box_x1',i)) right offset -0.5,-0.7 noenhanced font F_small textcolor rgb muted
}
# the table at the right: ways in the order of their arrival
tx = W-RM+26
set label 40 'After the direct sound' at screen sx(tx), sy(TM+4) left font F_bold textcolor rgb ink
set label 41 'ms' at screen sx(tx+122), sy(TM+27) right font F_small textcolor rgb muted
set label 42 'dB' at screen sx(tx+172), sy(TM+27) right font F_small textcolor rgb muted
set label 43 'null, Hz' at screen sx(tx+226), sy(TM+27) right font F_small textcolor rgb muted
do for [k=1:n] {
  y_ = sy(TM+28+21*k)
  set arrow 100+k from screen sx(tx),y_ to screen sx(tx+16),y_ nohead lc rgb INK(k) lw lw_main dt DASH(k)
  set label 100+k T(K('way_name',k)) at screen sx(tx+24),y_ left noenhanced font F_label textcolor rgb ink
  set label 120+k T(K('way_ms',k)) at screen sx(tx+122),y_ right noenhanced font F_label textcolor rgb ink
  set label 140+k T(K('way_db',k)) at screen sx(tx+172),y_ right noenhanced font (I(K('way_loud',k)) ? F_bold : F_label) textcolor rgb ink
  set label 160+k T(K('way_null',k)) at screen sx(tx+226),y_ right noenhanced font F_label textcolor rgb muted
}
# floor and ceiling lie under each other here: they are drawn from the side
PLAN(k) = I(K('way_ink',k)) <= 4
SIDE(k) = I(K('way_ink',k)) <= 2 || I(K('way_ink',k)) >= 5
plot P using ($7 <= 3 ? $1 : NaN):2:4:5 with vectors nohead lc rgb good lw 7, \
     for [k=1:n] R using ($1 == k && PLAN(k) ? $2 : NaN):3 with lines lc rgb INK(k) lw lw_second dt DASH(k), \
     R using ($1 == 0 ? $2 : NaN):3 with lines lc rgb ink lw lw_main, \
     for [k=1:n] B using ($1 == k && PLAN(k) ? $2 : NaN):3 with points pt 7 ps 0.8 lc rgb INK(k), \
     S using 1:2 with points pt 5 ps 1.9 lc rgb ink, \
     L using 1:2 with points pt 7 ps 1.5 lc rgb bg, L using 1:2 with points pt 6 ps 1.5 lc rgb ink lw 1.8
eval PAGE_DONE; panel = 2; eval PANEL
do for [k=40:43] { unset label k }
do for [k=1:n] { unset arrow 100+k; unset label 100+k; unset label 120+k; unset label 140+k; unset label 160+k }
do for [i=1:boxes] {
  set object 20+i rect from N(K('box_y0',i)),N(K('box_z0',i)) to N(K('box_y1',i)),N(K('box_z1',i)) \
    fc rgb (I(K('box_solid',i)) ? alpha(muted,0.22) : bg) fs solid border lc rgb faint lw 1 back
  set label 20+i T(K('box_name',i)) at N(K('box_y1',i)),N(K('box_z1',i)) right offset -0.5,-0.7 noenhanced font F_small textcolor rgb muted
}
set yrange [0:N('height_m')]
yt = 'From the side, m: front wall left'; eval YTITLE
plot P using ($7 <= 1 || $7 >= 4 ? $1 : NaN):3:4:6 with vectors nohead lc rgb good lw 7, \
     for [k=1:n] R using ($1 == k && SIDE(k) ? $2 : NaN):4 with lines lc rgb INK(k) lw lw_second dt DASH(k), \
     R using ($1 == 0 ? $2 : NaN):4 with lines lc rgb ink lw lw_main, \
     for [k=1:n] B using ($1 == k && SIDE(k) ? $2 : NaN):4 with points pt 7 ps 0.8 lc rgb INK(k), \
     S using 1:3 with points pt 5 ps 1.9 lc rgb ink, \
     L using 1:3 with points pt 7 ps 1.5 lc rgb bg, L using 1:3 with points pt 6 ps 1.5 lc rgb ink lw 1.8
unset multiplot
