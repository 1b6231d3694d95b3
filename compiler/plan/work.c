/* The work of a step, and which steps are worth several threads. */
#include "plan/chain.h"
#include "plan/plan.h"

enum {
	ELEMENT_WORK = 8,     /* multiply-adds in the time of an element of an equation without sum */
	LEAST_WORK = 1000000, /* in some 20 microseconds, of which starting the threads takes one */
};

/* Of equations that sum, and of the others. */
double plan_work(const struct plan *plan, const struct step *step)
{
	double work = 0;
	for (size_t m = 0; m < step->members.count; m++) {
		const struct equation *equation = step->members.items[m].equation;
		struct chain chain = chain_of(equation->right);
		double own = chain.count > 0 ? 1 : ELEMENT_WORK;
		for (int k = 0; k < chain.count; k++)
			own *= (double)plan_extent(plan, chain.reductions[k]->extent);
		work += (double)tensor_elements(equation->left, plan->batch) * own;
	}
	return work;
}

bool plan_may_share(const struct plan *plan, const struct step *step)
{
	const struct equation *first = step->members.items[0].equation;
	return first->left->rank > 1 && !first->numbers && !first->matrix &&
	       plan_work(plan, step) >= LEAST_WORK;
}
