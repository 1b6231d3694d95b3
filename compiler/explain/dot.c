/* The finished graph for Graphviz: a node for each value with its equation and the functions that compute it,
 * an arrow for each read. What was a part of a value is drawn inside of it, and the states of an optimiser in
 * the update that they serve. The forward part runs down the page and the backward part up beside it, each
 * derivative next to its value. */
#include <string.h>

#include "explain/arrange.h"
#include "explain/explanation.h"
#include "explain/letters.h"
#include "expr/prune.h"

enum { WIDTH = 46, INDENT = 4 }; /* of a label, in characters */

/* --- what is drawn ---------------------------------------------------------------------------- */

enum group { FORWARD, BACKWARD, UPDATE, GIVEN, GROUPS }; /* as phases; GIVEN: inputs, targets, parameters */

struct node {
	const struct tensor *tensor;
	enum group group;
	equations lines;     /* what its label shows */
	ARRAY(size_t) reads; /* places of other nodes, each once */
};

struct drawing {
	struct text *text;
	const struct explanation *explanation;
	struct tensor_map entries;  /* tensor → its entry */
	struct tensor_map computed; /* those with an equation */
	struct tensor_map readers;  /* tensor → the left side of its only reader, or itself */
	struct tensor_map values;   /* tensor → 1 + place of its node */
	struct tensor_map updates;  /* parameter or statistic → 1 + place of the node of its update */
	ARRAY(struct node) nodes;
};

static bool is_part(const struct drawing *d, const struct tensor *tensor)
{
	return tensor->role == TENSOR_TEMPORARY && tensor->of && !tensor_map_get(&d->entries, tensor);
}

/* A part stands inside of the value that it was taken from, or of the one that reads it. */
static const struct tensor *whole_of(const struct drawing *d, const struct tensor *tensor)
{
	const struct tensor *whole = tensor;
	while (is_part(d, whole))
		whole = whole->of;
	if (tensor_map_get(&d->computed, whole))
		return whole;
	const struct tensor *reader = is_part(d, tensor) ? tensor_map_get(&d->readers, tensor) : NULL;
	return reader && reader != tensor && reader->role != TENSOR_NEXT ? whole_of(d, reader) : tensor;
}

static size_t node_of(struct drawing *d, const struct tensor *tensor, enum group group)
{
	const struct tensor *updated = updated_by(tensor);
	const struct tensor *key = updated ? updated : whole_of(d, tensor);
	struct tensor_map *places = updated ? &d->updates : &d->values;
	uintptr_t place = (uintptr_t)tensor_map_get(places, key);
	if (place > 0)
		return place - 1;
	array_push(d->text->arena, &d->nodes, ((struct node){.tensor = key, .group = group}));
	tensor_map_set(places, key, (const void *)(uintptr_t)d->nodes.count);
	return d->nodes.count - 1;
}

struct reading {
	struct drawing *drawing;
	size_t reader;
};

static void add_read(void *context, const struct expr *read)
{
	const struct reading *reading = context;
	struct drawing *d = reading->drawing;
	size_t from = node_of(d, read->tensor, GIVEN);
	struct node *reader = &d->nodes.items[reading->reader];
	bool known = from == reading->reader;
	for (size_t k = 0; k < reader->reads.count; k++)
		known |= reader->reads.items[k] == from;
	if (!known)
		array_push(d->text->arena, &reader->reads, from);
}

struct counting {
	struct drawing *drawing;
	const struct tensor *left;
};

static void note_reader(void *context, const struct expr *read)
{
	const struct counting *counting = context;
	struct tensor_map *readers = &counting->drawing->readers;
	const struct tensor *known = tensor_map_get(readers, read->tensor);
	/* itself stands for several */
	tensor_map_set(readers, read->tensor,
	               known && known != counting->left ? read->tensor : counting->left);
}

static struct drawing drawing_new(struct text *text, const struct explanation *explanation)
{
	struct arena *arena = text->arena;
	struct drawing d = {.text = text,
	                    .explanation = explanation,
	                    .entries = {.arena = arena},
	                    .computed = {.arena = arena},
	                    .readers = {.arena = arena},
	                    .values = {.arena = arena},
	                    .updates = {.arena = arena}};
	const struct graph *graph = &explanation->graph;
	for (int s = 0; s < EXPLAIN_SECTIONS; s++)
		for (size_t k = 0; k < explanation->sections[s].entries.count; k++) {
			const struct entry *entry = &explanation->sections[s].entries.items[k];
			tensor_map_set(&d.entries, entry->left, entry);
		}
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation *equation = &graph->equations.items[k];
		tensor_map_set(&d.computed, equation->left, "computed");
		struct counting counting = {&d, equation->left};
		if (equation->right)
			visit_reads(arena, equation->right, note_reader, &counting);
	}
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct equation *equation = &graph->equations.items[k];
		const struct tensor *whole = whole_of(&d, equation->left);
		size_t place = node_of(&d, equation->left, (enum group)equation->phase);
		if (whole == equation->left) {
			struct node *node = &d.nodes.items[place];
			node->group = (enum group)equation->phase;
			array_push(arena, &node->lines, *equation);
		}
		struct reading reading = {&d, place};
		if (equation->right)
			visit_reads(arena, equation->right, add_read, &reading);
	}
	return d;
}

