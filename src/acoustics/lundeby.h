/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lundeby.h: noise floor and late decay of a band, estimated.
 */
#ifndef SABIN_ACOUSTICS_LUNDEBY_H
#define SABIN_ACOUSTICS_LUNDEBY_H

#include "acoustics/decay.h"

/* First estimate, by Lundeby's iteration.  False when nothing decays into the noise.
 * end_s: where the energy stops being the response's. */
bool sabin_lundeby(const struct sabin_energy *energy, double bandwidth_hz, double end_s,
                   struct sabin_decay_model *model);

/* Better: the most likely model of everything later than 25 dB above the noise.  Keeps the model
 * where that does not lead to one that resembles it. */
void sabin_late_fit(const struct sabin_energy *energy, double bandwidth_hz, double end_s,
                    struct sabin_decay_model *model);

#endif
