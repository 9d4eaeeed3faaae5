#ifndef PGQUILL_TYPE_GEO_H
#define PGQUILL_TYPE_GEO_H

#include "type/type.h"

#include <math.h>

/* Geometric values. They are stored as PostgreSQL's text with the shortest exact numbers; a box's upper right corner comes first. */
struct geo_point {
    double x, y;
};

struct geo_lseg {
    struct geo_point p[2];
};

struct geo_box {
    struct geo_point high, low;
};

/* Ax + By + C = 0 */
struct geo_line {
    double a, b, c;
};

struct geo_circle {
    struct geo_point center;
    double radius;
};

/* A path, or (closed) a polygon. */
struct geo_path {
    int count;
    bool closed;
    struct geo_point *p;
};

/* Read the storage form; what another tool stored and is no such value reads as NaNs. A path's points live in the arena. */
struct geo_point geo_point_load(const struct datum *value);
struct geo_lseg geo_lseg_load(const struct datum *value);
struct geo_box geo_box_load(const struct datum *value);
struct geo_line geo_line_load(const struct datum *value);
struct geo_circle geo_circle_load(const struct datum *value);
struct geo_path geo_path_load(struct arena *arena, const struct datum *value);

struct datum geo_point_store(struct arena *arena, struct geo_point point);
struct datum geo_lseg_store(struct arena *arena, const struct geo_lseg *lseg);
struct datum geo_box_store(struct arena *arena, const struct geo_box *box);
struct datum geo_line_store(struct arena *arena, const struct geo_line *line);
struct datum geo_circle_store(struct arena *arena, const struct geo_circle *circle);
struct datum geo_path_store(struct arena *arena, const struct geo_path *path);
struct datum geo_polygon_store(struct arena *arena, const struct geo_path *polygon);

/* Two corners in any order. */
struct geo_box geo_box_of(struct geo_point a, struct geo_point b);
/* The line through a point with a slope (infinite: upright). */
struct geo_line geo_line_of(struct diag *diag, struct geo_point point, double slope);

/* Numbers that differ by no more than this are the same to most operators. */
#define GEO_EPSILON 1.0E-06

static inline bool geo_zero(double a)
{
    return fabs(a) <= GEO_EPSILON;
}

static inline bool geo_eq(double a, double b)
{
    return a == b || fabs(a - b) <= GEO_EPSILON;
}

static inline bool geo_lt(double a, double b)
{
    return a + GEO_EPSILON < b;
}

static inline bool geo_le(double a, double b)
{
    return a <= b + GEO_EPSILON;
}

static inline bool geo_gt(double a, double b)
{
    return a > b + GEO_EPSILON;
}

static inline bool geo_ge(double a, double b)
{
    return a + GEO_EPSILON >= b;
}

/* Arithmetic that reports what overflows, underflows or divides by zero: the first such report stays in `diag`, and the caller looks
 * there when it has finished. */
double geo_add(struct diag *diag, double a, double b);
double geo_sub(struct diag *diag, double a, double b);
double geo_mul(struct diag *diag, double a, double b);
double geo_div(struct diag *diag, double a, double b);
double geo_hypot(struct diag *diag, double x, double y);

bool geo_same_point(struct geo_point a, struct geo_point b);
double geo_distance(struct diag *diag, struct geo_point a, struct geo_point b);
double geo_slope(struct diag *diag, struct geo_point a, struct geo_point b);

#endif
