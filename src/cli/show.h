/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * show.h: pieces that several commands print.
 */
#ifndef SABIN_CLI_SHOW_H
#define SABIN_CLI_SHOW_H

#include "cli/opt.h"
#include "cli/pairs.h"
#include "io/json.h"
#include "io/measurement.h"
#include "io/roomfile.h"

/* The document sabin.measurement/1 on standard output; with how pairs differ, where that is known. */
SABIN_MUST enum sabin_err sabin_show_measurement_json(const struct sabin_measurement *measurement,
                                                      const char *directory,
                                                      const struct sabin_pair_difference *pairs, size_t count);

/* The same for people.  all: how many responses a complete one would hold; 0: not known. */
void sabin_show_measurement(const struct sabin_measurement *measurement, const char *directory,
                            size_t all);

/* One response as talk, the at-th (from 1) of `count`; the first one brings the table's head. */
void sabin_show_verdict_line(const struct sabin_measured *response, size_t at, size_t count);

/* What a room file may mean but hardly does, as talk; also into *doubts. */
void sabin_show_doubts(const struct sabin_roomfile *room, struct sabin_doubts *doubts);

/* Q.value with decimals, "–" when it is not valid or not known; into text[size], returned. */
const char *sabin_show_value(struct sabin_quantity q, int decimals, char *text, size_t size);

/* The coverage factor k of every ± that people read: 95 %.  (JSON has standard uncertainties, k = 1.) */
#define SABIN_COVERS 2.0
/* What a text has behind ±: that, at least one of the last digit, since what is uncertain is not printed as sure. */
double sabin_show_expanded(double plus_minus, int decimals);

/* "125", "1k", "16k" into text[size], returned. */
const char *sabin_show_hz(double hz, char *text, size_t size);

/* The command line of this process, words separated by blanks; free() it. */
SABIN_MUST char *sabin_command_line(void);

/* Now, ISO 8601 with zone. */
void sabin_date_now(char *text, size_t size);

/* Print to the file `output`, which appears whole or not at all, or to standard output where it is NULL.
 * print() returns an exit status.  Returns that, or that of the output after a message. */
int sabin_show_to(const char *command, const char *output, bool force,
                  int (*print)(const void *context, FILE *stream), const void *context);

/* "no WHAT 'NAME' in PATH; there are 'a' and 'b'".  The names stand `stride` bytes apart, each told once.
 * Returns the exit status. */
int sabin_no_such(const char *command, const char *what, const char *name, const char *path,
                  const char *names, size_t count, size_t stride);

/* Do --speaker and --position name what the room file has?  Else an exit status after a message, or
 * -1. */
int sabin_check_names(const char *command, const struct sabin_list *speakers,
                      const struct sabin_list *positions, const struct sabin_roomfile *room);

/* Say that a measurement directory lacks responses, where it does. */
void sabin_tell_incomplete(const struct sabin_measurement *measurement);

/* chosen[measurement->response_count] gets the indices of the responses that --speaker and --position allow;
 * returns how many. */
size_t sabin_chosen(const struct sabin_measurement *measurement, const struct sabin_list *speakers,
                    const struct sabin_list *positions, size_t *chosen);

/* Open a measurement and choose responses by --speaker and --position: chosen[] (to be freed) has
 * their indices.  Returns an exit status after a message, or -1. */
int sabin_choose(const char *command, const char *path, const struct sabin_list *speakers,
                 const struct sabin_list *positions, struct sabin_measurement *measurement,
                 size_t **chosen, size_t *count);

#endif
