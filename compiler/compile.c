/* text → AST → model → graph → gradient → simplified graph → plan. Each line below is a pass; what follows it
 * shows the result if that is asked for, and verifies it. */
#include "compile.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "expr/history.h"
#include "expr/logarithms.h"

struct compile *compile_new(struct arena *arena)
{
	struct compile *compile = ARENA_NEW(arena, struct compile);
	compile->arena = arena;
	compile->names = names_new(arena);
	compile->diag = diag_new(arena);
	return compile;
}

/* --- between the passes ----------------------------------------------------------------------- */

static void verified(const char *stage, const char *fault)
{
	if (!fault)
		return;
	fprintf(stderr,
	        "mlpc: internal error after %s: %s\n"
	        "Please report this with the model.\n",
	        stage, fault);
	exit(STATUS_INTERNAL);
}

static struct graph checked(const struct compile *c, const char *stage, struct graph graph)
{
	verified(stage, verify_graph(c->arena, &graph, true));
	return graph;
}

static const struct model *configured(const struct compile *c, const struct compile_options *options)
{
	struct model *model = ARENA_NEW(c->arena, struct model);
	*model = *c->model;
	if (model->train.batch < options->least_batch)
		model->train.batch = options->least_batch;
	if (options->most_batch > 0 && model->train.batch > options->most_batch)
		model->train.batch = options->most_batch;
	if (options->batch > 0)
		model->train.batch = options->batch;
	if (options->inference) {
		model->predicts_only = true;
		model->loss = NULL;
		model->loss_text = NULL;
	}
	return model;
}

/* --- the graphs ------------------------------------------------------------------------------- */

static struct graph forward_only(const struct compile *c, const struct graph *graph,
                                 struct rewriting rewriting)
{
	struct graph result = checked(c, "specialize", specialize(c->exprs, graph, false));
	history_pass(rewriting.history, "specialize", result);
	result = checked(c, "simplify", simplify(c->exprs, &result, rewriting));
	return checked(c, "finish", finish(c->exprs, &result, rewriting.history));
}

/* What the gradient is wanted of: the parameters that are trained, and perhaps the inputs. */
static tensors wanted_gradients(const struct compile *c, const struct compile_options *options)
{
	tensors wanted = {0};
	for (size_t k = 0; k < c->lowered.stored.count; k++) {
		const struct tensor *tensor = c->lowered.stored.items[k];
		if (tensor->role == TENSOR_PARAMETER && !tensor->source->frozen)
			array_push(c->arena, &wanted, tensor);
	}
	for (size_t k = 0; options->input_gradients && k < c->lowered.inputs.count; k++)
		if (c->lowered.inputs.items[k]->classes == 0)
			array_push(c->arena, &wanted, c->lowered.inputs.items[k]);
	return wanted;
}

/* Adjoints that no one asked to keep may be folded into what reads them. */
static struct graph drop_gradients(const struct compile *c, const struct graph *graph,
                                   const struct compile_options *options)
{
	struct graph result = {.equations = graph->equations};
	for (size_t k = 0; k < graph->results.count; k++) {
		const struct tensor *tensor = graph->results.items[k];
		bool keep = tensor->role != TENSOR_ADJOINT ||
		            (tensor->of->role == TENSOR_INPUT ? options->input_gradients
		                                              : options->keep_gradients);
		if (keep)
			array_push(c->arena, &result.results, tensor);
	}
	return result;
}

/* A loss of probabilities that gets logits trains something, and says nothing. */
static void warn_of_logarithm(const struct compile *c, const struct graph *graph)
{
	const char *operand = unsafe_logarithm(c->exprs, graph);
	if (!operand)
		return;
	struct span place = c->model->loss->span;
	for (size_t k = 0; k < c->ast->statements.count; k++)
		if (c->ast->statements.items[k]->kind == AST_MINIMIZE)
			place = c->ast->statements.items[k]->value->span;
	diag_warning(c->diag, place, "negative-logarithm",
	             "the loss takes the logarithm of `%s`, which can be negative", operand);
	diag_help(c->diag, "it wants a probability or a rate, from an activation whose values are positive");
}

