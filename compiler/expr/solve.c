#include "expr/solve.h"

enum { MOST_DIVISIONS = 32 };

struct solution {
	struct exprs *exprs;
	const struct expr *read, *value;
	struct index_variables variables;
	int solved[MOST_VARIABLES];
	const struct linear *values[MOST_VARIABLES];
	int count;
	bool is_solved[MOST_VARIABLES];
	const struct expr *condition; /* NULL: none */
};

/* --- indices that are divided ----------------------------------------------------------------- */

static void substitute(struct solution *s, int count, const int *variables,
                       const struct linear *const *values)
{
	s->read = expr_substitute(s->exprs, s->read, count, variables, values);
	s->value = expr_substitute(s->exprs, s->value, count, variables, values);
}

static const struct linear *fresh_variable(struct solution *s)
{
	return linear_variable(s->exprs, expr_fresh(s->exprs));
}

static bool stands_in_sum(const struct expr *read, int variable)
{
	for (int m = 0; m < read->index_count; m++)
		if (linear_uses(read->indices[m], variable) &&
		    !linear_is_variable(read->indices[m], variable))
			return true;
	return false;
}

/* An index of extent 1 adds nothing to a sum of indices. */
static void drop_single(struct solution *s)
{
	const struct linear *zero = linear_constant(s->exprs, 0);
	for (int v = 0; v < s->variables.count; v++) {
		if (s->variables.list[v].extent != 1 || !stands_in_sum(s->read, s->variables.list[v].number))
			continue;
		substitute(s, 1, &s->variables.list[v].number, &zero);
		s->is_solved[v] = true;
	}
}

static int place_of(const struct solution *s, int variable)
{
	for (int v = 0; v < s->variables.count; v++)
		if (s->variables.list[v].number == variable && !s->is_solved[v])
			return v;
	return -1;
}

/* Is it i_k * e_(k-1) * … * e_0 + … + i_1 * e_0 + i_0, of unsolved indices with these extents? `places` gets
 * them, i_0 first. */
static bool is_row_major(const struct solution *s, const struct linear *linear, int *places)
{
	if (linear->label || linear->constant != 0 || linear->count < 2 ||
	    linear->count > TENSOR_MOST_DIMENSIONS)
		return false;
	int64_t stride = 1;
	for (int found = 0; found < linear->count; found++) {
		int next = -1;
		for (int k = 0; k < linear->count && next < 0; k++) {
			int place = place_of(s, linear->terms[k].variable);
			for (int before = 0; before < found; before++)
				place = places[before] == place ? -1 : place;
			if (place >= 0 && linear->terms[k].coefficient == stride)
				next = place;
		}
		if (next < 0 || s->variables.list[next].extent == EXTENT_ROWS)
			return false;
		places[found] = next;
		stride *= s->variables.list[next].extent;
	}
	return true;
}

/* The first division in the index that `fits`, from the outside in. */
typedef bool (*division_fits)(const struct solution *s, const struct division *division);

static const struct division *find_division(const struct solution *s, const struct linear *linear,
                                            division_fits fits)
{
	for (int k = 0; k < linear->count; k++) {
		const struct division *division = linear->terms[k].division;
		if (division && !fits(s, division))
			division = find_division(s, division->dividend, fits);
		if (division)
			return division;
	}
	return NULL;
}

static const struct division *find_in_read(const struct solution *s, division_fits fits)
{
	for (int m = 0; m < s->read->index_count; m++) {
		const struct division *division = find_division(s, s->read->indices[m], fits);
		if (division)
			return division;
	}
	return NULL;
}

static bool divides_row_major(const struct solution *s, const struct division *division)
{
	int places[TENSOR_MOST_DIMENSIONS], count = 0;
	for (const struct division *d = division->dividend->divisions; d; d = d->next)
		count++;
	return count <= MOST_DIVISIONS && is_row_major(s, division->dividend, places);
}

