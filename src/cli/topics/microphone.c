/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/microphone.c: how to place a microphone.
 */
#include "cli/topics/topics.h"

const struct sabin_topic sabin_topic_microphone = {
    .name = "microphone",
    .summary = "how to place a microphone",
    .text =
        "Take an omnidirectional measurement microphone and the calibration file of\n"
        "its own serial number. Named in the room file, its curve is subtracted from\n"
        "every response. Of two files, the one for 0 degrees is for a microphone that\n"
        "points at the loudspeaker, the one for 90 degrees for one that points at the\n"
        "ceiling; up is right when loudspeakers in several directions are compared.\n"
        "\n"
        "Where:\n"
        "- For a listening place: where the middle of the head will be, at the height\n"
        "  of the ears, nobody in the chair, its back lower than the microphone.\n"
        "- For the reverberation of a room (ISO 3382-2): 1 m or more from any surface,\n"
        "  2 m between places, and not near the loudspeaker. A small room has no such\n"
        "  places; 'sabin analyze' says what those you have are good for.\n"
        "- On a stand with a boom. A hand, a table, a laptop beside it reflect, and\n"
        "  show as ripples above 1 kHz.\n"
        "- With nothing and nobody between loudspeaker and microphone. People and\n"
        "  doors stay as they are until the measurement is over.\n"
        "\n"
        "How exactly: measure its place from the walls with a tape, and write it into\n"
        "the room file to the centimetre; reflections are matched to surfaces by it.\n"
        "To find a place again, mark stand and floor: a quarter of a wave is 86 mm at\n"
        "1 kHz, 9 mm at 10 kHz.\n"
        "\n"
        "How many: one place tells of one place. For a correction measure the seat and\n"
        "two or more places within half a metre of it; what they have in common can be\n"
        "corrected. For reverberation six combinations of loudspeaker and place, two\n"
        "of each at least, are what the engineering grade of ISO 3382-2 asks for.\n"
        "\n"
        "See what the planned places would hear, then set the level there:\n"
        "    $ sabin room rooms/control-room.yaml\n"
        "    sabin level studio.yaml --position mix\n",
};
