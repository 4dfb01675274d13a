/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/timing.c: when times count: loopback cable, clocks, delays.
 */
#include "cli/topics/topics.h"

const struct sabin_topic sabin_topic_timing = {
    .name = "timing",
    .summary = "when times count: loopback cable, clocks, delays",
    .text =
        "A single response needs no clock: decay, level and reflections count from the\n"
        "arrival of its direct sound. Three things need a time zero in common: the\n"
        "distance of a loudspeaker, delays between loudspeakers, and how a subwoofer\n"
        "and the main loudspeakers add up.\n"
        "\n"
        "- Best, a loopback: one spare output cabled to one spare input, both named in\n"
        "  the room file ('audio.loopback'). Time zero is then the emission, right to\n"
        "  a fraction of a sample.\n"
        "- Without a cable, --reference-speaker: the timing chirps of all loudspeakers\n"
        "  come from one of them, and arrivals compare at each place.\n"
        "- Neither: time zero is the arrival. 'sabin eq' takes distances from the room\n"
        "  file, and 'sabin verify' says that delays were not checked.\n"
        "\n"
        "A USB microphone has a clock of its own. How fast it runs against the one\n"
        "that plays is measured by the chirps around each sweep, and taken out. One\n"
        "device that plays and records is better where there is a choice.\n"
        "\n"
        "A sound server between (PipeWire, PulseAudio) may convert the rate without a\n"
        "word. Where a name that begins with hw: works, take it.\n"
        "\n"
        "List the devices, test one with a single cable, then measure:\n"
        "    $ sabin devices\n"
        "    sabin devices --test --playback hw:CARD=USB\n"
        "    sabin measure studio.yaml --reference-speaker left -o before\n",
};
