/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile_simulation.c: what the simulated sound card adds.
 */
#include <math.h>

#include "io/roomfile_inner.h"

static const char *const streams[] = {"capture", "playback"};

static enum sabin_err read_speed(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node, double *speed)
{
	const char *text = sabin_yaml_text(node);
	if (text && strcmp(text, "max") == 0) {
		*speed = 0;
		return SABIN_OK;
	}
	double ignored;
	if (!sabin_yaml_number(node, &ignored))
		return sabin_room_refuse(
		    reader, node, "simulation.speed: max or a factor of real time was expected");
	return sabin_room_number(reader, node, sabin_room_row("simulation.speed"),
	                         "simulation.speed", speed);
}

/* ---- offers ----------------------------------------------------------------- */

static enum sabin_err read_formats(struct sabin_room_reader *reader,
                                   const struct sabin_yaml_node *node, struct sabin_simulation *out)
{
	static const char *const names[] = {"float", "s32", "s24_3", "s16"};
	static const enum sabin_sample_format formats[] = {SABIN_FLOAT, SABIN_S32, SABIN_S24,
	                                                   SABIN_S16};
	enum { COUNT = sizeof(names) / sizeof(names[0]) };
	if (node->kind != SABIN_YAML_SEQUENCE || node->count < 1 || node->count > COUNT)
		return sabin_room_refuse(
		    reader, node,
		    "simulation.offers.formats: a list of 1 to %d of float, s32, "
		    "s24_3, s16 was expected",
		    COUNT);
	for (const struct sabin_yaml_node *n = node->child; n; n = n->next) {
		size_t which;
		enum sabin_err err =
		    sabin_room_choice(reader, n, "simulation.offers.formats", names, COUNT, &which);
		if (err)
			return err;
		out->formats[out->format_count++] = formats[which];
	}
	return SABIN_OK;
}

static enum sabin_err read_rates(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node, struct sabin_simulation *out)
{
	enum { COUNT = sizeof(out->rates_hz) / sizeof(out->rates_hz[0]) };
	if (node->kind != SABIN_YAML_SEQUENCE || node->count < 1 || node->count > COUNT)
		return sabin_room_refuse(
		    reader, node,
		    "simulation.offers.rates_hz: a list of 1 to %d numbers was expected", COUNT);
	for (const struct sabin_yaml_node *n = node->child; n; n = n->next) {
		double rate_hz;
		enum sabin_err err =
		    sabin_room_number(reader, n, sabin_room_row("simulation.offers.rates_hz"),
		                      "simulation.offers.rates_hz", &rate_hz);
		if (err)
			return err;
		if (rate_hz != floor(rate_hz))
			return sabin_room_refuse(
			    reader, n, "simulation.offers.rates_hz: a whole number was expected");
		out->rates_hz[out->rate_count++] = (unsigned)rate_hz;
	}
	return SABIN_OK;
}

static enum sabin_err read_offers(struct sabin_room_reader *reader,
                                  const struct sabin_yaml_node *node, struct sabin_simulation *out)
{
	enum sabin_err err =
	    sabin_room_section(reader, node, "simulation.offers", "simulation.offers", out);
	const struct sabin_yaml_node *formats = sabin_yaml_find(node, "formats");
	const struct sabin_yaml_node *rates = sabin_yaml_find(node, "rates_hz");
	if (!err && formats)
		err = read_formats(reader, formats, out);
	if (!err && rates)
		err = read_rates(reader, rates, out);
	return err;
}

/* ---- speakers and responses ------------------------------------------------- */

