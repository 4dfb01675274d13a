/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics/topics.h: the rows of the topics.
 */
#ifndef SABIN_CLI_TOPICS_TOPICS_H
#define SABIN_CLI_TOPICS_TOPICS_H

#include "cli/topics.h"

extern const struct sabin_topic sabin_topic_microphone, sabin_topic_loudness, sabin_topic_test_signal, sabin_topic_timing,
    sabin_topic_small_room, sabin_topic_trust, sabin_topic_order, sabin_topic_correction, sabin_topic_before_after;

#endif
