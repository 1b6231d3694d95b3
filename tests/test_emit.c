/* Emitted C: expressions, names, the header in C++, symbols, sizes, and one worked network
 * run by two compilers. */
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "emit/scope.h"
#include "graph_fixture.h"
#include "plan_fixture.h"

#define STRICT "-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Wvla -Wundef " \
	"-Wstrict-prototypes -Werror"

/* --- expressions -------------------------------------------------------------------------------------- */

struct printing {
	struct fixture f;
	struct plan plan;
	struct program program;
	struct c_names names;
	struct scope scope;
	const struct expr *a, *b, *c;
};

static void printing_start(struct printing *p, int real_size)
{
	*p = (struct printing){.f = fixture_new()};
	p->program.exprs = p->f.exprs;
	p->plan = (struct plan){.program = &p->program, .arena = p->f.arena, .options.real_size = real_size};
	p->names = (struct c_names){.plan = &p->plan, .arena = p->f.arena, .names = p->f.names,
	                            .real = real_size == 8 ? "double" : "float"};
	p->scope = (struct scope){
		.names = &p->names, .used = table_new(p->f.arena), .values = table_new(p->f.arena)};
	scope_variable(&p->scope, 0,
	               (struct variable_name){
	                       .text = "i", .compound = false, .extent = 10, .extent_name = "SIZE_I"});
	const struct expr **operands[] = {&p->a, &p->b, &p->c};
	for (int k = 0; k < 3; k++) {
		const char *name = (const char *[]){"a", "b", "c"}[k];
		*operands[k] = VALUE_OF(&p->f, SCALAR(&p->f, TENSOR_LAYER, name));
		scope_name(&p->scope, (*operands[k])->tensor, name_of(p->f.names, name));
	}
}

static void prints(struct printing *p, const struct expr *expr, const char *expected)
{
	struct text text = text_new(p->f.arena);
	c_expression(&text, &p->scope, expr, AS_ARGUMENT);
	cr_expect_str_eq(text_string(&text), expected);
}

static const struct expr *sum3(struct printing *p, double constant, double x, double y, double z)
{
	const struct expr *operands[] = {p->a, p->b, p->c};
	const double weights[] = {x, y, z};
	return expr_sum_of(p->f.exprs, constant, 3, operands, weights);
}

static const struct expr *product3(struct printing *p, double number, double x, double y, double z)
{
	const struct expr *operands[] = {p->a, p->b, p->c};
	const double weights[] = {x, y, z};
	return expr_product_of(p->f.exprs, number, 3, operands, weights);
}

Test(expression, sums_and_products)
{
	struct printing p;
	printing_start(&p, 4);
	struct exprs *e = p.f.exprs;
	prints(&p, sum3(&p, 0, 1, -1, 2), "a - b + 2.0f * c");
	prints(&p, sum3(&p, 1, -1, -1, -1), "1.0f - a - b - c");
	prints(&p, sum3(&p, -1, -1, 1, 1), "b - a + c - 1.0f");
	prints(&p, sum3(&p, 0, -1, -1, -1), "-a - b - c");
	prints(&p, product3(&p, 1, 1, 1, -1), "a * b / c");
	prints(&p, product3(&p, 1, 1, -1, -1), "a / (b * c)");
	prints(&p, product3(&p, 1, -1, -1, -2), "1.0f / (a * b * c * c)");
	prints(&p, product3(&p, -0.5, 1, 2, 1), "-0.5f * a * b * b * c");
	prints(&p, product3(&p, 1, 5, 1, -6), "mlp_powf(a, 5.0f) * b / mlp_powf(c, 6.0f)");
	const struct expr *difference[] = {sum3(&p, 0, 1, -1, 0.5), p.a};
	prints(&p, expr_product_of(e, 1, 2, difference, (double[]){1, -1}), "(a - b + 0.5f * c) / a");
	prints(&p, expr_product_of(e, 1, 2, difference, (double[]){-1, 1}), "a / (a - b + 0.5f * c)");
	const struct expr *nested[] = {p.a, product3(&p, -2, 1, 1, 1)};
	prints(&p, expr_sum_of(e, 0, 2, nested, (double[]){1, 1}), "a - a * b * c * 2.0f");
	prints(&p, expr_sum_of(e, 0, 2, nested, (double[]){1, -1}), "a + a * b * c * 2.0f");
	arena_free(p.f.arena);
}

