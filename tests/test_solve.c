/* Whole quotients and remainders of indices, and the indices at which an element is read: against trying them
 * all. */
#include <criterion/criterion.h>
#include <math.h>

#include "expr/solve.h"
#include "graph_fixture.h"
#include "support.h"

enum { MOST_RANK = 3, MOST_LOOPS = 3 };

/* A read A[J] under loops with these extents; `w` has an element for each turn of the loops. */
struct problem {
	struct fixture f;
	struct index_variables loops;
	const struct linear *own[MOST_LOOPS];
	const struct tensor *w, *a;
	const struct expr *read;
};

static int64_t extent_of_loop(const void *context, int variable)
{
	const struct index_variables *loops = context;
	for (int v = 0; v < loops->count; v++)
		if (loops->list[v].number == variable)
			return loops->list[v].extent;
	return -1;
}

static int64_t value_of_linear(const struct linear *linear, const struct index_variables *loops,
                               const int64_t *values)
{
	int64_t sum = linear->constant;
	for (int k = 0; k < linear->count; k++) {
		const struct division *division = linear->terms[k].division;
		int64_t term = 0;
		if (division) {
			int64_t dividend = value_of_linear(division->dividend, loops, values);
			cr_assert_geq(dividend, 0);
			term = division->is_remainder ? dividend % division->divisor
			                              : dividend / division->divisor;
		}
		for (int v = 0; v < loops->count; v++)
			if (loops->list[v].number == linear->terms[k].variable)
				term = values[v];
		sum += linear->terms[k].coefficient * term;
	}
	return sum;
}

/* Sums of loops, and their quotients and remainders: never negative. */
static const struct linear *random_index(struct problem *p, struct random *random, int depth)
{
	struct exprs *exprs = p->f.exprs;
	const struct linear *index = linear_constant(exprs, random_below(random, 4) == 0);
	for (int v = 0; v < p->loops.count; v++)
		if (random_below(random, 2))
			index = linear_add(exprs, index, 1 + random_below(random, 6), p->own[v]);
	if (random_below(random, 3) == 0) /* in row-major order */
		for (int v = 0; v < p->loops.count; v++)
			index = linear_add(exprs, p->own[v], p->loops.list[v].extent,
			                   v ? index : linear_constant(exprs, 0));
	if (depth == 0 || random_below(random, 3) == 0)
		return index;
	index = random_below(random, 2) ? random_index(p, random, depth - 1) : index;
	bool known = random_below(random, 2);
	return (random_below(random, 2) ? linear_quotient : linear_remainder)(
	        exprs, index, 1 + random_below(random, 6), known ? extent_of_loop : NULL, &p->loops);
}

/* The indices of an element of shape [*, inner] by its place: what a reshape reads. */
static void reshape_indices(struct problem *p, struct random *random, const struct linear **indices,
                            int64_t *extents)
{
	struct exprs *exprs = p->f.exprs;
	const struct linear *flat = linear_constant(exprs, 0);
	int64_t count = 1;
	for (int v = 0; v < p->loops.count; v++) {
		flat = linear_add(exprs, p->own[v], p->loops.list[v].extent, flat);
		count *= p->loops.list[v].extent;
	}
	do
		extents[1] = 1 + random_below(random, (int)count);
	while (count % extents[1] != 0);
	extents[0] = count / extents[1];
	indices[0] = linear_quotient(exprs, flat, extents[1], extent_of_loop, &p->loops);
	indices[1] = linear_remainder(exprs, flat, extents[1], extent_of_loop, &p->loops);
}

static struct problem random_problem(struct random *random, bool reshape)
{
	struct problem p = {.f = fixture_new()};
	int64_t extents[MOST_LOOPS], shape[MOST_RANK];
	const struct linear *indices[MOST_RANK];
	int rank = reshape ? 2 : 1 + random_below(random, MOST_RANK);
	p.loops.count = 1 + random_below(random, MOST_LOOPS);
	for (int v = 0; v < p.loops.count; v++) {
		extents[v] = 1 + random_below(random, 6);
		p.loops.list[v] = (struct index_variable){expr_fresh(p.f.exprs), extents[v]};
		p.own[v] = linear_variable(p.f.exprs, p.loops.list[v].number);
	}
	if (reshape)
		reshape_indices(&p, random, indices, shape);
	for (int m = 0; m < rank && !reshape; m++) {
		indices[m] = random_index(&p, random, 2);
		struct linear_range range = linear_range(indices[m], extent_of_loop, &p.loops);
		cr_assert(range.is_known && range.low >= 0);
		shape[m] = range.high + 1 + random_below(random, 2);
	}
	p.w = tensor_new(&p.f, TENSOR_INPUT, "w", &"abc"[MOST_LOOPS - p.loops.count], extents);
	p.a = tensor_new(&p.f, TENSOR_LAYER, "a", &"ijk"[MOST_RANK - rank], shape);
	p.read = expr_read(p.f.exprs, p.a, indices);
	return p;
}

