/* A search for infinities and NaN among the parameters. */
#include "host/finite.h"

#include <stdlib.h>

#include "host/metrics.h"

/* The first element of a tensor that is not finite, or -1. */
static int32_t find_not_finite(const void *values, int32_t count, int real_size, double *value)
{
	for (int32_t i = 0; i < count; i++) {
		*value = real_size == (int)sizeof(float) ? (double)((const float *)values)[i]
		                                         : ((const double *)values)[i];
		if (!isfinite(*value))
			return i;
	}
	return -1;
}

/* Writes "[2, 3]", the position of an element. */
static void put_position(char *text, size_t room, const struct mlp_tensor *tensor, int32_t element)
{
	int32_t rest = tensor->elements;
	size_t used = 0;
	text[0] = '\0';
	for (int d = 0; d < tensor->rank && used < room; d++) {
		rest /= tensor->shape[d];
		used += (size_t)snprintf(text + used, room - used, "%s%d", d == 0 ? "[" : ", ",
		                         (int)(element / rest));
		element %= rest;
	}
	if (tensor->rank > 0 && used < room)
		snprintf(text + used, room - used, "]");
}

bool mlp_name_not_finite(const struct mlp_messages *messages, const struct mlp_network *network,
                         const void *net)
{
	for (int k = 0; k < network->tensor_count; k++) {
		const struct mlp_tensor *tensor = network->tensor(k);
		void *values = mlp_allocate((size_t)tensor->elements * (size_t)network->real_size);
		double value = 0;
		int32_t element = -1;
		if (values) {
			network->get(net, k, values);
			element = find_not_finite(values, tensor->elements, network->real_size, &value);
		}
		free(values);
		if (element < 0)
			continue;
		char position[128];
		put_position(position, sizeof position, tensor, element);
		if (messages)
			mlp_note(messages, "the first parameter that is not finite: %s%s = %g", tensor->name,
			         position, value);
		return true;
	}
	return false;
}
