/* Reading models and printing them: every form, precedence, line ends, and that printing loses nothing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "syntax/ast.h"

struct reading {
	struct arena *arena;
	struct names *names;
	struct diag *diag;
};

static struct reading begin(void)
{
	struct arena *arena = arena_new();
	return (struct reading){arena, names_new(arena), diag_new(arena)};
}

static const struct ast *read_text(struct reading *reading, const char *text)
{
	return parse(reading->arena, reading->names, reading->diag,
	             source_from_string(reading->arena, "t.mlp", text));
}

static void expect_no_errors(const struct reading *reading, const char *text)
{
	if (diag_errors(reading->diag) > 0)
		diag_print(reading->diag, stderr, DIAG_TEXT, false);
	cr_assert_eq(diag_errors(reading->diag), 0, "errors in:\n%s", text);
}

static const char *printed(struct reading *reading, const struct ast *ast)
{
	struct text text = text_new(reading->arena);
	ast_print(&text, ast);
	return text_string(&text);
}

static void expect_printed(const char *text, const char *expected)
{
	struct reading reading = begin();
	const struct ast *ast = read_text(&reading, text);
	expect_no_errors(&reading, text);
	cr_expect_str_eq(printed(&reading, ast), expected);
	arena_free(reading.arena);
}

/* --- structural comparison, spans aside --------------------------------------------------------------- */

static bool same_expr(const struct ast_expr *a, const struct ast_expr *b);

static bool same_items(const ast_items *a, const ast_items *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct ast_item *x = &a->items[i], *y = &b->items[i];
		if (x->kind != y->kind || x->name != y->name || !same_expr(x->value, y->value) ||
		    !same_expr(x->end, y->end))
			return false;
	}
	return true;
}

static bool same_expr(const struct ast_expr *a, const struct ast_expr *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->name != b->name || a->op != b->op ||
	    a->operand_count != b->operand_count ||
	    memcmp(&a->number, &b->number, sizeof a->number) != 0)
		return false;
	for (int i = 0; i < a->operand_count; i++)
		if (!same_expr(a->operands[i], b->operands[i]))
			return false;
	return same_items(&a->items, &b->items);
}

static bool same_formals(const ast_formals *a, const ast_formals *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].name != b->items[i].name ||
		    !same_items(&a->items[i].dims, &b->items[i].dims) ||
		    !same_expr(a->items[i].initial, b->items[i].initial))
			return false;
	return true;
}

static bool same_settings(const ast_settings *a, const ast_settings *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].name != b->items[i].name || !same_expr(a->items[i].value, b->items[i].value))
			return false;
	return true;
}

static bool same_statements(const ast_statements *a, const ast_statements *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct ast_statement *x = a->items[i], *y = b->items[i];
		if (x->kind != y->kind || x->name != y->name || x->text != y->text ||
		    x->scaling != y->scaling ||
		    memcmp(&x->scale_from, &y->scale_from, sizeof x->scale_from) != 0 ||
		    memcmp(&x->scale_to, &y->scale_to, sizeof x->scale_to) != 0 ||
		    x->has_formals != y->has_formals || !same_items(&x->dims, &y->dims) ||
		    !same_expr(x->value, y->value) || !same_expr(x->classes, y->classes) ||
		    !same_formals(&x->formals, &y->formals) || !same_settings(&x->settings, &y->settings) ||
		    !same_statements(&x->body, &y->body))
			return false;
	}
	return true;
}

/* print → parse gives the same tree; print again gives the same text. */
static void expect_round_trip(const char *text)
{
	struct reading reading = begin();
	const struct ast *first = read_text(&reading, text);
	expect_no_errors(&reading, text);
	const char *once = printed(&reading, first);
	const struct ast *second = read_text(&reading, once);
	expect_no_errors(&reading, once);
	cr_expect(same_statements(&first->statements, &second->statements), "%s\nbecame\n%s", text, once);
	cr_expect_str_eq(printed(&reading, second), once);
	arena_free(reading.arena);
}

