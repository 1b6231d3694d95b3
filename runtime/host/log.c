/* A run → lines of JSON. */
#define _GNU_SOURCE
#include "host/log.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/decimal.h"
#include "host/run.h"

int mlp_log_open(struct mlp_log *log, const struct mlp_messages *messages, const char *path, bool resumed)
{
	*log = (struct mlp_log){.path = path, .messages = messages, .status = MLP_WELL, .started = mlp_now()};
	log->file = path ? fopen(path, resumed ? "ae" : "we") : NULL;
	if (!path || log->file)
		return MLP_WELL;
	mlp_error(messages, "cannot write `%s`: %s", path, strerror(errno));
	return MLP_BAD_SYSTEM;
}

static void fail(struct mlp_log *log)
{
	mlp_error(log->messages, "cannot write `%s`: %s", log->path, strerror(errno));
	log->status = MLP_BAD_SYSTEM;
}

int mlp_log_close(struct mlp_log *log)
{
	if (log->file && fclose(log->file) != 0 && log->status == MLP_WELL)
		fail(log);
	log->file = NULL;
	return log->status;
}

/* -- Members ------------------------------------------------------------------------------------------- */

static bool begins(const struct mlp_log *log, const char *event)
{
	if (!log->file || log->status != MLP_WELL)
		return false;
	fprintf(log->file, "{\"event\":\"%s\"", event);
	return true;
}

static void end_line(struct mlp_log *log)
{
	fputs("}\n", log->file);
	if (fflush(log->file) != 0 || ferror(log->file))
		fail(log);
}

static void put_text(struct mlp_log *log, const char *key, const char *text)
{
	json_t *string = text ? json_string(text) : NULL;   /* NULL: not UTF-8 */
	char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
	fprintf(log->file, ",\"%s\":%s", key, quoted ? quoted : "null");
	free(quoted);
	json_decref(string);
}

static void put_count(struct mlp_log *log, const char *key, int64_t count)
{
	fprintf(log->file, ",\"%s\":%" PRId64, key, count);
}

static void put_seed(struct mlp_log *log, uint64_t seed)
{
	const char *quote =
	        seed > UINT64_C(1) << 53 ? "\"" : ""; /* readers of JSON may take numbers for doubles */
	fprintf(log->file, ",\"seed\":%s%" PRIu64 "%s", quote, seed, quote);
}

static void put_sum(struct mlp_log *log, const char *key, uint64_t sum)
{
	fprintf(log->file, ",\"%s\":\"%016" PRIx64 "\"", key, sum);
}

static void put_bare(struct mlp_log *log, double value)
{
	char text[MLP_DECIMAL];
	fputs(isfinite(value) ? mlp_decimal(text, value, (int)sizeof value) : "null", log->file);
}

static void put_real(struct mlp_log *log, const char *key, double value)
{
	fprintf(log->file, ",\"%s\":", key);
	put_bare(log, value);
}

static void put_figures(struct mlp_log *log, const char *key, const struct mlp_figures *figures)
{
	fprintf(log->file, ",\"%s\":{\"loss\":", key);
	put_bare(log, figures->loss);
	if (figures->metric.kind == MLP_RMSE) {
		put_real(log, "rmse", figures->rmse);
		put_real(log, "mae", figures->mae);
		put_real(log, "r2", figures->r2);
	} else if (figures->metric.kind != MLP_NO_METRIC) {
		put_real(log, "accuracy", figures->value);
		put_real(log, "macro_f1", figures->macro_f1);
		if (figures->classes == 2)
			put_real(log, "auc", figures->auc);
	}
	fputs("}", log->file);
}

static void put_time(struct mlp_log *log)
{
	time_t seconds = time(NULL);
	struct tm utc;
	char text[32] = "";
	if (gmtime_r(&seconds, &utc))
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	put_text(log, "time", text);
}

static void put_trial(struct mlp_log *log, const struct mlp_run *run)
{
	put_count(log, "number", run->trial.number + 1);
	if (run->trial.fold >= 0)
		put_count(log, "fold", run->trial.fold + 1);
	put_seed(log, run->trial.seed);
}

/* -- Lines --------------------------------------------------------------------------------------------- */

