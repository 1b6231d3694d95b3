/* Part of mlp_functions.h, once for numbers and once for vectors: the error function and its complement. */

/* erfc of this is the least normal number, 2^-126. */
#define MLP_ERFC_END 9.1945486f

/* a * b - product, exactly, where the product is the rounded one */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(product_rest)(MLP_REAL a, MLP_REAL b, MLP_REAL product)
{
#if MLP_FUSES_FLOAT
	return MLP_FMA(a, b, -product);
#else
	/* halves of 12 digits (Dekker 1971, "A floating-point technique for extending the available
	 * precision") */
	MLP_REAL a_high = MLP_NAME(as_real)(MLP_NAME(as_bits)(a) & -0x1000), a_low = a - a_high,
	         b_high = MLP_NAME(as_real)(MLP_NAME(as_bits)(b) & -0x1000), b_low = b - b_high;
	return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
#endif
}

/* An odd polynomial for |x| < 1 [2^-29.4], 1 - exp(-|x| p(|x|)) for others [2^-28.6]. */
MLP_LONG_FUNCTION MLP_REAL MLP_NAME(erf)(MLP_REAL x)
{
	MLP_REAL size = MLP_NAME(without_sign)(x), square = MLP_NAME(small_square)(size);
	MLP_REAL p = MLP_C(7.8069039e-5f);
	p = MLP_FMA(p, square, MLP_C(-7.9978531e-4f));
	p = MLP_FMA(p, square, MLP_C(5.1871622e-3f));
	p = MLP_FMA(p, square, MLP_C(-2.68533472e-2f));
	p = MLP_FMA(p, square, MLP_C(0.112835787f));
	p = MLP_FMA(p, square, MLP_C(-0.37612626f));
	p = MLP_FMA(p, square, MLP_C(0.128379166f));
	MLP_REAL small = MLP_FMA(p, x, x), bounded = MLP_NAME(at_most)(size, 4.0f);
	p = MLP_C(-2.10647049e-4f);
	p = MLP_FMA(p, bounded, MLP_C(3.18697677e-3f));
	p = MLP_FMA(p, bounded, MLP_C(-2.27985587e-2f));
	p = MLP_FMA(p, bounded, MLP_C(0.105116293f));
	p = MLP_FMA(p, bounded, MLP_C(0.635831356f));
	p = MLP_FMA(p, bounded, MLP_C(1.12848008f));
	MLP_REAL logarithm = -bounded * p;
	MLP_BITS n = MLP_NAME(exponent)(logarithm);
	MLP_REAL scale = MLP_NAME(power_of_two)(n),
	         tail = MLP_NAME(exp_tail)(MLP_NAME(reduced)(logarithm, n));
	MLP_REAL large = MLP_C(1.0f) - MLP_FMA(tail, scale, scale);
	return MLP_NAME(with_sign)(MLP_NAME(select)(MLP_NAME(less)(size, MLP_C(1.0f)), small, large), x);
}

/* erfc(x) for 0.75 <= x <= 9.1945486: exp(-x^2) t p(t) with t = 1 / (x + 2.5) [2^-28.7]. What x^2 and t lose
 * in rounding is made good beside the exponential; t p(t) is about the (0.81 + 4.95 t)th power of t. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(erfc_tail)(MLP_REAL x)
{
	MLP_REAL shifted = x + MLP_C(2.5f), t = MLP_C(1.0f) / shifted, v = t - MLP_C(0.1953125f);
	MLP_REAL p = MLP_C(254.486832f);
	p = MLP_FMA(p, v, MLP_C(22.8908253f));
	p = MLP_FMA(p, v, MLP_C(-76.1412888f));
	p = MLP_FMA(p, v, MLP_C(-24.0919075f));
	p = MLP_FMA(p, v, MLP_C(18.3162384f));
	p = MLP_FMA(p, v, MLP_C(21.0684319f));
	p = MLP_FMA(p, v, MLP_C(11.0491858f));
	p = MLP_FMA(p, v, MLP_C(3.91827679f));
	MLP_REAL above = p * v, first = MLP_C(1.03541994f), sum = first + above,
	         sum_rest = above - (sum - first);
	MLP_REAL back = shifted * t, lost = x - (shifted - MLP_C(2.5f)),
	         wrong = ((MLP_C(1.0f) - back) - MLP_NAME(product_rest)(shifted, t, back)) - lost * t,
	         square = x * x;
	MLP_BITS n = MLP_NAME(exponent)(-square);
	MLP_REAL r = MLP_NAME(reduced)(-square, n),
	         rest = MLP_NAME(reduced_rest)(-square, n, r) - MLP_NAME(product_rest)(x, x, square),
	         low = MLP_FMA(wrong, MLP_FMA(t, MLP_C(4.95f), MLP_C(0.81f)), rest),
	         curve = r * MLP_NAME(exp_curve)(r) * r, tail = r + curve,
	         small = MLP_FMA(low, tail, low + curve);
	MLP_REAL factor = sum * t, factor_rest = MLP_FMA(sum_rest, t, MLP_NAME(product_rest)(sum, t, factor)),
	         last = MLP_FMA(factor, small, MLP_FMA(factor_rest, tail, factor_rest)),
	         power = factor + MLP_FMA(factor, r, last);
	return power * MLP_NAME(power_of_two)(n);
}

/* 1 - erf(x) with a polynomial for |x| < 0.75 [2^-29.7] */
MLP_LONG_FUNCTION MLP_REAL MLP_NAME(erfc)(MLP_REAL x)
{
	MLP_REAL size = MLP_NAME(without_sign)(x), square = MLP_NAME(small_square)(size);
	MLP_REAL p = MLP_C(-6.55754004e-4f);
	p = MLP_FMA(p, square, MLP_C(5.08414861e-3f));
	p = MLP_FMA(p, square, MLP_C(-2.68172584e-2f));
	p = MLP_FMA(p, square, MLP_C(0.112829357f));
	p = MLP_FMA(p, square, MLP_C(-0.376125723f));
	p = MLP_FMA(p, square, MLP_C(0.128379151f));
	MLP_REAL half = MLP_C(0.5f), small = half + MLP_FMA(-p, x, half - x);
	MLP_REAL bounded = MLP_NAME(at_least)(MLP_NAME(at_most)(size, MLP_ERFC_END), 0.75f);
	MLP_REAL tail = MLP_NAME(erfc_tail)(bounded);
	MLP_REAL large = MLP_NAME(select)(MLP_NAME(less)(x, MLP_C(0.0f)), MLP_C(2.0f) - tail, tail);
	large = MLP_NAME(unless)(MLP_NAME(less)(MLP_C(MLP_ERFC_END), x), large);
	return MLP_NAME(select)(MLP_NAME(less)(size, MLP_C(0.75f)), small, large);
}

#undef MLP_C
#undef MLP_FMA
#undef MLP_LEAST_EXPONENT
#undef MLP_ERFC_END
