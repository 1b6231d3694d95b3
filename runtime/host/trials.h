/* Several trainings over the same data: the folds of a cross-validation, or seeds. */
#ifndef MLP_HOST_TRIALS_H
#define MLP_HOST_TRIALS_H

#include "host/run.h"

/* What is left of a trial. */
struct mlp_outcome {
	struct mlp_trial trial;
	int epochs, best;              /* epochs trained; the one whose parameters are kept, from 0 */
	double loss;                   /* of training, in that epoch */
	double seconds;
	struct mlp_figures shown, test;   /* validation, or without such rows test or training */
};

struct mlp_trials {
	struct mlp_outcome *outcomes;
	int count;                     /* done */
	int chosen; /* whose parameters are kept: the least validation loss, else the first */
	void *net;                     /* these parameters */
};

/* False: no memory. */
bool mlp_trials_open(struct mlp_trials *trials, const struct mlp_run *run);
void mlp_trials_close(struct mlp_trials *trials);

/* Takes over a trial that is done, and prints its line. */
void mlp_trials_add(struct mlp_trials *trials, struct mlp_run *run);
/* Means and deviations (divisor n - 1). */
void mlp_trials_summary(const struct mlp_trials *trials, struct mlp_run *run);

#endif