/* A number below 0 binds as loosely as a minus before a number. */
Test(expression, negative_numbers)
{
	static const struct {
		enum precedence precedence;
		const char *text;
	} rows[] = {{AS_ARGUMENT, "-2.0f"}, {AS_PRODUCT, "-2.0f"}, {AS_UNARY, "(-2.0f)"}, {AS_POSTFIX, "(-2.0f)"}};
	struct printing p;
	printing_start(&p, 4);
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		struct text text = text_new(p.f.arena);
		c_expression(&text, &p.scope, expr_number(p.f.exprs, -2), rows[k].precedence);
		cr_expect_str_eq(text_string(&text), rows[k].text);
	}
	arena_free(p.f.arena);
}

/* Index 0 runs from 0 to 9. */
Test(expression, reads_in_range)
{
	static const struct {
		int64_t coefficient, offset, extent;
		bool are;
	} rows[] = {{1, 0, 10, true},  {1, 0, 9, false}, {1, 1, 11, true},  {1, 1, 10, false},
	            {1, -1, 20, false}, {-1, 9, 10, true}, {-1, 8, 10, false}, {2, 0, 19, true},
	            {2, 0, 18, false}};
	struct printing p;
	printing_start(&p, 4);
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		struct exprs *e = p.f.exprs;
		const struct tensor *tensor = TENSOR(&p.f, TENSOR_LAYER, "x", "i", rows[k].extent);
		const struct linear *index = linear_add(e, linear_constant(e, rows[k].offset),
		                                        rows[k].coefficient, linear_variable(e, 0));
		cr_expect_eq(reads_in_range(&p.scope, expr_read(e, tensor, &index)), rows[k].are, "row %zu", k);
	}
	arena_free(p.f.arena);
}

Test(expression, functions_choices_and_conditions)
{
	struct printing p;
	printing_start(&p, 4);
	struct exprs *e = p.f.exprs;
	const struct expr *less = expr_binary(e, OP_LESS, p.a, p.b),
			  *equal = expr_binary(e, OP_EQUAL, p.b, p.c);
	prints(&p, expr_unary(e, OP_TANH, p.a), "mlp_tanhf(a)");
	prints(&p, expr_unary(e, OP_LOGISTIC, p.a), "mlp_logisticf(a)");
	prints(&p, expr_unary(e, OP_ABS, p.a), "fabsf(a)");
	prints(&p, expr_unary(e, OP_CONSTANT, p.a), "a");
	prints(&p, expr_binary(e, OP_POW, p.a, p.b), "mlp_powf(a, b)");
	prints(&p, expr_binary(e, OP_MAX, p.a, p.b), "a < b ? b : a");
	prints(&p, expr_binary(e, OP_MIN, p.a, p.b), "b < a ? b : a");
	prints(&p, expr_binary(e, OP_SHIFT, p.a, sum3(&p, 0, 1, 1, 1)), "a - (a + b + c)");
	prints(&p, less, "a < b ? 1.0f : 0.0f");
	prints(&p, expr_select(e, less, p.a, expr_select(e, equal, p.b, p.c)), "a < b ? a : b == c ? b : c");
	prints(&p, expr_select(e, expr_binary(e, OP_OR, less, expr_binary(e, OP_AND, less, equal)), p.a, p.c),
	       "a < b || (a < b && b == c) ? a : c");
	prints(&p, expr_select(e, expr_unary(e, OP_NOT, less), p.a, p.c), "!(a < b) ? a : c");
	prints(&p, expr_select(e, p.a, p.b, p.c), "a != 0.0f ? b : c");
	const struct expr *operands[] = {expr_select(e, less, p.a, p.b), p.c};
	prints(&p, expr_sum_of(e, 0, 2, operands, (double[]){1, 1}), "(a < b ? a : b) + c");
	const struct expr *position = expr_position(
		e, linear_add(e, linear_constant(e, -3), 2, linear_variable(e, 0)));
	prints(&p, position, "(float)(2 * i - 3)");
	prints(&p, expr_select(e, expr_binary(e, OP_LESS, position, number(&p.f, 4)), p.a, p.b),
	       "2 * i - 3 < 4 ? a : b");
	arena_free(p.f.arena);
}

