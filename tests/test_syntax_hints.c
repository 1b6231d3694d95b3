/* What is said about habits from other languages, and about statements that lack a part: verbatim. */
#include <criterion/criterion.h>

#include "model_fixture.h"

static const struct {
	const char *text, *messages;
} CASES[] = {
	{"param W[2, 2]\n",
	 "1:13: error[syntax]: expected `=` after `]`\n"
	 "help: a parameter needs an initial value, as in `param W[2, 2] = glorot_uniform`\n"},
	{"param W[1,\n2]\n",
	 "2:2: error[syntax]: expected `=` after `]`\n"
	 "help: a parameter needs an initial value, as in `… = glorot_uniform`\n"},
	{"loss mse(y, t)\n",
	 "1:14: error[syntax]: expected `=` after `)`\n"
	 "help: `loss` defines one; training lowers that of a line `minimize mse(y, t)`\n"},
	{"block f(x[i]) {\n    return x * 2\n}\n",
	 "2:14: error[syntax]: expected `=` or `[` after `x`\n"
	 "help: what is returned has a name: `return y[i] = …`\n"},
	{"block f(x[i]) {\n    return 2 * x\n}\n",
	 "2:12: error[syntax]: expected a name, `=` or `[` after `return`\n"
	 "help: what is returned has a name: `return y[i] = …`\n"},
	{"optimizer f() {\n    v -= gradient\n}\n",
	 "2:7: error[syntax]: expected `=` or `[` after `v`\n"
	 "help: there is no `-=`: write `v = v - …`\n"},
	{"optimizer f() {\n    v *= gradient\n}\n",
	 "2:7: error[syntax]: expected `=` or `[` after `v`\n"
	 "help: there is no `*=`: write `v = v * …`\n"},
	{"layer h 1=2\n",
	 "1:9: error[syntax]: expected `=` or `[` after `h`\n"},
	{"layer h class=2\n",
	 "1:9: error[syntax]: expected `=` or `[` after `h`\n"},
	{"layer v[3] = f(x, dense_2.W = u.W)\n",
	 "1:29: error[syntax]: expected an operator, `,` or `)` after `W`\n"
	 "help: a call names parameters of its own block only, without a dot: `W = …`\n"},
	{"layer v = f(x, 2 = 3)\n",
	 "1:18: error[syntax]: expected an operator, `,` or `)` after `2`\n"
	 "help: equality is written `==`\n"},
	{"layer v = 1 if x > 0 else 2\n",
	 "1:13: error[syntax]: expected an operator or the end of the line after `1`\n"
	 "help: a choice is written `if c then a else b`\n"},
	{"layer v = x > 0 ? 1\n",
	 "1:17: error[syntax]: `?` has no meaning here\n"
	 "help: a choice is written `if c then a else b`\n"},
	{"layer v = W @ x\n",
	 "1:13: error[syntax]: `@` has no meaning here\n"
	 "help: a product of matrices is written with its index, as in `sum(i, W[o, i] * x[i])`\n"},
	{"train { optimizer = \"adam\" }\n",
	 "1:21: error[syntax]: expected an expression after `=`\n"
	 "help: a name stands without quotes: `adam`\n"},
	{"train { optimizer = 'adam' }\n",
	 "1:21: error[syntax]: `'adam'` has no meaning here\n"
	 "help: a name stands without quotes, the file of a `use` in double ones\n"},
	{"layer v = dense(16)(x)\n",
	 "1:11: error[syntax]: only a name can be called, as in `f(x)` or `f[8](x)`\n"
	 "help: a size stands in brackets: `dense[16](…)`\n"},
	{"layer v = dense(units = 16)(x)\n",
	 "1:11: error[syntax]: only a name can be called, as in `f(x)` or `f[8](x)`\n"
	 "help: a size stands in brackets: `dense[16](…)`\n"},
	{"layer v = 2(x + 1)\n",
	 "1:11: error[syntax]: only a name can be called, as in `f(x)` or `f[8](x)`\n"
	 "help: a product is written with `*`\n"},
	{"layer v = f(x)(x)\n",
	 "1:11: error[syntax]: only a name can be called, as in `f(x)` or `f[8](x)`\n"
	 "help: a product is written with `*`\n"},
};

Test(syntax_hints, messages)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct resolved resolved = resolve_text(CASES[i].text);
		cr_expect_str_eq(resolved.messages, CASES[i].messages, "%s\nsays\n%s\nnot\n%s", CASES[i].text,
		                 resolved.messages, CASES[i].messages);
		arena_free(resolved.arena);
	}
}
