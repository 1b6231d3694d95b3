/* Models compiled to shared objects and loaded, for the tests of generated code. */
#ifndef TESTS_GENERATED_H
#define TESTS_GENERATED_H

#include <stdbool.h>

#include "compile.h"
#include "host/host.h"

struct generated {
	struct arena *arena;
	struct compile *compile;
	const struct mlp_network *network;  /* NULL: see `fault` */
	char fault[4096];
	char folder[64];
	void *handle;
};

/* `path` is a .mlp file; `compiler` is a C compiler with its flags. The generated text is compiled under the
 * strictest warnings, as errors. */
struct generated generate(const char *path, bool real_double, const char *compiler);
/* With NAME_gradient and NAME_input_gradient. */
struct generated generate_with_gradients(const char *path, bool real_double, const char *compiler);
/* The function NAME_`function` of the program. */
void *generated_symbol(const struct generated *generated, const char *function);
void generated_free(struct generated *generated);

#endif
