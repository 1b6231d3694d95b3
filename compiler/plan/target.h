/* The machines that the emitted C is made for. */
#ifndef PLAN_TARGET_H
#define PLAN_TARGET_H

struct target {
	const char *name;
	int vector_bytes; /* 0: ISO C, no vectors */
	int registers;    /* for vectors */
};

/* As `--target` has them; the order is that of the table behind native. */
#define TARGET_NAMES "native|portable|x86-64-v2|x86-64-v3|x86-64-v4|aarch64"

/* NULL if there is none of that name. The first one is `portable`. */
const struct target *target_named(const char *name);
/* Target k of the table; NULL behind the last. */
const struct target *target_number(int k);
/* The best one for the processor that we run on. */
const struct target *target_native(void);

#endif
