/* Loops over the indices of reductions. */
#include <ctype.h>
#include <string.h>

#include "emit/nest.h"

enum { LEAST_ROLLED = 8 };  /* iterations */

void open_loop(struct text *text, const char *variable, const char *from, const char *below, const char *step)
{
	struct text line = text_new(text->arena);
	text_printf(&line, "for (int %s = %s; %s < %s; %s", variable, from, variable, below, variable);
	text_add(&line, step ? " += " : "++");
	text_printf(&line, "%s) {", step ? step : "");
	c_line(text, text_string(&line));
	text->indent++;
}

name_t end_of_part(struct text *text, struct scope *scope, const struct variable_name *index, const char *from,
                   const char *size, const char *extent, bool divides)
{
	struct names *names = scope->names->names;
	name_t end = name_format(names, "%s + %s", from, size);
	if (divides)
		return end;
	name_t name = scope_unique(scope, name_format(names, "%s_end", index->text));
	c_line(text, name_format(names, "const int %s = %s < %s ? %s : %s;", name, end, extent, end, extent));
	return name;
}

void close_loop(struct text *text)
{
	c_close(text);
}

/* A letter stands alone; longer names of users do not. */
name_t index_name(struct scope *scope, const char *letters)
{
	bool letter = strlen(letters) == 1 && islower((unsigned char)letters[0]);
	return scope_unique(scope, letter ? letters : name_format(scope->names->names, "at_%s", letters));
}

/* The dimension that the variable walks along in some read: it gives letter and extent their names. */
static const struct expr *read_along(const struct scope *scope, const struct expr *body, int variable,
                                     int64_t extent, int *dimension)
{
	read_list reads = reads_of(scope->names->arena, body);
	for (size_t k = 0; k < reads.count; k++)
		for (int d = 0; d < reads.items[k]->index_count; d++)
			if (linear_is_variable(reads.items[k]->indices[d], variable) &&
			    reads.items[k]->tensor->extents[d] == extent) {
				*dimension = d;
				return reads.items[k];
			}
	return NULL;
}

/* Names the bound variable; returns its extent. */
const char *bind_variable(struct scope *scope, const struct chain *chain, int level)
{
	const struct expr *reduction = chain->reductions[level];
	int variable = chain_variable(reduction), dimension = 0;
	const struct expr *read = read_along(scope, chain->body, variable, reduction->extent, &dimension);
	const struct tensor *tensor = read ? read->tensor : NULL;
	const char *letter = tensor && tensor->letters[dimension] ? tensor->letters[dimension] : "k";
	const char *extent = c_extent_of(scope->names, reduction->extent, tensor, dimension);
	scope_variable(scope, variable,
	               (struct variable_name){.text = index_name(scope, letter),
	                                      .extent = reduction->extent,
	                                      .extent_name = extent});
	return extent;
}

static const char *const accumulators[OP_COUNT] = {
	[OP_SUM] = "sum", [OP_PRODUCT] = "product", [OP_MAXIMUM] = "largest", [OP_MINIMUM] = "smallest",
	[OP_ARGMAX] = "largest",
};

/* "float", or the vector of several elements' values */
static const char *type_of(const struct scope *scope, bool vector)
{
	return vector ? c_vector_type(scope, false) : scope->names->real;
}

static void declare_accumulator(struct text *text, const struct scope *scope, enum op op, bool vector, name_t name)
{
	struct text line = text_new(text->arena);
	bool real_double = scope->names->plan->options.real_size == 8;
	text_printf(&line, "%s %s = ", type_of(scope, vector), name);
	if (vector)
		text_printf(&line, "%s(", c_vector_function(scope, "broadcast"));
	if (op == OP_SUM || op == OP_PRODUCT)
		c_number(&line, scope, op == OP_PRODUCT);
	else
		text_printf(&line, "%s%s", op == OP_MINIMUM ? "" : "-",
		            real_double ? "HUGE_VAL" : "HUGE_VALF");
	text_line(text, "%s%s;", text_string(&line), vector ? ")" : "");
}