static void adds(struct printing *p, const struct expr *expr, const char *expected)
{
	struct text text = text_new(p->f.arena);
	c_add_to(&text, &p->scope, "s", expr);
	cr_expect_str_eq(text_string(&text), expected);
}

/* Products are added with one rounding, unless that would depend on the machine. */
Test(expression, added_to_a_sum)
{
	struct printing p;
	printing_start(&p, 4);
	adds(&p, p.a, "s += a;\n");
	adds(&p, product3(&p, -1, 1, 0, 0), "s += -a;\n");
	adds(&p, product3(&p, 1, 1, 1, 0), "s = mlp_multiply_addf(a, b, s);\n");
	adds(&p, product3(&p, -1, 1, 1, 1), "s = mlp_multiply_addf(-a * b, c, s);\n");
	adds(&p, product3(&p, 0.5, 1, 0, 0), "s = mlp_multiply_addf(0.5f, a, s);\n");
	adds(&p, product3(&p, -0.5, 1, 0, 0), "s = mlp_multiply_addf(-0.5f, a, s);\n");
	adds(&p, product3(&p, 2, 1, 1, 0), "s = mlp_multiply_addf(a * b, 2.0f, s);\n");
	adds(&p, product3(&p, 1, 1, 3, 0), "s = mlp_multiply_addf(a * b * b, b, s);\n");
	adds(&p, product3(&p, 1, 1, 5, 0), "s = mlp_multiply_addf(a, mlp_powf(b, 5.0f), s);\n");
	adds(&p, product3(&p, 1, 5, 0, 0), "s += mlp_powf(a, 5.0f);\n");
	adds(&p, product3(&p, 1, 1, 1, -1), "s += a * b / c;\n");
	adds(&p, sum3(&p, 0, 1, 2, 1), "s += a + 2.0f * b + c;\n");
	const struct expr *distance[] = {sum3(&p, 0, 1, -1, 1), p.a};
	adds(&p, expr_product_of(p.f.exprs, 1, 1, distance, (double[]){2}),
	     "s = mlp_multiply_addf(a - b + c, a - b + c, s);\n");
	adds(&p, expr_product_of(p.f.exprs, -1, 2, distance, (double[]){1, 1}),
	     "s = mlp_multiply_addf(-(a - b + c), a, s);\n");
	p.plan.options.strict = true;
	adds(&p, product3(&p, -1, 1, 1, 1), "s += -a * b * c;\n");
	printing_start(&p, 8);
	adds(&p, product3(&p, 1, 1, 1, 0), "s = mlp_multiply_add(a, b, s);\n");
	arena_free(p.f.arena);
}

/* --strict takes the runtime's functions where libraries of C differ. Without it a function of what compilers know
 * is computed when the program runs, like all others. */
Test(expression, functions_with_the_same_bits)
{
	struct printing p;
	printing_start(&p, 4);
	struct exprs *e = p.f.exprs;
	const struct expr *position = expr_position(e, linear_variable(e, 0));
	const struct expr *of_position = expr_unary(e, OP_SIN, position);
	prints(&p, of_position, "sinf(mlp_opaquef((float)i))");
	prints(&p, expr_unary(e, OP_SQRT, position), "sqrtf((float)i)");
	p.plan.options.strict = true;
	prints(&p, of_position, "mlp_strict_sinf((float)i)");
	prints(&p, expr_unary(e, OP_SQRT, p.a), "sqrtf(a)");
	prints(&p, expr_unary(e, OP_LOGISTIC, p.a), "mlp_strict_logisticf(a)");
	prints(&p, product3(&p, 1, 5, 1, 0), "mlp_strict_powf(a, 5.0f) * b");
	for (enum op op = 0; op < OP_COUNT; op++) {
		const char *c = op_table[op].c, *strict = op_table[op].strict;
		cr_expect(!strict || strcmp(strict + strlen("mlp_strict_"),
		                            strncmp(c, "mlp_", 4) == 0 ? c + 4 : c) == 0,
		          "%s", op_table[op].id);
	}
	printing_start(&p, 8);
	p.plan.options.strict = true;
	prints(&p, expr_unary(e, OP_TANH, p.a), "mlp_strict_tanh(a)");
	arena_free(p.f.arena);
}

