/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * device.h: what PCMs there are.
 */
#ifndef SABIN_AUDIO_DEVICE_H
#define SABIN_AUDIO_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"

/* What one direction of a PCM offers.  present = false: it has none. */
struct sabin_device_side {
	bool present, busy, usable;
	unsigned rate_min_hz, rate_max_hz, channels_min, channels_max;
	unsigned rates_hz[16]; /* the usual ones it accepts */
	size_t rate_count;
	char formats[64]; /* "S32_LE S16_LE" */
	char why[96];     /* not usable: the reason, of alsa-lib or its plugin */
};

enum sabin_device_kind { SABIN_DEVICE_HARDWARE, SABIN_DEVICE_PLUGIN, SABIN_DEVICE_SERVER };

struct sabin_device {
	char name[256], description[256];
	enum sabin_device_kind kind;
	const char *microphone; /* model of a known measurement microphone, or NULL */
	char *calibration;      /* its calibration file, found in this folder or the user's own; or NULL */
	struct sabin_device_side playback, capture;
};

const char *sabin_device_kind_name(enum sabin_device_kind kind);

/* All hardware by its stable name (hw:CARD=...,DEV=...), then the named PCMs of the configuration.
 * Free with sabin_devices_free().  No device at all is not an error. */
SABIN_MUST enum sabin_err sabin_devices_list(struct sabin_device **out, size_t *count);
void sabin_devices_free(struct sabin_device *devices, size_t count);

#endif
