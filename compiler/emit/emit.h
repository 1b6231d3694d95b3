/* Plan → C: NAME.h, NAME.c and NAME_main.c. The only folder with C text in it.
 *
 * The text is readable C11: a function a step with its equation above it, loops over named extents, no
 * allocation, no input or output, no mutable globals. The same plan gives the same bytes.
 *
 * Names: every tensor gets one C name. `hidden.W` becomes hidden_W; a name without a point gets its role in
 * front (input_flower, layer_hidden, parameter_W), and so does one that could meet a macro or a name of the C
 * library. A step's function is called for what it does and its last stored value: forward_hidden; where the
 * loss or training computes that value in another way than prediction, loss_hidden and training_hidden. A name
 * that is taken gets _2, _3 … in order of definition.
 */
#ifndef EMIT_EMIT_H
#define EMIT_EMIT_H

#include <stdint.h>

#include "base/text.h"
#include "plan/plan.h"

struct emit_options {
	const char *source_name;  /* "iris.mlp", without its folder */
	const char *header;       /* "OUT.h", which the source includes; NULL: "NAME.h" */
	const char *checksum;     /* of the canonical text, in hexadecimal digits */
	const char *changes;      /* the options that change the code, or "" */
	const double *const *weights; /* values of each stored tensor, that become constants; NULL: none do */
};

void emit_header(struct text *text, const struct plan *plan, const struct emit_options *options);
void emit_source(struct text *text, const struct plan *plan, const struct emit_options *options);
/* The program of `mlpc train`: hands the network to mlp_main (runtime/host/host.h). */
void emit_driver(struct text *text, const struct plan *plan, const struct emit_options *options);

/* The program of `mlpc check`, of the ground floor alone (check_driver.c): answers what cli/check_program.c asks. */
void emit_check_driver(struct text *text, const struct plan *plan, const struct emit_options *options);

/* FNV-1a, 64 bits, of names, shapes and roles of all that the caller sees and all that is stored. */
uint64_t emit_fingerprint(const struct plan *plan);

#endif
