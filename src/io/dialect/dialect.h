/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dialect.h: the forms in which equalisers take a correction.  A dialect is one row and one file; all
 * are written from, and read into, the same model.
 *
 * A writer makes files in memory.  A reader follows the program's grammar, not our writer, and refuses
 * what it does not understand, because what it passed over would sound different.
 */
#ifndef SABIN_IO_DIALECT_H
#define SABIN_IO_DIALECT_H

#include <stdio.h>

#include "io/dialect/setting.h"

/* What a dialect can say.  What it cannot say of the sections, the FIRs or the curves stands in the way;
 * the rest is told. */
enum {
	SABIN_CARRY_PREAMP = 1 << 0,
	SABIN_CARRY_DELAY = 1 << 1,
	SABIN_CARRY_POLARITY = 1 << 2,
	SABIN_CARRY_FIR = 1 << 3,   /* impulse responses, and so everything */
	SABIN_CARRY_RAW = 1 << 4,   /* coefficients */
	SABIN_CARRY_CURVE = 1 << 5, /* as it is */
	SABIN_CARRY_OTHER = 1 << 6, /* passes, notches, all-passes */
	SABIN_CARRY_PASSES = 1 << 7, /* low and high pass only of these */
};

struct sabin_dialect_file {
	char *name, *bytes;
	size_t length;
};

struct sabin_dialect_files {
	size_t count;
	struct sabin_dialect_file *file;
};

struct sabin_dialect_source {
	const char *path; /* for messages, for the names of channels, and for files beside it */
	char *text;       /* may be written into */
	size_t length;    /* of text, which a NUL follows */
	double rate_hz;   /* of what says no rate; 0: not known */
	bool alone;       /* no other file is opened */
	struct sabin_diag *diag;
};

/* Of filters and the gain before them; high_hz 0: none but those of sabin_section_possible(). */
struct sabin_dialect_limits {
	double low_hz, high_hz, gain_db, q, preamp_db;
};

struct sabin_dialect {
	const char *name;    /* of --dialect and of the folder */
	const char *program; /* what reads it */
	const char *next;    /* what to do with it, one line: "%s" is the folder */
	const char *ends[3]; /* of the names of its files, for telling them apart */
	unsigned carries;
	size_t most;     /* sections of a channel; 0: any number */
	size_t usual;    /* sections that common devices have; 0: no such limit */
	size_t channels; /* at most; 0: any number */
	bool one_gain;   /* the same for all channels */
	enum sabin_single single; /* what of its filters is of single precision */
	struct sabin_dialect_limits limits;
	bool comments; /* its files can say what they are */
	bool wants_wav; /* refers to files of the folder wav */
	/* place: the absolute path of its folder, when all is done; may be NULL */
	enum sabin_err (*write)(const struct sabin_setting *setting, const char *place,
	                        struct sabin_dialect_files *out);
	/* called by sabin_dialect_parse() alone, which checks what holds in every dialect */
	enum sabin_err (*read)(struct sabin_dialect_source *source, struct sabin_setting *out);
	/* Does a file look like it?  text ends with NUL. */
	bool (*knows)(const char *text, size_t length);
};

/* All of them, in the order of the manual; NULL past the end. */
const struct sabin_dialect *sabin_dialect_row(size_t i);
const struct sabin_dialect *sabin_dialect_find(const char *name);

/* Rows, each in its own file. */
extern const struct sabin_dialect sabin_dialect_apo, sabin_dialect_rew, sabin_dialect_autoeq,
    sabin_dialect_camilladsp, sabin_dialect_pipewire, sabin_dialect_easyeffects,
    sabin_dialect_minidsp, sabin_dialect_brutefir, sabin_dialect_jconvolver, sabin_dialect_sox,
    sabin_dialect_ffmpeg, sabin_dialect_alsa, sabin_dialect_lsp, sabin_dialect_graphiceq,
    sabin_dialect_roon, sabin_dialect_wav;

SABIN_MUST enum sabin_err sabin_camilladsp_read(struct sabin_dialect_source *source,
                                                struct sabin_setting *out);

/* How far releases of PipeWire before 1.0, which give every shelf a Q of 0.7071, are off with a setting: dB. */
double sabin_pipewire_shelves_db(const struct sabin_setting *setting);
/* Can its filters not say the channel, so that a response does? */
bool sabin_pipewire_responds(const struct sabin_setting_channel *channel);

/* What of a setting a dialect cannot say: index 0, 1, ... until it returns false.  `stops`: it cannot be
 * written at all. */
