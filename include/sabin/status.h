/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * status.h: what every function of the library returns when it can fail, and the two markers that
 * public declarations carry.
 *
 * Rules that hold in every header of this folder:
 *   - the caller owns every buffer; a function that allocates says who frees;
 *   - results go through the last pointers and are untouched when the function fails, but that a structure
 *     with a _free() of its own may be left empty;
 *   - the unit of a scalar is the end of its name (_hz _s _ms _db _dbfs _m _deg _rad _frames ...);
 *   - a number that is not known is NAN; nothing is printed, no file is opened, no clock is read.
 */
#ifndef SABIN_STATUS_H
#define SABIN_STATUS_H

#define SABIN_API  __attribute__((visibility("default")))
#define SABIN_MUST __attribute__((warn_unused_result))

enum sabin_err {
	SABIN_OK = 0,
	SABIN_ENOMEM,  /* memory ran out, or the size asked for would overflow */
	SABIN_EINVAL,  /* an argument is outside its documented range, or not finite */
	SABIN_ESHORT,  /* the signal is too short, or silent, for what was asked */
	SABIN_ENOISE,  /* noise hides what was asked for */
	SABIN_ENOCONV, /* an iteration did not converge */
	SABIN_EIO,     /* a file cannot be read or written */
	SABIN_EFORMAT, /* the contents of an input file are wrong */
	SABIN_EEXIST,  /* the output exists and may not be replaced */
	SABIN_EDEVICE, /* an audio device is missing, busy, or cannot do what was asked */
	SABIN_EXRUN,   /* an audio stream lost data */
	SABIN_EINTR,   /* the user interrupted */
	SABIN_EINSTALL, /* a file of sabin's own is missing: a broken installation */
};

/* One short English phrase for a status; never NULL. */
SABIN_API const char *sabin_strerror(enum sabin_err err);

#endif
