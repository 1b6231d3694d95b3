/* The C names of one unit: which are taken, what tensors, extents and functions are called, constants. */
#include "emit/names.h"

#include <ctype.h>
#include <string.h>

#include "emit/lines.h"
#include "plan/chain.h"

enum { LARGEST_ENUM = 32767, LONGEST_CONSTANT = 94 };

name_t c_unique(struct c_names *names, struct table *used, const char *wanted)
{
	name_t name = name_of(names->names, wanted);
	for (int k = 2; table_get(used, name); k++)
		name = name_format(names->names, "%s_%d", wanted, k);
	table_put(used, name, names);
	return name;
}

name_t c_upper(struct names *names, const char *name)
{
	char upper[256];
	size_t length = strlen(name);
	if (length >= sizeof upper)
		length = sizeof upper - 1;
	for (size_t k = 0; k < length; k++)
		upper[k] = isalnum((unsigned char)name[k]) ? (char)toupper((unsigned char)name[k]) : '_';
	return name_intern(names, upper, length);
}

/* --- tensors ------------------------------------------------------------------------------------------ */

static const char *const role_prefixes[] = {
	[TENSOR_INPUT] = "input",     [TENSOR_TARGET] = "target",       [TENSOR_PARAMETER] = "parameter",
	[TENSOR_STATISTIC] = "statistic", [TENSOR_STATE] = "state",     [TENSOR_LAYER] = "layer",
	[TENSOR_OUTPUT] = "output",   [TENSOR_LOSS] = "value",          [TENSOR_ADJOINT] = "adjoint",
	[TENSOR_TEMPORARY] = "value", [TENSOR_SCHEDULE] = "schedule",   [TENSOR_NEXT] = "next",
};

/* Words with an underscore that C, C++ or their libraries own. */
static const char *const foreign_words[] = {
	"and_eq",       "or_eq",      "not_eq",      "xor_eq",           "static_assert",
	"thread_local", "const_cast", "static_cast", "dynamic_cast",     "reinterpret_cast",
	"co_await",     "co_return",  "co_yield",    "math_errhandling", "max_align_t",
};

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);
	return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Types of the library end in _t, macros have no small letter, the runtime's names begin with mlp_. */
static bool is_foreign(const char *name)
{
	bool small = false;
	for (const char *c = name; *c; c++)
		small = small || islower((unsigned char)*c);
	for (size_t k = 0; k < sizeof foreign_words / sizeof *foreign_words; k++)
		if (strcmp(name, foreign_words[k]) == 0)
			return true;
	return !small || ends_with(name, "_t") || strncmp(name, "mlp_", 4) == 0 || strstr(name, "__");
}

static name_t mangled(struct c_names *names, const struct tensor *tensor)
{
	char plain[512];
	size_t length = strlen(tensor->name);
	bool compound = tensor->role == TENSOR_ADJOINT && strncmp(tensor->name, "d_", 2) == 0;
	if (length >= sizeof plain)
		length = sizeof plain - 1;
	for (size_t k = 0; k < length; k++) {
		compound = compound || tensor->name[k] == '.';
		plain[k] = isalnum((unsigned char)tensor->name[k]) ? tensor->name[k] : '_';
	}
	plain[length] = '\0';
	compound = compound || tensor->role == TENSOR_SCHEDULE; /* "schedule_2": made by the compiler */
	bool named_by_role = tensor->role == TENSOR_INPUT || tensor->role == TENSOR_TARGET ||
	                     tensor->role == TENSOR_OUTPUT;
	if (compound && !named_by_role && !is_foreign(plain))
		return name_of(names->names, plain);
	return name_format(names->names, "%s_%s", role_prefixes[tensor->role], plain);
}

name_t c_tensor(const struct c_names *names, const struct tensor *tensor)
{
	name_t name = table_get(names->tensors, tensor);
	return name ? name : "?";
}

name_t c_upper_tensor(const struct c_names *names, const struct tensor *tensor)
{
	return table_get(names->uppers, tensor);
}

