/* Part of mlp_functions.h, once for numbers and once for vectors: the exponential and its kin, by
 * exp(x) = 2^n exp(r), |r| <= log(2) / 2, and a polynomial. Coefficients here and in the parts beside are the
 * best ones in the largest error relative to the result (Remez 1934), rounded to float one by one from the
 * lowest power, the others fitted anew after each. The bound in brackets is that of the polynomial alone. */

#define MLP_C(value) MLP_NAME(broadcast)(value)
/* exp of this is the least normal number, 2^-126. */
#define MLP_LEAST_EXPONENT -87.33654f
#define MLP_FMA(a, b, c) MLP_NAME(multiply_add)(a, b, c)

/* -- Steps ------------------------------------------------------------------------------------------ */

/* NaN stays. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(at_most)(MLP_REAL x, float bound)
{
	return MLP_NAME(select)(MLP_NAME(less)(MLP_C(bound), x), MLP_C(bound), x);
}

MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(at_least)(MLP_REAL x, float bound)
{
	return MLP_NAME(select)(MLP_NAME(less)(x, MLP_C(bound)), MLP_C(bound), x);
}

MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(without_sign)(MLP_REAL x)
{
	return MLP_NAME(as_real)(MLP_NAME(as_bits)(x) & INT32_MAX);
}

/* `size`, which has no sign or that of x, with the sign of x */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(with_sign)(MLP_REAL size, MLP_REAL x)
{
	return MLP_NAME(as_real)(MLP_NAME(as_bits)(size) | (MLP_NAME(as_bits)(x) & INT32_MIN));
}

/* `value`, but 0 where the mask is set */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(unless)(MLP_BITS mask, MLP_REAL value)
{
	return MLP_NAME(as_real)(MLP_NAME(as_bits)(value) & ~mask);
}

/* x^2 for an odd polynomial: where it is small beside 1, any such number, none that is subnormal. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(small_square)(MLP_REAL size)
{
	MLP_REAL bounded = MLP_NAME(at_least)(size, 0x1p-30f);
	return bounded * bounded;
}

/* 2^n, from -126 to 127 */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(power_of_two)(MLP_BITS n)
{
	return MLP_NAME(as_real)(MLP_NAME(bits_left)(MLP_NAME(bits_plus)(n, 127), 23));
}

/* The whole number next to x / log(2), |x| < 2^20: the last digits of a sum with 1.5 * 2^23. For NaN any. */
MLP_ALWAYS_INLINE MLP_BITS MLP_NAME(exponent)(MLP_REAL x)
{
	MLP_REAL sum = MLP_FMA(x, MLP_C(1.44269504f), MLP_C(12582912.0f));
	return MLP_NAME(bits_plus)(MLP_NAME(as_bits)(sum), -0x4b400000);
}

/* x - n log(2), where the upper part of log(2) has 9 digits: its product with n is exact. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(reduced)(MLP_REAL x, MLP_BITS n)
{
	MLP_REAL whole = MLP_NAME(whole)(n);
	return MLP_FMA(whole, MLP_C(2.12194440e-4f), MLP_FMA(whole, MLP_C(-0.693359375f), x));
}

/* What r, the reduced x, lost in its last rounding. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(reduced_rest)(MLP_REAL x, MLP_BITS n, MLP_REAL r)
{
	MLP_REAL whole = MLP_NAME(whole)(n), high = MLP_FMA(whole, MLP_C(-0.693359375f), x);
	return MLP_FMA(whole, MLP_C(2.12194440e-4f), high - r);
}

/* (exp(r) - 1 - r) / r^2 for |r| <= 0.3475 [2^-28.2 of exp(r)] */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(exp_curve)(MLP_REAL r)
{
	MLP_REAL p = MLP_C(1.38391287e-3f);
	p = MLP_FMA(p, r, MLP_C(8.36937129e-3f));
	p = MLP_FMA(p, r, MLP_C(4.16681021e-2f));
	p = MLP_FMA(p, r, MLP_C(0.166665152f));
	return MLP_FMA(p, r, MLP_C(0.49999994f));
}

