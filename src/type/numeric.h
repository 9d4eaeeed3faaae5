#ifndef PGQUILL_TYPE_NUMERIC_H
#define PGQUILL_TYPE_NUMERIC_H

#include "type/datum.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

#include <gmp.h>

/* Exact decimal numbers: coefficient / 10^scale, with the display scale that PostgreSQL's numeric keeps. */
enum number_kind { NUMBER_FINITE, NUMBER_NEGATIVE_INFINITY, NUMBER_INFINITY, NUMBER_NAN };

struct number {
    enum number_kind kind;
    int scale; /* >= 0 */
    mpz_t coefficient;
};

enum {
    NUMBER_SCALE_MAX = 16383,        /* digits behind the point that a value can hold */
    NUMBER_DISPLAY_SCALE_MAX = 1000, /* that division and its kin produce */
    NUMBER_WEIGHT_MAX = 131072,      /* digits before the point */
    NUMBER_SIGNIFICANT = 16,         /* digits that inexact results have at least */
};

void number_init(struct number *number);
void number_clear(struct number *number);
void number_set(struct number *to, const struct number *from);
void number_set_int(struct number *number, int64_t value);
void number_set_int128(struct number *number, __int128 value, int scale);
/* Read a literal (sign, digits, exponent, NaN, Infinity) between blanks; 22P02, 22003. */
bool number_parse(struct number *number, const char *text, size_t len, struct diag *diag);
/* Read a stored value, which is well formed. */
void number_load(struct number *number, const struct datum *datum);
/* Write the canonical form; 22003 when it has more digits than a numeric holds. */
bool number_store(struct number *number, struct arena *arena, struct datum *out, struct diag *diag);
void number_format(const struct number *number, struct buf *out);
/* Change the scale, rounding half away from zero or cutting off. A negative scale rounds before the point, display scale 0. */
void number_round(struct number *number, int scale);
void number_truncate(struct number *number, int scale);
/* NaN equals itself and is above everything. */
int number_compare(const struct number *a, const struct number *b);
int number_sign(const struct number *number);
void number_add(struct number *result, const struct number *a, const struct number *b);
void number_subtract(struct number *result, const struct number *a, const struct number *b);
void number_multiply(struct number *result, const struct number *a, const struct number *b);
/* Quotient at `scale` digits; b is not 0 and both are finite. */
enum number_rounding { NUMBER_ROUNDED, NUMBER_CUT };
void number_divide(struct number *result, const struct number *a, const struct number *b, int scale,
                   enum number_rounding rounding);
/* The scale PostgreSQL gives a quotient. */
int number_divide_scale(const struct number *a, const struct number *b);
/* Position of the first digit in groups of four: 0 for 1..9999, -1 for .0001...9999; and that group's value. */
int number_weight(const struct number *number, int *first_group);
double number_double(const struct number *number);
void number_set_double(struct number *number, double value, int digits);
/* To an integer, rounding half away from zero; false when it does not fit. */
bool number_int64(const struct number *number, int64_t *value);
/* 10^n; valid until the next call with a greater n. */
const __mpz_struct *number_power_of_ten(unsigned n);

/* Stored values straight to 128 bits, where aggregates and sums are fast: false when they do not fit or are not finite. */
bool number_small(const struct datum *datum, __int128 *coefficient, int *scale);
/* Likewise to 64 bits: false also for what would fit and has many characters. */
bool number_short(const struct datum *datum, int64_t *coefficient, int *scale);
struct datum number_small_store(struct arena *arena, __int128 coefficient, int scale);
/* Compare stored values. */
int number_datum_compare(const struct datum *a, const struct datum *b);
/* Apply numeric(p,s); 22003. */
bool number_apply_typmod(struct number *number, int32_t typmod, struct diag *diag);

#endif
