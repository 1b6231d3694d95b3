/* Usage: emit MODEL.mlp FOLDER [strict] [double] [target=NAME]
 * Writes NAME.h, NAME.c and NAME_main.c, which `mlpc train` would build and run. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compile.h"
#include "emit/emit.h"

#define TARGET "target="

static bool write_file(const struct compile *c, const char *folder, const char *ending,
                       void (*emit)(struct text *, const struct plan *, const struct emit_options *))
{
	const char *path = name_format(c->names, "%s/%s%s", folder, c->model->name, ending);
	struct emit_options options = {.source_name = "model.mlp", .checksum = "0", .changes = ""};
	struct text text = text_new(c->arena);
	emit(&text, &c->plan, &options);
	FILE *file = fopen(path, "w");
	return file && fputs(text_string(&text), file) >= 0 && fclose(file) == 0;
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct compile *c = compile_new(arena);
	struct compile_options options = {0};
	for (int k = 3; k < argc; k++) {
		options.strict = options.strict || strcmp(argv[k], "strict") == 0;
		options.real_double = options.real_double || strcmp(argv[k], "double") == 0;
		bool names_target = strncmp(argv[k], TARGET, strlen(TARGET)) == 0;
		if (names_target && !(options.target = target_named(argv[k] + strlen(TARGET)))) {
			fprintf(stderr, "no such target: %s\n", argv[k]);
			return 2;
		}
	}
	if (argc < 3 || compile(c, argv[1], &options) != STATUS_OK) {
		diag_print(c->diag, stderr, DIAG_TEXT, false);
		return 1;
	}
	bool written = write_file(c, argv[2], ".h", emit_header) &&
	               write_file(c, argv[2], ".c", emit_source) &&
	               write_file(c, argv[2], "_main.c", emit_driver);
	arena_free(arena);
	return written ? 0 : 3;
}