void mlp_log_run(struct mlp_log *log, const struct mlp_run *run)
{
	const struct mlp_network *network = run->network;
	const struct mlp_options *options = run->options;
	int64_t parameters = 0;
	if (!begins(log, "run"))
		return;
	for (int k = 0; k < network->tensor_count; k++)
		if (network->tensor(k)->role == MLP_PARAMETER)
			parameters += network->tensor(k)->elements;
	put_text(log, "model", network->name);
	put_text(log, "mlpc", network->version);
	put_sum(log, "fingerprint", network->fingerprint);
	put_sum(log, "program", network->program);
	put_text(log, "options", network->options);
	put_text(log, "real", mlp_real_name(network));
	put_text(log, "minimize", network->loss_description);
	put_count(log, "parameters", parameters);
	put_text(log, "data", options->data);
	put_text(log, "test", options->test);
	put_text(log, "load", options->load);
	put_count(log, "rows", run->training.rows);
	put_count(log, "validation_rows", run->validation.rows);
	put_count(log, "test_rows", run->test.rows);
	put_count(log, "batch", network->batch);
	put_count(log, "epochs", run->epochs);
	put_count(log, "patience", run->patience);
	put_text(log, "weights", run->state.balanced ? "balanced" : "none");
	put_count(log, "trainings", run->trial_count);
	put_seed(log, run->first_seed);
	if (run->resumes)
		put_count(log, "epochs_before", run->state.epochs_done);
	put_time(log);
	end_line(log);
}

static void put_norms(struct mlp_log *log, const struct mlp_norms *norms)
{
	const char *comma = "";
	fputs(",\"norms\":{", log->file);
	for (int k = 0; k < norms->network->tensor_count; k++) {
		const struct mlp_tensor *tensor = norms->network->tensor(k);
		if (tensor->role != MLP_PARAMETER)
			continue;
		fprintf(log->file, "%s\"%s\":{\"norm\":", comma, tensor->name);
		put_bare(log, norms->tensors[k].after);
		put_real(log, "update", norms->tensors[k].update);
		put_count(log, "still_rows", norms->tensors[k].still);
		fputs("}", log->file);
		comma = ",";
	}
	fputs("}", log->file);
}

void mlp_log_epoch(struct mlp_log *log, const struct mlp_run *run, double loss,
                   const struct mlp_figures *held)
{
	const struct mlp_history *history = &run->progress.history;
	int epoch = run->state.epochs_done;
	double seconds = mlp_progress_epoch_seconds(&run->progress);
	if (!begins(log, "epoch"))
		return;
	put_trial(log, run);
	put_count(log, "epoch", epoch + 1);
	put_count(log, "step", (int64_t)run->state.step);
	put_real(log, "loss", loss);
	if (held)
		put_figures(log, run->progress.held_name, held);
	if (held && history->best >= 0) {
		put_count(log, "best_epoch", history->best + 1);
		put_count(log, "epochs_since", epoch - history->best);
	}
	put_real(log, "seconds", seconds);
	put_real(log, "rows_per_second",
	         seconds > 0 ? floor(mlp_progress_epoch_rows(&run->progress) / seconds) : 0);
	if (run->options->norms)
		put_norms(log, &run->norms);
	end_line(log);
}

void mlp_log_training(struct mlp_log *log, const struct mlp_run *run, const char *shown_name,
                      const struct mlp_figures *shown, const struct mlp_figures *test)
{
	const struct mlp_history *history = &run->progress.history;
	if (!begins(log, "training"))
		return;
	put_trial(log, run);
	put_count(log, "epochs", run->state.epochs_done);
	put_count(log, "kept_epoch",
	          run->state.best && history->best >= 0 ? history->best + 1 : run->state.epochs_done);
	if (shown)
		put_figures(log, shown_name, shown);
	if (test)
		put_figures(log, "test", test);
	put_real(log, "seconds", mlp_progress_seconds(&run->progress));
	end_line(log);
}

void mlp_log_end(struct mlp_log *log, const struct mlp_run *run, int status)
{
	if (!begins(log, "end"))
		return;
	put_text(log, "ended", status != MLP_WELL ? "failed" : run->interrupted ? "interrupted" : "well");
	put_count(log, "status", status == MLP_WELL && run->interrupted ? MLP_INTERRUPTED : status);
	put_text(log, "saved", status == MLP_WELL ? run->options->save : NULL);
	put_real(log, "seconds", mlp_now() - log->started);
	put_time(log);
	end_line(log);
}