static void number_prints(struct printing *p, double number, const char *expected)
{
	struct text text = text_new(p->f.arena);
	c_number(&text, &p->scope, number);
	cr_expect_str_eq(text_string(&text), expected);
}

/* Shortest, with a point or an exponent; what a float cannot hold becomes the nearest thing
 * that keeps its meaning. */
Test(expression, numbers)
{
	struct printing p;
	printing_start(&p, 4);
	number_prints(&p, 0.1, "0.1f");
	number_prints(&p, 3, "3.0f");
	number_prints(&p, 1e-8, "1e-08f");
	number_prints(&p, 1e300, "HUGE_VALF");
	number_prints(&p, -INFINITY, "-HUGE_VALF");
	number_prints(&p, 1e-300, "1.1754944e-38f");
	printing_start(&p, 8);
	number_prints(&p, 0.1, "0.1");
	number_prints(&p, 3, "3.0");
	number_prints(&p, 1e300, "1e+300");
	number_prints(&p, INFINITY, "HUGE_VAL");
	number_prints(&p, 2.2250738585072014e-308, "2.2250738585072014e-308");
	arena_free(p.f.arena);
}

/* --- whole units -------------------------------------------------------------------------------------- */

static const char hostile[] =
	"model hostile\nsize N = 5\ninput int[N]\ninput char\ntarget double[2]\n"
	"layer for[4] = tanh(dense(int))\nlayer rows[4] = softplus(dense(for) + char)\nlayer size[4] = dense(rows)\n"
	"layer d_size[4] = mish(dense(size))\nlayer hidden_W[4] = elu(dense(d_size))\nlayer hidden[4] = dense(hidden_W)\n"
	"layer net[4] = dense(hidden)\nlayer INT[while: 4] = sum(case: 4, hidden[case] * net[while])\n"
	"output exp[2] = dense(INT)\noutput main[4] = log_softmax(hidden)\n"
	"minimize mae(exp, double)\ntrain { optimizer = adadelta(), batch = 4 }\n";

static const char worked[] =
	"model worked\ninput x[2]\ntarget t[1]\n"
	"layer h[2] = sigmoid(dense(x, W = [[0.5, 0.5], [-0.5, -0.5]], b = [-0.2, 0.7]))\n"
	"output y[1] = sigmoid(dense(h, W = [[1, 1]], b = [-0.5]))\n"
	"minimize half_sse(y, t)\ntrain { optimizer = sgd(rate = 0.5), batch = 4 }\n";

