/* `mlpc check`: are the gradients of this model right? */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/check.h"

enum {
	/* Of the model's batch, where none is given: from 16 on, loops are those of any longer one. Then a shorter one. */
	LEAST_ROWS = 5,
	MOST_ROWS = 16,
	SHORT_ROWS = 2,
	ELEMENTS = 200, /* of a tensor, for models up to LARGE multiply-adds a row */
	FEW_ELEMENTS = 25,
	LARGE = 1000000,
	SEED = 1,
};
#define STEP 0x1p-13

/* --- progress ---------------------------------------------------------------------------------- */

struct progress {
	struct timespec began, shown;
	bool is_shown;
};

static double seconds(struct timespec from, struct timespec to)
{
	return (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

/* On a terminal, from the second second on. */
static void show_progress(void *context, const char *tensor, size_t done, size_t of)
{
	struct progress *progress = context;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (seconds(progress->began, now) < 1 || seconds(progress->shown, now) < 0.1)
		return;
	fprintf(stderr, "\r\033[Kchecking %s, %zu %%", tensor, 100 * done / of);
	progress->shown = now;
	progress->is_shown = true;
}

/* --- building ---------------------------------------------------------------------------------- */

static enum status build(struct compile *c, const struct options *options, const char **cached, int *file)
{
	struct build build = {.name = format_string(c->arena, "%s", c->model->name),
	                      .generated = generate(c, options, true),
	                      .compiler = compiler_command(c->arena, options->compiler),
	                      .alone = true};
	enum status status = STATUS_OK;
	if (!find_runtime(c->arena, c->diag, &build.runtime))
		return STATUS_SYSTEM;
	if (options->keep && mkdir(options->keep, 0777) != 0 && errno != EEXIST)
		return system_error(c->diag, "make", options->keep, errno);
	if (options->keep)
		status = keep_sources(c->arena, c->diag, &build, options->keep);
	*cached = cache_path(c->arena, &build);
	if (status != STATUS_OK || (*cached && cache_has(*cached)))
		return status;
	show_building(build.name, true);
	status = build_program(c->arena, c->diag, &build, *cached, file);
	show_building(build.name, false);
	if (*cached && !cache_has(*cached))
		*cached = NULL;
	return status;
}

static const size_t *rooms(const struct compile *c)
{
	const struct program *program = &c->program;
	const tensors *lists[] = {&program->stored, &program->inputs, &program->targets};
	size_t *sizes = ARENA_ARRAY(c->arena, size_t,
	                            program->stored.count + program->inputs.count + program->targets.count);
	for (size_t l = 0, number = 0; l < 3; l++)
		for (size_t k = 0; k < lists[l]->count; k++)
			sizes[number++] = (size_t)tensor_elements(lists[l]->items[k], c->plan.batch);
	return sizes;
}

/* --- checking ---------------------------------------------------------------------------------- */

/* The user's statement: the loss itself may stand in the library. */
static struct span minimized(const struct compile *c)
{
	for (size_t k = 0; k < c->ast->statements.count; k++)
		if (c->ast->statements.items[k]->kind == AST_MINIMIZE)
			return c->ast->statements.items[k]->value->span;
	return c->model->loss->span;
}

static void complain(struct compile *c, const struct options *options, const struct check *check,
                     const struct trial *trial, const struct point *point)
{
	struct span place = minimized(c);
	if (!trial->is_finite) {
		diag_error(c->diag, place, "infinite-loss",
		           "the loss is not finite for %d rows: %g by the program, %g by direct evaluation",
		           trial->rows, trial->loss, trial->evaluated);
		diag_help(c->diag,
		          "inputs were drawn from several ranges, targets from 0.05 to 0.95; try another "
		          "`--seed`, or `--initial`");
		return;
	}
	if (!trial->loss_agrees) {
		diag_error(c->diag, place, "wrong-loss",
		           "the loss differs: %.17g by the program, %.17g by direct evaluation", trial->loss,
		           trial->evaluated);
		diag_help(c->diag, "please report this with the model");
	}
	check_blame(c, &options->compile, check, trial, point);
}

static enum status run(struct compile *c, const struct options *options, struct check_program *program)
{
	struct progress progress = {.is_shown = false};
	struct graph rewritten = specialize(c->exprs, &c->lowered.training, true);
	rewritten =
	        simplify(c->exprs, &rewritten, (struct rewriting){.rules_off = options->compile.rules_off});
	struct check check = {.arena = c->arena,
	                      .program = &c->program,
	                      .forward = &c->lowered.training,
	                      .rewritten = &rewritten,
	                      .initial = &c->lowered.initial,
	                      .machine = check_machine(program),
	                      .settings = {.elements = options->elements,
	                                   .seed = (uint64_t)options->seed,
	                                   .step = options->step,
	                                   .initial = options->initial}};
	struct trial trials[2];
	struct point points[2];
	int count = c->plan.batch > SHORT_ROWS ? 2 : 1;
	bool agrees = true;
	clock_gettime(CLOCK_MONOTONIC, &progress.began);
	if (isatty(STDERR_FILENO)) {
		check.progress = show_progress;
		check.progress_context = &progress;
	}
	for (int k = 0; k < count && !program->ended; k++) {
		trials[k] = check_batch(&check, k == 0 ? (int)c->plan.batch : SHORT_ROWS, &points[k]);
		if (!options->all && check.settings.elements > FEW_ELEMENTS)
			check.settings.elements = FEW_ELEMENTS; /* of the short batch */
		agrees = agrees && trial_agrees(&trials[k]);
	}
	if (progress.is_shown)
		fputs("\r\033[K", stderr);
	if (program->ended)
		return STATUS_INTERNAL;
	struct text text = text_new(c->arena);
	if (options->json)
		check_print_json(&text, &check, trials, count);
	else
		check_print(&text, &check, trials, count, use_color(options, stdout));
	fputs(text_string(&text), stdout);
	for (int k = 0; k < count && agrees == false; k++)
		if (!trial_agrees(&trials[k])) {
			complain(c, options, &check, &trials[k], &points[k]);
			break;
		}
	return agrees ? STATUS_OK : STATUS_ERRORS;
}

/* What is built whatever the user's options are. */
static struct options completed(const struct options *given)
{
	struct options options = *given;
	options.compile.real_double = true;
	options.compile.keep_gradients = true;
	options.compile.input_gradients = true;
	options.compile.least_batch = LEAST_ROWS;
	options.compile.most_batch = MOST_ROWS;
	if (options.all)
		options.elements = INT64_MAX;
	if (options.seed == 0)
		options.seed = SEED;
	if (options.step == 0)
		options.step = STEP;
	return options;
}

enum status command_check(struct compile *c, const struct options *given)
{
	struct options options = completed(given);
	struct check_program program = {.child = -1};
	struct span nowhere = {0};
	const char *cached = NULL;
	int file = -1;
	enum status status = compile(c, options.model, &options.compile);
	if (status != STATUS_OK)
		return status;
	if (!c->model->loss) {
		diag_error(c->diag, nowhere, "no-minimize",
		           "the model `%s` has nothing to minimize: there is no gradient to check",
		           c->model->name);
		return STATUS_ERRORS;
	}
	status = build(c, &options, &cached, &file);
	if (status != STATUS_OK)
		return status;
	char *arguments[] = {(char *)c->model->name,
	                     (char *)format_string(c->arena, "%lld", (long long)options.seed),
	                     (char *)format_string(c->arena, "%d", CHECK_STEP - 1),
	                     (char *)format_string(c->arena, "%d", CHECK_EPOCH), NULL};
	program.room = rooms(c);
	if (options.elements == 0)
		options.elements = c->plan.multiply_adds > LARGE ? FEW_ELEMENTS : ELEMENTS;
	if (!check_program_start(&program, cached, file, arguments))
		return system_error(c->diag, "start", cached ? cached : "the program that was built", errno);
	status = run(c, &options, &program);
	check_program_end(&program);
	if (status == STATUS_INTERNAL)
		diag_error(c->diag, nowhere, "program-ended",
		           "internal error: the generated program has ended early");
	return status;
}
