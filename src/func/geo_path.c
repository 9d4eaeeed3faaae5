#include "func/geo.h"

#include "type/codecs.h"

/* Functions and operators of paths, polygons and circles. */

static bool done(struct fcall *call)
{
    return !diag_is_set(call->diag);
}

static bool give_point(struct fcall *call, struct geo_point point, struct datum *result)
{
    *result = geo_point_store(call->arena, point);
    return done(call);
}

static bool give_number(struct fcall *call, double number, struct datum *result)
{
    *result = float_make(number);
    return done(call);
}

static bool give_bool(struct fcall *call, bool truth, struct datum *result)
{
    *result = datum_bool(truth);
    return done(call);
}

static bool give_path(struct fcall *call, const struct geo_path *path, struct datum *result)
{
    *result = geo_path_store(call->arena, path);
    return done(call);
}

static struct geo_path load(struct fcall *call, const struct datum *value)
{
    return geo_path_load(call->arena, value);
}

#define ONE_PATH(name, give, value)                                                                                              \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        struct geo_path a = load(call, &args[0]);                                                                                \
        return give(call, value, result);                                                                                        \
    }
#define TWO_PATHS(name, give, value)                                                                                             \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        struct geo_path a = load(call, &args[0]), b = load(call, &args[1]);                                                      \
        return give(call, value, result);                                                                                        \
    }
#define PATH_POINT(name, path, point, give, value)                                                                               \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        struct geo_path a = load(call, &args[path]);                                                                             \
        struct geo_point p = geo_point_load(&args[point]);                                                                       \
        return give(call, value, result);                                                                                        \
    }

/* path */

TWO_PATHS(path_n_lt, give_bool, a.count < b.count)
TWO_PATHS(path_n_gt, give_bool, a.count > b.count)
TWO_PATHS(path_n_eq, give_bool, a.count == b.count)
TWO_PATHS(path_n_le, give_bool, a.count <= b.count)
TWO_PATHS(path_n_ge, give_bool, a.count >= b.count)
ONE_PATH(path_isclosed, give_bool, a.closed)
ONE_PATH(path_isopen, give_bool, !a.closed)
ONE_PATH(path_close, give_path, (&(struct geo_path){a.count, true, a.p}))
ONE_PATH(path_open, give_path, (&(struct geo_path){a.count, false, a.p}))

GEO_FUNCTION(path_npoints)
{
    (void) nargs;
    *result = datum_int(load(call, &args[0]).count);
    return true;
}

GEO_FUNCTION(path_area)
{
    (void) nargs;
    struct geo_path path = load(call, &args[0]);
    struct diag *diag = call->diag;
    double area = 0;
    if (!path.closed) {
        *result = datum_null();
        return true;
    }
    for (int i = 0; i < path.count; i++) {
        struct geo_point p = path.p[i], next = path.p[(i + 1) % path.count];
        area = geo_add(diag, area, geo_mul(diag, p.x, next.y));
        area = geo_sub(diag, area, geo_mul(diag, p.y, next.x));
    }
    return give_number(call, geo_div(diag, fabs(area), 2), result);
}

static bool paths_meet(struct diag *diag, const struct geo_path *a, const struct geo_path *b)
{
    struct geo_box box_a = geo_path_box(a), box_b = geo_path_box(b);
    struct geo_lseg x, y;
    if (!geo_boxes_overlap(&box_a, &box_b))
        return false;
    for (int i = 0; geo_path_segment(a, &i, &x);)
        for (int j = 0; geo_path_segment(b, &j, &y);)
            if (geo_meet_lsegs(diag, &x, &y, NULL))
                return true;
    return false;
}

TWO_PATHS(path_inter, give_bool, paths_meet(call->diag, &a, &b))

