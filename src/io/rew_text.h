/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rew_text.h: impulse responses that Room EQ Wizard exports as text.
 */
#ifndef SABIN_IO_REW_TEXT_H
#define SABIN_IO_REW_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"
#include "io/wav.h"

/* Does the file begin as such a text does? */
bool sabin_is_rew_text(const char *path);

/* One channel, fractions of full scale (a normalised export is undone).  *zero_index is the sample
 * of time zero where the export was timed by a loopback, else -1.  Release with
 * sabin_wav_release(). SABIN_EIO, SABIN_EFORMAT (with line and column), SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_rew_text_read(const char *path, struct sabin_wav *out,
                                              long long *zero_index, struct sabin_diag *diag);

#endif
