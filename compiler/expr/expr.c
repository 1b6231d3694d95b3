/* The hash-consing table and the builders. A node is built on the stack, looked up, and copied into the arena
 * if it is new; so a node exists once, and its operands were there before it. */
#include "expr/exprs.h"

#include <string.h>

struct exprs *exprs_new(struct arena *arena, struct names *names)
{
	struct exprs *exprs = ARENA_NEW(arena, struct exprs);
	exprs->arena = arena;
	exprs->names = names;
	exprs->capacity = exprs->linear_capacity = 1024;
	exprs->slots = ARENA_ARRAY(arena, struct expr_slot, exprs->capacity);
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

/* --- hashing ---------------------------------------------------------------------------------- */

static uint64_t mix_double(uint64_t hash, double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return exprs_mix(hash, bits);
}

static bool same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof a) == 0;
}

static uint64_t hash_expr(const struct expr *expr)
{
	uint64_t hash = mix_double(exprs_mix((uint64_t)expr->op, (uint64_t)expr->count), expr->number);
	for (int k = 0; k < expr->count; k++) {
		hash = exprs_mix(hash, expr->operands[k]->id);
		if (expr->weights)
			hash = mix_double(hash, expr->weights[k]);
	}
	hash = exprs_mix(exprs_mix(hash, (uint64_t)(uintptr_t)expr->tensor), (uint64_t)(uintptr_t)expr->draw);
	for (int k = 0; k < expr->index_count; k++)
		hash = exprs_mix(hash, expr->indices[k]->id);
	return exprs_mix(exprs_mix(exprs_mix(hash, (uint64_t)expr->variable), (uint64_t)expr->extent),
	                 (uint64_t)expr->symbol);
}

static bool equal_exprs(const struct expr *a, const struct expr *b)
{
	if (a->op != b->op || a->count != b->count || !same_bits(a->number, b->number) ||
	    a->tensor != b->tensor || a->index_count != b->index_count || a->variable != b->variable ||
	    a->extent != b->extent || a->symbol != b->symbol || a->draw != b->draw ||
	    !a->weights != !b->weights)
		return false;
	for (int k = 0; k < a->count; k++)
		if (a->operands[k] != b->operands[k] ||
		    (a->weights && !same_bits(a->weights[k], b->weights[k])))
			return false;
	for (int k = 0; k < a->index_count; k++)
		if (a->indices[k] != b->indices[k])
			return false;
	return true;
}

