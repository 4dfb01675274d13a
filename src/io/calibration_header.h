/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration_header.h: what the lines say that hold no figures of a calibration file.
 */
#ifndef SABIN_IO_CALIBRATION_HEADER_H
#define SABIN_IO_CALIBRATION_HEADER_H

#include "io/calibration.h"

/* Take in one header or comment line; what an earlier line said stays. */
void sabin_calibration_header(struct sabin_calibration *calibration, const char *line);

/* After the last line: model and angle, also from the file's name and its number of columns. */
void sabin_calibration_identify(struct sabin_calibration *calibration, const char *path);

/* Remember something odd (printf style). */
void sabin_calibration_note(struct sabin_calibration *calibration, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