name_t c_stream(struct c_names *names, name_t draw)
{
	name_t stream = table_get(names->streams, draw);
	if (stream)
		return stream;
	stream = c_unique(names, names->used_streams,
	                  name_format(names->names, "STREAM_%s", c_upper(names->names, draw)));
	table_put(names->streams, draw, (void *)stream);
	return stream;
}

const char *c_type(const struct c_names *names, const struct tensor *tensor)
{
	return tensor->classes > 0 ? "int32_t" : names->real;
}

/* --- extents ------------------------------------------------------------------------------------------ */

static const struct size *size_of(const struct tensor *tensor, int k)
{
	const struct tensor *owner = tensor->of && tensor->role == TENSOR_ADJOINT ? tensor->of : tensor;
	const struct model_tensor *source = owner->source;
	int dimension = source ? k - (owner->rank - source->rank) : -1;
	if (!source || owner->rank != tensor->rank || dimension < 0 || dimension >= source->rank)
		return NULL;
	const struct size *size = source->dims[dimension];
	while (size && size->same)
		size = size->same;
	return size;
}

static const void *extent_key(int64_t extent)
{
	return (const void *)(uintptr_t)extent;
}

static const struct extent_name *find_extent(const struct c_names *names, int64_t extent,
                                             const struct size *size)
{
	const struct extent_name *own = size ? table_get(names->by_size, size) : NULL;
	return own && own->extent == extent ? own : table_get(names->by_extent, extent_key(extent));
}

static void add_extent(struct c_names *names, const char *owner, int number, int64_t extent,
                       const struct size *size)
{
	const struct extent_name *found = find_extent(names, extent, size);
	if (extent == EXTENT_ROWS || (found && (!size || found->size == size)))
		return;
	name_t upper = c_upper(names->names, owner);
	const char *wanted = number > 0
	                             ? name_format(names->names, "%s_SIZE_%s_%d", names->upper, upper, number)
	                             : name_format(names->names, "%s_SIZE_%s", names->upper, upper);
	struct extent_name *name = ARENA_NEW(names->arena, struct extent_name);
	*name = (struct extent_name){c_unique(names, names->used, wanted), extent, size};
	array_push(names->arena, &names->extents, name);
	if (!table_get(names->by_extent, extent_key(extent)))
		table_put(names->by_extent, extent_key(extent), name);
	if (size && !table_get(names->by_size, size))
		table_put(names->by_size, size, name);
}

static void add_extents(struct c_names *names, const struct tensor *tensor)
{
	int sample = tensor->rank > 0 && tensor->extents[0] == EXTENT_ROWS;
	for (int k = sample; k < tensor->rank; k++)
		add_extent(names, tensor->name, tensor->rank - sample > 1 ? k - sample + 1 : 0,
		           tensor->extents[k], size_of(tensor, k));
}

const char *c_extent_of(const struct c_names *names, int64_t extent, const struct tensor *tensor, int k)
{
	if (extent == EXTENT_ROWS)
		return "rows";
	const struct size *size = tensor && tensor->extents[k] == extent ? size_of(tensor, k) : NULL;
	const struct extent_name *found = find_extent(names, extent, size);
	return found ? found->name : name_format(names->names, "%lld", (long long)extent);
}

const char *c_extent(const struct c_names *names, const struct tensor *tensor, int k)
{
	return c_extent_of(names, tensor->extents[k], tensor, k);
}

const char *c_leading_extent(const struct c_names *names, const struct tensor *tensor)
{
	int panel = plan_panel(names->plan, tensor);
	if (panel == 0)
		return c_extent(names, tensor, plan_dimension(names->plan, tensor, 0));
	int last = plan_dimension(names->plan, tensor, tensor->rank - 1);
	const char *extent = c_extent(names, tensor, last);
	return plan_is_padded(names->plan, tensor)
	               ? name_format(names->names, "(%s + %d) / %d", extent, panel - 1, panel)
	               : name_format(names->names, "%s / %d", extent, panel);
}

