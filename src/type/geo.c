#include "type/geo.h"

#include "type/codecs.h"

/* Arithmetic of geometric values, and their construction from parts. */

static double overflow(struct diag *diag)
{
    if (!diag_is_set(diag))
        diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow");
    return NAN;
}

static double underflow(struct diag *diag)
{
    if (!diag_is_set(diag))
        diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: underflow");
    return NAN;
}

double geo_add(struct diag *diag, double a, double b)
{
    double sum = a + b;
    return isinf(sum) && !isinf(a) && !isinf(b) ? overflow(diag) : sum;
}

double geo_sub(struct diag *diag, double a, double b)
{
    return geo_add(diag, a, -b);
}

double geo_mul(struct diag *diag, double a, double b)
{
    double product = a * b;
    if (isinf(product) && !isinf(a) && !isinf(b))
        return overflow(diag);
    return product == 0 && a != 0 && b != 0 ? underflow(diag) : product;
}

double geo_div(struct diag *diag, double a, double b)
{
    if (b == 0 && !isnan(a)) {
        if (!diag_is_set(diag))
            diag_set(diag, ERRCODE_DIVISION_BY_ZERO, "division by zero");
        return NAN;
    }
    double quotient = a / b;
    if (isinf(quotient) && !isinf(a))
        return overflow(diag);
    return quotient == 0 && a != 0 && !isinf(b) ? underflow(diag) : quotient;
}

double geo_hypot(struct diag *diag, double x, double y)
{
    if (isinf(x) || isinf(y))
        return INFINITY;
    if (isnan(x) || isnan(y))
        return NAN;
    x = fabs(x);
    y = fabs(y);
    double large = x > y ? x : y, small = x > y ? y : x;
    if (small == 0)
        return large;
    /* hypot() would round otherwise in the last digit. */
    double ratio = small / large, length = large * sqrt(1.0 + ratio * ratio);
    return isinf(length) ? overflow(diag) : length == 0 ? underflow(diag) : length;
}

bool geo_same_point(struct geo_point a, struct geo_point b)
{
    if (isnan(a.x) || isnan(a.y) || isnan(b.x) || isnan(b.y))
        return float_compare(a.x, b.x) == 0 && float_compare(a.y, b.y) == 0;
    return geo_eq(a.x, b.x) && geo_eq(a.y, b.y);
}

double geo_distance(struct diag *diag, struct geo_point a, struct geo_point b)
{
    return geo_hypot(diag, geo_sub(diag, a.x, b.x), geo_sub(diag, a.y, b.y));
}

double geo_slope(struct diag *diag, struct geo_point a, struct geo_point b)
{
    if (geo_eq(a.x, b.x))
        return INFINITY;
    if (geo_eq(a.y, b.y))
        return 0;
    return geo_div(diag, geo_sub(diag, a.y, b.y), geo_sub(diag, a.x, b.x));
}

struct geo_box geo_box_of(struct geo_point a, struct geo_point b)
{
    bool x = float_compare(a.x, b.x) > 0, y = float_compare(a.y, b.y) > 0;
    return (struct geo_box){.high = {x ? a.x : b.x, y ? a.y : b.y}, .low = {x ? b.x : a.x, y ? b.y : a.y}};
}

struct geo_line geo_line_of(struct diag *diag, struct geo_point point, double slope)
{
    if (isinf(slope))
        return (struct geo_line){-1, 0, point.x};
    if (slope == 0)
        return (struct geo_line){0, -1, point.y};
    struct geo_line line = {slope, -1, geo_sub(diag, point.y, geo_mul(diag, slope, point.x))};
    if (line.c == 0)
        line.c = 0; /* no negative zero */
    return line;
}