static void combine(struct text *text, struct scope *scope, enum op op, bool vector, name_t into,
                    const char *value, const char *position, name_t best)
{
	struct c_names *names = scope->names;
	if (op == OP_SUM || op == OP_PRODUCT) {
		c_line(text, name_format(names->names, "%s %s %s;", into, op == OP_SUM ? "+=" : "*=", value));
		return;
	}
	name_t candidate = scope_unique(scope, "candidate");
	c_line(text, name_format(names->names, "const %s %s = %s;", type_of(scope, vector), candidate, value));
	const char *relation = op == OP_MINIMUM ? "<" : ">";
	if (op == OP_ARGMAX)
		text_line(text, "%s = %s > %s ? %s : %s;", best, candidate, into, position, best);
	if (vector)
		text_line(text, "%s = %s(%s %s %s, %s, %s);", into, c_vector_function(scope, "select"),
		          candidate, relation, into, candidate, into);
	else
		text_line(text, "%s = %s %s %s ? %s : %s;", into, candidate, relation, into, candidate, into);
}

void declare_body(struct text *text, struct scope *scope, const struct expr *body)
{
	declare_shared(text, scope, sharing_new(scope, &body, 1), body);
}

static bool find_choice(const struct expr *expr, struct table *seen)
{
	if (table_get(seen, expr))
		return false;
	table_put(seen, expr, seen);
	bool has = expr->op == OP_SELECT;
	for (int k = 0; k < expr->count; k++)
		has = has || find_choice(expr->operands[k], seen);
	return has;
}

static bool has_choice(const struct scope *scope, const struct expr *expr)
{
	return find_choice(expr, table_new(scope->names->arena));
}

/* into += value. A choice at the root becomes a branch; others are followed by a way out of the loop. Both
 * keep GCC 12 from making vectors of a conditional sum in order: where loops are nested it computes that
 * wrongly with AVX2. */
static void add_to_sum(struct text *text, const struct scope *scope, name_t into, const struct expr *value)
{
	struct text line = text_new(text->arena);
	if (value->op == OP_SELECT && !scope_lookup(scope, value)) {
		text_add(&line, "if (");
		c_condition(&line, scope, value->operands[0], AS_ARGUMENT);
		text_add(&line, ") {");
		c_line(text, text_string(&line));
		text->indent++;
		add_to_sum(text, scope, into, value->operands[1]);
		text->indent--;
		if (!expr_is_number(value->operands[2], 0)) {
			text_line(text, "} else {");
			text->indent++;
			add_to_sum(text, scope, into, value->operands[2]);
			text->indent--;
		}
		text_line(text, "}");
		return;
	}
	c_add_to(text, scope, into, value);
	if (has_choice(scope, value))
		text_line(text, "if (%s != %s) break; /* not a number: it stays so */", into, into);
}

bool rolls_loop(const struct scope *scope, int64_t extent)
{
	return !scope->has_vector && scope->names->plan->batch < PLAN_SHORT_BATCH && extent >= LEAST_ROLLED &&
	       scope->step && scope->step->function == PLAN_PREDICT;
}

/* Loops of reduction `level` and those inside; the value is in `into` (of the same operator) or in a new
 * variable, whose name is returned. */
name_t emit_reduction(struct text *text, struct scope *outer, const struct chain *chain, int level,
                      name_t into)
{
	const struct expr *reduction = chain->reductions[level];
	enum op op = reduction->op;
	struct c_names *names = outer->names;
	name_t best = NULL;
	bool vector = is_vector(outer, reduction);
	if (!into) {
		into = scope_unique(outer, accumulators[op]);
		declare_accumulator(text, outer, op, vector, into);
	}
	if (op == OP_ARGMAX) {
		best = scope_unique(outer, "best");
		text_line(text, "int %s = 0;", best);
	}
	struct scope scope = scope_inside(outer);
	const char *extent = bind_variable(&scope, chain, level);
	const char *variable = scope_find(&scope, chain_variable(reduction))->text;
	if (level + 1 == chain->count && rolls_loop(outer, reduction->extent))
		text_line(text, "MLP_ROLLED");
	open_loop(text, variable, "0", extent, NULL);
	if (level + 1 == chain->count) {
		struct text value = text_new(text->arena);
		declare_body(text, &scope, chain->body);
		c_expression(&value, &scope, chain->body, AS_ARGUMENT);
		if (op == OP_SUM)
			add_to_sum(text, &scope, into, chain->body);
		else
			combine(text, &scope, op, vector, into, text_string(&value), variable, best);
	} else if (chain->reductions[level + 1]->op == op && op != OP_ARGMAX) {
		emit_reduction(text, &scope, chain, level + 1, into);
	} else {
		combine(text, &scope, op, vector, into, emit_reduction(text, &scope, chain, level + 1, NULL),
		        variable, best);
	}
	close_loop(text);
	return best ? name_format(names->names, "(%s)%s", names->real, best) : into;
}
