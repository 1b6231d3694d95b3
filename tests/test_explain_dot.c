/* The graph for Graphviz: its form on all models, what stands in it for one, and what dot says where it is
 * there. */
#include "explain_fixture.h"

enum { MOST_NODES = 512 };

struct drawn {
	int nodes, edges, clusters;
	bool declared[MOST_NODES];
};

/* Behind the quotation mark that closes the string which begins at `at`; NULL: nothing closes it. */
static const char *behind_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		at += *at == '\\' && at[1];
	return *at ? at + 1 : NULL;
}

/* Quotation marks in pairs on each line, braces in pairs outside of them. */
static void check_quotes(const char *path, const char *text)
{
	int braces = 0;
	for (const char *at = text; *at; at++) {
		if (*at == '"') {
			const char *end = behind_string(at), *line = at + strcspn(at, "\n");
			cr_assert(end && end <= line && strchr(",] ;{", *end), "%s: %.60s", path, at);
			at = end - 1;
			continue;
		}
		braces += (*at == '{') - (*at == '}');
		cr_assert_geq(braces, 0, "%s: %.60s", path, at);
	}
	cr_expect_eq(braces, 0, "%s", path);
}

static void check_line(struct drawn *drawn, const char *path, const char *line)
{
	int from, to, at = 0;
	line += strspn(line, "\t");
	line += strncmp(line, "{ rank=same; ", 13) == 0 ? 13 : 0;
	drawn->clusters += strncmp(line, "subgraph cluster_", 17) == 0;
	if (sscanf(line, "v%d -> v%d%n", &from, &to, &at) == 2) {
		cr_expect(from < MOST_NODES && to < MOST_NODES && drawn->declared[from] &&
		                  drawn->declared[to] && from != to,
		          "%s: %.60s", path, line);
		drawn->edges += strncmp(line + at, " [style=invis", 13) != 0;
	} else if (sscanf(line, "v%d [shape=%n", &from, &at) == 1 && at > 0) {
		cr_assert_lt(from, MOST_NODES);
		cr_expect_not(drawn->declared[from], "%s: %.60s", path, line);
		drawn->declared[from] = true;
		drawn->nodes++;
	}
}

/* Nodes stand before the edges. */
static struct drawn check_form(const char *path, const char *text)
{
	struct drawn drawn = {0};
	check_quotes(path, text);
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		check_line(&drawn, path, line);
	return drawn;
}

/* The number of the node whose label begins like this; -1: there is none. */
static int node_labelled(const char *text, const char *label)
{
	struct text wanted = text_new(arena_new());
	text_printf(&wanted, "label=\"%s", label);
	const char *at = strstr(text, text_string(&wanted));
	int number = -1;
	while (at && at > text && at[-1] != '\n')
		at--;
	if (at)
		sscanf(at, "%*[\t]v%d", &number);
	arena_free(wanted.arena);
	return number;
}

static void expect_edge(const char *text, const char *from, const char *to)
{
	char forward[64], back[64];
	int a = node_labelled(text, from), b = node_labelled(text, to);
	cr_assert(a >= 0 && b >= 0, "%s -> %s: %d, %d in\n%s", from, to, a, b, text);
	snprintf(forward, sizeof forward, "\tv%d -> v%d", a, b);
	snprintf(back, sizeof back, "\tv%d -> v%d [dir=back]", b, a);
	cr_expect(strstr(text, forward) || strstr(text, back), "no %s -> %s in\n%s", from, to, text);
}

Test(explain_dot, xor_step)
{
	static const char *const edges[][2] = {
		{"x[rows, 2]", "h.dense["}, {"h.W[2, 2]", "h.dense["}, {"h.dense[", "h["},
		{"h[", "y.dense["},         {"y.dense[", "y["},        {"y[", "loss"},
		{"t[rows, 1]", "loss"},     {"y[", "d_y.dense["},      {"t[rows, 1]", "d_y.dense["},
		{"d_y.dense[", "d_h["},     {"y.W[1, 2]", "d_h["},     {"d_h[", "d_h.dense["},
		{"d_h.dense[", "d_h.W["},   {"x[rows, 2]", "d_h.W["},  {"d_h.dense[", "d_h.b["},
		{"d_h.W[", "new.h.W["},     {"h.W[2, 2]", "new.h.W["},
	};
	struct derivation d;
	derive(&d, "models/worked/xor_step.mlp", explain_dot);
	struct drawn drawn = check_form("xor_step", d.text);
	for (size_t k = 0; k < sizeof edges / sizeof *edges; k++)
		expect_edge(d.text, edges[k][0], edges[k][1]);
	/* 2 given values, 4 parameters; 5 values; 3 adjoints of values and 4 of parameters; 4 updates */
	cr_expect_eq(drawn.nodes, 2 + 4 + 5 + 3 + 4 + 4);
	cr_expect_eq(drawn.clusters, EXPLAIN_SECTIONS);
	cr_expect(strstr(d.text, "label=\"d_h.b[o] = sum(n, d_h.dense[n, o])\\lin backward_h_b\\l\""), "%s",
	          d.text);
	cr_expect(strstr(d.text, "label=\"new.y.b[o] = y.b[o] - 0.5 * d_y.b[o]\\lin update_y_b\\l\""), "%s",
	          d.text);
	arena_free(d.arena);
}

