/* Does a compiled program compute the gradient of its model? At one random point each derivative is compared
 * with two others that know nothing of the derivation:
 *
 * - forward-mode dual numbers on the graph as it was read (expr/dual.h), to CHECK_EXACT,
 * - central differences of the compiled loss, to CHECK_ROUGH.
 *
 * Both are relative to the largest gradient of the tensor, since that is what an error matters to; but where
 * the terms that a gradient is the sum of are more than CHECK_CANCELLED times as large, relative to these:
 * their rounding is what is left of a gradient that is 0 in exact arithmetic, as before a softmax.
 *
 * Large tensors are sampled; besides, every tensor is moved as a whole along a direction of random signs, in
 * which each element counts.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "base/text.h"
#include "expr/dual.h"
#include "expr/expr.h"

#define CHECK_EXACT 1e-12
#define CHECK_ROUGH 1e-6
enum { CHECK_CANCELLED = 128 };

/* --- what is checked --------------------------------------------------------------------------- */

/* The compiled program. Its arrays are numbered: parameters and statistics, inputs, targets. Only the first
 * `rows` rows of an array of the caller count. A program that has ended returns NAN. */
struct machine {
	void *context;
	void (*put)(void *context, int array, size_t size, const double *values);
	void (*set)(void *context, int array, size_t element, double value);
	double (*loss)(void *context, int rows);
	/* The loss; gradients[array], where it is not NULL, gets that of the array. */
	double (*gradient)(void *context, int rows, int arrays, double *const *gradients,
	                   const size_t *sizes);
};

struct check_settings {
	int64_t elements; /* of a tensor, at most; the others stand in the direction alone */
	uint64_t seed;
	double step;  /* of the differences, times max(1, |x|) */
	bool initial; /* at the initial values as they are, not disturbed */
};

struct check {
	struct arena *arena;
	const struct program *program; /* derived: `training` holds the equations of the gradients */
	const struct graph *forward;   /* of training, as it was read */
	const struct graph *rewritten; /* the same simplified: where `forward` as it stands overflows */
	const struct graph *initial;
	struct check_settings settings;
	struct machine machine;
	void (*progress)(void *context, const char *tensor, size_t done, size_t of); /* or NULL */
	void *progress_context;
};

/* --- what is found ----------------------------------------------------------------------------- */

/* What differences say. */
enum bend {
	BEND_NONE,
	BEND_NEAR, /* a kink within the step: a smaller one was taken */
	BEND_AT,   /* on a kink: the gradient lies between the slopes of both sides */
	/* From here on differences do not judge: */
	BEND_OUTSIDE, /* on a kink, and it does not: what holds there is a convention */
	BEND_JUMP,    /* the loss jumps there on both sides: there is no slope */
	BEND_HIDDEN,  /* differences see what constant() hides, and differ */
	BEND_UNKNOWN, /* the loss is not finite there, or its rounding hides the slope */
};

struct difference {
	double slope, left, right;
	double allowance; /* for rounding of the loss */
	double step;
	enum bend bend;
};

/* One derivative by all three ways: of an element, or (SIZE_MAX) along the direction. */
struct derivative {
	size_t element;
	double gradient;
	struct slope dual;
	struct difference difference;
	double by_dual, by_difference; /* how far the gradient is from each, relative; see above */
};

enum verdict { VERDICT_AGREES, VERDICT_DIFFERS, VERDICT_FROZEN };

struct check_result {
	const struct tensor *tensor;
	const struct equation *equation; /* of the gradient, or NULL: it is 0 */
	const double *gradient;          /* all of it */
	size_t size, count;
	struct derivative *derivatives; /* those of elements, then that of the direction */
	double unsteady;                /* how far rounding alone may move the gradient; 0: not asked for */
	double scale, along; /* what differences of elements, and of the direction, are relative to */
	const struct derivative *worst_by_dual, *worst_by_difference; /* NULL: none */
	int bends[BEND_UNKNOWN + 1];                                  /* how many elements */
	enum verdict verdict;
};

struct trial {
	int rows;
	double loss, evaluated; /* by the program, and directly */
	double noise;           /* how far rounding may move the loss */
	double low, high;       /* the range of inputs; equal: each has its own */
	bool is_finite, loss_agrees;
	const struct graph *forward; /* that of the check which is finite */
	int count;
	struct check_result *results; /* parameters, then inputs of numbers */
};

/* --- check.c ----------------------------------------------------------------------------------- */

/* Values for all arrays; see draw.c. `low` and `high` are of inputs without a scale. */
struct point {
	int count, stored, inputs; /* arrays: of all, of parameters and statistics, of inputs */
	const struct tensor **tensors;
	size_t *sizes; /* for `rows` rows */
	double **values;
	int rows;
};

struct point check_draw(const struct check *check, int rows, double low, double high);
/* An evaluation that has these values; step and epoch as the program has them. */
struct evaluation *check_evaluation(struct arena *arena, const struct check *check,
                                    const struct point *point);
enum { CHECK_STEP = 3, CHECK_EPOCH = 2 };

/* A batch of so many rows. `point` gets where it was. */
struct trial check_batch(const struct check *check, int rows, struct point *point);
bool trial_agrees(const struct trial *trial);

/* --- slopes.c, differences.c, judge.c: the parts of it ----------------------------------------- */

/* Fills `dual` of derivatives; direction: one sign for each element. `noise` as in struct evaluation. */
void check_slopes(const struct check *check, const struct point *point, struct trial *trial,
                  double *const *directions, uint32_t noise);
/* The loss at a distance h. */
typedef double (*loss_beside)(void *context, double h);
struct difference check_difference(loss_beside loss, void *context, double base, double noise, double step,
                                   double gradient, double tolerance, const struct slope *dual);
/* Fills scale and along, from the gradients and slopes. */
void check_scale(struct check_result *result);
/* Fills the rest from the derivatives. */
void check_judge(struct check_result *result);

/* --- report.c, json.c -------------------------------------------------------------------------- */

/* "hidden.W[3, 2]", "hidden.W along a direction" */
const char *check_place(struct arena *arena, const struct check_result *result, const struct derivative *at);
/* What sentences about a kink call its operator: "max", "comparison". */
const char *check_choice(enum op op);

void check_print(struct text *text, const struct check *check, const struct trial *trials, int count,
                 bool color);
void check_print_json(struct text *text, const struct check *check, const struct trial *trials, int count);

#endif