/* The smallest distance of their segments; false: one has none. */
static bool path_gap(struct diag *diag, const struct geo_path *a, const struct geo_path *b, double *distance)
{
    struct geo_lseg x, y;
    bool any = false;
    for (int i = 0; geo_path_segment(a, &i, &x);)
        for (int j = 0; geo_path_segment(b, &j, &y); any = true) {
            double other = geo_close_lsegs(diag, &x, &y, NULL);
            if (!any || float_compare(other, *distance) < 0)
                *distance = other;
        }
    return any;
}

GEO_FUNCTION(path_distance)
{
    (void) nargs;
    struct geo_path a = load(call, &args[0]), b = load(call, &args[1]);
    double distance;
    *result = path_gap(call->diag, &a, &b, &distance) ? float_make(distance) : datum_null();
    return done(call);
}

static double path_extent(struct diag *diag, const struct geo_path *path)
{
    struct geo_lseg segment;
    double sum = 0;
    for (int next = 0; geo_path_segment(path, &next, &segment);)
        sum = geo_add(diag, sum, geo_distance(diag, segment.p[0], segment.p[1]));
    return sum;
}

ONE_PATH(path_length, give_number, path_extent(call->diag, &a))

GEO_FUNCTION(path_add)
{
    (void) nargs;
    struct geo_path a = load(call, &args[0]), b = load(call, &args[1]);
    if (a.closed || b.closed) {
        *result = datum_null();
        return true;
    }
    struct geo_path sum = {a.count + b.count, false, arena_array(call->arena, struct geo_point, a.count + b.count)};
    memcpy(sum.p, a.p, sizeof *a.p * (size_t) a.count);
    memcpy(sum.p + a.count, b.p, sizeof *b.p * (size_t) b.count);
    return give_path(call, &sum, result);
}

#define SHIFT_PATH(name, change)                                                                                                 \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        struct geo_path path = load(call, &args[0]);                                                                             \
        struct geo_point by = geo_point_load(&args[1]);                                                                          \
        for (int i = 0; i < path.count; i++)                                                                                     \
            path.p[i] = change(call->diag, path.p[i], by);                                                                       \
        return give_path(call, &path, result);                                                                                   \
    }
SHIFT_PATH(path_add_pt, geo_point_sum)
SHIFT_PATH(path_sub_pt, geo_point_difference)
SHIFT_PATH(path_mul_pt, geo_point_product)
SHIFT_PATH(path_div_pt, geo_point_quotient)

GEO_FUNCTION(path_poly)
{
    (void) nargs;
    struct geo_path path = load(call, &args[0]);
    if (!path.closed)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "open path cannot be converted to polygon");
    *result = args[0];
    return true;
}

static bool on_path(struct diag *diag, const struct geo_path *path, struct geo_point point)
{
    struct geo_lseg segment;
    if (path->closed)
        return geo_polygon_has(diag, path, point) != 0;
    for (int next = 0; geo_path_segment(path, &next, &segment);)
        if (geo_lseg_has(diag, &segment, point))
            return true;
    return false;
}

PATH_POINT(on_ppath, 1, 0, give_bool, on_path(call->diag, &a, p))
PATH_POINT(path_contain_pt, 0, 1, give_bool, on_path(call->diag, &a, p))

static double path_point_distance(struct diag *diag, const struct geo_path *path, struct geo_point point)
{
    struct geo_lseg segment;
    double distance = 0;
    bool any = false;
    for (int next = 0; geo_path_segment(path, &next, &segment); any = true) {
        double other = geo_close_lseg_point(diag, &segment, point, NULL);
        if (!any || float_compare(other, distance) < 0)
            distance = other;
    }
    return distance;
}

PATH_POINT(dist_ppath, 1, 0, give_number, path_point_distance(call->diag, &a, p))
PATH_POINT(dist_pathp, 0, 1, give_number, path_point_distance(call->diag, &a, p))

/* polygon */

#define TWO_POLYGONS(name, test)                                                                                                 \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        struct geo_path path_a = load(call, &args[0]), path_b = load(call, &args[1]);                                            \
        struct geo_box a = geo_path_box(&path_a), b = geo_path_box(&path_b);                                                     \
        return give_bool(call, test, result);                                                                                    \
    }
