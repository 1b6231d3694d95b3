/* The hash-consing table and the builders. A node is built on the stack, looked up, and copied into the arena if it
 * is new; so a node exists once, and its operands were there before it. */
#include "expr/expr.h"

#include <string.h>

typedef ARRAY(const struct expr *) expr_array;

struct exprs {
	struct arena *arena;
	struct names *names;
	const struct expr **slots;
	size_t count, capacity;
	const struct linear **linears;
	size_t linear_count, linear_capacity;
	ARRAY(const struct tensor *) holders; /* by id of the value; NULL: none */
	uint32_t next_id, next_linear_id;
	int next_fresh;
};

struct exprs *exprs_new(struct arena *arena, struct names *names)
{
	struct exprs *exprs = ARENA_NEW(arena, struct exprs);
	exprs->arena = arena;
	exprs->names = names;
	exprs->capacity = exprs->linear_capacity = 1024;
	exprs->slots = ARENA_ARRAY(arena, const struct expr *, exprs->capacity);
	exprs->linears = ARENA_ARRAY(arena, const struct linear *, exprs->linear_capacity);
	exprs->next_id = exprs->next_linear_id = 1;
	exprs->next_fresh = FRESH;
	return exprs;
}

struct arena *exprs_arena(const struct exprs *exprs)
{
	return exprs->arena;
}

struct names *exprs_names(const struct exprs *exprs)
{
	return exprs->names;
}

int expr_fresh(struct exprs *exprs)
{
	return exprs->next_fresh++;
}

const struct tensor *exprs_holder(const struct exprs *exprs, const struct expr *value)
{
	return value->id < exprs->holders.count ? exprs->holders.items[value->id] : NULL;
}

void exprs_remember(struct exprs *exprs, const struct expr *value, const struct tensor *holder)
{
	while (exprs->holders.count <= value->id)
		array_push(exprs->arena, &exprs->holders, NULL);
	exprs->holders.items[value->id] = holder;
}

/* --- hashing -------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 29);
}

static uint64_t mix_double(uint64_t hash, double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return mix(hash, bits);
}

static bool same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof a) == 0;
}

static uint64_t hash_linear(const struct linear *linear)
{
	uint64_t hash = mix((uint64_t)linear->constant, linear->label ? linear->label->id : 0);
	for (int k = 0; k < linear->count; k++)
		hash = mix(mix(hash, (uint64_t)linear->terms[k].variable), (uint64_t)linear->terms[k].coefficient);
	return hash;
}

static bool equal_linears(const struct linear *a, const struct linear *b)
{
	if (a->constant != b->constant || a->label != b->label || a->count != b->count)
		return false;
	for (int k = 0; k < a->count; k++)
		if (a->terms[k].variable != b->terms[k].variable ||
		    a->terms[k].coefficient != b->terms[k].coefficient)
			return false;
	return true;
}

static uint64_t hash_expr(const struct expr *expr)
{
	uint64_t hash = mix_double(mix((uint64_t)expr->op, (uint64_t)expr->count), expr->number);
	for (int k = 0; k < expr->count; k++) {
		hash = mix(hash, expr->operands[k]->id);
		if (expr->weights)
			hash = mix_double(hash, expr->weights[k]);
	}
	hash = mix(mix(hash, (uint64_t)(uintptr_t)expr->tensor), (uint64_t)(uintptr_t)expr->draw);
	for (int k = 0; k < expr->index_count; k++)
		hash = mix(hash, expr->indices[k]->id);
	return mix(mix(mix(hash, (uint64_t)expr->variable), (uint64_t)expr->extent), (uint64_t)expr->symbol);
}

static bool equal_exprs(const struct expr *a, const struct expr *b)
{
	if (a->op != b->op || a->count != b->count || !same_bits(a->number, b->number) || a->tensor != b->tensor ||
	    a->index_count != b->index_count || a->variable != b->variable || a->extent != b->extent ||
	    a->symbol != b->symbol || a->draw != b->draw || !a->weights != !b->weights)
		return false;
	for (int k = 0; k < a->count; k++)
		if (a->operands[k] != b->operands[k] || (a->weights && !same_bits(a->weights[k], b->weights[k])))
			return false;
	for (int k = 0; k < a->index_count; k++)
		if (a->indices[k] != b->indices[k])
			return false;
	return true;
}

static void grow_exprs(struct exprs *exprs)
{
	size_t capacity = exprs->capacity * 2;
	const struct expr **slots = ARENA_ARRAY(exprs->arena, const struct expr *, capacity);
	for (size_t i = 0; i < exprs->capacity; i++) {
		if (!exprs->slots[i])
			continue;
		size_t at = (size_t)hash_expr(exprs->slots[i]) & (capacity - 1);
		while (slots[at])
			at = (at + 1) & (capacity - 1);
		slots[at] = exprs->slots[i];
	}
	exprs->slots = slots;
	exprs->capacity = capacity;
}

static void *copy_items(struct exprs *exprs, const void *items, size_t size)
{
	void *copy = NULL;
	if (size > 0)
		memcpy(copy = arena_alloc(exprs->arena, size), items, size);
	return copy;
}

static uint64_t variable_bit(int variable)
{
	return UINT64_C(1) << (variable % 64);
}

static uint64_t linear_variables(const struct linear *linear)
{
	uint64_t variables = linear->label ? linear->label->variables : 0;
	for (int k = 0; k < linear->count; k++)
		variables |= variable_bit(linear->terms[k].variable);
	return variables;
}

/* What follows from the operands and indices: the bound level and the filter of variables. */
static void summarize(struct expr *expr)
{
	expr->bound = expr->variable > 0 ? expr->variable - BOUND : 0;
	expr->variables = 0;
	for (int k = 0; k < expr->count; k++) {
		if (expr->operands[k]->bound > expr->bound)
			expr->bound = expr->operands[k]->bound;
		expr->variables |= expr->operands[k]->variables;
	}
	for (int k = 0; k < expr->index_count; k++)
		expr->variables |= linear_variables(expr->indices[k]);
}