static enum sabin_err read_speaker(struct sabin_room_reader *reader,
                                   const struct sabin_yaml_node *node,
                                   struct sabin_simulated_speaker *out)
{
	static const char *const polarities[] = {"normal", "inverted"};
	char label[160], sub[192];
	int index = sabin_roomfile_speaker(reader->out, node->key);
	if (index < 0)
		return sabin_room_no_such(reader, node, "simulation.speakers", node->key, true);
	snprintf(label, sizeof(label), "simulation.speakers.%s", node->key);
	snprintf(sub, sizeof(sub), "%s.polarity", label);
	enum sabin_err err =
	    sabin_room_section(reader, node, "simulation.speakers.NAME", label, out);
	if (err)
		return err;
	snprintf(out->name, sizeof(out->name), "%s", reader->out->speakers[index].name);
	const struct sabin_yaml_node *polarity = sabin_yaml_find(node, "polarity");
	size_t which = 0;
	if (polarity)
		err = sabin_room_choice(reader, polarity, sub, polarities, 2, &which);
	out->inverted = which == 1;
	if (!err && out->low_hz >= out->high_hz) /* false where one is not given */
		err = sabin_room_refuse(reader, sabin_yaml_find(node, "low_hz"),
		                        "%s: low_hz must be below high_hz", label);
	return err;
}

static enum sabin_err read_speakers(struct sabin_room_reader *reader,
                                    const struct sabin_yaml_node *node,
                                    struct sabin_simulation *out)
{
	enum sabin_err err = sabin_room_check_names(reader, node, "simulation.speakers");
	if (!err)
		err = sabin_room_array(reader, node, sizeof(*out->speakers), &out->speakers,
		                       &out->speaker_count);
	size_t i = 0;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next)
		err = read_speaker(reader, n, &out->speakers[i++]);
	return err;
}

static enum sabin_err read_response(struct sabin_room_reader *reader,
                                    const struct sabin_yaml_node *node,
                                    struct sabin_simulation *simulation, size_t index)
{
	struct sabin_simulated_response *out = &simulation->responses[index];
	const char *dot = strchr(node->key, '.');
	char speaker[SABIN_NAME_SIZE];
	if (!dot || dot - node->key >= SABIN_NAME_SIZE)
		return sabin_room_refuse_key(
		    reader, node, "simulation.responses: SPEAKER.POSITION was expected, not '%s'",
		    node->key);
	snprintf(speaker, sizeof(speaker), "%.*s", (int)(dot - node->key), node->key);
	int s = sabin_roomfile_speaker(reader->out, speaker);
	if (s < 0)
		return sabin_room_no_such(reader, node, "simulation.responses", speaker, true);
	int p = sabin_roomfile_position(reader->out, dot + 1);
	if (p < 0)
		return sabin_room_no_such(reader, node, "simulation.responses", dot + 1, false);
	snprintf(out->speaker, sizeof(out->speaker), "%s", reader->out->speakers[s].name);
	snprintf(out->position, sizeof(out->position), "%s", reader->out->positions[p].name);
	for (size_t i = 0; i < index; i++)
		if (strcmp(simulation->responses[i].speaker, out->speaker) == 0 &&
		    strcmp(simulation->responses[i].position, out->position) == 0)
			return sabin_room_refuse_key(
			    reader, node, "simulation.responses: %s is given twice", node->key);
	const char *file = sabin_yaml_text(node);
	if (!file || !*file)
		return sabin_room_refuse(reader, node,
		                         "simulation.responses.%s: a file was expected", node->key);
	return sabin_room_path(reader, file, &out->path);
}

static enum sabin_err read_responses(struct sabin_room_reader *reader,
                                     const struct sabin_yaml_node *node,
                                     struct sabin_simulation *out)
{
	if (node->kind != SABIN_YAML_MAPPING)
		return sabin_room_refuse(
		    reader, node,
		    "simulation.responses: a mapping of SPEAKER.POSITION to files was "
		    "expected");
	enum sabin_err err = sabin_room_array(reader, node, sizeof(*out->responses),
	                                      &out->responses, &out->response_count);
	size_t i = 0;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next)
		err = read_response(reader, n, out, i++);
	return err;
}

/* ---- faults ----------------------------------------------------------------- */