/* --- every form --------------------------------------------------------------------------------------- */

/* What is written, and its canonical text. */
static const struct {
	const char *text, *canonical;
} FORMS[] = {
	{"model iris", "model iris\n"},
	{"use \"dir/mine.mlp\"", "use \"dir/mine.mlp\"\n"},
	{"size  N=8", "size N = 8\n"},
	{"input flower[4] standardize", "input flower[4] standardize\n"},
	{"input pixels[28,28] scale 0 255", "input pixels[28, 28] scale 0 255\n"},
	{"input u[2] scale -1 1", "input u[2] scale -1 1\n"},
	{"input u scale -0.5 -1e-3", "input u scale -0.5 -0.001\n"},
	{"input weekday class[7]", "input weekday class[7]\n"},
	{"input words[5] class[N + 1]", "input words[5] class[N + 1]\n"},
	{"input x", "input x\n"},
	{"target y[3]", "target y[3]\n"},
	{"target species class[3]", "target species class[3]\n"},
	{"param W[2,3]=normal(0,0.1)", "param W[2, 3] = normal(0, 0.1)\n"},
	{"param a = 1", "param a = 1\n"},
	{"layer h[16] = tanh(dense(x))", "layer h[16] = tanh(dense(x))\n"},
	{"layer y[o:8] = sum(i, A[o,i]*x[i])", "layer y[o: 8] = sum(i, A[o, i] * x[i])\n"},
	{"output p = softmax(h)", "output p = softmax(h)\n"},
	{"minimize mse(y,t)+1e-4*l2", "minimize mse(y, t) + 0.0001 * l2\n"},
	{"train{a=b,c=d}", "train {\n    a = b\n    c = d\n}\n"},
	{"train {\n}", "train {\n}\n"},
	{"train { optimizer = adam(rate=0.1*0.95^epoch), freeze=[h,g],\n batch=3\n clip=norm(1)\n}",
	 "train {\n    optimizer = adam(rate = 0.1 * 0.95^epoch)\n    freeze = [h, g]\n    batch = 3\n"
	 "    clip = norm(1)\n}\n"},
	{"data { skip = 1 }", "data {\n    skip = 1\n}\n"},
	{"activation leaky(x,slope=0.01)=max(x,slope*x)",
	 "activation leaky(x, slope = 0.01) = max(x, slope * x)\n"},
	{"activation none() = 0", "activation none() = 0\n"},
	{"loss mse(y[i], t[i]) = mean(i,(y[i]-t[i])^2)", "loss mse(y[i], t[i]) = mean(i, (y[i] - t[i])^2)\n"},
	{"init u = uniform(-1, 1)", "init u = uniform(-1, 1)\n"},
	{"init u2() = 1", "init u2() = 1\n"},
	{"init u2(a) = uniform(-a, a)", "init u2(a) = uniform(-a, a)\n"},
	{"block dense[o](x[i]) { param W[o,i] = he\n statistic s[o] = zeros\n m[i] = x[i]\n s[o] = 1\n"
	 "return y[o] = sum(i, W[o,i]*m[i]) }",
	 "block dense[o](x[i]) {\n    param W[o, i] = he\n    statistic s[o] = zeros\n    m[i] = x[i]\n"
	 "    s[o] = 1\n    return y[o] = sum(i, W[o, i] * m[i])\n}\n"},
	{"block id(x) { return y = x }", "block id(x) {\n    return y = x\n}\n"},
	{"optimizer sgd(rate = 0.1) {\n state m[i] = 0\n parameter = parameter - rate * gradient }",
	 "optimizer sgd(rate = 0.1) {\n    state m[i] = 0\n    parameter = parameter - rate * gradient\n}\n"},
	{"layer d = dense[16](x, W = [[0.5, -0.5]], b = none)",
	 "layer d = dense[16](x, W = [[0.5, -0.5]], b = none)\n"},
	{"layer s = x[2 .. 4] + x[0..2]", "layer s = x[2..4] + x[0..2]\n"},
	{"layer s = sum(k: 3, w[k] * x[t + k, e])", "layer s = sum(k: 3, w[k] * x[t + k, e])\n"},
	{"layer s = encoder.dense_2.W", "layer s = encoder.dense_2.W\n"},
	{"layer s = log(softmax(z)[i])", "layer s = log(softmax(z)[i])\n"},
	{"layer s = uniform()", "layer s = uniform()\n"},
	{"layer s = 0.1 + 1e-08 + 100 + 1234567.5 + 1e300",
	 "layer s = 0.1 + 1e-08 + 100 + 1234567.5 + 1e+300\n"},
	{"# nothing\n\n   \t# more\n", ""},
	{"", ""},
	{"model a\r\nsize N = 3\r\n", "model a\nsize N = 3\n"},
	{"\xef\xbb\xbfmodel a", "model a\n"},
	{"model a # größe × 2", "model a\n"},
};

