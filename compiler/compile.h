/* From the path of a model to its plan: the pipeline, and the diagnostics on the way. */
#ifndef COMPILE_H
#define COMPILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/diag.h"
#include "expr/expr.h"
#include "model/model.h"
#include "plan/plan.h"
#include "syntax/ast.h"

#define MLPC_VERSION "0.1"

/* Exit status of the program. */
enum status {
	STATUS_OK,
	STATUS_ERRORS,    /* in the model or the data */
	STATUS_USAGE,
	STATUS_SYSTEM,    /* file system or memory */
	STATUS_INTERNAL,
	STATUS_INTERRUPTED = 130,
};

enum stage { STAGE_NONE, STAGE_AST, STAGE_MODEL, STAGE_GRAPH, STAGE_GRADIENT, STAGE_SIMPLIFIED, STAGE_PLAN };

struct compile_options {
	enum stage dump;       /* print this stage to `dump_to` and go no further */
	FILE *dump_to;
	int64_t batch;         /* instead of the model's; 0: the model's */
	int64_t least_batch, most_batch; /* bounds of the model's; 0: none */
	bool real_double;
	bool keep_gradients;
	bool input_gradients;
	bool inference;        /* prediction alone */
	bool strict;           /* numbers with the same bits on every machine */
	const struct target *target; /* of the emitted C; NULL: portable */
	int64_t threads;       /* that it uses; 0: one */
	bool allow_path;       /* `use` may name files outside the folder of the file that it stands in */
	uint64_t rules_off;    /* a bit for each rule of rules.def, by its place */
};

/* All that a compilation makes; each part stays as its pass left it. */
struct compile {
	struct arena *arena;
	struct names *names;
	struct diag *diag;
	const struct source *source;
	const struct ast *ast;
	const struct model *model;
	struct exprs *exprs;
	struct program lowered;  /* forward equations of all graphs */
	struct program program;  /* specialised, differentiated, simplified */
	struct history *history; /* of the training graph, or of prediction without one; NULL: not wanted */
	struct plan plan;
};

struct compile *compile_new(struct arena *arena);

/* Fills `compile` up to the plan, or to the stage that is dumped. Messages are in compile->diag. */
enum status compile(struct compile *compile, const char *path, const struct compile_options *options);
enum status compile_source(struct compile *compile, const struct source *source,
                           const struct compile_options *options);

/* FNV-1a 64 of the canonical text of the model: comments and layout do not count. */
uint64_t compile_checksum(const struct compile *compile);

#endif
