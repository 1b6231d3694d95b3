/* The page: what is looked at, the head, the figures, and the sections in their order. */
#define _GNU_SOURCE
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/report.h"
#include "host/replacement.h"
#include "host/text.h"

static const char STYLE[] =
        ":root{color-scheme:light "
        "dark;--paper:#f6f7f9;--card:#fff;--ink:#1c2430;--soft:#5d6878;--line:#dfe3e9;"
        "--first:#2f74d0;--second:#e0762a;--point:#2f74d0}\n"
        "@media(prefers-color-scheme:dark){:root{--paper:#12161c;--card:#1b2129;--ink:#e8ecf2;--soft:#9aa6b6;"
        "--line:#323b47;--first:#6ea8ff;--second:#ff9d57;--point:#6ea8ff}}\n"
        "*{box-sizing:border-box}\n"
        "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}\n"
        "main{max-width:1120px;margin:0 auto;padding:24px 16px 48px;display:grid;gap:16px;"
        "grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr))}header,.wide{grid-column:1/-1}\n"
        "h1{font-size:30px;line-height:1.2;margin:8px 0 4px;overflow-wrap:anywhere}\n"
        "h2{font-size:19px;margin:0 0 6px}h3{font-size:15px;margin:8px 0}\n"
        "p{margin:4px 0 12px;color:var(--soft)}\n"
        "section{background:var(--card);border:1px solid "
        "var(--line);border-radius:12px;padding:18px;min-width:0}\n"
        ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:12px}\n"
        "figure{margin:0}svg{width:100%;height:auto;display:block}figure>svg{max-width:640px;margin:0 auto}\n"
        ".square,.sheet{max-width:520px}image{image-rendering:pixelated}\n"
        ".scroll{overflow-x:auto}.network{margin:0 auto}\n"
        ".formula{font-family:ui-monospace,monospace;font-size:14px;text-align:center;margin:8px 0 0;"
        "overflow-wrap:anywhere}\n"
        "text{fill:var(--ink);font-size:13px}.tick{fill:var(--soft);font-size:12px}.name{font-size:13px}"
        ".strong{font-weight:600}\n"
        ".grid{stroke:var(--line)}.axis{stroke:var(--soft)}\n"
        "polyline{fill:none;stroke-width:2;stroke-linejoin:round}polyline.first{stroke:var(--first)}"
        "polyline.second{stroke:var(--second)}\n"
        ".kept{fill:var(--card);stroke:var(--ink);stroke-width:2}.point{fill:var(--point);fill-opacity:.45}\n"
        ".ideal{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:5 "
        "4}.mark{stroke:var(--ink);stroke-width:1.2}\n"
        ".wire{stroke:var(--soft);stroke-opacity:.3;fill:none}.unit{fill:var(--first)}"
        ".unit.in{fill:var(--soft)}.unit.out{fill:var(--second)}\n"
        ".key{display:inline-block;width:18px;height:3px;vertical-align:middle;border-radius:2px;margin:0 "
        "4px 0 10px}"
        ".key.first{background:var(--first);margin-left:0}.key.second{background:var(--second)}"
        ".key.dot{width:11px;height:11px;border:2px solid "
        "var(--ink);border-radius:50%}.key.block{width:12px;height:12px}\n"
        "table{border-collapse:collapse;font-variant-numeric:tabular-nums}th{font-weight:600;text-align:left}"
        "th,td{padding:5px 10px}\n"
        ".figures td,.figures th,.rows td,.rows th{border-top:1px solid var(--line);vertical-align:top}"
        ".figures tr:first-child th,.rows tr:first-child th{border-top:0;color:var(--soft);font-size:14px}\n"
        ".figures td{text-align:right;white-space:nowrap}.figures th:not(:first-child){text-align:right}\n"
        ".matrix td{text-align:center;min-width:44px;border:2px solid var(--card);border-radius:6px}"
        ".matrix .zero{color:var(--soft);opacity:.5}.matrix "
        ".share{color:var(--soft);font-size:14px;font-weight:400;"
        "white-space:nowrap}.matrix th{white-space:nowrap}.matrix tr:first-child th{text-align:center}\n"
        ".inputs{font-size:14px;color:var(--soft);min-width:130px}.sample{width:56px}small{color:var(--soft);"
        "overflow-wrap:anywhere}\n"
        ".large{display:flex;flex-wrap:wrap;gap:8px 28px;margin:10px 0 0}.large div{line-height:1.2}"
        ".large b{display:block;font-size:30px}.large span{color:var(--soft);font-size:14px}\n"
        "dl{display:grid;grid-template-columns:minmax(90px,max-content) 1fr;gap:6px 16px;margin:0}"
        "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}\n"
        "@media(max-width:520px){section{padding:14px "
        "12px}h1{font-size:25px}dl{grid-template-columns:1fr;gap:0}"
        "dd{margin:0 0 8px}th,td{padding:4px 7px}"
        ".figures,.rows{font-size:14px}.inputs{font-size:13px}.matrix{font-size:12px}.matrix "
        "td{min-width:27px;padding:4px 1px;border-width:1px}"
        ".matrix .share{font-size:10px;padding:4px 2px}.matrix th{padding:4px "
        "3px;white-space:normal;overflow-wrap:anywhere;hyphens:auto}}\n";

