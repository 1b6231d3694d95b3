/* The standard library as random models use it: what each definition takes and gives is found by trial. */
#include "random_model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "expr/logarithms.h"
#include "model/model.h"

enum { POINTS = 63 };

static __attribute__((format(printf, 1, 2))) struct subject tried(const char *format, ...)
{
	char statements[1000];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(statements, sizeof statements, format, arguments);
	va_end(arguments);
	return subject_new(statements);
}

/* Formals that a caller must give. */
static int tensors_of(const struct ast_statement *statement)
{
	int count = 0;
	for (size_t k = 0; k < statement->formals.count; k++)
		count += !statement->formals.items[k].initial;
	return count;
}

static void use_activation(struct library *library, const struct ast_statement *statement)
{
	struct definition_use use = {.statement = statement};
	struct subject s = tried("input x[%d]\noutput y[%d] = %s(x)", POINTS, POINTS, statement->name);
	if (!s.model)
		return;
	for (int k = 0; k < 3; k++) {
		struct evaluation *e = evaluation_new(s.arena, 1, 1, 0, 0);
		double *x = evaluation_values(e, s.program.inputs.items[0]);
		for (int i = 0; i < POINTS; i++)
			x[i] = pow(4, k) * (2.0 * i / (POINTS - 1) - 1);
		evaluate(e, &s.prediction[0]);
		const double *y = evaluation_values(e, s.program.outputs.items[0]);
		use.low[k] = use.high[k] = y[0];
		for (int i = 1; i < POINTS; i++) {
			use.low[k] = fmin(use.low[k], y[i]);
			use.high[k] = fmax(use.high[k], y[i]);
		}
	}
	library->activations.items[library->activations.count++] = use;
	arena_free(s.arena);
}

void library_range(const struct definition_use *activation, double size, double *low, double *high)
{
	int k = size <= 1 ? 0 : size <= 4 ? 1 : 2;
	double margin = 1.5 * fmax(fabs(activation->low[k]), fabs(activation->high[k]));
	if (size > 16)
		margin *= size / 16;
	*low = activation->low[k] >= 0 ? 0 : -margin;
	*high = margin;
}

/* No warning, and a finite loss wherever the first argument is what the domain says. */
static bool suits(const struct ast_statement *statement, enum domain domain, bool penalty)
{
	static const char *const values[] = {"dense(x)", "exp(dense(x))", "softmax(dense(x))"};
	const char *more = tensors_of(statement) < (int)statement->formals.count ? ", 2.3" : "";
	struct subject s =
	        tried("input x[3]\n%soutput y[4] = %s\nminimize %s(y%s%s)", penalty ? "" : "target t[4]\n",
	              values[domain], statement->name, penalty ? "" : ", t", penalty ? "" : more);
	bool is_finite = s.model && !s.messages[0] && !s.fault;
	struct random random = {1};
	struct ranges ranges = {.targets = {0.05, 0.95}};
	for (int k = 0; k < 20 && is_finite; k++) {
		struct evaluation *e = subject_evaluation(&s, &ranges, &random);
		evaluate(e, &s.specialised);
		is_finite = isfinite(*evaluation_values(e, s.program.loss));
	}
	/* logarithms of logits are kept finite, and warned of by the pipeline alone */
	if (is_finite && unsafe_logarithm(s.exprs, &s.simplified))
		is_finite = false;
	arena_free(s.arena);
	return is_finite;
}

static void use_loss(struct library *library, const struct ast_statement *statement)
{
	struct definition_use use = {.statement = statement, .is_penalty = tensors_of(statement) == 1};
	if (tensors_of(statement) > 2)
		return;
	while (use.domain < DOMAINS && !suits(statement, use.domain, use.is_penalty))
		use.domain++;
	struct definition_list *list = use.is_penalty ? &library->penalties : &library->losses;
	if (use.domain < DOMAINS)
		list->items[list->count++] = use;
}

static void use_block(struct library *library, const struct ast_statement *statement)
{
	struct definition_use use = {.statement = statement};
	if (tensors_of(statement) != 1 || statement->formals.items[0].dims.count != 1)
		return;
	struct subject free_size = tried("input x[3]\noutput y = %s(x)", statement->name);
	use.keeps_shape = free_size.model != NULL;
	struct subject mapped = tried("input x[2, 3]\noutput y[2, 3] = %s(x)", statement->name);
	use.is_for_vectors = !mapped.model;
	arena_free(free_size.arena);
	arena_free(mapped.arena);
	library->blocks.items[library->blocks.count++] = use;
}

static void use_init(struct library *library, const struct ast_statement *statement)
{
	struct definition_use use = {.statement = statement};
	struct subject s = tried("input x[2]\nparam p[2] = %s\noutput y[2] = x + p", statement->name);
	use.is_for_matrices = !s.model;
	arena_free(s.arena);
	library->inits.items[library->inits.count++] = use;
}

static void use_optimizer(struct library *library, const struct ast_statement *statement)
{
	library->optimizers.items[library->optimizers.count++] =
	        (struct definition_use){.statement = statement};
}

const struct library *library_read(struct arena *arena)
{
	static void (*const USE[])(struct library *, const struct ast_statement *) = {
	        [AST_ACTIVATION] = use_activation, [AST_LOSS] = use_loss,
	        [AST_BLOCK] = use_block,           [AST_INIT] = use_init,
	        [AST_OPTIMIZER] = use_optimizer,
	};
	struct library *library = ARENA_NEW(arena, struct library);
	library->arena = arena;
	library->ast = parse(arena, names_new(arena), diag_new(arena),
	                     source_from_string(arena, "prelude", model_prelude));
	for (size_t k = 0; k < library->ast->statements.count; k++) {
		const struct ast_statement *statement = library->ast->statements.items[k];
		if (statement->kind < sizeof USE / sizeof *USE && USE[statement->kind])
			USE[statement->kind](library, statement);
	}
	return library;
}
