/* What is said about reads and reductions that make no sense, and those that are in range. */
#include "misuse_fixture.h"

/* Positions, slices, and conditions that do not keep them in range. */
Test(model_reads, reads)
{
	static const struct bad rows[] = {
	        {"layer h[i: 4] = x[i + 1]",
	         "3:19: error[out-of-range]: this reads positions 1 to 4, but there are only 0 to 3\n"
	         "help: guard the read by an `if` on the indices\n"},
	        {"layer h[i: 4] = x[i + i]",
	         "3:19: error[out-of-range]: this reads positions 0 to 6, but there are only 0 to 3\n"
	         "help: guard the read by an `if` on the indices\n"},
	        {"layer h[i: 2] = x[0.5 * i]",
	         "3:19: error[not-linear]: a position must be a whole number\n"},
	        {"layer h[i: 2] = x[exp(i)]",
	         "3:19: error[not-linear]: a position must be a sum of indices and whole numbers, such as "
	         "`i`, `2 * i + k` or `7 - i`\n"},
	        {"layer h[i: 2] = x[i * i]",
	         "3:19: error[not-linear]: a position must be a sum of indices and whole numbers, such as "
	         "`i`, `2 * i + k` or `7 - i`\n"},
	        {"layer h[i: 4] = if i != 2 then x[i + 1] else 0",
	         "3:34: error[out-of-range]: this reads position 4, but there are only 0 to 3\n"
	         "3:20: note: this condition does not keep it in range\n"},
	        {"layer h[i: 4] = if not (i == 2) then x[i + 1] else 0",
	         "3:40: error[out-of-range]: this reads position 4, but there are only 0 to 3\n"
	         "3:20: note: this condition does not keep it in range\n"},
	        {"layer h[i: 4] = if x[i] > 0 then x[i + 1] else 0",
	         "3:36: error[out-of-range]: this reads positions 1 to 4, but there are only 0 to 3\n"
	         "help: guard the read by an `if` on the indices\n"},
	        {"layer h[i: 4] = if i < 3 or x[0] > 0 then x[i + 1] else 0",
	         "3:45: error[out-of-range]: this reads position 4, but there are only 0 to 3\n"
	         "3:20: note: this condition does not keep it in range\n"},
	        {"layer h[i: 4] = if tanh(i) < 3 then x[i + 1] else 0",
	         "3:39: error[out-of-range]: this reads position 4, but there are only 0 to 3\n"
	         "3:20: note: this condition does not keep it in range\n"},
	        {"layer h = x[3..1]",
	         "3:13: error[empty-slice]: this slice is empty: the end is not an element of it\n"},
	        {"layer h = x[-1..2]",
	         "3:13: error[not-an-extent]: a whole number from 0 to 2147483647 is needed here\n"},
	        {"layer h = x[0..9]",
	         "3:13: error[out-of-range]: this takes elements 0 to 8, but there are only 0 to 3\n"
	         "2:9: note: 4 comes from here\n"},
	        {"layer h = x[0..x[0]]",
	         "3:16: error[not-a-constant]: a number that is known when the model is compiled is needed "
	         "here\n"},
	        {"layer h = x[0..nosuch]", "3:16: error[unknown-name]: `nosuch` is not known here\n"},
	        {"layer h = reshape(x, 2, 2)[0, 5]",
	         "3:31: error[out-of-range]: this reads position 5, but there are only 0 to 1\n"},
	        {"layer h[i: 2] = x[i, i]",
	         "3:17: error[index-count]: this has shape [4] and needs 1 index, but 2 are given\n"},
	};
	CHECK(rows);
}

