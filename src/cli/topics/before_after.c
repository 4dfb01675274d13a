/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/before_after.c: how to measure so that before and after compare.
 */
#include "cli/topics/topics.h"

const struct sabin_topic sabin_topic_before_after = {
    .name = "before-after",
    .summary = "how to measure so that before and after compare",
    .text =
        "A comparison is as good as what stayed the same.\n"
        "\n"
        "- The microphone at the same places, as high, and pointing the same way.\n"
        "  'sabin compare' allows for 5 mm; where it is worse, say so: --moved 20.\n"
        "- The same names of loudspeakers and places, the same calibration, and the\n"
        "  same room file but for what was changed.\n"
        "- The same gains. One that was turned is found by the direct sound and taken\n"
        "  out, but then levels prove nothing.\n"
        "- Two repeats or more, so that it is known how far a measurement strays.\n"
        "- One change at a time, if you want to know which one did it.\n"
        "- Doors, curtains, chairs, people, and the temperature: 5 degrees more move\n"
        "  every mode up by almost 1 %.\n"
        "\n"
        "Measure twice before anything is changed. 'sabin compare' of these two should\n"
        "find nothing significant; what it does find is what your procedure does.\n"
        "\n"
        "For each quantity it tells the change, how uncertain that is, whether one would\n"
        "hear it, and whether it is more than chance among all that was looked at\n"
        "(Holm's correction, 5 %). That nothing is significant does not say that\n"
        "nothing changed, but that this measurement cannot show it.\n"
        "\n"
        "Keep the first measurement: a folder of plain files, which nobody can measure\n"
        "again:\n"
        "    $ sabin compare before after\n"
        "    $ sabin plot before after --kind compare -o compare.png\n"
        "    $ sabin report after --before before -o report.html\n",
};
