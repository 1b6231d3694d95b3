/* Tiles of sums of products in the registers of the target.
 *
 * For each turn of the reduction a tile of ROWS x VECTORS sums loads VECTORS vectors and ROWS numbers. Each
 * sum stays one chain, or the fixed number of interleaved chains that loops.c has chosen, whatever the tile.
 */
#include "plan/chain.h"
#include "plan/plan.h"
#include "plan/product.h"

enum {
	MOST_VECTORS = 4,
	MOST_ROWS = 12,
	MANY_ROWS = 960,
	MOST_FREE = 8,        /* of so many elements one may be free, behind those that tiles do not divide */
	FAR_BYTES = 1024,     /* between rows: from here on a copy of them pays, */
	PANEL_USES = 64,      /* if it serves so many rows of sums */
	NUMBER_USES = 16,     /* and of numbers, if they serve so many tiles */
	SHORT_SUM = 64,       /* terms of which a tile of rows fits the first cache beside all else */
};

#define COST_OF_OVERLAP 1.1 /* of tiles that begin anywhere, and of one that computes some sums again */

struct tile {
	int rows, columns;
	double cost;
};

static int64_t tiles_of(int64_t extent, int size)
{
	return (extent + size - 1) / size;
}

/* Of all tiles that cover the extents: multiply-adds, and loads, of which two go with two of those. */
static double tile_cost(int64_t rows, int64_t columns, int row, int column)
{
	return (double)(tiles_of(rows, row) * tiles_of(columns, column)) *
	       (row * column + 0.6 * (row + column));
}

/* The best one of `least` to `most` columns and at most `sums` sums. */
static struct tile best_tile(int64_t rows, int64_t columns, int least, int most, int sums)
{
	struct tile best = {0};
	for (int column = least; column <= most && column <= columns; column++)
		for (int row = 1; row <= MOST_ROWS && row <= rows && row * column <= sums; row++) {
			double cost = tile_cost(rows, columns, row, column);
			if (best.rows == 0 || cost < best.cost)
				best = (struct tile){row, column, cost};
		}
	return best;
}

/* Registers for sums: all but those for a row of vectors, a broadcast number and one to spare. */
static int registers_for_sums(const struct target *target)
{
	return target->registers - (target->registers > 16 ? 6 : 4);
}

static int64_t lanes_of(const struct plan *plan)
{
	return plan->options.target->vector_bytes / plan->options.real_size;
}

/* Of all rows by the tiles of so many vectors that cover the extent. */
static double cover_cost(const struct plan *plan, int64_t extent, int vectors)
{
	struct tile tile =
	        best_tile(MANY_ROWS, vectors, vectors, vectors, registers_for_sums(plan->options.target));
	return tile.cost * (double)tiles_of(extent, vectors * lanes_of(plan));
}

/* Rows whose length is no multiple of a vector's begin anywhere, so that most vectors lie in two lines of the cache. Few
 * free elements behind them are worth it where each row serves several of a batch, and tiles become no smaller for it. */
static bool may_pad(const struct plan *plan, int64_t extent, int vectors)
{
	int64_t width = vectors * lanes_of(plan), free = tiles_of(extent, width) * width - extent;
	struct tile overlapping = best_tile(MANY_ROWS, tiles_of(extent, lanes_of(plan)), 1, MOST_VECTORS,
	                                    registers_for_sums(plan->options.target));
	return plan->batch >= PLAN_SHORT_BATCH && free * MOST_FREE <= extent &&
	       cover_cost(plan, extent, vectors) <= COST_OF_OVERLAP * overlapping.cost;
}

int tile_vectors(const struct plan *plan, int64_t extent)
{
	int64_t lanes = lanes_of(plan);
	int best = 0;
	double best_cost = 0;
	for (int vectors = 1; lanes > 0 && vectors <= MOST_VECTORS && vectors * lanes != extent; vectors++) {
		int64_t width = vectors * lanes;
		double cost = cover_cost(plan, extent, vectors);
		if (width % PLAN_LANES == 0 && (extent % width == 0 || may_pad(plan, extent, vectors)) &&
		    (best == 0 || cost < best_cost)) {
			best = vectors;
			best_cost = cost;
		}
	}
	return best;
}

int64_t tile_cover(const struct plan *plan, int64_t extent)
{
	int64_t width = tile_vectors(plan, extent) * lanes_of(plan);
	return width > 0 ? tiles_of(extent, width) * width : extent;
}

