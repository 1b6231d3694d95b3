/* `mlpc summary`: what a model is made of, and the exact memory that its programs take. */
#include <string.h>

#include "cli/cli.h"

static int64_t elements(const struct model_tensor *tensor)
{
	int64_t count = 1;
	for (int k = 0; k < tensor->rank; k++)
		count *= size_extent(tensor->dims[k]);
	return count;
}

static const char *shape(struct arena *arena, const struct model_tensor *tensor)
{
	struct text text = text_new(arena);
	text_add(&text, "[");
	for (int k = 0; k < tensor->rank; k++)
		text_printf(&text, "%s%lld", k > 0 ? ", " : "", (long long)size_extent(tensor->dims[k]));
	text_add(&text, "]");
	return text.bytes;
}

/* 101770 → 101 770 */
static const char *grouped(struct arena *arena, int64_t number)
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%lld", (long long)number);
	struct text text = text_new(arena);
	for (int k = 0; k < length; k++)
		text_printf(&text, "%s%c", k > 0 && (length - k) % 3 == 0 ? " " : "", digits[k]);
	return text.bytes;
}

static bool is_part_of(const struct model_tensor *tensor, const struct model_tensor *layer)
{
	size_t length = strlen(layer->name);
	return strncmp(tensor->name, layer->name, length) == 0 && tensor->name[length] == '.';
}

static int64_t parameters_of(const struct model *model, const struct model_tensor *layer)
{
	int64_t count = 0;
	for (size_t k = 0; k < model->tensors.count; k++) {
		const struct model_tensor *tensor = model->tensors.items[k];
		if (tensor->role == MODEL_PARAMETER && is_part_of(tensor, layer))
			count += elements(tensor);
	}
	return count;
}

static const char *kind(const struct model_tensor *tensor)
{
	switch (tensor->role) {
	case MODEL_INPUT: return "input";
	case MODEL_TARGET: return "target";
	case MODEL_PARAMETER: return "param";
	case MODEL_STATISTIC: return "statistic";
	case MODEL_LAYER: break;
	}
	return tensor->is_output ? "output" : "layer";
}

/* What the user has declared: not the parts of blocks, nor the statistics of inputs. */
static bool is_declared(const struct model_tensor *tensor)
{
	return !tensor->is_local && !strchr(tensor->name, '.');
}

/* Bytes that the summary tells. A part belongs to the whole above it. */
struct memory {
	const char *key, *name;
	bool part;
	int64_t bytes;
};

enum { MEMORY_ROWS = 7 };

static int64_t gradient_reals(const struct plan *plan)
{
	int64_t reals = 0;
	for (size_t k = 0; k < plan->parameter_gradients.count; k++)
		if (plan->parameter_gradients.items[k])
			reals += plan_reals(plan, plan->parameter_gradients.items[k]);
	for (size_t k = 0; k < plan->input_gradients.count; k++)
		if (plan->input_gradients.items[k])
			reals += plan_reals(plan, plan->input_gradients.items[k]);
	return reals;
}

static void memory_of(const struct plan *plan, struct memory rows[MEMORY_ROWS])
{
	int size = plan->options.real_size;
	int64_t states = plan->state_count * size, gradients = gradient_reals(plan) * size;
	int64_t scratch = plan->training_bytes > 0 ? plan_training_scratch(plan) * size : 0;
	int64_t rest = plan->training_bytes - plan->net_bytes - states - gradients - scratch;
	const struct memory all[MEMORY_ROWS] = {
		{"net_bytes", "the network: parameters and statistics", false, plan->net_bytes},
		{"work_bytes", "scratch of a prediction or loss", false, plan->work_bytes},
		{"training_bytes", "training: the network and", false, plan->training_bytes},
		{"state_bytes", "states of the optimiser", true, states},
		{"gradient_bytes", "gradients that are kept", true, gradients},
		{"scratch_bytes", "scratch of a step", true, scratch},
		{"other_bytes", "counters and alignment", true, plan->training_bytes > 0 ? rest : 0},
	};
	memcpy(rows, all, sizeof all);
}

/* --- for people ---------------------------- */

/* The shape as it is declared: [4] standardize, class[3], [5] class[2] */
static const char *declaration(struct arena *arena, const struct model_tensor *tensor)
{
	const char *dims = shape(arena, tensor);
	if (tensor->classes > 0) {
		const char *last = strrchr(dims, ',');
		return format_string(arena, "%.*s%sclass[%d]", last ? (int)(last - dims) : 0, dims,
		                     last ? "] " : "", tensor->classes);
	}
	if (tensor->scaling == SCALING_STANDARDIZE)
		return format_string(arena, "%s standardize", dims);
	if (tensor->scaling == SCALING_RANGE)
		return format_string(arena, "%s scale %g %g", dims, tensor->scale_from, tensor->scale_to);
	return dims;
}

/* The length without the blanks at the end. */
static size_t trimmed(const char *line)
{
	size_t length = strlen(line);
	while (length > 0 && line[length - 1] == ' ')
		length--;
	return length;
}

