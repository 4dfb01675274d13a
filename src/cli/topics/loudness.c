/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/loudness.c: how loud to measure, and what not to risk.
 */
#include "cli/topics/topics.h"

const struct sabin_topic sabin_topic_loudness = {
    .name = "loudness",
    .summary = "how loud to measure, and what not to risk",
    .text =
        "Not loud: a sweep collects the energy of seconds, so it needs less level than\n"
        "music. What counts is how far it stands above the noise of the room.\n"
        "\n"
        "- Begin low. 'sabin level' plays pink noise at -30 dBFS and takes two seconds\n"
        "  to get there; 'sabin measure' begins with silence. Ctrl-C fades out.\n"
        "- Turn the amplifier up until the noise is as loud as lively speech to music,\n"
        "  65 to 80 dB SPL at the microphone, and set the microphone's gain until the\n"
        "  meter says 'good'. Then leave every knob alone.\n"
        "- Ask for silence before you ask for level: ventilation off, windows shut.\n"
        "  Then take a longer sweep (see test-signal), and only then more level.\n"
        "\n"
        "What can be harmed:\n"
        "- Ears. 80 and 85 dB(A) over eight hours are where employers in Europe have\n"
        "  to act (2003/10/EC); each 3 dB more halves the time. Who stays for many\n"
        "  sweeps wears ear plugs. Never play a sweep into headphones that are worn.\n"
        "- Tweeters. The last octaves of the sweep are theirs alone. A peak of\n"
        "  -20 dBFS is harmless at the volume one listens at; -6 dBFS with the volume\n"
        "  all up may not be.\n"
        "- Woofers, below what they are made for. Begin the sweep of a small one\n"
        "  higher: 'from_hz' in the room file.\n"
        "\n"
        "Nothing is ever played louder than --max-level, -6 dBFS unless you say\n"
        "otherwise; a sweep that would be is refused. A recording that clipped is not\n"
        "trusted: turn the input down, or the sweep.\n"
        "\n"
        "Listen before the first sweep; what it looks like, a simulated room shows:\n"
        "    sabin level studio.yaml\n"
        "    $ sabin level rooms/control-room.yaml --simulate --duration 1s\n",
};
