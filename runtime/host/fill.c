/* Values for missing ones ↔ the text that a parameter file keeps. */
#include "host/fill.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

char *mlp_fill_text(const struct mlp_port *port, const double *fill)
{
	json_t *array = json_array();
	bool well = array != NULL;
	for (int32_t k = 0; well && k < port->elements; k++)
		well = json_array_append_new(array, port->classes > 0 ? json_integer((json_int_t)fill[k])
		                                                      : json_real(fill[k])) == 0;
	char *text = well ? json_dumps(array, JSON_COMPACT) : NULL;
	json_decref(array);
	return text;
}

static bool parse_value(const struct mlp_port *port, const json_t *value, double *number)
{
	if (!(port->classes > 0 ? json_is_integer(value) : json_is_number(value)))
		return false;
	*number = json_number_value(value);
	return port->classes > 0 ? *number >= 0 && *number < port->classes : isfinite(*number);
}

double *mlp_fill_parse(const struct mlp_port *port, const char *text)
{
	json_t *array = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	bool well = json_is_array(array) && json_array_size(array) == (size_t)port->elements;
	double *fill = well ? malloc((size_t)port->elements * sizeof *fill) : NULL;
	for (int32_t k = 0; fill && k < port->elements; k++) {
		if (parse_value(port, json_array_get(array, (size_t)k), &fill[k]))
			continue;
		free(fill);
		fill = NULL;
	}
	json_decref(array);
	return fill;
}
