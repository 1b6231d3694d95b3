/* Curves over the epochs, and predictions beside what was wanted. */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>

#include "host/report.h"

enum { MOST_POINTS = 400, MOST_DOTS = 1000 };

static void widen(double range[2], double value)
{
	if (!isfinite(value))
		return;
	range[0] = value < range[0] ? value : range[0];
	range[1] = value > range[1] ? value : range[1];
}

/* Room at both ends. */
static void loosen(double range[2])
{
	double room = (range[1] - range[0]) / 25;
	range[0] -= room;
	range[1] += room;
}

/* -- Epochs -----------------------------------------------------------------------------------------------
 */

/* A value of an epoch; NAN where there is none. */
typedef double curve_value(const struct mlp_report *report, int epoch);

static double loss_of(const struct mlp_report *report, int epoch)
{
	return (double)report->run->progress.history.losses[epoch];
}

static double held_of(const struct mlp_report *report, int epoch)
{
	return (double)report->run->progress.history.held_losses[epoch];
}

static double metric_of(const struct mlp_report *report, int epoch)
{
	const struct mlp_metric_curve *curve = &report->run->curve;
	int i = epoch - curve->first;
	return i >= 0 && i < curve->count ? curve->values[i] : (double)NAN;
}

static void put_curve(const struct mlp_report *report, const struct mlp_plot *plot, curve_value *value,
                      const char *style)
{
	int count = report->run->progress.history.count, stride = (count + MOST_POINTS - 1) / MOST_POINTS;
	fprintf(report->out, "<polyline class=\"%s\" points=\"", style);
	for (int epoch = 0; epoch < count; epoch++) {
		bool shown = epoch % stride == 0 || epoch == count - 1;
		if (shown && isfinite(value(report, epoch)))
			fprintf(report->out, "%.1f,%.1f ", mlp_plot_x(plot, epoch + 1),
			        mlp_plot_y(plot, value(report, epoch)));
	}
	fputs("\"/>\n", report->out);
}

/* The epoch that the parameters are of. */
static void mark_kept(const struct mlp_report *report, const struct mlp_plot *plot, curve_value *value)
{
	const struct mlp_history *history = &report->run->progress.history;
	int kept = report->run->state.best && history->best >= 0 ? history->best : history->count - 1;
	if (isfinite(value(report, kept)))
		fprintf(report->out,
		        "<circle class=\"kept\" r=\"4\" cx=\"%.1f\" cy=\"%.1f\"><title>epoch %d: "
		        "%.6g</title></circle>\n",
		        mlp_plot_x(plot, kept + 1), mlp_plot_y(plot, value(report, kept)), kept + 1,
		        value(report, kept));
}

static void put_loss(const struct mlp_report *report, bool held)
{
	int count = report->run->progress.history.count;
	struct mlp_plot plot = {.x = {1, count}, .y = {INFINITY, -INFINITY}, .whole = true, .x_name = "epoch",
	                        .y_name = "loss", .label = "loss of each epoch"};
	for (int epoch = 0; epoch < count; epoch++) {
		widen(plot.y, loss_of(report, epoch));
		if (held)
			widen(plot.y, held_of(report, epoch));
	}
	if (!isfinite(plot.y[0]))
		return;
	plot.logarithmic = plot.y[0] > 0 && plot.y[1] / plot.y[0] > 20;
	if (!plot.logarithmic && plot.y[0] > 0 && plot.y[0] < plot.y[1] / 2)
		plot.y[0] = 0;
	mlp_begin_plot(report->out, &plot);
	put_curve(report, &plot, loss_of, "first");
	if (held)
		put_curve(report, &plot, held_of, "second");
	mark_kept(report, &plot, held ? held_of : loss_of);
	mlp_end_plot(report->out);
}

static void put_metric(const struct mlp_report *report)
{
	bool rmse = report->figures.metric.kind == MLP_RMSE;
	int count = report->run->progress.history.count;
	struct mlp_plot plot = {.x = {1, count}, .y = {INFINITY, -INFINITY}, .whole = true, .x_name = "epoch",
	                        .y_name = rmse ? "rmse" : "accuracy", .label = "metric of each epoch"};
	for (int epoch = 0; epoch < count; epoch++)
		widen(plot.y, metric_of(report, epoch));
	if (!isfinite(plot.y[0]))
		return;
	loosen(plot.y);
	mlp_begin_plot(report->out, &plot);
	put_curve(report, &plot, metric_of, "second");
	mark_kept(report, &plot, metric_of);
	mlp_end_plot(report->out);
}