/* [panels][all other dimensions][width] */
static const char *shape_of_panels(const struct c_names *names, const struct tensor *tensor, int first)
{
	struct text text = text_new(names->arena);
	if (first == 0)
		text_printf(&text, "[%s]", c_leading_extent(names, tensor));
	for (int place = 0; place + 1 < tensor->rank; place++)
		text_printf(&text, "[%s]",
		            c_extent(names, tensor, plan_dimension(names->plan, tensor, place)));
	text_printf(&text, "[%d]", plan_panel(names->plan, tensor));
	return text_string(&text);
}

const char *c_shape(const struct c_names *names, const struct tensor *tensor, int first)
{
	struct text text = text_new(names->arena);
	if (plan_panel(names->plan, tensor) > 0)
		return shape_of_panels(names, tensor, first);
	for (int place = first; place < tensor_stored_rank(tensor); place++) {
		int k = plan_dimension(names->plan, tensor, place);
		if (tensor->extents[k] == EXTENT_ROWS)
			text_printf(&text, "[%s_BATCH]", names->upper);
		else
			text_printf(&text, "[%s", c_extent(names, tensor, k));
		if (tensor->extents[k] != EXTENT_ROWS && plan_row_gap(names->plan, tensor) > 0)
			text_printf(&text, " + %lld", (long long)plan_row_gap(names->plan, tensor));
		text_add(&text, tensor->extents[k] != EXTENT_ROWS ? "]" : "");
	}
	return text_string(&text);
}

const char *c_pitch(const struct c_names *names, const struct tensor *tensor)
{
	const char *last = strrchr(c_shape(names, tensor, 1), '[') + 1;
	return name_intern(names->names, last, strlen(last) - 1);
}

const char *c_elements(const struct c_names *names, const struct tensor *tensor)
{
	struct text text = text_new(names->arena);
	bool sample = tensor->rank > 0 && tensor->extents[0] == EXTENT_ROWS;
	for (int k = sample; k < tensor_stored_rank(tensor); k++)
		text_printf(&text, "%s%s", k > sample ? " * " : "", c_extent(names, tensor, k));
	return text.length ? text_string(&text) : "1";
}

/* --- functions ---------------------------------------------------------------------------------------- */

/* `other` where prediction computes a value of the same name in another way. */
static const struct {
	const char *usual, *other;
} function_prefixes[] = {
	[PLAN_INIT] = {"init", "init"},          [PLAN_PREDICT] = {"forward", "forward"},
	[PLAN_LOSS] = {"forward", "loss"},       [PLAN_FORWARD] = {"forward", "training"},
	[PLAN_BACKWARD] = {"backward", "backward"}, [PLAN_UPDATE] = {"update", "update"},
	[PLAN_STEP] = {"train", "train"},
};

/* Named for its last stored value: that is what the step is for. */
static name_t function_name(struct c_names *names, const struct step *step)
{
	const struct tensor *tensor = step->members.items[0].equation->left;
	for (size_t m = 0; m < step->members.count; m++)
		if (step->members.items[m].stored)
			tensor = step->members.items[m].equation->left;
	const char *subject = tensor->role == TENSOR_NEXT ? tensor->stored_in->name : tensor->name;
	if (tensor->role == TENSOR_ADJOINT && strncmp(subject, "d_", 2) == 0)
		subject += 2;
	char plain[512];
	size_t length = 0;
	for (; subject[length] && length < sizeof plain - 1; length++)
		plain[length] = isalnum((unsigned char)subject[length]) ? subject[length] : '_';
	plain[length] = '\0';
	name_t usual = name_format(names->names, "%s_%s", function_prefixes[step->function].usual, plain);
	if (!table_get(names->used, usual))
		return c_unique(names, names->used, usual);
	return c_unique(names, names->used,
	                name_format(names->names, "%s_%s", function_prefixes[step->function].other, plain));
}

name_t c_function(const struct c_names *names, const struct step *step)
{
	return table_get(names->functions, step);
}

/* --- all of a unit ------------------------------------------------------------------------------------ */

static void add_tensor(struct c_names *names, const struct tensor *tensor)
{
	if (!tensor || table_get(names->tensors, tensor))
		return;
	name_t name = c_unique(names, names->used, mangled(names, tensor));
	table_put(names->tensors, tensor, (void *)name);
	name_t upper = c_unique(names, names->used_uppers, c_upper(names->names, name));
	table_put(names->uppers, tensor, (void *)upper);
	add_extents(names, tensor);
}