Test(syntax, forms)
{
	for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
		expect_printed(FORMS[i].text, FORMS[i].canonical);
		expect_round_trip(FORMS[i].text);
	}
}

/* The fields themselves, not only their print. */
Test(syntax, fields)
{
	struct reading reading = begin();
	const char *text = "input u[2, n: 3] scale -1 2\nblock b[o](x[i], r = 2) {\n  return y = x\n}\n"
	                   "use \"a.mlp\"\ntrain { seed = 7 }\ninit g = 1\n";
	const struct ast *ast = read_text(&reading, text);
	expect_no_errors(&reading, text);
	cr_assert_eq(ast->statements.count, 5);
	const struct ast_statement *input = ast->statements.items[0], *block = ast->statements.items[1];
	cr_expect_eq(input->kind, AST_INPUT);
	cr_expect_eq(input->name, name_of(reading.names, "u"));
	cr_expect_eq(input->scaling, SCALING_RANGE);
	cr_expect(input->scale_from == -1 && input->scale_to == 2);
	cr_assert_eq(input->dims.count, 2);
	cr_expect_eq(input->dims.items[0].kind, ITEM_VALUE);
	cr_expect_eq(input->dims.items[1].kind, ITEM_EXTENT);
	cr_expect_eq(input->dims.items[1].name, name_of(reading.names, "n"));
	cr_expect(input->dims.items[1].value->number == 3);
	cr_expect_eq(block->kind, AST_BLOCK);
	cr_assert_eq(block->formals.count, 2);
	cr_expect_eq(block->formals.items[0].dims.count, 1);
	cr_expect_null(block->formals.items[0].initial);
	cr_expect(block->formals.items[1].initial->number == 2);
	cr_assert_eq(block->body.count, 1);
	cr_expect_eq(block->body.items[0]->kind, AST_RETURN);
	cr_expect_str_eq(ast->statements.items[2]->text, "a.mlp");
	cr_expect_eq(ast->statements.items[3]->settings.items[0].name, name_of(reading.names, "seed"));
	cr_expect_not(ast->statements.items[4]->has_formals);
	arena_free(reading.arena);
}

static void expect_span(const char *text, struct span span, const char *expected)
{
	size_t length = strlen(expected);
	cr_expect(span.end - span.start == length && strncmp(text + span.start, expected, length) == 0,
	          "`%.*s`, not `%s`", (int)(span.end - span.start), text + span.start, expected);
}

