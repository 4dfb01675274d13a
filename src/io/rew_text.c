/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rew_text.c: impulse responses that Room EQ Wizard exports as text.
 *
 * A few lines of words ("* Impulse Response data saved by REW V5.40"), then rows of "VALUE //
 * label", then a sample a line.  Older versions write the words without the star, and a blank line
 * where newer ones write "* Data start".  The least that other programs write are a few of the words and
 * the five rows.
 */
#include <math.h>

#include "io/atomic.h"
#include "io/number.h"
#include "io/rew_text.h"

static const size_t text_max = (size_t)1 << 28;

struct reader {
	const char *path;
	struct sabin_diag *diag;
	int line;
	double peak, interval_s, start_s; /* NAN: not seen yet */
	double announced;                 /* samples */
	bool normalised;
	struct sabin_rew_impulse about;
	struct sabin_wav wav;
	size_t size;
};

static enum sabin_err refuse(const struct reader *reader, const char *what)
{
	return sabin_diag_set(reader->diag, SABIN_EFORMAT, reader->path, reader->line, 1, "%s",
	                      what);
}

static void read_words(struct reader *reader, const char *line)
{
	struct sabin_rew_impulse *about = &reader->about;
	if (strstr(line, "IR is normalised"))
		reader->normalised = true;
	if (strstr(line, "IR window has been applied"))
		about->windowed = true;
	if (strstr(line, "IR is the min phase version"))
		about->minimum_phase = true;
	if (strstr(line, "loopback as a timing reference"))
		about->timing = SABIN_REW_TIMING_LOOPBACK;
	else if (strstr(line, "acoustic timing reference"))
		about->timing = SABIN_REW_TIMING_ACOUSTIC;
}

/* A number as Java writes it, or with a decimal comma, as European exports do. */
static bool read_number(char *field, double *out)
{
	char *comma = strchr(field, ',');
	if (comma && !strchr(field, '.') && !strchr(comma + 1, ','))
		*comma = '.';
	return sabin_number_parse(field, out);
}

/* "1.0416666666666666E-5 // Sample interval (seconds)" */
static void read_setting(struct reader *reader, double value, const char *label)
{
	const struct {
		const char *label;
		double *to;
	} rows[] = {
	    {"Peak value", &reader->peak},
	    {"Response length", &reader->announced},
	    {"Sample interval", &reader->interval_s},
	    {"Start time", &reader->start_s},
	    {"Data offset", &reader->about.spl_offset_db},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strstr(label, rows[i].label))
			*rows[i].to = value;
}

static enum sabin_err add_sample(struct reader *reader, double value)
{
	enum { FIRST_SIZE = 65536 };
	if (!isfinite((float)value))
		return refuse(reader, "a sample is out of range");
	if (isnan(reader->interval_s) || isnan(reader->announced))
		return refuse(reader, "a sample before the lines that tell interval and length");
	if (reader->wav.frames == reader->size) {
		size_t size = reader->size ? 2 * reader->size : FIRST_SIZE; /* text_max bounds it */
		double *grown = realloc(reader->wav.samples, size * sizeof(*grown));
		if (!grown)
			return sabin_diag_set(reader->diag, SABIN_ENOMEM, reader->path, 0, 0,
			                      "out of memory");
		reader->wav.samples = grown;
		reader->size = size;
	}
	reader->wav.samples[reader->wav.frames++] = value;
	return SABIN_OK;
}

static enum sabin_err read_line(struct reader *reader, const char *line)
{
	const char *start = line + strspn(line, " \t\xef\xbb\xbf");
	size_t n = strcspn(start, " \t\r");
	char field[64];
	double value;
	snprintf(field, sizeof(field), "%.*s", n < sizeof(field) ? (int)n : 0, start);
	if (read_number(field, &value)) {
		const char *label = strstr(start, "//");
		if (!label)
			return add_sample(reader, value);
		read_setting(reader, value, label);
		return SABIN_OK;
	}
	if (n > 0 && *start != '*' && reader->wav.frames > 0)
		return refuse(reader, "a sample was expected");
	read_words(reader, start);
	return SABIN_OK;
}

static enum sabin_err check(struct reader *reader)
{
	static const double rate_min_hz = 1000, rate_max_hz = 768000; /* as of sound files */
	double rate_hz = 1 / reader->interval_s;
	reader->line = 0;
	if (isnan(reader->interval_s) || !(rate_hz >= rate_min_hz && rate_hz <= rate_max_hz))
		return refuse(reader, "the sample interval is missing or not that of a sound file");
	/* the interval is written with 16 digits: a rate that is no whole number is no rounding */
	if (fabs(rate_hz - round(rate_hz)) > 1e-3)
		return refuse(reader, "the sample rate is not a whole number of hertz");
	if (reader->wav.frames == 0)
		return refuse(reader, "holds no samples");
	if ((double)reader->wav.frames != reader->announced)
		return sabin_diag_set(reader->diag, SABIN_EFORMAT, reader->path, 0, 0,
		                      "holds %zu samples; it announces %.0f", reader->wav.frames,
		                      reader->announced);
	if (reader->normalised && !(reader->peak > 0))
		return refuse(reader, "is normalised, but the peak value before is missing");
	reader->wav.rate_hz = (unsigned)llround(rate_hz);
	reader->wav.channels = 1;
	return SABIN_OK;
}

static enum sabin_err read_lines(struct reader *reader, char *text)
{
	enum sabin_err err = SABIN_OK;
	for (char *line = text, *next; line && !err; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		reader->line++;
		err = read_line(reader, line);
	}
	return err ? err : check(reader);
}

enum sabin_err sabin_rew_text_read(const char *path, struct sabin_wav *out,
                                   struct sabin_rew_impulse *about, struct sabin_diag *diag)
{
	char *text = NULL;
	struct reader reader = {.path = path,
	                        .diag = diag,
	                        .peak = NAN,
	                        .interval_s = NAN,
	                        .start_s = NAN,
	                        .announced = NAN,
	                        .about = {.zero = NAN, .spl_offset_db = NAN}};
	enum sabin_err err = sabin_read_text(path, text_max, &text, NULL, diag);
	if (!err)
		err = read_lines(&reader, text);
	free(text);
	for (size_t i = 0; !err && reader.normalised && i < reader.wav.frames; i++) {
		reader.wav.samples[i] *= reader.peak;
		if (!isfinite((float)reader.wav.samples[i]))
			err = refuse(&reader, "a sample is out of range");
	}
	if (err) {
		sabin_wav_release(&reader.wav);
		return err;
	}
	const double zero = -reader.start_s / reader.interval_s;
	if (isfinite(zero))
		reader.about.zero = zero;
	*about = reader.about;
	*out = reader.wav;
	return SABIN_OK;
}
