/* What is said about calls, arrays, shapes and settings that make no sense: texts and places, verbatim. */
#include "misuse_fixture.h"

/* Arrays, `concat` and `reshape`. */
Test(model_misuse, arrays_and_joins)
{
	static const struct bad rows[] = {
	        {"layer h[3] = dense(x) * [1, [2], 3]",
	         "3:29: error[bad-array]: here an array stands beside a number\n"},
	        {"layer h[3] = dense(x) * [[1], 2, 3]",
	         "3:31: error[bad-array]: here a number stands beside an array\n"},
	        {"layer h[3] = dense(x) * [1, x, 3]",
	         "3:29: error[not-a-constant]: a number that is known when the model is compiled is needed "
	         "here\n"
	         "2:7: note: `x` is computed for each sample\n"
	         "help: an array holds numbers; `concat` joins values\n"},
	        {"layer h[3] = dense(x) * [1, x[0], 3]",
	         "3:29: error[not-a-constant]: a number that is known when the model is compiled is needed "
	         "here\n"
	         "help: an array holds numbers; `concat` joins values\n"},
	        {"layer h[2] = dense(x) * [1, -x[0]]",
	         "3:29: error[not-a-constant]: a number that is known when the model is compiled is needed "
	         "here\n"
	         "help: an array holds numbers; `concat` joins values\n"},
	        {"layer h[1] = dense(x) * [[[[[[[[[1]]]]]]]]]",
	         "3:33: error[bad-array]: an array has at most 8 dimensions\n"},
	        {"layer h[2] = dense(x) * [[1, 2], [3]]",
	         "3:34: error[bad-array]: this row has 1 element, the first one 2\n"},
	        {"layer h[2] = dense(x) * [[1, 2], [3, 4], [5]]",
	         "3:42: error[bad-array]: this row has 1 element, the first one 2\n"},
	        {"layer h[8] = concat(x, a = x)",
	         "3:24: error[unexpected-item]: an argument of `concat` has no name\n"},
	        {"layer h[8] = concat(x, i: 4)",
	         "3:24: error[unexpected-item]: an argument of `concat` has no name\n"},
	        {"layer h[8] = concat(x, nosuch)", "3:24: error[unknown-name]: `nosuch` is not known here\n"},
	        {"layer h[4] = concat()",
	         "3:14: error[argument-count]: `concat` takes one value or more, but none is given\n"},
	        {"layer h = concat(reshape(x, 2, 2), reshape(x, 4, 1))",
	         "3:36: error[shape-mismatch]: `concat` joins along the last dimension: the shapes [2, 2] "
	         "and [4, 1] do not fit\n"
	         "3:18: note: this has shape [2, 2]\n"
	         "3:29: note: 2 comes from here\n"
	         "3:47: note: 4 comes from here\n"},
	        {"layer h = concat(reshape(x, 2, 2), x)",
	         "3:36: error[shape-mismatch]: `concat` joins along the last dimension: the shapes [2, 2] "
	         "and [4] do not fit\n"
	         "3:18: note: this has shape [2, 2]\n"},
	        {"layer h = concat(x, none)",
	         "3:21: error[none-place]: `none` can only be given for a parameter of a block, as in "
	         "`dense(x, b = none)`\n"},
	        {"layer h = concat(dense[2147483647](x), x)",
	         "3:7: error[too-large]: `h.W` of shape [2147483647, 4] has more than 2147483647 elements\n"
	         "3:11: error[too-large]: `concat` gives more than 2147483647 elements\n"},
	        {"layer h = reshape(x, 2, 3)",
	         "3:11: error[shape-mismatch]: `reshape` to [2, 3] needs 6 elements, but [4] has 4\n"},
	        {"layer h = reshape(x, 2, 2, a = 1)",
	         "3:28: error[unexpected-item]: `reshape` takes a value and extents\n"},
	        {"layer h = reshape(a = x, 4)",
	         "3:19: error[unexpected-item]: `reshape` takes a value and extents\n"},
	        {"layer h = reshape(x, k: 4)",
	         "3:22: error[unexpected-item]: `reshape` takes a value and extents\n"},
	        {"layer h = reshape(nosuch, 4)", "3:19: error[unknown-name]: `nosuch` is not known here\n"},
	        {"layer h = reshape(x, nosuch)", "3:22: error[unknown-name]: `nosuch` is not known here\n"},
	        {"layer h = reshape(x)",
	         "3:11: error[argument-count]: `reshape` takes a value and 1 to 8 extents, but 1 is given\n"},
	};
	CHECK(rows);
}