TWO_POLYGONS(poly_left, a.high.x < b.low.x)
TWO_POLYGONS(poly_overleft, a.high.x <= b.high.x)
TWO_POLYGONS(poly_right, a.low.x > b.high.x)
TWO_POLYGONS(poly_overright, a.low.x >= b.low.x)
TWO_POLYGONS(poly_below, a.high.y < b.low.y)
TWO_POLYGONS(poly_overbelow, a.high.y <= b.high.y)
TWO_POLYGONS(poly_above, a.low.y > b.high.y)
TWO_POLYGONS(poly_overabove, a.low.y >= b.low.y)

/* The same points in the same order, from any one on, forwards or backwards. */
static bool same_polygon(const struct geo_path *a, const struct geo_path *b)
{
    int n = a->count;
    for (int start = 0; n == b->count && start < n; start++) {
        int forward = 1, backward = 1;
        if (!geo_same_point(b->p[start], a->p[0]))
            continue;
        while (forward < n && geo_same_point(b->p[(start + forward) % n], a->p[forward]))
            forward++;
        while (backward < n && geo_same_point(b->p[(start + n - backward) % n], a->p[backward]))
            backward++;
        if (forward == n || backward == n)
            return true;
    }
    return false;
}

TWO_PATHS(poly_same, give_bool, same_polygon(&a, &b))
TWO_PATHS(poly_overlap, give_bool, geo_polygons_overlap(call->diag, &a, &b))
TWO_PATHS(poly_contain, give_bool, geo_polygon_covers(call->diag, &a, &b))
TWO_PATHS(poly_contained, give_bool, geo_polygon_covers(call->diag, &b, &a))
PATH_POINT(poly_contain_pt, 0, 1, give_bool, geo_polygon_has(call->diag, &a, p) != 0)
PATH_POINT(pt_contained_poly, 1, 0, give_bool, geo_polygon_has(call->diag, &a, p) != 0)
PATH_POINT(dist_polyp, 0, 1, give_number, geo_polygon_distance(call->diag, &a, p))
PATH_POINT(dist_ppoly, 1, 0, give_number, geo_polygon_distance(call->diag, &a, p))

static double polygon_gap(struct diag *diag, const struct geo_path *a, const struct geo_path *b)
{
    double distance = 0;
    if (!geo_polygons_overlap(diag, a, b))
        path_gap(diag, a, b, &distance);
    return distance;
}

TWO_PATHS(poly_distance, give_number, polygon_gap(call->diag, &a, &b))

GEO_FUNCTION(poly_box)
{
    (void) nargs;
    struct geo_path polygon = load(call, &args[0]);
    struct geo_box box = geo_path_box(&polygon);
    *result = geo_box_store(call->arena, &box);
    return true;
}

/* The mean of the points, and their mean distance from it. */
static struct geo_circle circle_around(struct diag *diag, const struct geo_path *polygon)
{
    struct geo_circle circle = {0};
    for (int i = 0; i < polygon->count; i++)
        circle.center = geo_point_sum(diag, circle.center, polygon->p[i]);
    circle.center.x = geo_div(diag, circle.center.x, polygon->count);
    circle.center.y = geo_div(diag, circle.center.y, polygon->count);
    for (int i = 0; i < polygon->count; i++)
        circle.radius = geo_add(diag, circle.radius, geo_distance(diag, polygon->p[i], circle.center));
    circle.radius = geo_div(diag, circle.radius, polygon->count);
    return circle;
}

ONE_PATH(poly_center, give_point, circle_around(call->diag, &a).center)

GEO_FUNCTION(poly_circle)
{
    (void) nargs;
    struct geo_path polygon = load(call, &args[0]);
    struct geo_circle circle = circle_around(call->diag, &polygon);
    *result = geo_circle_store(call->arena, &circle);
    return done(call);
}

/* circle */

