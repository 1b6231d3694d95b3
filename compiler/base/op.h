/* The operators of the language and of the graph, expanded from ops.def. */
#ifndef BASE_OP_H
#define BASE_OP_H

#include <stdbool.h>

enum op {
#define OPERATOR(id, ...) OP_##id,
#include "base/ops.def"
#undef OPERATOR
	OP_COUNT
};

enum op_bounds { ANY, POSITIVE, NONNEGATIVE, BOOLEAN };

struct op_info {
	const char *id;             /* "TANH" */
	const char *name;           /* as the language writes it: "tanh" */
	int arity;                  /* -1: any number */
	const char *derivative[3];  /* by operand, or NULL */
	const char *c;              /* function of C without the suffix of float, or NULL */
	const char *vector;         /* the same of vectors, "mlp_vector_" before it; NULL: there is none */
	bool vector_of_double;      /* of double too */
	const char *strict;         /* the same with --strict, where C libraries round differently; or NULL */
	enum op_bounds bounds;
	bool internal;              /* of formulas of the compiler alone, no function of the language */
};

extern const struct op_info op_table[OP_COUNT];

/* The element function of that name and arity ("tanh", 1; "max", 2), or OP_COUNT. */
enum op op_function(const char *name, int arity);

/* The same, and those that only the compiler's own formulas name ("shift", 2). */
enum op op_of_formula(const char *name, int arity);

/* The reduction of that name ("sum", "max"), or OP_COUNT. `mean` is not one: it is a sum over its extent. */
enum op op_reduction(const char *name);

static inline bool op_is_reduction(enum op op)
{
	return op >= OP_SUM && op <= OP_ARGMAX;
}

static inline bool op_is_draw(enum op op)
{
	return op >= OP_UNIFORM && op <= OP_ORTHOGONAL;
}

static inline bool op_is_condition(enum op op)
{
	return op_table[op].bounds == BOOLEAN;
}

#endif
