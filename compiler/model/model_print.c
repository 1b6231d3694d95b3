/* Dump of a model: a tensor a line. */
#include "model/model.h"

#include <string.h>

#include "base/text.h"

enum { LONGEST_VALUE = 4000 };  /* shared parts are printed as often as they are used: where to stop */

enum precedence { LOWEST, CONDITION, COMPARISON, SUM_TERMS, PRODUCT_FACTORS, POWER_OPERANDS, ATOM };

struct printer {
	struct text *text;
	size_t limit;
};

static void print(const struct printer *printer, const struct value *value, enum precedence around);

static const struct {
	enum op op;
	const char *infix;
	enum precedence own, left, right;
} infix_table[] = {
	{OP_ADD, " + ", SUM_TERMS, SUM_TERMS, SUM_TERMS},
	{OP_MULTIPLY, " * ", PRODUCT_FACTORS, PRODUCT_FACTORS, PRODUCT_FACTORS},
	{OP_POW, "^", POWER_OPERANDS, ATOM, POWER_OPERANDS},
	{OP_LESS, " < ", COMPARISON, SUM_TERMS, SUM_TERMS},
	{OP_LESS_EQUAL, " <= ", COMPARISON, SUM_TERMS, SUM_TERMS},
	{OP_EQUAL, " == ", COMPARISON, SUM_TERMS, SUM_TERMS},
	{OP_NOT_EQUAL, " != ", COMPARISON, SUM_TERMS, SUM_TERMS},
	{OP_AND, " and ", CONDITION, CONDITION, CONDITION},
	{OP_OR, " or ", CONDITION, CONDITION, CONDITION},
};

static void print_list(const struct printer *printer, const struct value *value)
{
	for (int i = 0; i < value->operand_count; i++) {
		if (i > 0)
			text_add(printer->text, ", ");
		print(printer, value->operands[i], LOWEST);
	}
}

static void print_operation(const struct printer *printer, const struct value *value, enum precedence around)
{
	struct text *text = printer->text;
	for (size_t i = 0; i < sizeof infix_table / sizeof *infix_table; i++) {
		if (infix_table[i].op != value->op)
			continue;
		bool brackets = infix_table[i].own < around;
		text_add(text, brackets ? "(" : "");
		print(printer, value->operands[0], infix_table[i].left);
		text_add(text, infix_table[i].infix);
		print(printer, value->operands[1], infix_table[i].right);
		text_add(text, brackets ? ")" : "");
		return;
	}
	if (value->op == OP_SELECT) {
		text_add(text, around > LOWEST ? "(if " : "if ");
		print(printer, value->operands[0], CONDITION);
		text_add(text, " then ");
		print(printer, value->operands[1], CONDITION);
		text_add(text, " else ");
		print(printer, value->operands[2], LOWEST);
		text_add(text, around > LOWEST ? ")" : "");
		return;
	}
	text_printf(text, "%s(", op_table[value->op].name);
	print_list(printer, value);
	text_add(text, ")");
}

static void print_element(const struct printer *printer, const struct value *value)
{
	const struct value *operand = value->operands[0];
	print(printer, operand, ATOM);
	text_add(printer->text, "[");
	for (int k = 0, kept = 0; k < operand->rank; k++) {
		const struct place *place = &value->places[k];
		text_add(printer->text, k > 0 ? ", " : "");
		if (place->position) {
			print(printer, place->position, LOWEST);
			continue;
		}
		int64_t first = place->first;
		text_printf(printer->text, "%lld..%lld", (long long)first,
		            (long long)(first + size_extent(value->dims[kept])));
		kept++;
	}
	text_add(printer->text, "]");
}

static void print_array(struct text *text, const struct value *value, int level, const double **next)
{
	if (level == value->rank) {
		text_double(text, *(*next)++);
		return;
	}
	for (int64_t i = 0; i < size_extent(value->dims[level]); i++) {
		text_add(text, i == 0 ? "[" : ", ");
		print_array(text, value, level + 1, next);
	}
	text_add(text, "]");
}

static void print_shape(struct text *text, const struct value *value)
{
	for (int k = 0; k < value->rank; k++)
		text_printf(text, ", %lld", (long long)size_extent(value->dims[k]));
}

static void print_number(struct text *text, double number, enum precedence around)
{
	bool brackets = number < 0 && around > PRODUCT_FACTORS;
	text_add(text, brackets ? "(" : "");
	text_double(text, number);
	text_add(text, brackets ? ")" : "");
}

static void print_call(const struct printer *printer, const char *name, const struct value *value)
{
	text_printf(printer->text, "%s(", name);
	print_list(printer, value);
	if (value->kind == VALUE_RESHAPE)
		print_shape(printer->text, value);
	text_add(printer->text, ")");
}

