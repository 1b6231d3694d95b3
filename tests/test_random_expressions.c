/* Random expressions: simplification ends, once is enough, the value stays, and the size is bounded. */
#include <criterion/criterion.h>

#include "bench.h"
#include "expr/finish.h"

/* those of the second half have no value everywhere */
static const char *const UNARY[] = {"exp",      "tanh", "logistic", "log1pexp", "abs",  "sin",
				    "cos",      "erf",  "erfc",     "expm1",    "sign", "floor",
				    "constant", "log",  "log1p",    "sqrt",     "log"};
static const char *const LEAVES[] = {"a", "b", "c", "d", "1", "2", "-1", "0.5", "0", "3"};
static const char *const ELEMENTS[] = {"x[i]", "z[i]", "t[i]", "u[i]"};
static const char *const REDUCTIONS[] = {"sum", "max", "min", "prod", "sum", "sum"};

#define PICK(random, list) (list)[random_below(random, (int)(sizeof(list) / sizeof *(list)))]

static void random_text(struct text *text, struct random *random, int depth, bool in_reduction)
{
	int kind = depth == 0 ? random_below(random, 3) : 3 + random_below(random, 11);
	if (kind < 3) {
		text_add(text, in_reduction && kind > 0 ? PICK(random, ELEMENTS) : PICK(random, LEAVES));
	} else if (kind < 5) {
		const char *function = UNARY[random_below(random, in_reduction ? 13 : 17)];
		/* whole numbers that only the real numbers give, such as z + 2 - (1 + z), are no steps */
		text_printf(text, strcmp(function, "floor") == 0 ? "%s(0.37 + " : "%s(", function);
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ")");
	} else if (kind == 5 && !in_reduction) {
		text_printf(text, "%s(i, ", PICK(random, REDUCTIONS));
		random_text(text, random, depth - 1, true);
		text_add(text, ")");
	} else if (kind == 6) {
		text_add(text, "(if ");
		random_text(text, random, 0, in_reduction);
		text_add(text, random_below(random, 2) ? " < " : " <= ");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, " then ");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, " else ");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ")");
	} else if (kind == 7) {
		static const char *const powers[] = {"2", "3", "0.5", "-1", "-2"};
		text_add(text, "(");
		random_text(text, random, depth - 1, in_reduction);
		text_printf(text, ")^(%s)", powers[random_below(random, in_reduction ? 2 : 5)]);
	} else if (kind == 8) {
		text_add(text, random_below(random, 2) ? "max(" : "min(");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ", ");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ")");
	} else {
		/* no division by elements, which may be 0 in a branch that is not taken or for an element
		 * that is not largest */
		static const char *const between[] = {") + (", ") - (", ") * (", ") + (", ") / ("};
		text_add(text, "(");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, between[random_below(random, in_reduction ? 4 : 5)]);
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ")");
	}
}

/* As the text has it: nothing folded, nothing reordered. */
static const struct expr *raw(struct bench *b, const struct ast_expr *ast)
{
	struct exprs *exprs = b->f.exprs;
	const struct expr *operands[3];
	if (ast->kind == AST_NUMBER || ast->kind == AST_NAME || ast->kind == AST_INDEX)
		return formula_build(&b->formula, ast);
	if (ast->kind == AST_CALL && ast->items.count == 2 && ast->items.items[0].value->kind == AST_NAME &&
	    op_reduction(ast->operands[0]->name) != OP_COUNT && ast->items.items[0].value->name[0] == 'i') {
		int variable = expr_fresh(exprs);
		struct formula_binding index = {.name = ast->items.items[0].value->name, .index_count = 1};
		index.indices[0] = linear_variable(exprs, variable);
		array_push(b->f.arena, &b->formula.bindings, index);
		const struct expr *body = raw(b, ast->items.items[1].value);
		b->formula.bindings.count--;
		return expr_reduce(exprs, op_reduction(ast->operands[0]->name), variable, EXTENT, body);
	}
	int count = ast->kind == AST_CALL ? (int)ast->items.count : ast->operand_count;
	for (int k = 0; k < count; k++)
		operands[k] = raw(b, ast->kind == AST_CALL ? ast->items.items[k].value : ast->operands[k]);
	if (ast->kind == AST_CALL)
		return expr_apply(exprs, op_function(ast->operands[0]->name, count), operands);
	if (ast->kind == AST_IF)
		return expr_apply(exprs, OP_SELECT, operands);
	if (ast->op[0] == '<')
		return expr_apply(exprs, ast->op[1] ? OP_LESS_EQUAL : OP_LESS, operands);
	if (ast->op[0] == '^')
		return expr_apply(exprs, OP_POW, operands);
	const double minus = -1, weights[] = {1, ast->op[0] == '-' || ast->op[0] == '/' ? -1 : 1};
	if (count == 1)
		return expr_sum_of(exprs, 0, 1, operands, &minus);
	return (ast->op[0] == '+' || ast->op[0] == '-' ? expr_sum_of : expr_product_of)(
		exprs, ast->op[0] == '+' || ast->op[0] == '-' ? 0 : 1, 2, operands, weights);
}

