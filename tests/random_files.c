/* The files by which a random model, its program and the values that it must compute meet. */
#include "random_files.h"

#include <stdlib.h>
#include <string.h>

FILE *file_of(const char *folder, const struct program_mode *mode, const char *name, const char *ending,
              const char *access)
{
	char path[300];
	snprintf(path, sizeof path, "%s/%s%s%s%s", folder, mode ? mode->name : "", mode ? "/" : "", name,
	         ending);
	return fopen(path, access);
}

static void write_bytes(FILE *file, const void *bytes, size_t size)
{
	if (!file || (size > 0 && fwrite(bytes, size, 1, file) != 1)) {
		fprintf(stderr, "cannot write\n");
		abort();
	}
}

void write_text(const char *folder, const struct program_mode *mode, const char *name, const char *ending,
                const char *text)
{
	FILE *file = file_of(folder, mode, name, ending, "w");
	write_bytes(file, text, strlen(text));
	fclose(file);
}

size_t read_start(FILE *file, char *bytes, size_t size)
{
	size_t length = file ? fread(bytes, 1, size - 1, file) : 0;
	bytes[length] = '\0';
	if (file)
		fclose(file);
	return length;
}

void write_script(struct random_case *one, const char *folder, const struct program_mode *mode,
                  const struct trace *trace)
{
	FILE *file = file_of(folder, mode, one->name, ".in", "wb");
	const double rows[] = {trace->predicted_rows, trace->loss_rows, trace->step_rows[0],
	                       trace->step_rows[1], trace->step_rows[2]};
	write_bytes(file, rows, sizeof rows);
	write_bytes(file, trace->data.items, trace->data.count * sizeof(double));
	fclose(file);
}

enum { LABEL = 96 };

void write_trace(struct random_case *one, const char *folder, const struct trace *trace)
{
	FILE *file = file_of(folder, NULL, one->name, ".want", "wb");
	const size_t counts[] = {trace->values.count, trace->labels.count};
	write_bytes(file, counts, sizeof counts);
	write_bytes(file, trace->values.items, trace->values.count * sizeof *trace->values.items);
	for (size_t k = 0; k < trace->labels.count; k++) {
		char name[LABEL] = "";
		snprintf(name, sizeof name, "%s", trace->labels.items[k].name);
		write_bytes(file, &trace->labels.items[k].first, sizeof(size_t));
		write_bytes(file, name, sizeof name);
	}
	fclose(file);
}

struct trace read_trace(struct arena *arena, const struct random_case *one, const char *folder)
{
	struct trace trace = {0};
	size_t counts[2];
	FILE *file = file_of(folder, NULL, one->name, ".want", "rb");
	if (!file || fread(counts, sizeof counts, 1, file) != 1)
		abort();
	for (size_t k = 0; k < counts[0]; k++) {
		struct trace_value value;
		if (fread(&value, sizeof value, 1, file) != 1)
			abort();
		array_push(arena, &trace.values, value);
	}
	for (size_t k = 0; k < counts[1]; k++) {
		struct trace_label label = {0};
		char *name = arena_alloc(arena, LABEL);
		if (fread(&label.first, sizeof label.first, 1, file) != 1 || fread(name, LABEL, 1, file) != 1)
			abort();
		label.name = name;
		array_push(arena, &trace.labels, label);
	}
	fclose(file);
	return trace;
}
