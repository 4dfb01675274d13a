/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part.c: the list of parts.
 */
#include "cli/part.h"

/* Each row stands in its part_*.c; those that others ask for are in part.h. */
extern const struct sabin_part sabin_part_sti, sabin_part_noise, sabin_part_distortion;

/* In the order in which they are printed. */
static const struct sabin_part *const parts[SABIN_PARTS_MAX + 1] = {
    &sabin_part_sti,         &sabin_part_noise, &sabin_part_distortion,
    &sabin_part_reflections, &sabin_part_modes,
};

const struct sabin_part *sabin_part_row(size_t i)
{
	return i < SABIN_PARTS_MAX ? parts[i] : NULL;
}
