/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measures.h: the quantities that requirements are about.
 */
#ifndef SABIN_ADVICE_MEASURES_H
#define SABIN_ADVICE_MEASURES_H

#include <sabin/standards.h>

/* Fill in `measured` and `where`; where it cannot be known, it is not valid, and `why` says why (static).  SABIN_ENOMEM. */
enum sabin_err advice_measure(const struct sabin_advice_scene *scene, const struct sabin_requirement *requirement,
                              struct sabin_judgement *out);

#endif