/* --- labels ----------------------------------------------------------------------------------- */

static void add_quoted(struct text *text, const char *bytes, size_t length)
{
	for (size_t k = 0; k < length; k++) {
		if (bytes[k] == '"' || bytes[k] == '\\')
			text_add(text, "\\");
		text_bytes(text, bytes + k, 1);
	}
}

/* Up to the next blank outside of brackets. */
static size_t word_length(const char *word)
{
	int open = 0;
	size_t length = 0;
	for (; word[length] && (word[length] != ' ' || open > 0); length++)
		open += (word[length] == '[') - (word[length] == ']');
	return length;
}

/* A paragraph of a label, flush left, broken between words. */
static void add_paragraph(struct text *text, const char *line)
{
	size_t at = 0;
	for (const char *word = line; *word;) {
		size_t length = word_length(word);
		if (word > line && at + 1 + length > WIDTH) {
			text_printf(text, "\\l%*s", INDENT, "");
			at = INDENT;
		} else if (word > line) {
			text_add(text, " ");
			at++;
		}
		add_quoted(text, word, length);
		at += length;
		word += length;
		word += *word == ' ';
	}
	text_add(text, "\\l");
}

static void add_left(struct text *line, const struct tensor *left)
{
	struct printer printer = printer_new(line, left);
	text_add(line, left->name);
	for (int k = 0; k < left->rank; k++)
		text_printf(line, "%s%s", k == 0 ? "[" : ", ", printer.letters[k]);
	text_add(line, left->rank > 0 ? "] = " : " = ");
}

/* What a derivative is of, where nothing else shows it. */
static void add_part(const struct drawing *d, const struct entry *entry)
{
	struct text line = text_new(d->text->arena);
	if (!entry || !entry->part)
		return;
	text_add(&line, "where ");
	add_left(&line, entry->part);
	struct printer printer = printer_of(&line, entry->part, entry->part_right);
	printer_expr(&printer, entry->part_right);
	add_paragraph(d->text, text_string(&line));
}

/* With its equation whole, as the derivation ends. */
static void add_equation(const struct drawing *d, const struct equation *equation)
{
	struct text line = text_new(d->text->arena);
	const struct entry *entry = tensor_map_get(&d->entries, equation->left);
	const struct expr *right = equation->right;
	if (entry && entry->forms.count > 0)
		right = entry->forms.items[entry->forms.count - 1].right;
	add_left(&line, equation->left);
	if (right) {
		struct printer printer = printer_of(&line, equation->left, right);
		printer_expr(&printer, right);
	} else {
		text_add(&line, "given numbers");
	}
	add_paragraph(d->text, text_string(&line));
	add_part(d, entry);
}

static void add_functions(const struct drawing *d, const struct node *node)
{
	struct text line = text_new(d->text->arena);
	for (size_t k = 0; k < node->lines.count; k++) {
		const struct entry *entry = tensor_map_get(&d->entries, node->lines.items[k].left);
		for (size_t f = 0; entry && f < entry->functions.count; f++)
			if (!strstr(text_string(&line), entry->functions.items[f]))
				text_printf(&line, "%s%s", line.length > 0 ? ", " : "in ",
				            entry->functions.items[f]);
	}
	if (line.length > 0)
		add_paragraph(d->text, text_string(&line));
}

static void add_given(const struct drawing *d, const struct tensor *tensor)
{
	struct text line = text_new(d->text->arena);
	text_add(&line, tensor->name);
	for (int k = 0; k < tensor->rank; k++) {
		text_add(&line, k == 0 ? "[" : ", ");
		if (tensor->extents[k] == EXTENT_ROWS)
			text_add(&line, "rows");
		else
			text_printf(&line, "%lld", (long long)tensor->extents[k]);
	}
	text_add(&line, tensor->rank > 0 ? "]" : "");
	add_paragraph(d->text, text_string(&line));
}

/* --- the file --------------------------------------------------------------------------------- */

