/* What helps a newcomer: messages with their helps, warnings, and extents that follow from others. */
#include <criterion/criterion.h>

#include "model_fixture.h"

struct row {
	const char *model, *messages;
};

static const char HEAD[] = "model m\ninput x[4]\n";
static const char TAIL[] = "output y[2] = dense(x)\ntarget t[2]\nminimize mse(y, t)\n";

#define LOSSES                                                                                      \
	"help: the losses are `mse`, `sse`, `half_sse`, `mae`, `huber`, `log_cosh`, `quantile`, "   \
	"`poisson`, `binary_cross_entropy`, `cross_entropy`, `smooth_cross_entropy`, `focal`, "     \
	"`kl_divergence`, `hinge`, `squared_hinge`, `cosine`, `l1`, `sumsq`, `l2`\n"
#define BLOCKS                                                                                      \
	"help: the reference lists all functions, `concat` and `reshape` among them; the blocks "   \
	"are `softmax`, `log_softmax`, `unit_vector`, `dense`, `embedding`, `dropout`, "            \
	"`layer_norm`, `batch_norm`\n"
#define INITIALISERS                                                                                \
	"help: the initialisers are `zeros`, `ones`, `uniform`, `normal`, `glorot_uniform`, "       \
	"`glorot_normal`, `he_uniform`, `he_normal`, `lecun_normal`, `orthogonal`\n"
#define KNOWN                                                                                       \
	"help: an optimizer knows `parameter`, `gradient`, `step` and `epoch`, its arguments and "  \
	"what it assigns\n"

