/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * microphone.h: which measurement microphone stands behind a sound card, and its calibration file.
 */
#ifndef SABIN_AUDIO_MICROPHONE_H
#define SABIN_AUDIO_MICROPHONE_H

#include "io/calibration.h"

struct sabin_card_identity {
	enum sabin_microphone_model model; /* SABIN_MICROPHONE_UNKNOWN: none that is known */
	double gain_db;  /* of its input, where its name says it ("Gain: 18dB"), or NAN */
	char serial[32]; /* of the USB device, or empty */
};

/* From what ALSA calls the card and its USB identity, "2752:0007" or "". */
void sabin_card_recognise(const char *name, const char *usb_id, struct sabin_card_identity *out);

/* The card behind a PCM such as "hw:CARD=U18dB,DEV=0" or "plughw:1"; all unknown for other PCMs. */
void sabin_card_identify(const char *pcm, struct sabin_card_identity *out);

/* The calibration file of that microphone in `folder` (NULL: none) or in the user's configuration
 * folder ($XDG_CONFIG_HOME/sabin, ~/.config/sabin): the one with its serial number or, where exactly
 * one file there is for its model, that.  A new path to be freed; NULL: none found. */
SABIN_MUST char *sabin_card_calibration(const struct sabin_card_identity *card, const char *folder);

#endif
