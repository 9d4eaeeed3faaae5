#ifndef PGQUILL_TYPE_NUMERIC_MATH_H
#define PGQUILL_TYPE_NUMERIC_MATH_H

#include "type/numeric.h"

/* Roots, logarithms and powers of finite numbers, to a given scale. */

/* x >= 0; the root at the scale PostgreSQL gives it. */
void number_sqrt(struct number *result, const struct number *x);
void number_sqrt_at(struct number *result, const struct number *x, int scale);
/* e^x at the scale PostgreSQL gives it; 22003 when the result has too many digits. */
bool number_exp(struct number *result, const struct number *x, struct diag *diag);
/* x > 0. */
void number_ln(struct number *result, const struct number *x);
/* Logarithm of x for a base; both > 0, base not 1. */
void number_log(struct number *result, const struct number *base, const struct number *x);
/* base^exponent, where defined (base not negative with a fraction in the exponent; not 0 with a negative one). */
bool number_power(struct number *result, const struct number *base, const struct number *exponent, struct diag *diag);

#endif