static void print(const struct printer *printer, const struct value *value, enum precedence around)
{
	static const char *const symbols[] = {
		[SYMBOL_TRAINING] = "training", [SYMBOL_ROWS] = "rows",
		[SYMBOL_STEP] = "step",         [SYMBOL_EPOCH] = "epoch",
		[SYMBOL_GRADIENT] = "gradient", [SYMBOL_PARAMETER] = "parameter",
	};
	static const char *const calls[] = {
		[VALUE_BATCH_SUM] = "batch_sum", [VALUE_CONCAT] = "concat", [VALUE_RESHAPE] = "reshape"};
	struct text *text = printer->text;
	const double *numbers = value->numbers;
	if (text->length > printer->limit) {
		text_add(text, "…");
		return;
	}
	switch (value->kind) {
	case VALUE_NUMBER:
		print_number(text, value->number, around);
		break;
	case VALUE_TENSOR:
		text_add(text, value->tensor->name);
		break;
	case VALUE_POSITION:
		text_add(text, value->index->name);
		break;
	case VALUE_EXTENT:
		text_printf(text, "%lld", (long long)size_extent(value->index->size));
		break;
	case VALUE_OPERATION:
		print_operation(printer, value, around);
		break;
	case VALUE_REDUCTION:
		text_printf(text, "%s(%s: %lld, ", op_table[value->op].name, value->index->name,
		            (long long)size_extent(value->index->size));
		print_list(printer, value);
		text_add(text, ")");
		break;
	case VALUE_ELEMENT:
		print_element(printer, value);
		break;
	case VALUE_BATCH_SUM:
	case VALUE_CONCAT:
	case VALUE_RESHAPE:
		print_call(printer, calls[value->kind], value);
		break;
	case VALUE_ARRAY:
		print_array(text, value, 0, &numbers);
		break;
	case VALUE_DRAW:
		text_printf(text, "%s(\"%s\")", op_table[value->op].name, value->draw);
		break;
	case VALUE_SYMBOL:
		text_add(text, symbols[value->symbol]);
		break;
	case VALUE_STATE:
		text_printf(text, "state %d", value->state);
		break;
	}
}

static void print_value(struct text *text, const char *before, const struct value *value)
{
	if (!value)
		return;
	text_add(text, before);
	print(&(struct printer){text, text->length + LONGEST_VALUE}, value, LOWEST);
}

static void print_dims(struct text *text, const struct model_tensor *tensor)
{
	for (int k = 0; k < tensor->rank; k++) {
		text_add(text, k == 0 ? "[" : ", ");
		if (tensor->indices[k])
			text_printf(text, "%s: ", tensor->indices[k]->name);
		text_printf(text, "%lld", (long long)size_extent(tensor->dims[k]));
	}
	text_add(text, tensor->rank > 0 ? "]" : "");
}

static void print_scaling(struct text *text, const struct model_tensor *tensor)
{
	if (tensor->scaling == SCALING_STANDARDIZE)
		text_add(text, " standardize");
	if (tensor->scaling != SCALING_RANGE)
		return;
	text_add(text, " scale ");
	text_double(text, tensor->scale_from);
	text_add(text, " ");
	text_double(text, tensor->scale_to);
}

static void print_tensor(struct text *text, const struct model_tensor *tensor)
{
	static const char *const roles[] = {
		[MODEL_INPUT] = "input",         [MODEL_TARGET] = "target", [MODEL_PARAMETER] = "parameter",
		[MODEL_STATISTIC] = "statistic", [MODEL_LAYER] = "layer",
	};
	const char *role = tensor->is_output ? "output" : tensor->is_local ? "local" : roles[tensor->role];
	text_printf(text, "%s %s", role, tensor->name);
	print_dims(text, tensor);
	if (tensor->classes > 0)
		text_printf(text, " class");
	print_scaling(text, tensor);
	text_add(text, tensor->frozen ? " frozen" : "");
	print_value(text, " = ", tensor->value);
	print_value(text, " = ", tensor->initial);
	print_value(text, ", then ", tensor->update);
	text_add(text, "\n");
}

static void print_train(struct text *text, const struct training_settings *train)
{
	text_printf(text, "train %s, batch %lld, epochs %lld, seed %llu", train->optimizer_text,
	            (long long)train->batch, (long long)train->epochs, (unsigned long long)train->seed);
	if (train->patience > 0)
		text_printf(text, ", patience %lld", (long long)train->patience);
	if (train->clip != CLIP_NONE) {
		text_add(text, train->clip == CLIP_NORM ? ", clip norm " : ", clip value ");
		text_double(text, train->clip_limit);
	}
	text_add(text, "\n");
	for (size_t i = 0; i < train->states.count; i++) {
		text_printf(text, "state %zu %s", i, train->states.items[i].name);
		print_value(text, " = ", train->states.items[i].initial);
		print_value(text, ", then ", train->states.items[i].next);
		text_add(text, "\n");
	}
	print_value(text, "update parameter = ", train->parameter);
	text_add(text, "\n");
}

static void print_columns(struct text *text, const char *name, const model_columns *columns)
{
	text_printf(text, "data %s = [", name);
	for (size_t k = 0; k < columns->count; k++) {
		const struct model_column *column = &columns->items[k];
		text_add(text, k > 0 ? ", " : "");
		if (column->name)
			text_printf(text, "\"%s\"", column->name);
		else if (column->first == 0)
			text_add(text, "last");
		else if (column->first == column->last)
			text_printf(text, "%lld", (long long)column->first);
		else
			text_printf(text, "%lld..%lld", (long long)column->first, (long long)column->last);
	}
	text_add(text, "]\n");
}

static void print_data(struct text *text, const struct model_data *data)
{
	for (size_t k = 0; k < data->mappings.count; k++)
		print_columns(text, data->mappings.items[k].port->name, &data->mappings.items[k].columns);
	if (data->ignored.count > 0)
		print_columns(text, "ignore", &data->ignored);
	if (data->missing)
		text_printf(text, "data missing = %s\n", data_missing_words[data->missing]);
	if (data->weights)
		text_printf(text, "data weights = %s\n", data_weights_words[data->weights]);
	if (data->split > 0) {
		text_add(text, "data split = ");
		text_double(text, data->split);
		text_add(text, "\n");
	}
}

void model_print(struct text *text, const struct model *model)
{
	text_printf(text, "model %s\n", model->name);
	for (size_t i = 0; i < model->tensors.count; i++)
		print_tensor(text, model->tensors.items[i]);
	print_data(text, &model->data);
	if (!model->loss)
		return;
	print_value(text, "minimize ", model->loss);
	text_add(text, "\n");
	print_train(text, &model->train);
}