/* exp(r) - 1 */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(exp_tail)(MLP_REAL r)
{
	return MLP_FMA(r * MLP_NAME(exp_curve)(r), r, r);
}

/* exp(-|x|), 2^-126 where that is more; NaN stays. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(exp_down)(MLP_REAL x)
{
	MLP_REAL bounded = MLP_NAME(at_least)(-MLP_NAME(without_sign)(x), MLP_LEAST_EXPONENT);
	MLP_BITS n = MLP_NAME(exponent)(bounded);
	MLP_REAL scale = MLP_NAME(power_of_two)(n);
	return MLP_FMA(MLP_NAME(exp_tail)(MLP_NAME(reduced)(bounded, n)), scale, scale);
}

/* -- Functions -------------------------------------------------------------------------------------- */

/* Within its bounds the result is a normal number: n is added to the exponent of exp(r). */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(exp)(MLP_REAL x)
{
	MLP_BITS finite = MLP_NAME(less)(x, MLP_C(88.72284f)),
	         vanishes = MLP_NAME(less)(x, MLP_C(MLP_LEAST_EXPONENT));
	MLP_REAL bounded = MLP_NAME(select)(finite, x, MLP_C(0.0f));
	bounded = MLP_NAME(select)(vanishes, MLP_C(0.0f), bounded);
	MLP_BITS n = MLP_NAME(exponent)(bounded);
	MLP_REAL power = MLP_C(1.0f) + MLP_NAME(exp_tail)(MLP_NAME(reduced)(bounded, n));
	power = MLP_NAME(as_real)(MLP_NAME(bits_sum)(MLP_NAME(as_bits)(power), MLP_NAME(bits_left)(n, 23)));
	/* infinity, NaN of NaN */
	return MLP_NAME(select)(finite, MLP_NAME(unless)(vanishes, power), x + MLP_C(HUGE_VALF));
}

/* 2^n exp(r) - 1 = 2^n (r + rest of r + tail) + (2^n - 1); all in halves, as 2^128 is no float. The sum of r
 * and 2^n - 1 is exact in two parts. [2^-31.9 of exp(r) - 1] */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(expm1)(MLP_REAL x)
{
	/* keeps -0 and subnormal numbers */
	MLP_BITS tiny = MLP_NAME(less)(MLP_NAME(without_sign)(x), MLP_C(0x1p-25f));
	MLP_REAL bounded = MLP_NAME(unless)(tiny, MLP_NAME(at_least)(MLP_NAME(at_most)(x, 89.0f), -18.0f));
	MLP_BITS n = MLP_NAME(exponent)(bounded);
	MLP_REAL r = MLP_NAME(reduced)(bounded, n), rest = MLP_NAME(reduced_rest)(bounded, n, r),
	         p = MLP_C(1.49330605e-4f);
	p = MLP_FMA(p, r, MLP_C(1.39305659e-3f));
	p = MLP_FMA(p, r, MLP_C(8.34161509e-3f));
	p = MLP_FMA(p, r, MLP_C(4.16665115e-2f));
	p = MLP_FMA(p, r, MLP_C(0.166666359f));
	p = MLP_FMA(p, r, MLP_C(0.5f));
	MLP_REAL scale = MLP_NAME(power_of_two)(n - 1), base = scale - MLP_C(0.5f), grown = scale * r,
	         sum = base + grown, lost = grown - (sum - base);
	MLP_REAL half = sum + MLP_FMA(MLP_FMA(r * r, p, rest), scale, lost);
	return MLP_NAME(select)(tiny, x, half + half);
}

