/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/trust.c: how to read uncertainty, dashes, stars and verdicts.
 */
#include "cli/topics/topics.h"

const struct sabin_topic sabin_topic_trust = {
    .name = "trust",
    .summary = "how to read uncertainty, dashes, stars and verdicts",
    .text =
        "Every number comes with how far it can be believed.\n"
        "\n"
        "- The verdict on a recording: 'good', or not to be trusted because it clipped,\n"
        "  lost samples, or holds a burst of noise or no signal. Such a one is taken\n"
        "  again by itself; if it stays, find the cause before you read its numbers.\n"
        "- A dash: not valid; the reason stands below the table.\n"
        "- ± in a table covers 95 % (twice the standard uncertainty); 'plus_minus' in\n"
        "  JSON and CSV is once. In a decay time it holds the scatter that any single\n"
        "  decay has (ISO 3382-2, annex A), noise, and what neighbouring bands leak.\n"
        "- A star: valid, but the decay does not stand as far above the noise as ISO\n"
        "  3382 asks for. A longer sweep removes it.\n"
        "- 'repeatability' in JSON: what a second measurement at the same place would\n"
        "  show, which is less. Before and after are held against this one.\n"
        "- 'noticeable': one would hear it (a just noticeable difference).\n"
        "  'significant': it is more than chance. Either can be without the other.\n"
        "\n"
        "What ± does not hold: a wrong calibration file, a microphone that is not where\n"
        "the room file says, and places where none stood. A number for the whole room\n"
        "takes several places.\n"
        "\n"
        "Charts say it in the same way: a curve is thin and grey, or shaded, where it\n"
        "cannot be relied on.\n"
        "\n"
        "With all reasons, with all numbers, and held against a standard (status 1\n"
        "where it is missed):\n"
        "    $ sabin analyze before --only bands\n"
        "    $ sabin analyze before --only bands --json\n"
        "    sabin analyze before --require ebu-3276\n",
};
