/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * predict.h: the impulse response that a room file predicts from a speaker to a position, as 'sabin
 * simulate' writes it.
 */
#ifndef SABIN_CLI_PREDICT_H
#define SABIN_CLI_PREDICT_H

#include "io/measurement.h"

enum sabin_predict_method { SABIN_PREDICT_IMAGES, SABIN_PREDICT_MODES, SABIN_PREDICT_HYBRID };

struct sabin_predict_options {
	enum sabin_predict_method method;
	double length_s; /* NAN: until the slowest decay has fallen by 60 dB, within reason, then faded out */
	double rate_hz;
	bool air;
};

/* h[frames], which is to be freed, of speaker s at position p; and what is known of it without a file,
 * into *r.  SABIN_EFORMAT: it cannot be simulated, with the reason; SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_predict(const struct sabin_roomfile *room, size_t s, size_t p,
                                        const struct sabin_predict_options *options, double **h,
                                        size_t *frames, struct sabin_measured *r,
                                        struct sabin_diag *diag);

#endif
