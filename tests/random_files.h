/* The files by which a random model, its program and the values that it must compute meet. */
#ifndef TESTS_RANDOM_FILES_H
#define TESTS_RANDOM_FILES_H

#include <stdio.h>

#include "random_program.h"
#include "random_trace.h"

/* FOLDER/MODE/NAME.ENDING, or FOLDER/NAME.ENDING without a mode. */
FILE *file_of(const char *folder, const struct program_mode *mode, const char *name, const char *ending,
              const char *access);
void write_text(const char *folder, const struct program_mode *mode, const char *name, const char *ending,
                const char *text);
/* Its first bytes, terminated; the file is closed. */
size_t read_start(FILE *file, char *bytes, size_t size);

/* What random/runner.c reads. */
void write_script(struct random_case *one, const char *folder, const struct program_mode *mode,
                  const struct trace *trace);
/* The wanted values, for the process that compares. */
void write_trace(struct random_case *one, const char *folder, const struct trace *trace);
struct trace read_trace(struct arena *arena, const struct random_case *one, const char *folder);

#endif
