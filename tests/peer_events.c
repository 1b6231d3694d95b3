#include "peer_events.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static double real_of(const struct replay *r, const void *values, size_t k)
{
	return r->is_double ? ((const double *)values)[k] : (double)((const float *)values)[k];
}

static void put_real(const struct replay *r, void *values, size_t k, double value)
{
	if (r->is_double)
		((double *)values)[k] = value;
	else
		((float *)values)[k] = (float)value;
}

/* As Trace._next of peer_trace.py. */
static double next_bits(struct replay *r)
{
	r->state = r->state * 6364136223846793005u + 1442695040888963407u;
	return (double)(r->state >> 53);
}

static double next_between(struct replay *r, double low, double high)
{
	return low + (high - low) * ((2 * next_bits(r) + 1) / 4096);
}

static int tensor_of(const struct replay *r, const char *name)
{
	for (int k = 0; k < r->network->tensor_count; k++)
		if (strcmp(r->network->tensor(k)->name, name) == 0)
			return k;
	return -1;
}

static int place_in(const struct mlp_port *ports, int count, const char *name)
{
	for (int k = 0; k < count; k++)
		if (strcmp(ports[k].name, name) == 0)
			return k;
	return -1;
}

/* NULL: no input or target has that name. */
static struct feed *feed_of(struct replay *r, const char *name)
{
	const struct mlp_network *n = r->network;
	for (size_t k = 0; k < r->feeds.count; k++)
		if (strcmp(r->feeds.items[k]->port->name, name) == 0)
			return r->feeds.items[k];
	int input = place_in(n->inputs, n->input_count, name);
	int target = place_in(n->targets, n->target_count, name);
	if (input < 0 && target < 0)
		return NULL;
	struct feed *new = ARENA_NEW(r->arena, struct feed);
	new->port = input >= 0 ? &n->inputs[input] : &n->targets[target];
	new->raw = arena_alloc(r->arena, PEER_MOST_NUMBERS * sizeof(double));
	if (input >= 0)
		r->inputs[input] = new->raw;
	else
		r->targets[target] = new->raw;
	array_push(r->arena, &r->feeds, new);
	return new;
}

static const double *values_of(const struct replay *r, const char *name, int *count)
{
	int k = tensor_of(r, name);
	cr_assert(k >= 0, "%s: no tensor %s", r->of->name, name);
	*count = (int)r->network->tensor(k)->elements;
	void *raw = arena_alloc(r->arena, (size_t)*count * sizeof(double));
	double *values = ARENA_ARRAY(r->arena, double, *count);
	r->network->get(r->network->net(r->training), k, raw);
	for (int e = 0; e < *count; e++)
		values[e] = real_of(r, raw, (size_t)e);
	return values;
}

/* --- comparison --------------------------------------------------------------------------------- */

const char *peer_type(const struct replay *r)
{
	return r->is_double ? "double" : "float";
}

static double difference(double a, double b, double largest)
{
	return a == b ? 0 : fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), largest / 10);
}

static void compare(struct replay *r, const struct event *e, const void *got, int count)
{
	double largest = 0;
	cr_assert_eq(count, e->count, "%s: %d numbers, not %d: %.60s", r->of->name, count, e->count, e->line);
	for (int k = 0; k < e->count; k++)
		largest = fmax(largest, fabs(e->numbers[k]));
	bool later = r->steps > 1;
	for (int k = 0; k < e->count; k++) {
		double a = e->numbers[k], b = real_of(r, got, (size_t)k);
		double error = fmin(difference(a, b, largest), difference(e->exact[k], b, largest));
		cr_assert(error <= r->tolerance[later],
		          "%s, step %d: number %d is %.17g, not %.17g (%s, %.2g): %.60s", r->of->name,
		          r->steps, k, b, a, peer_type(r), error, e->line);
		if (error > r->worst[later]) {
			r->worst[later] = error;
			r->worst_line[later] = e->line;
		}
	}
}

static void compare_one(struct replay *r, const struct event *e, double got)
{
	double as_double = got;
	float as_float = (float)got;
	compare(r, e, r->is_double ? (const void *)&as_double : (const void *)&as_float, 1);
}

/* --- events ------------------------------------------------------------------------------------- */