/* `simulation.KEY`: a mapping, or where `brief` just the time. */
static enum sabin_err read_fault(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node, const char *section,
                                 bool brief, struct sabin_simulated_fault *out)
{
	out->given = true;
	if (brief && node->kind == SABIN_YAML_SCALAR)
		return sabin_room_number(reader, node, sabin_room_row(section), section,
		                         &out->at_s);
	enum sabin_err err = sabin_room_section(reader, node, section, section, out);
	const struct sabin_yaml_node *stream = sabin_yaml_find(node, "stream");
	size_t which = 0;
	char sub[64];
	snprintf(sub, sizeof(sub), "%s.stream", section);
	if (!err && stream)
		err = sabin_room_choice(reader, stream, sub, streams, 2, &which);
	out->playback = which == 1;
	return err;
}

static enum sabin_err read_faults(struct sabin_room_reader *reader,
                                  const struct sabin_yaml_node *node, struct sabin_simulation *out)
{
	struct {
		const char *section;
		bool brief;
		struct sabin_simulated_fault *fault;
	} rows[] = {
	    {"simulation.drop", false, &out->drop},
	    {"simulation.xrun_at_s", true, &out->xrun},
	    {"simulation.unplug_at_s", true, &out->unplug},
	    {"simulation.noise_burst", false, &out->noise_burst},
	};
	bool always = false;
	const struct sabin_yaml_node *value = sabin_yaml_find(node, "always");
	if (value && !sabin_yaml_bool(value, &always))
		return sabin_room_refuse(reader, value,
		                         "simulation.always: true or false was expected");
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++) {
		value = sabin_yaml_find(node, strchr(rows[i].section, '.') + 1);
		if (value)
			err = read_fault(reader, value, rows[i].section, rows[i].brief,
			                 rows[i].fault);
		rows[i].fault->always = rows[i].fault->given && (rows[i].fault->always || always);
	}
	value = sabin_yaml_find(node, "stream");
	size_t which = 0;
	if (!err && value)
		err = sabin_room_choice(reader, value, "simulation.stream", streams, 2, &which);
	out->xrun.playback = out->xrun.playback || which == 1;
	return err;
}

static enum sabin_err check_hum(struct sabin_room_reader *reader,
                                const struct sabin_yaml_node *node,
                                const struct sabin_simulation *out)
{
	if (isnan(out->hum_hz) == isnan(out->hum_dbfs))
		return SABIN_OK;
	bool frequency = isnan(out->hum_dbfs);
	return sabin_room_refuse_key(
	    reader, sabin_yaml_find(node, frequency ? "hum_hz" : "hum_dbfs"),
	    "simulation.%s needs simulation.%s beside it", frequency ? "hum_hz" : "hum_dbfs",
	    frequency ? "hum_dbfs" : "hum_hz");
}

enum sabin_err sabin_room_simulation(struct sabin_room_reader *reader,
                                     const struct sabin_yaml_node *node)
{
	struct sabin_simulation *out = &reader->out->simulation;
	enum sabin_err err = sabin_room_section(reader, node, "simulation", "simulation", out);
	if (err || !node)
		return err;
	static const struct {
		const char *key;
		enum sabin_err (*read)(struct sabin_room_reader *reader,
		                       const struct sabin_yaml_node *node,
		                       struct sabin_simulation *out);
	} rows[] = {
	    {"offers", read_offers}, {"speakers", read_speakers}, {"responses", read_responses}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++) {
		const struct sabin_yaml_node *value = sabin_yaml_find(node, rows[i].key);
		if (value)
			err = rows[i].read(reader, value, out);
	}
	const struct sabin_yaml_node *speed = sabin_yaml_find(node, "speed");
	if (!err && speed)
		err = read_speed(reader, speed, &out->speed);
	if (!err)
		err = read_faults(reader, node, out);
	return err ? err : check_hum(reader, node, out);
}
