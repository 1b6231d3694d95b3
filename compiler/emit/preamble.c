/* What stands above all else in NAME.c: what its numbers need of the compiler, and the headers. */
#include "emit/scope.h"
#include "emit/unit.h"

/* Of a step that sums, the loops may be such that all of a choice is in them. */
static bool chooses_loads(struct c_names *names, const struct equation *equation)
{
	static const uint64_t conditional = UINT64_C(1) << OP_SELECT | UINT64_C(1) << OP_AND | UINT64_C(1) << OP_OR;
	struct scope scope = {.names = names};
	if (!equation->right || !expr_has(equation->right, conditional))
		return false;
	for (int k = 0; k < equation->left->rank; k++)
		scope.free[k].extent = equation->left->extents[k];
	return chain_of(equation->right).count > 0 || loads_conditionally(&scope, equation->right);
}

/* GCC 12 with AVX-512 computes `c ? a[i] : b` wrongly where it turns the choice into a masked load of every few
 * elements. */
static void emit_workaround(struct text *text, struct c_names *names)
{
	bool needs = false;
	for (size_t k = 0; k < names->plan->steps.count; k++)
		for (size_t m = 0; m < names->plan->steps.items[k]->members.count; m++)
			needs = needs || chooses_loads(names, names->plan->steps.items[k]->members.items[m].equation);
	if (!needs)
		return;
	text_line(text, "#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)");
	text_line(text,
	          "#pragma GCC optimize(\"no-tree-loop-if-convert\")  /* GCC 12 loads the wrong lanes */");
	text_line(text, "#endif\n");
}

static bool draws(const struct plan *plan)
{
	for (size_t k = 0; k < plan->steps.count; k++)
		for (size_t m = 0; m < plan->steps.items[k]->members.count; m++) {
			const struct expr *right = plan->steps.items[k]->members.items[m].equation->right;
			if (right && expr_has(right, op_bit(OP_UNIFORM)))
				return true;
		}
	return false;
}

static bool turns(const struct plan *plan)
{
	for (size_t k = 0; k < plan->steps.count; k++)
		if (plan->steps.items[k]->loops.form == LOOP_TURNED)
			return true;
	return false;
}

static void emit_includes(struct text *text, const struct c_names *names, const char *header)
{
	bool strict = names->plan->options.strict;
	text_line(text, "#include \"mlp_arithmetic.h\"\n");
	text_line(text, "#include \"%s\"", header ? header : name_format(names->names, "%s.h", names->model));
	if (names->plan->options.target->vector_bytes > 0) {
		text_line(text, "\n#define MLP_VECTOR_BYTES %d  /* of %s */",
		          names->plan->options.target->vector_bytes, names->plan->options.target->name);
		text_line(text, "#include \"%s.h\"", turns(names->plan) ? "mlp_turn" : "mlp_tile");
	}
	text_line(text, "#include \"mlp_functions.h\"");
	if (names->plan->options.target->vector_bytes > 0 && draws(names->plan))
		text_line(text, "#include \"mlp_vector_random.h\"");
	if (names->plan->options.threads > 1)
		text_line(text, "\n#ifndef _OPENMP\n#error \"compile this with -fopenmp, or generate it "
		                "without --threads\"\n"
		                "#endif\n#include <omp.h>");
	text_line(text, "%s", strict ? "#include \"mlp_strict.h\"\n\n#include <float.h>" : "");
	text_line(text, "#include <string.h>\n");
}

/* Where floats are computed in double, they are rounded elsewhere than in other builds. Method 16 is of half
 * precision alone. */
static void emit_strictness(struct text *text)
{
	text_line(text, "#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16");
	text_line(text, "#error \"floats are computed in double here: give `-fexcess-precision=fast`, "
	                "on 32-bit x86 `-msse2 -mfpmath=sse`\"");
	text_line(text, "#endif\n");
}

void emit_preamble(struct text *text, struct c_names *names, const struct emit_options *options)
{
	emit_workaround(text, names);
	emit_includes(text, names, options->header);
	if (names->plan->options.strict)
		emit_strictness(text);
	text_line(text, "#if MLP_ABI != 3");
	text_line(text, "#error \"this runtime has another ABI: generate %s.c again\"", names->model);
	text_line(text, "#endif\n");
}
