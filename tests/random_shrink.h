/* A failing model made smaller while it still fails: statements, settings and arguments dropped, layers put
 * in the place of their names, expressions replaced by their parts, numbers by smaller ones, one after the
 * other until none of it helps. */
#ifndef TESTS_RANDOM_SHRINK_H
#define TESTS_RANDOM_SHRINK_H

#include "random_model.h"

typedef bool (*still_fails)(void *context, const char *text);

/* At most `most` candidates are tried. */
const char *shrink_model(struct arena *arena, const char *text, still_fails fails, void *context, int most);

#endif
