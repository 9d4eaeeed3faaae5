#include "func/geo.h"

#include "type/codecs.h"

#include <limits.h>

/* Lines, segments and boxes: slopes, crossings, closest points. The tolerance of the comparisons makes results depend on the order of the
 * steps, so the steps are PostgreSQL's. */

struct geo_lseg geo_lseg_of(struct geo_point a, struct geo_point b)
{
    return (struct geo_lseg){{a, b}};
}

double geo_lseg_slope(struct diag *diag, const struct geo_lseg *lseg)
{
    return geo_slope(diag, lseg->p[0], lseg->p[1]);
}

/* The slope of a perpendicular to the line through two points. */
static double normal(struct diag *diag, struct geo_point a, struct geo_point b)
{
    if (geo_eq(a.x, b.x))
        return 0;
    if (geo_eq(a.y, b.y))
        return INFINITY;
    return geo_div(diag, geo_sub(diag, a.x, b.x), geo_sub(diag, b.y, a.y));
}

double geo_lseg_normal(struct diag *diag, const struct geo_lseg *lseg)
{
    return normal(diag, lseg->p[0], lseg->p[1]);
}

static double line_normal(struct diag *diag, const struct geo_line *line)
{
    if (geo_zero(line->a))
        return INFINITY;
    if (geo_zero(line->b))
        return 0;
    return geo_div(diag, line->b, line->a);
}

struct geo_point geo_middle(struct diag *diag, struct geo_point a, struct geo_point b)
{
    return (struct geo_point){geo_div(diag, geo_add(diag, a.x, b.x), 2), geo_div(diag, geo_add(diag, a.y, b.y), 2)};
}

bool geo_line_has(struct diag *diag, const struct geo_line *line, struct geo_point point)
{
    return geo_zero(geo_add(diag, geo_add(diag, geo_mul(diag, line->a, point.x), geo_mul(diag, line->b, point.y)), line->c));
}

bool geo_lseg_has(struct diag *diag, const struct geo_lseg *lseg, struct geo_point point)
{
    return geo_eq(geo_distance(diag, point, lseg->p[0]) + geo_distance(diag, point, lseg->p[1]),
                  geo_distance(diag, lseg->p[0], lseg->p[1]));
}

bool geo_box_has(const struct geo_box *box, struct geo_point point)
{
    return box->high.x >= point.x && box->low.x <= point.x && box->high.y >= point.y && box->low.y <= point.y;
}

bool geo_boxes_overlap(const struct geo_box *a, const struct geo_box *b)
{
    return geo_le(a->low.x, b->high.x) && geo_le(b->low.x, a->high.x) && geo_le(a->low.y, b->high.y) &&
           geo_le(b->low.y, a->high.y);
}

bool geo_box_covers(const struct geo_box *box, const struct geo_box *inner)
{
    return geo_ge(box->high.x, inner->high.x) && geo_le(box->low.x, inner->low.x) && geo_ge(box->high.y, inner->high.y) &&
           geo_le(box->low.y, inner->low.y);
}

struct geo_point geo_box_center(struct diag *diag, const struct geo_box *box)
{
    return geo_middle(diag, box->high, box->low);
}

void geo_box_sides(const struct geo_box *box, struct geo_lseg sides[4])
{
    struct geo_point top_left = {box->low.x, box->high.y}, bottom_right = {box->high.x, box->low.y};
    sides[0] = geo_lseg_of(box->low, top_left);
    sides[1] = geo_lseg_of(box->high, top_left);
    sides[2] = geo_lseg_of(box->low, bottom_right);
    sides[3] = geo_lseg_of(box->high, bottom_right);
}

/* Where two lines cross, the first one not upright. */
static bool cross_lines(struct diag *diag, const struct geo_line *a, const struct geo_line *b, struct geo_point *at)
{
    if (geo_eq(b->a, geo_mul(diag, a->a, geo_div(diag, b->b, a->b))))
        return false;
    at->x = geo_div(diag, geo_sub(diag, geo_mul(diag, a->b, b->c), geo_mul(diag, b->b, a->c)),
                    geo_sub(diag, geo_mul(diag, a->a, b->b), geo_mul(diag, b->a, a->b)));
    at->y = geo_div(diag, -geo_add(diag, geo_mul(diag, a->a, at->x), a->c), a->b);
    return true;
}

bool geo_meet_lines(struct diag *diag, const struct geo_line *a, const struct geo_line *b, struct geo_point *at)
{
    struct geo_point point;
    if (geo_zero(a->b) && geo_zero(b->b))
        return false;
    if (!(geo_zero(a->b) ? cross_lines(diag, b, a, &point) : cross_lines(diag, a, b, &point)))
        return false;
    /* Without negative zeros. */
    if (at)
        *at = (struct geo_point){point.x == 0 ? 0 : point.x, point.y == 0 ? 0 : point.y};
    return true;
}

