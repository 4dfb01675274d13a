/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/correction.c: what a correction can and cannot do.
 */
#include "cli/topics/topics.h"

const struct sabin_topic sabin_topic_correction = {
    .name = "correction",
    .summary = "what a correction can and cannot do",
    .text =
        "A correction is a filter ahead of the loudspeaker. What it does, it does for\n"
        "every place in the room, and to everything that is played.\n"
        "\n"
        "It can\n"
        "- take down a peak in the bass. Where the peak is a mode that rings, the\n"
        "  filter that fits takes down the ringing, too: quieter, not shorter;\n"
        "- bring two loudspeakers to one level, one tone and one time of arrival;\n"
        "- give the whole a tone (--target), and join a subwoofer.\n"
        "\n"
        "It cannot\n"
        "- fill a null. There direct sound and reflection cancel, and both of them\n"
        "  louder still cancel; it costs headroom, and booms elsewhere;\n"
        "- remove a reflection, or shorten the decay of a mode or the reverberation;\n"
        "- be right between places. Higher up a response changes within a hand's\n"
        "  breadth, so above 300 Hz less and less is corrected, above 500 Hz only\n"
        "  broad tone;\n"
        "- make a loudspeaker reach lower than it does.\n"
        "\n"
        "The decay time of a band in the bass may change all the same, and 'sabin\n"
        "compare' tells it: EDT, T20 and T30 are slopes of all that sounds in the band.\n"
        "Where the mode that ruled it is quieter, they are those of the others, which\n"
        "may be shorter or longer. The mode itself rings as long as before.\n"
        "\n"
        "So a good correction leaves much alone. 'sabin eq' says what and why, boosts\n"
        "no more than --max-boost (3 dB unless you say otherwise), and tells the gain to\n"
        "put before it so that nothing clips. What it predicts can be tested: measure\n"
        "through it, or with your own equaliser on. Mistakes in loading it (twice,\n"
        "swapped, for the wrong rate) are named.\n"
        "\n"
        "Design one, look at it, and hold it against a measurement made through it:\n"
        "    $ sabin eq before -o another\n"
        "    $ sabin plot correction --kind correction -o charts\n"
        "    sabin measure studio.yaml --through correction -o after\n"
        "    $ sabin verify correction after\n",
};