static void write_text(const char *folder, const char *name, const char *text)
{
	char path[300];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* Writes NAME.h, NAME.c, NAME_main.c. */
static void emit_all(const struct compile *c, const char *folder)
{
	void (*const emitters[])(struct text *, const struct plan *, const struct emit_options *) = {
		emit_header, emit_source, emit_driver};
	struct emit_options options = {.source_name = "a*/b.mlp", .checksum = "0123456789abcdef", .changes = "*/ int injected; /*"};
	for (int k = 0; k < 3; k++) {
		struct text text = text_new(c->arena);
		emitters[k](&text, &c->plan, &options);
		write_text(folder,
		           name_format(c->names, "%s%s", c->model->name,
		                       (const char *[]){".h", ".c", "_main.c"}[k]),
		           text_string(&text));
	}
}

static void run(const char *folder, const char *command, char *output, size_t size)
{
	char line[1500];
	snprintf(line, sizeof line, "R=\"$PWD/runtime\"; cd %s && { %s ; } 2>&1", folder, command);
	FILE *pipe = popen(line, "r");
	size_t length = fread(output, 1, size - 1, pipe);
	output[length] = '\0';
	cr_assert_eq(pclose(pipe), 0, "%s\n%s", command, output);
}

Test(unit, hostile_names_compile_without_warnings)
{
	static const char *const compilers[] = {"gcc -O0", "gcc -O3", "clang -O0", "clang -O3"};
	for (int real_double = 0; real_double < 2; real_double++) {
		struct compile_options options = {
			.real_double = real_double, .keep_gradients = true, .input_gradients = true};
		struct compile *c = planned(hostile, &options);
		char folder[] = "/tmp/mlpc-test-XXXXXX", output[4000], command[600];
		cr_assert(c && mkdtemp(folder));
		emit_all(c, folder);
		for (int k = 0; k < 4; k++) {
			snprintf(command, sizeof command,
			         "for f in hostile.c hostile_main.c; do %s " STRICT
			         " -I$R -c $f || exit 1; done",
			         compilers[k]);
			run(folder, command, output, sizeof output);
		}
		run(folder,
		    "echo '#include \"hostile.h\"' > x.cc; g++ -Wall -Wextra -Wpedantic -Werror -I$R -c x.cc",
		    output, sizeof output);
		run(folder, "nm -g --defined-only hostile.o | grep -v ' [A-Z] hostile_' || true", output,
		    sizeof output);
		cr_expect_str_eq(output, "", "symbols outside of the prefix");
		run(folder,
		    "gcc -O1 -std=c11 -fno-pie -I$R -c hostile.c && nm hostile.o | grep -i ' [bd] ' || true",
		    output, sizeof output);
		cr_expect_str_eq(output, "", "data that can change");
		run(folder, "rm -rf \"$PWD\"", output, sizeof output);
		arena_free(c->arena);
	}
}

/* Constants are in capitals and have no points: what differs in nothing else must still be told apart. */
Test(unit, names_that_differ_in_case_only)
{
	struct compile *c = plan_of(
		"model m\ninput x[6]\ntarget t\n"
		"param w[6] = uniform(-1, 1)\nparam W[6] = uniform(-2, 1)\nparam hidden_W[6] = uniform(-1, 1)\n"
		"layer hidden[6] = tanh(dense(x + w + W + hidden_W))\nlayer Hidden[6] = dense(hidden)\n"
		"output y = sum(Hidden)\nminimize (y - t)^2\n");
	char folder[] = "/tmp/mlpc-test-XXXXXX", output[4000];
	cr_assert(mkdtemp(folder));
	emit_all(c, folder);
	cr_expect(strstr(source_of(c), "#define STREAM_W UINT32_C("));
	cr_expect(strstr(source_of(c), "#define STREAM_W_2 UINT32_C("));
	run(folder, "gcc -O0 " STRICT " -I$R -c m.c", output, sizeof output);
	run(folder, "rm -rf \"$PWD\"", output, sizeof output);
	arena_free(c->arena);
}

/* The XOR network of the founding documents at x = (1, 1), t = 0: gradients, and parameters after one update. */
static const double expected[] = {
	0.21073141247764213, 0.031626217,  0.031626217,   0.0361427824,        0.0361427824,
	0.031626217,         0.0361427824, 0.1020116574,  0.0629180142,        0.1478484497550708,
	0.4841868915,        0.4841868915, -0.5180713912, -0.5180713912,       -0.2158131085,
	0.6819286088,        0.9489941713, 0.9685409929,  -0.5739242248775354,
};

static const char harness[] =
	"#include \"worked.h\"\n#include <stdio.h>\nstatic struct worked_training t;\n"
	"static void print(REAL *v, int n) { for (int i = 0; i < n; i++) printf(\"%.17g\\n\", (double)v[i]); }\n"
	"int main(void) {\n\tREAL x[2] = {1, 1}, target[1] = {0}, v[8];\n\tworked_init(&t, 1);\n"
	"\tv[0] = worked_forward(&t, 1, x, target);\n\tprint(v, 1);\n\tworked_backward(&t);\n"
	"\tfor (int k = 0; k < WORKED_TENSORS; k++) { worked_gradient(&t, k, v); print(v, worked_tensor(k)->elements); }\n"
	"\tworked_update(&t);\n"
	"\tfor (int k = 0; k < WORKED_TENSORS; k++) { worked_get(&t.net, k, v); print(v, worked_tensor(k)->elements); }\n"
	"\treturn t.step == 1 ? 0 : 1;\n}\n";

Test(unit, the_worked_network)
{
	static const char *const compilers[] = {
		"gcc -O0", "gcc -O3", "clang -O3",
		"gcc -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"};
	for (int k = 0; k < 8; k++) {
		bool real_double = k % 2;
		struct compile_options options = {.real_double = real_double, .keep_gradients = true};
		struct compile *c = planned(worked, &options);
		char folder[] = "/tmp/mlpc-test-XXXXXX", output[4000], command[600];
		cr_assert(c && mkdtemp(folder));
		emit_all(c, folder);
		write_text(folder, "harness.c", harness);
		snprintf(
			command, sizeof command,
			"%s -std=c11 -DREAL=%s -I$R harness.c worked.c $R/*.c -lm -o harness && ./harness",
			compilers[k / 2], real_double ? "double" : "float");
		run(folder, command, output, sizeof output);
		char *at = output;
		for (size_t j = 0; j < sizeof expected / sizeof *expected; j++) {
			double value = strtod(at, &at);
			cr_expect(fabs(value - expected[j]) <= (real_double ? 1e-9 : 1e-6),
			          "number %zu: %.12g", j, value);
		}
		run(folder, "rm -rf \"$PWD\"", output, sizeof output);
		arena_free(c->arena);
	}
}

Test(unit, the_same_bytes_again_and_in_another_locale)
{
	struct compile *a = plan_of(worked), *b = plan_of(worked);
	const char *first = source_of(a);
	char folder[] = "/tmp/mlpc-test-XXXXXX", output[2000];
	cr_assert(mkdtemp(folder));
	run(folder, "localedef -i de_DE -f UTF-8 ./de_DE.UTF-8 || true", output, sizeof output);
	setenv("LOCPATH", folder, 1);
	cr_assert(setlocale(LC_ALL, "de_DE.UTF-8"), "%s", output);
	snprintf(output, sizeof output, "%.1f", 0.5);
	cr_assert_str_eq(output, "0,5");
	cr_assert_str_eq(first, source_of(b));
	setlocale(LC_ALL, "C");
	run(folder, "rm -rf \"$PWD\"", output, sizeof output);
	arena_free(a->arena);
	arena_free(b->arena);
}

static int lines_of(int width)
{
	char text[500];
	snprintf(text, sizeof text,
	         "model m\ninput x[%d]\ntarget t[%d]\nlayer h[%d] = tanh(dense(x))\n"
	         "output y[%d] = dense(h)\nminimize half_sse(y, t)\n",
	         width, width + 64, width + 128, width + 64);
	struct compile *c = plan_of(text);
	int lines = 0;
	for (const char *s = source_of(c); *s; s++)
		lines += *s == '\n';
	arena_free(c->arena);
	return lines;
}

Test(unit, code_does_not_grow_with_extents)
{
	int small = lines_of(128), large = lines_of(4096);
	cr_assert(abs(large - small) <= 20, "%d lines, then %d", small, large);
}

/* Extents above 32767 are macros: enum constants of some compilers hold no more. */
Test(unit, large_extents_are_macros)
{
	struct compile *c = plan_of("model m\ninput x[40000]\noutput y[2] = dense(x)\n");
	struct text text = text_new(c->arena);
	emit_header(&text, &c->plan, &(struct emit_options){.source_name = "m.mlp", .checksum = "0", .changes = ""});
	cr_assert(strstr(text_string(&text), "#define M_SIZE_X 40000"));
	cr_assert(strstr(text_string(&text), "#define M_PARAMETERS 80002"));
	cr_assert(strstr(text_string(&text), "M_TENSORS = 2,"));
	arena_free(c->arena);
}

/* GCC 12 computes conditional sums in nested loops wrongly when it makes vectors of them (-O3 -mavx2). */
Test(unit, conditional_sums_are_branches)
{
	struct compile *c = plan_of(
		"model m\ninput pixels[10, 12]\ntarget t\nparam k[3] = ones\n"
		"layer c[f: 3, y: 10, x: 12] = relu(k[f] * pixels[y, x])\noutput s = sum(f: 3, sum(i: 10, sum(j: 12, c[f, i, j])))\n"
		"minimize (s - t)^2\n");
	cr_assert_null(strstr(source_of(c), "sum += 0.0f <"));
	cr_assert(strstr(source_of(c), "if (0.0f < "));
	arena_free(c->arena);
}

#ifdef __x86_64__
/* GCC 12 fuses a * b - c and a * b + c of neighbours into one instruction, even with contraction off. */
Test(unit, neighbouring_sums_and_differences_are_not_fused)
{
	char text[500], folder[] = "/tmp/mlpc-test-XXXXXX", output[2000];
	cr_assert(mkdtemp(folder));
	for (int strict = 0; strict < 2; strict++)
		for (int extent = 2; extent <= 16; extent *= 2) {
			snprintf(text, sizeof text,
			         "model m\ninput x[%d]\ntarget t[%d]\nparam a[%d] = normal\nparam b[%d] = normal\n"
			         "output y[i] = if floor(i / 2) * 2 == i then a[i] * x[i] - b[i] else a[i] * x[i] + b[i]\n"
			         "minimize mse(y, t)\n", extent, extent, extent, extent);
			struct compile *c = planned(text, &(struct compile_options){.strict = strict});
			emit_all(c, folder);
			run(folder, "gcc -std=gnu11 -O3 -mavx2 -mfma -I$R -S m.c && "
			            "! grep fmaddsub m.s && grep -c vmulps m.s", output, sizeof output);
			cr_expect(atoi(output) > 0, "strict %d, extent %d: %s", strict, extent, output);
			arena_free(c->arena);
		}
	run(folder, "rm -rf \"$PWD\"", output, sizeof output);
}
#endif

Test(unit, the_fingerprint_is_of_the_architecture)
{
	struct compile *a = plan_of(worked), *b = plan_of(worked), *c = plan_of(hostile);
	cr_assert_eq(emit_fingerprint(&a->plan), emit_fingerprint(&b->plan));
	cr_assert_neq(emit_fingerprint(&a->plan), emit_fingerprint(&c->plan));
	arena_free(a->arena);
	arena_free(b->arena);
	arena_free(c->arena);
}

/* --- for compilers -------------------------------------------------------------------------------------- */

static bool has(const char *model, const char *text)
{
	struct compile *c = plan_of(model);
	bool found = strstr(source_of(c), text) != NULL;
	arena_free(c->arena);
	return found;
}

/* An element that is not there without the condition is the only one that stays under it. */
Test(for_compilers, the_workaround_stands_where_memory_is_read_under_a_condition)
{
	static const char workaround[] = "no-tree-loop-if-convert";
	cr_expect_not(has("model m\ninput x[5]\noutput y[5] = relu(dense(x))\n", workaround));
	cr_expect_not(has("model m\ninput x[5]\nparam a[5] = ones\noutput y[5] = if x > 0 then a else x\n",
	                  workaround));
	cr_expect(has("model m\ninput x[5]\noutput y[i: 5] = if i < 4 then x[i + 1] else 0\n", workaround));
}

Test(for_compilers, what_a_choice_reads_is_loaded_before_it)
{
	cr_expect(has("model m\ninput x[5]\nparam a[5] = ones\noutput y[5] = if x > 0 then a else x\n",
	              "const float parameter_a_value = net->parameter_a[i];\n"));
}

Test(for_compilers, tiny_steps_are_compiled_for_whole_batches)
{
	static const char format[] = "model m\ninput x[%d]\ntarget t[1]\noutput y[1] = dense(x)\n"
	                             "minimize half_sse(y, t)\ntrain { optimizer = sgd(0.1), batch = 4 }\n";
	static const char whole[] = "return rows == M_BATCH ? step_of_rows(t, M_BATCH) : step_of_rows(t, rows);\n";
	char text[1000];
	snprintf(text, sizeof text, format, 3);
	cr_expect(has(text, whole));
	snprintf(text, sizeof text, format, 1000);
	cr_expect_not(has(text, whole));
}
