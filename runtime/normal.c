/* Normal draws and orthogonal matrices. The guards of strict.h hold here: the same bits on every machine. */
#include "mlp.h"
#include "mlp_strict.h"
#include "strict.h"

float mlp_normalf(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element)
{
	uint32_t words[4];
	mlp_words(seed, stream, step, row, element, words);
	const uint32_t *pair = &words[element % 4 / 2 * 2];
	float u = (float)((pair[0] >> 8) + 1) * 0x1p-24f, v = (float)(pair[1] >> 8) * 0x1p-24f;
	float radius = sqrtf(-2.0f * mlp_strict_logf(u)), angle = 0x1.921fb6p+2f * v;
	return radius * (element % 2 == 0 ? mlp_strict_cosf(angle) : mlp_strict_sinf(angle));
}

double mlp_normal(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element)
{
	uint32_t words[4];
	mlp_words(seed, stream, step, row, element, words);
	const uint32_t *pair = &words[element % 4 / 2 * 2];
	double u = (double)((pair[0] >> 8) + 1) * 0x1p-24, v = (double)(pair[1] >> 8) * 0x1p-24;
	double radius = sqrt(-2.0 * mlp_strict_log(u)), angle = 0x1.921fb54442d18p+2 * v;
	return radius * (element % 2 == 0 ? mlp_strict_cos(angle) : mlp_strict_sin(angle));
}

/* -- Orthogonal matrices --------------------------------------------------------------------------- */

/* A matrix as vectors along its longer dimension, in either type. */
struct vectors {
	float *narrow;   /* or NULL */
	double *wide;
	size_t count, length;    /* count <= length */
	size_t vector, element;  /* from one to the next */
};

static double get(const struct vectors *m, size_t k, size_t j)
{
	size_t at = k * m->vector + j * m->element;
	return m->narrow ? (double)m->narrow[at] : m->wide[at];
}

static void set(const struct vectors *m, size_t k, size_t j, double value)
{
	size_t at = k * m->vector + j * m->element;
	if (m->narrow)
		m->narrow[at] = (float)value;
	else
		m->wide[at] = value;
}

/* Vector k: 0 in its first k elements, uniform on the sphere of the others. */
static void draw_direction(const struct vectors *m, uint64_t seed, uint32_t stream, uint32_t step, size_t k)
{
	double square = 0.0;
	for (size_t j = 0; j < m->length; j++) {
		uint32_t element = (uint32_t)(k * m->vector + j * m->element);
		double value = j < k ? 0.0 : mlp_normal(seed, stream, step, 0, element);
		set(m, k, j, value);
		square += value * value;
	}
	if (!(square > 0.0)) {
		square = 1.0;
		set(m, k, k, 1.0);
	}
	double scale = 1.0 / sqrt(square);
	for (size_t j = k; j < m->length; j++)
		set(m, k, j, get(m, k, j) * scale);
}

/* The reflection that takes vector k to plus or minus axis k, of all later vectors. They are 0 up to
 * element k, so that it changes no vector and no element before. */
static void reflect(const struct vectors *m, size_t k)
{
	double first = get(m, k, k), scale = 1.0 / (1.0 + fabs(first));
	for (size_t c = k + 1; c < m->count; c++) {
		double product = 0.0;
		for (size_t j = k + 1; j < m->length; j++)
			product += get(m, k, j) * get(m, c, j);
		set(m, c, k, first < 0.0 ? product : -product);
		for (size_t j = k + 1; j < m->length; j++)
			set(m, c, j, get(m, c, j) - product * scale * get(m, k, j));
	}
}

static void draw_orthogonal(struct vectors m, uint64_t seed, uint32_t stream, uint32_t step, int rows,
                            int columns)
{
	bool wide = rows <= columns;
	m.count = (size_t)(wide ? rows : columns);
	m.length = (size_t)(wide ? columns : rows);
	m.vector = wide ? (size_t)columns : 1;
	m.element = wide ? 1 : (size_t)columns;
	for (size_t k = 0; k < m.count; k++)
		draw_direction(&m, seed, stream, step, k);
	for (size_t k = m.count; k-- > 0;)
		reflect(&m, k);
}

void mlp_orthogonalf(uint64_t seed, uint32_t stream, uint32_t step, int rows, int columns, float *matrix)
{
	draw_orthogonal((struct vectors){.narrow = matrix}, seed, stream, step, rows, columns);
}

void mlp_orthogonal(uint64_t seed, uint32_t stream, uint32_t step, int rows, int columns, double *matrix)
{
	draw_orthogonal((struct vectors){.wide = matrix}, seed, stream, step, rows, columns);
}