bool geo_meet_lseg_line(struct diag *diag, const struct geo_lseg *lseg, const struct geo_line *line, struct geo_point *at)
{
    struct geo_line along = geo_line_of(diag, lseg->p[0], geo_lseg_slope(diag, lseg));
    struct geo_point point;
    if (!geo_meet_lines(diag, &along, line, &point) || !geo_lseg_has(diag, lseg, point))
        return false;
    if (at)
        *at = geo_same_point(lseg->p[0], point) ? lseg->p[0] : geo_same_point(lseg->p[1], point) ? lseg->p[1] : point;
    return true;
}

bool geo_meet_lsegs(struct diag *diag, const struct geo_lseg *a, const struct geo_lseg *b, struct geo_point *at)
{
    struct geo_line along = geo_line_of(diag, b->p[0], geo_lseg_slope(diag, b));
    struct geo_point point;
    if (!geo_meet_lseg_line(diag, a, &along, &point) || !geo_lseg_has(diag, b, point))
        return false;
    if (at)
        *at = point;
    return true;
}

double geo_close_line_point(struct diag *diag, const struct geo_line *line, struct geo_point point, struct geo_point *at)
{
    struct geo_line upright = geo_line_of(diag, point, line_normal(diag, line));
    struct geo_point foot;
    if (!geo_meet_lines(diag, &upright, line, &foot)) {
        if (at)
            *at = point;
        return NAN;
    }
    if (at)
        *at = foot;
    return geo_distance(diag, foot, point);
}

double geo_close_lseg_line(struct diag *diag, const struct geo_lseg *lseg, const struct geo_line *line, struct geo_point *at)
{
    if (geo_meet_lseg_line(diag, lseg, line, at))
        return 0;
    double first = geo_close_line_point(diag, line, lseg->p[0], NULL),
           second = geo_close_line_point(diag, line, lseg->p[1], NULL);
    if (at)
        *at = lseg->p[first < second ? 0 : 1];
    return first < second ? first : second;
}

double geo_close_lseg_point(struct diag *diag, const struct geo_lseg *lseg, struct geo_point point, struct geo_point *at)
{
    struct geo_line upright = geo_line_of(diag, point, geo_lseg_normal(diag, lseg));
    struct geo_point closest;
    geo_close_lseg_line(diag, lseg, &upright, &closest);
    if (at)
        *at = closest;
    return geo_distance(diag, closest, point);
}

/* Keep the smaller distance and its point. */
static void nearer(double *distance, struct geo_point *at, double other, struct geo_point point)
{
    if (float_compare(other, *distance) >= 0)
        return;
    *distance = other;
    if (at)
        *at = point;
}

double geo_close_lsegs(struct diag *diag, const struct geo_lseg *lseg, const struct geo_lseg *to, struct geo_point *at)
{
    struct geo_point point;
    if (geo_meet_lsegs(diag, lseg, to, at))
        return 0;
    double distance = geo_close_lseg_point(diag, lseg, to->p[0], at), other = geo_close_lseg_point(diag, lseg, to->p[1], &point);
    nearer(&distance, at, other, point);
    nearer(&distance, at, geo_close_lseg_point(diag, to, lseg->p[0], NULL), lseg->p[0]);
    nearer(&distance, at, geo_close_lseg_point(diag, to, lseg->p[1], NULL), lseg->p[1]);
    return distance;
}

double geo_close_box_point(struct diag *diag, const struct geo_box *box, struct geo_point point, struct geo_point *at)
{
    struct geo_lseg sides[4];
    if (geo_box_has(box, point)) {
        if (at)
            *at = point;
        return 0;
    }
    geo_box_sides(box, sides);
    double distance = geo_close_lseg_point(diag, &sides[0], point, at);
    for (int i = 1; i < 4; i++) {
        struct geo_point closest;
        double other = geo_close_lseg_point(diag, &sides[i], point, &closest);
        nearer(&distance, at, other, closest);
    }
    return distance;
}

bool geo_meet_box_lseg(struct diag *diag, const struct geo_box *box, const struct geo_lseg *lseg, struct geo_point *at)
{
    struct geo_box around = geo_box_of(lseg->p[0], lseg->p[1]);
    struct geo_lseg sides[4];
    if (!geo_boxes_overlap(&around, box))
        return false;
    if (at)
        geo_close_lseg_point(diag, lseg, geo_box_center(diag, box), at);
    if (geo_box_has(box, lseg->p[0]) || geo_box_has(box, lseg->p[1]))
        return true;
    geo_box_sides(box, sides);
    for (int i = 0; i < 4; i++)
        if (geo_meet_lsegs(diag, &sides[i], lseg, NULL))
            return true;
    return false;
}