bool mlp_report_curves(const struct mlp_report *report)
{
	const struct mlp_run *run = report->run;
	const char *held = run->progress.held_name;
	if (run->progress.history.count < 2)
		return true;
	mlp_begin_section(report->out, "Training", true, NULL);
	fprintf(report->out, "<p><span class=\"key first\"></span> training");
	if (held)
		fprintf(report->out, " <span class=\"key second\"></span> %s", held);
	fputs(" <span class=\"key dot\"></span> the epoch whose parameters are kept</p>\n<div "
	      "class=\"plots\">\n",
	      report->out);
	put_loss(report, held != NULL);
	if (held && report->figures.metric.kind != MLP_NO_METRIC)
		put_metric(report);
	fputs("</div>\n", report->out);
	mlp_end_section(report->out);
	return true;
}

/* -- Two classes: hits over false alarms ------------------------------------------------------------------
 */

struct scored {
	double score;
	bool positive;
};

static int by_score_down(const void *a, const void *b)
{
	double x = ((const struct scored *)a)->score, y = ((const struct scored *)b)->score;
	return (x < y) - (x > y);
}

/* The score of class 1 is that of the AUC. */
static struct scored *sort_scores(const struct mlp_report *report, int64_t *positives)
{
	struct scored *scores = malloc((size_t)report->rows * sizeof *scores);
	*positives = 0;
	for (int row = 0; scores && row < report->rows; row++) {
		const double *found = report->found + (size_t)row * (size_t)report->elements;
		bool positive = mlp_report_class(report, row) == 1;
		*positives += positive;
		scores[row] =
		        (struct scored){report->elements == 2 ? found[1] - found[0] : found[0], positive};
	}
	if (scores)
		qsort(scores, (size_t)report->rows, sizeof *scores, by_score_down);
	return scores;
}

static void put_roc(const struct mlp_report *report, const struct scored *scores, double positives)
{
	double negatives = report->rows - positives, hits = 0, alarms = 0, shown = -1;
	struct mlp_plot plot = {.x = {0, 1}, .y = {0, 1}, .x_name = "false alarms", .y_name = "hits",
	                        .label = "hits over false alarms"};
	mlp_begin_plot(report->out, &plot);
	fprintf(report->out, "<line class=\"ideal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
	        mlp_plot_x(&plot, 0), mlp_plot_y(&plot, 0), mlp_plot_x(&plot, 1), mlp_plot_y(&plot, 1));
	fprintf(report->out, "<polyline class=\"first\" points=\"%.1f,%.1f ", mlp_plot_x(&plot, 0),
	        mlp_plot_y(&plot, 0));
	for (int i = 0; i < report->rows; i++) {
		hits += scores[i].positive;
		alarms += !scores[i].positive;
		bool tied = i + 1 < report->rows && scores[i + 1].score == scores[i].score;
		double way = hits / positives + alarms / negatives;
		if (tied || (way - shown < 2.0 / MOST_POINTS && i + 1 < report->rows))
			continue;
		fprintf(report->out, "%.1f,%.1f ", mlp_plot_x(&plot, alarms / negatives),
		        mlp_plot_y(&plot, hits / positives));
		shown = way;
	}
	fputs("\"/>\n", report->out);
	mlp_end_plot(report->out);
}

bool mlp_report_roc(const struct mlp_report *report)
{
	int64_t positives;
	if (report->rows == 0 || isnan(report->figures.auc) ||
	    report->run->network->targets[0].elements != 1)
		return true;
	struct scored *scores = sort_scores(report, &positives);
	if (scores && positives > 0 && positives < report->rows) {
		char text[MLP_CLASS_TEXT];
		mlp_begin_section(report->out, "Threshold", false, NULL);
		fputs("<p>For every threshold of the score: the part of <b>", report->out);
		mlp_put_html(report->out, mlp_class_text(text, report->run, report->shown->input_count, 1));
		fputs("</b> that is found, and the part of the others taken for it. The area below is the "
		      "AUC.</p>\n",
		      report->out);
		put_roc(report, scores, (double)positives);
		mlp_end_section(report->out);
	}
	free(scores);
	return scores != NULL;
}

