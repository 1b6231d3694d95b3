#include "model_cases.h"

#define CASE(name_, text, ...) \
	{ \
		.name = name_, .statements = text, __VA_ARGS__ \
	}

/* Where the domain is limited. */
#define PROBABILITIES .targets = {0.05, 0.95}

#define ACTIVATION(name) \
	CASE(#name, \
	     "input x[3]\ntarget t[2]\nlayer h[4] = " #name "(dense(x))\noutput y[2] = dense(h)\n" \
	     "minimize mse(y, t)", \
	     .ranges = {.inputs = {-3, 3}})

#define LOSS(name) \
	CASE("loss " #name, "input x[3]\ntarget t[2]\noutput y[2] = tanh(dense(x))\nminimize " #name "(y, " \
												     "t)")

/* Probabilities by softmax of a dense layer, against real targets and against classes. */
#define LOSS_OF_PROBABILITY(name) \
	CASE("softmax " #name, \
	     "input x[3]\ntarget t[4]\noutput p[4] = softmax(dense(x))\nminimize " #name "(p, t)", \
	     .ranges = {PROBABILITIES}), \
		CASE("classes " #name, \
		     "input x[3]\ntarget t class[4]\noutput p[4] = softmax(dense(x))\nminimize " #name \
		     "(p, t)"), \
		CASE("sigmoid " #name, \
		     "input x[3]\ntarget t[4]\noutput p[4] = sigmoid(dense(x))\nminimize " #name "(p, t)", \
		     .ranges = {PROBABILITIES})

/* A value y[2] of x, written out; the target is met by half the sum of squares. */
#define VALUE(name, inputs, text) CASE(name, inputs "\ntarget t[2]\n" text "\nminimize half_sse(y, t)")

/* Layers alike, with draws, statistics and parameters of their own. */
#define EQUAL(number, from) \
	"layer h" number "[3] = " from " + 0.1 * batch_norm(tanh(dense(dropout(" from ", rate = 0.2))))\n"

/* Pairs that differ in the length of a sum, and in which of two tensors is read. */
#define ALMOST(number) \
	"layer a" number "[2] = tanh(dense(x))\nlayer b" number "[2] = tanh(dense(z))\n" \
	"layer p" number "[j: 2] = sum(i, a" number "[i]^2 * b" number "[i] * (i + j))\n" \
	"layer q" number "[j: 2] = sum(i, a" number "[i] * b" number "[i]^2 * (i + j))\n"

