/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/test_signal.c: how to choose length, level and number of sweeps.
 */
#include "cli/topics/topics.h"

const struct sabin_topic sabin_topic_test_signal = {
    .name = "test-signal",
    .summary = "how to choose length, level and number of sweeps",
    .text =
        "The test signal is an exponential sine sweep. What the loudspeaker distorts\n"
        "lands ahead of the response and not in it, and each octave takes equal time.\n"
        "\n"
        "- Length: each doubling gives 3 dB of signal over noise in every band. 10 s\n"
        "  is a good start; 20 to 30 s where a room is noisy, or where T30 after ISO\n"
        "  3382 is wanted, which asks for 45 dB of decay; 3 s to try things. After the\n"
        "  first response 'sabin measure' says which octaves fall short, and what a\n"
        "  longer sweep or more level would give.\n"
        "- Repeats: two show how far a single one strays, and find a noise that came in\n"
        "  between, such as a door. Each doubling gives 3 dB, too, but air moves\n"
        "  meanwhile: one long sweep is better than many short ones, and two of them\n"
        "  are better than one.\n"
        "- Range: 20 Hz to 22 kHz unless the loudspeaker cannot take it. What lies\n"
        "  outside is not known, and is marked as such.\n"
        "- Tail: longer than the room rings ('tail_s' of the room file).\n"
        "- Rate: that of the interface. 48 kHz reaches 20 kHz; more is seldom useful.\n"
        "\n"
        "Level comes last (see loudness). Whether it was enough stands below each\n"
        "table of 'sabin analyze', band by band, as 'range, dB'.\n"
        "\n"
        "Without a cable to the loudspeakers: write the signal, play it from anything,\n"
        "record it, and take the recording:\n"
        "    $ sabin sweep --length 20s -o sweep.wav\n"
        "    sabin deconvolve recording.wav --sweep sweep.wav -o there\n"
        "\n"
        "With one:\n"
        "    sabin measure studio.yaml --length 20s --repeats 2 -o before\n",
};