/* Indices that count together are one: u = 6 * i + j, of which i and j are quotient and remainder. */
static void merge(struct solution *s, const struct linear *sum)
{
	int places[TENSOR_MOST_DIMENSIONS], variables[TENSOR_MOST_DIMENSIONS + MOST_DIVISIONS], count = 0;
	const struct linear *values[TENSOR_MOST_DIMENSIONS + MOST_DIVISIONS], *whole = fresh_variable(s),
	                                                                      *rest = whole;
	int64_t extent = 1;
	is_row_major(s, sum, places);
	for (int k = 0; k < sum->count; k++) {
		struct index_variable *variable = &s->variables.list[places[k]];
		bool is_last = k == sum->count - 1;
		variables[count] = variable->number;
		values[count++] =
		        is_last ? rest : linear_remainder(s->exprs, rest, variable->extent, NULL, NULL);
		rest = linear_quotient(s->exprs, rest, variable->extent, NULL, NULL);
		extent *= variable->extent;
		variable->extent = 1; /* nothing is left to sum */
	}
	for (const struct division *d = sum->divisions; d; d = d->next) {
		variables[count] = d->variable;
		values[count++] = (d->is_remainder ? linear_remainder : linear_quotient)(
		        s->exprs, whole, d->divisor, NULL, NULL);
	}
	substitute(s, count, variables, values);
	for (int k = 0; k < sum->count; k++)
		s->is_solved[places[k]] = true;
	s->variables.list[places[0]] = (struct index_variable){whole->terms[0].variable, extent};
	s->is_solved[places[0]] = false;
}

static bool divides_index(const struct solution *s, const struct division *division)
{
	const struct linear *dividend = division->dividend;
	int place = dividend->count == 1 ? place_of(s, dividend->terms[0].variable) : -1;
	return place >= 0 && linear_is_variable(dividend, s->variables.list[place].number) &&
	       s->variables.list[place].extent % division->divisor == 0;
}

/* An index that is divided by a divisor of its extent is two: i = divisor * q + r. */
static void split(struct solution *s, const struct division *division)
{
	struct index_variable *old = &s->variables.list[place_of(s, division->dividend->terms[0].variable)];
	const struct linear *quotient = fresh_variable(s), *remainder = fresh_variable(s),
	                    *own = division->dividend;
	int64_t divisor = division->divisor;
	const struct linear *values[] = {linear_add(s->exprs, remainder, divisor, quotient), quotient,
	                                 remainder};
	const int variables[] = {
	        old->number,
	        linear_quotient(s->exprs, own, divisor, NULL, NULL)->terms[0].variable,
	        linear_remainder(s->exprs, own, divisor, NULL, NULL)->terms[0].variable,
	};
	substitute(s, 3, variables, values);
	*old = (struct index_variable){quotient->terms[0].variable, old->extent / divisor};
	s->variables.list[s->variables.count++] =
	        (struct index_variable){remainder->terms[0].variable, divisor};
}

static void undo_divisions(struct solution *s)
{
	const struct division *division;
	while (s->variables.count < MOST_VARIABLES) {
		if ((division = find_in_read(s, divides_index)))
			split(s, division);
		else if ((division = find_in_read(s, divides_row_major)))
			merge(s, division->dividend);
		else
			return;
	}
}

/* --- a = J ------------------------------------------------------------------------------------ */

static void require(struct solution *s, const struct expr *condition)
{
	s->condition = s->condition ? normal(s->exprs, expr_binary(s->exprs, OP_AND, s->condition, condition))
	                            : condition;
}

/* variable = value: substitutes it in what is solved already. */
static void solve_for(struct solution *s, int place, const struct linear *value)
{
	int variable = s->variables.list[place].number;
	for (int k = 0; k < s->count; k++)
		s->values[k] = linear_substitute(s->exprs, s->values[k], 1, &variable, &value);
	s->solved[s->count] = variable;
	s->values[s->count++] = value;
	s->is_solved[place] = true;
}

