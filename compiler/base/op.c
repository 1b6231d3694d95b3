/* The rows of ops.def as a table, and look-ups by name. */
#include "base/op.h"

#include <string.h>

const struct op_info op_table[OP_COUNT] = {
#define OPERATOR(id_, ...) [OP_##id_] = {.id = #id_, __VA_ARGS__},
#include "base/ops.def"
#undef OPERATOR
};

enum op op_function(const char *name, int arity)
{
	for (enum op op = 0; op < OP_SUM; op++)
		if (op_table[op].arity == arity && op_table[op].c && !op_table[op].internal &&
		    strcmp(op_table[op].name, name) == 0)
			return op;
	return arity == 1 && strcmp(name, "constant") == 0 ? OP_CONSTANT : OP_COUNT;
}

enum op op_of_formula(const char *name, int arity)
{
	for (enum op op = 0; op < OP_SUM; op++)
		if (op_table[op].arity == arity && op_table[op].internal && strcmp(op_table[op].name, name) == 0)
			return op;
	return op_function(name, arity);
}

enum op op_reduction(const char *name)
{
	for (enum op op = OP_SUM; op <= OP_ARGMAX; op++)
		if (op_table[op].name[0] == name[0] && strcmp(op_table[op].name, name) == 0)
			return op;
	return OP_COUNT;
}
