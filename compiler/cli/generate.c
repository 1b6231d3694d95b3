/* Plan → the texts of the generated files; the command that writes them. */
#include <stdarg.h>
#include <string.h>

#include "cli/cli.h"
#include "emit/emit.h"
#include "expr/rules.h"

const char *format_string(struct arena *arena, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	char *string = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(string, (size_t)length + 1, format, again);
	va_end(again);
	va_end(arguments);
	return string;
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void add_rules(struct text *text, uint64_t off)
{
	if (off == rules_from(REAL) || off == rules_from(STABLE)) {
		text_printf(text, " --rules=%s", rule_kind_names[off == rules_from(REAL) ? EXACT : REAL]);
		return;
	}
	for (int k = 0, count = 0; rule_table[k].name; k++)
		if (off >> k & 1)
			text_printf(text, "%s%s", count++ > 0 ? "," : " --no-rules=", rule_table[k].name);
}

/* The options that change the code, for the banner. */
static const char *changes(struct arena *arena, const struct options *options)
{
	struct text text = text_new(arena);
	if (options->compile.batch > 0)
		text_printf(&text, " --batch=%lld", (long long)options->compile.batch);
	if (options->compile.real_double)
		text_add(&text, " --real=double");
	if (options->compile.inference)
		text_add(&text, " --inference");
	if (options->compile.keep_gradients)
		text_add(&text, " --gradients");
	if (options->compile.input_gradients)
		text_add(&text, " --input-gradients");
	if (options->compile.strict)
		text_add(&text, " --strict");
	if (options->compile.target && options->compile.target->vector_bytes > 0)
		text_printf(&text, " --target=%s", options->compile.target->name);
	if (options->compile.threads > 1)
		text_printf(&text, " --threads=%lld", (long long)options->compile.threads);
	if (options->weights)
		text_printf(&text, " --weights=%s", file_name(options->weights));
	add_rules(&text, options->compile.rules_off);
	return text.length > 0 ? text.bytes + 1 : "";
}

const char *model_file_name(const struct options *options)
{
	return strcmp(options->model, "-") == 0 ? "standard input" : file_name(options->model);
}

typedef void emitter(struct text *, const struct plan *, const struct emit_options *);

static const char *emitted(const struct compile *compile, const struct emit_options *options, emitter *emit)
{
	struct text text = text_new(compile->arena);
	emit(&text, &compile->plan, options);
	return text_string(&text);
}

static struct generated generate_with(const struct compile *compile, const struct options *options, bool driver,
                                      const char *header, const double *const *weights)
{
	emitter *emit_main = options->command == COMMAND_CHECK ? emit_check_driver : emit_driver;
	struct emit_options emit_options = {
		.source_name = model_file_name(options),
		.header = header ? file_name(header) : NULL,
		.checksum = format_string(compile->arena, "%016llx",
	                                  (unsigned long long)compile_checksum(compile)),
		.changes = changes(compile->arena, options),
		.weights = weights,
	};
	return (struct generated){
		.header = emitted(compile, &emit_options, emit_header),
		.source = emitted(compile, &emit_options, emit_source),
		.driver = driver ? emitted(compile, &emit_options, emit_main) : NULL,
	};
}

struct generated generate(const struct compile *compile, const struct options *options, bool driver)
{
	return generate_with(compile, options, driver, NULL, NULL);
}

/* OUT.c → OUT.h; NULL if it does not end in .c */
static const char *header_path(struct arena *arena, const char *output)
{
	size_t length = strlen(output);
	if (length < 3 || strcmp(output + length - 2, ".c") != 0 || output[length - 3] == '/')
		return NULL;
	return format_string(arena, "%.*s.h", (int)(length - 2), output);
}

enum status command_compile(struct compile *c, const struct options *options)
{
	struct compile_options compile_options = options->compile;
	struct span nowhere = {0};
	compile_options.dump_to = stdout;
	bool to_stdout = options->output && strcmp(options->output, "-") == 0;
	if (options->output && !to_stdout && !header_path(c->arena, options->output)) {
		diag_error(c->diag, nowhere, "usage", "the output `%s` does not end in .c", options->output);
		return STATUS_USAGE;
	}
	enum status status = compile(c, options->model, &compile_options);
	if (status != STATUS_OK || options->compile.dump != STAGE_NONE)
		return status;
	const double *const *weights = NULL;
	if (options->weights && (status = read_weights(c, options, &weights)) != STATUS_OK)
		return status;
	const char *output = options->output ? options->output : format_string(c->arena, "%s.c", c->model->name);
	const char *header = to_stdout ? NULL : header_path(c->arena, output);
	struct generated generated = generate_with(c, options, false, header, weights);
	if (to_stdout) {
		fputs(generated.source, stdout);
		return STATUS_OK;
	}
	struct output outputs[] = {{header, generated.header}, {output, generated.source}};
	return write_outputs(c->arena, c->diag, outputs, 2);
}
