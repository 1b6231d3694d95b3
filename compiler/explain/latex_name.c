/* Names and numbers: `hidden.W` is W with the layer above it, other long names stand upright. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explain/latex_expr.h"
#include "explain/letters.h"

void latex_escaped(struct text *text, const char *string)
{
	static const struct {
		char character;
		const char *latex;
	} specials[] = {
		{'\\', "\\textbackslash{}"}, {'^', "\\textasciicircum{}"}, {'~', "\\textasciitilde{}"},
		{'<', "\\textless{}"}, {'>', "\\textgreater{}"}, {'|', "\\textbar{}"}, {'#', "\\#"},
		{'$', "\\$"}, {'%', "\\%"}, {'&', "\\&"}, {'_', "\\_"}, {'{', "\\{"}, {'}', "\\}"},
	};
	for (const char *at = string; *at; at++) {
		size_t k = 0;
		while (k < sizeof specials / sizeof *specials && specials[k].character != *at)
			k++;
		if (k < sizeof specials / sizeof *specials)
			text_add(text, specials[k].latex);
		else if ((unsigned char)*at < 0x80)
			text_bytes(text, at, 1);
		else if (((unsigned char)*at & 0xc0) == 0xc0) /* its fonts have but a few of these */
			text_add(text, "?");
	}
}

/* L, N and e are the loss, the rows and Euler's number. */
static void add_word(struct text *text, const char *name, size_t length)
{
	struct text word = text_new(text->arena);
	text_bytes(&word, name, length);
	if (length == 1 && isalpha((unsigned char)*name) && !strchr("LNe", *name)) {
		text_add(text, text_string(&word));
		return;
	}
	text_add(text, "\\mathrm{");
	latex_escaped(text, text_string(&word));
	text_add(text, "}");
}

void latex_letter(struct text *text, const char *letter)
{
	size_t letters = strcspn(letter, "0123456789");
	add_word(text, letter, letters > 0 ? letters : strlen(letter));
	if (letters > 0 && letter[letters])
		text_printf(text, "_{%s}", letter + letters);
}

bool latex_is_partial(const struct tensor *tensor)
{
	return tensor->role == TENSOR_ADJOINT && tensor->of && tensor->of->role == TENSOR_PARAMETER;
}

static bool belongs_to_layer(const struct tensor *tensor)
{
	bool kept = tensor->role == TENSOR_PARAMETER || tensor->role == TENSOR_STATISTIC ||
	            tensor->role == TENSOR_STATE;
	return kept && strchr(tensor->name, '.');
}

bool latex_has_superscript(const struct tensor *tensor)
{
	if (tensor->role == TENSOR_NEXT)
		return true;
	return tensor->role == TENSOR_ADJOINT || belongs_to_layer(tensor);
}

static void add_owned(struct text *text, const char *name, const char *prime)
{
	const char *dot = strrchr(name, '.');
	const char *own = dot ? dot + 1 : name;
	add_word(text, own, strlen(own));
	text_add(text, prime);
	if (!dot)
		return;
	text_add(text, "^{(");
	add_word(text, name, (size_t)(dot - name));
	text_add(text, ")}");
}

void latex_symbol(struct text *text, const struct tensor *tensor)
{
	if (tensor->role == TENSOR_LOSS) {
		text_add(text, "L");
	} else if (tensor->role == TENSOR_ADJOINT && tensor->of) {
		text_add(text, "\\delta^{(");
		add_word(text, tensor->of->name, strlen(tensor->of->name));
		text_add(text, ")}");
	} else if (tensor->role == TENSOR_NEXT) {
		add_owned(text, tensor->stored_in->name, "'");
	} else if (belongs_to_layer(tensor)) {
		add_owned(text, tensor->name, "");
	} else {
		add_word(text, tensor->name, strlen(tensor->name));
	}
}

void latex_number(struct text *text, double number)
{
	struct text digits = text_new(text->arena);
	if (!isfinite(number)) {
		text_add(text, isnan(number) ? "\\mathrm{nan}" : number < 0 ? "-\\infty" : "\\infty");
		return;
	}
	if (number == floor(number) && fabs(number) < 1e7)
		text_printf(&digits, "%.0f", number);
	else
		text_double(&digits, rounded_number(number, EXPLAIN_DIGITS));
	const char *exponent = strchr(text_string(&digits), 'e');
	if (!exponent) {
		text_add(text, text_string(&digits));
		return;
	}
	size_t length = (size_t)(exponent - text_string(&digits));
	bool one = length == 1 && *text_string(&digits) == '1';
	if (!one) {
		text_bytes(text, text_string(&digits), length);
		text_add(text, " \\cdot ");
	}
	text_printf(text, "10^{%ld}", strtol(exponent + 1, NULL, 10));
}
