/* `mlpc inspect`: what a safetensors file holds, ours or anyone's. */
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "host/safetensors.h"
#include "host/stored.h"

/* --- figures of a tensor ---------------------------- */

struct figures {
	double minimum, maximum, mean, deviation; /* of the finite values; NAN: there are none */
	size_t not_finite;
};

static struct figures figures_of(const struct mlp_stored *stored, const char *bytes)
{
	struct figures figures = {NAN, NAN, NAN, NAN, 0};
	size_t count = 0;
	double squares = 0;
	for (size_t k = 0; k < stored->elements; k++) {
		double value = stored->dtype->value(bytes + k * stored->dtype->size);
		if (!isfinite(value)) {
			figures.not_finite++;
			continue;
		}
		figures.minimum = count == 0 || value < figures.minimum ? value : figures.minimum;
		figures.maximum = count == 0 || value > figures.maximum ? value : figures.maximum;
		double distance = count == 0 ? value : value - figures.mean; /* Welford 1962 */
		figures.mean = count == 0 ? value : figures.mean + distance / (double)(count + 1);
		count++;
		squares += distance * (value - figures.mean);
	}
	if (count > 0)
		figures.deviation = sqrt(squares / (double)count);
	return figures;
}

/* --- as text ---------------------------- */

/* What a terminal may show: other bytes become `?`. */
static const char *shown(struct arena *arena, const char *text)
{
	char *copy = arena_copy(arena, text, strlen(text));
	for (char *c = copy; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
	return copy;
}

static const char *shape_text(struct arena *arena, const struct mlp_stored *stored)
{
	struct text text = text_new(arena);
	text_add(&text, "[");
	for (int d = 0; d < stored->rank; d++)
		text_printf(&text, "%s%lld", d > 0 ? ", " : "", (long long)stored->shape[d]);
	text_add(&text, "]");
	return text.bytes;
}

/* The texts of our files that a reader wants to know, in this order. */
static const struct {
	const char *key, *name;
} KNOWN[] = {
        {"version", "mlpc"},          {"fingerprint", "fingerprint"},
        {"epoch", "epochs done"},     {"seed", "seed"},
        {"row", "rows of the next"},  {"step", "steps"},
        {"best_epoch", "best epoch"}, {"best_kept", "best kept"},
        {"real", "numbers"},          {"batch", "batch"},
        {"split", "split"},           {"data", "training data"},
        {"test", "test data"},        {"program", "program"},
};
enum { KNOWN_COUNT = sizeof KNOWN / sizeof *KNOWN };

/* Those that are told otherwise. */
static bool is_told(const char *key)
{
	static const char *const OTHERS[] = {"format",     "model",    "checksum",
	                                     "checkpoint", "loss_sum", "best_loss"};
	for (size_t k = 0; k < KNOWN_COUNT; k++)
		if (strcmp(key, KNOWN[k].key) == 0)
			return true;
	for (size_t k = 0; k < sizeof OTHERS / sizeof *OTHERS; k++)
		if (strcmp(key, OTHERS[k]) == 0)
			return true;
	return false;
}

static bool is_ours(const struct mlp_stored_file *file)
{
	const char *format = mlp_stored_text(file, "format");
	return format && strcmp(format, "mlpc") == 0 && mlp_stored_text(file, "model");
}

static void print_line(struct arena *arena, const char *name, const char *value)
{
	printf("  %-19s %s\n", shown(arena, name), shown(arena, value));
}

/* ["a","b"] → a, b */
static const char *class_list(struct arena *arena, const char *value)
{
	json_t *names = json_loads(value, JSON_REJECT_DUPLICATES, NULL);
	struct text text = text_new(arena);
	for (size_t k = 0; k < json_array_size(names); k++) {
		const char *name = json_string_value(json_array_get(names, k));
		text_printf(&text, "%s%s", k > 0 ? ", " : "", name ? name : "?");
	}
	if (text.length == 0)
		text_add(&text, json_is_array(names) ? "0, 1, …" : value);
	json_decref(names);
	return text_string(&text);
}

/* "NAME.mean" beside "NAME.deviation": NAME is standardised. */
static void print_standardised(struct arena *arena, const struct mlp_stored_file *file)
{
	static const char SUFFIX[] = ".mean";
	for (size_t k = 0; k < file->count; k++) {
		const char *name = file->tensors[k].name;
		size_t length = strlen(name);
		if (length <= strlen(SUFFIX) || strcmp(name + length - strlen(SUFFIX), SUFFIX) != 0 ||
		    strchr(name, '/'))
			continue;
		const char *port = arena_copy(arena, name, length - strlen(SUFFIX));
		if (mlp_stored_named(file, format_string(arena, "%s.deviation", port)))
			print_line(arena, "standardised", port);
	}
}

/* The last value of the curve that a checkpoint holds. */
static void print_loss(struct arena *arena, const struct mlp_stored_file *file)
{
	const struct mlp_stored *losses = mlp_stored_named(file, "history/loss");
	if (!losses || losses->elements == 0)
		return;
	const char *last = mlp_stored_bytes(file, losses) + (losses->elements - 1) * losses->dtype->size;
	print_line(arena, "loss", format_string(arena, "%.5g", losses->dtype->value(last)));
}

static void print_metadata(struct arena *arena, const struct mlp_stored_file *file, bool agrees)
{
	json_t *texts = json_object_get(file->root, "__metadata__"), *value;
	bool ours = is_ours(file);
	const char *key;
	for (size_t k = 0; ours && k < KNOWN_COUNT; k++)
		if (mlp_stored_text(file, KNOWN[k].key))
			print_line(arena, KNOWN[k].name, mlp_stored_text(file, KNOWN[k].key));
	if (ours) {
		print_loss(arena, file);
		print_standardised(arena, file);
	}
	json_object_foreach(texts, key, value)
	{
		const char *text = json_string_value(value);
		if (ours && strncmp(key, "classes.", 8) == 0)
			print_line(arena, format_string(arena, "classes of %s", key + 8),
			           class_list(arena, text));
		else if (ours && strncmp(key, "binary.", 7) == 0)
			print_line(arena, format_string(arena, "%s is", key + 7), "0 or 1");
		else if (!ours || !is_told(key))
			print_line(arena, key, text);
	}
	print_line(arena, "checksum",
	           !ours    ? "none: not written by mlpc"
	           : agrees ? "agrees"
	                    : "does not agree");
}

static const char *number_text(struct arena *arena, double number)
{
	return isnan(number) ? "-" : format_string(arena, "%.5g", number);
}

enum { COLUMNS = 9 };
typedef const char *table_row[COLUMNS];

static void fill_row(struct arena *arena, const struct mlp_stored_file *file, size_t k, table_row row)
{
	const struct mlp_stored *stored = &file->tensors[k];
	struct figures figures = figures_of(stored, mlp_stored_bytes(file, stored));
	const double numbers[] = {figures.minimum, figures.maximum, figures.mean, figures.deviation};
	row[0] = shown(arena, stored->name);
	row[1] = stored->dtype->name;
	row[2] = shape_text(arena, stored);
	row[3] = format_string(arena, "%zu", stored->size);
	for (int c = 0; c < 4; c++)
		row[4 + c] = number_text(arena, numbers[c]);
	row[8] = format_string(arena, "%zu", figures.not_finite);
}

/* Names, types and shapes to the left, numbers to the right. */
static void print_tensors(struct arena *arena, const struct mlp_stored_file *file)
{
	static const char *const TITLES[COLUMNS] = {"tensor",  "type", "shape",     "bytes",     "minimum",
	                                            "maximum", "mean", "deviation", "not finite"};
	table_row *rows = ARENA_ARRAY(arena, table_row, file->count + 1);
	int widths[COLUMNS] = {0};
	memcpy(rows[0], TITLES, sizeof TITLES);
	for (size_t k = 0; k < file->count; k++)
		fill_row(arena, file, k, rows[k + 1]);
	for (size_t k = 0; k <= file->count; k++)
		for (int c = 0; c < COLUMNS; c++)
			if ((int)strlen(rows[k][c]) > widths[c])
				widths[c] = (int)strlen(rows[k][c]);
	putchar('\n');
	for (size_t k = 0; k <= file->count; k++)
		for (int c = 0; c < COLUMNS; c++)
			printf("%*s%s", c < 3 ? -widths[c] : widths[c], rows[k][c],
			       c + 1 < COLUMNS ? "  " : "\n");
}

static void print_text(struct arena *arena, const struct mlp_stored_file *file, const char *path, bool agrees)
{
	size_t elements = 0;
	for (size_t k = 0; k < file->count; k++)
		elements += file->tensors[k].elements;
	printf("%s: ", path);
	if (is_ours(file))
		printf("%s of the model `%s`, ",
		       mlp_stored_text(file, "checkpoint") ? "checkpoint of a run" : "parameters",
		       shown(arena, mlp_stored_text(file, "model")));
	printf("%zu tensors, %zu numbers, %zu bytes\n", file->count, elements, file->bytes.length);
	print_metadata(arena, file, agrees);
	if (file->count > 0)
		print_tensors(arena, file);
}

/* --- as JSON ---------------------------- */

static json_t *number_json(double number)
{
	return isnan(number) ? json_null() : json_real(number);
}

static json_t *tensor_json(const struct mlp_stored_file *file, const struct mlp_stored *stored)
{
	struct figures figures = figures_of(stored, mlp_stored_bytes(file, stored));
	json_t *shape = json_array();
	for (int d = 0; d < stored->rank; d++)
		json_array_append_new(shape, json_integer(stored->shape[d]));
	return json_pack("{s:s, s:s, s:o, s:I, s:o, s:o, s:o, s:o, s:I}", "name", stored->name, "dtype",
	                 stored->dtype->name, "shape", shape, "bytes", (json_int_t)stored->size, "minimum",
	                 number_json(figures.minimum), "maximum", number_json(figures.maximum), "mean",
	                 number_json(figures.mean), "deviation", number_json(figures.deviation), "not_finite",
	                 (json_int_t)figures.not_finite);
}

static void print_json(const struct mlp_stored_file *file, const char *path, bool agrees)
{
	json_t *list = json_array(), *metadata = json_object_get(file->root, "__metadata__");
	for (size_t k = 0; k < file->count; k++)
		json_array_append_new(list, tensor_json(file, &file->tensors[k]));
	json_t *root = json_pack("{s:s, s:I, s:b, s:b, s:o, s:O, s:o}", "file", path, "bytes",
	                         (json_int_t)file->bytes.length, "mlpc", is_ours(file), "checkpoint",
	                         is_ours(file) && mlp_stored_text(file, "checkpoint"), "checksum_agrees",
	                         is_ours(file) ? json_boolean(agrees) : json_null(), "metadata",
	                         metadata ? metadata : json_null(), "tensors", list);
	json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	putchar('\n');
	json_decref(root);
}

/* --- the command ---------------------------- */

struct mlp_messages host_messages(const struct options *options)
{
	return (struct mlp_messages){.file = stderr, .color = use_color(options, stderr)};
}

enum status command_inspect(struct compile *c, const struct options *options)
{
	struct mlp_messages messages = host_messages(options);
	struct mlp_stored_file file;
	int status = mlp_open_stored(&file, &messages, options->model);
	if (status == MLP_WELL) {
		bool agrees = mlp_checksum_matches(&file.bytes, file.header);
		if (options->json)
			print_json(&file, options->model, agrees);
		else
			print_text(c->arena, &file, options->model, agrees);
		if (is_ours(&file) && !agrees) {
			fflush(stdout);
			mlp_error_in(&messages, options->model, "damaged: the checksum does not agree");
			status = MLP_BAD_DATA;
		}
	}
	mlp_close_stored(&file);
	return (enum status)status;
}
