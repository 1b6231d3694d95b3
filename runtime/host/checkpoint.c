/* The state of a run → a file, and back. */
#include "host/checkpoint.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "host/number.h"

enum { TEXT = 128 };

/* -- What a run is --------------------------------------------------------------------------------- */

const char *mlp_real_name(const struct mlp_network *network)
{
	return network->real_size == (int)sizeof(float) ? "float" : "double";
}

/* The same on machines of either order of bytes. */
static void add_part(XXH3_state_t *hash, const struct mlp_part *part, int rows, size_t number)
{
	const char *bytes = part->values, *end = bytes + (size_t)rows * part->row_size;
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
		XXH3_64bits_update(hash, bytes, (size_t)(end - bytes));
		return;
	}
	for (; bytes < end; bytes += number)
		for (size_t i = number; i-- > 0;)
			XXH3_64bits_update(hash, &bytes[i], 1);
}

bool mlp_describe_data(char text[MLP_DATA_CHECKSUM], const struct mlp_dataset *dataset, int real_size)
{
	XXH3_state_t *hash = XXH3_createState();
	if (!hash)
		return false;
	XXH3_64bits_reset(hash);
	for (int i = 0; i < dataset->input_count + dataset->target_count; i++) {
		const struct mlp_part *part = &dataset->parts[i];
		add_part(hash, part, dataset->rows,
		         part->port->classes > 0 ? sizeof(int32_t) : (size_t)real_size);
	}
	snprintf(text, MLP_DATA_CHECKSUM, "%d rows, checksum %016" PRIx64, dataset->rows,
	         (uint64_t)XXH3_64bits_digest(hash));
	XXH3_freeState(hash);
	return true;
}

static void print_real(char *text, const struct mlp_run_state *state)
{
	snprintf(text, TEXT, "%s", mlp_real_name(state->network));
}

static void print_batch(char *text, const struct mlp_run_state *state)
{
	snprintf(text, TEXT, "%d", state->network->batch);
}

static void print_seed(char *text, const struct mlp_run_state *state)
{
	snprintf(text, TEXT, "%" PRIu64, state->seed);
}

/* The fewest digits that say which number it is. */
static void print_split(char *text, const struct mlp_run_state *state)
{
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, TEXT, "%.*g", digits, state->split);
		if (strtod(text, NULL) == state->split)
			return;
	}
}

static void print_weights(char *text, const struct mlp_run_state *state)
{
	snprintf(text, TEXT, "%s", state->balanced ? "balanced" : "none");
}

static void print_data(char *text, const struct mlp_run_state *state)
{
	snprintf(text, TEXT, "%s", state->data);
}

static void print_test(char *text, const struct mlp_run_state *state)
{
	snprintf(text, TEXT, "%s", state->test[0] ? state->test : "none");
}

static void print_program(char *text, const struct mlp_run_state *state)
{
	snprintf(text, TEXT, "%016" PRIx64, state->network->program);
}

/* In the order in which differences are told. `seed` is a text of every parameter file. */
static const struct trait {
	const char *key;
	void (*print)(char *text, const struct mlp_run_state *state);
	const char *sentence, *mend;   /* of the run's value and ours; of the run's */
} TRAITS[] = {
	{"real", print_real, "the run was begun with numbers of type %s, not %s", "`--real=%s` goes on with it"},
	{"batch", print_batch, "the run was begun with batch %s, not %s", "`--batch=%s` goes on with it"},
	{"seed", print_seed, "the run was begun with seed %s, not %s", "`--seed %s` goes on with it"},
	{"split", print_split, "the run was begun with --split %s, not %s", "`--split %s` goes on with it"},
	{"weights", print_weights, "the run was begun with --weights=%s, not %s", "`--weights=%s` goes on with it"},
	{"data", print_data, "the run was begun with other training data: %s, not %s",
	 "give it the data that it was begun with"},
	{"test", print_test, "the run was begun with other test data: %s, not %s",
	 "give it the test data that it was begun with"},
	{"program", print_program, "the run was begun by another program: %s, not %s",
	 "the model, the options of its compilation or mlpc have changed since"},
};