static size_t flat_place(const struct tensor *tensor, const int64_t *indices)
{
	size_t place = 0;
	for (int k = 0; k < tensor->rank; k++)
		place = place * (size_t)tensor->extents[k] + (size_t)indices[k];
	return place;
}

/* Adds w at each turn of the loops to the element that is read there. */
static void try_all(const struct problem *p, const double *w, double *expected)
{
	int64_t turn[MOST_LOOPS] = {0}, at[MOST_RANK];
	for (size_t count = 0;; count++) {
		for (int m = 0; m < p->a->rank; m++) {
			at[m] = value_of_linear(p->read->indices[m], &p->loops, turn);
			cr_assert(at[m] >= 0 && at[m] < p->a->extents[m]);
		}
		expected[flat_place(p->a, at)] += w[count];
		int v = p->loops.count - 1;
		while (v >= 0 && ++turn[v] == p->loops.list[v].extent)
			turn[v--] = 0;
		if (v < 0)
			return;
	}
}

static bool has_sum(const struct expr *expr)
{
	return expr->bound > 0;
}

static const struct expr *check(struct problem *p, struct random *random)
{
	const struct expr *w = expr_read(p->f.exprs, p->w, p->own);
	const struct expr *sum = sum_over_reads(p->f.exprs, p->read, &p->loops, w);
	struct tensor *result =
	        tensor_new(&p->f, TENSOR_OUTPUT, "d", &"ijk"[MOST_RANK - p->a->rank], p -> a -> extents);
	define(&p->f, result, sum);
	struct evaluation *e = evaluation_new(p->f.arena, 1, 1, 0, 0);
	size_t elements = values_of_tensor(p->a);
	double *expected = ARENA_ARRAY(p->f.arena, double, elements), *values = evaluation_values(e, p->w);
	for (size_t k = 0; k < values_of_tensor(p->w); k++)
		values[k] = random_between(random, 1, 2);
	try_all(p, values, expected);
	evaluate(e, &p->f.graph);
	struct text text = text_new(p->f.arena);
	graph_print(&text, &p->f.graph);
	for (size_t k = 0; k < elements; k++)
		cr_expect_lt(fabs(evaluation_values(e, result)[k] - expected[k]), 1e-12,
		             "element %zu is %g, not %g:\n%s", k, evaluation_values(e, result)[k],
		             expected[k], text_string(&text));
	return sum;
}

Test(solve, random_reads)
{
	struct random random = random_new();
	for (int k = 0; k < 3000; k++) {
		struct problem p = random_problem(&random, false);
		check(&p, &random);
		arena_free(p.f.arena);
	}
}

/* A reshape reads each element once: nothing is left to sum, and no condition. */
Test(solve, reshapes)
{
	struct random random = random_new();
	for (int k = 0; k < 500; k++) {
		struct problem p = random_problem(&random, true);
		const struct expr *sum = check(&p, &random);
		struct equation equation = {.left = p.a, .right = sum};
		struct text text = text_new(p.f.arena);
		equation_print(&text, &equation);
		cr_expect_not(has_sum(sum), "%s", text_string(&text));
		arena_free(p.f.arena);
	}
}

static const struct linear *variable_with_extent(struct problem *p, int64_t extent)
{
	int number = expr_fresh(p->f.exprs);
	p->loops.list[p->loops.count++] = (struct index_variable){number, extent};
	return linear_variable(p->f.exprs, number);
}

Test(solve, forms_of_divisions)
{
	struct problem p = {.f = fixture_new()};
	struct exprs *exprs = p.f.exprs;
	const struct linear *i = variable_with_extent(&p, 3), *j = variable_with_extent(&p, 4);
	const struct linear *flat = linear_add(exprs, j, 4, i);
	/* whole parts are taken out */
	cr_expect_eq(linear_quotient(exprs, flat, 4, extent_of_loop, &p.loops), i);
	cr_expect_eq(linear_remainder(exprs, flat, 4, extent_of_loop, &p.loops), j);
	cr_expect_neq(linear_remainder(exprs, flat, 4, NULL, NULL), j);
	cr_expect_eq(linear_quotient(exprs, flat, 1, NULL, NULL), flat);
	cr_expect_eq(linear_remainder(exprs, flat, 1, NULL, NULL), linear_constant(exprs, 0));
	/* quotient and remainder together are what was divided */
	const struct linear *q = linear_quotient(exprs, flat, 6, NULL, NULL);
	const struct linear *r = linear_remainder(exprs, flat, 6, NULL, NULL);
	cr_expect_eq(linear_add(exprs, r, 6, q), flat);
	cr_expect_eq(linear_add(exprs, linear_add(exprs, i, 2, r), 12, q), linear_add(exprs, i, 2, flat));
	cr_expect_neq(linear_add(exprs, r, 5, q), flat);
	/* equal ones are one */
	cr_expect_eq(linear_quotient(exprs, flat, 6, NULL, NULL), q);
	struct linear_range range = linear_range(q, extent_of_loop, &p.loops);
	cr_expect(range.is_known && range.low == 0 && range.high == 1);
	arena_free(p.f.arena);
}
