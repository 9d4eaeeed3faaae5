#include "func/geo.h"

#include "type/codecs.h"

/* Functions and operators of points, segments, lines and boxes. */

#define POINTS(name, test) GEO_BOOL(name, geo_point, geo_point_load, geo_point, geo_point_load, test)
#define LSEGS(name, test)  GEO_BOOL(name, geo_lseg, geo_lseg_load, geo_lseg, geo_lseg_load, test)
#define LINES(name, test)  GEO_BOOL(name, geo_line, geo_line_load, geo_line, geo_line_load, test)
#define BOXES(name, test)  GEO_BOOL(name, geo_box, geo_box_load, geo_box, geo_box_load, test)
#define FLIP(name, original)                                                                                                     \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        return original(call, nargs, (const struct datum[]){args[1], args[0]}, result);                                          \
    }

static bool done(struct fcall *call)
{
    return !diag_is_set(call->diag);
}

static bool give_point(struct fcall *call, struct geo_point point, struct datum *result)
{
    *result = geo_point_store(call->arena, point);
    return done(call);
}

static bool give_box(struct fcall *call, struct geo_box box, struct datum *result)
{
    *result = geo_box_store(call->arena, &box);
    return done(call);
}

/* point */

POINTS(point_left, geo_lt(a.x, b.x))
POINTS(point_right, geo_gt(a.x, b.x))
POINTS(point_above, geo_gt(a.y, b.y))
POINTS(point_below, geo_lt(a.y, b.y))
POINTS(point_vert, geo_eq(a.x, b.x))
POINTS(point_horiz, geo_eq(a.y, b.y))
POINTS(point_eq, geo_same_point(a, b))
POINTS(point_ne, !geo_same_point(a, b))
GEO_NUMBER(point_distance, geo_point, geo_point_load, geo_point, geo_point_load, geo_distance(diag, a, b))
GEO_NUMBER(point_slope, geo_point, geo_point_load, geo_point, geo_point_load, geo_slope(diag, a, b))

typedef struct geo_point arithmetic(struct diag *diag, struct geo_point a, struct geo_point b);

static bool shift_point(struct fcall *call, const struct datum *args, arithmetic *change, struct datum *result)
{
    return give_point(call, change(call->diag, geo_point_load(&args[0]), geo_point_load(&args[1])), result);
}

/* Turned or scaled, a box's corners change places. */
static bool shift_box(struct fcall *call, const struct datum *args, arithmetic *change, struct datum *result)
{
    struct geo_box box = geo_box_load(&args[0]);
    struct geo_point by = geo_point_load(&args[1]);
    return give_box(call, geo_box_of(change(call->diag, box.high, by), change(call->diag, box.low, by)), result);
}

#define SHIFT(name, what, change)                                                                                                \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return shift_##what(call, args, change, result);                                                                         \
    }
SHIFT(point_add, point, geo_point_sum)
SHIFT(point_sub, point, geo_point_difference)
SHIFT(point_mul, point, geo_point_product)
SHIFT(point_div, point, geo_point_quotient)
SHIFT(box_add, box, geo_point_sum)
SHIFT(box_sub, box, geo_point_difference)
SHIFT(box_mul, box, geo_point_product)
SHIFT(box_div, box, geo_point_quotient)

GEO_FUNCTION(construct_point)
{
    (void) nargs;
    return give_point(call, (struct geo_point){float_datum(&args[0]), float_datum(&args[1])}, result);
}

/* box */

static double area(struct diag *diag, const struct geo_box *box)
{
    return geo_mul(diag, geo_sub(diag, box->high.x, box->low.x), geo_sub(diag, box->high.y, box->low.y));
}