/* The solution must lie in the range of its variable, unless it is the index itself with the same extent. */
static void require_range(struct solution *s, const struct linear *value, int64_t extent, int dimension)
{
	struct exprs *exprs = s->exprs;
	bool is_index = linear_is_variable(value, dimension);
	if (is_index && extent == s->read->tensor->extents[dimension])
		return;
	const struct expr *position = expr_position(exprs, value);
	const struct expr *zero = expr_number(exprs, 0);
	const struct expr *end =
	        extent == EXTENT_ROWS ? expr_symbol(exprs, SYMBOL_ROWS) : expr_number(exprs, (double)extent);
	if (!is_index)
		require(s, normal(exprs, expr_binary(exprs, OP_LESS_EQUAL, zero, position)));
	require(s, normal(exprs, expr_binary(exprs, OP_LESS, position, end)));
}

/* a = 6 * i + j: i and j are quotient and remainder. */
static void solve_row_major(struct solution *s, int dimension, const int *places, int count)
{
	const struct linear *rest = linear_variable(s->exprs, dimension);
	int64_t covered = 1;
	for (int k = 0; k < count - 1; k++) {
		int64_t extent = s->variables.list[places[k]].extent;
		solve_for(s, places[k], linear_remainder(s->exprs, rest, extent, NULL, NULL));
		rest = linear_quotient(s->exprs, rest, extent, NULL, NULL);
		covered *= extent;
	}
	int64_t extent = s->variables.list[places[count - 1]].extent;
	if (covered * extent < s->read->tensor->extents[dimension])
		require_range(s, rest, extent, dimension);
	solve_for(s, places[count - 1], rest);
}

static void solve_dimension(struct solution *s, int dimension)
{
	struct exprs *exprs = s->exprs;
	const struct linear *a = linear_variable(exprs, dimension);
	const struct linear *j =
	        linear_substitute(exprs, s->read->indices[dimension], s->count, s->solved, s->values);
	int places[TENSOR_MOST_DIMENSIONS];
	if (is_row_major(s, j, places)) {
		solve_row_major(s, dimension, places, j->count);
		return;
	}
	for (int v = 0; v < s->variables.count && !j->label; v++) {
		int64_t q = linear_coefficient(j, s->variables.list[v].number);
		if (s->is_solved[v] || (q != 1 && q != -1))
			continue;
		const struct linear *own = linear_variable(exprs, s->variables.list[v].number);
		const struct linear *rest = linear_add(exprs, j, -q, own);
		if (linear_uses(rest, s->variables.list[v].number))
			continue;
		const struct linear *difference = linear_add(exprs, a, -1, rest);
		const struct linear *value = linear_add(exprs, linear_constant(exprs, 0), q, difference);
		require_range(s, value, s->variables.list[v].extent, dimension);
		solve_for(s, v, value);
		return;
	}
	if (linear_is_variable(j, dimension))
		return;
	require(s, normal(exprs,
	                  expr_binary(exprs, OP_EQUAL, expr_position(exprs, a), expr_position(exprs, j))));
}

const struct expr *sum_over_reads(struct exprs *exprs, const struct expr *read,
                                  const struct index_variables *variables, const struct expr *value)
{
	struct solution s = {.exprs = exprs, .read = read, .value = value, .variables = *variables};
	drop_single(&s);
	undo_divisions(&s);
	for (int m = 0; m < read->index_count; m++)
		solve_dimension(&s, m);
	const struct expr *sum = expr_substitute(exprs, s.value, s.count, s.solved, s.values);
	if (s.condition) {
		const struct expr *condition =
		        expr_substitute(exprs, s.condition, s.count, s.solved, s.values);
		sum = normal_guard(exprs, condition, sum);
	}
	sum = normalize(exprs, sum);
	for (int v = s.variables.count; v-- > 0;)
		if (!s.is_solved[v])
			sum = normal(exprs, expr_reduce(exprs, OP_SUM, s.variables.list[v].number,
			                                s.variables.list[v].extent, sum));
	return sum;
}
