/* Scalar expressions: hash-consed, so that equal expressions are one node and equality is pointer equality.
 *
 * Index variables are numbers. In an equation T[v0, v1, …] = E the free variables 0 … rank-1 are the dimensions of T.
 * A reduction binds variable BOUND + k, where k = 1 + the highest k bound inside its body: sums that differ in a
 * letter are one node, and a bound variable can never be captured. While an expression is taken apart its variables
 * are renamed to fresh ones (expr_fresh), which no finished equation contains.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/name.h"
#include "base/op.h"
#include "model/model.h"

enum {
	TENSOR_MOST_DIMENSIONS = MODEL_MOST_DIMENSIONS + 1, /* and the sample */
	BOUND = 16,            /* variables BOUND + 1, … are bound */
	FRESH = 1 << 20,       /* variables from here on are temporary */
	DIVISION = 1 << 28,    /* and from here on they stand for divisions */
	EXTENT_ROWS = -1,      /* extent of the sample dimension: 1 … BATCH, known only when called */
};

struct expr;

/* constant + Σ coefficient * variable, or the class number `label` alone. Interned: equality is pointer equality.
 * In place of a variable a term may have the whole quotient of a linear expression by a number, or its remainder: the
 * indices of an element by its place in row-major order. */
struct linear_term {
	int variable;         /* of a division: a number of its own, from DIVISION on */
	int64_t coefficient;  /* not 0 */
	const struct division *division; /* NULL: a variable */
};

struct division {
	const struct linear *dividend; /* not negative */
	int64_t divisor;               /* positive */
	bool is_remainder;
	int variable;
	const struct division *next;   /* of the same dividend */
};

struct linear {
	uint32_t id;
	int64_t constant;
	const struct expr *label;  /* LABEL expression, or NULL */
	struct division *divisions; /* of which it is the dividend */
	int count;
	struct linear_term terms[]; /* by variable, ascending */
};

enum tensor_role {
	TENSOR_INPUT,      /* the caller's values, unscaled; with `classes` an array of int32_t without the last dimension */
	TENSOR_TARGET,
	TENSOR_PARAMETER,
	TENSOR_STATISTIC,
	TENSOR_STATE,      /* of the optimiser, one for each parameter and state: "hidden.W.m" */
	TENSOR_LAYER,      /* intermediate value of the user's model */
	TENSOR_OUTPUT,     /* a layer that prediction returns */
	TENSOR_LOSS,       /* rank 0: the mean over the batch */
	TENSOR_ADJOINT,    /* d_NAME: derivative of the loss with respect to NAME */
	TENSOR_TEMPORARY,  /* made by the compiler */
	TENSOR_SCHEDULE,   /* rank 0, depends on step and epoch alone; computed in double */
	TENSOR_NEXT,       /* value of `stored_in` after the update: is written in its place */
};

struct tensor {
	name_t name;
	enum tensor_role role;
	int rank;
	int64_t extents[TENSOR_MOST_DIMENSIONS];  /* extents[0] = EXTENT_ROWS where there is one per sample */
	name_t letters[TENSOR_MOST_DIMENSIONS];   /* index letters to print: "n", "o" */
	int classes;                              /* INPUT, TARGET: > 0 if the last dimension is a one-hot vector */
	const struct tensor *stored_in;           /* NEXT: parameter, statistic or state */
	const struct tensor *of;                  /* ADJOINT: the tensor whose derivative it is; STATE: its parameter;
	                                             TEMPORARY: the tensor whose equation it was a part of, or NULL */
	const struct model_tensor *source;        /* what it is in the model, or NULL */
	enum ast_scaling scaling;                 /* INPUT: how the host must prepare statistics */
	const struct tensor *mean, *deviation;    /* INPUT with SCALING_STANDARDIZE */
};

/* What each operator uses besides op:
 *   NUMBER    number
 *   ADD       number + Σ weights[k] * operands[k]
 *   MULTIPLY  number * Π operands[k] ^ weights[k], whole exponents, negative for divisors
 *   READ      tensor at indices[0 … tensor->rank-1]; of a class tensor: its one-hot vector (gone after `finish`)
 *   LABEL     class number of a class tensor at indices[0 … tensor->rank-2]
 *   POSITION  indices[0], as a number
 *   UNIFORM, NORMAL, ORTHOGONAL  draw: name of the occurrence; indices[0] row of the batch (constant 0 if none),
 *             indices[1] element
 *   SYMBOL    symbol
 *   reductions  operands[0] over `variable`, 0 … extent-1 (or EXTENT_ROWS)
 *   all others  operands as in ops.def; conditions are 0 or 1
 */
