# SPDX-License-Identifier: GPL-3.0-or-later
# The placement score over the floor: bright is good; where nobody can sit the floor is hatched.
#     gnuplot placement.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'placement'
load here(ARG0).'theme.gp'
# cividis of Nunez, Anderton and Renslow, reversed: even to every colour vision and in grey
set palette defined (0 '#FFEA46', 1 '#E1CC55', 2 '#C4B56C', 3 '#A69D75', 4 '#8A8779', 5 '#707173', 6 '#575C6D', 7 '#39486B', 8 '#00336F', 9 '#00204D')
set contour base; set cntrparam levels discrete N('level_1'),N('level_2'),N('level_3'),N('level_4'); unset surface
set table $contours
splot dat('placement.dat') using 1:2:3
unset table
set surface; unset contour
unset grid; set border 15 lc rgb ink lw 2.4; set tics scale 0
set xrange [0:N('length_m')]; set yrange [0:N('width_m')]
set xtics N('step_m'); set ytics N('step_m')
yt = 'Plan, m: front wall left, left wall below'; eval YTITLE
set cbrange [N('low'):N('high')]; set cbtics N('step') scale 0 textcolor rgb muted
set colorbox user origin screen sx(W-RM+24), pbot(1) size screen sx(14), ptop(1)-pbot(1) noborder
set label 912 'Score' at screen sx(W-RM+24), ptop(1)+14./H left font F_axis textcolor rgb muted
set object 10 rect from 0,0 to N('length_m'),N('width_m') fc rgb axis fs transparent pattern 4 noborder behind
boxes = I('boxes')
set style textbox opaque noborder fillcolor rgb '#FFFFFF' margins 0.6,0.6
do for [i=1:boxes] {
  # white over dark: seen on the map's every colour, and on the hatched floor
  set object 20+i rect from N(K('box_y0',i)),N(K('box_x0',i)) to N(K('box_y1',i)),N(K('box_x1',i)) fs empty border lc rgb '#202830' lw 3 front
  set object 40+i rect from N(K('box_y0',i)),N(K('box_x0',i)) to N(K('box_y1',i)),N(K('box_x1',i)) fs empty border lc rgb '#FFFFFF' lw 1.4 front
  set label 20+i T(K('box_name',i)) at (N(K('box_y0',i))+N(K('box_y1',i)))/2,(N(K('box_x0',i))+N(K('box_x1',i)))/2 center noenhanced font F_small textcolor rgb '#202830' front boxed
}
best = I('has_best')
set label 50 T('now') at N('now_y'),N('now_x') center offset 0,-1.6 noenhanced font F_bold textcolor rgb '#000000' front boxed
if (best) { set label 51 T('best') at N('best_y'),N('best_x') center offset 0,1.6 noenhanced font F_bold textcolor rgb '#000000' front boxed }
S = dat('placement_speakers.dat')
set print $points
print N('now_y'), N('now_x')
print best ? N('best_y') : -1e6, best ? N('best_x') : -1e6
unset print
plot dat('placement.dat') using 1:2:3 with image, \
     $contours using 1:2 with lines lc rgb alpha('#000000',0.45) lw lw_thin, \
     S using 1:2 with points pt 5 ps 2.2 lc rgb '#FFFFFF', S using 1:2 with points pt 5 ps 1.6 lc rgb '#000000', \
     $points every ::1::1 using 1:2 with points pt 7 ps 2.3 lc rgb '#FFFFFF', $points every ::1::1 using 1:2 with points pt 7 ps 1.7 lc rgb '#D55E00', \
     $points every ::0::0 using 1:2 with points pt 7 ps 2.1 lc rgb '#FFFFFF', $points every ::0::0 using 1:2 with points pt 6 ps 1.9 lc rgb '#000000' lw 2
