/* Part of mlp_functions.h, once for numbers and once for vectors: logarithms by x = 2^n (1 + f),
 * sqrt(1/2) <= 1 + f < sqrt(2), and a polynomial in f. */

/* The distance in bits from sqrt(1/2) to x: 23 digits of 1 + f under n. */
MLP_ALWAYS_INLINE MLP_BITS MLP_NAME(from_root)(MLP_REAL x)
{
	return MLP_NAME(bits_plus)(MLP_NAME(as_bits)(x), -0x3f3504f3);
}

/* log(1 + f) - minus_n log(2) [2^-27.3 of log(1 + f)]; as n is 0 with its sign changed, -0 stays. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(log_of)(MLP_REAL f, MLP_BITS minus_n)
{
	MLP_REAL whole = MLP_NAME(whole)(minus_n), square = f * f, p = MLP_C(-7.64492825e-2f);
	p = MLP_FMA(p, f, MLP_C(0.127683505f));
	p = MLP_FMA(p, f, MLP_C(-0.131596267f));
	p = MLP_FMA(p, f, MLP_C(0.142008454f));
	p = MLP_FMA(p, f, MLP_C(-0.166233212f));
	p = MLP_FMA(p, f, MLP_C(0.200012624f));
	p = MLP_FMA(p, f, MLP_C(-0.250008225f));
	p = MLP_FMA(p, f, MLP_C(0.333333313f));
	MLP_REAL tail = MLP_FMA(whole, MLP_C(2.12194440e-4f), p * f * square);
	return MLP_FMA(whole, MLP_C(-0.693359375f), f + MLP_FMA(square, MLP_C(-0.5f), tail));
}

/* `log` where 0 < x < infinity, else log(x); NaN stays. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(log_limits)(MLP_REAL x, MLP_REAL log)
{
	MLP_REAL zero = MLP_C(0.0f), infinity = MLP_C(HUGE_VALF);
	MLP_REAL below = MLP_NAME(select)(MLP_NAME(less)(x, zero), MLP_C(NAN), -infinity);
	MLP_REAL finite = MLP_NAME(select)(MLP_NAME(less)(zero, x), log, below);
	return MLP_NAME(select)(MLP_NAME(less)(x, infinity), finite, x);
}

MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(log)(MLP_REAL x)
{
	MLP_BITS subnormal = MLP_NAME(less)(x, MLP_C(0x1p-126f));
	MLP_BITS bits = MLP_NAME(from_root)(MLP_NAME(select)(subnormal, x * MLP_C(0x1p25f), x));
	MLP_REAL mantissa = MLP_NAME(as_real)((bits & 0x7fffff) + 0x3f3504f3);
	MLP_BITS minus_n = (subnormal & 25) - (bits >> 23);
	return MLP_NAME(log_limits)(x, MLP_NAME(log_of)(mantissa - MLP_C(1.0f), minus_n));
}

/* With the n of 1 + x as it is rounded, f = x / 2^n + (1 / 2^n - 1) is as exact as it can be. */
MLP_ALWAYS_INLINE MLP_REAL MLP_NAME(log1p)(MLP_REAL x)
{
	MLP_BITS tiny = MLP_NAME(less)(MLP_NAME(without_sign)(x), MLP_C(0x1p-25f));
	MLP_REAL bounded = MLP_NAME(unless)(tiny, x), sum = bounded + MLP_C(1.0f);
	MLP_BITS power = MLP_NAME(from_root)(sum) & -0x800000;
	/* 1 / 2^n; 2^-127 and 2^-128 as 0 */
	MLP_BITS inverse = MLP_NAME(bits_minus)(MLP_NAME(as_bits)(MLP_C(1.0f)), power);
	MLP_REAL base = MLP_NAME(as_real)(inverse & ~(inverse >> 31)) - MLP_C(1.0f);
	MLP_REAL scaled = MLP_NAME(as_real)(MLP_NAME(bits_minus)(MLP_NAME(as_bits)(bounded), power));
	MLP_REAL log = MLP_NAME(log_of)(base + scaled, -(power >> 23));
	return MLP_NAME(select)(tiny, x, MLP_NAME(log_limits)(sum, log));
}