struct expr {
	enum op op;
	uint32_t id;         /* order of creation: operands come before their users */
	uint32_t shape;      /* the same for nodes that differ in indices only: order of the first of them */
	bool divides;        /* are there reads by quotients or remainders of indices inside? */
	int bound;           /* highest k of the variables BOUND + k bound inside; 0: none */
	int count;           /* of operands */
	int index_count;
	int variable;
	enum symbol symbol;
	uint64_t variables;  /* free variables by variable % 64: a filter, see expr_uses */
	uint64_t operators;  /* those in it, as bits: see expr_has */
	const struct expr *const *operands;
	const double *weights;
	double number;
	const struct tensor *tensor;
	const struct linear *const *indices;
	int64_t extent;
	name_t draw;
};

/* The table that makes equal expressions one node. */
struct exprs;

struct exprs *exprs_new(struct arena *arena, struct names *names);
struct arena *exprs_arena(const struct exprs *exprs);
struct names *exprs_names(const struct exprs *exprs);
int expr_fresh(struct exprs *exprs);

/* The tensor that holds a value, in whatever graph it is needed: so that equal parts of the graphs stay equal. NULL
 * if none was remembered. */
const struct tensor *exprs_holder(const struct exprs *exprs, const struct expr *value);
void exprs_remember(struct exprs *exprs, const struct expr *value, const struct tensor *holder);

/* --- builders: no simplification but that of the form (an empty sum is a number, one operand alone is itself) ------ */

const struct linear *linear_constant(struct exprs *exprs, int64_t constant);
const struct linear *linear_variable(struct exprs *exprs, int variable);
const struct linear *linear_label(struct exprs *exprs, const struct expr *label);
/* a + factor * b */
const struct linear *linear_add(struct exprs *exprs, const struct linear *a, int64_t factor, const struct linear *b);
/* 0 too where the variable occurs in a dividend only. */
int64_t linear_coefficient(const struct linear *linear, int variable);
/* Does it depend on the variable? Labels are not looked into. */
bool linear_uses(const struct linear *linear, int variable);

/* The least and the largest value. Where the extent of a variable is not positive it is not known. */
struct linear_range {
	bool is_known;
	int64_t low, high;
};

typedef int64_t (*extent_of_variable)(const void *context, int variable);
struct linear_range linear_range(const struct linear *linear, extent_of_variable extent, const void *context);

/* floor(a / divisor) and a - divisor * floor(a / divisor), for an `a` that is never negative. Terms that the divisor
 * divides are taken out; what is less than the divisor by its extents (NULL: not known) is not divided. */
const struct linear *linear_quotient(struct exprs *exprs, const struct linear *a, int64_t divisor,
                                     extent_of_variable extent, const void *context);
const struct linear *linear_remainder(struct exprs *exprs, const struct linear *a, int64_t divisor,
                                      extent_of_variable extent, const void *context);

/* Is it the variable alone? */
bool linear_is_variable(const struct linear *linear, int variable);

const struct expr *expr_number(struct exprs *exprs, double number);
const struct expr *expr_symbol(struct exprs *exprs, enum symbol symbol);
const struct expr *expr_read(struct exprs *exprs, const struct tensor *tensor, const struct linear *const *indices);
const struct expr *expr_label(struct exprs *exprs, const struct tensor *tensor, const struct linear *const *indices);
const struct expr *expr_position(struct exprs *exprs, const struct linear *position);
const struct expr *expr_draw(struct exprs *exprs, enum op op, name_t draw, const struct linear *row,
                             const struct linear *element);
/* Any operator with a fixed number of operands. */
const struct expr *expr_apply(struct exprs *exprs, enum op op, const struct expr *const *operands);
const struct expr *expr_unary(struct exprs *exprs, enum op op, const struct expr *x);
const struct expr *expr_binary(struct exprs *exprs, enum op op, const struct expr *a, const struct expr *b);
const struct expr *expr_select(struct exprs *exprs, const struct expr *condition, const struct expr *a,
                               const struct expr *b);
