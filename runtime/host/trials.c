/* The table of trials, their means and deviations, and the parameters of the best. */
#define _GNU_SOURCE
#include "mlp_arithmetic.h"

#include "host/trials.h"

#include <stdlib.h>
#include <string.h>

bool mlp_trials_open(struct mlp_trials *trials, const struct mlp_run *run)
{
	*trials = (struct mlp_trials){.net = mlp_allocate(run->network->net_size)};
	trials->outcomes = calloc((size_t)run->trial_count, sizeof *trials->outcomes);
	return trials->net && trials->outcomes;
}

void mlp_trials_close(struct mlp_trials *trials)
{
	free(trials->outcomes);
	free(trials->net);
	*trials = (struct mlp_trials){0};
}

/* -- The table ---------------------------------------------------------------------------------------- */

static const char *held_name(const struct mlp_run *run)
{
	return run->validation.rows > 0 ? "validation" : run->test.rows > 0 ? "test" : "training";
}

/* "accuracy", "rmse" or "". */
static const char *leading_name(const struct mlp_figures *figures)
{
	return figures->metric.kind == MLP_NO_METRIC ? ""
	       : figures->metric.kind == MLP_RMSE    ? "rmse"
	                                             : "accuracy";
}

static const char *leading_text(char buffer[MLP_NUMBER_TEXT], const struct mlp_figures *figures)
{
	buffer[0] = '\0';
	if (figures->metric.kind == MLP_RMSE)
		mlp_number_text(buffer, figures->value);
	else if (figures->metric.kind != MLP_NO_METRIC)
		snprintf(buffer, MLP_NUMBER_TEXT, "%.2f %%", 100 * figures->value);
	return buffer;
}

static void print_line(struct mlp_run *run, const struct mlp_outcome *outcome)
{
	const struct mlp_trial *trial = &outcome->trial;
	char loss[MLP_NUMBER_TEXT], held[MLP_NUMBER_TEXT], value[MLP_NUMBER_TEXT], time[MLP_NUMBER_TEXT],
	        test[64] = "";
	bool folds = trial->fold >= 0;
	if (trial->number == 0)
		mlp_progress_say(&run->progress, "%-6s %6s %10s %10s %10s", folds ? "fold" : "seed", "epoch",
		                 "loss", held_name(run), leading_name(&outcome->shown));
	if (run->validation.rows > 0 && run->test.rows > 0)
		snprintf(test, sizeof test, "  test %s", leading_text(value, &outcome->test));
	mlp_progress_say(&run->progress, "%-6llu %6d %10s %10s %10s  %8s%s",
	                 folds ? (unsigned long long)trial->fold + 1 : (unsigned long long)trial->seed,
	                 outcome->best + 1, mlp_number_text(loss, outcome->loss),
	                 mlp_number_text(held, outcome->shown.loss), leading_text(value, &outcome->shown),
	                 mlp_time_text(time, outcome->seconds), test);
}

void mlp_trials_add(struct mlp_trials *trials, struct mlp_run *run)
{
	const struct mlp_history *history = &run->progress.history;
	bool tests = run->test.rows > 0, validates = run->validation.rows > 0;
	const struct mlp_dataset *shown = validates ? &run->validation : tests ? &run->test : &run->training;
	struct mlp_outcome outcome = {.trial = run->trial, .epochs = run->state.epochs_done,
	                              .best = run->state.epochs_done - 1, .loss = (double)NAN};
	if (run->state.best && history->best >= 0)
		outcome.best = history->best;
	if (outcome.best >= 0 && outcome.best < history->count)
		outcome.loss = (double)history->losses[outcome.best];
	outcome.seconds = mlp_progress_seconds(&run->progress);
	outcome.shown = mlp_evaluate(&run->evaluator, run->state.net, shown, run->metric);
	if (tests)
		outcome.test = mlp_evaluate(&run->evaluator, run->state.net, &run->test, run->metric);
	mlp_log_training(&run->log, run, held_name(run), &outcome.shown,
	                 tests && validates ? &outcome.test : NULL);
	outcome.shown.confusion = outcome.test.confusion = NULL;
	bool chosen = trials->count == 0 ||
	              (validates && outcome.shown.loss < trials->outcomes[trials->chosen].shown.loss);
	if (chosen) {
		trials->chosen = trials->count;
		memcpy(trials->net, run->state.net, run->network->net_size);
	}
	trials->outcomes[trials->count++] = outcome;
	print_line(run, &outcome);
}

