/* The header, the lines of epochs, the live line and the summary of a run. */
#define _GNU_SOURCE
#include "host/progress.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "host/chart.h"

enum {
	MOST_LINES = 200,
	WANTED_LINES = 100,
	MOST_STRIDE = 1 << 16,
	FAST = 1 << 10,
	SPARKS = 16,
	MOST_BAR = 30,
	LINE = 512
};

static const double REDRAW = 0.1, LOOK_TOO_OFTEN = 0.002, LOOK_TOO_SELDOM = 0.02;   /* seconds */
/* Escape sequences. */
static const char BOLD[] = "\033[1m", DIM[] = "\033[2m", CYAN[] = "\033[36m", GREEN[] = "\033[32m",
                  RESET[] = "\033[0m";

double mlp_now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static bool is_utf8(void)
{
	locale_t user = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8 = user && strcmp(nl_langinfo_l(CODESET, user), "UTF-8") == 0;
	if (user)
		freelocale(user);
	return utf8;
}

static bool is_terminal(FILE *file)
{
	const char *term = getenv("TERM");
	return fileno(file) >= 0 && isatty(fileno(file)) && term && strcmp(term, "dumb") != 0;
}

static int terminal_width(FILE *file)
{
	struct winsize size;
	if (ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

/* A style on out, or nothing. */
static const char *style(const struct mlp_progress *progress, const char *code)
{
	return progress->color ? code : "";
}

void mlp_progress_open(struct mlp_progress *progress, const struct mlp_network *network,
                       const struct mlp_options *options, FILE *out, FILE *err)
{
	*progress = (struct mlp_progress){.out = out, .err = err, .quiet = options->quiet, .network = network,
	                                  .history = {.best = -1, .best_loss = INFINITY}, .stride = 1,
	                                  .countdown = 1};
	bool automatic = options->color == MLP_COLOR_AUTO && mlp_color_allowed();
	progress->live = !options->quiet && is_terminal(err);
	progress->color = options->color == MLP_COLOR_ALWAYS || (automatic && is_terminal(out));
	progress->live_color = options->color == MLP_COLOR_ALWAYS || (automatic && progress->live);
	progress->unicode = is_utf8();
	progress->chart = !options->quiet && progress->unicode && is_terminal(out);
	mlp_interrupt_begin(&progress->interrupt);
}

void mlp_progress_close(struct mlp_progress *progress)
{
	mlp_progress_clear(progress);
	mlp_interrupt_end(&progress->interrupt);
	free(progress->history.losses);
	free(progress->history.held_losses);
	progress->history.losses = progress->history.held_losses = NULL;
}

/* "accuracy  97.61 %", in columns. */
static const char *metric_text(char buffer[64], const struct mlp_figures *figures)
{
	char number[MLP_NUMBER_TEXT];
	buffer[0] = '\0';
	if (figures->metric.kind == MLP_RMSE)
		snprintf(buffer, 64, "rmse %8s", mlp_number_text(number, figures->value));
	else if (figures->metric.kind != MLP_NO_METRIC)
		snprintf(buffer, 64, "accuracy %6.2f %%", 100 * figures->value);
	return buffer;
}

void mlp_progress_begin(struct mlp_progress *progress, int epochs, int rows, int held_rows,
                        const char *held_name, int test_rows, uint64_t seed)
{
	const struct mlp_network *network = progress->network;
	char number[32];
	int64_t parameters = 0;
	progress->epochs = epochs;
	progress->rows = rows;
	progress->held_name = held_name;
	progress->started = mlp_now();
	if (progress->quiet || progress->trial > 0)
		return;
	for (int k = 0; k < network->tensor_count; k++)
		if (network->tensor(k)->role == MLP_PARAMETER)
			parameters += network->tensor(k)->elements;
	fprintf(progress->out, "%s%s%s: %s parameters", style(progress, BOLD), network->name,
	        style(progress, RESET), mlp_grouped_text(number, parameters));
	fprintf(progress->out, ", %s rows", mlp_grouped_text(number, rows));
	if (held_rows > 0)
		fprintf(progress->out, " + %s for validation", mlp_grouped_text(number, held_rows));
	if (test_rows > 0)
		fprintf(progress->out, " + %s for test", mlp_grouped_text(number, test_rows));
	if (progress->trials > 0)
		fprintf(progress->out, ", %d %s", progress->trials, progress->trial_name);
	fprintf(progress->out, ", batch %d, seed %llu\n", network->batch, (unsigned long long)seed);
	if (network->loss_description && network->loss_description[0])
		fprintf(progress->out, "%sminimize %s%s\n", style(progress, DIM), network->loss_description,
		        style(progress, RESET));
	fflush(progress->out);
}

void mlp_progress_trial(struct mlp_progress *progress, int trial, int trials, const char *name)
{
	struct mlp_history *history = &progress->history;
	history->count = 0;
	history->best = -1;
	history->best_loss = INFINITY;
	progress->trial = trial;
	progress->trials = trials;
	progress->trial_name = name;
	progress->label[0] = '\0';
	if (trials > 1)
		snprintf(progress->label, sizeof progress->label, "%d/%d ", trial + 1, trials);
}

double mlp_progress_seconds(const struct mlp_progress *progress)
{
	return mlp_now() - progress->started;
}

double mlp_progress_epoch_seconds(const struct mlp_progress *progress)
{
	return mlp_now() - progress->epoch_started;
}

int mlp_progress_epoch_rows(const struct mlp_progress *progress)
{
	return progress->rows - (progress->epoch == progress->epochs_before ? progress->rows_before : 0);
}

void mlp_progress_resume(struct mlp_progress *progress, const char *file, int epochs_done, int row)
{
	progress->epochs_before = epochs_done;
	progress->rows_before = row;
	if (epochs_done == progress->epochs && row == 0)
		mlp_progress_say(progress, "resumed from %s: all %d epochs are done", file, epochs_done);
	else if (row == 0)
		mlp_progress_say(progress, "resumed from %s: %d of %d epochs are done", file, epochs_done,
		                 progress->epochs);
	else
		mlp_progress_say(progress, "resumed from %s: in epoch %d of %d, after %d of %d rows", file,
		                 epochs_done + 1, progress->epochs, row, progress->rows);
}

/* Many small epochs: neither the clock nor the kernel is asked in each. */
static bool is_fast(const struct mlp_progress *progress)
{
	return progress->stride >= FAST;
}

void mlp_progress_epoch_begin(struct mlp_progress *progress, int epoch)
{
	progress->epoch = epoch;
	bool timed = !is_fast(progress) || progress->timed ||
	             mlp_progress_prints(progress, epoch + 1 == progress->epochs);
	progress->epoch_started = timed ? mlp_now() : (double)NAN;
}

void mlp_progress_clear(struct mlp_progress *progress)
{
	if (progress->line_shown) {
		fputs("\r\033[K", progress->err);
		fflush(progress->err);
	}
	progress->line_shown = false;
}

/* "━━━━━╸────" of `width` characters. */
static void draw_bar(const struct mlp_progress *progress, char *text, double part, int width)
{
	const char *full = progress->unicode ? "━" : "#", *empty = progress->unicode ? "─" : "-";
	int filled = (int)(part * width + 0.5);
	for (int i = 0; i < width; i++)
		text = stpcpy(text, i < filled ? full : empty);
}

/* Epochs that an earlier process trained, with the part of one. */
static double done_before(const struct mlp_progress *progress)
{
	return progress->epochs_before + (double)progress->rows_before / progress->rows;
}

/* The line is made of parts that are left out from the right as the terminal gets narrower. */
static void draw_line(struct mlp_progress *progress, int rows_done, double loss, double time)
{
	char bar[MOST_BAR * 3 + 1] = "", sparks[SPARKS * 3 + 1] = "", text[LINE];
	char number[32], speed[32], left[32];
	double done = (double)rows_done / progress->rows, spent = time - progress->started;
	double trained = progress->epoch + done - done_before(progress);   /* epochs */
	double rate = spent > 0 ? trained * progress->rows / spent : 0, whole = spent / trained;
	int trials_after = progress->trials > 1 ? progress->trials - progress->trial - 1 : 0;
	double remaining = whole * ((double)progress->epochs * (1 + trials_after) - progress->epoch - done);
	const char *bright = progress->live_color ? CYAN : "", *reset = progress->live_color ? RESET : "";
	int width = terminal_width(progress->err) - 1, digits = snprintf(NULL, 0, "%d", progress->epochs);
	int used = (int)strlen(progress->label) + 6 + 2 * digits + 1 + 7, bar_width = width - used - 60;
	bar_width = bar_width > MOST_BAR ? MOST_BAR : bar_width < 8 ? 8 : bar_width;
	draw_bar(progress, bar, done, bar_width);
	snprintf(text, sizeof text, "%sepoch %*d/%d %s%s%s %3.0f %%", progress->label, digits,
	         progress->epoch + 1, progress->epochs, bright, bar, reset, 100 * done);
	fprintf(progress->err, "\r\033[K%s", text);
	used += bar_width;
	int length = snprintf(text, sizeof text, "  loss %s", mlp_number_text(number, loss));
	if ((used += length) < width)
		fputs(text, progress->err);
	length = snprintf(text, sizeof text, "  %s left", mlp_time_text(left, remaining));
	if ((used += length) < width)
		fputs(text, progress->err);
	length = snprintf(text, sizeof text, "  %s rows/s", mlp_grouped_text(speed, (int64_t)rate));
	if ((used += length) < width)
		fputs(text, progress->err);
	const struct mlp_history *history = &progress->history;
	int count = history->count < SPARKS ? history->count : SPARKS;
	if (progress->unicode && count > 1 && used + 2 + count < width) {
		mlp_sparkline(sparks, history->losses, history->count, SPARKS);
		fprintf(progress->err, "  %s%s%s", bright, sparks, reset);
	}
	fflush(progress->err);
	progress->line_shown = true;
	progress->drawn = time;
}

bool mlp_progress_step(struct mlp_progress *progress, int rows_done, double loss)
{
	if (--progress->countdown > 0)
		return false;
	double time = mlp_now(), since = time - progress->checked;
	if (since < LOOK_TOO_OFTEN && progress->stride < MOST_STRIDE)
		progress->stride *= 2;
	else if (since > LOOK_TOO_SELDOM && progress->stride > 1)
		progress->stride /= 2;
	progress->countdown = progress->stride;
	progress->checked = time;
	if (progress->live && time - progress->drawn >= REDRAW)
		draw_line(progress, rows_done, loss, time);
	return mlp_interrupt_came(&progress->interrupt);
}

bool mlp_progress_between(struct mlp_progress *progress)
{
	return !is_fast(progress) && mlp_interrupt_came(&progress->interrupt);
}

bool mlp_history_reserve(struct mlp_history *history, int count)
{
	int64_t room = history->room;
	if (count <= room)
		return true;
	while (room < count)
		room = room ? room * 2 : 64;
	float *losses = realloc(history->losses, (size_t)room * sizeof *losses);
	if (losses)
		history->losses = losses;
	float *held_losses = realloc(history->held_losses, (size_t)room * sizeof *held_losses);
	if (held_losses)
		history->held_losses = held_losses;
	if (!losses || !held_losses)
		return false;
	history->room = room < INT_MAX ? (int)room : INT_MAX;
	return true;
}

static void remember(struct mlp_history *history, double loss, const struct mlp_figures *held)
{
	if (history->count == INT_MAX || !mlp_history_reserve(history, history->count + 1))
		return;   /* the curve ends here; a checkpoint cannot be written */
	history->losses[history->count] = (float)loss;
	history->held_losses[history->count] = held ? (float)held->loss : 0.0f;
	history->count++;
}

bool mlp_progress_prints(const struct mlp_progress *progress, bool last)
{
	if (progress->quiet || progress->trials > 0)
		return false;
	if (last || progress->epochs <= MOST_LINES || progress->epoch == 0)
		return true;
	return (progress->epoch + 1) % ((progress->epochs + WANTED_LINES - 1) / WANTED_LINES) == 0;
}

void mlp_progress_epoch_end(struct mlp_progress *progress, double loss, const struct mlp_figures *held,
                            bool last)
{
	char number[32], metric[64], time[32];
	struct mlp_history *history = &progress->history;
	bool best = held && held->loss < history->best_loss;
	if (best) {
		history->best = progress->epoch;
		history->best_loss = held->loss;
	}
	remember(history, loss, held);
	if (!mlp_progress_prints(progress, last))
		return;
	mlp_progress_clear(progress);
	FILE *out = progress->out;
	int digits = snprintf(NULL, 0, "%d", progress->epochs);
	fprintf(out, "epoch %*d/%d  loss %8s", digits, progress->epoch + 1, progress->epochs,
	        mlp_number_text(number, loss));
	if (held) {
		fprintf(out, "  %s %s%8s%s", progress->held_name, best ? style(progress, GREEN) : "",
		        mlp_number_text(number, held->loss), best ? style(progress, RESET) : "");
		fprintf(out, " %s", best ? "*" : " ");
		if (held->metric.kind != MLP_NO_METRIC)
			fprintf(out, " %s", metric_text(metric, held));
	}
	double seconds = mlp_progress_epoch_seconds(progress);
	fprintf(out, "  %8s\n", isnan(seconds) ? "" : mlp_time_text(time, seconds));
	fflush(out);
}

void mlp_progress_figures(struct mlp_progress *progress, const char *name, const struct mlp_figures *figures)
{
	char number[MLP_NUMBER_TEXT], text[MLP_FIGURES_TEXT];
	if (progress->quiet)
		return;
	mlp_progress_clear(progress);
	fprintf(progress->out, "%s%s%s: loss %s", style(progress, BOLD), name, style(progress, RESET),
	        mlp_number_text(number, figures->loss));
	fprintf(progress->out, "%s%s\n", figures->metric.kind != MLP_NO_METRIC ? ", " : "",
	        mlp_figures_text(text, figures));
	fflush(progress->out);
}

void mlp_progress_say(struct mlp_progress *progress, const char *format, ...)
{
	if (progress->quiet)
		return;
	mlp_progress_clear(progress);
	va_list arguments;
	va_start(arguments, format);
	vfprintf(progress->out, format, arguments);
	va_end(arguments);
	fputc('\n', progress->out);
	fflush(progress->out);
}

void mlp_progress_finish(struct mlp_progress *progress)
{
	const struct mlp_history *history = &progress->history;
	char time[32], number[32], speed[32], last[32] = "";
	double spent = mlp_now() - progress->started;
	int count = history->count, trained = count - progress->epochs_before;
	mlp_progress_clear(progress);
	if (progress->trials > 0)
		return;
	if (progress->chart)
		mlp_chart(progress->out, history->losses, progress->held_name ? history->held_losses : NULL,
		          count, terminal_width(progress->out), progress->color, progress->held_name);
	double rows = (double)progress->rows * (count - done_before(progress));
	if (trained < count)
		snprintf(last, sizeof last, ", the last %d", trained);
	if (trained < count && rows <= 0)
		mlp_progress_say(progress, "%d epoch%s", count, count == 1 ? "" : "s");
	else
		mlp_progress_say(progress, "%d epoch%s%s in %s, %s rows/s", count, count == 1 ? "" : "s",
		                 last, mlp_time_text(time, spent),
		                 mlp_grouped_text(speed, (int64_t)(spent > 0 ? rows / spent : 0)));
	if (history->best >= 0 && history->best + 1 < count)
		mlp_progress_say(progress, "best %s loss %s in epoch %d (*)", progress->held_name,
		                 mlp_number_text(number, history->best_loss), history->best + 1);
}
