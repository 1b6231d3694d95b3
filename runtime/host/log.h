/* The log of a run: JSON objects, one a line, each on the disk's way before training goes on.
 *
 *   {"event":"run", …}        first: model, versions, checksums, seed, rows, options, time
 *   {"event":"epoch", …}      after each epoch: loss, held-out figures, time, which epoch is the best so far
 *   {"event":"training", …}   after each training: epochs, whose parameters are kept, figures
 *   {"event":"end", …}        last: how it ended
 *
 * Reals have the fewest digits that give back the double; what is not finite is null. */
#ifndef MLP_HOST_LOG_H
#define MLP_HOST_LOG_H

#include <stdio.h>

#include "host/message.h"

struct mlp_run;
struct mlp_figures;

struct mlp_log {
	FILE *file;                /* NULL: none is wanted */
	const char *path;
	const struct mlp_messages *messages;
	int status;                /* after an error, told once: nothing more is written */
	double started;
};

/* NULL: no log. A run that is resumed goes on in the file. Returns a status, the message printed. */
int mlp_log_open(struct mlp_log *log, const struct mlp_messages *messages, const char *path, bool resumed);
/* Returns the status of all that was written, the message printed. */
int mlp_log_close(struct mlp_log *log);

void mlp_log_run(struct mlp_log *log, const struct mlp_run *run);
/* `held` may be NULL. */
void mlp_log_epoch(struct mlp_log *log, const struct mlp_run *run, double loss,
                   const struct mlp_figures *held);
/* `shown` and `test` may be NULL; `shown_name`: what they are figures of. */
void mlp_log_training(struct mlp_log *log, const struct mlp_run *run, const char *shown_name,
                      const struct mlp_figures *shown, const struct mlp_figures *test);
void mlp_log_end(struct mlp_log *log, const struct mlp_run *run, int status);

#endif