static void print_layers(const struct compile *c)
{
	const struct model *model = c->model;
	printf("  %-9s %-24s %-28s %12s\n", "", "name", "shape", "parameters");
	for (size_t k = 0; k < model->tensors.count; k++) {
		const struct model_tensor *tensor = model->tensors.items[k];
		if (!is_declared(tensor) || (model->predicts_only && tensor->role == MODEL_TARGET))
			continue;
		int64_t count =
			tensor->role == MODEL_PARAMETER ? elements(tensor) : parameters_of(model, tensor);
		struct text line = text_new(c->arena);
		text_printf(&line, "  %-9s %-24s %-28s %12s", kind(tensor), tensor->name,
		            declaration(c->arena, tensor), count > 0 ? grouped(c->arena, count) : "");
		printf("%.*s\n", (int)trimmed(line.bytes), line.bytes);
	}
}

static void print_training(const struct compile *c)
{
	const struct training_settings *train = &c->model->train;
	printf("\nminimize %s\n", c->model->loss_text);
	printf("train    %s, batch %lld, epochs %lld, seed %llu", train->optimizer_text,
	       (long long)train->batch, (long long)train->epochs, (unsigned long long)train->seed);
	if (train->patience > 0)
		printf(", patience %lld", (long long)train->patience);
	if (train->clip != CLIP_NONE)
		printf(", clip %s(%g)", train->clip == CLIP_NORM ? "norm" : "value", train->clip_limit);
	putchar('\n');
}

/* Which updates need the whole gradient first: a clip by its norm, a parameter that is used twice, … */
static void print_updates(const struct compile *c)
{
	struct text apart = text_new(c->arena);
	int count = 0, fused = 0;
	for (size_t k = 0; k < c->program.stored.count; k++) {
		const struct tensor *tensor = c->program.stored.items[k];
		if (tensor->role != TENSOR_PARAMETER || tensor->source->frozen)
			continue;
		bool is_fused = plan_is_fused(&c->plan, tensor);
		count++;
		fused += is_fused;
		if (!is_fused)
			text_printf(&apart, "%s%s", apart.length ? ", " : "", tensor->name);
	}
	printf("updates  in the loops of their gradients: %s", fused == count ? "all" : fused == 0 ? "none" : "");
	if (fused > 0 && fused < count)
		printf("all but %s", text_string(&apart));
	putchar('\n');
}

static void print_text(const struct compile *c)
{
	const struct plan *plan = &c->plan;
	struct memory memory[MEMORY_ROWS];
	printf("model %s\n\n", c->model->name);
	print_layers(c);
	printf("\n%s parameters, %s multiply-adds to predict a row\n",
	       grouped(c->arena, plan->parameter_count), grouped(c->arena, plan->multiply_adds));
	if (c->model->loss) {
		print_training(c);
		print_updates(c);
	}
	printf("\nmemory in bytes (%s, batch %lld; all of it: nothing else is allocated)\n",
	       plan->options.real_size == 8 ? "double" : "float", (long long)plan->batch);
	memory_of(plan, memory);
	for (int k = 0; k < MEMORY_ROWS; k++)
		if (memory[k].bytes > 0)
			printf("  %14s  %s%s\n", grouped(c->arena, memory[k].bytes),
			       memory[k].part ? "  + " : "", memory[k].name);
}

/* --- for programs ---------------------------- */

static void print_json(const struct compile *c)
{
	const struct plan *plan = &c->plan;
	struct memory memory[MEMORY_ROWS];
	bool first = true;
	printf("{\"model\":\"%s\",\"tensors\":[", c->model->name);
	for (size_t k = 0; k < c->model->tensors.count; k++) {
		const struct model_tensor *tensor = c->model->tensors.items[k];
		if (tensor->is_local || (c->model->predicts_only && tensor->role == MODEL_TARGET))
			continue;
		printf("%s{\"name\":\"%s\",\"kind\":\"%s\",\"shape\":%s,\"classes\":%d}", first ? "" : ",",
		       tensor->name, kind(tensor), shape(c->arena, tensor), tensor->classes);
		first = false;
	}
	printf("],\"parameters\":%lld,\"multiply_adds\":%lld,\"real_bytes\":%d,\"batch\":%lld",
	       (long long)plan->parameter_count, (long long)plan->multiply_adds, plan->options.real_size,
	       (long long)plan->batch);
	if (c->model->loss)
		printf(",\"optimizer\":\"%s\",\"epochs\":%lld,\"seed\":%llu", c->model->train.optimizer_text,
		       (long long)c->model->train.epochs, (unsigned long long)c->model->train.seed);
	memory_of(plan, memory);
	for (int k = 0; k < MEMORY_ROWS; k++)
		printf(",\"%s\":%lld", memory[k].key, (long long)memory[k].bytes);
	printf("}\n");
}

enum status command_summary(struct compile *c, const struct options *options)
{
	struct compile_options compile_options = options->compile;
	enum status status = compile(c, options->model, &compile_options);
	if (status != STATUS_OK)
		return status;
	if (options->json)
		print_json(c);
	else
		print_text(c);
	return STATUS_OK;
}