const struct model_case model_cases[] = {
	ACTIVATION(identity),
	ACTIVATION(step),
	ACTIVATION(relu),
	ACTIVATION(leaky_relu),
	ACTIVATION(elu),
	ACTIVATION(selu),
	ACTIVATION(celu),
	ACTIVATION(gelu),
	ACTIVATION(gelu_tanh),
	ACTIVATION(silu),
	ACTIVATION(mish),
	ACTIVATION(sigmoid),
	ACTIVATION(hard_sigmoid),
	ACTIVATION(hard_swish),
	ACTIVATION(tanh),
	ACTIVATION(hard_tanh),
	ACTIVATION(softplus),
	ACTIVATION(softsign),
	ACTIVATION(softmax),
	ACTIVATION(log_softmax),
	ACTIVATION(layer_norm),
	ACTIVATION(batch_norm),
	ACTIVATION(sin),
	ACTIVATION(cos),
	ACTIVATION(exp),
	ACTIVATION(erf),
	ACTIVATION(erfc),
	ACTIVATION(expm1),
	ACTIVATION(abs),
	ACTIVATION(log1pexp),
	ACTIVATION(floor),
	ACTIVATION(sign),

	LOSS(mse),
	LOSS(sse),
	LOSS(half_sse),
	LOSS(mae),
	LOSS(huber),
	LOSS(log_cosh),
	LOSS(quantile),
	LOSS(hinge),
	LOSS(squared_hinge),
	LOSS(cosine),
	CASE("loss poisson",
	     "input x[3]\ntarget t[2]\noutput y[2] = softplus(dense(x))\nminimize poisson(y, t)",
	     .ranges = {.targets = {0, 4}}),
	CASE("loss poisson of rates",
	     "input x[3]\ntarget t[2]\noutput y[2] = exp(dense(x))\nminimize poisson(y, t)",
	     .ranges = {.targets = {0, 4}}),
	LOSS_OF_PROBABILITY(mse),
	LOSS_OF_PROBABILITY(binary_cross_entropy),
	LOSS_OF_PROBABILITY(cross_entropy),
	LOSS_OF_PROBABILITY(smooth_cross_entropy),
	LOSS_OF_PROBABILITY(focal),
	LOSS_OF_PROBABILITY(kl_divergence),

	/* the same loss, written naively */
	CASE("softmax by hand, another letter",
	     "input x[3]\ntarget t class[4]\nlayer z[4] = dense(x)\n"
	     "output p[i: 4] = exp(z[i]) / sum(j, exp(z[j]))\nminimize -sum(i, t[i] * log(p[i]))"),
	CASE("softmax by hand, the same letter",
	     "input x[3]\ntarget t class[4]\nlayer z[4] = dense(x)\n"
	     "output p[i: 4] = exp(z[i]) / sum(i, exp(z[i]))\nminimize -sum(i, t[i] * log(p[i]))"),
	CASE("softmax by hand, shifted",
	     "input x[3]\ntarget t class[4]\nlayer z[4] = dense(x)\nlayer c = max(i, z[i])\n"
	     "layer e[i: 4] = exp(z[i] - c)\nlayer s = sum(i, e[i])\noutput p[i: 4] = e[i] / s\n"
	     "minimize -sum(i, t[i] * log(p[i]))"),
	CASE("softmax and its sum in one line",
	     "input x[3]\ntarget t class[4]\nlayer z[4] = dense(x)\noutput p[4] = softmax(z)\n"
	     "minimize log(sum(j, exp(z[j]))) - sum(i, t[i] * z[i])"),
	CASE("log_softmax loss", "input x[3]\ntarget t class[4]\noutput q[4] = "
				 "log_softmax(dense(x))\nminimize -sum(i, t[i] * q[i])"),
	CASE("sigmoid by hand",
	     "input x[3]\ntarget t[1]\nlayer z[1] = dense(x)\noutput p[i: 1] = 1 / (1 + exp(-z[i]))\n"
	     "minimize -sum(i, t[i] * log(p[i]) + (1 - t[i]) * log(1 - p[i]))",
	     .ranges = {PROBABILITIES}),
	CASE("softmax of two heads",
	     "input x[3]\ntarget t class[4]\ntarget u class[3]\nlayer h[5] = tanh(dense(x))\n"
	     "output p[4] = softmax(dense(h))\noutput q[3] = softmax(dense(h))\n"
	     "minimize cross_entropy(p, t) + 0.5 * cross_entropy(q, u)"),

	/* inputs and parameters */
	CASE("class input",
	     "input x class[5]\ntarget t[2]\noutput y[2] = tanh(dense(x))\nminimize mse(y, t)"),
	CASE("class array", "input x[3] class[5]\ntarget t[2]\nlayer e[3, 4] = embedding(x)\n"
			    "output y[2] = dense(reshape(e, 12))\nminimize mse(y, t)"),
	CASE("class target in mse",
	     "input x[3]\ntarget t class[4]\noutput y[4] = sigmoid(dense(x))\nminimize mse(y, t)"),
	CASE("standardized",
	     "input x[3] standardize\ntarget t[2]\noutput y[2] = tanh(dense(x))\nminimize mse(y, t)"),
	CASE("scaled",
	     "input x[3] scale -2 6\ntarget t[2]\noutput y[2] = tanh(dense(x))\nminimize mse(y, t)"),
	CASE("shared weights", "input x[3]\ntarget t[3]\nlayer h[3] = tanh(dense(x))\n"
			       "output y[3] = tanh(dense(h, W = h.W))\nminimize mse(y, t)"),
	CASE("tied weights", "input x[4]\nlayer h[2] = tanh(dense(x))\n"
			     "output y[i: 4] = sum(o, h.W[o, i] * h[o])\ntarget t[4]\nminimize mse(y, t)"),
	CASE("penalties", "input x[3]\ntarget t[2]\nlayer h[4] = tanh(dense(x))\noutput y[2] = dense(h)\n"
			  "minimize mse(y, t) + 0.01 * sumsq(weights) + 0.02 * l1(weights) + 0.1 * l2(h.W)"),
	CASE("weighted", "input x[3]\ninput w[1]\ntarget t[2]\noutput y[2] = tanh(dense(x))\n"
			 "minimize sum(w) * mae(y, t)"),
	CASE("frozen", "input x[3]\ntarget t[2]\nlayer h[4] = tanh(dense(x))\noutput y[2] = dense(h)\n"
		       "minimize mse(y, t)\ntrain { freeze = [h], optimizer = momentum() }"),
	CASE("clip by norm", "input x[3]\ntarget t[2]\nlayer h[4] = tanh(dense(x))\noutput y[2] = dense(h)\n"
			     "minimize mse(y, t)\ntrain { clip = norm(0.1), optimizer = nadam() }"),
	CASE("clip by value", "input x[3]\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t)\n"
			      "train { clip = value(0.05), optimizer = rprop() }"),
	CASE("schedule", "input x[3]\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t)\n"
			 "train { optimizer = adamw(rate = 0.1 * 0.95^epoch / sqrt(step)) }"),
	CASE("residual",
	     "input x[3]\ntarget t[3]\nlayer h[3] = x + tanh(dense(x))\nlayer k[3] = h + relu(dense(h))\n"
	     "output y[3] = dense(k)\nminimize huber(y, t)"),

	/* index equations */
	VALUE("many equal layers", "input x[3]", EQUAL("1", "x") EQUAL("2", "h1") EQUAL("3", "h2")
	      EQUAL("4", "h3") EQUAL("5", "h4") EQUAL("6", "h5") EQUAL("7", "h6") EQUAL("8", "h7")
	      EQUAL("9", "h8") EQUAL("10", "h9") "output y[2] = dense(h10)"),
	VALUE("layers that are almost equal", "input x[3]\ninput z[5]",
	      ALMOST("1") ALMOST("2") ALMOST("3") ALMOST("4") ALMOST("5") ALMOST("6")
	      "output y[2] = dense(p1 + p2 * p3 - p4 * p5 + p6 + q1 * q2 - q3 + q4 * q5 - q6)"),
	CASE("a sum that goes on from a stored one",
	     "input a[2]\ninput b[2]\ninput c[2]\nparam w[2] = ones\ntarget t[2]\n"
	     "layer r[i: 2] = a[i] + w[i] * b[i] + 1\nlayer u[i: 2] = exp(a[i] + w[i] * b[i] + c[i] + 1)\n"
	     "output y[2] = dense(r)\noutput z[2] = dense(u)\nminimize mse(y, t) + mse(z, t)"),
	CASE("terms beside a class", "input x[3]\ntarget t class[4]\nparam w = 0.3\nlayer h[4] = tanh(dense(x))\n"
	                             "output p[4] = softmax(h)\nminimize sum(i, t[i] * (h[i] - 2 * w + 3)) + focal(p, t)"),
	VALUE("attention", "input x[6, 3]",
	      "param Q[3, 3] = normal\nparam K[3, 3] = normal\nparam V[2, 3] = normal\n"
	      "layer q[w: 6, d: 3] = sum(e, Q[d, e] * x[w, e])\nlayer k[w: 6, d: 3] = sum(e, K[d, e] * x[w, "
	      "e])\n"
	      "layer v[w: 6, d: 2] = sum(e, V[d, e] * x[w, e])\n"
	      "layer s[w: 6, u: 6] = sum(d, q[w, d] * k[u, d]) / sqrt(3)\nlayer a[6, 6] = softmax(s)\n"
	      "layer z[w: 6, d: 2] = sum(u, a[w, u] * v[u, d])\noutput y[d: 2] = mean(w, z[w, d])"),
	VALUE("causal attention", "input x[5, 2]",
	      "param Q[2, 2] = normal\nlayer q[w: 5, d: 2] = sum(e, Q[d, e] * x[w, e])\n"
	      "layer e[w: 5, u: 5] = if u <= w then exp(sum(d, q[w, d] * x[u, d])) else 0\n"
	      "layer a[w: 5, u: 5] = e[w, u] / sum(v, e[w, v])\n"
	      "output y[d: 2] = sum(w, sum(u, a[w, u] * x[u, d]))"),
	VALUE("valid convolution", "input x[8]",
	      "param w[3] = normal\nlayer c[i: 6] = tanh(sum(k: 3, w[k] * x[i + k]))\noutput y[2] = "
	      "dense(c)"),
	VALUE("same convolution", "input x[8]",
	      "param w[3] = normal\n"
	      "layer c[i: 8] = sum(k: 3, if i + k >= 1 and i + k <= 8 then w[k] * x[i + k - 1] else 0)\n"
	      "output y[2] = dense(tanh(c))"),
	VALUE("strided convolution", "input x[7]",
	      "param w[2] = normal\nlayer c[i: 3] = tanh(sum(k: 2, w[k] * x[2 * i + k]))\noutput y[2] = "
	      "dense(c)"),
	VALUE("convolution of two dimensions", "input x[4, 5]",
	      "param w[2, 2] = normal\n"
	      "layer c[i: 3, j: 4] = tanh(sum(k: 2, sum(l: 2, w[k, l] * x[i + k, j + l])))\n"
	      "output y[2] = dense(reshape(c, 12))"),
	VALUE("max pooling", "input x[8]",
	      "layer h[8] = dense(x)\nlayer c[i: 4] = max(k: 2, h[2 * i + k])\noutput y[2] = dense(c)"),
	VALUE("guarded window", "input x[6]",
	      "layer h[6] = dense(x)\nlayer c[i: 6] = if i > 0 and i < 5 then max(k: 3, h[i + k - 1]) else "
	      "h[i]\n"
	      "output y[2] = dense(c)"),
	VALUE("guarded double sum", "input x[6]",
	      "param w[2, 2] = normal\nlayer c[i: 6] = x[i] + (if i > 1 then sum(k: 2, sum(l: 2, w[k, l] * "
	      "x[i - k - l])) "
	      "else 0)\noutput y[2] = dense(c)"),
	VALUE("condition on a guarded sum", "input x[5]",
	      "layer h[5] = dense(x)\nlayer c[i: 5] = if (if i > 0 then sum(k: 2, h[i - k]) else 0) > 0 then "
	      "h[i] else 2 * x[i]\n"
	      "output y[2] = dense(c)"),
	VALUE("flip", "input x[4]",
	      "layer h[4] = dense(x)\nlayer f[i: 4] = h[3 - i] * x[i]\noutput y[2] = dense(f)"),
	VALUE("diagonal", "input x[3]",
	      "param A[3, 3] = normal\nlayer d[i: 3] = A[i, i] * x[i]\noutput y[2] = dense(d)"),
	VALUE("transposed product", "input x[3]",
	      "param A[3, 3] = normal\nlayer d[i: 3] = sum(j, A[i, j] * A[j, i] * x[j])\noutput y[2] = "
	      "dense(d)"),
	VALUE("outer product", "input x[2]",
	      "layer h[2] = dense(x)\nlayer o[i: 2, j: 2] = h[i] * h[j]\noutput y[i: 2] = sum(j, o[i, j] * "
	      "x[j])"),
	VALUE("one element", "input x[4]",
	      "layer h[4] = dense(x)\nlayer o[i: 4] = h[i] * h[2] + x[1]\noutput y[2] = dense(o)"),
	VALUE("slices and concat", "input x[6]",
	      "layer h[4] = tanh(dense(x[1..5]))\nlayer k[3] = dense(x[0..3])\nlayer c[9] = concat(h[1..3], "
	      "k, x[2..6])\n"
	      "output y[2] = dense(c)"),
	CASE("the same sum over two extents",
	     "block squares(x[i, j]) {\nreturn y[i] = tanh(sum(j, x[i, j]^2))\n}\n"
	     "input x[6]\ntarget t[2]\nparam A[6, 6] = normal\nlayer p[4] = squares(A[0..4, 0..6])\n"
	     "layer q[6] = squares(A) * x\noutput y[2] = dense(concat(p, q))\nminimize half_sse(y, t)"),
	VALUE("the same function over two extents", "input x[6]",
	      "layer p[4] = tanh(x[0..4])\nlayer q[i: 6] = 2 * tanh(x[i])\noutput y[2] = dense(concat(p, "
	      "q))"),
	CASE("a condition on data inside of one on indices",
	     "input x[4]\ntarget t[4]\nparam p[4] = normal\nlayer h[2] = dense(x)\n"
	     "layer z[4] = concat(if x[2..4] > 0 then h else x[0..2], h)\n"
	     "output y[i: 4] = z[i] + (if i < 3 then (if x[i + 1] > 0 then 0 else p[i]) else 0)\nminimize mse(y, t)"),
	CASE("parts of class vectors",
	     "input x[4]\ninput k class[5]\ninput d[3] class[3]\ntarget t[2]\nparam w[5] = normal\nparam v[3] = normal\n"
	     "output y[2] = dense(x) + dense(k[0..3])\n"
	     "minimize mse(y, t) * (1 + sum(k[1..3])) + sum(j: 3, if j < 5 then k[j] * w[j] else 0) * y[0] + "
	     "sum(j, d[j, j] * v[j]) + sum(j, d[j, j]) * y[1] + sum(j, d[1, j] * v[j])"),
	CASE("an exponent that is shifted by another maximum",
	     "input x[3]\ntarget t class[3]\nlayer z[3] = dense(x)\nlayer m = constant(max(j, x[j]))\n"
	     "output p[3] = softmax(2 * z - m)\noutput q[3] = softmax(z - max(j, x[j]))\n"
	     "minimize cross_entropy(p, t) + cross_entropy(q, t)"),
	CASE("reshapes of reshapes",
	     "input x[3, 4]\ntarget t[2]\nlayer h[3, 4] = tanh(dense(x))\nlayer f[12] = reshape(h, 12)\n"
	     "layer g[2, 6] = reshape(h, 2, 6)\nlayer k[4] = dense(reshape(g, 12))\n"
	     "layer m[2, 3, 2] = reshape(g, 2, 3, 2) * reshape(x, 2, 3, 2)\n"
	     "output y[2] = dense(f) + dense(k) + dense(reshape(reshape(m, 4, 3), 12))\nminimize mse(y, t)"),
	CASE("strides and doubled elements",
	     "input x[12]\ntarget t[6]\nlayer h[12] = tanh(dense(x))\nparam w[2] = normal\n"
	     "layer halves[i: 6] = sum(k: 2, w[k] * h[2 * i + k])\noutput y[6] = dense(halves)\nminimize mse(y, t)"),
	VALUE("reshape", "input x[2, 6]",
	      "layer h[3, 4] = tanh(reshape(x, 3, 4))\nparam w[4] = normal\n"
	      "layer s[i: 3] = sum(j, h[i, j] * w[j])\noutput y[2] = dense(s)"),
	VALUE("nested reductions", "input x[3]",
	      "param A[3, 3] = normal\n"
	      "layer s[k: 2] = sum(i, x[i] * (k + sum(j, A[i, j] * (sum(i, A[j, i] * x[i]))^2))^2)\n"
	      "output y[2] = dense(s)"),
	VALUE("maxima and minima", "input x[4]",
	      "param A[3, 4] = normal\nlayer u[o: 3] = max(i, A[o, i] * x[i])\n"
	      "layer v[o: 3] = min(i, A[o, i] + x[i]) * u[o]\noutput y[2] = dense(v)"),
	VALUE("products", "input x[4]",
	      "param A[3, 4] = normal\nlayer u[o: 3] = prod(i, A[o, i] + x[i])\noutput y[2] = dense(u)"),
	VALUE("argmax as a number", "input x[4]",
	      "layer h[4] = dense(x)\nlayer k = argmax(i, h[i])\nlayer s[i: 4] = if i == k then h[i]^2 else "
	      "h[i]\n"
	      "output y[2] = dense(s)"),
	VALUE("argmax in a sum", "input x[4]",
	      "layer h[4] = dense(x)\nlayer k = argmax(i, h[i])\nlayer s[i: 4] = h[i] * (1 + 0.25 * k)\n"
	      "output y[2] = dense(s)"),
	VALUE("positions", "input x[4]",
	      "layer s[i: 4] = sum(j, x[j] * cos(0.5 * i * j))\noutput y[2] = dense(s)"),
	VALUE("free index", "input x[4]",
	      "param b[3] = normal\nlayer s[o: 3] = sum(i, x[i] * b[o])\noutput y[2] = dense(s)"),
	VALUE("layer norm by hand", "input x[4]",
	      "param g[4] = ones\nlayer h[4] = dense(x)\n"
	      "layer z[i: 4] = g[i] * (h[i] - mean(j, h[j])) / sqrt(mean(j, (h[j] - mean(k, h[k]))^2) + "
	      "0.00001)\n"
	      "output y[2] = dense(z)"),
	VALUE("batch mean", "input x[3]",
	      "layer h[3] = dense(x)\nlayer z[3] = h - batch_mean(h)\n"
	      "layer v[3] = z / sqrt(batch_mean(z^2) + 0.1)\noutput y[2] = dense(v)"),
	VALUE("batch sum of a scalar", "input x[3]",
	      "layer h[2] = dense(x)\nlayer s = batch_sum(sum(h))\noutput y[2] = h * tanh(s)"),
	VALUE("dropout", "input x[5]",
	      "layer h[6] = dropout(relu(dense(x)), rate = 0.4)\noutput y[2] = dense(h)"),
	VALUE("noise", "input x[3]",
	      "layer h[i: 3] = x[i] * (1 + 0.1 * normal())\noutput y[2] = dense(tanh(h))"),
	VALUE("a long row that is read backwards", "input x[83]",
	      "param w[3] = normal\nlayer h[i: 80] = sum(k: 3, w[k] * x[82 - i - k])\noutput y[2] = dense(h)"),
	VALUE("smallest and largest", "input x[7]",
	      "layer h[5] = dense(x)\nlayer low = min(i, h[i])\nlayer high = max(i, h[i])\n"
	      "output y[i: 2] = if i == 0 then low else high"),

	/* functions */
	VALUE("powers", "input x[3]",
	      "layer h[3] = dense(x)\nlayer p[3] = (1 + h^2)^1.5 + (2 + tanh(h))^x + 2^h + h^3 / (3 + "
	      "h^2)^2\n"
	      "output y[2] = dense(p)"),
	VALUE("quotients of powers", "input x[3]",
	      "layer h[3] = dense(x)\nlayer p[3] = (h / (1 + x^2))^2 * 3 + (x / (2 + sin(h)))^4\n"
	      "layer q[3] = x^2 * (x * h)^3 / ((2 + h^2)^3 * (1 + x^2)^2)\noutput y[2] = dense(p + q)"),
	VALUE("square roots and quotients", "input x[3]",
	      "layer h[3] = dense(x)\nlayer p[3] = sqrt(1 + h^2) / (2 + sin(h)) + x / sqrt(h^2 + 1)\n"
	      "output y[2] = dense(p)"),
	VALUE("logarithms", "input x[3]",
	      "layer h[3] = dense(x)\nlayer p[3] = log(1 + exp(h)) + log(1 + h^2) + log1p(exp(-h)) + log(2 + "
	      "cos(h))\n"
	      "output y[2] = dense(p)"),
	VALUE("hyperbolic tangent by hand", "input x[2]",
	      "layer h[2] = dense(x)\noutput y[2] = (exp(h) - exp(-h)) / (exp(h) + exp(-h))"),
	VALUE("errors and differences", "input x[2]",
	      "layer h[2] = dense(x)\noutput y[2] = (1 - erf(h)) * (exp(x) - 1) + (1 + erf(2 * h)) / (1 + "
	      "exp(h))"),
	VALUE("choices", "input x[3]",
	      "layer h[3] = dense(x)\nlayer c[3] = if h > 0 and not (x > 0.5) then h^2 else (if h < -1 or x "
	      "< 0 then sin(h) "
	      "else x * h)\noutput y[2] = dense(c)"),
	VALUE("equal parts", "input x[3]",
	      "layer h[3] = dense(x)\nlayer a[3] = tanh(h) * tanh(h) + exp(h) * tanh(h) - exp(h)^2\n"
	      "output y[2] = dense(a) + dense(tanh(h))"),
	VALUE("deep sharing", "input x[2]",
	      "layer h[2] = dense(x)\nlayer a[2] = sin(h) * cos(h)\nlayer b[2] = (a + a * a) * (a - 0.5)\n"
	      "layer c[2] = (b * b + b) / (1 + b * b)\noutput y[2] = c * c + sin(c) * b"),
	CASE("constant",
	     "input x[3]\ntarget t[3]\nlayer h[3] = dense(x)\noutput y[3] = h * constant(tanh(h)) + "
	     "constant(x)\n"
	     "minimize mse(y, t)",
	     .no_differences = true),
	CASE("maximum with a tie",
	     "input x[3]\ntarget t[2]\nlayer h[3] = dense(x)\n"
	     "layer c[i: 4] = if i < 3 then h[i] else h[0]\noutput y[2] = dense(max(c, 0)) + max(i, c[i])\n"
	     "minimize half_sse(y, t)"),
	CASE("scalar parameter",
	     "input x[3]\ntarget t[2]\nparam s = normal\noutput y[2] = exp(s) * dense(x)\n"
	     "minimize mse(y, t)"),
	CASE("unused parameter", "input x[3]\ntarget t[2]\nparam s[4] = normal\noutput y[2] = dense(x)\n"
				 "minimize mse(y, t)"),
	CASE("loss of a hidden layer",
	     "input x[3]\ntarget t[2]\nlayer h[2] = tanh(dense(x))\noutput y[2] = dense(h)\n"
	     "minimize mse(h, t) + 0.1 * mae(y, t)"),
	CASE("class input by elements",
	     "input x class[4]\ntarget t[2]\nparam v[4] = normal\n"
	     "layer h[i: 4] = x[i] * v[i]^2 + sum(j, x[j] * v[j])\noutput y[2] = dense(tanh(h))\n"
	     "minimize mse(y, t)"),
	CASE("class target by elements",
	     "input x[3]\ntarget t class[4]\noutput y[4] = dense(x)\n"
	     "minimize sum(i, if t[i] > 0.5 then (y[i] - 1)^2 else y[i]^2) + sum(i, i * t[i] * y[i])"),
	CASE("class and a shifted read", "input x[3]\ntarget t class[4]\noutput y[4] = dense(x)\n"
					 "minimize sum(i, t[i] * y[3 - i]^2) + "
					 "sum(i, t[i] * (if i < 3 then y[i + 1] else 2))^2"),
	CASE("hinge of classes", "input x[3]\ntarget t class[4]\noutput y[4] = dense(x)\n"
				 "minimize max(j, y[j] + 1 - t[j]) - sum(i, t[i] * y[i])"),
	CASE("target array of classes",
	     "input x[3, 2]\ntarget t[3] class[4]\noutput p[3, 4] = softmax(dense(x))\n"
	     "minimize -sum(s, sum(k, t[s, k] * log(p[s, k])))"),
	CASE("transformer block",
	     "input x[4] class[5]\ntarget t[4] class[5]\nlayer e[4, 3] = embedding(x)\n"
	     "layer q[4, 3] = dense(e)\nlayer k[4, 3] = dense(e)\nlayer v[4, 3] = dense(e)\n"
	     "layer s[a: 4, b: 4] = if b <= a then sum(d, q[a, d] * k[b, d]) else -1000\n"
	     "layer w[4, 4] = softmax(s)\nlayer o[a: 4, d: 3] = sum(b, w[a, b] * v[b, d])\n"
	     "layer r[4, 3] = layer_norm(e + o)\nlayer f[4, 3] = r + dense(gelu(dense[6](r)))\n"
	     "output p[4, 5] = softmax(dense(f))\nminimize -mean(i, sum(j, t[i, j] * log(p[i, j])))"),
	CASE("batch norm of a convolution",
	     "input x[6]\ntarget t[2]\nparam w[2, 3] = normal\n"
	     "layer c[o: 2, i: 4] = sum(k: 3, w[o, k] * x[i + k])\n"
	     "layer n[8] = relu(batch_norm(reshape(c, 8)))\noutput y[2] = dense(n)\n"
	     "minimize mse(y, t)"),
	CASE("several of everything",
	     "input x[3]\ninput u[2] scale -1 3\ninput k class[3]\ntarget t[2]\ntarget c class[3]\n"
	     "layer h[4] = tanh(dense(concat(x, u)) + embedding(k))\noutput y[2] = dense(h)\n"
	     "output p[3] = softmax(dense(h))\noutput q[4] = h^2\n"
	     "minimize 0.25 * mse(y, t) + 2 * cross_entropy(p, c) + 0.125 * mae(y, t) + sum(q)"),
	CASE("one embedding", "input x class[5]\ntarget t[2]\nlayer e[4] = embedding(x)\n"
			      "output y[2] = dense(tanh(e))\nminimize mse(y, t)"),
	CASE("blocks over leading dimensions",
	     "input x[2, 3, 4]\ntarget t[2]\nlayer h[2, 3, 5] = dropout(layer_norm(dense(x)), rate = 0.3)\n"
	     "layer p[2, 3, 5] = softmax(h)\noutput y[2] = dense(reshape(p, 30))\nminimize mse(y, t)"),
	CASE("a block of one's own over leading dimensions",
	     "block gated[o](x[i], scale = 2) {\nparam W[o, i] = normal\nparam V[o, i] = normal\n"
	     "g[o] = sigmoid(sum(i, V[o, i] * x[i]))\n"
	     "return y[o] = scale * g[o] * sum(i, W[o, i] * x[i])\n}\n"
	     "input x[3, 4]\ntarget t[2]\nlayer h[3, 2] = gated(x, 0.5)\n"
	     "output y[2] = dense(reshape(gated[3](h), 9))\nminimize mse(y, t)"),
	CASE("a loss of one's own over the weights",
	     "loss quartic(p, factor = 2) = factor * sum(p^4)\ninput x[3]\ntarget t[2]\n"
	     "layer h[4] = tanh(dense(x))\noutput y[2] = dense(h)\n"
	     "minimize mse(y, t) + 0.1 * quartic(weights) + quartic(weights, factor = 0.5)"),
	CASE("a parameter in an expression",
	     "input x[3]\ntarget t[3]\nlayer h[3] = tanh(dense(x))\n"
	     "output y[3] = dense(h, W = 2 * h.W, b = none) + h.b\nminimize mse(y, t)"),
	CASE("average pooling",
	     "input x[8]\ntarget t[2]\nlayer c[i: 4] = mean(k: 2, x[2 * i + k])\noutput y[2] = dense(c)\n"
	     "minimize mse(y, t)"),
	CASE("recurrence unrolled", "input x[3, 2]\ntarget t[2]\nlayer a[2] = tanh(dense(x[0, 0..2]))\n"
				    "layer b[2] = tanh(dense(concat(a, x[1, 0..2])))\nlayer c[2] = "
				    "tanh(dense(concat(b, x[2, 0..2]), W = b.W))\n"
				    "output y[2] = dense(c)\nminimize mse(y, t)"),
	CASE("mixture of two experts",
	     "input x[3]\ntarget t[2]\nlayer g[2] = softmax(dense(x))\nlayer a[2] = dense(x)\n"
	     "layer b[2] = tanh(dense(x))\noutput y[i: 2] = g[0] * a[i] + g[1] * b[i]\n"
	     "minimize mse(y, t)"),
	CASE("no gradient",
	     "input x[3]\ntarget t[2]\noutput y[2] = step(dense(x)) + floor(dense(x)) + dense(x)\n"
	     "minimize half_sse(y, t)"),
	CASE("loss without a row",
	     "input x[3]\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t) + 3 + sumsq(weights) / 2"),
};

const int model_case_count = sizeof model_cases / sizeof model_cases[0];
