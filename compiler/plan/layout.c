/* The order of the elements of each parameter in memory: which dimension is the last, so that most products
 * walk along it, and whether it is cut into panels, so that the tiles of products read memory from one end to
 * the other. States, gradients and new values of a parameter lie as it does. */
#include <math.h>

#include "plan/chain.h"
#include "plan/plan.h"
#include "plan/product.h"

enum {
	WIDTH = 16,          /* of the vectors that costs are counted in */
};

/* Vector operations for each one that multiplies and adds: a sum in interleaved parts, its joining, a scalar. */
#define COST_OF_LANES 1.4
#define COST_OF_JOINING 3.5
#define COST_OF_TURNING 1.05 /* in all, of rows and sums */
#define COST_OF_SCALAR (double)WIDTH

static const struct tensor *owner(const struct tensor *tensor)
{
	while (tensor->role == TENSOR_NEXT || tensor->role == TENSOR_STATE ||
	       (tensor->role == TENSOR_ADJOINT && tensor->of->role == TENSOR_PARAMETER))
		tensor = tensor->role == TENSOR_NEXT ? tensor->stored_in : tensor->of;
	return tensor;
}

bool plan_is_inner(const struct tensor *tensor)
{
	return tensor->role == TENSOR_LAYER || tensor->role == TENSOR_TEMPORARY ||
	       (tensor->role == TENSOR_ADJOINT && tensor->of->role != TENSOR_INPUT);
}

bool plan_lies_by_columns(const struct plan *plan, const struct tensor *tensor)
{
	return plan_is_inner(tensor) && tensor->rank == 2 && tensor->extents[0] == EXTENT_ROWS &&
	       tensor->extents[1] < PLAN_SHORT && plan->batch >= PLAN_SHORT_BATCH;
}

int64_t plan_extent(const struct plan *plan, int64_t extent)
{
	return extent == EXTENT_ROWS ? plan->batch : extent;
}

int plan_dimension(const struct plan *plan, const struct tensor *tensor, int place)
{
	if (plan_lies_by_columns(plan, tensor))
		return tensor->rank - 1 - place;
	const struct tensor *owned = owner(tensor);
	if (owned->role != TENSOR_PARAMETER || owned->rank != tensor->rank)
		return place;
	int last = tensor->rank - 1 - (int)(uintptr_t)tensor_map_get(&plan->layouts, owned);
	return place == tensor->rank - 1 ? last : place < last ? place : place + 1;
}

int plan_panel(const struct plan *plan, const struct tensor *tensor)
{
	const struct tensor *owned = owner(tensor);
	if (owned->role != TENSOR_PARAMETER || owned->rank != tensor->rank)
		return 0;
	return (int)(uintptr_t)tensor_map_get(&plan->panels, owned);
}

bool plan_is_padded(const struct plan *plan, const struct tensor *tensor)
{
	int panel = plan_panel(plan, tensor);
	return panel > 0 && tensor->extents[plan_dimension(plan, tensor, tensor->rank - 1)] % panel != 0;
}

struct plan_order plan_order(const struct plan *plan, const struct tensor *tensor)
{
	int last = tensor->rank - 1;
	int dimension = tensor->rank > 1 ? plan_dimension(plan, tensor, last) : last;
	struct plan_order order = {1, 1, 1, plan_panel(plan, tensor)};
	if (dimension == last && order.width == 0)
		return (struct plan_order){1, 1, tensor_elements(tensor, plan->batch), 1};
	for (int k = 0; k < dimension; k++)
		order.matrices *= tensor->extents[k];
	order.rows = tensor->extents[dimension];
	for (int k = dimension + 1; k <= last; k++)
		order.columns *= tensor->extents[k];
	order.width = order.width > 0 ? order.width : order.rows;
	return order;
}

/* --- what a layout costs ---------------------------------------------------------------------------------- */

static double padded(double extent)
{
	return ceil(extent / WIDTH) * WIDTH;
}

static bool walks(const struct plan *plan, const struct product *product, int variable)
{
	for (int k = 0; k < product->count; k++) {
		enum stride stride = stride_along(plan, product->factors[k], variable);
		if (stride != STRIDE_NONE && stride != STRIDE_UNIT)
			return false;
	}
	return true;
}

/* Of a step whose only sum is one of products, under the layouts of now, in vector operations. */
static double step_cost(const struct plan *plan, const struct equation *equation)
{
	struct chain chain = chain_of(equation->right);
	struct product product = product_of(chain.body);
	const struct tensor *left = equation->left;
	double sums = 1, terms = 1;
	for (int k = 0; k < left->rank; k++)
		sums *= (double)plan_extent(plan, left->extents[k]);
	for (int k = 0; k < chain.count; k++)
		terms *= (double)plan_extent(plan, chain.reductions[k]->extent);
	double best = sums * terms / WIDTH * COST_OF_SCALAR;
	int last = left->rank > 0 ? plan_dimension(plan, left, left->rank - 1) : -1;
	if (last >= 0 && left->extents[last] >= PLAN_SHORT && walks(plan, &product, last)) {
		double extent = (double)plan_extent(plan, left->extents[last]);
		best = sums * terms / WIDTH * padded(extent) / extent;
	}
	double turned = sums * terms / WIDTH * padded((double)plan->batch) / (double)plan->batch * COST_OF_TURNING;
	if (turned < best && turned_factor(plan, equation))
		best = turned;
	for (int k = 0; k < chain.count; k++) {
		double extent = (double)plan_extent(plan, chain.reductions[k]->extent);
		double cost =
		        sums * (terms / WIDTH * padded(extent) / extent * COST_OF_LANES + COST_OF_JOINING);
		if (extent >= PLAN_SHORT && cost < best &&
		    walks(plan, &product, chain_variable(chain.reductions[k])))
			best = cost;
	}
	return best;
}