/* An odd polynomial for |x| < 0.625 [2^-27.7], 1 - 2 / (exp(2 |x|) + 1) for others. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(tanh)(MLP_REAL x)
{
	MLP_REAL size = MLP_NAME(without_sign)(x), square = MLP_NAME(small_square)(size);
	MLP_REAL p = MLP_C(-5.69632044e-3f);
	p = MLP_FMA(p, square, MLP_C(2.06305552e-2f));
	p = MLP_FMA(p, square, MLP_C(-5.37368543e-2f));
	p = MLP_FMA(p, square, MLP_C(0.133314058f));
	p = MLP_FMA(p, square, MLP_C(-0.333332807f));
	MLP_REAL small = MLP_FMA(p * square, x, x);
	MLP_REAL bounded = MLP_NAME(at_most)(size, 9.1f), twice = bounded + bounded;
	MLP_BITS n = MLP_NAME(exponent)(twice);
	MLP_REAL scale = MLP_NAME(power_of_two)(n),
	         power = MLP_FMA(MLP_NAME(exp_tail)(MLP_NAME(reduced)(twice, n)), scale, scale);
	MLP_REAL large = MLP_C(1.0f) - MLP_C(2.0f) / (power + MLP_C(1.0f));
	return MLP_NAME(with_sign)(MLP_NAME(select)(MLP_NAME(less)(size, MLP_C(0.625f)), small, large), x);
}

/* 1 / (1 + exp(-x)) */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(logistic)(MLP_REAL x)
{
	MLP_REAL power = MLP_NAME(exp_down)(x), one = MLP_C(1.0f),
	         above = MLP_NAME(select)(MLP_NAME(less)(x, MLP_C(0.0f)), power, one);
	return MLP_NAME(unless)(MLP_NAME(less)(x, MLP_C(MLP_LEAST_EXPONENT)), above / (one + power));
}

/* log(1 + exp(x)) as max(x, 0) + log(1 + e) with e = exp(-|x|), and a polynomial for e in [0, 1] [2^-30.1];
 * the first sum is exact in two parts, and what e lost in rounding is added with about the slope there. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(log1pexp)(MLP_REAL x)
{
	MLP_REAL bounded = MLP_NAME(at_least)(-MLP_NAME(without_sign)(x), MLP_LEAST_EXPONENT);
	MLP_BITS n = MLP_NAME(exponent)(bounded);
	MLP_REAL scale = MLP_NAME(power_of_two)(n), tail = MLP_NAME(exp_tail)(MLP_NAME(reduced)(bounded, n)),
	         e = MLP_FMA(tail, scale, scale), e_rest = MLP_FMA(tail, scale, scale - e);
	MLP_BITS flat = MLP_NAME(less)(e, MLP_C(0x1p-30f));
	MLP_REAL curved = MLP_NAME(unless)(flat, e), slope = MLP_FMA(curved, MLP_C(-0.5f), MLP_C(1.0f));
	MLP_REAL p = MLP_C(2.08460772e-3f);
	p = MLP_FMA(p, curved, MLP_C(-1.36919171e-2f));
	p = MLP_FMA(p, curved, MLP_C(4.21152003e-2f));
	p = MLP_FMA(p, curved, MLP_C(-8.3239235e-2f));
	p = MLP_FMA(p, curved, MLP_C(0.1247954f));
	p = MLP_FMA(p, curved, MLP_C(-0.161351725f));
	p = MLP_FMA(p, curved, MLP_C(0.198996231f));
	p = MLP_FMA(p, curved, MLP_C(-0.249888644f));
	p = MLP_FMA(p, curved, MLP_C(0.333327144f));
	p = MLP_FMA(p, curved, MLP_C(-0.499999881f));
	MLP_REAL linear = MLP_NAME(at_least)(x, 0.0f), sum = linear + e, added = sum - linear,
	         lost = (linear - (sum - added)) + (e - added);
	MLP_BITS vanishes = MLP_NAME(less)(x, MLP_C(MLP_LEAST_EXPONENT));
	lost = MLP_FMA(MLP_NAME(unless)(flat, e_rest), slope, lost);
	MLP_REAL log = MLP_NAME(unless)(vanishes, sum + MLP_FMA(curved * curved, p, lost));
	return MLP_NAME(select)(MLP_NAME(less)(MLP_C(64.0f), x), x, log); /* infinity too */
}
