/* NAME_main.c: one constant struct mlp_network (runtime/host/host.h) and a main that hands it to mlp_main. */
#include <string.h>

#include "emit/step.h"
#include "emit/tensors.h"
#include "emit/unit.h"

/* --- fingerprint -------------------------------------------------------------------------------------- */

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
	for (size_t k = 0; k < length; k++)
		hash = (hash ^ ((const unsigned char *)bytes)[k]) * UINT64_C(1099511628211);
	return hash;
}

static uint64_t hash_tensors(struct arena *arena, uint64_t hash, const tensors *list)
{
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *tensor = list->items[k];
		struct text line = text_new(arena);
		text_printf(&line, "%d %s %d:", (int)tensor->role, tensor->name, tensor->classes);
		for (int d = 0; d < tensor->rank; d++)
			text_printf(&line, " %lld", (long long)tensor->extents[d]);
		text_add(&line, "\n");
		hash = hash_bytes(hash, text_string(&line), line.length);
	}
	return hash;
}

uint64_t emit_fingerprint(const struct plan *plan)
{
	const struct program *program = plan->program;
	uint64_t hash = UINT64_C(14695981039346656037);
	hash = hash_tensors(plan->arena, hash, &program->inputs);
	hash = hash_tensors(plan->arena, hash, &program->targets);
	hash = hash_tensors(plan->arena, hash, &program->outputs);
	return hash_tensors(plan->arena, hash, &program->stored);
}

/* Of the text of header and source: which run a checkpoint belongs to. */
static uint64_t program_checksum(struct arena *arena, const struct plan *plan, const char *changes)
{
	const struct emit_options options = {.source_name = "", .checksum = "", .changes = changes};
	struct text text = text_new(arena);
	emit_header(&text, plan, &options);
	emit_source(&text, plan, &options);
	return hash_bytes(UINT64_C(14695981039346656037), text_string(&text), text.length);
}

/* --- ports -------------------------------------------------------------------------------------------- */

static int number_of(const struct program *program, const struct tensor *stored)
{
	for (size_t k = 0; stored && k < program->stored.count; k++)
		if (program->stored.items[k] == stored)
			return (int)k;
	return -1;
}

static void emit_port_table(struct text *text, const struct c_names *names, const tensors *list,
                            const char *table)
{
	static const char *const scalings[] = {[SCALING_NONE] = "MLP_AS_IS",
	                                       [SCALING_STANDARDIZE] = "MLP_STANDARDIZE",
	                                       [SCALING_RANGE] = "MLP_SCALE"};
	const struct program *program = names->plan->program;
	if (list->count == 0)
		return;
	text_line(text, "static const struct mlp_port %s[] = {", table);
	text->indent++;
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *tensor = list->items[k];
		struct text line = text_new(text->arena);
		text_printf(&line, "{.name = \"%s\", .rank = %d, .shape = ", tensor->name,
		            tensor_stored_rank(tensor) - 1);
		print_shape_list(&line, names, tensor);
		text_printf(&line,
		            ", .elements = %s, .classes = %d, .scaling = %s, .mean = %d, .deviation = %d},",
		            c_elements(names, tensor), tensor->classes, scalings[tensor->scaling],
		            number_of(program, tensor->mean), number_of(program, tensor->deviation));
		c_line(text, text_string(&line));
	}
	text->indent--;
	text_line(text, "};\n");
}

/* --- texts ------------------------------------------------------------------------------------------- */

static void print_string(struct text *text, const char *string)
{
	text_add(text, "\"");
	for (const unsigned char *c = (const unsigned char *)string; *c; c++) {
		if (*c == '"' || *c == '\\' || *c == '?')
			text_printf(text, "\\%c", *c);
		else if (*c < ' ' || *c == 127)
			text_add(text, " ");
		else
			text_bytes(text, (const char *)c, 1);
	}
	text_add(text, "\"");
}

static void emit_string_field(struct text *text, const char *field, const char *string)
{
	struct text line = text_new(text->arena);
	print_string(&line, string ? string : "");
	text_line(text, "\t.%s = %s,", field, text_string(&line));
}

/* --- the data block ---------------------------------------------------------------------------------- */

static const model_columns *columns_of(const struct model_data *data, const struct tensor *port)
{
	for (size_t k = 0; k < data->mappings.count; k++)
		if (strcmp(data->mappings.items[k].port->name, port->name) == 0)
			return &data->mappings.items[k].columns;
	return NULL;
}

