/* Rows of data → their predictions, as CSV. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/decimal.h"
#include "host/replacement.h"
#include "host/rows.h"
#include "host/trained.h"

/* -- The header ------------------------------------------------------------------------------------- */

static void put_name(FILE *out, const char *name)
{
	if (!strpbrk(name, ",\"\n\r") && *name != ' ' && *name != '\0' && name[strlen(name) - 1] != ' ') {
		fputs(name, out);
		return;
	}
	fputc('"', out);
	for (; *name; name++)
		fprintf(out, *name == '"' ? "\"\"" : "%c", *name);
	fputc('"', out);
}

/* "weight", or "weight_1_0" of an element of several. */
static char *element_name(const struct mlp_port *port, int32_t element)
{
	char *name = strdup(port->name);
	int32_t below = port->elements;
	for (int d = 0; name && port->elements > 1 && d < port->rank; d++) {
		char *longer;
		below /= port->shape[d];
		if (asprintf(&longer, "%s_%d", name, (int)(element / below)) < 0)
			longer = NULL;
		free(name);
		name = longer;
		element %= below;
	}
	return name;
}

/* Of a class or, where one column tells all of two nameless ones, "probability". */
static const char *column_name(const struct mlp_answer *answer, int32_t number, char buffer[MLP_CLASS_NAME])
{
	bool nameless = answer->kind == MLP_ANSWER_HALF && !answer->labels->names;
	return nameless ? "probability" : mlp_class_name(answer, number, buffer);
}

/* May the names of the classes stand alone as names of columns? Else that of the target goes before them. */
static bool stand_alone(const struct mlp_trained *trained, const struct mlp_answer *answer)
{
	char number[MLP_CLASS_NAME];
	bool alone = trained->answer_count == 1 && answer->port->elements == 1 &&
	             (answer->labels->names || answer->kind == MLP_ANSWER_HALF);
	for (int32_t c = 0; alone && c < mlp_answer_classes(answer); c++)
		alone = strcmp(column_name(answer, c, number), answer->port->name) != 0;
	return alone;
}

static bool put_class_columns(FILE *out, const struct mlp_trained *trained, const struct mlp_answer *answer,
                              const char *element)
{
	bool alone = stand_alone(trained, answer);
	for (int32_t c = answer->kind == MLP_ANSWER_HALF; c < mlp_answer_classes(answer); c++) {
		char number[MLP_CLASS_NAME], *column;
		const char *name = column_name(answer, c, number);
		if (asprintf(&column, alone ? "%.0s%s" : "%s_%s", element, name) < 0)
			return false;
		fputc(',', out);
		put_name(out, column);
		free(column);
	}
	return true;
}

/* False: no memory. */
static bool put_header(FILE *out, const struct mlp_trained *trained)
{
	const char *between = "";
	for (int k = 0; k < trained->answer_count; k++) {
		const struct mlp_answer *answer = &trained->answers[k];
		for (int32_t i = 0; i < answer->port->elements; i++, between = ",") {
			char *name = element_name(answer->port, i);
			bool well = name != NULL;
			fputs(between, out);
			if (well)
				put_name(out, name);
			if (well && mlp_answer_classes(answer) > 0)
				well = put_class_columns(out, trained, answer, name);
			free(name);
			if (!well)
				return false;
		}
	}
	fputc('\n', out);
	return true;
}

/* -- The rows --------------------------------------------------------------------------------------- */

static void put_real(FILE *out, const void *values, int real_size, size_t number)
{
	char text[MLP_DECIMAL];
	fputs(mlp_decimal(text, mlp_real_at(values, number, real_size), real_size), out);
}

/* Element `number` of the batch: a class and the values of its outputs, or a number. */
static void put_element(FILE *out, const struct mlp_trained *trained, const struct mlp_answer *answer,
                        size_t number)
{
	const void *values = trained->evaluator.outputs[answer->output];
	int size = trained->network->real_size;
	if (answer->kind == MLP_ANSWER_NUMBERS) {
		put_real(out, values, size, number);
		return;
	}
	char text[MLP_CLASS_NAME];
	int32_t found = mlp_answer_class(answer, values, size, number);
	size_t count = answer->kind == MLP_ANSWER_HALF ? 1 : (size_t)answer->port->classes;
	if (found >= 0)
		put_name(out, mlp_class_name(answer, found, text));
	for (size_t c = 0; c < count; c++) {
		fputc(',', out);
		put_real(out, values, size, number * count + c);
	}
}

static void put_rows(FILE *out, const struct mlp_trained *trained, int rows)
{
	for (int row = 0; row < rows; row++) {
		const char *between = "";
		for (int k = 0; k < trained->answer_count; k++) {
			const struct mlp_answer *answer = &trained->answers[k];
			size_t elements = (size_t)answer->port->elements;
			for (size_t i = 0; i < elements; i++, between = ",") {
				fputs(between, out);
				put_element(out, trained, answer, (size_t)row * elements + i);
			}
		}
		fputc('\n', out);
	}
}

static int cannot_write(const struct mlp_trained *trained)
{
	const char *path = trained->options->output;
	mlp_error(&trained->messages, "cannot write `%s`: %s", path ? path : "standard output",
	          strerror(errno));
	return MLP_BAD_SYSTEM;
}

static int put_predictions(FILE *out, struct mlp_trained *trained, struct mlp_rows *rows)
{
	const struct mlp_network *network = trained->network;
	const struct mlp_dataset *next;
	int status;
	errno = 0;
	if (!put_header(out, trained))
		return mlp_no_memory(&trained->messages);
	while ((status = mlp_rows_next(rows, network->batch, &next)) == MLP_WELL && next->rows > 0) {
		const void **inputs = trained->evaluator.pointers;
		for (int i = 0; i < network->input_count; i++)
			inputs[i] = mlp_dataset_at(next, i, 0);
		network->predict(trained->net, trained->evaluator.work, next->rows, inputs,
		                 trained->evaluator.outputs);
		put_rows(out, trained, next->rows);
		if (ferror(out))
			return cannot_write(trained);
	}
	return status == MLP_WELL && fflush(out) != 0 ? cannot_write(trained) : status;
}

/* Into a file that is seen whole or not at all. */
static int put_file(struct mlp_trained *trained, struct mlp_rows *rows)
{
	struct mlp_replacement file;
	int status = mlp_replacement_open(&file, &trained->messages, trained->options->output);
	FILE *out = status == MLP_WELL ? fdopen(dup(file.descriptor), "w") : NULL;
	if (status == MLP_WELL && !out)
		status = cannot_write(trained);
	if (status == MLP_WELL)
		status = put_predictions(out, trained, rows);
	if (out)
		fclose(out);
	if (status == MLP_WELL)
		status = mlp_replacement_finish(&file, &trained->messages);
	mlp_replacement_close(&file);
	return status;
}

int mlp_predict_to(const struct mlp_network *network, const struct mlp_options *options, FILE *out, FILE *err)
{
	struct mlp_trained trained;
	struct mlp_rows rows = {0};
	int status = mlp_trained_open(&trained, network, options, err);
	if (status == MLP_WELL)
		status = mlp_rows_open(&rows, &trained.reader, options->data);
	if (status == MLP_WELL)
		status = options->output && strcmp(options->output, "-") != 0
		                 ? put_file(&trained, &rows)
		                 : put_predictions(out, &trained, &rows);
	mlp_rows_close(&rows);
	mlp_trained_close(&trained);
	return status;
}