const struct expr *expr_sum_of(struct exprs *exprs, double constant, int count, const struct expr *const *operands,
                               const double *coefficients);
const struct expr *expr_product_of(struct exprs *exprs, double coefficient, int count,
                                   const struct expr *const *operands, const double *exponents);
/* Binds `variable` (free or fresh in body). */
const struct expr *expr_reduce(struct exprs *exprs, enum op op, int variable, int64_t extent, const struct expr *body);

/* --- taking apart ---------------------------------------------------------------------------------------------- */

/* A node like `old` with other operands; the weights, indices and all else stay. Who changes more in the body of a
 * reduction than its indices opens it first, lest an inner reduction gets the number of the outer one. */
const struct expr *expr_with_operands(struct exprs *exprs, const struct expr *old, const struct expr *const *operands);
/* The body of a reduction with its bound variable renamed to `variable`. */
const struct expr *expr_open(struct exprs *exprs, const struct expr *reduction, int variable);
/* All at once: variables[k] becomes replacements[k]; the others stay. */
const struct expr *expr_substitute(struct exprs *exprs, const struct expr *expr, int count, const int *variables,
                                   const struct linear *const *replacements);
const struct linear *linear_substitute(struct exprs *exprs, const struct linear *linear, int count,
                                       const int *variables, const struct linear *const *replacements);
/* Does the variable occur free in it? */
bool expr_uses(const struct expr *expr, int variable);
bool expr_is_number(const struct expr *expr, double number);
/* labels.c: is it the element of a one-hot vector at the variable, which runs over all of its classes and nothing
 * else of it? */
bool is_one_hot_over(const struct expr *read, int variable, int64_t extent);

_Static_assert(OP_COUNT <= 64, "operators fit in the bits of a number");

static inline uint64_t op_bit(enum op op)
{
	return UINT64_C(1) << op;
}

/* Does one of the operators, given as bits, occur in it or in the class numbers of its indices? */
static inline bool expr_has(const struct expr *expr, uint64_t operators)
{
	return (expr->operators & operators) != 0;
}

/* --- transform.c ----------------------------------------------------------------------------------------------- */

/* Rebuilds an expression from its leaves upward: each node with its new operands goes through `rewrite`. Shared
 * nodes are visited once; reductions are opened and closed again around it. */
typedef const struct expr *(*expr_rewrite)(void *context, const struct expr *expr);
const struct expr *expr_map(struct exprs *exprs, const struct expr *expr, expr_rewrite rewrite, void *context);

/* --- normal.c: the normal form ---------------------------------------------------------------------------------- */

/* Of a node whose operands are in normal form: sums and products flat, like terms collected, numbers folded in
 * double, factors common to all terms and factors free of the index outside, conditions outermost. Equal over the
 * reals; never folds to NaN or infinity. */
const struct expr *normal(struct exprs *exprs, const struct expr *expr);
const struct expr *normalize(struct exprs *exprs, const struct expr *expr); /* the same for a whole tree */
const struct expr *normal_product(struct exprs *exprs, const struct expr *a, const struct expr *b);
const struct expr *normal_sum(struct exprs *exprs, const struct expr *a, const struct expr *b);
/* condition ? a : 0 */
const struct expr *normal_guard(struct exprs *exprs, const struct expr *condition, const struct expr *a);
/* guard.c: guards * factor with the factor inside of the conditions under which `guards` is zero */
const struct expr *guarded_product(struct exprs *exprs, const struct expr *guards, const struct expr *factor);
/* `guards` where the condition holds, or where it does not, and 0 elsewhere; the condition inside of those under which
 * `guards` is zero */
const struct expr *guarded_choice(struct exprs *exprs, const struct expr *guards, const struct expr *condition,
                                  bool holds);

/* --- graphs -------------------------------------------------------------------------------------------------- */

enum phase { PHASE_FORWARD, PHASE_BACKWARD, PHASE_UPDATE };

/* left[0, 1, …] = right, for all values of the variables. Either the right side is free of reductions, or it is a
 * chain of them at its root (sum over i of sum over j of …) over a body that is free of them: `split_reductions`. */