static int64_t extent_of(const struct plan *plan, const struct tensor *left, int variable)
{
	return plan_extent(plan, left->extents[variable]);
}

/* Does each read that moves along the index of the vector go to the next element? */
static bool reads_vectors(const struct plan *plan, const struct product *product, int vector)
{
	for (int k = 0; k < product->count; k++) {
		enum stride stride = stride_along(plan, product->factors[k], vector);
		if (stride != STRIDE_NONE && stride != STRIDE_UNIT)
			return false;
	}
	return product->count > 0;
}

static bool read_uses(const struct plan *plan, const struct expr *read, int variable)
{
	return stride_along(plan, read, variable) != STRIDE_NONE;
}

/* The largest free variable along which the sums share what `shared` reads, and `other` moves if it is there.
 */
static int shared_along(const struct plan *plan, const struct tensor *left, const struct expr *shared,
                        const struct expr *other, int not )
{
	int best = -1;
	for (int v = 0; v < left->rank; v++) {
		if (v == not || read_uses(plan, shared, v) || (other && !read_uses(plan, other, v)))
			continue;
		if (best < 0 || extent_of(plan, left, v) > extent_of(plan, left, best))
			best = v;
	}
	return best;
}

/* Rows of a tile at a pitch of many cache lines share a few sets of the cache; in a panel they are one block.
 */
static int64_t panel_of(const struct plan *plan, const struct chain *chain, const struct expr *rows,
                        const struct loops *loops)
{
	int64_t terms = chain->reductions[0]->extent;
	if (chain->count != 1 || !read_uses(plan, rows, chain_variable(chain->reductions[0])))
		return 0;
	return plan_extent(plan, terms) * loops->width;
}

/* Where a panel and the lines of the cache from which each of its rows takes a few numbers do not fit the first cache.
 * Threads would read what another has written. */
static int64_t numbers_of(const struct plan *plan, const struct tensor *left, const struct chain *chain,
                          const struct expr *numbers, const struct loops *loops)
{
	int64_t extent = left->extents[loops->vector], blocked = extent_of(plan, left, loops->blocked);
	if (left->rank != 2 || plan->options.threads > 1 ||
	    loops->panel * plan->options.real_size <= PLAN_FIRST_CACHE || extent < NUMBER_USES * loops->width ||
	    stride_along(plan, numbers, loops->blocked) != STRIDE_UNIT ||
	    stride_along(plan, numbers, chain_variable(chain->reductions[0])) != STRIDE_FAR)
		return 0;
	return plan_extent(plan, chain->reductions[0]->extent) * tiles_of(blocked, loops->block) * loops->block;
}

/* The width of the panels that the step reads or writes along the vector; 0: none. */
static int panel_along(const struct plan *plan, const struct step *step, const struct product *product,
                       int vector)
{
	int width = 0;
	for (size_t m = 0; m < step->members.count; m++) {
		const struct tensor *left = step->members.items[m].equation->left;
		if (step->members.items[m].stored && plan_panel(plan, left) > 0 &&
		    plan_dimension(plan, left, left->rank - 1) == vector)
			width = plan_panel(plan, left);
	}
	for (int k = 0; k < product->count; k++)
		if (read_uses(plan, product->factors[k], vector) &&
		    plan_panel(plan, product->factors[k]->tensor) > 0)
			width = plan_panel(plan, product->factors[k]->tensor);
	return width;
}

/* Does memory go on where the last tile along the vector ends? */
static bool has_room(const struct plan *plan, const struct tensor *tensor, int64_t extent, int width)
{
	return plan_panel(plan, tensor) > 0 || extent + plan_row_gap(plan, tensor) >= tiles_of(extent, width) * width;
}

/* If what the step reads along the vector ends there, the last tile overlaps the one before. False: there is none, or
 * another read lies in panels, which cannot. */
static bool can_end(const struct plan *plan, const struct product *product, struct loops *loops, int64_t extent)
{
	bool is_padded = false;
	for (int k = 0; k < product->count; k++) {
		const struct tensor *tensor = product->factors[k]->tensor;
		if (!read_uses(plan, product->factors[k], loops->vector))
			continue;
		loops->overlaps = loops->overlaps || !has_room(plan, tensor, extent, loops->width);
		is_padded = is_padded || plan_is_padded(plan, tensor);
	}
	return !loops->overlaps || (!is_padded && extent >= loops->width);
}

