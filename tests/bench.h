/* Expressions from texts, for tests of rules: their letters, values for them, and graphs of one equation. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "expr/formula.h"
#include "graph_fixture.h"
#include "support.h"

enum { EXTENT = 4 };

/* Expressions are written as formulas of the numbers a b c d, the vectors x[i] and z[i], and the one-hot
 * vectors t[i] and u[i]; i and j run over 0 … 3. */
struct bench {
	struct fixture f;
	struct formula formula;
	const struct tensor *numbers[4], *vectors[2], *classes[2];
};

static inline void bind_vector(struct bench *b, const struct tensor *tensor)
{
	int over = expr_fresh(b->f.exprs);
	formula_bind(&b->formula, tensor->name, AT(&b->f, tensor, over));
	struct formula_binding *binding = &b->formula.bindings.items[b->formula.bindings.count - 1];
	binding->over_count = 1;
	binding->over[0] = over;
}

static inline struct bench bench_new(void)
{
	struct bench b = {.f = fixture_new()};
	static const char *const numbers[] = {"a", "b", "c", "d"}, *const vectors[] = {"x", "z"},
				 *const classes[] = {"t", "u"};
	b.formula.exprs = b.f.exprs;
	for (int k = 0; k < 4; k++) {
		b.numbers[k] = SCALAR(&b.f, TENSOR_PARAMETER, numbers[k]);
		formula_bind(&b.formula, numbers[k], VALUE_OF(&b.f, b.numbers[k]));
	}
	for (int k = 0; k < 2; k++) {
		struct tensor *one_hot = TENSOR(&b.f, TENSOR_TARGET, classes[k], "i", EXTENT);
		one_hot->classes = EXTENT;
		b.vectors[k] = TENSOR(&b.f, TENSOR_PARAMETER, vectors[k], "i", EXTENT);
		b.classes[k] = one_hot;
		bind_vector(&b, b.vectors[k]);
		bind_vector(&b, b.classes[k]);
	}
	for (int k = 0; k < 2; k++) {
		struct formula_binding index = {
			.name = name_of(b.f.names, k ? "j" : "i"), .index_count = 1, .extents = {EXTENT}};
		index.indices[0] = linear_variable(b.f.exprs, expr_fresh(b.f.exprs));
		array_push(b.f.arena, &b.formula.bindings, index);
	}
	return b;
}

static inline const struct expr *built(struct bench *b, const char *text)
{
	return formula_build(&b->formula, formula_parse(b->f.exprs, text));
}

static inline struct evaluation *random_values(struct bench *b, struct random *random, double width)
{
	struct evaluation *evaluation = evaluation_new(b->f.arena, 1, 1, 0, 0);
	for (int k = 0; k < 4; k++)
		evaluation_values(evaluation, b->numbers[k])[0] = random_between(random, -width, width);
	for (int k = 0; k < 2; k++) {
		evaluation_values(evaluation, b->classes[k])[0] = random_below(random, EXTENT);
		for (int i = 0; i < EXTENT; i++)
			evaluation_values(evaluation, b->vectors[k])[i] =
				random_between(random, -width, width);
	}
	return evaluation;
}

/* The expression as a vector over i where i is free in it. */
static inline struct graph graph_of(struct bench *b, const struct expr *expr)
{
	int index = formula_find(&b->formula, name_of(b->f.names, "i"))->indices[0]->terms[0].variable;
	const struct linear *first = linear_variable(b->f.exprs, 0);
	struct graph graph = {0};
	const struct tensor *left = TENSOR(&b->f, TENSOR_OUTPUT, "y", "i", EXTENT);
	array_push(b->f.arena, &graph.equations,
		   (struct equation){.left = left,
				     .right = expr_substitute(b->f.exprs, expr, 1, &index, &first)});
	array_push(b->f.arena, &graph.results, left);
	return graph;
}

static inline double value_of(struct evaluation *evaluation, const struct graph *graph, int element)
{
	evaluate(evaluation, graph);
	return evaluation_values(evaluation, graph->results.items[0])[element];
}

static inline const char *text_of(struct bench *b, const struct graph *graph)
{
	struct text text = text_new(b->f.arena);
	graph_print(&text, graph);
	return text_string(&text);
}

#endif