BOXES(box_same, geo_same_point(a.high, b.high) && geo_same_point(a.low, b.low))
BOXES(box_overlap, geo_boxes_overlap(&a, &b))
BOXES(box_left, geo_lt(a.high.x, b.low.x))
BOXES(box_overleft, geo_le(a.high.x, b.high.x))
BOXES(box_right, geo_gt(a.low.x, b.high.x))
BOXES(box_overright, geo_ge(a.low.x, b.low.x))
BOXES(box_below, geo_lt(a.high.y, b.low.y))
BOXES(box_overbelow, geo_le(a.high.y, b.high.y))
BOXES(box_above, geo_gt(a.low.y, b.high.y))
BOXES(box_overabove, geo_ge(a.low.y, b.low.y))
BOXES(box_contain, geo_box_covers(&a, &b))
BOXES(box_contained, geo_box_covers(&b, &a))
BOXES(box_below_eq, geo_le(a.high.y, b.low.y))
BOXES(box_above_eq, geo_ge(a.low.y, b.high.y))
BOXES(box_lt, geo_lt(area(diag, &a), area(diag, &b)))
BOXES(box_gt, geo_gt(area(diag, &a), area(diag, &b)))
BOXES(box_eq, geo_eq(area(diag, &a), area(diag, &b)))
BOXES(box_le, geo_le(area(diag, &a), area(diag, &b)))
BOXES(box_ge, geo_ge(area(diag, &a), area(diag, &b)))
GEO_NUMBER(box_distance, geo_box, geo_box_load, geo_box, geo_box_load,
           geo_distance(diag, geo_box_center(diag, &a), geo_box_center(diag, &b)))
GEO_BOOL(box_contain_pt, geo_box, geo_box_load, geo_point, geo_point_load, geo_box_has(&a, b))
FLIP(on_pb, box_contain_pt)

GEO_FUNCTION(box_area)
{
    (void) nargs;
    struct geo_box box = geo_box_load(&args[0]);
    *result = float_make(area(call->diag, &box));
    return done(call);
}

GEO_FUNCTION(box_width)
{
    (void) nargs;
    struct geo_box box = geo_box_load(&args[0]);
    *result = float_make(geo_sub(call->diag, box.high.x, box.low.x));
    return done(call);
}

GEO_FUNCTION(box_height)
{
    (void) nargs;
    struct geo_box box = geo_box_load(&args[0]);
    *result = float_make(geo_sub(call->diag, box.high.y, box.low.y));
    return done(call);
}

GEO_FUNCTION(box_center)
{
    (void) nargs;
    struct geo_box box = geo_box_load(&args[0]);
    return give_point(call, geo_box_center(call->diag, &box), result);
}

GEO_FUNCTION(box_diagonal)
{
    (void) nargs;
    struct geo_box box = geo_box_load(&args[0]);
    *result = geo_lseg_store(call->arena, &(struct geo_lseg){{box.high, box.low}});
    return true;
}

static double larger(double a, double b)
{
    return float_compare(a, b) > 0 ? a : b;
}

static double smaller(double a, double b)
{
    return float_compare(a, b) < 0 ? a : b;
}

GEO_FUNCTION(box_intersect)
{
    (void) nargs;
    struct geo_box a = geo_box_load(&args[0]), b = geo_box_load(&args[1]);
    if (!geo_boxes_overlap(&a, &b)) {
        *result = datum_null();
        return true;
    }
    return give_box(call,
                    (struct geo_box){.high = {smaller(a.high.x, b.high.x), smaller(a.high.y, b.high.y)},
                                     .low = {larger(a.low.x, b.low.x), larger(a.low.y, b.low.y)}},
                    result);
}

GEO_FUNCTION(boxes_bound_box)
{
    (void) nargs;
    struct geo_box a = geo_box_load(&args[0]), b = geo_box_load(&args[1]);
    return give_box(call,
                    (struct geo_box){.high = {larger(a.high.x, b.high.x), larger(a.high.y, b.high.y)},
                                     .low = {smaller(a.low.x, b.low.x), smaller(a.low.y, b.low.y)}},
                    result);
}

GEO_FUNCTION(points_box)
{
    (void) nargs;
    return give_box(call, geo_box_of(geo_point_load(&args[0]), geo_point_load(&args[1])), result);
}

GEO_FUNCTION(point_box)
{
    (void) nargs;
    struct geo_point point = geo_point_load(&args[0]);
    return give_box(call, (struct geo_box){point, point}, result);
}

GEO_FUNCTION(box_poly)
{
    (void) nargs;
    struct geo_box box = geo_box_load(&args[0]);
    struct geo_point corners[] = {box.low, {box.low.x, box.high.y}, box.high, {box.high.x, box.low.y}};
    *result = geo_polygon_store(call->arena, &(struct geo_path){4, true, corners});
    return true;
}

GEO_FUNCTION(box_circle)
{
    (void) nargs;
    struct geo_box box = geo_box_load(&args[0]);
    struct geo_circle circle = {.center = geo_box_center(call->diag, &box)};
    circle.radius = geo_distance(call->diag, circle.center, box.high);
    *result = geo_circle_store(call->arena, &circle);
    return done(call);
}

/* line */

