/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pool.h: one job for each of many items, on all cores.
 */
#ifndef SABIN_CLI_POOL_H
#define SABIN_CLI_POOL_H

#include <stddef.h>

#include "io/diag.h"

enum { SABIN_WORKERS_MAX = 256 };

/* Item `index` on worker `worker` (0 .. workers - 1); what two items share must be read only. */
typedef enum sabin_err sabin_job(void *context, size_t index, size_t worker, struct sabin_diag *diag);

/* As many as cores are allowed, at least 1, and no more than there are items. */
size_t sabin_workers(size_t count);

/* Run the job for 0 .. count - 1; `stage` names it for the progress bar (NULL: none).  Where jobs
 * fail, the error and diagnostic are those of the first item that fails, and the items after it may
 * have been left out. */
SABIN_MUST enum sabin_err sabin_pool_run(size_t count, size_t workers, sabin_job *job, void *context,
                                         const char *stage, struct sabin_diag *diag);

#endif