static size_t size_of(const struct expr *expr)
{
	size_t size = 1;
	for (int k = 0; k < expr->count; k++)
		size += size_of(expr->operands[k]);
	return size;
}

static size_t size_of_graph(const struct graph *graph)
{
	size_t size = 0;
	for (size_t k = 0; k < graph->equations.count; k++)
		size += size_of(graph->equations.items[k].right);
	return size;
}

/* All that stands outside of reductions: a division by 0 may be hidden in a maximum or a condition. */
static bool is_finite(struct bench *b, struct evaluation *e, const struct expr *expr)
{
	struct graph graph = graph_of(b, expr);
	if (!isfinite(value_of(e, &graph, 1)))
		return false;
	for (int k = 0; k < expr->count && !op_is_reduction(expr->op); k++)
		if (!is_finite(b, e, expr->operands[k]))
			return false;
	return true;
}

/* A value counts where rounding in it does not matter: where neighbours of the arguments give nearly the
 * same. */
static bool is_steady(const struct graph *graph, struct bench *b, struct evaluation *e, double value)
{
	if (fabs(value) > 1e6 || !is_finite(b, e, graph->equations.items[0].right))
		return false;
	const double factors[] = {1 + 1e-11, 1 - 1e-11, 1};
	double neighbours[3];
	for (int k = 0; k < 3; k++) {
		double *arguments[4 + 2 * EXTENT], before[4 + 2 * EXTENT];
		int count = 0;
		for (int n = 0; n < 4; n++)
			arguments[count++] = evaluation_values(e, b->numbers[n]);
		for (int n = 0; n < 2 * EXTENT; n++)
			arguments[count++] = &evaluation_values(e, b->vectors[n / EXTENT])[n % EXTENT];
		for (int n = 0; n < count; n++) {
			before[n] = *arguments[n];
			*arguments[n] *= n % 2 ? factors[k] : 2 - factors[k];
		}
		neighbours[k] = value_of(e, graph, 1);
		for (int n = 0; n < count; n++)
			*arguments[n] = before[n];
	}
	return relative_difference(neighbours[0], value) < 1e-8 &&
	       relative_difference(neighbours[1], value) < 1e-8;
}

static int compare_values(struct bench *b, struct random *random, const char *text,
			  const struct graph *original, const struct graph *before, const struct graph *after)
{
	int compared = 0;
	for (int draw = 0; draw < 5; draw++) {
		struct evaluation *e = random_values(b, random, 1.5);
		double value = value_of(e, before, 1);
		if (!is_steady(original, b, e, value))
			continue;
		double found = value_of(e, after, 1);
		compared++;
		cr_expect(relative_difference(found, value) < 1e-9, "%s\nis %.17g, simplified %.17g:\n%s",
			  text, value, found, text_of(b, after));
	}
	return compared;
}

Test(random_expressions, keep_their_values)
{
	struct random random = random_new();
	int compared = 0;
	for (int k = 0; k < 10000; k++) {
		struct bench b = bench_new();
		struct text text = text_new(b.f.arena);
		random_text(&text, &random, 1 + random_below(&random, 4), false);
		struct graph before = graph_of(&b, raw(&b, formula_parse(b.f.exprs, text_string(&text))));
		struct rewriting rewriting = {.last = k % 2};
		struct graph once = simplify(b.f.exprs, &before, rewriting),
			     twice = simplify(b.f.exprs, &once, rewriting);
		cr_expect_str_eq(text_of(&b, &once), text_of(&b, &twice), "%s: once\n%stwice\n%s",
				 text_string(&text), text_of(&b, &once), text_of(&b, &twice));
		const char *fault = verify_graph(b.f.arena, &once, true);
		cr_expect_null(fault, "%s: %s", text_string(&text), fault);
		cr_expect(size_of_graph(&once) <= 4 * size_of_graph(&before) + 40, "%s grows from %zu to %zu",
			  text_string(&text), size_of_graph(&before), size_of_graph(&once));
		compared += compare_values(&b, &random, text_string(&text), &before, &before, &once);
		struct graph finished = finish(b.f.exprs, &once, NULL);
		compare_values(&b, &random, text_string(&text), &before, &once, &finished);
		arena_free(b.f.arena);
	}
	cr_expect_gt(compared, 10000);
}