struct sabin_dialect_loss {
	char text[240];
	bool stops;
};
bool sabin_dialect_loss(const struct sabin_dialect *dialect, const struct sabin_setting *setting,
                        size_t index, struct sabin_dialect_loss *loss);

/* What single precision does to a setting in a dialect whose program computes in it, at the rates to prepare
 * for; false: less than 0.05 dB, whatever the signal. */
struct sabin_dialect_rounding {
	double db, at_hz, rate_hz;  /* of a signal that lasts: how far it is off, where, at which rate */
	double low_db, low_rate_hz; /* at the lowest rate at which it may be 0.05 dB */
	double impulse_db;          /* what an impulse may show at most; 20: or more */
	size_t channel;
};
bool sabin_dialect_rounds(const struct sabin_dialect *dialect, const struct sabin_setting *setting,
                          struct sabin_dialect_rounding *out);
/* Do its files refer to those of the folder wav? */
bool sabin_dialect_refers(const struct sabin_dialect *dialect, const struct sabin_setting *setting);

/* Write all files into `folder`, which is there. */
SABIN_MUST enum sabin_err sabin_dialect_save(const struct sabin_dialect_files *files,
                                             const char *folder, struct sabin_diag *diag);
void sabin_dialect_files_release(struct sabin_dialect_files *files);

/* Read a source (its text is changed) in a dialect, and append its channels, whose gains and delays may not add up to
 * more than a correction holds: 150 dB, 10 s; coefficients are of one rate.  SABIN_EFORMAT, SABIN_ENOMEM;
 * SABIN_EINVAL: more of something than is taken. */
SABIN_MUST enum sabin_err sabin_dialect_parse(const struct sabin_dialect *dialect,
                                              struct sabin_dialect_source *source, struct sabin_setting *out);

/* Read a file in the dialect `name`, or (NULL) the one that it looks like, and append its channels.
 * rate_hz: of files that say none; 0: not known.  SABIN_EIO, SABIN_EFORMAT, SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_dialect_read(const char *path, const char *name, double rate_hz,
                                             struct sabin_setting *out,
                                             const struct sabin_dialect **which,
                                             struct sabin_diag *diag);

/* ---- what writers share ---- */

/* A text being written. */
struct sabin_dialect_text {
	FILE *stream;
	char *text;
	size_t length;
};

SABIN_MUST enum sabin_err sabin_dialect_begin(struct sabin_dialect_text *text);
/* It becomes the file `name`.  Releases the text in every case; nothing is added where `err` is not
 * SABIN_OK. */
SABIN_MUST enum sabin_err sabin_dialect_finish(struct sabin_dialect_text *text, enum sabin_err err,
                                               const char *name, struct sabin_dialect_files *out);
/* bytes[length] becomes a file, and its own. */
SABIN_MUST enum sabin_err sabin_dialect_add(struct sabin_dialect_files *out, const char *name,
                                            char *bytes, size_t length);

enum { SABIN_LABEL = SABIN_CORRECTION_NAME + 4, SABIN_DIALECT_NAME = SABIN_LABEL + 64 };

/* The name of a channel that is harmless in any file and as the name of one: letters of ASCII, digits, '-'
 * and '_', no other channel's.  label[SABIN_LABEL], returned. */
char *sabin_dialect_label(const struct sabin_setting *setting, size_t channel, char *label);
/* What Equalizer APO (true) or PipeWire call the channel of this speaker; name[8].  False: not known. */
bool sabin_dialect_position(const char *speaker, bool apo, char name[8]);
/* The speaker that they mean by it; NULL: not known. */
const char *sabin_dialect_speaker(const char *position);

/* "63.12345", "1250.12", "0.7071" ...: numbers that every parser of filter text takes: never three
 * decimals after the only full stop of a frequency (which is read as a thousands separator), at most
 * eight characters of it and six of gain and Q, a full stop whatever the locale.  text[32], returned. */
char *sabin_dialect_hz(double hz, char text[32]);
char *sabin_dialect_db(double db, char text[32]);
char *sabin_dialect_q(double q, char text[32]);
/* So many decimals, zeros at the end left out; no "-0". */
char *sabin_dialect_decimal(double x, int decimals, char text[32]);

/* "Filter 1: ON PK Fc ..." of the sections that do something, numbered from 1; false where one has no such
 * line.  spaced: with the two blanks of REW. */
