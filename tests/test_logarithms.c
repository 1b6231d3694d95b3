/* The warning of a loss of probabilities that gets something else: where it comes, and where it must not. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compile.h"

static void expect(const char *output, const char *loss, const char *message)
{
	struct arena *arena = arena_new();
	struct compile *c = compile_new(arena);
	struct compile_options options = {.dump = STAGE_NONE};
	char model[512], *messages;
	size_t size;
	snprintf(model, sizeof model,
	         "model m\ninput x[4]\ninput q[3]\ntarget t[3]\noutput y[3] = %s\nminimize %s\n", output,
	         loss);
	FILE *file = open_memstream(&messages, &size);
	cr_assert_eq(compile_source(c, source_from_string(arena, "m.mlp", model), &options), STATUS_OK, "%s",
	             model);
	diag_print(c->diag, file, DIAG_TEXT, false);
	fclose(file);
	if (message)
		cr_expect(strstr(messages, message), "%s\nsays %s", model, messages);
	else
		cr_expect_not(strstr(messages, "negative-logarithm"), "%s\nsays %s", model, messages);
	free(messages);
	arena_free(arena);
}

Test(logarithms, warned)
{
	static const char *const losses[] = {"cross_entropy(y, t)", "binary_cross_entropy(y, t)",
	                                     "poisson(y, t)",       "mse(y, t) - mean(i, log(2 * y[i] + 1))",
	                                     "focal(y, t)",         "mse(y, t) + 0.1 * kl_divergence(y, t)"};
	for (size_t k = 0; k < sizeof losses / sizeof *losses; k++) {
		expect("dense(x)", losses[k],
		       "warning[negative-logarithm]: the loss takes the logarithm of `");
		expect("tanh(dense(x)) * q", losses[k], "m.mlp:6:10: warning[negative-logarithm]");
	}
}

Test(logarithms, not_warned)
{
	static const char *const outputs[] = {"softmax(dense(x))",  "sigmoid(dense(x))",      "exp(dense(x))",
	                                      "softplus(dense(x))", "relu(dense(x)) + 0.001", "dense(x)^2"};
	static const char *const losses[] = {"cross_entropy(y, t)", "poisson(y, t)",
	                                     "smooth_cross_entropy(y, t)", "kl_divergence(y, t)"};
	for (size_t k = 0; k < sizeof outputs / sizeof *outputs; k++)
		for (size_t l = 0; l < sizeof losses / sizeof *losses; l++)
			expect(outputs[k], losses[l], NULL);
	expect("sigmoid(dense(x))", "binary_cross_entropy(y, t)", NULL);
	expect("softmax(dense(x))", "binary_cross_entropy(y, t)", NULL);
	expect("dense(x)", "cross_entropy(softmax(y), t)", NULL);
	expect("dense(x)", "-sum(i, t[i] * log(sigmoid(y[i])) + (1 - t[i]) * log(1 - sigmoid(y[i])))", NULL);
	expect("dense(x)", "mse(y, t) - mean(i, log(q[i]))", NULL); /* no parameter can mend that */
	expect("dense(x)", "mse(y, t)", NULL);
}