/* -- Means and deviations ------------------------------------------------------------------------------- */

enum { FIGURES = 7 };

static const struct figure {
	const char *name;
	size_t at;        /* of struct mlp_figures */
	bool percent;
} FIGURE[FIGURES] = {
	{"loss", offsetof(struct mlp_figures, loss), false},
	{"accuracy", offsetof(struct mlp_figures, value), true},
	{"macro f1", offsetof(struct mlp_figures, macro_f1), false},
	{"auc", offsetof(struct mlp_figures, auc), false},
	{"rmse", offsetof(struct mlp_figures, rmse), false},
	{"mae", offsetof(struct mlp_figures, mae), false},
	{"r2", offsetof(struct mlp_figures, r2), false},
};

static double figure_of(const struct mlp_figures *figures, const struct figure *figure)
{
	bool accuracy =
	        figures->metric.kind == MLP_ACCURACY_MOST || figures->metric.kind == MLP_ACCURACY_HALF;
	if (figure->percent && !accuracy)
		return (double)NAN;
	double value = *(const double *)(const void *)((const char *)figures + figure->at);
	return figure->percent ? 100 * value : value;
}

static const struct mlp_figures *of_outcome(const struct mlp_outcome *outcome, bool test)
{
	return test ? &outcome->test : &outcome->shown;
}

/* ", accuracy 96.67 ± 2.11 %"; nothing where a trial has no such figure. */
static size_t add_spread(char *text, size_t room, const struct mlp_trials *trials,
                         const struct figure *figure, bool test, const char *sign)
{
	char mean_text[MLP_NUMBER_TEXT], deviation_text[MLP_NUMBER_TEXT];
	double mean = 0, deviation = 0;
	for (int i = 0; i < trials->count; i++)
		mean += figure_of(of_outcome(&trials->outcomes[i], test), figure) / trials->count;
	for (int i = 0; i < trials->count; i++) {
		double distance = figure_of(of_outcome(&trials->outcomes[i], test), figure) - mean;
		deviation += distance * distance;
	}
	deviation = trials->count > 1 ? sqrt(deviation / (trials->count - 1)) : 0;
	if (isnan(mean))
		return 0;
	if (figure->percent)
		return (size_t)snprintf(text, room, ", %s %.2f %s %.2f %%", figure->name, mean, sign,
		                        deviation);
	return (size_t)snprintf(text, room, ", %s %s %s %s", figure->name, mlp_number_text(mean_text, mean),
	                        sign, mlp_number_text(deviation_text, deviation));
}

static void print_spreads(const struct mlp_trials *trials, struct mlp_run *run, const char *name, bool test)
{
	char text[512] = "";
	size_t used = 0;
	for (int i = 0; i < FIGURES && used < sizeof text; i++)
		used += add_spread(text + used, sizeof text - used, trials, &FIGURE[i], test,
		                   run->progress.unicode ? "±" : "+-");
	mlp_progress_say(&run->progress, "%s: %s", name, text + 2);
}

void mlp_trials_summary(const struct mlp_trials *trials, struct mlp_run *run)
{
	const struct mlp_outcome *chosen = &trials->outcomes[trials->chosen];
	bool folds = chosen->trial.fold >= 0, validated = run->validation.rows > 0;
	mlp_progress_say(&run->progress, "mean and standard deviation of %d %s%s:", trials->count,
	                 folds ? "fold" : "seed", trials->count == 1 ? "" : "s");
	print_spreads(trials, run, held_name(run), false);
	if (validated && run->test.rows > 0)
		print_spreads(trials, run, "test", true);
	if (validated)
		mlp_progress_say(&run->progress, "best: %s %llu", folds ? "fold" : "seed",
		                 folds ? (unsigned long long)chosen->trial.fold + 1
		                       : (unsigned long long)chosen->trial.seed);
	if (run->options->save)
		mlp_progress_say(&run->progress, "parameters of %s %llu kept, the %s",
		                 folds ? "fold" : "seed",
		                 folds ? (unsigned long long)chosen->trial.fold + 1
		                       : (unsigned long long)chosen->trial.seed,
		                 validated ? "least validation loss" : "first");
}
