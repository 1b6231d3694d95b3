/* Short words for building graphs by hand in tests. Inline, so that a test may leave some unused. */
#ifndef TESTS_GRAPH_FIXTURE_H
#define TESTS_GRAPH_FIXTURE_H

#include <string.h>

#include "base/arena.h"
#include "base/name.h"
#include "base/text.h"
#include "expr/expr.h"

struct fixture {
	struct arena *arena;
	struct names *names;
	struct exprs *exprs;
	struct graph graph;
};

static inline struct fixture fixture_new(void)
{
	struct fixture f = {.arena = arena_new()};
	f.names = names_new(f.arena);
	f.exprs = exprs_new(f.arena, f.names);
	return f;
}

/* One letter of `letters` a dimension. */
static inline struct tensor *tensor_new(struct fixture *f, enum tensor_role role, const char *name,
                                        const char *letters, const int64_t *extents)
{
	struct tensor *tensor = ARENA_NEW(f->arena, struct tensor);
	tensor->name = name_of(f->names, name);
	tensor->role = role;
	tensor->rank = (int)strlen(letters);
	for (int d = 0; d < tensor->rank; d++) {
		tensor->extents[d] = extents[d];
		tensor->letters[d] = name_intern(f->names, letters + d, 1);
	}
	return tensor;
}

#define TENSOR(f, role, name, letters, ...) tensor_new(f, role, name, letters, (const int64_t[]){__VA_ARGS__})
#define SCALAR(f, role, name) tensor_new(f, role, name, "", NULL)

static inline const struct expr *read_at(struct fixture *f, const struct tensor *tensor, const int *variables)
{
	const struct linear *indices[TENSOR_MOST_DIMENSIONS];
	for (int d = 0; d < tensor->rank; d++)
		indices[d] = linear_variable(f->exprs, variables[d]);
	return expr_read(f->exprs, tensor, indices);
}

/* A read at variables alone. */
#define AT(f, tensor, ...) read_at(f, tensor, (const int[]){__VA_ARGS__})
#define VALUE_OF(f, tensor) expr_read((f)->exprs, tensor, NULL)

static inline const struct expr *number(struct fixture *f, double value)
{
	return expr_number(f->exprs, value);
}

static inline const struct expr *add(struct fixture *f, double constant, double wa, const struct expr *a,
                                     double wb, const struct expr *b)
{
	return expr_sum_of(f->exprs, constant, b ? 2 : 1, (const struct expr *[]){a, b}, (double[]){wa, wb});
}

static inline const struct expr *multiply(struct fixture *f, double factor, double ea, const struct expr *a,
                                          double eb, const struct expr *b)
{
	return expr_product_of(f->exprs, factor, b ? 2 : 1, (const struct expr *[]){a, b},
	                       (double[]){ea, eb});
}

static inline const struct expr *unary(struct fixture *f, enum op op, const struct expr *x)
{
	return expr_unary(f->exprs, op, x);
}

static inline const struct expr *binary(struct fixture *f, enum op op, const struct expr *a,
                                        const struct expr *b)
{
	return expr_binary(f->exprs, op, a, b);
}

static inline void define(struct fixture *f, const struct tensor *left, const struct expr *right)
{
	array_push(f->arena, &f->graph.equations, (struct equation){.left = left, .right = right});
}

#endif