/* {.count = 2, .items = (const struct mlp_column[]){…}} */
static void print_columns(struct text *line, const model_columns *columns)
{
	if (!columns || columns->count == 0) {
		text_add(line, "{0}");
		return;
	}
	text_printf(line, "{%zu, (const struct mlp_column[]){", columns->count);
	for (size_t k = 0; k < columns->count; k++) {
		const struct model_column *column = &columns->items[k];
		text_add(line, k > 0 ? ", " : "");
		if (!column->name) {
			text_printf(line, "{NULL, %lld, %lld}", (long long)column->first,
			            (long long)column->last);
			continue;
		}
		text_add(line, "{");
		print_string(line, column->name);
		text_add(line, ", 0, 0}");
	}
	text_add(line, "}}");
}

static void emit_column_table(struct text *text, const struct model_data *data, const tensors *ports,
                              const char *table)
{
	if (data->mappings.count == 0 || ports->count == 0)
		return;
	text_line(text, "static const struct mlp_columns %s[] = {", table);
	text->indent++;
	for (size_t k = 0; k < ports->count; k++) {
		struct text line = text_new(text->arena);
		print_columns(&line, columns_of(data, ports->items[k]));
		text_add(&line, ",");
		c_line(text, text_string(&line));
	}
	text->indent--;
	text_line(text, "};\n");
}

static void emit_data_block(struct text *text, const struct program *program)
{
	static const char *const missing[] = {"MLP_MISSING_DEFAULT", "MLP_MISSING_DROP", "MLP_MISSING_MEAN",
	                                      "MLP_MISSING_ERROR"};
	static const char *const weights[] = {"MLP_WEIGHTS_DEFAULT", "MLP_WEIGHTS_NONE",
	                                      "MLP_WEIGHTS_BALANCED"};
	const struct model_data *data = &program->model->data;
	if (!data->given)
		return;
	text_line(text, "\t.data = {");
	text->indent += 2;
	if (data->mappings.count > 0)
		text_line(text, ".inputs = columns_of_inputs, .targets = %s,",
		          program->targets.count > 0 ? "columns_of_targets" : "NULL");
	if (data->ignored.count > 0) {
		struct text line = text_new(text->arena);
		text_add(&line, ".ignored = ");
		print_columns(&line, &data->ignored);
		text_add(&line, ",");
		c_line(text, text_string(&line));
	}
	struct text split = text_new(text->arena);
	text_double(&split, data->split);
	text_line(text, ".missing = %s, .class_weights = %s, .split = %s,", missing[data->missing],
	          weights[data->weights], text_string(&split));
	text->indent -= 2;
	text_line(text, "\t},");
}

/* --- adapters ----------------------------------------------------------------------------------------- */

/* ", inputs[0], inputs[1]" */
static void print_loads(struct text *line, const tensors *list, const char *array)
{
	for (size_t k = 0; k < list->count; k++)
		text_printf(line, ", %s[%zu]", array, k);
}

static void adapter(struct text *text, const char *prototype, const char *unused, const char *body)
{
	c_line(text, prototype);
	text_line(text, "{");
	if (unused)
		text_line(text, "\t(void)%s;", unused);
	text->indent++;
	c_line(text, body);
	text->indent--;
	text_line(text, "}\n");
}

static void emit_adapters(struct text *text, const struct c_names *names)
{
	const struct program *program = names->plan->program;
	const char *model = names->model;
	struct text call = text_new(text->arena);
	adapter(text, "static void get(const void *net, int k, void *values)", NULL,
	        name_format(names->names, "%s_get(net, k, values);", model));
	adapter(text, "static void set(void *net, int k, const void *values)", NULL,
	        name_format(names->names, "%s_set(net, k, values);", model));
	text_printf(&call, "%s_predict(net, work, rows", model);
	print_loads(&call, &program->inputs, "inputs");
	print_loads(&call, &program->outputs, "outputs");
	text_add(&call, ");");
	adapter(text,
	        "static void predict(const void *net, void *work, int rows, const void *const *inputs, "
	        "void *const *outputs)",
	        NULL, text_string(&call));
	bool trains = program->loss != NULL; /* else the host allocates no more than the parameters */
	adapter(text, "static void init(void *training, uint64_t seed)", NULL,
	        name_format(names->names, "%s_init(training, seed);", model));
	adapter(text, "static void *net_of(void *training)", NULL,
	        trains ? name_format(names->names, "return &((struct %s_training *)training)->net;", model)
	               : "return training;");
}