/* What is called, with what. */
Test(model_misuse, calls)
{
	static const struct bad rows[] = {
	        {"layer h = dense[3, 4](x)",
	         "3:11: error[argument-count]: `dense` takes 1 size, but 2 are given\n"},
	        {"layer h = dense[0](x)",
	         "3:17: error[not-an-extent]: a whole number from 1 to 2147483647 is needed here\n"},
	        {"layer h = dense[x](x)",
	         "3:17: error[not-a-constant]: a number that is known when the model is compiled is needed "
	         "here\n"
	         "2:7: note: `x` is computed for each sample\n"},
	        {"layer h = exp[3](x)",
	         "3:11: error[not-a-block]: only a block takes sizes, as in `dense[16](x)`\n"},
	        {"layer h = exp()",
	         "3:11: error[argument-count]: `exp` takes 1 argument, but none is given\n"},
	        {"layer h = exp(x, x)",
	         "3:11: error[argument-count]: `exp` takes 1 argument, but 2 are given\n"},
	        {"layer h = exp(x = x)",
	         "3:15: error[unexpected-item]: an argument of this function is a value, without a name\n"},
	        {"layer h = max(x, dense[3](x))",
	         "3:11: error[shape-mismatch]: the arguments of `max` have the shapes [4] and [3]\n"
	         "3:15: note: this has shape [4]\n"
	         "3:18: note: this has shape [3]\n"
	         "2:9: note: 4 comes from here\n"
	         "3:24: note: 3 comes from here\n"},
	        {"layer h = x[0](3)",
	         "3:11: error[not-a-block]: only a block takes sizes, as in `dense[16](x)`\n"},
	        {"layer h = (x)(3)", "3:12: error[not-a-function]: `x` is a value, not a function\n"
	                             "help: write `x[…]` to read an element, or `*` to multiply\n"},
	        {"param p[3] = batch_mean(3)",
	         "3:14: error[not-in-a-layer]: there is a batch only in a layer and in `minimize`\n"},
	        {"layer h = f(x, 3)\nactivation f(x) = x",
	         "3:16: error[argument-count]: `f` takes 1 argument, but 2 are given\n"
	         "help: `f` takes `x`\n"},
	        {"layer h = f(x, y = [1, 2, 3])\nactivation f(x, y = 1) = x * y",
	         "4:26: error[shape-mismatch]: the operands of `*` have the shapes [4] and [3]\n"
	         "3:11: note: in this call of `f`\n"
	         "4:26: note: this has shape [4]\n"
	         "4:30: note: this has shape [3]\n"
	         "2:9: note: 4 comes from here\n"
	         "3:20: note: 3 comes from here\n"},
	        {"function f(x, y = 2) = x * y\nlayer h = f(x, z = 2)",
	         "3:1: error[unknown-statement]: unknown statement `function`\n"},
	        {"layer h = f(x)\nactivation f(x) = x[0]",
	         "4:19: error[shape-mismatch]: an activation has a value for each element of its argument, "
	         "which has shape [4], but this is a scalar\n"
	         "3:11: note: in this call of `f`\n"},
	        {"layer h = f(x)\nactivation f(x) = f(x)",
	         "4:19: error[recursive-definition]: `f` is defined by itself: f → f\n"
	         "3:11: note: in this call of `f`\n"},
	        {"layer h = adam(x)",
	         "3:11: error[not-a-function]: `adam` is an optimizer: it stands in `train`\n"},
	        {"layer h = tanh(tanh)", "3:16: error[not-a-value]: `tanh` is a function, not a value\n"
	                                 "help: write `tanh(…)`\n"},
	        {"layer h = cross_entropy(x)",
	         "3:11: error[missing-argument]: the argument `t` of `cross_entropy` is missing\n"
	         "<prelude> note: `t` is declared here\n"},
	};
	CHECK(rows);
}