static void tile_row(const struct plan *plan, const struct step *step, struct loops *loops,
                     const struct tensor *left, const struct chain *chain, const struct product *product)
{
	int lanes = (int)lanes_of(plan);
	int64_t extent = left->extents[loops->vector];
	const struct expr *vectors = NULL, *numbers = NULL;
	for (int k = 0; k < product->count; k++)
		*(read_uses(plan, product->factors[k], loops->vector) ? &vectors : &numbers) =
		        product->factors[k];
	if (extent < lanes || !vectors)
		return;
	int width = panel_along(plan, step, product, loops->vector);
	int blocked = numbers ? shared_along(plan, left, vectors, numbers, loops->vector) : -1;
	int64_t whole = extent / lanes;
	int most = width > 0 ? width / lanes : whole < MOST_VECTORS ? (int)whole : MOST_VECTORS;
	struct tile tile = best_tile(blocked < 0 ? 1 : extent_of(plan, left, blocked),
	                             width > 0 ? most : tiles_of(extent, lanes), width > 0 ? most : 1, most,
	                             registers_for_sums(plan->options.target));
	struct loops tiled = *loops;
	tiled.width = tile.columns * lanes;
	if (!can_end(plan, product, &tiled, extent))
		return;
	*loops = tiled;
	loops->vectors = tile.columns;
	if (blocked >= 0 && plan_panel(plan, vectors->tensor) == 0 &&
	    extent_of(plan, left, blocked) >= PANEL_USES && extent * plan->options.real_size >= FAR_BYTES)
		loops->panel = panel_of(plan, chain, vectors, loops);
	loops->blocked = tile.rows > 1 ? blocked : -1;
	loops->block = tile.rows;
	loops->copied = loops->panel > 0 ? vectors : NULL;
	if (loops->panel > 0 && loops->blocked >= 0)
		loops->numbers = numbers_of(plan, left, chain, numbers, loops);
}

/* With columns that divide a vector. */
static struct tile best_divisor(int64_t rows, int64_t columns, int lanes, int sums)
{
	struct tile best = {0};
	for (int column = 1; column <= lanes && column <= columns; column *= 2) {
		struct tile tile = best_tile(rows, columns, column, column, sums);
		if (tile.rows > 0 && (best.rows == 0 || tile.cost < best.cost))
			best = tile;
	}
	return best;
}

static struct tile turned(struct tile tile)
{
	return (struct tile){.rows = tile.columns, .columns = tile.rows, .cost = tile.cost};
}

static void tile_lanes(const struct plan *plan, struct loops *loops, const struct tensor *left,
                       const struct product *product)
{
	const struct target *target = plan->options.target;
	int lanes = target->vector_bytes / plan->options.real_size, parts = PLAN_LANES / lanes;
	if (product->count != 2 || !read_uses(plan, product->factors[0], loops->vector) ||
	    !read_uses(plan, product->factors[1], loops->vector))
		return;
	/* What is larger comes by once, in the outer loop over rows. */
	bool swapped = tensor_elements(product->factors[0]->tensor, plan->batch) >
	               tensor_elements(product->factors[1]->tensor, plan->batch);
	const struct expr *a = product->factors[swapped], *b = product->factors[!swapped];
	int first = shared_along(plan, left, a, b, -1), second = shared_along(plan, left, b, a, -1);
	int64_t rows = first < 0 ? 1 : extent_of(plan, left, first);
	int64_t columns = second < 0 ? 1 : extent_of(plan, left, second);
	int sums = (registers_for_sums(target) - 2) / parts;
	int last = plan_dimension(plan, left, left->rank - 1);
	sums = sums < PLAN_LANES ? sums : PLAN_LANES; /* what is joined at once */
	bool is_first = left->rank > 0 && last == first, is_second = left->rank > 0 && last == second;
	struct tile tile = is_second  ? best_divisor(rows, columns, lanes, sums)
	                   : is_first ? turned(best_divisor(columns, rows, lanes, sums))
	                              : best_tile(rows, columns, 1, MOST_ROWS, sums);
	loops->vectors = 1;
	loops->blocked = tile.rows > 1 ? first : -1;
	loops->block = tile.rows;
	loops->second = tile.columns > 1 ? second : -1;
	loops->seconds = tile.columns;
	if ((is_first && loops->blocked >= 0) || (is_second && loops->second >= 0)) {
		loops->grouped = last;
		loops->group = lanes;
	}
}