static const char *style_of(const struct node *node)
{
	static const char *const styles[] = {
		[TENSOR_INPUT] = "shape=parallelogram, fillcolor=\"#d6e6f5\"",
		[TENSOR_TARGET] = "shape=parallelogram, fillcolor=\"#d6e6f5\"",
		[TENSOR_PARAMETER] = "shape=cylinder, fillcolor=\"#f6e9c9\"",
		[TENSOR_STATISTIC] = "shape=cylinder, fillcolor=\"#eeeeee\"",
		[TENSOR_STATE] = "shape=cylinder, fillcolor=\"#eeeeee\"",
		[TENSOR_LAYER] = "shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\"",
		[TENSOR_OUTPUT] = "shape=box, style=\"rounded,filled,bold\", fillcolor=\"#dcefd6\"",
		[TENSOR_LOSS] = "shape=octagon, fillcolor=\"#f6d5d3\"",
		[TENSOR_ADJOINT] = "shape=box, fillcolor=\"#ece2f3\"",
		[TENSOR_TEMPORARY] = "shape=box, style=\"filled,dashed\", fillcolor=\"#ffffff\"",
		[TENSOR_SCHEDULE] = "shape=note, fillcolor=\"#eeeeee\"",
		[TENSOR_NEXT] = "shape=box3d, fillcolor=\"#f6e9c9\"",
	};
	bool updates = node->lines.count > 0 && node->lines.items[0].left->role == TENSOR_NEXT;
	return styles[updates ? TENSOR_NEXT : node->tensor->role];
}

static void add_node(const struct drawing *d, size_t place)
{
	const struct node *node = &d->nodes.items[place];
	text_printf(d->text, "\t\tv%zu [%s, label=\"", place, style_of(node));
	if (node->lines.count == 0)
		add_given(d, node->tensor);
	for (size_t k = 0; k < node->lines.count; k++)
		add_equation(d, &node->lines.items[k]);
	add_functions(d, node);
	text_add(d->text, "\"];\n");
}

static void add_group(const struct drawing *d, enum group group)
{
	static const char *const names[GROUPS] = {"forward", "backward", "update", NULL};
	bool any = false;
	for (size_t k = 0; k < d->nodes.count; k++) {
		if (d->nodes.items[k].group != group)
			continue;
		if (!any && names[group])
			text_printf(d->text, "\tsubgraph cluster_%s {\n\t\tlabel=\"%s\";\n", names[group],
			            d->explanation->sections[group].title);
		any = true;
		add_node(d, k);
	}
	text_add(d->text, any && names[group] ? "\t}\n" : "");
}

/* An arrow from what is read to its reader. Those inside of the backward part count upward; those that cross
 * over to it, or that bring a parameter to its update, have no say in who stands above whom. */
static void add_edge(const struct drawing *d, size_t from, size_t to)
{
	enum group first = d->nodes.items[from].group, second = d->nodes.items[to].group;
	if (d->nodes.items[from].tensor->role == TENSOR_SCHEDULE) /* every update reads the same few */
		text_printf(d->text, "\tv%zu -> v%zu [constraint=false, style=dashed, color=\"#cccccc\"];\n",
		            from, to);
	else if (first == BACKWARD && second == BACKWARD)
		text_printf(d->text, "\tv%zu -> v%zu [dir=back];\n", to, from);
	else if (second == FORWARD)
		text_printf(d->text, "\tv%zu -> v%zu;\n", from, to);
	else if (first == BACKWARD && second == UPDATE)
		text_printf(d->text, "\tv%zu -> v%zu [minlen=0];\n", from, to);
	else
		text_printf(d->text, "\tv%zu -> v%zu [constraint=false, color=\"#999999\"];\n", from, to);
}

/* Beside its value, or beside the parameter. */
static void add_place(const struct drawing *d, size_t place)
{
	const struct node *node = &d->nodes.items[place];
	if (node->group != BACKWARD || node->tensor->role != TENSOR_ADJOINT || !node->tensor->of)
		return;
	uintptr_t value = (uintptr_t)tensor_map_get(&d->values, node->tensor->of);
	if (value > 0)
		text_printf(d->text, "\t{ rank=same; v%zu -> v%zu [style=invis]; }\n", (size_t)value - 1,
		            place);
}

void explain_dot(struct text *text, const struct explanation *explanation)
{
	struct drawing d = drawing_new(text, explanation);
	text_printf(text, "// The graph of %s, for Graphviz: dot -Tsvg\n", explanation->model);
	text_printf(text, "digraph \"%s\" {\n", explanation->model);
	text_add(text, "\tgraph [fontname=\"Helvetica\", newrank=true, ranksep=0.35, nodesep=0.3, "
	               "color=\"#bbbbbb\"];\n"
	               "\tnode [fontname=\"Helvetica\", fontsize=11, style=filled, margin=\"0.12,0.06\"];\n"
	               "\tedge [color=\"#444444\", arrowsize=0.7];\n");
	/* those outside of the boxes first: then the boxes stand in their order from left to right */
	add_group(&d, GIVEN);
	for (int group = 0; group < GIVEN; group++)
		add_group(&d, (enum group)group);
	for (size_t k = 0; k < d.nodes.count; k++)
		add_place(&d, k);
	for (size_t to = 0; to < d.nodes.count; to++)
		for (size_t k = 0; k < d.nodes.items[to].reads.count; k++)
			add_edge(&d, d.nodes.items[to].reads.items[k], to);
	text_add(text, "}\n");
}