/* Names with points, of things that are not there. */
Test(model_misuse, names)
{
	static const struct bad rows[] = {
	        {"layer h = x.y", "3:11: error[unknown-name]: `x.y` is not known here\n"
	                          "help: did you mean `x`?\n"},
	        {"layer h = x.y.z", "3:11: error[unknown-name]: `x.y.z` is not known here\n"},
	        {"layer h = tanh.y", "3:11: error[unknown-name]: `tanh.y` is not known here\n"},
	        {"layer h[3] = dense(x)\nlayer g = h.Wx",
	         "4:11: error[unknown-name]: `h.Wx` is not known here\n"
	         "help: did you mean `h.W`?\n"},
	        {"layer h = fan_in", "3:11: error[unknown-name]: `fan_in` is not known here\n"},
	        {"layer h = x[nosuch]",
	         "3:13: error[unbound-index]: the index `nosuch` is not bound here\n"
	         "help: bind it on the left side, or by a reduction such as `sum(nosuch, …)`\n"},
	        {"param w[3] = nosuch", "3:14: error[unknown-name]: `nosuch` is not known here\n"},
	        {"param w[3] = glorot_unifrm",
	         "3:14: error[unknown-name]: `glorot_unifrm` is not known here\n"
	         "help: did you mean `glorot_uniform`?\n"},
	        {"param w[3] = 2 * nosuch()",
	         "3:18: error[unknown-function]: there is no function `nosuch`\n"
	         "help: the initialisers are `zeros`, `ones`, `uniform`, `normal`, `glorot_uniform`, "
	         "`glorot_normal`, `he_uniform`, `he_normal`, `lecun_normal`, `orthogonal`\n"},
	};
	CHECK(rows);
}