LINES(line_intersect, geo_meet_lines(diag, &a, &b, NULL))
LINES(line_parallel, !geo_meet_lines(diag, &a, &b, NULL))

static bool perpendicular(struct diag *diag, const struct geo_line *a, const struct geo_line *b)
{
    if (geo_zero(a->a))
        return geo_zero(b->b);
    if (geo_zero(b->a))
        return geo_zero(a->b);
    if (geo_zero(a->b))
        return geo_zero(b->a);
    if (geo_zero(b->b))
        return geo_zero(a->a);
    return geo_eq(geo_div(diag, geo_mul(diag, a->a, b->a), geo_mul(diag, a->b, b->b)), -1);
}

LINES(line_perp, perpendicular(diag, &a, &b))

static bool same_line(struct diag *diag, const struct geo_line *a, const struct geo_line *b)
{
    double ratio = 1;
    if (isnan(a->a) || isnan(a->b) || isnan(a->c) || isnan(b->a) || isnan(b->b) || isnan(b->c))
        return float_compare(a->a, b->a) == 0 && float_compare(a->b, b->b) == 0 && float_compare(a->c, b->c) == 0;
    if (!geo_zero(b->a))
        ratio = geo_div(diag, a->a, b->a);
    else if (!geo_zero(b->b))
        ratio = geo_div(diag, a->b, b->b);
    else if (!geo_zero(b->c))
        ratio = geo_div(diag, a->c, b->c);
    return geo_eq(a->a, geo_mul(diag, ratio, b->a)) && geo_eq(a->b, geo_mul(diag, ratio, b->b)) &&
           geo_eq(a->c, geo_mul(diag, ratio, b->c));
}

LINES(line_eq, same_line(diag, &a, &b))

static double between_lines(struct diag *diag, const struct geo_line *a, const struct geo_line *b)
{
    double ratio = 1;
    if (geo_meet_lines(diag, a, b, NULL))
        return 0;
    if (!geo_zero(a->a) && !isnan(a->a) && !geo_zero(b->a) && !isnan(b->a))
        ratio = geo_div(diag, a->a, b->a);
    else if (!geo_zero(a->b) && !isnan(a->b) && !geo_zero(b->b) && !isnan(b->b))
        ratio = geo_div(diag, a->b, b->b);
    return geo_div(diag, fabs(geo_sub(diag, a->c, geo_mul(diag, ratio, b->c))), geo_hypot(diag, a->a, a->b));
}

GEO_NUMBER(line_distance, geo_line, geo_line_load, geo_line, geo_line_load, between_lines(diag, &a, &b))
GEO_POINT(line_interpt, geo_line, geo_line_load, geo_line, geo_line_load, geo_meet_lines(diag, &a, &b, &at))

GEO_FUNCTION(line_vertical)
{
    (void) call, (void) nargs;
    *result = datum_bool(geo_zero(geo_line_load(&args[0]).b));
    return true;
}

GEO_FUNCTION(line_horizontal)
{
    (void) call, (void) nargs;
    *result = datum_bool(geo_zero(geo_line_load(&args[0]).a));
    return true;
}

GEO_FUNCTION(line_construct_pp)
{
    (void) nargs;
    struct geo_point a = geo_point_load(&args[0]), b = geo_point_load(&args[1]);
    if (geo_same_point(a, b))
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid line specification: must be two distinct points");
    struct geo_line line = geo_line_of(call->diag, a, geo_slope(call->diag, a, b));
    *result = geo_line_store(call->arena, &line);
    return done(call);
}

/* lseg */

static double length(struct diag *diag, const struct geo_lseg *lseg)
{
    return geo_distance(diag, lseg->p[0], lseg->p[1]);
}

LSEGS(lseg_parallel, geo_eq(geo_lseg_slope(diag, &a), geo_lseg_slope(diag, &b)))
LSEGS(lseg_perp, geo_eq(geo_lseg_slope(diag, &a), geo_lseg_normal(diag, &b)))
LSEGS(lseg_eq, geo_same_point(a.p[0], b.p[0]) && geo_same_point(a.p[1], b.p[1]))
LSEGS(lseg_ne, !geo_same_point(a.p[0], b.p[0]) || !geo_same_point(a.p[1], b.p[1]))
LSEGS(lseg_lt, geo_lt(length(diag, &a), length(diag, &b)))
LSEGS(lseg_le, geo_le(length(diag, &a), length(diag, &b)))
LSEGS(lseg_gt, geo_gt(length(diag, &a), length(diag, &b)))
LSEGS(lseg_ge, geo_ge(length(diag, &a), length(diag, &b)))
LSEGS(lseg_intersect, geo_meet_lsegs(diag, &a, &b, NULL))
GEO_POINT(lseg_interpt, geo_lseg, geo_lseg_load, geo_lseg, geo_lseg_load, geo_meet_lsegs(diag, &a, &b, &at))
GEO_NUMBER(lseg_distance, geo_lseg, geo_lseg_load, geo_lseg, geo_lseg_load, geo_close_lsegs(diag, &a, &b, NULL))