double geo_close_box_lseg(struct diag *diag, const struct geo_box *box, const struct geo_lseg *lseg, struct geo_point *at)
{
    struct geo_lseg sides[4];
    if (geo_meet_box_lseg(diag, box, lseg, at))
        return 0;
    geo_box_sides(box, sides);
    double distance = geo_close_lsegs(diag, &sides[0], lseg, at);
    for (int i = 1; i < 4; i++) {
        struct geo_point closest;
        double other = geo_close_lsegs(diag, &sides[i], lseg, &closest);
        nearer(&distance, at, other, closest);
    }
    return distance;
}

bool geo_path_segment(const struct geo_path *path, int *next, struct geo_lseg *segment)
{
    int i = *next;
    if (i == 0 && !path->closed)
        i = 1;
    if (i >= path->count)
        return false;
    *segment = geo_lseg_of(path->p[i ? i - 1 : path->count - 1], path->p[i]);
    *next = i + 1;
    return true;
}

struct geo_box geo_path_box(const struct geo_path *path)
{
    struct geo_box box = {path->p[0], path->p[0]};
    for (int i = 1; i < path->count; i++) {
        struct geo_point p = path->p[i];
        if (float_compare(p.x, box.low.x) < 0)
            box.low.x = p.x;
        if (float_compare(p.x, box.high.x) > 0)
            box.high.x = p.x;
        if (float_compare(p.y, box.low.y) < 0)
            box.low.y = p.y;
        if (float_compare(p.y, box.high.y) > 0)
            box.high.y = p.y;
    }
    return box;
}

/* Polygons. */

enum { ON_EDGE = INT_MAX };

/* How an edge, seen from the point as origin, crosses the positive x axis: ±2, half that for an end on it, 0 for not at all. */
static int crossing(struct diag *diag, struct geo_point p, struct geo_point before)
{
    if (geo_zero(p.y)) {
        if (geo_zero(p.x))
            return ON_EDGE;
        if (geo_gt(p.x, 0)) {
            if (geo_zero(before.y))
                return geo_gt(before.x, 0) ? 0 : ON_EDGE;
            return geo_lt(before.y, 0) ? 1 : -1;
        }
        if (geo_zero(before.y))
            return geo_lt(before.x, 0) ? 0 : ON_EDGE;
        return 0;
    }
    int sign = geo_gt(p.y, 0) ? 1 : -1;
    if (geo_zero(before.y))
        return geo_lt(before.x, 0) ? 0 : sign;
    if (sign < 0 ? geo_lt(before.y, 0) : geo_gt(before.y, 0))
        return 0;
    if (geo_ge(p.x, 0) && geo_gt(before.x, 0))
        return 2 * sign;
    if (geo_lt(p.x, 0) && geo_le(before.x, 0))
        return 0;
    double side =
        geo_sub(diag, geo_mul(diag, geo_sub(diag, p.x, before.x), p.y), geo_mul(diag, geo_sub(diag, p.y, before.y), p.x));
    if (geo_zero(side))
        return ON_EDGE;
    return (sign < 0 ? geo_lt(side, 0) : geo_gt(side, 0)) ? 0 : 2 * sign;
}

int geo_polygon_has(struct diag *diag, const struct geo_path *polygon, struct geo_point point)
{
    int total = 0;
    struct geo_point before = geo_point_difference(diag, polygon->p[0], point);
    for (int i = 1; i <= polygon->count; i++) {
        struct geo_point p = geo_point_difference(diag, polygon->p[i % polygon->count], point);
        int cross = crossing(diag, p, before);
        if (cross == ON_EDGE)
            return 2;
        total += cross;
        before = p;
    }
    return total != 0;
}

static bool inside(struct diag *diag, struct geo_point a, struct geo_point b, const struct geo_path *polygon, int start);

/* `a` is on an edge: does the rest of a-b, past that edge, stay inside? False only where that is certain. */
static bool touching_inside(struct diag *diag, struct geo_point a, struct geo_point b, const struct geo_lseg *edge,
                            const struct geo_path *polygon, int start)
{
    struct geo_lseg lseg = geo_lseg_of(a, b);
    if (geo_same_point(a, edge->p[0]))
        return !geo_lseg_has(diag, &lseg, edge->p[1]) || inside(diag, b, edge->p[1], polygon, start);
    if (geo_same_point(a, edge->p[1]))
        return !geo_lseg_has(diag, &lseg, edge->p[0]) || inside(diag, b, edge->p[0], polygon, start);
    if (geo_lseg_has(diag, &lseg, edge->p[0]))
        return inside(diag, b, edge->p[0], polygon, start);
    if (geo_lseg_has(diag, &lseg, edge->p[1]))
        return inside(diag, b, edge->p[1], polygon, start);
    return true;
}

