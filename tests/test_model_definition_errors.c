/* What is said about definitions, losses, settings and whole models that make no sense: verbatim. */
#include <criterion/criterion.h>

#include "model_fixture.h"

struct bad {
	const char *model, *messages;
};

static const char HEAD[] = "model m\ninput x[4]\n";

static const struct bad DEFINITIONS[] = {
	{"activation f(x) = g(x)\n" "activation g(x) = f(x)\n" "layer h = f(x)\n",
	 "4:19: error[recursive-definition]: `f` is defined by itself: f → g → f\n"
	 "3:19: note: in this call of `g`\n"
	 "5:11: note: in this call of `f`\n"},
	{"activation f(x) = x\n" "activation f(x) = x + 1\n" "layer h = f(x)\n",
	 "4:12: error[duplicate-definition]: `f` is defined twice\n"
	 "3:12: note: the first definition is here\n"},
	{"layer h = x\n" "train { batch = 0 }\n",
	 "4:1: error[no-minimize]: the model has a `train`, but nothing to minimize\n"
	 "help: add lines such as `target t[3]` and `minimize mse(…, t)`\n"
	 "4:17: error[not-an-extent]: a whole number from 1 to 2147483647 is needed here\n"},
	{"layer h = x\n" "data { skip = 1 }\n",
	 "4:8: error[unknown-setting]: there is no input or target `skip`\n"
	 "help: `data` names the columns of inputs and targets, and sets `missing`, `split`, `weights` and "
	 "`ignore`\n"},
	{"layer h = x\n" "target t[4]\n" "minimize mse(h, t)\n" "train { seed = 9007199254740994 }\n",
	 "6:16: error[not-an-extent]: a whole number from 0 to 9007199254740992 is needed here\n"},
	{"layer h = x\n" "target t[4]\n",
	 "4:1: error[no-minimize]: the model has a `target`, but nothing to minimize\n"
	 "help: add a line such as `minimize mse(…, t)`\n"},
	{"layer h[3] = dense(x)\n" "target t[4]\n" "minimize mse(h, t)\n",
	 "5:17: error[shape-mismatch]: in the argument `t` of `mse`, `i` is 4, but "
	 "elsewhere it is 3\n" "4:10: note: 4 comes from here\n"
	 "3:9: note: 3 comes from here\n"},
	{"layer h[3] = dense(x)\n" "target t[3]\n" "minimize h - t\n",
	 "5:10: error[not-a-scalar]: what `minimize` takes must be a scalar, but this "
	 "has shape [3]\n" "help: `sum(…)` or `mean(…)` makes one number of it\n"},
	{"layer h[3] = dense(x)\n" "target t[3]\n" "minimize mse(h, t)\n"
	 "train { optimiser = adam(), batchs = 3, clip = 3, freeze = [hh, x, h.V], "
	 "epochs = 1.5 }\n",
	 "6:9: error[unknown-setting]: `train` has no setting `optimiser`\n"
	 "help: did you mean `optimizer`?\n"
	 "6:29: error[unknown-setting]: `train` has no setting `batchs`\n"
	 "help: did you mean `batch`?\n"
	 "6:48: error[bad-setting]: `clip` is `norm(1)` or `value(0.5)`, with a limit "
	 "of your own\n" "6:61: error[unknown-name]: there is no layer or parameter `hh`\n"
	 "help: did you mean `h`?\n"
	 "6:65: error[nothing-to-freeze]: `x` has no parameters\n"
	 "6:68: error[unknown-name]: there is no layer or parameter `h.V`\n"
	 "help: did you mean `h.W`?\n"
	 "6:83: error[not-an-extent]: a whole number from 1 to 2147483647 is needed here\n"},
	{"layer h[3] = dense(x)\n" "target t[3]\n" "minimize mse(h, t)\n"
	 "train { optimizer = adan(rate = 1) }\n",
	 "6:21: error[unknown-optimizer]: there is no optimizer `adan`\n"
	 "help: did you mean `adam`?\n"},
	{"layer h[3] = dense(x)\n" "target t[3]\n" "minimize mse(h, t)\n"
	 "train { optimizer = adam(rat = 1) }\n",
	 "6:26: error[unknown-argument]: `adam` has no argument `rat`\n"
	 "help: did you mean `rate`?\n"
	 "help: `adam` takes `rate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-08`\n"},
	{"optimizer bad(rate = 1) { q = rate }\n" "layer h[3] = dense(x)\n" "target t[3]\n"
	 "minimize mse(h, t)\n" "train { optimizer = bad() }\n",
	 "3:11: error[no-update]: the optimizer `bad` never assigns `parameter`\n"
	 "help: add a line such as `parameter = parameter - rate * gradient`\n"},
	{"use \"../x.mlp\"\n" "layer h = x\n",
	 "3:1: error[unsafe-path]: a path in `use` is relative to this file and does not leave its folder\n"
	 "help: copy the file beside this one, or allow any path with `--allow-path`\n"},
	{"block b(x[i]) { param k[i] = zeros \n" " return y[i] = x[i] * k[i] }\n"
	 "layer y = b(x, k = none)\n",
	 "5:11: error[nothing-left]: nothing is left of the value of `y`\n"},
	{"loss l(a[i], b[i]) = (a[i] - b[i])^2\n" "layer y = l(x, x)\n",
	 "3:25: error[unbound-index]: the index `i` is not bound here\n"
	 "4:11: note: in this call of `l`\n"
	 "help: bind it on the left side, or by a reduction such as `sum(i, …)`\n"
	 "3:32: error[unbound-index]: the index `i` is not bound here\n"
	 "4:11: note: in this call of `l`\n"
	 "help: bind it on the left side, or by a reduction such as `sum(i, …)`\n"},
	{"loss l(a[i], b[i]) = a - b\n" "layer y = l(x, x)\n",
	 "3:22: error[not-a-scalar]: the value of `l` must be a scalar, but this has shape [4]\n"
	 "4:11: note: in this call of `l`\n"
	 "help: `sum(…)` or `mean(…)` makes one number of it\n"},
	{"block two(a[i], b[i]) { return y[i] = a[i] + b[i] }\n" "input u[3, 4]\n"
	 "input v[2, 4]\n" "layer y = two(u, v)\n",
	 "6:18: error[shape-mismatch]: `two` maps over leading dimensions, which differ "
	 "in [3, 4] and [2, 4]\n" "6:15: note: the other argument is here\n"},
	{"size N = 2.5\n" "layer y[N] = dense(x)\n",
	 "3:10: error[not-an-extent]: a whole number from 1 to 2147483647 is needed here\n"},
	{"block b(x[i]) { m = x }\n" "layer y = b(x)\n",
	 "3:7: error[no-return]: the block `b` returns nothing\n"
	 "help: end it with a line such as `return y[i] = …`\n"},
	{"loss pair(a, b) = sum(a * b)\n" "layer y = pair(x)\n",
	 "4:11: error[missing-argument]: the argument `b` of `pair` is missing\n"
	 "3:14: note: `b` is declared here\n"},
	{"layer y = x\n" "train { batch = 3, batch = 4 }\n",
	 "4:1: error[no-minimize]: the model has a `train`, but nothing to minimize\n"
	 "help: add lines such as `target t[3]` and `minimize mse(…, t)`\n"
	 "4:20: error[duplicate-name]: the setting `batch` is given twice\n"
	 "4:9: note: it is first given here\n"},
	{"layer y = (x > 0) + training + step\n",
	 "3:32: error[not-a-value]: `step` is an activation, not a value\n"
	 "help: write `step(…)`\n"},
	{"init two(a) = a\n" "layer y[2] = dense(x, b = two)\n",
	 "4:27: error[missing-argument]: the argument `a` of `two` is missing\n"
	 "3:10: note: `a` is declared here\n"},
	{"init spread = [1, 2]\n" "layer y[2] = dense(x, b = spread())\n",
	 "3:15: error[not-a-scalar]: the value of `spread` must be a scalar, but this has shape [2]\n"
	 "4:27: note: in this call of `spread`\n"
	 "help: `sum(…)` or `mean(…)` makes one number of it\n"},
	{"optimizer o() { state s = 0\n" " state s = 1\n" " parameter = s }\n"
	 "target t[4]\n" "layer y[4] = dense(x)\n" "minimize mse(y, t)\n"
	 "train { optimizer = o() }\n",
	 "4:8: error[duplicate-name]: the name `s` is given twice in `o`\n"
	 "3:23: note: it is first given here\n"},
	{"block b(a[i]) { train = a\n" " return y = train[0] }\n" "layer y = softmax(b(x))\n",
	 "5:19: error[rank-mismatch]: the argument `x` of `softmax` needs 1 dimension "
	 "or more, but this is a scalar\n" "<prelude> note: `x` is declared here\n"},
};