Test(syntax, spans)
{
	struct reading reading = begin();
	const char *text = "model a\nlayer  hid[3] = f(x, r = 2) + (a *\n  b.c)[1]  # end\ninput x\n"
	                   "block b(x) {\n  seed = 2\n}\ntrain { rate = 3 }\n";
	const struct ast *ast = read_text(&reading, text);
	expect_no_errors(&reading, text);
	const struct ast_statement *layer = ast->statements.items[1];
	expect_span(text, layer->span, "layer  hid[3] = f(x, r = 2) + (a *\n  b.c)[1]");
	expect_span(text, layer->name_span, "hid");
	expect_span(text, layer->dims.items[0].span, "3");
	expect_span(text, layer->value->span, "f(x, r = 2) + (a *\n  b.c)[1]");
	expect_span(text, layer->value->operands[0]->span, "f(x, r = 2)");
	expect_span(text, layer->value->operands[0]->items.items[1].span, "r = 2");
	expect_span(text, layer->value->operands[1]->span, "(a *\n  b.c)[1]");
	const struct ast_expr *member = layer->value->operands[1]->operands[0]->operands[1];
	expect_span(text, member->span, "b.c");
	expect_span(text, member->name_span, "c");
	expect_span(text, ast->statements.items[2]->span, "input x");
	expect_span(text, ast->statements.items[3]->span, "block b(x) {\n  seed = 2\n}");
	expect_span(text, ast->statements.items[3]->formals.items[0].span, "x");
	expect_span(text, ast->statements.items[3]->body.items[0]->span, "seed = 2");
	expect_span(text, ast->statements.items[4]->settings.items[0].name_span, "rate");
	expect_span(text, ast->statements.items[4]->settings.items[0].span, "rate = 3");
	arena_free(reading.arena);
}

/* --- precedence --------------------------------------------------------------------------------------- */

/* The tree in prefix form: (- (^ x 2)). */
static void prefix(struct text *text, const struct ast_expr *expr)
{
	static const char *const HEADS[] = {[AST_IF] = "if", [AST_CALL] = "call", [AST_INDEX] = "index",
	                                    [AST_MEMBER] = ".", [AST_ARRAY] = "array"};
	if (expr->kind == AST_NUMBER) {
		text_printf(text, "%g", expr->number);
		return;
	}
	if (expr->kind == AST_NAME) {
		text_add(text, expr->name);
		return;
	}
	text_printf(text, "(%s", expr->kind == AST_OPERATION ? expr->op : HEADS[expr->kind]);
	for (int i = 0; i < expr->operand_count; i++) {
		text_add(text, " ");
		prefix(text, expr->operands[i]);
	}
	for (size_t i = 0; i < expr->items.count; i++) {
		text_add(text, " ");
		prefix(text, expr->items.items[i].value);
	}
	if (expr->kind == AST_MEMBER)
		text_printf(text, " %s", expr->name);
	text_add(text, ")");
}

