/* Loss, figures of merit and confusion matrix of a trained network on a data set. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/trained.h"

enum {
	MOST_IN_FULL = 30, /* classes of a matrix; of more the worst pairs */
	MOST_PAIRS = 20,
	MOST_LABEL = 16, /* characters of a name */
	LABEL = 4 * MOST_LABEL + 8,
};

/* -- Names -------------------------------------------------------------------------------------------- */

static bool begins_character(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

static int characters(const char *text)
{
	int count = 0;
	for (; *text; text++)
		count += begins_character(*text);
	return count;
}

/* The name of a class, cut to MOST_LABEL characters. */
static const char *label(const struct mlp_answer *answer, int32_t number, char buffer[LABEL])
{
	char digits[MLP_CLASS_NAME];
	const char *name = mlp_class_name(answer, number, digits);
	bool cut = characters(name) > MOST_LABEL;
	int length = 0;
	for (int count = 0; name[length] && length < 4 * MOST_LABEL; length++) {
		count += begins_character(name[length]);
		if (count > MOST_LABEL - cut)
			break;
	}
	snprintf(buffer, LABEL, "%.*s%s", length, name, cut ? "…" : "");
	return buffer;
}

/* "%*s" counts bytes. */
static void put_right(FILE *out, const char *text, int width)
{
	fprintf(out, "%*s%s", width > characters(text) ? width - characters(text) : 0, "", text);
}

/* -- The matrix --------------------------------------------------------------------------------------- */

struct confusion {
	const struct mlp_answer *answer; /* NULL: no class is predicted */
	const int64_t *counts;           /* [truth][prediction] */
	int32_t classes;
};

static int64_t count_at(const struct confusion *confusion, int32_t truth, int32_t found)
{
	return confusion->counts[(size_t)truth * (size_t)confusion->classes + (size_t)found];
}

/* "97.3 %", or "-" of none. */
static void put_share(FILE *out, int width, int64_t part, int64_t of)
{
	if (of > 0)
		fprintf(out, "  %*.2f %%", width - 2, 100 * (double)part / (double)of);
	else
		fprintf(out, "  %*s", width, "-");
}

static int column_width(const struct confusion *confusion, int32_t found)
{
	char name[LABEL];
	int64_t largest = 0;
	for (int32_t truth = 0; truth < confusion->classes; truth++)
		if (count_at(confusion, truth, found) > largest)
			largest = count_at(confusion, truth, found);
	int digits = snprintf(NULL, 0, "%lld", (long long)largest);
	int width = characters(label(confusion->answer, found, name));
	return digits > width ? digits : width;
}

static void put_matrix(FILE *out, const struct confusion *confusion)
{
	int32_t classes = confusion->classes;
	char name[LABEL];
	int widest = 0;
	for (int32_t c = 0; c < classes; c++)
		if (characters(label(confusion->answer, c, name)) > widest)
			widest = characters(name);
	fprintf(out, "%*s", widest, "");
	for (int32_t c = 0; c < classes; c++)
		put_right(out, label(confusion->answer, c, name), 2 + column_width(confusion, c));
	fprintf(out, "  %8s  %9s\n", "recall", "precision");
	for (int32_t truth = 0; truth < classes; truth++) {
		int64_t all = 0, found = 0;
		put_right(out, label(confusion->answer, truth, name), widest);
		for (int32_t c = 0; c < classes; c++) {
			fprintf(out, "  %*lld", column_width(confusion, c),
			        (long long)count_at(confusion, truth, c));
			all += count_at(confusion, truth, c);
			found += count_at(confusion, c, truth);
		}
		put_share(out, 8, count_at(confusion, truth, truth), all);
		put_share(out, 9, count_at(confusion, truth, truth), found);
		fputc('\n', out);
	}
}

/* -- Pairs -------------------------------------------------------------------------------------------- */

struct pair {
	int32_t truth, found;
	int64_t count;
};

static int by_count(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->truth != b->truth ? (a->truth > b->truth) - (a->truth < b->truth)
	                            : (a->found > b->found) - (a->found < b->found);
}

/* The pairs of classes most often confused. False: no memory. */
static bool put_pairs(FILE *out, const struct confusion *confusion)
{
	size_t classes = (size_t)confusion->classes, count = 0;
	struct pair *pairs = calloc(classes * classes, sizeof *pairs);
	if (!pairs)
		return false;
	for (size_t at = 0; at < classes * classes; at++)
		if (at / classes != at % classes && confusion->counts[at] > 0)
			pairs[count++] = (struct pair){(int32_t)(at / classes), (int32_t)(at % classes),
			                               confusion->counts[at]};
	qsort(pairs, count, sizeof *pairs, by_count);
	for (size_t k = 0; k < count && k < MOST_PAIRS; k++) {
		char name[MLP_CLASS_NAME];
		fprintf(out, "%8lld  %s", (long long)pairs[k].count,
		        mlp_class_name(confusion->answer, pairs[k].truth, name));
		fprintf(out, " taken for %s\n", mlp_class_name(confusion->answer, pairs[k].found, name));
	}
	if (count > MOST_PAIRS)
		fprintf(out, "          and %zu more pairs\n", count - MOST_PAIRS);
	free(pairs);
	return true;
}

/* False: no memory. */
static bool put_confusion(FILE *out, const struct confusion *confusion)
{
	const char *name = confusion->answer->port->name;
	if (confusion->classes > MOST_IN_FULL) {
		fprintf(out, "\n%s: the classes most often confused:\n", name);
		return put_pairs(out, confusion);
	}
	fprintf(out, "\n%s: a row for each true class, a column for each predicted one\n", name);
	put_matrix(out, confusion);
	return true;
}

/* -- The whole ---------------------------------------------------------------------------------------- */

/* The answer for the first target, if it is a class. */
static const struct mlp_answer *first_class(const struct mlp_trained *trained)
{
	const struct mlp_answer *answer = trained->answers;
	bool is_class = trained->answer_count > 0 && answer->target == 0 && mlp_answer_classes(answer) > 0;
	return is_class ? answer : NULL;
}

static int put_evaluation(struct mlp_trained *trained, const struct mlp_dataset *dataset, FILE *out)
{
	const struct mlp_network *network = trained->network;
	struct mlp_metric metric = mlp_choose_metric(network, dataset);
	if (network->target_count > 0)
		trained->reader.labels[network->input_count].binary =
		        network->targets[0].classes == 0 && metric.kind == MLP_ACCURACY_HALF;
	mlp_find_answers(network, trained->reader.labels, trained->answers);
	struct mlp_figures figures = mlp_evaluate(&trained->evaluator, trained->net, dataset, metric);
	struct confusion confusion = {first_class(trained), figures.confusion, figures.classes};
	char number[MLP_NUMBER_TEXT], text[MLP_FIGURES_TEXT];
	const char *data = trained->options->data;
	fprintf(out, "%s: %d rows\n", strcmp(data, "-") == 0 ? "standard input" : data, dataset->rows);
	fprintf(out, "loss %s%s%s\n", mlp_number_text(number, figures.loss),
	        metric.kind != MLP_NO_METRIC ? ", " : "", mlp_figures_text(text, &figures));
	if (confusion.answer && confusion.counts && !put_confusion(out, &confusion))
		return mlp_no_memory(&trained->messages);
	if (fflush(out) == 0 && !ferror(out))
		return MLP_WELL;
	mlp_error(&trained->messages, "cannot write `standard output`: %s", strerror(errno));
	return MLP_BAD_SYSTEM;
}

int mlp_evaluate_to(const struct mlp_network *network, const struct mlp_options *options, FILE *out,
                    FILE *err)
{
	struct mlp_trained trained;
	struct mlp_dataset dataset = {0};
	const struct mlp_source source = {options->data, options->labels, &options->more_data,
	                                  &options->more_labels};
	int status = mlp_trained_open(&trained, network, options, err);
	if (status == MLP_WELL && !network->loss) {
		mlp_error(&trained.messages,
		          "the model `%s` has nothing to minimize: there is no loss to tell", network->name);
		status = MLP_BAD_DATA;
	}
	if (status == MLP_WELL)
		status = mlp_read_source(&trained.reader, &source, &dataset);
	if (status == MLP_WELL)
		status = put_evaluation(&trained, &dataset, out);
	mlp_dataset_free(&dataset);
	mlp_trained_close(&trained);
	return status;
}