static void set_seed(struct replay *r, const struct event *e)
{
	r->state = (uint64_t)e->numbers[0];
}

static void set_tensor(struct replay *r, const struct event *e, const double *values, int count)
{
	int k = tensor_of(r, e->name);
	cr_assert(k >= 0, "%s: nothing is called %s", r->of->name, e->name);
	cr_assert_eq(count, (int)r->network->tensor(k)->elements, "%s: %.60s", r->of->name, e->line);
	void *raw = arena_alloc(r->arena, (size_t)count * sizeof(double));
	for (int n = 0; n < count; n++)
		put_real(r, raw, (size_t)n, values[n]);
	r->network->set(r->network->net(r->training), k, raw);
}

static void draw(struct replay *r, const struct event *e)
{
	struct feed *feed = feed_of(r, e->name);
	if (feed) {
		feed->low = e->numbers[0];
		feed->high = e->numbers[1];
		return;
	}
	int k = tensor_of(r, e->name);
	int count = k < 0 ? 0 : (int)r->network->tensor(k)->elements;
	double values[PEER_MOST_NUMBERS];
	for (int n = 0; n < count; n++)
		values[n] = next_between(r, e->numbers[0], e->numbers[1]);
	set_tensor(r, e, values, count);
}

static void put(const struct replay *r, struct feed *feed, size_t k, double value)
{
	if (feed->port->classes > 0)
		((int32_t *)feed->raw)[k] = (int32_t)value;
	else
		put_real(r, feed->raw, k, value);
}

static void give(struct replay *r, const struct event *e)
{
	struct feed *feed = feed_of(r, e->name);
	if (!feed) {
		set_tensor(r, e, e->numbers, e->count);
		return;
	}
	feed->given = true;
	feed->count = (size_t)e->count;
	for (int k = 0; k < e->count; k++)
		put(r, feed, (size_t)k, e->numbers[k]);
}

static void new_batch(struct replay *r, const struct event *e)
{
	r->rows = (int)e->numbers[0];
	cr_assert_eq((int)r->feeds.count, r->network->input_count + r->network->target_count,
	             "%s: an input or target has no values", r->of->name);
	for (size_t s = 0; s < r->feeds.count; s++) {
		struct feed *feed = r->feeds.items[s];
		size_t count = (size_t)r->rows * (size_t)feed->port->elements;
		cr_assert(count <= PEER_MOST_NUMBERS && (!feed->given || feed->count == count), "%s: %s",
		          r->of->name, feed->port->name);
		for (size_t k = 0; !feed->given && k < count; k++)
			put(r, feed, k, feed->port->classes > 0 ? floor(next_bits(r) * feed->high / 2048)
			                                            : next_between(r, feed->low, feed->high));
	}
}

static void set_epoch(struct replay *r, const struct event *e)
{
	r->network->set_epoch(r->training, (int)e->numbers[0]);
}

static void train(struct replay *r, const struct event *e)
{
	r->steps++;
	compare_one(r, e, r->network->train_step(r->training, r->rows, r->inputs, r->targets));
}

static void step(struct replay *r, const struct event *e)
{
	struct event trained = *e;
	trained.numbers++, trained.exact++, trained.count--;
	new_batch(r, e);
	train(r, &trained);
}

static void loss(struct replay *r, const struct event *e)
{
	const struct mlp_network *n = r->network;
	compare_one(r, e, n->loss(n->net(r->training), r->work, r->rows, r->inputs, r->targets));
}

static void output(struct replay *r, const struct event *e)
{
	const struct mlp_network *n = r->network;
	void **raw = ARENA_ARRAY(r->arena, void *, n->output_count);
	int k = place_in(n->outputs, n->output_count, e->name);
	cr_assert(k >= 0, "%s: no output %s", r->of->name, e->name);
	for (int o = 0; o < n->output_count; o++)
		raw[o] = arena_alloc(r->arena, (size_t)(r->rows * n->outputs[o].elements) * sizeof(double));
	n->predict(n->net(r->training), r->work, r->rows, r->inputs, raw);
	compare(r, e, raw[k], r->rows * n->outputs[k].elements);
}