/* Rows of the batch by vectors, of which threads want some each, times values of the last index that divide a
 * vector. */
static void tile_turned(const struct plan *plan, struct loops *loops, const struct tensor *left)
{
	const struct target *target = plan->options.target;
	int lanes = target->vector_bytes / plan->options.real_size;
	int64_t vectors = tiles_of(plan->batch, lanes), terms = loops->panel / loops->width;
	int64_t most = plan->options.threads > 1 ? vectors / plan->options.threads : vectors;
	struct tile best = {0};
	for (int rows = 1; rows <= lanes && rows <= left->extents[1]; rows *= 2)
		for (int columns = 1; columns <= MOST_VECTORS && (columns == 1 || columns <= most);
		     columns++) {
			double cost =
			        tile_cost(tiles_of(left->extents[1], rows) * rows, vectors, rows, columns);
			if (rows * columns <= registers_for_sums(target) &&
			    (best.rows == 0 || cost < best.cost))
				best = (struct tile){rows, columns, cost};
		}
	loops->vectors = best.columns;
	loops->width = best.columns * lanes;
	loops->panel = terms * loops->width;
	loops->block = best.rows;
	loops->grouped = 1;
	loops->group = lanes;
}

static void choose_tile(const struct plan *plan, struct step *step)
{
	const struct equation *equation = lone_sum(plan->arena, step);
	struct loops *loops = &step->loops;
	if (!equation || loops->form == LOOP_PLAIN)
		return;
	if (loops->form == LOOP_TURNED) {
		tile_turned(plan, loops, equation->left);
		return;
	}
	struct chain chain = chain_of(equation->right);
	struct product product = product_of(chain.body);
	if (!reads_vectors(plan, &product, loops->vector))
		return;
	if (loops->form == LOOP_ROW)
		tile_row(plan, step, loops, equation->left, &chain, &product);
	else
		tile_lanes(plan, loops, equation->left, &product);
}

/* In plain C, short interleaved sums of many rows: compilers make vectors of neighbouring rows, not of the
 * parts of one sum, whose joining takes the longer then. */
static void turn_lanes(const struct plan *plan, struct step *step)
{
	const struct equation *equation = lone_sum(plan->arena, step);
	if (step->loops.form != LOOP_LANES || plan->batch < PLAN_TILE || !rows_factor(plan, equation))
		return;
	int64_t terms = chain_of(equation->right).reductions[0]->extent;
	if (terms > SHORT_SUM || tensor_elements(equation->left, 1) == 1)
		return;
	step->loops.panel = terms * PLAN_TILE;
	step->loops.copied = rows_factor(plan, equation);
}

/* In plain C, tiles of rows of the batch that lie far apart and serve many other rows are copied too: in the sums of
 * weights' gradients. Rows of a parameter are not, which would cost more than it brings where few rows are predicted. */
static void copy_rows(const struct plan *plan, struct step *step)
{
	const struct equation *equation = lone_sum(plan->arena, step);
	struct loops *loops = &step->loops;
	if (loops->form != LOOP_ROW || loops->blocked < 0 || plan->options.threads > 1)
		return;
	const struct tensor *left = equation->left;
	struct chain chain = chain_of(equation->right);
	const struct expr *row = factor_along(plan, equation, loops->vector);
	bool is_far = left->extents[loops->vector] > loops->width &&
	              left->extents[loops->vector] * plan->options.real_size >= FAR_BYTES;
	if (!row || !is_far || chain.reductions[0]->extent != EXTENT_ROWS ||
	    extent_of(plan, left, loops->blocked) < PANEL_USES || plan_panel(plan, row->tensor) > 0)
		return;
	for (int v = 0; v < left->rank; v++)
		if (v != loops->vector && expr_uses(row, v))
			return;
	loops->panel = panel_of(plan, &chain, row, loops);
	loops->copied = loops->panel > 0 ? row : NULL;
}

static void choose_plain(const struct plan *plan, struct step *step)
{
	turn_lanes(plan, step);
	copy_rows(plan, step);
}

void plan_tiles(struct plan *plan)
{
	for (size_t k = 0; k < plan->steps.count; k++) {
		struct step *step = plan->steps.items[k];
		if (plan->options.target->vector_bytes > 0)
			choose_tile(plan, step);
		else
			choose_plain(plan, step);
		step->loops.is_shared = plan->options.threads > 1 && plan_may_share(plan, step);
	}
}
