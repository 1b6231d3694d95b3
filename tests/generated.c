/* A model → C → a shared library, loaded into the test. */
#include "generated.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "build_folder.h"
#include "emit/emit.h"

#define WARNINGS "-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Wvla -Wundef " \
	"-Wstrict-prototypes -Werror"

static void write_file(const char *folder, const char *name, const char *ending, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

static const char *read_all(const char *path)
{
	static char bytes[4000];
	FILE *file = fopen(path, "r");
	size_t length = file ? fread(bytes, 1, sizeof bytes - 1, file) : 0;
	bytes[length] = '\0';
	if (file)
		fclose(file);
	return bytes;
}

typedef void (*emitter)(struct text *, const struct plan *, const struct emit_options *);

static void emit_to(struct generated *g, const char *path, emitter emit, const char *ending)
{
	const char *slash = strrchr(path, '/');
	struct emit_options options = {
		.source_name = slash ? slash + 1 : path, .checksum = "0", .changes = ""};
	struct text text = text_new(g->arena);
	emit(&text, &g->compile->plan, &options);
	write_file(g->folder, g->compile->model->name, ending, text_string(&text));
}

static bool build(struct generated *g, const char *compiler)
{
	const char *name = g->compile->model->name;
	char shim[1024], command[2048], log[128];
	snprintf(
		shim, sizeof shim,
		"#define main generated_main\n#include \"%s_main.c\"\n#undef main\n"
		"int mlp_main(const struct mlp_network *n, int c, char **v) { (void)n; (void)v; return c; }\n"
		"const struct mlp_network *network_of(void);\n"
		"const struct mlp_network *network_of(void) { return &network; }\n",
		name);
	write_file(g->folder, "shim", ".c", shim);
	snprintf(log, sizeof log, "%s/log", g->folder);
	snprintf(command, sizeof command,
	         "cd %s && R=%s/runtime && { %s " WARNINGS
	         " -fPIC -I$R -c %s.c && %s -fPIC -I$R -c shim.c && "
	         "%s -shared -o all.so *.o %s/libmlp_pic.a -lm; } >log 2>&1",
	         g->folder, getenv("PWD"), compiler, name, compiler, compiler, build_folder());
	if (system(command) != 0) {
		snprintf(g->fault, sizeof g->fault, "%s\n%s", command, read_all(log));
		return false;
	}
	return true;
}

static struct generated generate_for(const char *path, const struct compile_options *options,
                                     const char *compiler)
{
	struct generated g = {.arena = arena_new()};
	g.compile = compile_new(g.arena);
	if (compile(g.compile, path, options) != STATUS_OK) {
		snprintf(g.fault, sizeof g.fault, "%s does not compile", path);
		return g;
	}
	strcpy(g.folder, "/tmp/mlpc-test-XXXXXX");
	if (!mkdtemp(g.folder))
		abort();
	emit_to(&g, path, emit_header, ".h");
	emit_to(&g, path, emit_source, ".c");
	emit_to(&g, path, emit_driver, "_main.c");
	if (!build(&g, compiler))
		return g;
	char object[128];
	snprintf(object, sizeof object, "%s/all.so", g.folder);
	g.handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
	const struct mlp_network *(*network_of)(void) = NULL;
	if (g.handle)
		*(void **)&network_of = dlsym(g.handle, "network_of");
	if (network_of)
		g.network = network_of();
	else
		snprintf(g.fault, sizeof g.fault, "%s", dlerror());
	return g;
}

struct generated generate(const char *path, bool real_double, const char *compiler)
{
	return generate_for(path, &(struct compile_options){.real_double = real_double}, compiler);
}

struct generated generate_with_gradients(const char *path, bool real_double, const char *compiler)
{
	struct compile_options options = {
		.real_double = real_double, .keep_gradients = true, .input_gradients = true};
	return generate_for(path, &options, compiler);
}

void *generated_symbol(const struct generated *g, const char *function)
{
	char symbol[128];
	snprintf(symbol, sizeof symbol, "%s_%s", g->compile->model->name, function);
	return dlsym(g->handle, symbol);
}

void generated_free(struct generated *g)
{
	char command[128];
	if (g->handle)
		dlclose(g->handle);
	if (g->folder[0]) {
		snprintf(command, sizeof command, "rm -rf %s", g->folder);
		if (system(command) != 0)
			abort();
	}
	arena_free(g->arena);
}
