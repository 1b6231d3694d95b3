/* A hash table from pointers (interned names, nodes) to pointers, in an arena. */
#ifndef MODEL_TABLE_H
#define MODEL_TABLE_H

#include "base/arena.h"

struct table;

struct table *table_new(struct arena *arena);

/* What was put under `key`, or NULL. */
void *table_get(const struct table *table, const void *key);

/* Puts or replaces. */
void table_put(struct table *table, const void *key, void *item);

#endif
