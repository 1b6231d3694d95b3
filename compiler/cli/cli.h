/* The subcommands, and what they share. A command leaves its messages in compile->diag and returns the exit
 * status. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <signal.h>

#include "base/text.h"
#include "cli/options.h"
#include "host/host.h"
#include "host/message.h"

/* --- subcommands: main.c calls them ---------------------------- */

enum status command_compile(struct compile *compile, const struct options *options); /* generate.c */
enum status command_program(struct compile *compile, const struct options *options); /* program.c */
enum status command_check(struct compile *compile, const struct options *options);   /* check.c */
enum status command_summary(struct compile *compile, const struct options *options); /* summary.c */
enum status command_explain(struct compile *compile, const struct options *options); /* explain.c */

enum status command_inspect(struct compile *compile, const struct options *options); /* inspect.c */
enum status command_export(struct compile *compile, const struct options *options);  /* export.c */
enum status command_import(struct compile *compile, const struct options *options);  /* import.c */

enum status command_new(struct compile *compile, const struct options *options);     /* new.c */

/* Messages of the host floor on standard error. */
struct mlp_messages host_messages(const struct options *options);

/* Replaces a file, as write_outputs does, with messages of the host floor. export.c */
enum status write_bytes(const struct mlp_messages *messages, const char *path, const char *bytes,
                        size_t length);

/* --- generate.c: plan → the texts of the files ---------------------------- */

struct generated {
	const char *header, *source, *driver; /* driver: NULL unless wanted */
};

/* "iris.mlp", without its folder; "standard input" */
const char *model_file_name(const struct options *options);

struct generated generate(const struct compile *compile, const struct options *options, bool driver);

/* The values of options->weights, as emit.h wants them. import.c */
enum status read_weights(struct compile *compile, const struct options *options,
                         const double *const **weights);

/* arena_alloc'd printf */
__attribute__((format(printf, 2, 3))) const char *format_string(struct arena *arena, const char *format, ...);

/* --- program.c ---------------------------- */

/* What the built program is told to do by `mlpc train`, `predict` and `evaluate`. */
enum mlp_command program_command(enum command command);

/* --- output.c ---------------------------- */

struct output {
	const char *path, *text;
};

/* Writes all files or none: on an error no file is left or changed, and `diag` says what failed. A path that
 * is a symbolic link stays one. */
enum status write_outputs(struct arena *arena, struct diag *diag, const struct output *outputs, int count);

/* An error of the system, without a place: `id`, "cannot WHAT `path`: reason". */
enum status system_error(struct diag *diag, const char *what, const char *path, int reason);

/* Flushes standard output; STATUS_SYSTEM after a message if not all of it could be written. */
enum status flush_output(struct diag *diag);

/* All messages on standard error. */
void print_messages(const struct diag *diag, const struct options *options);

/* --- signals.c ---------------------------- */

/* Signals that end a program (Ctrl-C and its kin), held back while files are half made. */
struct signal_hold {
	sigset_t before;
};

struct signal_hold hold_signals(void);

/* A signal that came meanwhile acts now. */
void release_signals(const struct signal_hold *hold);

/* --- build.c: generated sources → a program ---------------------------- */

typedef ARRAY(const char *) strings;

struct runtime {
	const char *headers;       /* folder with mlp.h and host/host.h */
	const char *ground, *host; /* libmlp.a, libmlp_host.a */
};

struct build {
	const char *name; /* of the model: the files are NAME.h, NAME.c, NAME_main.c */
	struct generated generated;
	struct runtime runtime;
	strings compiler; /* argument vector: the C compiler and its own options */
	bool has_threads;
	bool alone;       /* with the ground floor only */
};

/* $MLPC_RUNTIME, or what lies beside the program: build/mlpc or bin/mlpc. False after a message. */
bool find_runtime(struct arena *arena, struct diag *diag, struct runtime *runtime);

/* --cc, $CC or cc, split at blanks. */
strings compiler_command(struct arena *arena, const char *given);

/* Flags that every generated program is compiled with. Ends with NULL. */
extern const char *const build_flags[];

/* Writes the sources to a folder that is there. */
enum status keep_sources(struct arena *arena, struct diag *diag, const struct build *build,
                         const char *folder);

/* A line on a terminal while the C compiler is at work, gone when it is done. */
void show_building(const char *name, bool begins);

/* Compiles in a private folder, which is gone afterwards. `program` gets a descriptor of the program, which
 * closes when a program is started; a copy goes to `cached`, if that is not NULL and can be written. */
enum status build_program(struct arena *arena, struct diag *diag, const struct build *build,
                          const char *cached, int *program);

/* --- cache.c: programs by the checksum of all that they are made of ---------------------------- */

/* Where the program of this build is or belongs; NULL if there is no folder for it. */
const char *cache_path(struct arena *arena, const struct build *build);

/* Is there a program that may be run? */
bool cache_has(const char *path);

/* Copies an open file there; it appears whole or not at all. A cache that cannot be written is no error. */
void cache_store(struct arena *arena, const char *path, int program);

#endif