/* Between HEAD and TAIL. */
static const struct row ERRORS[] = {
	{"optimizer f(rate = 1) {\n    parameter = parameter - rate / sqrt(sum(gradient^2))\n}\n"
	 "train { optimizer = f }\n",
	 "4:45: error[nothing-to-reduce]: `sum` of one argument reduces a tensor, but this is a scalar\n"
	 "6:21: note: in this call of `f`\n"
	 "help: an optimizer computes with one element of a parameter at a time; the norm of all "
	 "gradients is limited by a setting of `train`: `clip = norm(1)`\n"},
	{"layer h[i: 4] = x[i] / max(x[i])\n",
	 "3:28: error[nothing-to-reduce]: `max` of one argument reduces a tensor, but this is a scalar\n"
	 "help: over an index it is written `max(i, …)`\n"},
	{"layer h = mean(3)\n",
	 "3:16: error[nothing-to-reduce]: `mean` of one argument reduces a tensor, but this is a scalar\n"},
	{"block f(x[i], k = 2) {\n    return z = sum(k)\n}\nlayer h = f(x)\n",
	 "4:20: error[nothing-to-reduce]: `sum` of one argument reduces a tensor, but this is a scalar\n"
	 "6:11: note: in this call of `f`\n"},
	{"block f[o](x[i]) {\n    param U[o, o] = zeros\n    return z[o] = U[o, 0]\n}\n"
	 "layer h[2] = f(x)\n",
	 "4:16: error[duplicate-index]: the index `o` stands twice here\n"
	 "7:14: note: in this call of `f`\n"
	 "help: a second index of the same extent is written `[o, j: o]`\n"},
	{"layer s = reshape(x, 2, 2)\nlayer a = s[0]\nlayer b[i: 2] = s[i]\nlayer c = s[0, 0, 0]\n",
	 "4:11: error[index-count]: this has shape [2, 2] and needs 2 indices, but 1 is given\n"
	 "help: one element is read as `s[0, 0]`, a whole row as `s[0, 0..2]`\n"
	 "5:17: error[index-count]: this has shape [2, 2] and needs 2 indices, but 1 is given\n"
	 "help: one element is read as `s[i, 0]`, a whole row as `s[i, 0..2]`\n"
	 "6:11: error[index-count]: this has shape [2, 2] and needs 2 indices, but 3 are given\n"},
	{"layer a[2] = dense(x[-1])\nlayer b[2] = dense(x[0])\n",
	 "3:22: error[out-of-range]: this reads position -1, but there are only 0 to 3\n"
	 "help: positions count from 0: the last one is 3\n"
	 "4:20: error[rank-mismatch]: the argument `x` of `dense` needs 1 dimension or more, but this is "
	 "a scalar\n" "<prelude> note: `x` is declared here\n"
	 "help: one element is a scalar; a slice such as `0..1` keeps the dimension\n"},
	{"layer a[16] = dense(x, 16)\nlayer b[16] = dense(16)\nlayer c[16] = dense(x, units = 16)\n",
	 "3:24: error[argument-count]: `dense` takes 1 argument, but 2 are given\n"
	 "help: a size stands in brackets: `dense[16](x)`\n"
	 "4:21: error[rank-mismatch]: the argument `x` of `dense` needs 1 dimension or more, but this is "
	 "a scalar\n" "<prelude> note: `x` is declared here\n"
	 "help: a size stands in brackets: `dense[16](…)`\n"
	 "5:24: error[unknown-argument]: `dense` has no argument `units`\n"
	 "help: a size stands in brackets: `dense[16](x)`\n"},
	{"layer a[2] = dense(x, b = None)\nlayer b[2] = dense(x, W = xavier_uniform)\n"
	 "layer c[2] = dense(x, W = he)\n",
	 "3:27: error[unknown-name]: `None` is not known here\n" "help: did you mean `none`?\n"
	 "4:27: error[unknown-name]: `xavier_uniform` is not known here\n" INITIALISERS
	 "5:27: error[unknown-name]: `he` is not known here\n" "help: did you mean `he_uniform`?\n"},
	{"layer u[3] = dense(x)\nlayer v = u.bias\n",
	 "4:11: error[unknown-name]: `u.bias` is not known here\n" "help: `u` has `u.W`, `u.b`\n"},
	{"init f = normal() / sqrt(fanin)\nlayer a[2] = dense(x, W = f)\n",
	 "3:26: error[unknown-name]: `fanin` is not known here\n" "4:27: note: in this call of `f`\n"
	 "help: did you mean `fan_in`?\n"},
	{"layer a = sum(x, axis = 1)\n",
	 "3:11: error[argument-count]: `sum` takes one value, or an index and a scalar\n"
	 "help: over one dimension of several it is written with an index, as in `sum(j, x[i, j])`\n"},
	{"layer a = linear(x)\nlayer b = LayerNorm(x)\nlayer c = DENSE(x)\n",
	 "3:11: error[unknown-function]: there is no function `linear`\n" BLOCKS
	 "4:11: error[unknown-function]: there is no function `LayerNorm`\n"
	 "help: did you mean `layer_norm`?\n"
	 "5:11: error[unknown-function]: there is no function `DENSE`\n" "help: did you mean `dense`?\n"},
	{"optimizer f(rate = 1) {\n    parameter = param - grad * lr * x\n}\ntrain { optimizer = f }\n",
	 "4:17: error[unknown-name]: `param` is not known here\n" "6:21: note: in this call of `f`\n"
	 "help: did you mean `parameter`?\n"
	 "4:25: error[unknown-name]: `grad` is not known here\n" "6:21: note: in this call of `f`\n"
	 "help: did you mean `gradient`?\n"
	 "4:32: error[unknown-name]: `lr` is not known here\n" "6:21: note: in this call of `f`\n" KNOWN
	 "4:37: error[unknown-name]: `x` is not known in a definition\n"
	 "6:21: note: in this call of `f`\n"
	 "2:7: note: this value of the model cannot be used there\n" KNOWN},
	{"size a = 7\nsize b = a / 2\nsize c = -1\n",
	 "4:10: error[not-an-extent]: a whole number from 1 to 2147483647 is needed here, but this is 3.5\n"
	 "5:10: error[not-an-extent]: a whole number from 1 to 2147483647 is needed here\n"},
	{"block f[o](x[i]) {\n    h = dense[o / 2](x)\n    return z[o] = dense(h)\n}\nlayer a[3] = f(x)\n",
	 "4:15: error[not-an-extent]: a whole number from 1 to 2147483647 is needed here, but this is 1.5\n"
	 "7:14: note: in this call of `f`\n"},
	{"block f[o](x[i]) {\n    h = dense[2 * o](x)\n    return z[o] = dense(h)\n}\nlayer a = f(x)\n",
	 "7:11: error[unknown-size]: nothing determines the size `o` of `f`\n"
	 "help: write it on the left side, as in `layer hidden[16] = …`, or at the call, as in "
	 "`f[16](…)`\n"},
	{"block f[o](x[i]) {\n    h = dense[o](x)\n    return z = h[0..o]\n}\nlayer a = f(x)\n",
	 "5:21: error[not-a-constant]: this extent is not known yet here\n"
	 "7:11: note: in this call of `f`\n"
	 "help: write it where it begins, as in `layer h[8] = …`\n"},

};