static void grow_exprs(struct exprs *exprs)
{
	size_t capacity = exprs->capacity * 2;
	struct expr_slot *slots = ARENA_ARRAY(exprs->arena, struct expr_slot, capacity);
	for (size_t i = 0; i < exprs->capacity; i++) {
		if (!exprs->slots[i].expr)
			continue;
		size_t at = (size_t)exprs->slots[i].hash & (capacity - 1);
		while (slots[at].expr)
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

static uint64_t linear_variables(const struct linear *linear)
{
	uint64_t variables = linear->label ? linear->label->variables : 0;
	for (int k = 0; k < linear->count; k++)
		variables |= linear->terms[k].division
		                     ? linear_variables(linear->terms[k].division->dividend)
		                     : exprs_variable_bit(linear->terms[k].variable);
	return variables;
}

/* What follows from the operands and indices: the bound level and the filters of variables and operators. */
static void summarize(struct expr *expr)
{
	expr->bound = expr->variable > 0 ? expr->variable - BOUND : 0;
	expr->variables = 0;
	expr->operators = op_bit(expr->op);
	expr->divides = false;
	for (int k = 0; k < expr->count; k++) {
		expr->divides = expr->divides || expr->operands[k]->divides;
		if (expr->operands[k]->bound > expr->bound)
			expr->bound = expr->operands[k]->bound;
		expr->variables |= expr->operands[k]->variables;
		expr->operators |= expr->operands[k]->operators;
	}
	for (int k = 0; k < expr->index_count; k++) {
		expr->variables |= linear_variables(expr->indices[k]);
		if (expr->indices[k]->label)
			expr->operators |= expr->indices[k]->label->operators;
		for (int t = 0; t < expr->indices[k]->count; t++)
			expr->divides = expr->divides || expr->indices[k]->terms[t].division;
	}
}

enum { FIRST_SHAPES = 256 };

/* --- shapes ----------------------------------------------------------------------------------- */

static uint64_t hash_shape(const struct expr *expr)
{
	uint64_t hash = mix_double(exprs_mix((uint64_t)expr->op, (uint64_t)expr->count), expr->number);
	for (int k = 0; k < expr->count; k++) {
		hash = exprs_mix(hash, expr->operands[k]->shape);
		if (expr->weights)
			hash = mix_double(hash, expr->weights[k]);
	}
	hash = exprs_mix(exprs_mix(hash, (uint64_t)(uintptr_t)expr->tensor), (uint64_t)(uintptr_t)expr->draw);
	return exprs_mix(exprs_mix(hash, (uint64_t)expr->extent), (uint64_t)expr->symbol);
}

static struct shape_slot *shape_slot(const struct exprs *exprs, uint64_t hash)
{
	size_t at = (size_t)hash & (exprs->shape_capacity - 1);
	while (exprs->shapes[at].shape && exprs->shapes[at].hash != hash)
		at = (at + 1) & (exprs->shape_capacity - 1);
	return &exprs->shapes[at];
}

static void grow_shapes(struct exprs *exprs)
{
	struct shape_slot *old = exprs->shapes;
	size_t capacity = exprs->shape_capacity;
	exprs->shape_capacity = capacity ? 2 * capacity : FIRST_SHAPES;
	exprs->shapes = ARENA_ARRAY(exprs->arena, struct shape_slot, exprs->shape_capacity);
	for (size_t k = 0; k < capacity; k++)
		if (old[k].shape)
			*shape_slot(exprs, old[k].hash) = old[k];
}

/* Two shapes of one hash would only be ordered by age, as nodes of one shape are. */
static uint32_t shape_of(struct exprs *exprs, const struct expr *expr)
{
	if (4 * (exprs->shape_count + 1) > 3 * exprs->shape_capacity)
		grow_shapes(exprs);
	uint64_t hash = hash_shape(expr);
	struct shape_slot *slot = shape_slot(exprs, hash);
	if (!slot->shape)
		*slot = (struct shape_slot){hash, (uint32_t)++exprs->shape_count};
	return slot->shape;
}

/* The one node equal to `wanted`, whose arrays may live on the stack. */
const struct expr *exprs_intern(struct exprs *exprs, const struct expr *wanted)
{
	uint64_t hash = hash_expr(wanted);
	size_t at = (size_t)hash & (exprs->capacity - 1);
	for (; exprs->slots[at].expr; at = (at + 1) & (exprs->capacity - 1))
		if (exprs->slots[at].hash == hash && equal_exprs(exprs->slots[at].expr, wanted))
			return exprs->slots[at].expr;
	struct expr *expr = copy_items(exprs, wanted, sizeof *wanted);
	size_t count = (size_t)expr->count, indices = (size_t)expr->index_count;
	expr->operands = copy_items(exprs, wanted->operands, count * sizeof *wanted->operands);
	if (wanted->weights)
		expr->weights = copy_items(exprs, wanted->weights, count * sizeof *wanted->weights);
	expr->indices = copy_items(exprs, wanted->indices, indices * sizeof *wanted->indices);
	expr->id = exprs->next_id++;
	expr->shape = shape_of(exprs, expr);
	summarize(expr);
	exprs->slots[at] = (struct expr_slot){hash, expr};
	if (4 * ++exprs->count > 3 * exprs->capacity)
		grow_exprs(exprs);
	return expr;
}

/* --- builders --------------------------------------------------------------------------------- */

const struct expr *expr_number(struct exprs *exprs, double number)
{
	return exprs_intern(exprs, &(struct expr){.op = OP_NUMBER, .number = number});
}

const struct expr *expr_symbol(struct exprs *exprs, enum symbol symbol)
{
	return exprs_intern(exprs, &(struct expr){.op = OP_SYMBOL, .symbol = symbol});
}

const struct expr *expr_read(struct exprs *exprs, const struct tensor *tensor,
                             const struct linear *const *indices)
{
	return exprs_intern(exprs, &(struct expr){.op = OP_READ,
	                                          .tensor = tensor,
	                                          .index_count = tensor->rank,
	                                          .indices = indices});
}

const struct expr *expr_label(struct exprs *exprs, const struct tensor *tensor,
                              const struct linear *const *indices)
{
	return exprs_intern(exprs, &(struct expr){.op = OP_LABEL,
	                                          .tensor = tensor,
	                                          .index_count = tensor->rank - 1,
	                                          .indices = indices});
}

const struct expr *expr_position(struct exprs *exprs, const struct linear *position)
{
	if (position->label)
		return position->label;
	if (position->count == 0)
		return expr_number(exprs, (double)position->constant);
	return exprs_intern(exprs, &(struct expr){.op = OP_POSITION, .index_count = 1, .indices = &position});
}

const struct expr *expr_draw(struct exprs *exprs, enum op op, name_t draw, const struct linear *row,
                             const struct linear *element)
{
	const struct linear *indices[] = {row, element};
	return exprs_intern(exprs,
	                    &(struct expr){.op = op, .draw = draw, .index_count = 2, .indices = indices});
}

const struct expr *expr_apply(struct exprs *exprs, enum op op, const struct expr *const *operands)
{
	return exprs_intern(exprs,
	                    &(struct expr){.op = op, .count = op_table[op].arity, .operands = operands});
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

const struct expr *expr_sum_of(struct exprs *exprs, double constant, int count,
                               const struct expr *const *operands, const double *coefficients)
{
	if (count == 0)
		return expr_number(exprs, constant);
	if (count == 1 && constant == 0) {
		if (coefficients[0] == 1)
			return operands[0];
		double one = 1;
		return expr_product_of(exprs, coefficients[0], 1, operands, &one);
	}
	return exprs_intern(exprs, &(struct expr){.op = OP_ADD,
	                                          .number = constant,
	                                          .count = count,
	                                          .operands = operands,
	                                          .weights = coefficients});
}

const struct expr *expr_product_of(struct exprs *exprs, double coefficient, int count,
                                   const struct expr *const *operands, const double *exponents)
{
	if (count == 0)
		return expr_number(exprs, coefficient);
	if (count == 1 && coefficient == 1 && exponents[0] == 1)
		return operands[0];
	return exprs_intern(exprs, &(struct expr){.op = OP_MULTIPLY,
	                                          .number = coefficient,
	                                          .count = count,
	                                          .operands = operands,
	                                          .weights = exponents});
}

const struct expr *expr_reduce(struct exprs *exprs, enum op op, int variable, int64_t extent,
                               const struct expr *body)
{
	int bound = BOUND + body->bound + 1;
	const struct linear *replacement = linear_variable(exprs, bound);
	const struct expr *closed = expr_substitute(exprs, body, 1, &variable, &replacement);
	return exprs_intern(
	        exprs,
	        &(struct expr){
	                .op = op, .count = 1, .operands = &closed, .variable = bound, .extent = extent});
}

/* --- taking apart ----------------------------------------------------------------------------- */

const struct expr *expr_with_operands(struct exprs *exprs, const struct expr *old,
                                      const struct expr *const *operands)
{
	bool same = true;
	for (int k = 0; k < old->count; k++)
		same = same && operands[k] == old->operands[k];
	if (same)
		return old;
	bool same_depth = old->variable == BOUND + operands[0]->bound + 1;
	if (op_is_reduction(old->op) && !same_depth) { /* the body has lost or gained inner reductions */
		int fresh = expr_fresh(exprs);
		const struct linear *variable = linear_variable(exprs, fresh);
		const struct expr *body = expr_substitute(exprs, operands[0], 1, &old->variable, &variable);
		return expr_reduce(exprs, old->op, fresh, old->extent, body);
	}
	struct expr expr = *old;
	expr.operands = operands;
	return exprs_intern(exprs, &expr);
}

bool expr_is_number(const struct expr *expr, double number)
{
	return expr->op == OP_NUMBER && expr->number == number;
}
