#include "peer_trace.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "peer_events.h"

/* --- files -------------------------------------------------------------------------------------- */

static void add_line(struct arena *arena, peer_cases *cases, const char *line)
{
	struct peer_case *last = cases->count ? cases->items[cases->count - 1] : NULL;
	if (line[0] == '\0' || line[0] == '#')
		return;
	if (strncmp(line, "case ", 5) == 0) {
		struct peer_case *new = ARENA_NEW(arena, struct peer_case);
		*new = (struct peer_case){.name = line + 5, .text = ""};
		array_push(arena, cases, new);
		return;
	}
	cr_assert(last, "%s: before any case", line);
	if (line[0] == '\t') {
		struct text text = text_new(arena);
		text_printf(&text, "%s%s\n", last->text, line + 1);
		last->text = text_string(&text);
	} else if (strncmp(line, "file ", 5) == 0) {
		last->file = line + 5;
	} else if (strcmp(line, "text") != 0) {
		array_push(arena, &last->events, line);
	}
}

peer_cases peer_read(struct arena *arena, const char *path)
{
	peer_cases cases = {0};
	char *line = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "r");
	if (!file)
		return cases;
	for (ssize_t length; (length = getline(&line, &size, file)) > 0;) {
		length -= line[length - 1] == '\n';
		add_line(arena, &cases, arena_copy(arena, line, (size_t)length));
	}
	free(line);
	fclose(file);
	return cases;
}

/* --- replay ------------------------------------------------------------------------------------- */

/* The numbers from `text` on; returns how many. */
static int read_numbers(const struct replay *r, const char *text, double *numbers)
{
	int count = 0;
	for (char *next; *text != '\0'; text = next) {
		cr_assert_lt(count, PEER_MOST_NUMBERS);
		numbers[count++] = strtod(text, &next);
		cr_assert(next != text, "%s: no number in `%s`", r->of->name, text);
	}
	return count;
}

static void run_event(struct replay *r, const char *line, const char *exact_line)
{
	double numbers[PEER_MOST_NUMBERS], exact[PEER_MOST_NUMBERS];
	struct event event = {.line = line, .numbers = numbers, .exact = exact};
	size_t length = strcspn(line, " ");
	const struct peer_word *word = peer_words, *end = word + peer_word_count;
	while (word < end && (strlen(word->word) != length || strncmp(word->word, line, length) != 0))
		word++;
	cr_assert(word < end, "%s: what is `%s`?", r->of->name, line);
	const char *place = line + length;
	if (word->named) {
		place += *place == ' ';
		event.name = arena_copy(r->arena, place, strcspn(place, " "));
		place += strcspn(place, " ");
	}
	event.count = read_numbers(r, place, numbers);
	cr_assert(strncmp(line, exact_line, (size_t)(place - line)) == 0 &&
	                  read_numbers(r, exact_line + (place - line), exact) == event.count,
	          "%s: `%.60s` is in float alone", r->of->name, line);
	cr_assert_geq(event.count, word->least, "%s: `%s`", r->of->name, line);
	word->run(r, &event);
}

static struct generated program_for(const struct replay *r, const char *compiler)
{
	if (r->of->file)
		return generate_with_gradients(r->of->file, r->is_double, compiler);
	char path[] = "/tmp/mlpc-peer-XXXXXX";
	int descriptor = mkstemp(path);
	FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
	cr_assert(file && fputs(r->of->text, file) >= 0 && fclose(file) == 0);
	struct generated program = generate_with_gradients(path, r->is_double, compiler);
	unlink(path);
	return program;
}

static void run_case(struct replay *r, const char *compiler)
{
	r->g = program_for(r, compiler);
	r->network = r->g.network;
	cr_assert(r->network, "%s: %s", r->of->name, r->g.fault);
	r->arena = r->g.arena;
	size_t size = r->network->training_size ? r->network->training_size : r->network->net_size;
	r->training = aligned_alloc(64, (size + 63) / 64 * 64);
	r->work = aligned_alloc(64, (r->network->work_size + 64) / 64 * 64);
	memset(r->training, 0, size);
	r->network->init(r->training, r->network->seed);
	r->inputs = ARENA_ARRAY(r->arena, const void *, r->network->input_count);
	r->targets = ARENA_ARRAY(r->arena, const void *, r->network->target_count + 1);
	r->feeds.items = NULL;
	r->feeds.count = r->feeds.capacity = 0;
	r->steps = 0;
	cr_assert_eq(r->of->events.count, r->exact->events.count, "%s: other events in double", r->of->name);
	for (size_t k = 0; k < r->of->events.count; k++)
		run_event(r, r->of->events.items[k], r->exact->events.items[k]);
	free(r->training);
	free(r->work);
	generated_free(&r->g);
}

/* The worst differences of a case, if MEASURE is set. */
static void report(const struct replay *r)
{
	static const char *const when[] = {"first step", "later"};
	for (int later = 0; getenv("MEASURE") && later < 2; later++)
		if (r->worst[later] > 0)
			fprintf(stderr, "%-6s %-20s %-10s %.2g in %.40s\n", peer_type(r), r->of->name,
			        when[later], r->worst[later], r->worst_line[later]);
}

void peer_replay(const peer_cases *cases, const peer_cases *exact, const double tolerance[2],
                 const char *compiler)
{
	bool is_double = !exact;
	exact = exact ? exact : cases;
	cr_assert_eq(cases->count, exact->count, "not the same cases in float and double");
	struct replay r = {.is_double = is_double, .tolerance = tolerance, .kept_arena = arena_new()};
	for (size_t k = 0; k < cases->count; k++) {
		r.of = cases->items[k];
		r.exact = exact->items[k];
		r.worst[0] = r.worst[1] = 0;
		run_case(&r, compiler);
		report(&r);
	}
	arena_free(r.kept_arena);
}