bool sabin_dialect_filters(FILE *stream, const struct sabin_setting_channel *channel, bool spaced);
/* Sections that do something. */
size_t sabin_dialect_busy(const struct sabin_setting_channel *channel);
/* Preamp of what has no polarity: the level of sabin_setting_gain(). */
double sabin_dialect_gain_db(const struct sabin_setting_channel *channel);
/* "Preamp: ..." and filters as every reader of filter text takes them, in a file LABEL+end for each channel. */
SABIN_MUST enum sabin_err sabin_dialect_universal(const struct sabin_setting *setting,
                                                  const char *end,
                                                  struct sabin_dialect_files *out);
/* "left-48000.wav", for a channel at a rate. */
char *sabin_dialect_wav_name(const struct sabin_setting *setting, size_t channel, double rate_hz,
                             char name[SABIN_DIALECT_NAME]);
/* All channels at a rate, delay included: h[channel][*frames], free() *h (one block). */
SABIN_MUST enum sabin_err sabin_dialect_responses(const struct sabin_setting *setting,
                                                  double rate_hz, double **h, size_t *frames);
/* What `one` writes, for each rate of the setting. */
SABIN_MUST enum sabin_err sabin_dialect_each_rate(
    const struct sabin_setting *setting,
    enum sabin_err (*one)(const struct sabin_setting *setting, double rate_hz,
                          struct sabin_dialect_files *out),
    struct sabin_dialect_files *out);
/* A WAV file of 32-bit floats, x[channel][frames] interleaved into it. */
SABIN_MUST enum sabin_err sabin_dialect_add_wav(struct sabin_dialect_files *out, const char *name,
                                                const double *x, size_t channels, size_t frames,
                                                double rate_hz);

/* ---- what readers share ---- */

/* A place in a text. */
struct sabin_dialect_line {
	struct sabin_dialect_source *source;
	const char *start; /* of the line, for columns */
	int number;
};

/* SABIN_EFORMAT with the line, and the column of `at` (NULL: none). */
enum sabin_err sabin_dialect_refuse(const struct sabin_dialect_line *line, const char *at,
                                    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The next word that blanks (and `more`) separate, cut off in place; NULL past the last. */
char *sabin_dialect_word(char **cursor, const char *more);
/* A name of a channel from the path: its last part without what follows the last stop, and without
 * "-RATE" at its end, whose rate is stored (else 0).  name[SABIN_CORRECTION_NAME], returned. */
char *sabin_dialect_stem(const char *path, double *rate_hz, char *name);
/* The channel that a file of one channel is for. */
SABIN_MUST enum sabin_err sabin_dialect_only(struct sabin_dialect_source *source,
                                             struct sabin_setting *out,
                                             struct sabin_setting_channel **channel,
                                             double *rate_hz);
/* The channels of a sound file, without their responses: called after the file, left and right, or
 * numbered. */
SABIN_MUST enum sabin_err sabin_dialect_add_channels(const struct sabin_dialect_line *line,
                                                     double rate_hz, size_t channels,
                                                     struct sabin_setting *out);
/* Add a section, with what is wrong about it as a message. */
SABIN_MUST enum sabin_err sabin_dialect_section(const struct sabin_dialect_line *line,
                                                struct sabin_setting_channel *channel,
                                                const struct sabin_section *section);
/* An impulse response from a file beside the source, as the channel's FIR. */
SABIN_MUST enum sabin_err sabin_dialect_convolution(const struct sabin_dialect_line *line,
                                                    struct sabin_setting_channel *channel,
                                                    const char *name, size_t wav_channel,
                                                    double gain, double *rate_hz);
/* The text behind "Filter N:"; off: nothing is done by it. */
SABIN_MUST enum sabin_err sabin_dialect_filter(const struct sabin_dialect_line *line, char *text,
                                               double rate_hz, struct sabin_section *section,
                                               bool *off);
/* What follows "GraphicEQ:", as the channel's curve; SABIN_EINVAL where it has one. */
SABIN_MUST enum sabin_err sabin_dialect_graphic(const struct sabin_dialect_line *line, char *text,
                                                struct sabin_setting_channel *channel);
/* Does a line of the text begin with this (after blanks)? */
bool sabin_dialect_has(const char *text, const char *beginning);
/* Q of a bandwidth in octaves [RBJ's analogue], and of a shelf's slope in dB an octave at its gain; 0: there
 * is none. */
double sabin_dialect_q_of_octaves(double octaves);
double sabin_dialect_q_of_slope(double db_per_octave, double gain_db);

#endif