GEO_FUNCTION(lseg_vertical)
{
    (void) call, (void) nargs;
    struct geo_lseg lseg = geo_lseg_load(&args[0]);
    *result = datum_bool(geo_eq(lseg.p[0].x, lseg.p[1].x));
    return true;
}

GEO_FUNCTION(lseg_horizontal)
{
    (void) call, (void) nargs;
    struct geo_lseg lseg = geo_lseg_load(&args[0]);
    *result = datum_bool(geo_eq(lseg.p[0].y, lseg.p[1].y));
    return true;
}

GEO_FUNCTION(lseg_length)
{
    (void) nargs;
    struct geo_lseg lseg = geo_lseg_load(&args[0]);
    *result = float_make(length(call->diag, &lseg));
    return done(call);
}

GEO_FUNCTION(lseg_center)
{
    (void) nargs;
    struct geo_lseg lseg = geo_lseg_load(&args[0]);
    return give_point(call, geo_middle(call->diag, lseg.p[0], lseg.p[1]), result);
}

GEO_FUNCTION(lseg_construct)
{
    (void) nargs;
    struct geo_lseg lseg = {{geo_point_load(&args[0]), geo_point_load(&args[1])}};
    *result = geo_lseg_store(call->arena, &lseg);
    return true;
}

/* Between unlike types: is on, meets, is closest, is how far. */

GEO_BOOL(on_pl, geo_point, geo_point_load, geo_line, geo_line_load, geo_line_has(diag, &b, a))
GEO_BOOL(on_ps, geo_point, geo_point_load, geo_lseg, geo_lseg_load, geo_lseg_has(diag, &b, a))
GEO_BOOL(on_sl, geo_lseg, geo_lseg_load, geo_line, geo_line_load,
         geo_line_has(diag, &b, a.p[0]) && geo_line_has(diag, &b, a.p[1]))
GEO_BOOL(on_sb, geo_lseg, geo_lseg_load, geo_box, geo_box_load, geo_box_has(&b, a.p[0]) && geo_box_has(&b, a.p[1]))
GEO_BOOL(inter_sl, geo_lseg, geo_lseg_load, geo_line, geo_line_load, geo_meet_lseg_line(diag, &a, &b, NULL))
GEO_BOOL(inter_sb, geo_lseg, geo_lseg_load, geo_box, geo_box_load, geo_meet_box_lseg(diag, &b, &a, NULL))

static bool line_meets_box(struct diag *diag, const struct geo_line *line, const struct geo_box *box)
{
    struct geo_lseg sides[4];
    geo_box_sides(box, sides);
    for (int i = 0; i < 4; i++)
        if (geo_meet_lseg_line(diag, &sides[i], line, NULL))
            return true;
    return false;
}

GEO_BOOL(inter_lb, geo_line, geo_line_load, geo_box, geo_box_load, line_meets_box(diag, &a, &b))

static double line_slope(struct diag *diag, const struct geo_line *line)
{
    return geo_zero(line->a) ? 0 : geo_zero(line->b) ? INFINITY : geo_div(diag, line->a, -line->b);
}

GEO_POINT(close_pl, geo_point, geo_point_load, geo_line, geo_line_load, !isnan(geo_close_line_point(diag, &b, a, &at)))
GEO_POINT(close_ps, geo_point, geo_point_load, geo_lseg, geo_lseg_load, !isnan(geo_close_lseg_point(diag, &b, a, &at)))
GEO_POINT(close_pb, geo_point, geo_point_load, geo_box, geo_box_load, !isnan(geo_close_box_point(diag, &b, a, &at)))
GEO_POINT(close_lseg, geo_lseg, geo_lseg_load, geo_lseg, geo_lseg_load,
          geo_lseg_slope(diag, &a) != geo_lseg_slope(diag, &b) && !isnan(geo_close_lsegs(diag, &b, &a, &at)))
