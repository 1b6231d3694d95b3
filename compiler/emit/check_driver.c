/* The program of `mlpc check`: answers requests on standard input. It includes nothing of the host floor. */
#include "emit/unit.h"

/* What each function of the text is given: the model's name in place of %, its upper form in place of $. */
static void add_lines(struct text *text, const struct c_names *names, const char *lines)
{
	for (const char *c = lines; *c; c++) {
		if (*c == '%')
			text_add(text, names->model);
		else if (*c == '$')
			text_add(text, names->upper);
		else
			text_bytes(text, c, 1);
	}
}

static const char TYPES[] =
        "/* An array is a parameter or statistic, an input or a target, in this order. */\n"
        "struct request {\n"
        "\tint32_t what;     /* 'p' put an array: its numbers follow; 's' set an element; 'l' loss; 'g' loss "
        "and\n"
        "\t                     gradients; 'd' derivatives by an array */\n"
        "\tint32_t array, rows, element;\n"
        "\tdouble value;\n"
        "};\n\n"
        "struct array {\n"
        "\tvoid *values;     /* double, or int32_t of classes */\n"
        "\tint32_t elements; /* of all rows */\n"
        "\tint32_t groups, rows, columns; /* of its matrices, which lie transposed in memory, */\n"
        "\tint32_t width;                 /* in panels of so many rows */\n"
        "\tint32_t is_class, stored, input;  /* which number of them it is, or -1 */\n"
        "};\n\n"
        "static struct %_training training;\n";

static const char FUNCTIONS[] =
        "static void set(const struct array *array, int32_t element, double value)\n"
        "{\n"
        "\tconst int32_t rows = array->rows, columns = array->columns, width = "
        "array->width;\n"
        "\tconst int32_t group = element / (rows * columns);\n"
        "\tconst int32_t row = element / columns - group * rows;\n"
        "\tconst int32_t column = element - element / columns * columns;\n"
        "\tif (array->is_class)\n"
        "\t\t((int32_t *)array->values)[element] = (int32_t)value;\n"
        "\telse\n"
        "\t\t((double *)array->values)[((row / width * array->groups + group) * columns + "
        "column) * width\n\t\t\t\t+ row - row / width * width] = value;\n"
        "}\n\n"
        "static void answer_number(double number)\n"
        "{\n"
        "\tfwrite(&number, sizeof number, 1, stdout);\n"
        "}\n\n";

static const char ANSWER[] =
        "static void put(const struct array *array, int32_t count)\n"
        "{\n"
        "\tdouble value = 0;\n"
        "\tfor (int32_t k = 0; k < count && fread(&value, sizeof value, 1, stdin) == 1; k++)\n"
        "\t\tset(array, k, value);\n"
        "}\n\n"
        "static void derivatives(const struct array *array)\n"
        "{\n"
        "\tstatic double values[MOST];\n"
        "\tif (array->stored >= 0)\n"
        "\t\t%_gradient(&training, array->stored, values);\n"
        "\telse\n"
        "\t\t%_input_gradient(&training, array->input, values);\n"
        "\tfwrite(values, sizeof *values, (size_t)array->elements, stdout);\n"
        "}\n\n"
        "static void answer(const struct request *request)\n"
        "{\n"
        "\tconst struct array *array = &arrays[request->array];\n"
        "\tif (request->what == 'p') {\n"
        "\t\tput(array, request->element);\n"
        "\t} else if (request->what == 's') {\n"
        "\t\tset(array, request->element, request->value);\n"
        "\t} else if (request->what == 'l') {\n"
        "\t\tanswer_number(loss(request->rows));\n"
        "\t} else if (request->what == 'g') {\n"
        "\t\tanswer_number(loss(request->rows));\n"
        "\t\t%_backward(&training);\n"
        "\t} else {\n"
        "\t\tderivatives(array);\n"
        "\t}\n"
        "\tfflush(stdout);\n"
        "}\n\n"
        "/* Arguments: the seed, updates so far, the epoch. */\n"
        "int main(int argc, char **argv)\n"
        "{\n"
        "\tstruct request request;\n"
        "\tif (argc != 4)\n"
        "\t\treturn 2;\n"
        "\t%_init(&training, strtoull(argv[1], NULL, 10));\n"
        "\ttraining.step = (uint32_t)strtoul(argv[2], NULL, 10);\n"
        "\ttraining.epoch = (uint32_t)strtoul(argv[3], NULL, 10);\n"
        "\twhile (fread(&request, sizeof request, 1, stdin) == 1)\n"
        "\t\tanswer(&request);\n"
        "\treturn 0;\n"
        "}\n";