/* What an optimiser keeps is part of the update that it serves. */
Test(explain_dot, states_are_folded)
{
	struct derivation d;
	derive(&d, "models/iris.mlp", explain_dot);
	cr_expect_eq(node_labelled(d.text, "hidden.W.m"), -1);
	int update = node_labelled(d.text, "new.hidden.W.m[o, i] = ");
	cr_assert_geq(update, 0);
	char start[32];
	snprintf(start, sizeof start, "\t\tv%d [shape=box3d", update);
	const char *label = strstr(d.text, start);
	cr_assert(label);
	const char *end = label + strcspn(label, "\n");
	const char *value = strstr(label, "\\lnew.hidden.W.v[o, i] = "),
	           *weight = strstr(label, "\\lnew.hidden.W[o, i] = ");
	cr_expect(value && value < end && weight && weight < end, "%.400s", label);
	arena_free(d.arena);
}

/* Light arrows, which have no say in the layout, from the two schedules to each of four updates. */
Test(explain_dot, schedules_are_connected)
{
	struct derivation d;
	derive(&d, "models/iris.mlp", explain_dot);
	expect_edge(d.text, "schedule = ", "new.hidden.W.m[o, i] = ");
	expect_edge(d.text, "schedule_2 = ", "new.probability.b.m[o] = ");
	int count = 0;
	for (const char *at = d.text; (at = strstr(at, " [constraint=false, style=dashed,")); at++)
		count++;
	cr_expect_eq(count, 2 * 4);
	cr_expect(strstr(d.text, " + 0.1\\l    * d_hidden.b[o]\\l"), "%s", d.text);
	arena_free(d.arena);
}

Test(explain_dot, adjoints_of_parts)
{
	struct derivation d;
	derive(&d, "models/custom/attention.mlp", explain_dot);
	cr_expect(strstr(d.text, "\\lwhere each.layer_norm.mean.sum[n, n1] = sum(j,\\l    "
	                         "mixed[n, n1, j])\\lin backward_each_layer_norm_mean_sum\\l"),
	          "%s", d.text);
	arena_free(d.arena);
}

/* A label or an edge for all that the graph has: each equation's left side, or the value that it is a part
 * of. */
static void check_completeness(const char *path, const struct derivation *d)
{
	const struct graph *graph = &d->explanation.graph;
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct tensor *left = graph->equations.items[k].left;
		struct text wanted = text_new(d->arena);
		text_printf(&wanted, "%s%s", left->name, left->rank > 0 ? "[" : " = ");
		if (left->role != TENSOR_TEMPORARY)
			cr_expect(strstr(d->text, text_string(&wanted)), "%s: no %s", path, left->name);
	}
	for (size_t k = 0; k < d->compile->program.inputs.count; k++) {
		struct text wanted = text_new(d->arena);
		text_printf(&wanted, "label=\"%s", d->compile->program.inputs.items[k]->name);
		cr_expect(strstr(d->text, text_string(&wanted)), "%s: no %s", path, text_string(&wanted));
	}
}

Test(explain_dot, all_models)
{
	glob_t list = model_files();
	for (size_t k = 0; k < list.gl_pathc; k++) {
		struct derivation d;
		derive(&d, list.gl_pathv[k], explain_dot);
		struct drawn drawn = check_form(list.gl_pathv[k], d.text);
		cr_expect_geq(drawn.nodes, 2, "%s", list.gl_pathv[k]);
		cr_expect_geq(drawn.edges, drawn.nodes / 2, "%s", list.gl_pathv[k]);
		check_completeness(list.gl_pathv[k], &d);
		arena_free(d.arena);
	}
}

Test(explain_dot, graphviz_draws_it)
{
	char folder[] = "/tmp/mlpc_dot_XXXXXX", path[64], command[256];
	glob_t list = model_files();
	if (!is_installed("dot"))
		return;
	cr_assert(mkdtemp(folder));
	for (size_t k = 0; k < list.gl_pathc; k++) {
		struct derivation d;
		derive(&d, list.gl_pathv[k], explain_dot);
		snprintf(path, sizeof path, "%s/m.dot", folder);
		write_file(path, d.text);
		snprintf(command, sizeof command, "cd %s && dot -Tsvg -o m.svg m.dot 2>messages", folder);
		cr_expect_eq(system(command), 0, "%s", list.gl_pathv[k]);
		snprintf(path, sizeof path, "%s/messages", folder);
		cr_expect_str_empty(read_file(d.arena, path, 1000), "%s", list.gl_pathv[k]);
		arena_free(d.arena);
	}
	snprintf(command, sizeof command, "rm -r %s", folder);
	cr_expect_eq(system(command), 0);
}
