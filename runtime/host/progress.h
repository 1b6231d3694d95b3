/* What a training run shows: a header, a line after each epoch, a summary; and on a terminal one line
 * redrawn at most ten times a second. Longer runs than 200 epochs print every nth epoch's line, about
 * 100 in all. */
#ifndef MLP_HOST_PROGRESS_H
#define MLP_HOST_PROGRESS_H

#include "host/interrupt.h"
#include "host/metrics.h"

struct mlp_history {
	float *losses, *held_losses; /* of each epoch so far, for the curve */
	int count, room;
	int best;                    /* epoch of the least held-out loss, or -1 */
	double best_loss;
};

/* Seconds of the monotonic clock. */
double mlp_now(void);

/* Room for so many epochs. False: no memory. */
bool mlp_history_reserve(struct mlp_history *history, int count);

struct mlp_progress {
	FILE *out, *err;
	bool quiet, live, color, live_color, unicode, chart;   /* live: on err; color and chart: on out */
	const struct mlp_network *network;
	struct mlp_interrupt interrupt;

	int epochs, rows;            /* of the run, of an epoch */
	const char *held_name;       /* "validation", "test" or NULL: whose figures the epoch lines show */

	double started, epoch_started, drawn, checked;   /* seconds of the monotonic clock */
	int stride, countdown;       /* steps between looks at the clock */
	int epoch;                   /* from 0 */
	bool timed;                  /* set by who wants the time of each epoch */
	bool line_shown;

	int trial, trials;           /* of several trainings, from 0; trials 0: of one */
	const char *trial_name;      /* "folds" */
	char label[32];              /* what the live line begins with */

	struct mlp_history history;
	int epochs_before, rows_before;   /* done when this process began; rows of the epoch after them */
};

void mlp_progress_open(struct mlp_progress *progress, const struct mlp_network *network,
                       const struct mlp_options *options, FILE *out, FILE *err);
/* The header line: network, rows, batch, what is minimised. */
void mlp_progress_begin(struct mlp_progress *progress, int epochs, int rows, int held_rows,
                        const char *held_name, int test_rows, uint64_t seed);
/* Before `begin` of each of several trainings: these have no lines of epochs and no curve. */
void mlp_progress_trial(struct mlp_progress *progress, int trial, int trials, const char *name);
/* Since `begin`; since `epoch_begin`, NAN where that is not known. */
double mlp_progress_seconds(const struct mlp_progress *progress);
double mlp_progress_epoch_seconds(const struct mlp_progress *progress);
/* Rows of this epoch that this process trains. */
int mlp_progress_epoch_rows(const struct mlp_progress *progress);
/* Does the epoch print a line? */
bool mlp_progress_prints(const struct mlp_progress *progress, bool last);
void mlp_progress_epoch_begin(struct mlp_progress *progress, int epoch);

/* The run goes on after so many epochs and rows. */
void mlp_progress_resume(struct mlp_progress *progress, const char *file, int epochs_done, int row);

/* After each step, with the rows of the epoch done and the mean loss over them. True: Ctrl-C came. */
bool mlp_progress_step(struct mlp_progress *progress, int rows_done, double loss);

/* Between two epochs, after the end of the first. True: Ctrl-C came; what it does not tell, a step does soon.
 */
bool mlp_progress_between(struct mlp_progress *progress);

/* After each epoch; `held` may be NULL. */
void mlp_progress_epoch_end(struct mlp_progress *progress, double loss, const struct mlp_figures *held,
                            bool last);

/* "training", "validation" or "test" figures of the summary. */
void mlp_progress_figures(struct mlp_progress *progress, const char *name, const struct mlp_figures *figures);
/* A sentence of the summary. */
__attribute__((format(printf, 2, 3))) void mlp_progress_say(struct mlp_progress *progress, const char *format,
                                                            ...);
/* The curve of the losses, where a terminal can show it, and the time. */
void mlp_progress_finish(struct mlp_progress *progress);
/* Takes the live line away, before a message. */
void mlp_progress_clear(struct mlp_progress *progress);
void mlp_progress_close(struct mlp_progress *progress);

#endif