/* -- The head
 * ------------------------------------------------------------------------------------------------ */

static void put_large(FILE *out, const char *name, const char *format, double value)
{
	if (isnan(value))
		return;
	fputs("<div><b>", out);
	fprintf(out, format, value);
	fprintf(out, "</b><span>%s</span></div>\n", name);
}

static void put_head(const struct mlp_report *report)
{
	const struct mlp_figures *figures =
	        report->test.metric.kind != MLP_NO_METRIC || report->run->test.rows > 0 ? &report->test
	                                                                                : &report->figures;
	const char *of = report->run->test.rows > 0 ? "test" : report->shown_name;
	FILE *out = report->out;
	char text[64];
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>", out);
	mlp_put_html(out, report->run->network->name);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<header>\n<h1>", STYLE);
	mlp_put_html(out, report->run->network->name);
	fputs("</h1>\n<div class=\"large\">\n", out);
	snprintf(text, sizeof text, "%s accuracy", of);
	if (figures->metric.kind != MLP_RMSE && figures->metric.kind != MLP_NO_METRIC)
		put_large(out, text, "%.2f %%", 100 * figures->value);
	snprintf(text, sizeof text, "%s rmse", of);
	put_large(out, text, "%.4g", figures->rmse);
	snprintf(text, sizeof text, "%s R²", of);
	put_large(out, text, "%.4g", figures->r2);
	snprintf(text, sizeof text, "%s loss", of);
	put_large(out, text, "%.4g", figures->loss);
	fputs("</div>\n</header>\n", out);
}

static void put_cell(FILE *out, double value, bool percent)
{
	char number[MLP_NUMBER_TEXT];
	if (isnan(value))
		fputs("<td>–</td>", out);
	else if (percent)
		fprintf(out, "<td>%.2f %%</td>", 100 * value);
	else
		fprintf(out, "<td>%s</td>", mlp_number_text(number, value));
}

static void put_figures_row(FILE *out, const char *name, const struct mlp_figures *figures)
{
	fprintf(out, "<tr><th scope=\"row\">%s</th>", name);
	put_cell(out, figures->loss, false);
	if (figures->metric.kind == MLP_RMSE) {
		put_cell(out, figures->rmse, false);
		put_cell(out, figures->mae, false);
		put_cell(out, figures->r2, false);
	} else if (figures->metric.kind != MLP_NO_METRIC) {
		put_cell(out, figures->value, true);
		put_cell(out, figures->macro_f1, false);
		if (figures->classes == 2)
			put_cell(out, figures->auc, false);
	}
	fputs("</tr>\n", out);
}

static void put_figures(const struct mlp_report *report)
{
	const struct mlp_figures *figures = &report->figures;
	FILE *out = report->out;
	mlp_begin_section(out, "Figures", true,
	                  figures->elements > 1 ? "Means over the elements of the target." : NULL);
	fputs("<div class=\"scroll\"><table class=\"figures\">\n<tr><th></th><th>loss</th>", out);
	if (figures->metric.kind == MLP_RMSE)
		fputs("<th>rmse</th><th>mae</th><th>R²</th>", out);
	else if (figures->metric.kind != MLP_NO_METRIC)
		fprintf(out, "<th>accuracy</th><th>macro F1</th>%s",
		        figures->classes == 2 ? "<th>AUC</th>" : "");
	fputs("</tr>\n", out);
	put_figures_row(out, report->shown_name, figures);
	if (report->run->test.rows > 0 && report->shown != &report->run->test)
		put_figures_row(out, "test", &report->test);
	fputs("</table></div>\n", out);
	mlp_end_section(out);
}