static void add_list(struct c_names *names, const tensors *list)
{
	for (size_t k = 0; k < list->count; k++)
		add_tensor(names, list->items[k]);
}

static void add_graph(struct c_names *names, const struct graph *graph)
{
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct equation *equation = &graph->equations.items[k];
		add_tensor(names, equation->left);
		struct chain chain = chain_of(equation->right);
		for (int r = 0; r < chain.count; r++)
			add_extent(names, equation->left->name, chain.count > 1 ? r + 1 : 0,
			           chain.reductions[r]->extent, NULL);
	}
}

/* Extents are named for the values of the user first, not for the weights between them. */
static void name_layers(struct c_names *names, const struct graph *graph)
{
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct tensor *left = graph->equations.items[k].left;
		if (left->role == TENSOR_LAYER && left->source && !left->source->is_local)
			add_extents(names, left);
	}
}

struct c_names c_names_new(const struct plan *plan)
{
	const struct program *program = plan->program;
	struct c_names names = {.plan = plan, .arena = plan->arena, .names = exprs_names(program->exprs),
	                        .model = program->model->name,
	                        .real = plan->options.real_size == 8 ? "double" : "float"};
	names.upper = c_upper(names.names, names.model);
	struct table **const tables[] = {&names.tensors, &names.used, &names.functions, &names.uppers,
	                                 &names.by_extent, &names.by_size, &names.signatures,
	                                 &names.streams, &names.used_uppers, &names.used_streams,
	                                 &names.repeats};
	for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
		*tables[k] = table_new(names.arena);
	const tensors *const lists[] = {&program->inputs, &program->targets, &program->outputs,
	                                &program->stored, &program->states};
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
		add_list(&names, lists[k]);
		if (lists[k] == &program->outputs)
			name_layers(&names, &program->prediction);
	}
	const struct graph *const graphs[] = {&program->initial, &program->prediction, &program->evaluation,
	                                      &program->training};
	for (size_t k = 0; k < sizeof graphs / sizeof *graphs; k++)
		add_graph(&names, graphs[k]);
	for (size_t k = 0; k < plan->steps.count; k++)
		for (size_t m = 0; m < plan->steps.items[k]->members.count; m++)
			add_tensor(&names, plan->steps.items[k]->members.items[m].equation->left);
	for (size_t k = 0; k < plan->steps.count; k++)
		table_put(names.functions, plan->steps.items[k],
		          (void *)function_name(&names, plan->steps.items[k]));
	return names;
}

/* --- constants ---------------------------------------------------------------------------------------- */

/* An enumerator or a #define; a comment that would make the line too long stands above it. */
static void print_constant(struct text *text, const struct constant *constant, bool is_macro, const char *end)
{
	struct text line = text_new(text->arena);
	text_printf(&line, "%s%s %s%lld%s", is_macro ? "#define " : "", constant->name, is_macro ? "" : "= ",
	            (long long)constant->value, end);
	if (constant->comment && line.length + strlen(constant->comment) > LONGEST_CONSTANT)
		c_comment(text, constant->comment);
	else if (constant->comment)
		text_printf(&line, "  /* %s */", constant->comment);
	text_line_bytes(text, line.bytes, line.length);
}

void c_constants(struct text *text, const constant_list *list)
{
	size_t small = 0;
	for (size_t k = 0; k < list->count; k++)
		small += list->items[k].value <= LARGEST_ENUM;
	if (small > 0) {
		text_line(text, "enum {");
		text->indent++;
		for (size_t k = 0; k < list->count; k++)
			if (list->items[k].value <= LARGEST_ENUM)
				print_constant(text, &list->items[k], false, --small == 0 ? "" : ",");
		text->indent--;
		text_line(text, "};");
	}
	for (size_t k = 0; k < list->count; k++)
		if (list->items[k].value > LARGEST_ENUM)
			print_constant(text, &list->items[k], true, "");
}