/* Reductions. */
Test(model_reads, reductions)
{
	static const struct bad rows[] = {
	        {"layer h = sum(i: 4)",
	         "3:11: error[argument-count]: `sum` takes one value, or an index and a scalar\n"
	         "help: over one dimension of several it is written with an index, as in `sum(j, x[i, "
	         "j])`\n"},
	        {"layer h = sum(i: 4, x)",
	         "3:21: error[not-a-scalar]: what `sum` reduces must be a scalar, but this has shape [4]\n"},
	        {"layer h = sum(i: 4, x[i], 2)",
	         "3:11: error[argument-count]: `sum` takes one value, or an index and a scalar\n"
	         "help: over one dimension of several it is written with an index, as in `sum(j, x[i, "
	         "j])`\n"},
	        {"layer h = sum(3, x[0])",
	         "3:15: error[argument-count]: `sum` takes one value, or an index and a scalar\n"},
	        {"layer h = sum(a = 3, x[0])",
	         "3:15: error[argument-count]: `sum` takes one value, or an index and a scalar\n"},
	        {"layer h = sum(i: nosuch, x[0])", "3:18: error[unknown-name]: `nosuch` is not known here\n"},
	        {"layer h = sum(i, x[0])",
	         "3:15: error[unknown-size]: nothing says how many elements `i` runs over\n"
	         "help: write it with its extent, as in `i: 8`\n"},
	        {"layer h = sum(j, reshape(x, 2, 2))",
	         "3:18: error[not-a-scalar]: what `sum` reduces must be a scalar, but this has shape [2, "
	         "2]\n"},
	        {"layer h = argmax(reshape(x, 2, 2))", "3:11: error[argmax-rank]: `argmax` of all elements "
	                                               "needs one dimension, but this has shape [2, 2]\n"},
	        {"layer h = argmax(x, x)", "3:18: error[index-has-value]: `x` is a value here, so it cannot "
	                                   "be the index of `argmax`\n"},
	        {"layer h = max(3)",
	         "3:15: error[nothing-to-reduce]: `max` of one argument reduces a tensor, but this is a "
	         "scalar\n"},
	};
	CHECK(rows);
}

/* Conditions on the indices that keep a read in range, and positions that are in range by themselves. */
Test(model_reads, reads_in_range)
{
	static const char *const lines[] = {
	        "layer h[i: 4] = if i != 3 then x[i + 1] else 0",
	        "layer h[i: 4] = if not (i == 3) then x[i + 1] else 0",
	        "layer h[i: 4] = if i == 3 or i == 4 then 0 else x[i + 1]",
	        "layer h[i: 4] = if i < 1 or i > 2 then 0 else x[i + 1]",
	        "layer h[i: 4] = if i * i < 9 then x[i + 1] else 0",
	        "layer h[i: 4] = if i < 3 and x[0] > 0 then x[i + 1] else 0",
	        "layer h[i: 4] = if -i > -3 then x[i + 1] else 0",
	        "layer h[i: 4] = if i / 2 < 1.5 then x[i + 1] else 0",
	        "layer h[i: 4] = if i <= 2 then x[i + 1] else 0",
	        "layer h[i: 4] = if i >= 1 then x[i - 1] else 0",
	        "layer h[i: 2] = x[i + i]",
	        "layer h[i: 2] = x[i * 2 + 1]",
	        "layer h[i: 2] = x[2 * i + 1]",
	        "layer h[i: 2] = x[1 - i]",
	        "layer h[i: 4, j: 4, k: 4] = if i + j + k < 3 then x[i + j + k] else 0",
	        "layer h[i: 4, j: 4, k: 4, l: 4] = if i + j + k + l < 3 then x[i + j + k + l] else 0",
	        "layer h[i: 4, j: 4, k: 4, l: 4, m: 2] = if i + j + k + l + m < 3 then x[i + j + k + l + m] "
	        "else 0",
	        "layer h[i: 400, j: 400] = if i + j < 3 then x[i + j] else 0",
	        "layer h[i: 4, j: 4] = if i > 1 then (if j < 1 then x[i + j] else 0) else x[i]",
	        "layer h[i: 4] = if i == 0 or (i > 1 and i < 3) then x[i + 1] else 0",
	        "layer h[i: 4] = if i - 3 < 0 then x[i + 1] else 0",
	};
	for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
		struct resolved resolved = resolve_line(lines[k]);
		cr_expect(resolved.model && !*resolved.messages, "%s\n%s", lines[k], resolved.messages);
		arena_free(resolved.arena);
	}
}