#define TWO_CIRCLES(name, test) GEO_BOOL(name, geo_circle, geo_circle_load, geo_circle, geo_circle_load, test)

static double apart(struct diag *diag, const struct geo_circle *a, const struct geo_circle *b)
{
    return geo_distance(diag, a->center, b->center);
}

static double disc(struct diag *diag, const struct geo_circle *circle)
{
    return geo_mul(diag, geo_mul(diag, circle->radius, circle->radius), M_PI);
}

static double left_of(struct diag *diag, const struct geo_circle *circle)
{
    return geo_sub(diag, circle->center.x, circle->radius);
}

static double right_of(struct diag *diag, const struct geo_circle *circle)
{
    return geo_add(diag, circle->center.x, circle->radius);
}

static double bottom_of(struct diag *diag, const struct geo_circle *circle)
{
    return geo_sub(diag, circle->center.y, circle->radius);
}

static double top_of(struct diag *diag, const struct geo_circle *circle)
{
    return geo_add(diag, circle->center.y, circle->radius);
}

TWO_CIRCLES(circle_same,
            ((isnan(a.radius) && isnan(b.radius)) || geo_eq(a.radius, b.radius)) && geo_same_point(a.center, b.center))
TWO_CIRCLES(circle_overlap, geo_le(apart(diag, &a, &b), geo_add(diag, a.radius, b.radius)))
TWO_CIRCLES(circle_contained, geo_le(apart(diag, &a, &b), geo_sub(diag, b.radius, a.radius)))
TWO_CIRCLES(circle_contain, geo_le(apart(diag, &a, &b), geo_sub(diag, a.radius, b.radius)))
TWO_CIRCLES(circle_left, geo_lt(right_of(diag, &a), left_of(diag, &b)))
TWO_CIRCLES(circle_overleft, geo_le(right_of(diag, &a), right_of(diag, &b)))
TWO_CIRCLES(circle_right, geo_gt(left_of(diag, &a), right_of(diag, &b)))
TWO_CIRCLES(circle_overright, geo_ge(left_of(diag, &a), left_of(diag, &b)))
TWO_CIRCLES(circle_below, geo_lt(top_of(diag, &a), bottom_of(diag, &b)))
TWO_CIRCLES(circle_overbelow, geo_le(top_of(diag, &a), top_of(diag, &b)))
TWO_CIRCLES(circle_above, geo_gt(bottom_of(diag, &a), top_of(diag, &b)))
TWO_CIRCLES(circle_overabove, geo_ge(bottom_of(diag, &a), bottom_of(diag, &b)))
TWO_CIRCLES(circle_eq, geo_eq(disc(diag, &a), disc(diag, &b)))
TWO_CIRCLES(circle_ne, !geo_eq(disc(diag, &a), disc(diag, &b)))
TWO_CIRCLES(circle_lt, geo_lt(disc(diag, &a), disc(diag, &b)))
TWO_CIRCLES(circle_le, geo_le(disc(diag, &a), disc(diag, &b)))
TWO_CIRCLES(circle_gt, geo_gt(disc(diag, &a), disc(diag, &b)))
TWO_CIRCLES(circle_ge, geo_ge(disc(diag, &a), disc(diag, &b)))

/* Overlapping counts as no distance. */
static double gap(double distance)
{
    return distance < 0 ? 0 : distance;
}

GEO_NUMBER(circle_distance, geo_circle, geo_circle_load, geo_circle, geo_circle_load,
           gap(geo_sub(diag, apart(diag, &a, &b), geo_add(diag, a.radius, b.radius))))
GEO_NUMBER(dist_pc, geo_point, geo_point_load, geo_circle, geo_circle_load,
           gap(geo_sub(diag, geo_distance(diag, a, b.center), b.radius)))
GEO_NUMBER(dist_cpoint, geo_circle, geo_circle_load, geo_point, geo_point_load,
           gap(geo_sub(diag, geo_distance(diag, a.center, b), a.radius)))