static void check(const char *model, const char *messages)
{
	struct resolved resolved = resolve_text(model);
	cr_expect_str_eq(resolved.messages, messages, "%s\nsays\n%s\nnot\n%s", model, resolved.messages,
	                 messages);
	arena_free(resolved.arena);
}

Test(model_hints, errors)
{
	for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++) {
		char text[2000];
		snprintf(text, sizeof text, "%s%s%s", HEAD, ERRORS[i].model, TAIL);
		check(text, ERRORS[i].messages);
	}
}

/* At the place of a loss, the losses are offered. */
Test(model_hints, losses)
{
	check("model m\ninput x[4]\ntarget t[4]\noutput y[4] = dense(x)\n"
	      "minimize MSELoss(y, t) + crossEntropy(y, t) + cross(y, t)\n",
	      "5:10: error[unknown-function]: there is no function `MSELoss`\n" LOSSES
	      "5:26: error[unknown-function]: there is no function `crossEntropy`\n"
	      "help: did you mean `cross_entropy`?\n"
	      "5:47: error[unknown-function]: there is no function `cross`\n"
	      "help: did you mean `cross_entropy`?\n");
}

static const struct row WARNINGS[] = {
	{"input z[3]\n" "target u[2]\n",
	 "3:7: warning[unused-input]: neither the outputs nor the loss depend on the input `z`\n"
	 "4:8: warning[unused-target]: the loss does not depend on the target `u`\n"},
	{"input z[4] standardize\n" "layer h[2] = dense(z)\n",
	 "3:7: warning[unused-input]: neither the outputs nor the loss depend on the input `z`\n"
	 "4:7: warning[unreachable-parameter]: the loss does not depend on the parameter `h.W`, so that it "
	 "will not be trained\n"
	 "4:7: note: nor on `h.b`\n"},
	{"layer h = x / 0\n" "layer g = x / (2 - 2)\n",
	 "3:15: warning[division-by-zero]: this divides by 0\n"
	 "4:16: warning[division-by-zero]: this divides by 0\n"},
	{"layer h = dropout(x, 1.5)\n" "layer g = dropout(x, -0.5)\n",
	 "3:22: warning[constant-condition]: this is 1.5, but is compared with a draw from 0 to 1\n"
	 "3:11: note: in this call of `dropout`\n"
	 "4:22: warning[constant-condition]: this is -0.5, but is compared with a draw from 0 to 1\n"
	 "4:11: note: in this call of `dropout`\n"},
	/* Not to be warned of: an input that only an output, a statistic or the loss needs; a rate of 0. */
	{"input z[4]\n" "output w[2] = z[0..2]\n", ""},
	{"block f(x[i], z[i]) {\n    statistic s[i] = zeros\n    s[i] = batch_mean(z[i])\n"
	 "    return y[i] = x[i] + s[i]\n}\n" "input z[4]\n" "output w = f(x, z)\n", ""},
	{"output w[4] = dropout(x, 0)\n", ""},
	/* A loss of any shape takes a scalar too, also by way of a local value. */
	{"param k = 1\n" "output w = k * l1(k) * l2(k) * sumsq(k)\n" "block f(p) {\n    q = abs(p)\n"
	 "    return y = sum(q) + mean(2 * p)\n}\n" "output v = f(k)\n",
	 "3:7: warning[unreachable-parameter]: the loss does not depend on the parameter `k`, so that it "
	 "will not be trained\n"},
};