enum { TRAIT_COUNT = sizeof TRAITS / sizeof *TRAITS };

/* -- Writing ------------------------------------------------------------------------------------------ */

static uint64_t bits_of(double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static bool add(json_t *object, const char *key, const char *format, uint64_t value)
{
	char text[TEXT];
	snprintf(text, sizeof text, format, value);
	return json_object_set_new(object, key, json_string(text)) == 0;
}

static json_t *make_metadata(const struct mlp_run_state *state, bool keeps_best)
{
	json_t *object = mlp_metadata(state->network, state->labels, state->epochs_done, state->seed);
	bool well = object && json_object_set_new(object, "checkpoint", json_string(MLP_CHECKPOINT_FORMAT)) == 0;
	for (int i = 0; well && i < TRAIT_COUNT; i++) {
		char text[TEXT];
		TRAITS[i].print(text, state);
		well = json_object_set_new(object, TRAITS[i].key, json_string(text)) == 0;
	}
	well = well && add(object, "row", "%" PRIu64, (uint64_t)state->row) &&
	       add(object, "step", "%" PRIu64, state->step) &&
	       add(object, "loss_sum", "%016" PRIx64, bits_of(state->loss_sum)) &&
	       add(object, "best_epoch", "%" PRIu64, (uint64_t)state->history->best + 1) &&
	       add(object, "best_loss", "%016" PRIx64, bits_of(state->history->best_loss)) &&
	       json_object_set_new(object, "best_kept", json_string(keeps_best ? "yes" : "no")) == 0;
	if (well)
		return object;
	json_decref(object);
	return NULL;
}

static void get_values(const void *object, const struct mlp_entry *entry, void *values)
{
	const struct mlp_run_state *state = object;
	const struct mlp_history *history = state->history;
	switch (entry->group) {
	case MLP_OF_NET: state->network->get(state->net, entry->k, values); break;
	case MLP_OF_BEST: state->network->get(state->best, entry->k, values); break;
	case MLP_OF_STATE: state->network->get_state(state->training, entry->k, values); break;
	case MLP_OF_HISTORY:
		if (entry->size > 0)
			memcpy(values, entry->k == 0 ? history->losses : history->held_losses, entry->size);
	}
}

int mlp_write_checkpoint(const struct mlp_messages *messages, struct mlp_replacement *file,
                         const struct mlp_run_state *state)
{
	struct mlp_kind kind = {true, state->best && state->history->best >= 0, state->history->count};
	struct mlp_layout layout;
	size_t length = 0;
	char *bytes = NULL;
	if (mlp_layout_open(&layout, state->network, kind) && state->history->count == state->epochs_done) {
		json_t *metadata = make_metadata(state, kind.best);
		bytes = metadata ? mlp_pack(&layout, metadata, get_values, state, &length) : NULL;
	}
	int status = bytes ? mlp_replacement_write(file, messages, bytes, length) : mlp_no_memory(messages);
	mlp_layout_close(&layout);
	free(bytes);
	return status;
}

/* -- Reading ------------------------------------------------------------------------------------------ */

static int damaged(const struct mlp_messages *messages, const char *file)
{
	mlp_error_in(messages, file, "damaged: the counters do not agree");
	return MLP_BAD_DATA;
}

/* As our texts are: a line that a terminal may show. */
static bool is_plain(const char *text)
{
	size_t length = text ? strlen(text) : TEXT;
	for (size_t i = 0; i < length && length < TEXT; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return length < TEXT;
}

static int check_same_run(const struct mlp_messages *messages, const char *file,
                          const struct mlp_parameters *parameters, const struct mlp_run_state *state)
{
	for (int i = 0; i < TRAIT_COUNT; i++) {
		const struct trait *trait = &TRAITS[i];
		const char *theirs = mlp_parameters_text(parameters, trait->key);
		char ours[TEXT];
		trait->print(ours, state);
		if (!is_plain(theirs))
			return damaged(messages, file);
		if (strcmp(theirs, ours) == 0)
			continue;
		mlp_error_in(messages, file, trait->sentence, theirs, ours);
		mlp_help(messages, trait->mend, theirs);
		mlp_help(messages, "or `--load %s` begins a new run with these parameters", file);
		return MLP_BAD_DATA;
	}
	return MLP_WELL;
}

static bool read_count(const struct mlp_parameters *parameters, const char *key, uint64_t most,
                       uint64_t *value)
{
	const char *text = mlp_parameters_text(parameters, key);
	return text && mlp_parse_unsigned(text, value) && *value <= most;
}

/* A double by its 16 digits. */
static bool read_bits(const struct mlp_parameters *parameters, const char *key, double *value)
{
	const char *text = mlp_parameters_text(parameters, key);
	if (!text || strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
		return false;
	uint64_t bits = strtoull(text, NULL, 16);
	memcpy(value, &bits, sizeof bits);
	return true;
}

/* Nothing in `state` changes unless all of it is as a run leaves it. */
static bool read_counters(const struct mlp_parameters *parameters, struct mlp_run_state *state)
{
	uint64_t epoch = (uint64_t)parameters->kind.epochs, row, step, best;
	uint64_t batch = (uint64_t)state->network->batch, rows = (uint64_t)state->rows;
	double loss_sum, best_loss;
	if (!read_count(parameters, "row", rows, &row) || (row % batch != 0 && row != rows) ||
	    !read_count(parameters, "step", UINT64_MAX, &step) ||
	    step != epoch * ((rows + batch - 1) / batch) + (row + batch - 1) / batch)
		return false;
	if (!read_bits(parameters, "loss_sum", &loss_sum) || !isfinite(loss_sum) ||
	    (row == 0 && bits_of(loss_sum) != 0))
		return false;
	if (!read_count(parameters, "best_epoch", epoch, &best) ||
	    !read_bits(parameters, "best_loss", &best_loss) || isnan(best_loss) ||
	    (best == 0) != (best_loss == INFINITY) || (best == 0 && parameters->kind.best))
		return false;
	state->epochs_done = (int)epoch;
	state->row = (int)row;
	state->step = step;
	state->loss_sum = loss_sum;
	state->history->best = (int)best - 1;
	state->history->best_loss = best_loss;
	return true;
}

/* False: no memory. */
static bool set_values(const struct mlp_parameters *parameters, const struct mlp_entry *entry,
                       struct mlp_run_state *state)
{
	void *values = mlp_values(&parameters->bytes, entry);
	if (!values)
		return false;
	switch (entry->group) {
	case MLP_OF_NET: state->network->set(state->net, entry->k, values); break;
	case MLP_OF_STATE: state->network->set_state(state->training, entry->k, values); break;
	case MLP_OF_BEST:
		if (state->best)
			state->network->set(state->best, entry->k, values);
		break;
	case MLP_OF_HISTORY:
		if (entry->size > 0)   /* before the first epoch's end there are no arrays */
			memcpy(entry->k == 0 ? state->history->losses : state->history->held_losses, values,
			       entry->size);
	}
	free(values);
	return true;
}

int mlp_resume(const struct mlp_messages *messages, const char *file, const struct mlp_parameters *parameters,
               struct mlp_run_state *state)
{
	int status = check_same_run(messages, file, parameters, state);
	if (status != MLP_WELL)
		return status;
	if (!read_counters(parameters, state))
		return damaged(messages, file);
	if (state->best && state->history->best >= 0 && !parameters->kind.best) {
		mlp_error_in(messages, file, "the run was begun without --patience: its best parameters, those "
		             "of epoch %d, are not kept", state->history->best + 1);
		mlp_help(messages, "`--patience 0` goes on with it");
		return MLP_BAD_DATA;
	}
	bool well = mlp_history_reserve(state->history, state->epochs_done);
	for (size_t i = 0; well && i < parameters->layout.count; i++)
		well = set_values(parameters, &parameters->layout.entries[i], state);
	if (!well)
		return mlp_no_memory(messages);
	state->history->count = state->epochs_done;
	state->network->set_step(state->training, (uint32_t)state->step);
	return MLP_WELL;
}