/* The one node equal to `wanted`, whose arrays may live on the stack. */
static const struct expr *intern(struct exprs *exprs, const struct expr *wanted)
{
	size_t at = (size_t)hash_expr(wanted) & (exprs->capacity - 1);
	for (; exprs->slots[at]; at = (at + 1) & (exprs->capacity - 1))
		if (equal_exprs(exprs->slots[at], wanted))
			return exprs->slots[at];
	struct expr *expr = copy_items(exprs, wanted, sizeof *wanted);
	size_t count = (size_t)expr->count, indices = (size_t)expr->index_count;
	expr->operands = copy_items(exprs, wanted->operands, count * sizeof *wanted->operands);
	if (wanted->weights)
		expr->weights = copy_items(exprs, wanted->weights, count * sizeof *wanted->weights);
	expr->indices = copy_items(exprs, wanted->indices, indices * sizeof *wanted->indices);
	expr->id = exprs->next_id++;
	summarize(expr);
	exprs->slots[at] = expr;
	if (2 * ++exprs->count > exprs->capacity)
		grow_exprs(exprs);
	return expr;
}

/* --- linear index expressions ----------------------------------------------------------------------------------- */

static void grow_linears(struct exprs *exprs)
{
	size_t capacity = exprs->linear_capacity * 2;
	const struct linear **slots = ARENA_ARRAY(exprs->arena, const struct linear *, capacity);
	for (size_t i = 0; i < exprs->linear_capacity; i++) {
		if (!exprs->linears[i])
			continue;
		size_t at = (size_t)hash_linear(exprs->linears[i]) & (capacity - 1);
		while (slots[at])
			at = (at + 1) & (capacity - 1);
		slots[at] = exprs->linears[i];
	}
	exprs->linears = slots;
	exprs->linear_capacity = capacity;
}