static struct graph training_graph(const struct compile *c, const struct compile_options *options)
{
	tensors wanted = wanted_gradients(c, options);
	struct rewriting rewriting = {.rules_off = options->rules_off, .history = c->history};
	struct graph graph = checked(c, "specialize", specialize(c->exprs, &c->lowered.training, true));
	history_pass(c->history, "specialize", graph);
	graph = checked(c, "simplify", simplify(c->exprs, &graph, rewriting));
	warn_of_logarithm(c, &graph);
	graph = checked(c, "differentiate", differentiate(c->exprs, &graph, c->lowered.loss, &wanted));
	history_pass(c->history, "differentiate", graph);
	if (options->dump == STAGE_GRADIENT)
		return graph;
	graph = checked(c, "add_update", add_update(c->exprs, &c->lowered, &graph));
	graph = history_pass(c->history, "update", drop_gradients(c, &graph, options));
	if (c->model->train.batch == 1)
		graph = history_pass(c->history, "one row", one_row(c->exprs, &graph));
	rewriting.last = true;
	graph = checked(c, "simplify", simplify(c->exprs, &graph, rewriting));
	return checked(c, "finish", finish(c->exprs, &graph, c->history));
}

static struct program derive(const struct compile *c, const struct compile_options *options)
{
	struct program program = c->lowered;
	struct rewriting rewriting = {
	        .rules_off = options->rules_off, .history = program.loss ? NULL : c->history, .last = true};
	program.prediction = forward_only(c, &c->lowered.prediction, rewriting);
	program.evaluation = program.training = (struct graph){0};
	if (!program.loss)
		return rename_parts(c->exprs, &program);
	program.evaluation = forward_only(c, &c->lowered.evaluation, rewriting);
	program.training = training_graph(c, options);
	if (options->dump == STAGE_GRADIENT)
		return program;
	return rename_parts(c->exprs, &program);
}

/* --- the pipeline ----------------------------------------------------------------------------- */

enum status compile(struct compile *c, const char *path, const struct compile_options *options)
{
	const struct source *source = source_read(c->arena, c->diag, path);
	return source ? compile_source(c, source, options) : STATUS_SYSTEM;
}

/* Prints the stage that is asked for; the passes up to it have been run. */
static enum status dump(const struct compile *c, const struct compile_options *options)
{
	struct text text = text_new(c->arena);
	switch (options->dump) {
	case STAGE_NONE: break;
	case STAGE_AST: ast_print(&text, c->ast); break;
	case STAGE_MODEL: model_print(&text, c->model); break;
	case STAGE_GRAPH: program_print(&text, &c->lowered); break;
	case STAGE_GRADIENT:
	case STAGE_SIMPLIFIED: program_print(&text, &c->program); break;
	case STAGE_PLAN: plan_print(&text, &c->plan); break;
	}
	fputs(text_string(&text), options->dump_to);
	return STATUS_OK;
}

enum status compile_source(struct compile *c, const struct source *source,
                           const struct compile_options *options)
{
	c->source = source;
	c->ast = parse(c->arena, c->names, c->diag, source);
	if (diag_errors(c->diag) > 0)
		return STATUS_ERRORS;
	if (options->dump == STAGE_AST)
		return dump(c, options);

	c->model = resolve(c->arena, c->names, c->diag, c->ast, options->allow_path);
	if (!c->model || diag_errors(c->diag) > 0)
		return STATUS_ERRORS;
	c->model = configured(c, options);
	if (options->dump == STAGE_MODEL)
		return dump(c, options);

	c->exprs = exprs_new(c->arena, c->names);
	c->lowered = lower(c->exprs, c->model);
	if (options->dump == STAGE_GRAPH)
		return dump(c, options);

	c->program = derive(c, options);
	if (options->dump == STAGE_GRADIENT || options->dump == STAGE_SIMPLIFIED)
		return dump(c, options);

	struct plan_options plan_options = {.keep_gradients = options->keep_gradients,
	                                    .input_gradients = options->input_gradients,
	                                    .real_size = options->real_double ? 8 : 4,
	                                    .strict = options->strict,
	                                    .target = options->target,
	                                    .threads = (int)options->threads};
	c->plan = plan_program(c->arena, &c->program, &plan_options);
	verified("plan", verify_plan(&c->plan));
	return options->dump == STAGE_PLAN ? dump(c, options) : STATUS_OK;
}

uint64_t compile_checksum(const struct compile *c)
{
	struct text text = text_new(c->arena);
	ast_print(&text, c->ast);
	for (size_t i = 0; c->model && i < c->model->used.count; i++)
		ast_print(&text, c->model->used.items[i]);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (const char *byte = text_string(&text); *byte; byte++)
		hash = (hash ^ (unsigned char)*byte) * UINT64_C(0x100000001b3);
	return hash;
}
