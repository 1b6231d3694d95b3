/* What tests of the calculus share: models from strings through each pass of the compiler, with a
 * verification after each; graphs run by direct evaluation at seeded values; relative differences; random
 * numbers. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <stdint.h>

#include "base/arena.h"
#include "expr/expr.h"

enum { SUPPORT_ROWS = 3 };

/* splitmix64 (Steele, Lea and Flood 2014) */
struct random {
	uint64_t state;
};

/* The seed of this test run, from the environment's SEED if it is there; prints it. */
struct random random_new(void);
uint64_t random_bits(struct random *random);
/* [low, high) */
double random_between(struct random *random, double low, double high);
/* 0 … count-1 */
int random_below(struct random *random, int count);

/* |a - b| / max(1, |a|, |b|); 0 where both are the same infinity or both no number */
double relative_difference(double a, double b);

/* A model at all stages of its compilation. */
struct subject {
	struct arena *arena;
	struct names *names;
	struct exprs *exprs;
	const char *messages;      /* of the front end: "" if there are none */
	const struct model *model; /* NULL after errors */
	const char *fault;         /* "STAGE: what verify_graph found", or NULL */
	struct program program;    /* as lowered */
	tensors wanted;            /* trained parameters and inputs of real numbers */
	struct graph specialised;  /* the training graph: forward … */
	struct graph simplified;
	struct graph gradient; /* … with adjoints of all that is wanted as results */
	struct graph updated;  /* … and with the optimiser */
	struct graph resimplified;
	struct graph finished;
	struct graph fused; /* finished, without adjoints as results and without those of the inputs */
	struct graph prediction[3]; /* specialised, simplified, finished */
	struct graph evaluation[3];
};

/* `statements` follow `model m`. Free with arena_free(subject.arena). Stops at the first fault. */
struct subject subject_new(const char *statements);
/* A whole text, as if it stood in that file. */
struct subject subject_named(const char *path, const char *text);
/* The model of a file. */
struct subject subject_read(const char *path);

/* What the values of a model's tensors are drawn from. */
struct ranges {
	double inputs[2], targets[2], parameters[2]; /* low and high; both 0: -1.5 … 1.5 and -0.9 … 0.9 */
};

/* An evaluation of SUPPORT_ROWS rows at step 3, epoch 2, with random inputs, targets, parameters and states. */
struct evaluation *subject_evaluation(const struct subject *subject, const struct ranges *ranges,
				      struct random *random);

/* Number of values that an evaluation of SUPPORT_ROWS rows keeps for the tensor. */
size_t values_of_tensor(const struct tensor *tensor);

/* The largest relative difference between the results of two graphs, by tensor; `where` gets its name. */
double largest_difference(struct evaluation *evaluation, const struct graph *a, const struct graph *b,
			  const char **where);

/* The equation of that tensor as text; NULL: there is none. */
const char *equation_text(const struct subject *subject, const struct graph *graph, const char *name);
const struct tensor *tensor_of_graph(const struct graph *graph, const char *name);
/* The adjoint of a tensor among the results, or NULL. */
const struct tensor *adjoint_among(const struct graph *graph, const struct tensor *of);

#endif