/* -- Residuals --------------------------------------------------------------------------------------------
 */

static double wanted_of(const struct mlp_report *report, int row, int32_t element)
{
	const struct mlp_part *target = &report->shown->parts[report->shown->input_count];
	return mlp_part_real(target, report->run->network->real_size,
	                     (size_t)row * (size_t)report->elements + (size_t)element);
}

static double found_of(const struct mlp_report *report, int row, int32_t element)
{
	return report->found[(size_t)row * (size_t)report->elements + (size_t)element];
}

static void put_dots(const struct mlp_report *report, const struct mlp_plot *plot, int32_t element,
                     bool residual)
{
	int stride = (report->rows + MOST_DOTS - 1) / MOST_DOTS;
	for (int row = 0; row < report->rows; row += stride) {
		double wanted = wanted_of(report, row, element), found = found_of(report, row, element);
		double x = residual ? found : wanted, y = residual ? found - wanted : found;
		if (isfinite(x) && isfinite(y))
			fprintf(report->out, "<circle class=\"point\" r=\"2.5\" cx=\"%.1f\" cy=\"%.1f\"/>\n",
			        mlp_plot_x(plot, x), mlp_plot_y(plot, y));
	}
}

static void put_pair(const struct mlp_report *report, int32_t element)
{
	struct mlp_plot both = {.x = {INFINITY, -INFINITY}, .y = {INFINITY, -INFINITY}, .x_name = "wanted",
	                        .y_name = "found", .label = "predictions over targets"};
	struct mlp_plot residuals = {.x = {INFINITY, -INFINITY}, .y = {0, 0}, .x_name = "found",
	                             .y_name = "found - wanted", .label = "residuals over predictions"};
	for (int row = 0; row < report->rows; row++) {
		double wanted = wanted_of(report, row, element), found = found_of(report, row, element);
		widen(both.x, wanted);
		widen(both.y, found);
		widen(both.y, wanted);
		widen(residuals.x, found);
		widen(residuals.y, found - wanted);
	}
	if (!isfinite(both.y[0]) || !isfinite(residuals.x[0]))
		return;
	const double ends[2] = {both.x[0], both.x[1]};
	loosen(both.x);
	loosen(both.y);
	loosen(residuals.x);
	loosen(residuals.y);
	mlp_begin_plot(report->out, &both);
	put_dots(report, &both, element, false);
	fprintf(report->out, "<line class=\"ideal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
	        mlp_plot_x(&both, ends[0]), mlp_plot_y(&both, ends[0]), mlp_plot_x(&both, ends[1]),
	        mlp_plot_y(&both, ends[1]));
	mlp_end_plot(report->out);
	mlp_begin_plot(report->out, &residuals);
	put_dots(report, &residuals, element, true);
	fprintf(report->out, "<line class=\"ideal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
	        mlp_plot_x(&residuals, residuals.x[0]), mlp_plot_y(&residuals, 0),
	        mlp_plot_x(&residuals, residuals.x[1]), mlp_plot_y(&residuals, 0));
	mlp_end_plot(report->out);
}

bool mlp_report_residuals(const struct mlp_report *report)
{
	enum { MOST_ELEMENTS = 3 };
	if (report->figures.metric.kind != MLP_RMSE || report->rows == 0)
		return true;
	mlp_begin_section(report->out, "Predictions", true, NULL);
	fprintf(report->out,
	        "<p>The %s rows: what was found beside what was wanted; the dashed lines are without "
	        "error.</p>\n",
	        report->shown_name);
	for (int32_t element = 0; element < report->elements && element < MOST_ELEMENTS; element++) {
		if (report->elements > 1)
			fprintf(report->out, "<h3>element %d of %d</h3>\n", (int)element + 1,
			        (int)report->elements);
		fputs("<div class=\"plots\">\n", report->out);
		put_pair(report, element);
		fputs("</div>\n", report->out);
	}
	mlp_end_section(report->out);
	return true;
}
