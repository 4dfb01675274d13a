/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/order.c: what to do first: repair, move, treat, correct.
 */
#include "cli/topics/topics.h"

const struct sabin_topic sabin_topic_order = {
    .name = "order",
    .summary = "what to do first: repair, move, treat, correct",
    .text =
        "Each step makes the next one smaller, and none can stand in for the one before.\n"
        "\n"
        "- Repair: polarity, swapped channels, a dead driver, a wrong delay, hum, a\n"
        "  rattle. It costs nothing, and without it the rest makes no sense.\n"
        "- Move: a seat in a null, a loudspeaker at a distance from the wall behind it\n"
        "  that cancels a bass note, a subwoofer in the wrong corner. Half a metre can\n"
        "  do what no equaliser can.\n"
        "- Treat: reflections less than 10 dB below the direct sound within its first\n"
        "  15 ms, flutter, bass that rings. 100 mm of mineral wool on a wall takes\n"
        "  nine tenths of the sound at 500 Hz, four tenths at 125 Hz, next to nothing\n"
        "  at 40 Hz: bass takes depth, or resonators.\n"
        "- Correct: what is left below 300 Hz, less and less of it up to 500 Hz, and\n"
        "  broad tone above (see correction).\n"
        "- Leave: what differs from place to place, or what nobody hears.\n"
        "\n"
        "After each step measure again (see before-after): what was true before it may\n"
        "not be any more.\n"
        "\n"
        "'sabin advise' says of each thing it finds to which of these it belongs, with\n"
        "the evidence, with what it should bring, and with how sure it is. Its list is\n"
        "by benefit for effort, what is worth most first, the equaliser last: choose\n"
        "from it, and carry out what you chose in the order above. 'sabin place'\n"
        "searches places before anything is carried:\n"
        "    $ sabin advise before\n"
        "    sabin place studio.yaml\n"
        "    sabin place studio.yaml --fit before\n",
};