static void gradient(struct replay *r, const struct event *e)
{
	const struct mlp_network *n = r->network;
	int tensor = tensor_of(r, e->name), input = place_in(n->inputs, n->input_count, e->name);
	cr_assert(tensor >= 0 || input >= 0, "%s: no tensor %s", r->of->name, e->name);
	void (*read)(const void *, int, void *) = NULL;
	*(void **)&read = generated_symbol(&r->g, tensor >= 0 ? "gradient" : "input_gradient");
	cr_assert(read, "%s", r->of->name);
	int count = tensor >= 0 ? (int)n->tensor(tensor)->elements : r->rows * n->inputs[input].elements;
	void *raw = arena_alloc(r->arena, (size_t)(count + r->network->batch * 64) * sizeof(double));
	read(r->training, tensor >= 0 ? tensor : input, raw);
	compare(r, e, raw, count);
}

static void tensor(struct replay *r, const struct event *e)
{
	int count;
	const double *values = values_of(r, e->name, &count);
	void *raw = arena_alloc(r->arena, (size_t)count * sizeof(double));
	for (int k = 0; k < count; k++)
		put_real(r, raw, (size_t)k, values[k]);
	compare(r, e, raw, count);
}

/* --- initial values ----------------------------------------------------------------------------- */

static void keep(struct replay *r, const struct event *e)
{
	(void)e;
	for (int k = 0; k < r->network->tensor_count; k++) {
		const char *name = r->network->tensor(k)->name;
		int count;
		const double *values = values_of(r, name, &count);
		struct kept kept = {
			.name = arena_copy(r->kept_arena, name, strlen(name)),
			.values = (const double *)arena_copy(r->kept_arena, (const char *)values,
		                                             (size_t)count * sizeof *values)};
		array_push(r->kept_arena, &r->kept, kept);
	}
}

/* The least and the largest of the draws say the most. */
static void stretched(struct replay *r, const struct event *e)
{
	const double *draws = NULL;
	for (size_t k = 0; k < r->kept.count; k++)
		if (strcmp(r->kept.items[k].name, e->name) == 0)
			draws = r->kept.items[k].values;
	cr_assert(draws && e->count == 2, "%s: %s was not kept", r->of->name, e->name);
	int count;
	const double *values = values_of(r, e->name, &count);
	double deviation = 0;
	for (int k = 0; k < count; k++)
		deviation = fmax(deviation, fabs(draws[k]));
	cr_assert_gt(deviation, 0.1, "%s: nothing was drawn for %s", r->of->name, e->name);
	for (int k = 0; k < count; k++) {
		double expected = e->numbers[0] + e->numbers[1] * draws[k];
		struct event one = {.line = e->line, .numbers = &expected, .exact = &expected, .count = 1};
		compare_one(r, &one, values[k]);
	}
}

static void products(struct replay *r, const struct event *e)
{
	int count, side = (int)lround(sqrt(e->count));
	const double *values = values_of(r, e->name, &count);
	int rows = (int)r->network->tensor(tensor_of(r, e->name))->shape[0], columns = count / rows;
	bool of_rows = rows <= columns;
	cr_assert(side == (of_rows ? rows : columns), "%s: %.60s", r->of->name, e->line);
	void *raw = arena_alloc(r->arena, (size_t)e->count * sizeof(double));
	for (int a = 0; a < side; a++)
		for (int b = 0; b < side; b++) {
			double sum = 0;
			for (int k = 0; k < count / side; k++)
				sum += of_rows ? values[a * columns + k] * values[b * columns + k]
				               : values[k * columns + a] * values[k * columns + b];
			put_real(r, raw, (size_t)(a * side + b), sum);
		}
	compare(r, e, raw, e->count);
}

/* --- all of them -------------------------------------------------------------------------------- */

const struct peer_word peer_words[] = {
	{"seed", false, 1, set_seed},     {"draw", true, 2, draw},          {"give", true, 1, give},
	{"rows", false, 1, new_batch},    {"epoch", false, 1, set_epoch},   {"train", false, 1, train},
	{"step", false, 2, step},         {"loss", false, 1, loss},         {"output", true, 1, output},
	{"gradient", true, 1, gradient},  {"tensor", true, 1, tensor},      {"keep", false, 0, keep},
	{"stretched", true, 2, stretched}, {"products", true, 1, products},
};

const int peer_word_count = sizeof peer_words / sizeof *peer_words;
