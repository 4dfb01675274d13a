/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * apo.c: Equalizer APO's configuration (its "Configuration reference"): a section for each channel with
 * preamp, delay and filters; FIRs by "Convolution", which takes a file at the device's own rate only,
 * hence one section a rate.
 */
#include <math.h>
#include <strings.h>

#include "io/dialect/dialect.h"

/* Names of the program's channels by what speakers are commonly called; the rest are numbered. */
static const struct {
	const char *speaker, *channel;
} names[] = {
    {"left", "L"},      {"l", "L"},          {"fl", "L"},         {"front-left", "L"},
    {"right", "R"},     {"r", "R"},          {"fr", "R"},         {"front-right", "R"},
    {"centre", "C"},    {"center", "C"},     {"c", "C"},          {"fc", "C"},
    {"sub", "SUB"},     {"lfe", "SUB"},      {"subwoofer", "SUB"}, {"surround-left", "SL"},
    {"sl", "SL"},       {"surround-right", "SR"}, {"sr", "SR"},   {"rear-left", "RL"},
    {"rl", "RL"},       {"bl", "RL"},        {"rear-right", "RR"}, {"rr", "RR"},
    {"br", "RR"},
};

static void channel_name(const char *speaker, size_t index, char name[24])
{
	snprintf(name, 24, "%zu", index + 1);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(names[i].speaker, speaker) == 0)
			snprintf(name, 24, "%s", names[i].channel);
}

static void write_filters(FILE *stream, const struct sabin_correction_channel *c)
{
	static const char *const types[SABIN_BIQUAD_TYPES] = {"PK", "LSC", "HSC", "LPQ", "HPQ"};
	char hz[16], db[16], q[16];
	for (size_t i = 0; i < c->filter_count; i++) {
		const struct sabin_biquad *f = &c->filters[i];
		fprintf(stream, "Filter %zu: ON %s Fc %s Hz", i + 1, types[f->type],
		        sabin_dialect_hz(f->freq_hz, hz));
		if (f->type <= SABIN_HIGH_SHELF)
			fprintf(stream, " Gain %s dB", sabin_dialect_db(f->gain_db, db));
		fprintf(stream, " Q %s\n", sabin_dialect_q(f->q, q));
	}
}

/* One channel at one rate; the whole channel with its preamp is in the FIR where there is one. */
static void write_channel(FILE *stream, const struct sabin_correction_channel *c, size_t index,
                          size_t rate)
{
	char db[16], name[SABIN_CORRECTION_NAME + 16], channel[24];
	channel_name(c->speaker, index, channel);
	fprintf(stream, "# %s\nChannel: %s\n", c->speaker, channel);
	if (c->rates[rate].fir) {
		fprintf(stream, "Convolution: ..\\wav\\%s\n",
		        sabin_correction_wav_name(c->speaker, c->rates[rate].rate_hz, name));
		return;
	}
	fprintf(stream, "Preamp: %s dB\n", sabin_dialect_db(c->rates[rate].preamp_db, db));
	if (c->delay_s > 0)
		fprintf(stream, "Delay: %s ms\n", sabin_dialect_q(1000 * c->delay_s, db));
	if (c->polarity < 0)
		fprintf(stream, "Copy: %s=-1*%s\n", channel, channel);
	write_filters(stream, c);
}

/* The lowest preamp of all rates: filters are the same at each, and the program knows one rate only. */
static size_t safest(const struct sabin_correction_channel *c)
{
	size_t best = 0;
	for (size_t r = 1; r < c->rate_count; r++)
		if (c->rates[r].preamp_db < c->rates[best].preamp_db)
			best = r;
	return best;
}

static enum sabin_err write(const struct sabin_correction *correction, const char *folder,
                            struct sabin_diag *diag)
{
	struct sabin_dialect_text text;
	enum sabin_err err = sabin_dialect_begin(&text);
	const struct sabin_correction_channel *first = &correction->channels[0];
	const bool fir = first->rate_count > 0 && first->rates[0].fir;
	if (!err)
		fputs("# Equalizer APO: put this folder beside config.txt and add a line\n"
		      "#   Include: apo\\config.txt\nDevice: all\n",
		      text.stream);
	for (size_t r = 0; !err && r < (fir ? first->rate_count : 1); r++) {
		if (fir)
			fprintf(text.stream, "%s: sampleRate == %.0f\n", r ? "ElseIf" : "If",
			        first->rates[r].rate_hz);
		for (size_t i = 0; i < correction->channel_count; i++)
			write_channel(text.stream, &correction->channels[i], i,
			              fir ? r : safest(&correction->channels[i]));
	}
	if (!err && fir)
		fputs("EndIf:\n", text.stream);
	return sabin_dialect_finish(&text, err, folder, "config.txt", diag);
}

const struct sabin_dialect sabin_dialect_apo = {"apo", "Equalizer APO", write};