/* An expression, its tree by the rules of the language, and its canonical text. */
static const struct {
	const char *text, *tree, *canonical;
} EXPRESSIONS[] = {
	{"-x^2", "(- (^ x 2))", "-x^2"},
	{"(-x)^2", "(^ (- x) 2)", "(-x)^2"},
	{"2^-1", "(^ 2 (- 1))", "2^-1"},
	{"x^2^3", "(^ x (^ 2 3))", "x^2^3"},
	{"(x^2)^3", "(^ (^ x 2) 3)", "(x^2)^3"},
	{"-x^-y^2", "(- (^ x (- (^ y 2))))", "-x^-y^2"},
	{"2 * -x", "(* 2 (- x))", "2 * -x"},
	{"-x * y", "(* (- x) y)", "-x * y"},
	{"-(x * y)", "(- (* x y))", "-(x * y)"},
	{"--x", "(- (- x))", "--x"},
	{"a - b - c", "(- (- a b) c)", "a - b - c"},
	{"a - (b - c)", "(- a (- b c))", "a - (b - c)"},
	{"a + (b + c)", "(+ a (+ b c))", "a + (b + c)"},
	{"a / b * c", "(* (/ a b) c)", "a / b * c"},
	{"a / (b * c)", "(/ a (* b c))", "a / (b * c)"},
	{"a + b * c", "(+ a (* b c))", "a + b * c"},
	{"(a + b) * c", "(* (+ a b) c)", "(a + b) * c"},
	{"a < b + 1", "(< a (+ b 1))", "a < b + 1"},
	{"(a < b) < c", "(< (< a b) c)", "(a < b) < c"},
	{"a == b and c != d", "(and (== a b) (!= c d))", "a == b and c != d"},
	{"a or b and c", "(or a (and b c))", "a or b and c"},
	{"(a or b) and c", "(and (or a b) c)", "(a or b) and c"},
	{"not a < b", "(not (< a b))", "not a < b"},
	{"(not a) < b", "(< (not a) b)", "(not a) < b"},
	{"not not a and b", "(and (not (not a)) b)", "not not a and b"},
	{"if a then b else c + 1", "(if a b (+ c 1))", "if a then b else c + 1"},
	{"(if a then b else c) + 1", "(+ (if a b c) 1)", "(if a then b else c) + 1"},
	{"if a then b else if c then d else e", "(if a b (if c d e))", "if a then b else if c then d else e"},
	{"if a then if b then c else d else e", "(if a (if b c d) e)", "if a then if b then c else d else e"},
	{"if (if a then b else c) then d else e", "(if (if a b c) d e)",
	 "if if a then b else c then d else e"},
	{"a.b.c", "(. (. a b) c)", "a.b.c"},
	{"f[3](x)[i]^2", "(^ (index (call (index f 3) x) i) 2)", "f[3](x)[i]^2"},
	{"(a + b)[i]", "(index (+ a b) i)", "(a + b)[i]"},
	{"[[1, 2], [x]]", "(array (array 1 2) (array x))", "[[1, 2], [x]]"},
	{"((((x))))", "x", "x"},
	{"f((x))", "(call f x)", "f(x)"},
	{"1.5e3-1", "(- 1500 1)", "1500 - 1"},
	{"a <= b", "(<= a b)", "a <= b"},
	{"a >= b", "(>= a b)", "a >= b"},
	{"a > b", "(> a b)", "a > b"},
	{"a\n+ b\n", "(+ a b)", "a + b"},
};

Test(syntax, precedence)
{
	for (size_t i = 0; i < sizeof EXPRESSIONS / sizeof EXPRESSIONS[0]; i++) {
		struct reading reading = begin();
		const struct source *source = source_from_string(reading.arena, "e", EXPRESSIONS[i].text);
		const struct ast_expr *expr = parse_expression(reading.arena, reading.names, reading.diag,
		                                               source);
		expect_no_errors(&reading, EXPRESSIONS[i].text);
		cr_assert_not_null(expr);
		struct text tree = text_new(reading.arena), canonical = text_new(reading.arena);
		prefix(&tree, expr);
		ast_print_expression(&canonical, expr);
		cr_expect_str_eq(text_string(&tree), EXPRESSIONS[i].tree);
		cr_expect_str_eq(text_string(&canonical), EXPRESSIONS[i].canonical);
		arena_free(reading.arena);
	}
}

/* --- line ends and soft words ------------------------------------------------------------------------- */