/* `wanted` is in the arena already; it is lost if it has an equal. */
static const struct linear *intern_linear(struct exprs *exprs, struct linear *wanted)
{
	size_t at = (size_t)hash_linear(wanted) & (exprs->linear_capacity - 1);
	for (; exprs->linears[at]; at = (at + 1) & (exprs->linear_capacity - 1))
		if (equal_linears(exprs->linears[at], wanted))
			return exprs->linears[at];
	wanted->id = exprs->next_linear_id++;
	exprs->linears[at] = wanted;
	if (2 * ++exprs->linear_count > exprs->linear_capacity)
		grow_linears(exprs);
	return wanted;
}

static struct linear *allocate_linear(struct exprs *exprs, int terms)
{
	return arena_alloc(exprs->arena, sizeof(struct linear) + sizeof(struct linear_term) * (size_t)terms);
}

const struct linear *linear_constant(struct exprs *exprs, int64_t constant)
{
	struct linear *linear = allocate_linear(exprs, 0);
	linear->constant = constant;
	return intern_linear(exprs, linear);
}

const struct linear *linear_variable(struct exprs *exprs, int variable)
{
	struct linear *linear = allocate_linear(exprs, 1);
	linear->count = 1;
	linear->terms[0] = (struct linear_term){.variable = variable, .coefficient = 1};
	return intern_linear(exprs, linear);
}

const struct linear *linear_label(struct exprs *exprs, const struct expr *label)
{
	struct linear *linear = allocate_linear(exprs, 0);
	linear->label = label;
	return intern_linear(exprs, linear);
}

const struct linear *linear_add(struct exprs *exprs, const struct linear *a, int64_t factor, const struct linear *b)
{
	struct linear *sum = allocate_linear(exprs, a->count + b->count);
	sum->constant = a->constant + factor * b->constant;
	sum->label = a->label ? a->label : factor == 1 ? b->label : NULL;
	for (int i = 0, j = 0; i < a->count || j < b->count;) {
		struct linear_term term;
		if (j == b->count || (i < a->count && a->terms[i].variable < b->terms[j].variable)) {
			term = a->terms[i++];
		} else {
			term = b->terms[j++];
			term.coefficient *= factor;
			if (i < a->count && a->terms[i].variable == term.variable)
				term.coefficient += a->terms[i++].coefficient;
		}
		if (term.coefficient != 0)
			sum->terms[sum->count++] = term;
	}
	return intern_linear(exprs, sum);
}

int64_t linear_coefficient(const struct linear *linear, int variable)
{
	for (int k = 0; k < linear->count; k++)
		if (linear->terms[k].variable == variable)
			return linear->terms[k].coefficient;
	return 0;
}

bool linear_is_variable(const struct linear *linear, int variable)
{
	return linear->count == 1 && linear->constant == 0 && !linear->label &&
	       linear->terms[0].variable == variable && linear->terms[0].coefficient == 1;
}

/* --- builders ------------------------------------------------------------------------------------------------- */

const struct expr *expr_number(struct exprs *exprs, double number)
{
	return intern(exprs, &(struct expr){.op = OP_NUMBER, .number = number});
}

const struct expr *expr_symbol(struct exprs *exprs, enum symbol symbol)
{
	return intern(exprs, &(struct expr){.op = OP_SYMBOL, .symbol = symbol});
}

const struct expr *expr_read(struct exprs *exprs, const struct tensor *tensor, const struct linear *const *indices)
{
	return intern(exprs, &(struct expr){
		.op = OP_READ, .tensor = tensor, .index_count = tensor->rank, .indices = indices});
}

const struct expr *expr_label(struct exprs *exprs, const struct tensor *tensor, const struct linear *const *indices)
{
	return intern(exprs, &(struct expr){
		.op = OP_LABEL, .tensor = tensor, .index_count = tensor->rank - 1, .indices = indices});
}

const struct expr *expr_position(struct exprs *exprs, const struct linear *position)
{
	if (position->label)
		return position->label;
	if (position->count == 0)
		return expr_number(exprs, (double)position->constant);
	return intern(exprs, &(struct expr){.op = OP_POSITION, .index_count = 1, .indices = &position});
}

