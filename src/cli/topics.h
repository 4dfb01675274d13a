/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics.h: what `sabin help TOPIC` tells, one row each; the row stands in its own file in topics/.
 *
 * The same text makes sabin-topics(7).  It is printed as it stands, so its lines are at most 78 bytes long; three forms mean
 * something to the manual:
 *   "- " begins an item, whose further lines are indented by two blanks;
 *   "    $ sabin ..." is a command that runs wherever the sample rooms, a measurement `before`, one of the same room
 *       `after` and a correction `correction` are at hand;
 *   "    sabin ..." is one that needs a sound card or a room of one's own.
 * An empty line ends a paragraph, a list, or a display.  `sabin-level(1)` becomes a reference.
 */
#ifndef SABIN_CLI_TOPICS_H
#define SABIN_CLI_TOPICS_H

#include <stddef.h>
#include <stdio.h>

struct sabin_topic {
	const char *name, *summary; /* as of a command */
	const char *text;           /* ends with a newline */
};

/* Topic i in the order in which they are listed; NULL past the end. */
const struct sabin_topic *sabin_topic_row(size_t i);
const struct sabin_topic *sabin_topic_find(const char *name);

/* What `sabin help topics` and `sabin help TOPIC` print. */
void sabin_topics_list(FILE *out);
void sabin_topic_write(const struct sabin_topic *topic, FILE *out);

/* sabin-topics(7) in mdoc(7). */
void sabin_topics_write_manual(FILE *out);

#endif
