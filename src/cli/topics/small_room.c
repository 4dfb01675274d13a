/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/small_room.c: what T30 means in a small room.
 */
#include "cli/topics/topics.h"

const struct sabin_topic sabin_topic_small_room = {
    .name = "small-room",
    .summary = "what T30 means in a small room",
    .text =
        "Reverberation time is made for rooms full of overlapping modes, in which sound\n"
        "decays alike everywhere. T20 and T30 are the time of a decay by 60 dB at the\n"
        "slope it has from -5 to -25 and from -5 to -35 dB.\n"
        "\n"
        "That holds above the Schroeder frequency, 2000 sqrt(T/V) Hz with T in s and V\n"
        "in cubic metres: 179 Hz for 0.4 s in 50 cubic metres. Below it\n"
        "- each band holds a few modes, each with a decay of its own. T30 of the 63 Hz\n"
        "  octave is a mixture of them that differs from place to place; the modes\n"
        "  themselves say more;\n"
        "- curves bend. A sagging one is told as two slopes: the first is heard while\n"
        "  the music goes on, the second when it stops;\n"
        "- the uncertainty is large, and would be with a perfect microphone. More\n"
        "  places help; more level does not.\n"
        "\n"
        "Above it T30 is right, and still not all: what is heard in a room of this size\n"
        "is the direct sound and the reflections of the first 20 ms. Read those, and\n"
        "EDT, beside it.\n"
        "\n"
        "What to aim for: EBU Tech 3276 has 0.25 s times the cube root of V / 100 for\n"
        "control rooms, within 0.2 to 0.4 s, and even from 200 Hz to 4 kHz within\n"
        "0.05 s. Absorbers change it. An equaliser does not.\n"
        "\n"
        "The table, then the modes below the Schroeder frequency:\n"
        "    $ sabin analyze before --position mix\n"
        "    $ sabin analyze before --position mix --only modes\n"
        "    $ sabin plot before --kind waterfall --speaker left -o charts\n",
};
