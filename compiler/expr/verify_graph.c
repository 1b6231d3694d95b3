/* Is a graph what expr.h promises? Called after each pass; what it finds is an error of the compiler. */
#include "expr/verify.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

enum { FIRST_NOTES = 256 };

void verify_fail(struct verifier *verifier, const char *format, ...)
{
	if (verifier->error)
		return;
	char reason[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	struct text text = text_new(verifier->arena);
	if (verifier->equation) {
		text_add(&text, "`");
		equation_print(&text, verifier->equation);
		text_add(&text, "`: ");
	}
	text_add(&text, reason);
	verifier->error = text_string(&text);
}

static struct note *find_note(const struct verifier *verifier, const struct expr *expr)
{
	size_t at = (size_t)(expr->id * UINT64_C(0x9e3779b97f4a7c15) >> 24) & (verifier->note_capacity - 1);
	while (verifier->notes[at].expr && verifier->notes[at].expr != expr)
		at = (at + 1) & (verifier->note_capacity - 1);
	return &verifier->notes[at];
}

static void grow_notes(struct verifier *verifier)
{
	const struct note *old = verifier->notes;
	size_t capacity = verifier->note_capacity;
	verifier->note_capacity = capacity ? 2 * capacity : FIRST_NOTES;
	verifier->notes = ARENA_ARRAY(verifier->scratch, struct note, verifier->note_capacity);
	for (size_t i = 0; i < capacity; i++)
		if (old[i].expr)
			*find_note(verifier, old[i].expr) = old[i];
}

struct note *verify_note(struct verifier *verifier, const struct expr *expr)
{
	if (4 * verifier->note_count >= 3 * verifier->note_capacity)
		grow_notes(verifier);
	struct note *note = find_note(verifier, expr);
	verifier->note_count += !note->expr;
	note->expr = expr;
	return note;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static bool needs_definition(const struct tensor *tensor)
{
	return tensor->role > TENSOR_STATE;
}

static bool is_defined(const struct verifier *verifier, const struct tensor *tensor)
{
	return tensor_map_get(&verifier->defined, tensor) != NULL;
}

static uint64_t check_node(struct verifier *verifier, const struct expr *expr);

static uint64_t check_index(struct verifier *verifier, const struct linear *index)
{
	uint64_t uses = 0;
	for (int k = 0; k < index->count; k++) {
		int variable = index->terms[k].variable;
		if (index->terms[k].division) {
			uses |= check_index(verifier, index->terms[k].division->dividend);
			continue;
		}
		bool free = variable >= 0 && variable < TENSOR_MOST_DIMENSIONS;
		bool bound = variable > BOUND && variable < VERIFY_VARIABLES;
		if (!free && !bound)
			verify_fail(verifier, "index variable %d is no dimension and not bound", variable);
		else
			uses |= UINT64_C(1) << variable;
	}
	if (!index->label)
		return uses;
	if (index->label->op != OP_LABEL || index->count > 0 || index->constant != 0)
		verify_fail(verifier, "the class number in an index does not stand alone");
	return uses | check_node(verifier, index->label);
}

static void check_tensor(struct verifier *verifier, const struct expr *expr)
{
	const struct tensor *tensor = expr->tensor;
	if (!tensor) {
		verifier->equation = NULL; /* cannot be printed */
		verify_fail(verifier, "a read has no tensor");
		return;
	}
	if (expr->op == OP_LABEL && tensor->classes == 0)
		verify_fail(verifier, "`%s` has no class number", tensor->name);
	int wanted = expr->op == OP_LABEL ? tensor->rank - 1 : tensor->rank;
	if (expr->index_count != wanted)
		verify_fail(verifier, "`%s` has %d indices where it needs %d", tensor->name,
		            expr->index_count, wanted);
	if (needs_definition(tensor) && !is_defined(verifier, tensor))
		verify_fail(verifier, "`%s` is read before it is computed", tensor->name);
}

static void check_operands(struct verifier *verifier, const struct expr *expr)
{
	const char *id = op_table[expr->op].id;
	int arity = op_table[expr->op].arity;
	if (arity >= 0 ? expr->count != arity : expr->count < 1)
		verify_fail(verifier, "%s has %d operands", id, expr->count);
	if (arity < 0 && !expr->weights) {
		verifier->equation = NULL; /* cannot be printed */
		verify_fail(verifier, "%s has no weights", id);
	}
	for (int k = 0; k < expr->count && !verifier->error; k++) {
		if (expr->operands[k]->id >= expr->id)
			verify_fail(verifier, "an operand of %s is younger than its user", id);
		if (expr->op == OP_MULTIPLY && (!isfinite(expr->weights[k]) || expr->weights[k] == 0 ||
		                                expr->weights[k] != floor(expr->weights[k])))
			verify_fail(verifier, "the exponent %g is not a whole number", expr->weights[k]);
	}
}

static void check_bound(struct verifier *verifier, const struct expr *expr)
{
	int inner = 0;
	for (int k = 0; k < expr->count; k++)
		inner = expr->operands[k]->bound > inner ? expr->operands[k]->bound : inner;
	if (!op_is_reduction(expr->op)) {
		if (expr->bound != inner)
			verify_fail(verifier, "%s says that it binds %d variables, not %d",
			            op_table[expr->op].id, expr->bound, inner);
		return;
	}
	if (expr->variable != BOUND + inner + 1 || expr->bound != inner + 1)
		verify_fail(verifier, "%s binds variable %d, not %d", op_table[expr->op].id, expr->variable,
		            BOUND + inner + 1);
	if (expr->variable >= VERIFY_VARIABLES)
		verify_fail(verifier, "reductions are nested too deeply");
	if (expr->extent < 1 && expr->extent != EXTENT_ROWS)
		verify_fail(verifier, "%s runs over %lld elements", op_table[expr->op].id,
		            (long long)expr->extent);
}

static void check_leaf(struct verifier *verifier, const struct expr *expr)
{
	bool draw = op_is_draw(expr->op);
	if (expr->op == OP_READ || expr->op == OP_LABEL)
		check_tensor(verifier, expr);
	else if (expr->index_count != (draw ? 2 : expr->op == OP_POSITION))
		verify_fail(verifier, "%s has %d indices", op_table[expr->op].id, expr->index_count);
	if (draw && !expr->draw) {
		verifier->equation = NULL; /* cannot be printed */
		verify_fail(verifier, "a draw has no name");
	}
	if (expr->op == OP_SYMBOL && expr->symbol >= SYMBOL_GRADIENT)
		verify_fail(verifier, "a symbol of the optimiser was not replaced");
}

/* The variables free in it, as bits. */
static uint64_t check_node(struct verifier *verifier, const struct expr *expr)
{
	if (expr->op >= OP_COUNT) {
		verifier->equation = NULL; /* cannot be printed */
		verify_fail(verifier, "unknown operator %d", (int)expr->op);
		return 0;
	}
	const struct note *known = verify_note(verifier, expr);
	if (known->checked)
		return known->uses;
	check_operands(verifier, expr);
	check_leaf(verifier, expr);
	check_bound(verifier, expr);
	uint64_t uses = 0;
	for (int k = 0; k < expr->count && !verifier->error; k++)
		uses |= check_node(verifier, expr->operands[k]);
	for (int k = 0; k < expr->index_count && !verifier->error; k++)
		uses |= check_index(verifier, expr->indices[k]);
	if (op_is_reduction(expr->op) && !verifier->error)
		uses &= ~(UINT64_C(1) << expr->variable);
	struct note *note = verify_note(verifier, expr);
	note->checked = true;
	return note->uses = uses;
}

/* --- equations -------------------------------------------------------------------------------- */

static void check_left(struct verifier *verifier, const struct tensor *left)
{
	if (left->rank < 0 || left->rank > TENSOR_MOST_DIMENSIONS) {
		verifier->equation = NULL; /* cannot be printed */
		verify_fail(verifier, "`%s` has rank %d", left->name, left->rank);
		return;
	}
	for (int d = 0; d < left->rank; d++)
		if (left->extents[d] < 1 && (left->extents[d] != EXTENT_ROWS || d > 0))
			verify_fail(verifier, "dimension %d has extent %lld", d + 1,
			            (long long)left->extents[d]);
	if (left->role == TENSOR_INPUT || left->role == TENSOR_TARGET)
		verify_fail(verifier, "an input or target is computed");
	if (is_defined(verifier, left))
		verify_fail(verifier, "`%s` is computed twice", left->name);
	const struct tensor *stored = left->stored_in;
	if (left->role != TENSOR_NEXT)
		return;
	bool fits = stored && stored->rank == left->rank;
	for (int d = 0; fits && d < left->rank; d++)
		fits = stored->extents[d] == left->extents[d];
	if (!fits)
		verify_fail(verifier, "there is no place of this shape to store the value");
}

static void check_split(struct verifier *verifier, const struct expr *right)
{
	while (op_is_reduction(right->op))
		right = right->operands[0];
	if (right->bound > 0)
		verify_fail(verifier, "a reduction stands inside of other operations");
}

static void check_equation(struct verifier *verifier, bool split)
{
	const struct equation *equation = verifier->equation;
	check_left(verifier, equation->left);
	if (!equation->right == !equation->numbers) {
		verifier->equation = NULL;
		verify_fail(verifier, "`%s` needs either an expression or numbers", equation->left->name);
	}
	if (verifier->error || equation->numbers)
		return;
	uint64_t dimensions = (UINT64_C(1) << equation->left->rank) - 1;
	uint64_t uses = check_node(verifier, equation->right) & ~dimensions;
	for (int variable = 0; uses && !verifier->error; variable++, uses >>= 1)
		if (uses & 1)
			verify_fail(verifier, "index variable %d is no dimension and not bound", variable);
	if (!verifier->error)
		verify_ranges(verifier);
	if (!verifier->error && split)
		check_split(verifier, equation->right);
}

const char *verify_graph(struct arena *arena, const struct graph *graph, bool split)
{
	struct arena *scratch = arena_new();
	struct verifier verifier = {.arena = arena, .scratch = scratch, .defined = {.arena = scratch}};
	for (size_t k = 0; k < graph->equations.count && !verifier.error; k++) {
		const struct equation *equation = &graph->equations.items[k];
		verifier.equation = equation;
		check_equation(&verifier, split);
		tensor_map_set(&verifier.defined, equation->left, "defined");
	}
	verifier.equation = NULL;
	for (size_t k = 0; k < graph->results.count; k++) {
		const struct tensor *result = graph->results.items[k];
		if (needs_definition(result) && !is_defined(&verifier, result))
			verify_fail(&verifier, "the result `%s` is not computed", result->name);
	}
	arena_free(scratch);
	return verifier.error;
}