const struct expr *expr_draw(struct exprs *exprs, enum op op, name_t draw, const struct linear *row,
                             const struct linear *element)
{
	const struct linear *indices[] = {row, element};
	return intern(exprs, &(struct expr){.op = op, .draw = draw, .index_count = 2, .indices = indices});
}

const struct expr *expr_apply(struct exprs *exprs, enum op op, const struct expr *const *operands)
{
	return intern(exprs, &(struct expr){.op = op, .count = op_table[op].arity, .operands = operands});
}

const struct expr *expr_unary(struct exprs *exprs, enum op op, const struct expr *x)
{
	return expr_apply(exprs, op, &x);
}

const struct expr *expr_binary(struct exprs *exprs, enum op op, const struct expr *a, const struct expr *b)
{
	const struct expr *operands[] = {a, b};
	return expr_apply(exprs, op, operands);
}

const struct expr *expr_select(struct exprs *exprs, const struct expr *condition, const struct expr *a,
                               const struct expr *b)
{
	const struct expr *operands[] = {condition, a, b};
	return expr_apply(exprs, OP_SELECT, operands);
}

const struct expr *expr_sum_of(struct exprs *exprs, double constant, int count, const struct expr *const *operands,
                               const double *coefficients)
{
	if (count == 0)
		return expr_number(exprs, constant);
	if (count == 1 && constant == 0) {
		if (coefficients[0] == 1)
			return operands[0];
		double one = 1;
		return expr_product_of(exprs, coefficients[0], 1, operands, &one);
	}
	return intern(exprs, &(struct expr){.op = OP_ADD, .number = constant, .count = count, .operands = operands,
	                                    .weights = coefficients});
}

const struct expr *expr_product_of(struct exprs *exprs, double coefficient, int count,
                                   const struct expr *const *operands, const double *exponents)
{
	if (count == 0)
		return expr_number(exprs, coefficient);
	if (count == 1 && coefficient == 1 && exponents[0] == 1)
		return operands[0];
	return intern(exprs, &(struct expr){.op = OP_MULTIPLY, .number = coefficient, .count = count,
	                                    .operands = operands, .weights = exponents});
}

const struct expr *expr_reduce(struct exprs *exprs, enum op op, int variable, int64_t extent, const struct expr *body)
{
	int bound = BOUND + body->bound + 1;
	const struct linear *replacement = linear_variable(exprs, bound);
	const struct expr *closed = expr_substitute(exprs, body, 1, &variable, &replacement);
	return intern(exprs, &(struct expr){
		.op = op, .count = 1, .operands = &closed, .variable = bound, .extent = extent});
}

/* --- taking apart ---------------------------------------------------------------------------------------------- */

const struct expr *expr_with_operands(struct exprs *exprs, const struct expr *old, const struct expr *const *operands)
{
	bool same = true;
	for (int k = 0; k < old->count; k++)
		same = same && operands[k] == old->operands[k];
	if (same)
		return old;
	if (op_is_reduction(old->op)) { /* the body may have lost or gained inner reductions: number the index anew */
		int fresh = expr_fresh(exprs);
		const struct linear *variable = linear_variable(exprs, fresh);
		const struct expr *body = expr_substitute(exprs, operands[0], 1, &old->variable, &variable);
		return expr_reduce(exprs, old->op, fresh, old->extent, body);
	}
	struct expr expr = *old;
	expr.operands = operands;
	return intern(exprs, &expr);
}

const struct expr *expr_open(struct exprs *exprs, const struct expr *reduction, int variable)
{
	const struct linear *replacement = linear_variable(exprs, variable);
	return expr_substitute(exprs, reduction->operands[0], 1, &reduction->variable, &replacement);
}