GEO_BOOL(circle_contain_pt, geo_circle, geo_circle_load, geo_point, geo_point_load, geo_distance(diag, a.center, b) <= a.radius)
GEO_BOOL(pt_contained_circle, geo_point, geo_point_load, geo_circle, geo_circle_load, geo_distance(diag, a, b.center) <= b.radius)

static bool circle_polygon_distance(struct fcall *call, const struct datum *circle_datum, const struct datum *polygon_datum,
                                    struct datum *result)
{
    struct geo_circle circle = geo_circle_load(circle_datum);
    struct geo_path polygon = load(call, polygon_datum);
    double distance = geo_polygon_distance(call->diag, &polygon, circle.center);
    return give_number(call, gap(geo_sub(call->diag, distance, circle.radius)), result);
}

GEO_FUNCTION(dist_cpoly)
{
    (void) nargs;
    return circle_polygon_distance(call, &args[0], &args[1], result);
}

GEO_FUNCTION(dist_polyc)
{
    (void) nargs;
    return circle_polygon_distance(call, &args[1], &args[0], result);
}

typedef struct geo_point arithmetic(struct diag *diag, struct geo_point a, struct geo_point b);
typedef double scaling(struct diag *diag, double a, double b);

static bool shift_circle(struct fcall *call, const struct datum *args, arithmetic *change, scaling *scale, struct datum *result)
{
    struct geo_circle circle = geo_circle_load(&args[0]);
    struct geo_point by = geo_point_load(&args[1]);
    circle.center = change(call->diag, circle.center, by);
    if (scale)
        circle.radius = scale(call->diag, circle.radius, geo_hypot(call->diag, by.x, by.y));
    *result = geo_circle_store(call->arena, &circle);
    return done(call);
}

#define SHIFT_CIRCLE(name, change, scale)                                                                                        \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return shift_circle(call, args, change, scale, result);                                                                  \
    }
SHIFT_CIRCLE(circle_add_pt, geo_point_sum, NULL)
SHIFT_CIRCLE(circle_sub_pt, geo_point_difference, NULL)
SHIFT_CIRCLE(circle_mul_pt, geo_point_product, geo_mul)
SHIFT_CIRCLE(circle_div_pt, geo_point_quotient, geo_div)

GEO_FUNCTION(circle_area)
{
    (void) nargs;
    struct geo_circle circle = geo_circle_load(&args[0]);
    return give_number(call, disc(call->diag, &circle), result);
}

GEO_FUNCTION(circle_diameter)
{
    (void) nargs;
    return give_number(call, geo_mul(call->diag, geo_circle_load(&args[0]).radius, 2), result);
}

GEO_FUNCTION(circle_radius)
{
    (void) nargs;
    return give_number(call, geo_circle_load(&args[0]).radius, result);
}

GEO_FUNCTION(circle_center)
{
    (void) nargs;
    return give_point(call, geo_circle_load(&args[0]).center, result);
}

GEO_FUNCTION(cr_circle)
{
    (void) nargs;
    struct geo_circle circle = {geo_point_load(&args[0]), float_datum(&args[1])};
    *result = geo_circle_store(call->arena, &circle);
    return true;
}

GEO_FUNCTION(circle_box)
{
    (void) nargs;
    struct geo_circle circle = geo_circle_load(&args[0]);
    struct diag *diag = call->diag;
    double half = geo_div(diag, circle.radius, sqrt(2.0));
    struct geo_box box = {.high = {geo_add(diag, circle.center.x, half), geo_add(diag, circle.center.y, half)},
                          .low = {geo_sub(diag, circle.center.x, half), geo_sub(diag, circle.center.y, half)}};
    *result = geo_box_store(call->arena, &box);
    return done(call);
}

