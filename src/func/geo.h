#ifndef PGQUILL_FUNC_GEO_H
#define PGQUILL_FUNC_GEO_H

#include "func/func.h"
#include "type/geo.h"

/* Where geometric values meet and how far they are from each other. `diag` takes the first report of the arithmetic (geo.h); results
 * through pointers are optional unless said otherwise. Distances are NaN where there is no closest point. */

struct geo_lseg geo_lseg_of(struct geo_point a, struct geo_point b);
double geo_lseg_slope(struct diag *diag, const struct geo_lseg *lseg);
/* The slope of a perpendicular. */
double geo_lseg_normal(struct diag *diag, const struct geo_lseg *lseg);
struct geo_point geo_middle(struct diag *diag, struct geo_point a, struct geo_point b);

bool geo_line_has(struct diag *diag, const struct geo_line *line, struct geo_point point);
bool geo_lseg_has(struct diag *diag, const struct geo_lseg *lseg, struct geo_point point);
bool geo_box_has(const struct geo_box *box, struct geo_point point);
/* 0: outside, 1: inside, 2: on the edge. */
int geo_polygon_has(struct diag *diag, const struct geo_path *polygon, struct geo_point point);
bool geo_polygon_covers(struct diag *diag, const struct geo_path *polygon, const struct geo_path *inner);
bool geo_polygons_overlap(struct diag *diag, const struct geo_path *a, const struct geo_path *b);

bool geo_meet_lines(struct diag *diag, const struct geo_line *a, const struct geo_line *b, struct geo_point *at);
bool geo_meet_lseg_line(struct diag *diag, const struct geo_lseg *lseg, const struct geo_line *line, struct geo_point *at);
bool geo_meet_lsegs(struct diag *diag, const struct geo_lseg *a, const struct geo_lseg *b, struct geo_point *at);
bool geo_meet_box_lseg(struct diag *diag, const struct geo_box *box, const struct geo_lseg *lseg, struct geo_point *at);

/* The point of the first that is closest to the second, and the distance. */
double geo_close_line_point(struct diag *diag, const struct geo_line *line, struct geo_point point, struct geo_point *at);
double geo_close_lseg_point(struct diag *diag, const struct geo_lseg *lseg, struct geo_point point, struct geo_point *at);
double geo_close_lseg_line(struct diag *diag, const struct geo_lseg *lseg, const struct geo_line *line, struct geo_point *at);
double geo_close_lsegs(struct diag *diag, const struct geo_lseg *lseg, const struct geo_lseg *to, struct geo_point *at);
double geo_close_box_point(struct diag *diag, const struct geo_box *box, struct geo_point point, struct geo_point *at);
double geo_close_box_lseg(struct diag *diag, const struct geo_box *box, const struct geo_lseg *lseg, struct geo_point *at);
double geo_polygon_distance(struct diag *diag, const struct geo_path *polygon, struct geo_point point);

/* Segments of a path, the closing one of a closed path first: *next starts at 0; false: no more. */
bool geo_path_segment(const struct geo_path *path, int *next, struct geo_lseg *segment);
struct geo_box geo_path_box(const struct geo_path *path);

struct geo_point geo_point_sum(struct diag *diag, struct geo_point a, struct geo_point b);
struct geo_point geo_point_difference(struct diag *diag, struct geo_point a, struct geo_point b);
struct geo_point geo_point_product(struct diag *diag, struct geo_point a, struct geo_point b);
struct geo_point geo_point_quotient(struct diag *diag, struct geo_point a, struct geo_point b);

struct geo_point geo_box_center(struct diag *diag, const struct geo_box *box);
bool geo_boxes_overlap(const struct geo_box *a, const struct geo_box *b);
bool geo_box_covers(const struct geo_box *box, const struct geo_box *inner);
/* The four sides of a box: left, top, bottom, right. */
void geo_box_sides(const struct geo_box *box, struct geo_lseg sides[4]);

#define GEO_FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

/* A function of (a, b) loaded from its two arguments, that gives a bool, a number or a point. */
#define GEO_BOOL(name, type_a, load_a, type_b, load_b, test)                                                                     \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        struct type_a a = load_a(&args[0]);                                                                                      \
        struct type_b b = load_b(&args[1]);                                                                                      \
        struct diag *diag = call->diag;                                                                                          \
        *result = datum_bool(test);                                                                                              \
        return !diag_is_set(diag);                                                                                               \
    }
#define GEO_NUMBER(name, type_a, load_a, type_b, load_b, number)                                                                 \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        struct type_a a = load_a(&args[0]);                                                                                      \
        struct type_b b = load_b(&args[1]);                                                                                      \
        struct diag *diag = call->diag;                                                                                          \
        *result = float_make(number);                                                                                            \
        return !diag_is_set(diag);                                                                                               \
    }
/* `found` puts a point into `at`, or is false: NULL. */
#define GEO_POINT(name, type_a, load_a, type_b, load_b, found)                                                                   \
    GEO_FUNCTION(name)                                                                                                           \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        struct type_a a = load_a(&args[0]);                                                                                      \
        struct type_b b = load_b(&args[1]);                                                                                      \
        struct diag *diag = call->diag;                                                                                          \
        struct geo_point at;                                                                                                     \
        *result = (found) ? geo_point_store(call->arena, at) : datum_null();                                                     \
        return !diag_is_set(diag);                                                                                               \
    }

#endif