const struct linear *linear_substitute(struct exprs *exprs, const struct linear *linear, int count,
                                       const int *variables, const struct linear *const *replacements)
{
	bool touched = false;
	for (int k = 0; k < linear->count; k++)
		for (int v = 0; v < count; v++)
			touched = touched || linear->terms[k].variable == variables[v];
	if (linear->label) {
		const struct expr *label = expr_substitute(exprs, linear->label, count, variables, replacements);
		return label == linear->label ? linear : linear_label(exprs, label);
	}
	if (!touched)
		return linear;
	const struct linear *result = linear_constant(exprs, linear->constant);
	for (int k = 0; k < linear->count; k++) {
		const struct linear *term = NULL;
		for (int v = 0; v < count && !term; v++)
			if (linear->terms[k].variable == variables[v])
				term = replacements[v];
		if (!term)
			term = linear_variable(exprs, linear->terms[k].variable);
		result = linear_add(exprs, result, linear->terms[k].coefficient, term);
	}
	return result;
}

/* A substitution at work: results by node, so that a shared node is visited once. */
struct substitution {
	struct exprs *exprs;
	int count;
	const int *variables;
	const struct linear *const *replacements;
	uint64_t wanted; /* filter of the variables */
	struct memo {
		const struct expr *from, *to;
	} *memo;
	size_t used, capacity;
};

static struct memo *memo_slot(struct substitution *s, const struct expr *expr)
{
	size_t at = (size_t)mix(0, expr->id) & (s->capacity - 1);
	while (s->memo[at].from && s->memo[at].from != expr)
		at = (at + 1) & (s->capacity - 1);
	return &s->memo[at];
}

static void remember(struct substitution *s, const struct expr *from, const struct expr *to)
{
	if (2 * ++s->used > s->capacity) {
		struct memo *old = s->memo;
		size_t capacity = s->capacity;
		s->capacity = capacity ? capacity * 2 : 32;
		s->memo = ARENA_ARRAY(s->exprs->arena, struct memo, s->capacity);
		for (size_t i = 0; i < capacity; i++)
			if (old[i].from)
				*memo_slot(s, old[i].from) = old[i];
	}
	*memo_slot(s, from) = (struct memo){from, to};
}

static const struct expr *substitute(struct substitution *s, const struct expr *expr)
{
	if (!(expr->variables & s->wanted))
		return expr;
	if (s->capacity > 0 && memo_slot(s, expr)->from)
		return memo_slot(s, expr)->to;
	const struct expr *result = expr;
	if (expr->count > 0) {
		const struct expr **operands = ARENA_ARRAY(s->exprs->arena, const struct expr *, expr->count);
		for (int k = 0; k < expr->count; k++)
			operands[k] = substitute(s, expr->operands[k]);
		result = expr_with_operands(s->exprs, expr, operands);
	} else {
		const struct linear *indices[TENSOR_MOST_DIMENSIONS];
		bool same = true;
		for (int k = 0; k < expr->index_count; k++) {
			indices[k] = linear_substitute(s->exprs, expr->indices[k], s->count, s->variables,
			                               s->replacements);
			same = same && indices[k] == expr->indices[k];
		}
		if (!same && expr->op == OP_POSITION) {
			result = expr_position(s->exprs, indices[0]);
		} else if (!same) {
			struct expr changed = *expr;
			changed.indices = indices;
			result = intern(s->exprs, &changed);
		}
	}
	remember(s, expr, result);
	return result;
}

const struct expr *expr_substitute(struct exprs *exprs, const struct expr *expr, int count, const int *variables,
                                   const struct linear *const *replacements)
{
	struct substitution s = {.exprs = exprs, .count = count, .variables = variables, .replacements = replacements};
	for (int k = 0; k < count; k++)
		s.wanted |= variable_bit(variables[k]);
	return substitute(&s, expr);
}

static bool linear_uses(const struct linear *linear, int variable)
{
	return linear_coefficient(linear, variable) != 0 || (linear->label && expr_uses(linear->label, variable));
}

bool expr_uses(const struct expr *expr, int variable)
{
	if (!(expr->variables & variable_bit(variable)))
		return false;
	for (int k = 0; k < expr->index_count; k++)
		if (linear_uses(expr->indices[k], variable))
			return true;
	for (int k = 0; k < expr->count; k++)
		if (expr_uses(expr->operands[k], variable))
			return true;
	return false;
}

bool expr_is_number(const struct expr *expr, double number)
{
	return expr->op == OP_NUMBER && expr->number == number;
}