/* Shapes of layers, arguments and parameters. */
Test(model_misuse, shapes)
{
	static const struct bad rows[] = {
	        {"layer h[2, 2, 2, 2, 2, 2, 2, 2, 2] = dense(x)",
	         "3:7: error[too-many-dimensions]: a tensor has at most 8 dimensions\n"},
	        {"layer h[x] = x",
	         "3:9: error[not-a-constant]: a number that is known when the model is compiled is needed "
	         "here\n"
	         "2:7: note: `x` is computed for each sample\n"},
	        {"layer h = one(reshape(x, 1, 1, 1, 1, 1, 1, 1, 4))\nblock one(v[n]) {\n return r[i: n, j: "
	         "2] = v[i] * j\n}",
	         "5:25: error[too-many-dimensions]: `h` would have more than 8 dimensions\n"
	         "3:11: note: in this call of `one`\n"},
	        {"layer h = scaled(x, reshape(x, 1, 4))\nblock scaled(v, w[n, n]) {\n return v * w[0, 0]\n}",
	         "5:11: error[syntax]: expected `=` or `[` after `v`\n"
	         "help: what is returned has a name: `return y[i] = …`\n"},
	        {"layer h = both(reshape(x, 2, 2), reshape(x, 4, 1))\nblock both(v[n], w[n]) {\n return "
	         "r[i: n] = v[i] * w[i]\n}",
	         "3:34: error[shape-mismatch]: `both` maps over leading dimensions, which differ in [2, 2] "
	         "and [4, 1]\n"
	         "3:16: note: the other argument is here\n"},
	        {"layer h = both(reshape(x, 2, 2), x)\nblock both(v[n], w[n]) {\n return r[i: n] = v[i] * "
	         "w[i]\n}",
	         "3:34: error[shape-mismatch]: in the argument `w` of `both`, `n` is 4, but elsewhere it is "
	         "2\n"
	         "2:9: note: 4 comes from here\n"
	         "3:30: note: 2 comes from here\n"},
	        {"layer h = both(x, 3)\nblock both(v[n], w[n]) {\n return v * w\n}",
	         "5:11: error[syntax]: expected `=` or `[` after `v`\n"
	         "help: what is returned has a name: `return y[i] = …`\n"},
	        {"layer h = both(x, k = 3)\nblock both[k](v[n]) {\n return v * k\n}",
	         "5:11: error[syntax]: expected `=` or `[` after `v`\n"
	         "help: what is returned has a name: `return y[i] = …`\n"},
	        {"layer h = both[1, 2](x)\nblock both[k](v[n]) {\n return v * k\n}",
	         "5:11: error[syntax]: expected `=` or `[` after `v`\n"
	         "help: what is returned has a name: `return y[i] = …`\n"},
	        {"layer h[i: 4] = scaled(x[i], s = 2 * i)\nblock scaled(v) {\n param s = 1\n return r = s * "
	         "v\n}",
	         "3:34: error[parameter-index]: what stands in the place of a parameter cannot use the "
	         "index `i`\n"},
	        {"layer h[i: 4] = scaled(x[i], s = normal() * i)\nblock scaled(v) {\n param s = 1\n return "
	         "s * v\n}",
	         "6:11: error[syntax]: expected `=` or `[` after `s`\n"
	         "help: what is returned has a name: `return y[i] = …`\n"},
	        {"param p[3] = 2 * [1, 2]",
	         "3:14: error[not-a-scalar]: the initial value of `p` must be a scalar for each element, "
	         "but it has shape [2]\n"},
	        {"param p[3] = [1, 2]",
	         "3:14: error[shape-mismatch]: the parameter `p` has the shape [3], but this has shape [2]\n"
	         "3:9: note: 3 comes from here\n"
	         "3:14: note: 2 comes from here\n"},
	        {"param p[3] = normal() * x[0]",
	         "3:14: error[bad-initial]: the initial value of `p` must not depend on the data\n"},
	        {"layer y = dense[2](x, b = [1, 2, 3])",
	         "3:27: error[shape-mismatch]: the parameter `y.b` has the shape [2], but this has shape "
	         "[3]\n"
	         "3:17: note: 2 comes from here\n"
	         "3:27: note: 3 comes from here\n"},
	        {"layer h = dense[2](x, W = [[1, 2, 3], [1, 2, 3]])",
	         "3:27: error[shape-mismatch]: the parameter `h.W` has the shape [2, 4], but this has shape "
	         "[2, 3]\n"
	         "2:9: note: 4 comes from here\n"
	         "3:27: note: 3 comes from here\n"},
	        {"param w[3] = z()\ninit z(a) = a",
	         "3:14: error[missing-argument]: the argument `a` of `z` is missing\n"
	         "4:8: note: `a` is declared here\n"},
	        {"param w[3] = z(a = x)\ninit z(a = 2) = a * normal()",
	         "4:17: error[not-a-scalar]: the value of `z` must be a scalar, but this has shape [4]\n"
	         "3:14: note: in this call of `z`\n"
	         "help: `sum(…)` or `mean(…)` makes one number of it\n"},
	        {"param w[3] = z\ninit z(a = 2) = a * normal() + gradient",
	         "4:32: error[unknown-name]: `gradient` is not known here\n"
	         "3:14: note: in this call of `z`\n"},
	        {"input z[2147483647, 2]",
	         "3:7: error[too-large]: `z` of shape [2147483647, 2] has more than 2147483647 elements\n"},
	        {"input z[2, 2, 2, 2, 2, 2, 2, 2] class[3]",
	         "3:1: error[too-many-dimensions]: a tensor has at most 8 dimensions\n"},
	        {"layer h = l(x, 3)\nloss l(p[n], t[n]) = sum(i, p[i] - t[i])",
	         "3:16: error[rank-mismatch]: the argument `t` of `l` needs 1 dimension, but this is a "
	         "scalar\n"
	         "4:14: note: `t` is declared here\n"},
	        {"layer h = l(x, dense[3](x))\nloss l(p[n], t[n]) = sum(i, p[i] - t[i])",
	         "3:16: error[shape-mismatch]: in the argument `t` of `l`, `n` is 3, but elsewhere it is 4\n"
	         "3:22: note: 3 comes from here\n"
	         "2:9: note: 4 comes from here\n"},
	        {"layer h = l(x, x)\nloss l(p, t) = p - t",
	         "4:16: error[not-a-scalar]: the value of `l` must be a scalar, but this has shape [4]\n"
	         "3:11: note: in this call of `l`\n"
	         "help: `sum(…)` or `mean(…)` makes one number of it\n"},
	};
	CHECK(rows);
}