static bool make_polygon(struct fcall *call, int64_t count, const struct datum *value, struct datum *result)
{
    struct geo_circle circle = geo_circle_load(value);
    struct diag *diag = call->diag;
    if (geo_zero(circle.radius))
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot convert circle with radius zero to polygon");
    if (count < 2)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "must request at least 2 points");
    if (count > INT32_MAX / (int64_t) sizeof(struct geo_point))
        return diag_set(diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too many points requested");
    struct geo_path polygon = {(int) count, true, arena_array(call->arena, struct geo_point, count)};
    double step = geo_div(diag, 2 * M_PI, (double) count);
    for (int i = 0; i < count; i++) {
        double angle = geo_mul(diag, step, i);
        polygon.p[i].x = geo_sub(diag, circle.center.x, geo_mul(diag, circle.radius, cos(angle)));
        polygon.p[i].y = geo_add(diag, circle.center.y, geo_mul(diag, circle.radius, sin(angle)));
    }
    *result = geo_polygon_store(call->arena, &polygon);
    return done(call);
}

GEO_FUNCTION(circle_poly)
{
    (void) nargs;
    return make_polygon(call, args[0].i, &args[1], result);
}

GEO_FUNCTION(circle_to_polygon)
{
    (void) nargs;
    return make_polygon(call, 12, &args[0], result);
}

#define ROW(name) SCALAR(#name, name)
const struct func_impl func_impls_geo_path[] = {
    ROW(path_n_lt),
    ROW(path_n_gt),
    ROW(path_n_eq),
    ROW(path_n_le),
    ROW(path_n_ge),
    ROW(path_isclosed),
    ROW(path_isopen),
    ROW(path_close),
    ROW(path_open),
    ROW(path_npoints),
    ROW(path_area),
    ROW(path_inter),
    ROW(path_distance),
    ROW(path_length),
    ROW(path_add),
    ROW(path_add_pt),
    ROW(path_sub_pt),
    ROW(path_mul_pt),
    ROW(path_div_pt),
    ROW(path_poly),
    ROW(on_ppath),
    SCALAR("path_contain_pt(path,point)", path_contain_pt),
    ROW(dist_ppath),
    ROW(dist_pathp),
    ROW(poly_left),
    ROW(poly_overleft),
    ROW(poly_right),
    ROW(poly_overright),
    ROW(poly_below),
    ROW(poly_overbelow),
    ROW(poly_above),
    ROW(poly_overabove),
    ROW(poly_same),
    ROW(poly_overlap),
    ROW(poly_contain),
    ROW(poly_contained),
    ROW(poly_contain_pt),
    ROW(pt_contained_poly),
    ROW(dist_polyp),
    ROW(dist_ppoly),
    ROW(poly_distance),
    ROW(poly_box),
    ROW(poly_center),
    ROW(poly_circle),
    SCALAR("poly_npoints", path_npoints),
    NATIVE("poly_path", "%1"),
    ROW(circle_same),
    ROW(circle_overlap),
    ROW(circle_contained),
    ROW(circle_contain),
    ROW(circle_left),
    ROW(circle_overleft),
    ROW(circle_right),
    ROW(circle_overright),
    ROW(circle_below),
    ROW(circle_overbelow),
    ROW(circle_above),
    ROW(circle_overabove),
    ROW(circle_eq),
    ROW(circle_ne),
    ROW(circle_lt),
    ROW(circle_le),
    ROW(circle_gt),
    ROW(circle_ge),
    ROW(circle_distance),
    ROW(dist_pc),
    ROW(dist_cpoint),
    ROW(circle_contain_pt),
    ROW(pt_contained_circle),
    ROW(dist_cpoly),
    ROW(dist_polyc),
    ROW(circle_add_pt),
    ROW(circle_sub_pt),
    ROW(circle_mul_pt),
    ROW(circle_div_pt),
    ROW(circle_area),
    ROW(circle_diameter),
    ROW(circle_radius),
    ROW(circle_center),
    ROW(cr_circle),
    ROW(circle_box),
    ROW(circle_poly),
    SCALAR("polygon(circle)", circle_to_polygon),
    {0},
};