Test(model_hints, warnings)
{
	for (size_t i = 0; i < sizeof WARNINGS / sizeof *WARNINGS; i++) {
		char text[2000];
		snprintf(text, sizeof text, "%s%s%s", HEAD, WARNINGS[i].model, TAIL);
		check(text, WARNINGS[i].messages);
	}
}

Test(model_hints, unused_without_a_loss)
{
	check("model m\ninput x[4]\ninput z[4]\noutput y = x\n",
	      "3:7: warning[unused-input]: neither the outputs nor the loss depend on the input `z`\n");
}

/* A model with formulas of extents, and the same with their values. */
static const struct {
	const char *formulas, *values;
} EXTENTS[] = {
	{"block f(x[d]) {\n    return y[d] = dense(relu(dense[2 * d](x)))\n}\noutput w = f(x)\n",
	 "block f(x[d]) {\n    return y[d] = dense(relu(dense[8](x)))\n}\noutput w = f(x)\n"},
	{"block f[o](x[i]) {\n    h = dense[o * 2 - 1](x)\n    return y[o] = dense(h)\n}\n"
	 "output w[3] = f(x)\n",
	 "block f[o](x[i]) {\n    h = dense[5](x)\n    return y[o] = dense(h)\n}\noutput w[3] = f(x)\n"},
	{"block f(x[n, i]) {\n    return y[n, i] = reshape(dense[n * i](reshape(x, n * i)), n, i)[n, i]\n}\n"
	 "output w = f(reshape(x, 2, 2))\n",
	 "block f(x[n, i]) {\n    return y[n, i] = reshape(dense[4](reshape(x, 4)), 2, 2)[n, i]\n}\n"
	 "output w = f(reshape(x, 2, 2))\n"},
	{"block f[o](x[i]) {\n    h[2 * o] = dense(x)\n    return y[o] = sum(j: 2 * o, h[j])\n}\n"
	 "input z[2]\n" "output w = f(x) + z\n",
	 "block f[o](x[i]) {\n    h[4] = dense(x)\n    return y[o] = sum(j: 4, h[j])\n}\n"
	 "input z[2]\n" "output w = f(x) + z\n"},
	{"block f(x[i], z[2 * i]) {\n    return y[i] = x[i] * z[2 * i] + z[2 * i + 1]\n}\n"
	 "output w[2] = f(dense(x), x)\n",
	 "block f(x[i], z[4]) {\n    return y[i] = x[i] * z[2 * i] + z[2 * i + 1]\n}\n"
	 "output w[2] = f(dense(x), x)\n"},
};

static const char *dump_between(struct resolved *resolved, const char *model)
{
	char text[2000];
	snprintf(text, sizeof text, "%s%s%s", HEAD, model, TAIL);
	*resolved = resolve_text(text);
	return dump_of(resolved);
}

Test(model_hints, extents)
{
	for (size_t i = 0; i < sizeof EXTENTS / sizeof *EXTENTS; i++) {
		struct resolved formulas, values;
		const char *dump = dump_between(&formulas, EXTENTS[i].formulas);
		const char *expected = dump_between(&values, EXTENTS[i].values);
		cr_expect(values.model && *expected, "%s\n%s", EXTENTS[i].values, values.messages);
		cr_expect_str_eq(dump, expected, "%s\n%s\n%s\nnot\n%s", EXTENTS[i].formulas,
		                 formulas.messages, dump, expected);
		arena_free(formulas.arena);
		arena_free(values.arena);
	}
}