static const struct bad WHOLE[] = {
	{"input x[4]\n" "layer y = x\n",
	 "1:1: error[no-model]: the model has no name\n"
	 "help: begin the file with a line such as `model iris`\n"},
	{"model int\n" "input x[4]\n" "layer y = x\n",
	 "1:7: error[reserved-name]: a model cannot be called `int`: that is a word of "
	 "C or C++, or the runtime's\n"},
	{"model mlp_x\n" "input x[4]\n" "layer y = x\n",
	 "1:7: error[reserved-name]: a model cannot be called `mlp_x`: that is a word "
	 "of C or C++, or the runtime's\n"},
	{"model main\n" "layer y = 3\n",
	 "1:7: error[reserved-name]: a model cannot be called `main`: that is a word of "
	 "C or C++, or the runtime's\n" "3:1: error[no-input]: the model has no `input`\n"
	 "help: add a line such as `input x[4]`\n"},
	{"model m\n" "input x[4]\n",
	 "3:1: error[no-layer]: the model has no `layer` and no `output`\n"
	 "help: add a line such as `output y[3] = dense(x)`\n"},
	{"model m\n" "model n\n" "input x[4]\n" "layer y = x\n" "minimize sum(y)\n"
	 "target t[4]\n" "minimize sum(y)\n",
	 "2:1: error[duplicate-statement]: a model has one `model`\n"
	 "1:1: note: the first one is here\n"
	 "7:1: error[duplicate-statement]: a model has one `minimize`\n"
	 "5:1: note: the first one is here\n"},
	{"model m\n" "input flower[4]\n" "layer hidden = tanh(flowr)\n",
	 "3:21: error[unknown-name]: `flowr` is not known here\n"
	 "help: did you mean `flower`?\n"},
	{"model m\n" "input x[2, 2, 2, 2, 2, 2, 2, 2] class[2]\n" "layer y = x\n",
	 "2:1: error[too-many-dimensions]: a tensor has at most 8 dimensions\n"},
	{"model m\n" "input x[4] scale 1 1\n" "input k class[1]\n" "layer y = x\n",
	 "2:1: error[bad-scale]: `scale` needs two different numbers\n"
	 "3:15: error[not-an-extent]: a whole number from 2 to 2147483647 is needed here\n"},
	{"model m\n" "input x[n]\n" "layer y = x\n",
	 "2:9: error[unknown-name]: `n` is not known here\n"},
};

static void check(const struct bad *bad, const char *head)
{
	char text[2000];
	snprintf(text, sizeof text, "%s%s", head, bad->model);
	struct resolved resolved = resolve_text(text);
	cr_expect_null(resolved.model, "%s", text);
	cr_expect_str_eq(resolved.messages, bad->messages, "%s\nsays\n%s\nnot\n%s", text, resolved.messages,
	                 bad->messages);
	arena_free(resolved.arena);
}

Test(model_definition_errors, definitions)
{
	for (size_t i = 0; i < sizeof DEFINITIONS / sizeof *DEFINITIONS; i++)
		check(&DEFINITIONS[i], HEAD);
}

Test(model_definition_errors, whole_models)
{
	for (size_t i = 0; i < sizeof WHOLE / sizeof *WHOLE; i++)
		check(&WHOLE[i], "");
}