/* Is the segment a-b inside, as far as the edges from `start` on tell? */
static bool inside(struct diag *diag, struct geo_point a, struct geo_point b, const struct geo_path *polygon, int start)
{
    struct geo_lseg lseg = geo_lseg_of(a, b), edge;
    bool good = true, crossed = false;
    edge.p[0] = polygon->p[start ? start - 1 : polygon->count - 1];
    for (int i = start; i < polygon->count && good; i++) {
        struct geo_point at;
        edge.p[1] = polygon->p[i];
        if (geo_lseg_has(diag, &edge, a)) {
            if (geo_lseg_has(diag, &edge, b))
                return true;
            good = touching_inside(diag, a, b, &edge, polygon, i + 1);
        } else if (geo_lseg_has(diag, &edge, b)) {
            good = touching_inside(diag, b, a, &edge, polygon, i + 1);
        } else if (geo_meet_lsegs(diag, &lseg, &edge, &at)) {
            crossed = true;
            good = inside(diag, a, at, polygon, i + 1) && inside(diag, b, at, polygon, i + 1);
        }
        edge.p[0] = edge.p[1];
    }
    return good && (crossed || geo_polygon_has(diag, polygon, geo_middle(diag, a, b)) != 0);
}

bool geo_polygon_covers(struct diag *diag, const struct geo_path *polygon, const struct geo_path *inner)
{
    struct geo_box outer_box = geo_path_box(polygon), inner_box = geo_path_box(inner);
    struct geo_lseg edge;
    if (!geo_box_covers(&outer_box, &inner_box))
        return false;
    for (int next = 0; geo_path_segment(inner, &next, &edge);)
        if (!inside(diag, edge.p[0], edge.p[1], polygon, 0))
            return false;
    return true;
}

bool geo_polygons_overlap(struct diag *diag, const struct geo_path *a, const struct geo_path *b)
{
    struct geo_box box_a = geo_path_box(a), box_b = geo_path_box(b);
    struct geo_lseg x, y;
    if (!geo_boxes_overlap(&box_a, &box_b))
        return false;
    for (int i = 0; geo_path_segment(a, &i, &x);)
        for (int j = 0; geo_path_segment(b, &j, &y);)
            if (geo_meet_lsegs(diag, &x, &y, NULL))
                return true;
    return geo_polygon_has(diag, b, a->p[0]) || geo_polygon_has(diag, a, b->p[0]);
}

double geo_polygon_distance(struct diag *diag, const struct geo_path *polygon, struct geo_point point)
{
    struct geo_lseg edge;
    double distance = 0;
    bool first = true;
    if (geo_polygon_has(diag, polygon, point))
        return 0;
    for (int next = 0; geo_path_segment(polygon, &next, &edge); first = false) {
        double other = geo_close_lseg_point(diag, &edge, point, NULL);
        if (first || float_compare(other, distance) < 0)
            distance = other;
    }
    return distance;
}

struct geo_point geo_point_sum(struct diag *diag, struct geo_point a, struct geo_point b)
{
    return (struct geo_point){geo_add(diag, a.x, b.x), geo_add(diag, a.y, b.y)};
}

struct geo_point geo_point_difference(struct diag *diag, struct geo_point a, struct geo_point b)
{
    return (struct geo_point){geo_sub(diag, a.x, b.x), geo_sub(diag, a.y, b.y)};
}

struct geo_point geo_point_product(struct diag *diag, struct geo_point a, struct geo_point b)
{
    return (struct geo_point){geo_sub(diag, geo_mul(diag, a.x, b.x), geo_mul(diag, a.y, b.y)),
                              geo_add(diag, geo_mul(diag, a.x, b.y), geo_mul(diag, a.y, b.x))};
}

struct geo_point geo_point_quotient(struct diag *diag, struct geo_point a, struct geo_point b)
{
    double square = geo_add(diag, geo_mul(diag, b.x, b.x), geo_mul(diag, b.y, b.y));
    return (struct geo_point){geo_div(diag, geo_add(diag, geo_mul(diag, a.x, b.x), geo_mul(diag, a.y, b.y)), square),
                              geo_div(diag, geo_sub(diag, geo_mul(diag, b.x, a.y), geo_mul(diag, a.x, b.y)), square)};
}