enum array_kind { STORED, INPUT, TARGET };

static void emit_storage(struct text *text, const struct c_names *names, const tensors *list, int first)
{
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *tensor = list->items[k];
		bool per_row = tensor->rank > 0 && tensor->extents[0] == EXTENT_ROWS;
		text_printf(text, "static %s values_%d[", c_type(names, tensor), first + (int)k);
		if (per_row)
			text_printf(text, "%s_BATCH * ", names->upper);
		text_printf(text, "(%s)];  /* %s */\n", c_elements(names, tensor), tensor->name);
	}
}

/* Parameters and statistics are set where they live. */
static void emit_rows(struct text *text, const struct c_names *names, const tensors *list, int first,
                      enum array_kind kind)
{
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *tensor = list->items[k];
		const char *place =
		        kind == STORED ? name_format(names->names, "training.net.%s", c_tensor(names, tensor))
		                       : name_format(names->names, "values_%d", first + (int)k);
		struct plan_order order = plan_order(names->plan, tensor);
		text_printf(text, "\t{&%s, %lld, %lld, %lld, %lld, %lld, %d, %d, %d},\n", place,
		            (long long)tensor_elements(tensor, names->plan->batch), (long long)order.matrices,
		            (long long)order.rows, (long long)order.columns, (long long)order.width,
		            tensor->classes > 0, kind == STORED ? (int)k : -1, kind == INPUT ? (int)k : -1);
	}
}

static void emit_loss(struct text *text, const struct c_names *names, int first, int count)
{
	add_lines(text, names, "static double loss(int32_t rows)\n{\n\treturn %_forward(&training, rows");
	for (int k = 0; k < count; k++)
		text_printf(text, ", values_%d", first + k);
	text_add(text, ");\n}\n\n");
}

void emit_check_driver(struct text *text, const struct plan *plan, const struct emit_options *options)
{
	struct c_names names = c_names_new(plan);
	const struct program *program = plan->program;
	const tensors *lists[] = {&program->stored, &program->inputs, &program->targets};
	int64_t most = 1;
	emit_banner(text, &names, options);
	text_line(text, "#include \"%s.h\"\n", names.model);
	text_add(text, "#include <stdio.h>\n#include <stdlib.h>\n\n");
	add_lines(text, &names, TYPES);
	for (int l = 0, first = 0; l < 3; first += (int)lists[l++]->count) {
		if (l != STORED)
			emit_storage(text, &names, lists[l], first);
		for (size_t k = 0; k < lists[l]->count; k++) {
			int64_t elements = tensor_elements(lists[l]->items[k], plan->batch);
			most = elements > most ? elements : most;
		}
	}
	text_add(text, "\nstatic const struct array arrays[] = {\n");
	for (int l = 0, first = 0; l < 3; first += (int)lists[l++]->count)
		emit_rows(text, &names, lists[l], first, (enum array_kind)l);
	text_printf(text, "};\n\nenum { MOST = %lld };  /* elements of an array */\n\n", (long long)most);
	add_lines(text, &names, FUNCTIONS);
	emit_loss(text, &names, (int)program->stored.count,
	          (int)(program->inputs.count + program->targets.count));
	add_lines(text, &names, ANSWER);
}
