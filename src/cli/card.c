/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * card.c: the simulated card, and how loud a microphone's full scale is.
 */
#include <math.h>

#include "audio/microphone.h"
#include "audio/session.h"
#include "cli/card.h"
#include "cli/talk.h"
#include "io/atomic.h"
#include "io/paths.h"

int sabin_simulated_find(const char *command, struct sabin_simulated *out)
{
	struct sabin_diag diag = {0};
	char *rooms = sabin_place(SABIN_PLACE_ROOMS);
	enum sabin_err err = sabin_place_find(SABIN_PLACE_PLUGIN, &out->plugin, &diag);
	out->materials = rooms ? sabin_path_join(rooms, "materials.yaml") : NULL;
	free(rooms);
	return err ? sabin_fail_output(command, err, &diag) : -1;
}

int sabin_simulated_card(const char *command, const struct sabin_roomfile *room,
                         const struct sabin_position *const *positions, size_t count, double speed,
                         struct sabin_simulated *out)
{
	const int status = sabin_simulated_find(command, out);
	if (status >= 0)
		return status;
	const struct sabin_session_options session = {
	    .room = room, .plugin = out->plugin, .materials = out->materials, .speed = speed};
	out->config = sabin_session_card(&session, positions, count);
	return out->config ? -1 : sabin_fail_memory(command);
}

void sabin_simulated_release(struct sabin_simulated *simulated)
{
	free(simulated->plugin);
	free(simulated->materials);
	free(simulated->config);
	*simulated = (struct sabin_simulated){0};
}

int sabin_read_microphone(const char *command, const char *file, const char *capture, const char *folder,
                          struct sabin_calibration *calibration, struct sabin_quantity *dbspl_at_0dbfs)
{
	struct sabin_card_identity card;
	struct sabin_diag diag = {0};
	*dbspl_at_0dbfs = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	sabin_card_identify(capture, &card);
	if (file) {
		enum sabin_err err = sabin_calibration_read(file, calibration, &diag);
		if (err)
			return sabin_fail_input(command, err, &diag);
		*dbspl_at_0dbfs = sabin_calibration_dbspl(calibration, card.model, card.gain_db);
		return -1;
	}
	char *found = sabin_card_calibration(&card, folder);
	if (found)
		sabin_say("%s is a %s and %s seems to be its calibration file; use it with "
		          "--calibration %s",
		          capture, sabin_microphone_model_name(card.model), found, found);
	free(found);
	return -1;
}
