/* The tables of the strict functions; strict_tables.c and strict_erf_tables.c say what is in
 * them. */
#ifndef MLP_STRICT_TABLES_H
#define MLP_STRICT_TABLES_H

#include "strict.h"

struct mlp_strict_logarithm {
	double inverse;
	struct wide logarithm;
};

struct mlp_strict_error_function {
	struct wide value, derivative;
};

enum { SCALED_ERFC_TERMS = 12 };

struct mlp_strict_scaled_erfc {
	struct wide value, derivative;
	double higher[SCALED_ERFC_TERMS]; /* from the square on */
};

extern const struct wide mlp_strict_powers[128], mlp_strict_sines[128];
extern const uint32_t mlp_strict_inverse_pi[44];
extern const struct mlp_strict_logarithm mlp_strict_logarithms[128];
extern const struct mlp_strict_error_function mlp_strict_error_functions[65];
extern const struct mlp_strict_scaled_erfc mlp_strict_scaled_erfcs[76];

#endif
