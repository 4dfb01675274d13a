/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * status.c: the phrase for each status.
 */
#include <sabin/status.h>

const char *sabin_strerror(enum sabin_err err)
{
	switch (err) {
	case SABIN_OK:
		return "done";
	case SABIN_ENOMEM:
		return "out of memory";
	case SABIN_EINVAL:
		return "value out of range";
	case SABIN_ESHORT:
		return "signal too short or silent";
	case SABIN_ENOISE:
		return "hidden by noise";
	case SABIN_ENOCONV:
		return "iteration did not converge";
	case SABIN_EIO:
		return "input or output failed";
	case SABIN_EFORMAT:
		return "bad input file";
	case SABIN_EEXIST:
		return "output exists";
	case SABIN_EDEVICE:
		return "audio device";
	case SABIN_EXRUN:
		return "audio data lost";
	case SABIN_EINTR:
		return "interrupted";
	case SABIN_EINSTALL:
		return "a file of sabin's own is missing";
	}
	return "unknown status";
}