/* -- What is looked at
 * ------------------------------------------------------------------------------------------ */

static void take_outputs(struct mlp_report *report, int first, int count)
{
	const struct mlp_network *network = report->run->network;
	const void *values = report->run->evaluator.outputs[report->figures.metric.output];
	size_t elements = (size_t)report->elements;
	for (size_t i = 0; i < (size_t)count * elements; i++)
		report->found[(size_t)first * elements + i] = mlp_real_at(values, i, network->real_size);
}

int32_t mlp_report_class(const struct mlp_report *report, int row)
{
	const struct mlp_part *target = &report->shown->parts[report->shown->input_count];
	return target->port->classes > 0
	               ? mlp_part_class(target, (size_t)row)
	               : mlp_part_real(target, report->run->network->real_size, (size_t)row) == 1;
}

/* Predictions and losses, row by row. False: no memory. */
static bool look(struct mlp_report *report)
{
	const struct mlp_run *run = report->run;
	const struct mlp_network *network = run->network;
	const struct mlp_evaluator *evaluator = &run->evaluator;
	if (report->figures.metric.kind == MLP_NO_METRIC)
		return true;
	report->elements = network->outputs[report->figures.metric.output].elements;
	int most = MLP_REPORT_VALUES / report->elements;
	most = most < 1 ? 1 : most < MLP_REPORT_ROWS ? most : MLP_REPORT_ROWS;
	report->rows = report->shown->rows < most ? report->shown->rows : most;
	report->found = malloc((size_t)report->rows * (size_t)report->elements * sizeof *report->found);
	report->losses = malloc((size_t)report->rows * sizeof *report->losses);
	if (!report->found || !report->losses)
		return false;
	int parts = report->shown->input_count + report->shown->target_count;
	for (int row = 0; row < report->rows; row++) {
		for (int i = 0; i < parts; i++)
			evaluator->pointers[i] = mlp_dataset_at(report->shown, i, row);
		report->losses[row] = network->loss(run->state.net, evaluator->work, 1, evaluator->pointers,
		                                    evaluator->pointers + report->shown->input_count);
		network->predict(run->state.net, evaluator->work, 1, evaluator->pointers, evaluator->outputs);
		take_outputs(report, row, 1);
	}
	return true;
}

static bool write_page(struct mlp_report *report)
{
	static bool (*const SECTIONS[])(const struct mlp_report *) = {
	        mlp_report_network, mlp_report_curves,  mlp_report_confusion,
	        mlp_report_roc,     mlp_report_regions, mlp_report_residuals,
	        mlp_report_weights, mlp_report_worst,   mlp_report_card};
	bool well = look(report);
	put_head(report);
	put_figures(report);
	for (size_t i = 0; well && i < sizeof SECTIONS / sizeof *SECTIONS; i++)
		well = SECTIONS[i](report);
	fputs("</main>\n</body>\n</html>\n", report->out);
	return well;
}

int mlp_write_report(struct mlp_run *run, const char *shown_name, const struct mlp_dataset *shown)
{
	char *text = NULL;
	size_t length = 0;
	struct mlp_report report = {.out = open_memstream(&text, &length), .run = run, .shown = shown,
	                            .shown_name = shown_name};
	struct mlp_replacement file = {.descriptor = -1};
	if (!report.out)
		return mlp_no_memory(&run->messages);
	locale_t before = uselocale(run->reader.c_locale);   /* points, not commas */
	run->evaluator.quick = false;
	report.test = run->test.rows > 0
	                      ? mlp_evaluate(&run->evaluator, run->state.net, &run->test, run->metric)
	                      : (struct mlp_figures){0};
	report.figures = mlp_evaluate(&run->evaluator, run->state.net, shown, run->metric);
	bool well = write_page(&report);
	uselocale(before);
	well = fclose(report.out) == 0 && well;
	int status = well ? mlp_replacement_open(&file, &run->messages, run->options->report)
	                  : mlp_no_memory(&run->messages);
	if (status == MLP_WELL)
		status = mlp_replacement_write(&file, &run->messages, text, length);
	mlp_replacement_close(&file);
	free(text);
	free(report.found);
	free(report.losses);
	return status;
}
