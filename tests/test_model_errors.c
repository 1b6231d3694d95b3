/* What is said about layers that make no sense: texts and places, verbatim. */
#include <criterion/criterion.h>

#include "model_fixture.h"

struct bad {
	const char *model, *messages;
};

static const char HEAD[] = "model m\ninput x[4]\n";

static const struct bad STATEMENTS[] = {
	{"layer h[4] = tanh(dense(flower)) + dense(flowr)\n",
	 "3:25: error[unknown-name]: `flower` is not known here\n"
	 "3:42: error[unknown-name]: `flowr` is not known here\n"},
	{"layer h[4] = tahn(dense(x))\n",
	 "3:14: error[unknown-function]: there is no function `tahn`\n"
	 "help: did you mean `tanh`?\n"},
	{"layer h[4] = Sigmoid(dense(x))\n",
	 "3:14: error[unknown-function]: there is no function `Sigmoid`\n"
	 "help: did you mean `sigmoid`?\n"},
	{"layer h = dense(x)\n",
	 "3:11: error[unknown-size]: nothing determines the size `o` of `dense`\n"
	 "help: write it on the left side, as in `layer hidden[16] = …`, or at the "
	 "call, as in `dense[16](…)`\n"},
	{"layer h = tanh(dense(x))\n",
	 "3:16: error[unknown-size]: nothing determines the size `o` of `dense`\n"
	 "help: write it on the left side, as in `layer hidden[16] = …`, or at the "
	 "call, as in `dense[16](…)`\n"},
	{"layer h[4] = x + z\n" "input z[3]\n",
	 "3:14: error[shape-mismatch]: the operands of `+` have the shapes [4] and [3]\n"
	 "3:14: note: this has shape [4]\n" "3:18: note: this has shape [3]\n"
	 "2:9: note: 4 comes from here\n" "4:9: note: 3 comes from here\n"},
	{"layer h[4] = dense(x) + z\n" "input z[3]\n",
	 "3:14: error[shape-mismatch]: `h` has the shape [4], but its value is of shape [3]\n"
	 "3:9: note: 4 comes from here\n" "4:9: note: 3 comes from here\n"},
	{"layer h[3] = x\n",
	 "3:14: error[shape-mismatch]: `h` has the shape [3], but its value is of shape [4]\n"
	 "3:9: note: 3 comes from here\n" "2:9: note: 4 comes from here\n"},
	{"layer h[4] = dense(x, Wb = none)\n",
	 "3:23: error[unknown-argument]: `dense` has no argument `Wb`\n"
	 "help: did you mean `W`?\n"
	 "help: `dense` takes `x`, and values for `W`, `b`\n"},
	{"layer h[4] = dense(x, y)\n",
	 "3:23: error[argument-count]: `dense` takes 1 argument, but 2 are given\n"
	 "help: `dense` takes `x`, and values for `W`, `b`\n"},
	{"layer h[4] = dropout(rate = 0.1)\n",
	 "3:14: error[missing-argument]: the argument `x` of `dropout` is missing\n"
	 "<prelude> note: `x` is declared here\n"},
	{"layer h[4] = dropout(x, rat = 0.1)\n",
	 "3:25: error[unknown-argument]: `dropout` has no argument `rat`\n"
	 "help: did you mean `rate`?\n"
	 "help: `dropout` takes `x, rate = 0.5`\n"},
	{"layer h[4] = dense(x, x = x)\n",
	 "3:23: error[duplicate-argument]: the argument `x` is given twice\n"
	 "3:20: note: it is first given here\n"},
	{"layer h[4] = x\n" "layer h[3] = dense(x)\n",
	 "4:7: error[duplicate-name]: the name `h` is given twice\n"
	 "3:7: note: it is first given here\n"},
	{"layer h = x[5]\n",
	 "3:13: error[out-of-range]: this reads position 5, but there are only 0 to 3\n"},
	{"layer h = x[0..5]\n",
	 "3:13: error[out-of-range]: this takes elements 0 to 4, but there are only 0 to 3\n"
	 "2:9: note: 4 comes from here\n"},
	{"layer h = x[i]\n",
	 "3:13: error[unbound-index]: the index `i` is not bound here\n"
	 "help: bind it on the left side, or by a reduction such as `sum(i, …)`\n"},
	{"layer h[i: 3] = x[i + 2]\n",
	 "3:19: error[out-of-range]: this reads positions 2 to 4, but there are only 0 to 3\n"
	 "help: guard the read by an `if` on the indices\n"},
	{"layer h[i: 3] = x[i]\n",
	 "3:19: error[index-extent]: `i` runs over 3 elements, but this dimension has 4\n"
	 "3:9: note: 3 comes from here\n" "2:9: note: 4 comes from here\n"},
	{"layer h = sum(i, 2)\n",
	 "3:15: error[unknown-size]: nothing says how many elements `i` runs over\n"
	 "help: write it with its extent, as in `i: 8`\n"},
	{"layer h = sum(i, x[i, 0])\n",
	 "3:18: error[index-count]: this has shape [4] and needs 1 index, but 2 are given\n"},
	{"layer h = x[x]\n",
	 "3:13: error[not-linear]: a position must be a scalar, but this has shape [4]\n"},
	{"layer h = g\n" "layer g = x\n",
	 "3:11: error[used-before-definition]: `g` is used before it is defined\n"
	 "4:7: note: it is defined here\n"},
	{"layer h = tanh(x, x)\n",
	 "3:11: error[argument-count]: `tanh` takes 1 argument, but 2 are given\n"},
	{"layer h = sigmoid\n",
	 "3:11: error[not-a-value]: `sigmoid` is an activation, not a value\n"
	 "help: write `sigmoid(…)`\n"},
	{"layer h = x(3)\n",
	 "3:11: error[not-a-function]: `x` is a value, not a function\n"
	 "help: write `x[…]` to read an element, or `*` to multiply\n"},
	{"layer h = [[1, 2], [3]]\n",
	 "3:20: error[bad-array]: this row has 1 element, the first one 2\n"},
	{"layer h = reshape(x, 3)\n",
	 "3:11: error[shape-mismatch]: `reshape` to [3] needs 3 elements, but [4] has 4\n"},
	{"layer h = concat(x, m)\n" "input m[2, 2]\n",
	 "3:21: error[shape-mismatch]: `concat` joins along the last dimension: the "
	 "shapes [4] and [2, 2] do not fit\n" "3:18: note: this has shape [4]\n"},
	{"layer h = weights\n",
	 "3:11: error[weights-place]: `weights` can only be the argument of a loss in `minimize`, as in "
	 "`l1(weights)`\n"},
	{"layer h = dense[4, 5](x)\n",
	 "3:11: error[argument-count]: `dense` takes 1 size, but 2 are given\n"},
	{"layer h[5] = dense[4](x)\n",
	 "3:14: error[shape-mismatch]: `h` has the shape [5], but its value is of shape [4]\n"
	 "3:9: note: 5 comes from here\n" "3:20: note: 4 comes from here\n"},
	{"layer h[2] = dense(3)\n",
	 "3:20: error[rank-mismatch]: the argument `x` of `dense` needs 1 dimension or "
	 "more, but this is a scalar\n" "<prelude> note: `x` is declared here\n"
	 "help: a size stands in brackets: `dense[3](…)`\n"},
	{"layer h[99999999999] = dense(x)\n",
	 "3:9: error[not-an-extent]: a whole number from 1 to 2147483647 is needed here\n"},
	{"layer h[2000000000] = dense(x)\n",
	 "3:7: error[too-large]: `h.W` of shape [2000000000, 4] has more than "
	 "2147483647 elements\n"},
	{"layer h[4] = dense(x, W = [[1, 2], [3, 4]])\n",
	 "3:27: error[shape-mismatch]: the parameter `h.W` has the shape [?, 4], but "
	 "this has shape [2, 2]\n" "2:9: note: 4 comes from here\n"
	 "3:27: note: 2 comes from here\n"},
	{"layer h[i, i] = x[i]\n",
	 "3:12: error[duplicate-index]: the index `i` stands twice here\n"
	 "help: each index has a name of its own, as in `[i, j]`\n"},
	{"layer y = sum(x, 3)\n",
	 "3:15: error[index-has-value]: `x` is a value here, so it cannot be the index "
	 "of `sum`\n"},
	{"layer y[2] = dense(none)\n",
	 "3:20: error[none-place]: `none` can only be given for a parameter of a block, as in `dense(x, "
	 "b = none)`\n"},
	{"layer y = 3 + dense\n",
	 "3:15: error[not-a-value]: `dense` is a block, not a value\n"
	 "help: write `dense(…)`\n"},
	{"layer y = if x then 1 else m\n" "input m[2]\n",
	 "3:11: error[shape-mismatch]: the condition and the value of `if` have the "
	 "shapes [4] and [2]\n" "3:14: note: this has shape [4]\n"
	 "3:28: note: this has shape [2]\n" "2:9: note: 4 comes from here\n"
	 "4:9: note: 2 comes from here\n"},
	{"input x class[3]\n" "layer y = x\n",
	 "3:7: error[duplicate-name]: the name `x` is given twice\n"
	 "2:7: note: it is first given here\n"},
	{"layer y = x.W\n",
	 "3:11: error[unknown-name]: `x.W` is not known here\n" "help: did you mean `x`?\n"},
	{"layer y[i: 4] = x[i] + epoch\n",
	 "3:24: error[unknown-name]: `epoch` is not known here\n"},
	{"layer y = mse(x, m)\n" "input m[2, 4]\n",
	 "3:18: error[rank-mismatch]: the argument `t` of `mse` needs 1 dimension, but this has shape "
	 "[2, 4]\n"
	 "<prelude> note: `t` is declared here\n"
	 "help: `reshape(…)` makes one dimension of several\n"},
	{"layer y[3] = 1\n",
	 "3:14: error[shape-mismatch]: `y` has the shape [3], but its value is a scalar\n"
	 "3:7: note: the shape of `y` is declared here\n"
	 "help: a scalar fills a tensor whose dimensions have letters, as in `y[i: 4] = …`\n"},
	{"layer h[16] = dense(x)\n" "layer g[16] = dense(h, W = h.W)\n",
	 "4:28: error[shape-mismatch]: the parameter `g.W` has the shape [?, 16], but this has shape "
	 "[16, 4]\n"
	 "4:15: note: in this call of `dense`\n"
	 "3:9: note: 16 comes from here\n"
	 "2:9: note: 4 comes from here\n"},
	{"layer y = mean(x, 2)\n",
	 "3:16: error[index-has-value]: `x` is a value here, so it cannot be the index "
	 "of `mean`\n"},
	{"layer y[2] = batch_norm(x) + 1\n",
	 "3:14: error[shape-mismatch]: `y` has the shape [2], but its value is of shape [4]\n"
	 "3:9: note: 2 comes from here\n" "2:9: note: 4 comes from here\n"},
	{"input a[3]\n" "layer y = concat(a, x) + x\n",
	 "4:11: error[shape-mismatch]: `concat` gives 7 elements, but 4 are needed\n"
	 "2:9: note: 4 comes from here\n"},
	{"layer y[k: 2] = x[0.5 * k]\n",
	 "3:19: error[not-linear]: a position must be a whole number\n"},
	{"layer y[k: 2] = x[k * k]\n",
	 "3:19: error[not-linear]: a position must be a sum of indices and whole "
	 "numbers, such as `i`, `2 * i + k` or `7 - i`\n"},
	{"layer y = weights + 1\n",
	 "3:11: error[weights-place]: `weights` can only be the argument of a loss in `minimize`, as in "
	 "`l1(weights)`\n"},
	{"layer y = constant(x, 2)\n",
	 "3:11: error[argument-count]: `constant` takes 1 argument, but 2 are given\n"},
	{"layer y[9, 9, 9, 9, 9, 9, 9, 9, 9] = 1\n",
	 "3:7: error[too-many-dimensions]: a tensor has at most 8 dimensions\n"},
	{"param k = x\n" "layer y = x * k\n",
	 "3:11: error[bad-initial]: the initial value of `k` must not depend on the data\n"},
	{"param k[3] = [1, 2]\n" "layer y = x\n",
	 "3:14: error[shape-mismatch]: the parameter `k` has the shape [3], but this "
	 "has shape [2]\n" "3:9: note: 3 comes from here\n" "3:14: note: 2 comes from here\n"},
	{"param k[n] = zeros\n" "layer y = x\n",
	 "3:9: error[unknown-size]: nothing says how many elements `n` runs over\n"
	 "help: write it with its extent, as in `n: 8`\n"},
	{"layer y[2] = dense(x, W = none, b = none)\n",
	 "3:14: error[nothing-left]: nothing is left of the value of `y`\n"},
	{"layer y = dense[4](x) + dense[5](x)\n",
	 "3:11: error[shape-mismatch]: the operands of `+` have the shapes [4] and [5]\n"
	 "3:11: note: this has shape [4]\n" "3:25: note: this has shape [5]\n"
	 "3:17: note: 4 comes from here\n" "3:31: note: 5 comes from here\n"},
	{"layer y[2] = dense(x, b = x[0..2], W = [[1, 2, 3, 4], [5, 6, 7, 8]])\n"
	 "layer z = y\n" "layer z2 = z.b\n",
	 "5:12: error[unknown-name]: `z.b` is not known here\n" "help: did you mean `y.W`?\n"},
	{"layer y = x[3..3]\n",
	 "3:13: error[empty-slice]: this slice is empty: the end is not an element of it\n"},
	{"layer y = x[1, 2]\n",
	 "3:11: error[index-count]: this has shape [4] and needs 1 index, but 2 are given\n"},
	{"layer y[i: 4] = x[j]\n",
	 "3:19: error[unbound-index]: the index `j` is not bound here\n"
	 "help: bind it on the left side, or by a reduction such as `sum(j, …)`\n"},
	{"layer y = if y > 0 then x else 0\n",
	 "3:14: error[used-before-definition]: `y` is used before it is defined\n"
	 "3:7: note: it is defined here\n"},
	{"layer weights = x\n" "layer y = weights + tranning\n",
	 "4:21: error[unknown-name]: `tranning` is not known here\n"
	 "help: did you mean `training`?\n"},
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

Test(model_errors, statements)
{
	for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++)
		check(&STATEMENTS[i], HEAD);
}
