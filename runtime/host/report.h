/* A page about a training and what it came to: one HTML file with inline SVG and pictures as data, without
 * scripts and without the network, well-formed as XML too. */
#ifndef MLP_HOST_REPORT_H
#define MLP_HOST_REPORT_H

#include "host/run.h"

/* Of a training that has ended; figures, predictions and the hardest rows are those of `shown`. Returns a
 * status, the message printed. */
int mlp_write_report(struct mlp_run *run, const char *shown_name, const struct mlp_dataset *shown);

/* -- Between the parts of it ----------------------------------------------------------------------------- */

enum { MLP_REPORT_ROWS = 20000, MLP_REPORT_VALUES = 1 << 22 };   /* most that are looked at one by one */

struct mlp_report {
	FILE *out;
	const struct mlp_run *run;
	const struct mlp_dataset *shown;
	const char *shown_name;
	struct mlp_figures figures, test;
	int rows;              /* of `shown`, the first ones */
	int32_t elements;      /* of the output that the target is found by; 0: none */
	double *found;         /* [rows][elements] */
	double *losses;        /* [rows] of each alone */
};

/* Plain text into HTML: escaped, bytes that are not UTF-8 as `?`. */
void mlp_put_html(FILE *out, const char *text);
/* <section><h2>…</h2><p>…</p>, over half of the page where that is wide; `text` may be NULL. Closed by
 * mlp_end_section. */
void mlp_begin_section(FILE *out, const char *title, bool wide, const char *text);
void mlp_end_section(FILE *out);
/* The name of a class of a part; the number where it has none. Returns the buffer. */
enum { MLP_CLASS_TEXT = 64 };
const char *mlp_class_text(char buffer[MLP_CLASS_TEXT], const struct mlp_run *run, int part, int32_t class);
/* The class of a row by the first target, or whether that is 1. */
int32_t mlp_report_class(const struct mlp_report *report, int row);
/* Class 0 … : one of ten colours, and again. */
uint32_t mlp_class_color(int32_t class);   /* 0xrrggbb */

/* A picture of [height][width] as <image> at x, y of an SVG; pixels 0xaarrggbb. False: no memory. */
struct mlp_box {
	double x, y, width, height;
};
bool mlp_put_picture(FILE *out, const uint32_t *pixels, int width, int height, struct mlp_box box);
/* Alpha by the size of value / most, red below 0 and blue above. */
uint32_t mlp_signed_color(double value, double most);

/* Axes of a plot, 480 x 280. Values go through mlp_plot_x and mlp_plot_y. */
struct mlp_plot {
	double x[2], y[2];        /* ranges */
	bool logarithmic;         /* y */
	bool whole;               /* x counts */
	const char *x_name, *y_name, *label;
};

void mlp_begin_plot(FILE *out, struct mlp_plot *plot);
double mlp_plot_x(const struct mlp_plot *plot, double x);
double mlp_plot_y(const struct mlp_plot *plot, double y);
void mlp_end_plot(FILE *out);

/* Is the first input a picture? Of rank 2, or a square of 49 or more values that are not standardised. */
bool mlp_is_picture(const struct mlp_network *network, int *height, int *width);

/* The sections; those that do not apply print nothing. False: no memory. */
bool mlp_report_network(const struct mlp_report *report);
bool mlp_report_curves(const struct mlp_report *report);
bool mlp_report_confusion(const struct mlp_report *report);
bool mlp_report_roc(const struct mlp_report *report);
bool mlp_report_residuals(const struct mlp_report *report);
bool mlp_report_regions(const struct mlp_report *report);
bool mlp_report_weights(const struct mlp_report *report);
bool mlp_report_worst(const struct mlp_report *report);
bool mlp_report_card(const struct mlp_report *report);

#endif