struct equation {
	const struct tensor *left;
	const struct expr *right;
	const double *numbers;   /* initial values, row-major: instead of right */
	const struct expr *matrix; /* the ORTHOGONAL draw in an initial value, or NULL */
	enum phase phase;
	bool in_loss;            /* made from `minimize`, not from a layer: its logarithms may be guarded */
	const char *origin;      /* what it was derived from, for comments: "adjoint of hidden", or NULL */
};

typedef ARRAY(struct equation) equations;
typedef ARRAY(const struct tensor *) tensors;

/* Each equation stands after those that it reads. `results` are what the graph is for: all else may go. */
struct graph {
	equations equations;
	tensors results;
};

/* All that is computed for a model. Tensors are shared by the graphs. */
struct program {
	const struct model *model;
	struct exprs *exprs;
	tensors inputs, targets, outputs; /* as the caller sees them */
	tensors stored;      /* parameters and statistics, in order of definition */
	tensors states;      /* of the optimiser */
	const struct tensor *loss;        /* NULL: inference only */
	struct graph initial;     /* parameters, statistics and states at the start: left sides are the tensors themselves */
	struct graph prediction;  /* inputs → outputs */
	struct graph evaluation;  /* inputs, targets → loss */
	struct graph training;    /* forward, backward, update: → loss, NEXT values (and adjoints of parameters) */
};

/* --- the passes, in their order --------------------------------------------------------------------------------- */

/* How the graphs are rewritten: which rules are off (a bit each, by place in rules.def), and where what happens is
 * written down (history.h), or NULL. */
struct rewriting {
	uint64_t rules_off;
	struct history *history;
	bool last; /* no derivative is taken of the result: forms with kinks may come */
};

/* lower.c: model → forward equations of all graphs; `training` has no backward part yet */
struct program lower(struct exprs *exprs, const struct model *model);
/* specialize.c: SYMBOL_TRAINING is `training`; branches that cannot be taken are gone */
struct graph specialize(struct exprs *exprs, const struct graph *graph, bool training);
/* simplify.c: the rules of rules.def; see there for the order */
struct graph simplify(struct exprs *exprs, const struct graph *graph, struct rewriting rewriting);
/* gradient.c: forward equations and `loss` → the same and the adjoints of all tensors that the wanted ones need */
struct graph differentiate(struct exprs *exprs, const struct graph *graph, const struct tensor *loss,
                           const tensors *wanted);
/* update.c: with the optimiser's equations for each parameter that is not frozen */
struct graph add_update(struct exprs *exprs, const struct program *program, const struct graph *graph);
/* one_row.c: for batches of one row: sums over the rows are their one term; simplify follows */
struct graph one_row(struct exprs *exprs, const struct graph *graph);
/* finish.c: look-ups in place of one-hot vectors, reuse of stored values, dead equations out */
struct graph finish(struct exprs *exprs, const struct graph *graph, struct history *history);
/* rename.c: parts made by the passes get the names that are free in the end, the same in all graphs */
struct program rename_parts(struct exprs *exprs, const struct program *program);

/* --- expr_print.c ------------------------------------------------------------------------------------------------ */

struct text;
/* "hidden[n, o] = tanh(b[o] + sum(i, W[o, i] * x[n, i]))" in the syntax of the language, where it has one */
void expr_print(struct text *text, const struct expr *expr, const struct tensor *left);
void equation_print(struct text *text, const struct equation *equation);
void graph_print(struct text *text, const struct graph *graph);
void program_print(struct text *text, const struct program *program);

/* --- verify_graph.c: NULL, or what is wrong with it (an internal error) ------------------------------------------ */

const char *verify_graph(struct arena *arena, const struct graph *graph, bool split);

/* --- eval.c: direct evaluation in double; the oracle of the tests ------------------------------------------------- */

struct evaluation;

/* `rows` samples; tensors get storage as they are met, row-major, [rows][…] */
struct evaluation *evaluation_new(struct arena *arena, int rows, uint64_t seed, uint32_t step, uint32_t epoch);
/* Values of a tensor; zeroed when new. A class tensor holds class numbers, without the last dimension. */
double *evaluation_values(struct evaluation *evaluation, const struct tensor *tensor);
/* Computes all equations in order. NEXT tensors have values of their own until evaluation_commit. */
void evaluate(struct evaluation *evaluation, const struct graph *graph);
void evaluation_commit(struct evaluation *evaluation, const struct graph *graph);

#endif
