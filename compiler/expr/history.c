#include "expr/history.h"

struct graph history_pass(struct history *history, const char *pass, struct graph graph)
{
	if (history)
		array_push(history->arena, &history->snapshots,
		           ((struct snapshot){pass, graph, history->firings.count}));
	return graph;
}

void history_fired(struct history *history, struct firing firing)
{
	if (history)
		array_push(history->arena, &history->firings, firing);
}
