/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hear.h: what a capture stream records: the world's sound through the scene, late by the card's
 * latency, on the capture's own clock, with noise, hum, clipping and faults.
 *
 * Everything is a function of the frame's absolute place in the world, so that the samples are the
 * same bits whatever the sizes in which they are asked for.
 *
 * With a latency of 0 frame n of the capture holds the response to what is played up to and
 * including frame n.  A skewed capture clock needs SABIN_SINC_HALF frames of sound on either side
 * of a sample, so its latency is never less than that.
 */
#ifndef SABIN_ROOMCARD_HEAR_H
#define SABIN_ROOMCARD_HEAR_H

#include "io/roomfile.h"
#include "roomcard/scene.h"
#include "roomcard/world.h"

struct sabin_hear;

/* Frames of latency at a rate. */
int64_t sabin_hear_latency(const struct sabin_simulation *simulation, unsigned rate_hz);

/* The first frame after a fault's moment in the world: what it counts from is the first sound of
 * the run, or of the take when it strikes always.  -1: not given or not known yet. */
int64_t sabin_hear_fault_at(const struct sabin_simulated_fault *fault,
                            const struct sabin_world_view *view, unsigned rate_hz);

/* kept_frames: how many frames back the stream may be asked for again.  Scene, simulation and world
 * must outlive it.  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_hear_new(const struct sabin_scene *scene,
                                         const struct sabin_simulation *simulation,
                                         unsigned rate_hz, size_t kept_frames,
                                         struct sabin_world *world, struct sabin_hear **out);
void sabin_hear_free(struct sabin_hear *hear);

/* The stream's frame 0 is captured at the world's frame `base`. */
void sabin_hear_start(struct sabin_hear *hear, int64_t base);

/* Frames that the stream has captured by the world's time of `view`. */
int64_t sabin_hear_captured(struct sabin_hear *hear, const struct sabin_world_view *view);

/* The latest time of the world at which the stream has captured no more than n frames. */
int64_t sabin_hear_time_of(struct sabin_hear *hear, const struct sabin_world_view *view, int64_t n);

/* Frames from n on, x[frames][inputs], valid until the next call: up to *frames (> 0) of them, and
 * *frames says how many.  They must have been captured and be at most kept_frames behind the last one
 * asked for. */
const double *sabin_hear_frames(struct sabin_hear *hear, int64_t n, size_t *frames);

#endif