GEO_POINT(close_ls, geo_line, geo_line_load, geo_lseg, geo_lseg_load,
          geo_lseg_slope(diag, &b) != line_slope(diag, &a) && !isnan(geo_close_lseg_line(diag, &b, &a, &at)))
GEO_POINT(close_sb, geo_lseg, geo_lseg_load, geo_box, geo_box_load, !isnan(geo_close_box_lseg(diag, &b, &a, &at)))

GEO_NUMBER(dist_pl, geo_point, geo_point_load, geo_line, geo_line_load, geo_close_line_point(diag, &b, a, NULL))
GEO_NUMBER(dist_ps, geo_point, geo_point_load, geo_lseg, geo_lseg_load, geo_close_lseg_point(diag, &b, a, NULL))
GEO_NUMBER(dist_pb, geo_point, geo_point_load, geo_box, geo_box_load, geo_close_box_point(diag, &b, a, NULL))
GEO_NUMBER(dist_sl, geo_lseg, geo_lseg_load, geo_line, geo_line_load, geo_close_lseg_line(diag, &a, &b, NULL))
GEO_NUMBER(dist_sb, geo_lseg, geo_lseg_load, geo_box, geo_box_load, geo_close_box_lseg(diag, &b, &a, NULL))
FLIP(dist_lp, dist_pl)
FLIP(dist_sp, dist_ps)
FLIP(dist_bp, dist_pb)
FLIP(dist_ls, dist_sl)
FLIP(dist_bs, dist_sb)

#define ROW(name) SCALAR(#name, name)
const struct func_impl func_impls_geo[] = {
    ROW(point_left),
    ROW(point_right),
    ROW(point_above),
    ROW(point_below),
    ROW(point_vert),
    ROW(point_horiz),
    ROW(point_eq),
    ROW(point_ne),
    ROW(point_distance),
    ROW(point_slope),
    ROW(point_add),
    ROW(point_sub),
    ROW(point_mul),
    ROW(point_div),
    ROW(construct_point),
    ROW(box_add),
    ROW(box_sub),
    ROW(box_mul),
    ROW(box_div),
    ROW(box_same),
    ROW(box_overlap),
    ROW(box_left),
    ROW(box_overleft),
    ROW(box_right),
    ROW(box_overright),
    ROW(box_below),
    ROW(box_overbelow),
    ROW(box_above),
    ROW(box_overabove),
    ROW(box_contain),
    ROW(box_contained),
    ROW(box_below_eq),
    ROW(box_above_eq),
    ROW(box_lt),
    ROW(box_gt),
    ROW(box_eq),
    ROW(box_le),
    ROW(box_ge),
    ROW(box_distance),
    ROW(box_contain_pt),
    ROW(on_pb),
    ROW(box_area),
    ROW(box_width),
    ROW(box_height),
    ROW(box_center),
    ROW(box_diagonal),
    ROW(box_intersect),
    ROW(boxes_bound_box),
    ROW(points_box),
    ROW(point_box),
    ROW(box_poly),
    ROW(box_circle),
    ROW(line_intersect),
    ROW(line_parallel),
    ROW(line_perp),
    ROW(line_eq),
    ROW(line_distance),
    ROW(line_interpt),
    ROW(line_vertical),
    ROW(line_horizontal),
    ROW(line_construct_pp),
    ROW(lseg_parallel),
    ROW(lseg_perp),
    ROW(lseg_eq),
    ROW(lseg_ne),
    ROW(lseg_lt),
    ROW(lseg_le),
    ROW(lseg_gt),
    ROW(lseg_ge),
    ROW(lseg_intersect),
    ROW(lseg_interpt),
    ROW(lseg_distance),
    ROW(lseg_vertical),
    ROW(lseg_horizontal),
    ROW(lseg_length),
    ROW(lseg_center),
    ROW(lseg_construct),
    ROW(on_pl),
    ROW(on_ps),
    ROW(on_sl),
    ROW(on_sb),
    ROW(inter_sl),
    ROW(inter_sb),
    ROW(inter_lb),
    ROW(close_pl),
    ROW(close_ps),
    ROW(close_pb),
    ROW(close_lseg),
    ROW(close_ls),
    ROW(close_sb),
    ROW(dist_pl),
    ROW(dist_ps),
    ROW(dist_pb),
    ROW(dist_sl),
    ROW(dist_sb),
    ROW(dist_lp),
    ROW(dist_sp),
    ROW(dist_bp),
    ROW(dist_ls),
    ROW(dist_bs),
    {0},
};