static const struct {
	const char *text, *canonical;
} LINES[] = {
	{"layer a = b\nlayer c = d", "layer a = b\nlayer c = d\n"},
	{"layer a = b +\n c", "layer a = b + c\n"},
	{"layer a = b\n + c", "layer a = b + c\n"},
	{"layer a = b\n\n # remark\n\n - c", "layer a = b - c\n"},
	{"layer a =\n b", "layer a = b\n"},
	{"layer a = f(\n b,\n c\n)", "layer a = f(b, c)\n"},
	{"layer a = f(b\n, c)", "layer a = f(b, c)\n"},
	{"layer a[\n3\n] = [\n1,\n2\n]", "layer a[3] = [1, 2]\n"},
	{"layer a = if b\n then c\n else d", "layer a = if b then c else d\n"},
	{"layer a = if\n b then\n c else\n d", "layer a = if b then c else d\n"},
	{"layer a = not\n b and\n c\n or d", "layer a = not b and c or d\n"},
	{"layer a = b <\n c", "layer a = b < c\n"},
	{"layer a = b\n == c", "layer a = b == c\n"},
	{"layer a = x[0..\n4]", "layer a = x[0..4]\n"},
	{"block b(x)\n{\n\n return y = x\n\n\n}", "block b(x) {\n    return y = x\n}\n"},
	{"block b(x) { m = 1\n n = m\n   + 2\n return y = n }",
	 "block b(x) {\n    m = 1\n    n = m + 2\n    return y = n\n}\n"},
	{"train { a = f(1,\n 2)\n b = 3,\n c = 4,\n}", "train {\n    a = f(1, 2)\n    b = 3\n    c = 4\n}\n"},
	{"layer a = b +\n loss(c)", "layer a = b + loss(c)\n"},
	{"layer a = f(\n state,\n input)", "layer a = f(state, input)\n"},
	{"layer a = f(\n layer - 1)", "layer a = f(layer - 1)\n"},
	{"layer state[4] = 2 * loss\nlayer loss = step + batch",
	 "layer state[4] = 2 * loss\nlayer loss = step + batch\n"},
	{"input input\ntarget target\nmodel model\nsize size = size",
	 "input input\ntarget target\nmodel model\nsize size = size\n"},
	{"layer x = f(scale = 1, data = 2, train: 3)", "layer x = f(scale = 1, data = 2, train: 3)\n"},
	{"layer standardize = minimize.param", "layer standardize = minimize.param\n"},
	{"block block[param](return, state[use]) {\n seed = 3\n loss[i] = x\n layer = 4\n param = 5\n"
	 " state = 6\n param param = 7\n state state = 8\n statistic statistic = 9\n return return = 10\n}",
	 "block block[param](return, state[use]) {\n    seed = 3\n    loss[i] = x\n    layer = 4\n"
	 "    param = 5\n    state = 6\n    param param = 7\n    state state = 8\n"
	 "    statistic statistic = 9\n    return return = 10\n}\n"},
	{"train { optimizer = adam(), input = 2, init = 3 }",
	 "train {\n    optimizer = adam()\n    input = 2\n    init = 3\n}\n"},
};

Test(syntax, lines_and_soft_words)
{
	for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
		expect_printed(LINES[i].text, LINES[i].canonical);
		expect_round_trip(LINES[i].text);
	}
}

/* --- random expressions ------------------------------------------------------------------------------- */

static unsigned long long next_random(unsigned long long *state)
{
	*state ^= *state << 13;  /* xorshift, Marsaglia 2003 */
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

/* Each `@` of a template becomes an expression; the parentheses make every tree possible. */
static void random_expression(struct text *text, unsigned long long *state, int height)
{
	static const char *const TEMPLATES[] = {
		"x", "loss", "0.1", "12", "1e-300", "a.b", "f()",  /* the first 7 are leaves */
		"(@) + (@)", "(@) - (@)", "(@) * (@)", "(@) / (@)", "(@)^(@)", "-(@)", "not (@)", "(@) < (@)",
		"(@) == (@)", "(@) and (@)", "(@) or (@)", "if @ then @ else @", "f(@, k: @, r = @)",
		"(x + (@))[@, @..@]", "[@, [@]]",
	};
	size_t count = height > 0 ? sizeof TEMPLATES / sizeof TEMPLATES[0] : 7;
	for (const char *c = TEMPLATES[next_random(state) % count]; *c; c++) {
		if (*c == '@')
			random_expression(text, state, height - 1);
		else
			text_bytes(text, c, 1);
	}
}

Test(syntax, random_expressions_round_trip)
{
	unsigned long long state = 20240611;
	for (int i = 0; i < 1000; i++) {
		struct arena *arena = arena_new();
		struct text text = text_new(arena);
		text_add(&text, "layer y = ");
		random_expression(&text, &state, 4);
		expect_round_trip(text_string(&text));
		arena_free(arena);
	}
}
