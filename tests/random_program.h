/* Random models as C: many at a time are written, compiled under strict warnings, linked with random/runner.c
 * and run, and what they compute is compared with direct evaluation. */
#ifndef TESTS_RANDOM_PROGRAM_H
#define TESTS_RANDOM_PROGRAM_H

#include "random_check.h"

/* A C compiler with its options, the type of numbers, and whether the C is for this machine or portable. */
struct program_mode {
	const char *name, *compiler, *optimisation, *sanitizers;
	bool real_double, is_native;
};

enum { PROGRAM_MODES = 6 };
extern const struct program_mode program_modes[PROGRAM_MODES];

struct random_case {
	uint64_t seed;
	char name[16];
	const char *text;
	struct verdict verdict;
	bool is_settled; /* that it fails: no second look with more samples of rounding */
	unsigned modes;  /* those in which its C has failed */
};

/* All that is done in this process: the checks of random_check.h, and for each mode in `modes` (a bit each)
 * the C, the script and the wanted values, in folders of `folder`. */
void case_prepare(struct random_case *one, const char *folder, unsigned modes, int samples);
/* The same in a process of its own, so that a crash or an endless loop is a verdict too. Without modes: the
 * checks alone. */
void case_prepare_apart(struct random_case *one, const char *folder, unsigned modes);

/* What the programs of all models share, once for each mode, into FOLDER/MODE. `sources` is the root of the
 * project. */
void runners_build(const char *folder, const char *sources, unsigned modes);

/* The whole, in a folder that is made under /tmp and taken away again, unless KEEP is in the environment.
 * `runners`: the folder of runners_build, or NULL. */
void cases_check(struct random_case *cases, int count, const char *sources, const char *runners,
                 unsigned modes);

void folder_remove(const char *folder);

#endif