static void emit_training_adapters(struct text *text, const struct c_names *names)
{
	const struct program *program = names->plan->program;
	const char *model = names->model;
	struct text loads = text_new(text->arena);
	print_loads(&loads, &program->inputs, "inputs");
	print_loads(&loads, &program->targets, "targets");
	adapter(text, "static void get_state(const void *training, int k, void *values)", NULL,
	        name_format(names->names, "%s_get_state(training, k, values);", model));
	adapter(text, "static void set_state(void *training, int k, const void *values)", NULL,
	        name_format(names->names, "%s_set_state(training, k, values);", model));
	adapter(text, "static void set_epoch(void *training, int epoch)", NULL,
	        name_format(names->names, "((struct %s_training *)training)->epoch = (uint32_t)epoch;",
	                    model));
	adapter(text, "static void set_step(void *training, uint32_t step)", NULL,
	        name_format(names->names, "((struct %s_training *)training)->step = step;", model));
	adapter(text,
	        "static double loss(const void *net, void *work, int rows, const void *const *inputs, "
	        "const void *const *targets)",
	        program->targets.count ? NULL : "targets",
	        name_format(names->names, "return (double)%s_loss(net, work, rows%s);", model,
	                    text_string(&loads)));
	adapter(text,
	        "static double train_step(void *training, int rows, const void *const *inputs, "
	        "const void *const *targets)",
	        program->targets.count ? NULL : "targets",
	        name_format(names->names, "return (double)%s_train_step(training, rows%s);", model,
	                    text_string(&loads)));
}

static void emit_network(struct text *text, const struct c_names *names, const struct emit_options *options)
{
	const struct plan *plan = names->plan;
	const struct program *program = plan->program;
	const struct training_settings *train = &program->model->train;
	const char *model = names->model;
	text_line(text, "static const struct mlp_network network = {");
	emit_string_field(text, "name", model);
	text_line(text, "\t.version = MLP_VERSION,");
	emit_string_field(text, "options", options->changes);
	emit_string_field(text, "loss_description", program->model->loss_text);
	text_line(text, "\t.fingerprint = UINT64_C(0x%016llx),", (unsigned long long)emit_fingerprint(plan));
	text_line(text, "\t.program = UINT64_C(0x%016llx),",
	          (unsigned long long)program_checksum(text->arena, plan, options->changes));
	text_line(text, "\t.real_size = sizeof(%s),", names->real);
	text_line(text, "\t.batch = %s_BATCH,", names->upper);
	text_line(text, "\t.epochs = %lld,", (long long)train->epochs);
	text_line(text, "\t.patience = %lld,", (long long)train->patience);
	text_line(text, "\t.seed = %s_SEED,", names->upper);
	text_line(text, "\t.input_count = %zu, .target_count = %zu, .output_count = %zu,",
	          program->inputs.count, program->targets.count, program->outputs.count);
	text_line(text, "\t.inputs = inputs_of_model, .targets = %s, .outputs = outputs_of_model,",
	          program->targets.count ? "targets_of_model" : "NULL");
	text_line(text, "\t.net_size = sizeof(struct %s),", model);
	text_line(text, "\t.work_size = sizeof(struct %s_work),", model);
	text_line(text, "\t.training_size = sizeof(struct %s%s),", model, program->loss ? "_training" : "");
	text_line(text, "\t.tensor_count = %s_TENSORS, .tensor = %s_tensor, .get = get, .set = set,",
	          names->upper, model);
	text_line(text, "\t.init = init, .net = net_of, .predict = predict,");
	if (program->loss) {
		text_line(text, "\t.state_count = %s_STATES, .state = %s_state,", names->upper, model);
		text_line(text, "\t.get_state = get_state, .set_state = set_state,");
		text_line(text, "\t.set_epoch = set_epoch, .set_step = set_step,");
		text_line(text, "\t.loss = loss, .train_step = train_step,");
	}
	emit_data_block(text, program);
	text_line(text, "};\n");
}

void emit_driver(struct text *text, const struct plan *plan, const struct emit_options *options)
{
	struct c_names names = c_names_new(plan);
	emit_banner(text, &names, options);
	text_line(text, "#include \"%s.h\"\n", names.model);
	text_line(text, "#include \"host/host.h\"\n");
	emit_port_table(text, &names, &plan->program->inputs, "inputs_of_model");
	emit_port_table(text, &names, &plan->program->targets, "targets_of_model");
	emit_port_table(text, &names, &plan->program->outputs, "outputs_of_model");
	emit_column_table(text, &plan->program->model->data, &plan->program->inputs, "columns_of_inputs");
	emit_column_table(text, &plan->program->model->data, &plan->program->targets, "columns_of_targets");
	emit_adapters(text, &names);
	if (plan->program->loss)
		emit_training_adapters(text, &names);
	emit_network(text, &names, options);
	text_line(text, "int main(int argc, char **argv)");
	text_line(text, "{");
	text_line(text, "\treturn mlp_main(&network, argc, argv);");
	text_line(text, "}");
}