/* What stands in `train`. */
Test(model_misuse, settings)
{
	static const struct bad rows[] = {
	        {"train { optimizer = 3 }",
	         "3:21: error[unknown-optimizer]: an optimizer is a call such as `sgd(rate = 0.1)`\n"},
	        {"train { optimizer = nosuch }",
	         "3:21: error[unknown-optimizer]: there is no optimizer `nosuch`\n"
	         "help: there are `sgd`, `momentum`, `nesterov`, `adagrad`, `rmsprop`, `adadelta`, `adam`, "
	         "`adamw`, `nadam`, `rprop`\n"},
	        {"train { optimizer = tanh }",
	         "3:21: error[unknown-optimizer]: there is no optimizer `tanh`\n"
	         "help: there are `sgd`, `momentum`, `nesterov`, `adagrad`, `rmsprop`, `adadelta`, `adam`, "
	         "`adamw`, `nadam`, `rprop`\n"},
	        {"train { optimizer = sgd(x) }", "3:25: error[unknown-name]: `x` is not known in `train`\n"
	                                         "2:7: note: this value of the model cannot be used there\n"},
	        {"train { optimizer = sgd(rate = [1, 2]) }",
	         "3:32: error[not-a-scalar]: an optimizer computes with scalars, but this has shape [2]\n"},
	        {"train { clip = 3 }",
	         "3:16: error[bad-setting]: `clip` is `norm(1)` or `value(0.5)`, with a limit of your own\n"},
	        {"train { clip = norm(0) }",
	         "3:21: error[bad-setting]: the limit of `clip` must be above 0\n"},
	        {"train { clip = norm(-1) }",
	         "3:21: error[bad-setting]: the limit of `clip` must be above 0\n"},
	        {"train { clip = norm(x) }", "3:21: error[unknown-name]: `x` is not known in `train`\n"
	                                     "2:7: note: this value of the model cannot be used there\n"},
	        {"train { clip = norm(1, 2) }",
	         "3:16: error[bad-setting]: `clip` is `norm(1)` or `value(0.5)`, with a limit of your own\n"},
	        {"train { clip = norm(a = 1) }",
	         "3:16: error[bad-setting]: `clip` is `norm(1)` or `value(0.5)`, with a limit of your own\n"},
	        {"train { clip = norm }",
	         "3:16: error[bad-setting]: `clip` is `norm(1)` or `value(0.5)`, with a limit of your own\n"},
	        {"train { clip = value(0) }",
	         "3:22: error[bad-setting]: the limit of `clip` must be above 0\n"},
	        {"train { freeze = 3 }",
	         "3:18: error[bad-setting]: `freeze` is a list of layers and parameters, as in `[hidden, "
	         "p.W]`\n"},
	        {"train { freeze = x }", "3:18: error[nothing-to-freeze]: `x` has no parameters\n"},
	        {"train { freeze = nosuch }",
	         "3:18: error[unknown-name]: there is no layer or parameter `nosuch`\n"},
	        {"train { freeze = x + 1 }",
	         "3:18: error[bad-setting]: `freeze` is a list of layers and parameters, as in `[hidden, "
	         "p.W]`\n"},
	        {"train { optimizer = o() }\noptimizer o(rate = 0.1) {\n state m = [1, 2]\n parameter = "
	         "parameter - m\n}",
	         "5:12: error[not-a-scalar]: an optimizer computes with scalars, but this has shape [2]\n"
	         "3:21: note: in this call of `o`\n"},
	        {"train { optimizer = o(rate = 2, 3) }\noptimizer o(rate = 0.1) {\n parameter = parameter - "
	         "rate * gradient\n}",
	         "3:33: error[duplicate-argument]: the argument `rate` is given twice\n"
	         "3:23: note: it is first given here\n"},
	        {"train { optimizer = o(bate = 2) }\noptimizer o(rate = 0.1) {\n parameter = parameter - "
	         "rate * gradient\n}",
	         "3:23: error[unknown-argument]: `o` has no argument `bate`\n"
	         "help: did you mean `rate`?\n"
	         "help: `o` takes `rate = 0.1`\n"},
	        {"train { optimizer = o(2) }\noptimizer o(rate = 0.1) {\n parameter = parameter - rate * "
	         "nosuch\n}",
	         "5:33: error[unknown-name]: `nosuch` is not known here\n"
	         "3:21: note: in this call of `o`\n"
	         "help: an optimizer knows `parameter`, `gradient`, `step` and `epoch`, its arguments and "
	         "what it assigns\n"},
	        {"train { optimizer = o() }\noptimizer o(rate = 0.1) {\n state m = 0\n m = m + gradient\n}",
	         "4:11: error[no-update]: the optimizer `o` never assigns `parameter`\n"
	         "help: add a line such as `parameter = parameter - rate * gradient`\n"},
	};
	CHECK(rows);
}
