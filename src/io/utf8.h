/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * utf8.h: is it text?
 */
#ifndef SABIN_IO_UTF8_H
#define SABIN_IO_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length in bytes (1 .. 4) of the well-formed UTF-8 character at text[0 .. n - 1] and its code
 * point; 0 when there is none (Unicode 15, table 3-7: no overlong forms, no surrogates). */
size_t sabin_utf8_decode(const char *text, size_t n, uint32_t *code);

/* Of a text that was cut, as by snprintf(): away with the beginning of a character at its end. */
void sabin_utf8_trim(char *text);

/* Control characters (C0, DEL, and C1 in its UTF-8 form C2 80 .. C2 9F), which a terminal would obey, become
 * `instead`, C1 two of it. */
void sabin_utf8_disarm(char *text, char instead);

/* A copy in which every byte that belongs to no character is U+FFFD; NULL without memory. */
char *sabin_utf8_clean(const char *text);

#endif