/* --- the choice --------------------------------------------------------------------------------------------- */

struct choice {
	const struct tensor *tensor;
	/* By the dimension that lies last, counted from the end: of predictions, and of training. */
	double predicting[TENSOR_MOST_DIMENSIONS], training[TENSOR_MOST_DIMENSIONS];
};

typedef ARRAY(struct choice) choices;

/* Initial values that come as a whole lie as they come. */
static bool is_free(const struct plan *plan, const struct tensor *tensor)
{
	for (size_t k = 0; k < plan->program->initial.equations.count; k++) {
		const struct equation *equation = &plan->program->initial.equations.items[k];
		if (equation->left == tensor)
			return !equation->numbers && !equation->matrix;
	}
	return true;
}

static struct choice *choice_of(struct plan *plan, struct tensor_map *map, choices *all,
                                const struct tensor *tensor)
{
	size_t known = (size_t)(uintptr_t)tensor_map_get(map, tensor);
	if (known > 0)
		return &all->items[known - 1];
	array_push(plan->arena, all, (struct choice){.tensor = tensor});
	tensor_map_set(map, tensor, (const void *)(uintptr_t)all->count);
	return &all->items[all->count - 1];
}

/* The parameters of rank 2 and more that the product reads, and whose gradient it is. */
static void add_costs(struct plan *plan, struct tensor_map *map, choices *all, enum plan_function function,
                      const struct equation *equation)
{
	struct product product = product_of(chain_of(equation->right).body);
	const struct tensor *touched[PRODUCT_FACTORS + 1];
	int count = 0;
	touched[count++] = owner(equation->left);
	for (int k = 0; k < product.count; k++)
		touched[count++] = product.factors[k]->tensor;
	for (int k = 0; product.count > 0 && k < count; k++) {
		if (touched[k]->role != TENSOR_PARAMETER || touched[k]->rank < 2)
			continue;
		struct choice *choice = choice_of(plan, map, all, touched[k]);
		for (int last = 0; last < touched[k]->rank; last++) {
			tensor_map_set(&plan->layouts, touched[k], (const void *)(uintptr_t)last);
			*(function == PLAN_PREDICT ? &choice->predicting[last] : &choice->training[last]) +=
			        step_cost(plan, equation);
		}
		tensor_map_set(&plan->layouts, touched[k], NULL);
	}
}

/* --- panels --------------------------------------------------------------------------------------------------- */

/* Is the index along the dimension, wherever the step reads the tensor, a variable alone? */
static bool reads_plainly(const struct plan *plan, const struct step *step, const struct tensor *tensor,
                          int dimension)
{
	for (size_t m = 0; m < step->members.count; m++) {
		read_list reads = reads_of(plan->arena, step->members.items[m].equation->right);
		for (size_t k = 0; k < reads.count; k++) {
			const struct expr *read = reads.items[k];
			const struct linear *index =
			        owner(read->tensor) == tensor && read->tensor->rank == tensor->rank
			                ? read->indices[dimension]
			                : NULL;
			if (index && !(index->count == 1 && !index->label && index->constant == 0 &&
			               !index->terms[0].division && index->terms[0].coefficient == 1))
				return false;
		}
	}
	return true;
}

static void choose_panel(struct plan *plan, const struct tensor *tensor)
{
	int dimension = plan_dimension(plan, tensor, tensor->rank - 1);
	int vectors = tile_vectors(plan, tensor->extents[dimension]);
	int64_t width = (int64_t)vectors * plan->options.target->vector_bytes / plan->options.real_size;
	if (vectors == 0 || tensor_elements(tensor, 1) * plan->options.real_size < PLAN_FIRST_CACHE)
		return;
	for (size_t k = 0; k < plan->steps.count; k++)
		if (!reads_plainly(plan, plan->steps.items[k], tensor, dimension))
			return;
	tensor_map_set(&plan->panels, tensor, (const void *)(uintptr_t)width);
}

/* What predictions want decides alone where it decides: programs that only predict have the same order of sums. */
static bool is_better(const struct choice *choice, int last, int best)
{
	if (choice->predicting[last] != choice->predicting[best])
		return choice->predicting[last] < choice->predicting[best];
	return choice->training[last] < choice->training[best];
}

void plan_layouts(struct plan *plan)
{
	choices all = {0};
	struct tensor_map map = {.arena = plan->arena};
	plan->layouts.arena = plan->panels.arena = plan->arena;
	for (enum plan_function f = PLAN_PREDICT; f < PLAN_FUNCTIONS; f++)
		for (size_t k = 0; k < plan->functions[f].count; k++) {
			const struct equation *sum = lone_sum(plan->arena, plan->functions[f].items[k]);
			if (sum)
				add_costs(plan, &map, &all, f, sum);
		}
	for (size_t k = 0; k < all.count; k++) {
		const struct choice *choice = &all.items[k];
		int best = 0;
		for (int last = 1; last < choice->tensor->rank; last++)
			if (is_better(choice, last, best))
				best = last;
		if (!is_free(plan, choice->tensor))
			continue;
		tensor_map_set(&plan->layouts, choice->tensor, (const void *)(uintptr_t)best);
		choose_panel(plan, choice->tensor);
	}
}
