#include "type/geo.h"

#include "type/codecs.h"

#include <string.h>

/* Text and binary forms of geometric types (docs: 8.8 "Geometric Types"). */

struct reader {
    const char *type_name;
    const char *text;
    size_t len;
    const char *at, *end;
    struct diag *diag;
};

static bool bad_syntax(struct reader *r)
{
    return codec_bad_syntax(NULL, r->type_name, r->text, r->len, r->diag);
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && codec_space(*r->at))
        r->at++;
}

static bool next_is(const struct reader *r, char c)
{
    return r->at < r->end && *r->at == c;
}

static bool at_end(struct reader *r)
{
    return r->at == r->end || bad_syntax(r);
}

static struct reader reader_of(const char *type_name, const char *text, size_t len, struct diag *diag)
{
    struct reader r = {type_name, text, len, text, text + len, diag};
    skip_space(&r);
    return r;
}

static bool read_number(struct reader *r, double *value)
{
    skip_space(r);
    const char *start = r->at;
    while (r->at < r->end && !codec_space(*r->at) && !strchr(",()[]<>{}", *r->at))
        r->at++;
    if (!float8_parse(start, (size_t) (r->at - start), "double precision", value, r->diag))
        return strcmp(r->diag->sqlstate, ERRCODE_INVALID_TEXT_REPRESENTATION) == 0 ? bad_syntax(r) : false;
    skip_space(r);
    return true;
}

/* x,y with or without parentheses. */
static bool read_point(struct reader *r, struct geo_point *point)
{
    skip_space(r);
    bool parenthesis = next_is(r, '(');
    r->at += parenthesis;
    if (!read_number(r, &point->x))
        return false;
    if (!next_is(r, ','))
        return bad_syntax(r);
    r->at++;
    if (!read_number(r, &point->y))
        return false;
    if (parenthesis) {
        if (!next_is(r, ')'))
            return bad_syntax(r);
        r->at++;
        skip_space(r);
    }
    return true;
}

/* After an opening parenthesis at `at`, the next sign; NULL when another parenthesis doesn't follow. */
static const char *nested(const struct reader *r)
{
    const char *next = r->at + 1;
    while (next < r->end && codec_space(*next))
        next++;
    return next < r->end && *next == '(' ? next : NULL;
}

static bool is_only_parenthesis(const struct reader *r)
{
    return memrchr(r->text, '(', r->len) == r->at;
}

/* `count` points, as a whole in brackets (an open path), in parentheses or bare. */
static bool read_points(struct reader *r, bool brackets, int count, struct geo_point *points, bool *open)
{
    int depth = 0;
    skip_space(r);
    *open = next_is(r, '[');
    if (*open) {
        if (!brackets)
            return bad_syntax(r);
        depth++;
        r->at++;
    } else if (next_is(r, '(')) {
        const char *next = nested(r);
        if (next || is_only_parenthesis(r)) {
            depth++;
            r->at = next ? next : r->at + 1;
        }
    }
    for (int i = 0; i < count; i++) {
        if (!read_point(r, &points[i]))
            return false;
        if (next_is(r, ','))
            r->at++;
    }
    for (; depth; depth--) {
        if (!next_is(r, ')') && !(next_is(r, ']') && *open && depth == 1))
            return bad_syntax(r);
        r->at++;
        skip_space(r);
    }
    return true;
}

/* Points that so many commas make; 0: none. */
static int count_points(const char *text, size_t len)
{
    int commas = 0;
    for (size_t i = 0; i < len; i++)
        commas += text[i] == ',';
    return commas % 2 ? (commas + 1) / 2 : 0;
}

static bool parse_point(const char *text, size_t len, struct geo_point *point, struct diag *diag)
{
    struct reader r = reader_of("point", text, len, diag);
    return read_point(&r, point) && at_end(&r);
}

static bool parse_lseg(const char *text, size_t len, struct geo_lseg *lseg, struct diag *diag)
{
    struct reader r = reader_of("lseg", text, len, diag);
    bool open;
    return read_points(&r, true, 2, lseg->p, &open) && at_end(&r);
}

/* The first corner is the higher one unless the other is higher: of equal numbers the first stays first, 0 before -0 too. */
static struct geo_box box_as_given(struct geo_point a, struct geo_point b)
{
    bool x = float_compare(a.x, b.x) >= 0, y = float_compare(a.y, b.y) >= 0;
    return (struct geo_box){.high = {x ? a.x : b.x, y ? a.y : b.y}, .low = {x ? b.x : a.x, y ? b.y : a.y}};
}

static bool parse_box(const char *text, size_t len, struct geo_box *box, struct diag *diag)
{
    struct reader r = reader_of("box", text, len, diag);
    struct geo_point corners[2];
    bool open;
    if (!read_points(&r, false, 2, corners, &open) || !at_end(&r))
        return false;
    *box = box_as_given(corners[0], corners[1]);
    return true;
}

static bool parse_line(const char *text, size_t len, struct geo_line *line, struct diag *diag)
{
    struct reader r = reader_of("line", text, len, diag);
    if (next_is(&r, '{')) {
        double *const parts[] = {&line->a, &line->b, &line->c};
        for (int i = 0; i < 3; i++) {
            r.at++;
            if (!read_number(&r, parts[i]))
                return false;
            if (!next_is(&r, i < 2 ? ',' : '}'))
                return bad_syntax(&r);
        }
        r.at++;
        skip_space(&r);
        if (!at_end(&r))
            return false;
        if (geo_zero(line->a) && geo_zero(line->b))
            return diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid line specification: A and B cannot both be zero");
        return true;
    }
    struct geo_point p[2];
    bool open;
    if (!read_points(&r, true, 2, p, &open) || !at_end(&r))
        return false;
    if (geo_same_point(p[0], p[1]))
        return diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid line specification: must be two distinct points");
    *line = geo_line_of(diag, p[0], geo_slope(diag, p[0], p[1]));
    return !diag_is_set(diag);
}

static bool parse_path(struct arena *arena, const char *text, size_t len, struct geo_path *path, struct diag *diag)
{
    struct reader r = reader_of("path", text, len, diag);
    bool open, outer = next_is(&r, '(') && is_only_parenthesis(&r);
    path->count = count_points(text, len);
    if (!path->count)
        return bad_syntax(&r);
    path->p = arena_array(arena, struct geo_point, path->count);
    r.at += outer;
    if (!read_points(&r, true, path->count, path->p, &open))
        return false;
    path->closed = !open;
    if (outer) {
        if (!next_is(&r, ')'))
            return bad_syntax(&r);
        r.at++;
        skip_space(&r);
    }
    return at_end(&r);
}

static bool parse_polygon(struct arena *arena, const char *text, size_t len, struct geo_path *path, struct diag *diag)
{
    struct reader r = reader_of("polygon", text, len, diag);
    bool open;
    path->closed = true;
    path->count = count_points(text, len);
    if (!path->count)
        return bad_syntax(&r);
    path->p = arena_array(arena, struct geo_point, path->count);
    return read_points(&r, false, path->count, path->p, &open) && at_end(&r);
}

static bool parse_circle(const char *text, size_t len, struct geo_circle *circle, struct diag *diag)
{
    struct reader r = reader_of("circle", text, len, diag);
    int depth = 0;
    bool angle = next_is(&r, '<');
    const char *inner = next_is(&r, '(') ? nested(&r) : NULL;
    if (angle || inner) {
        depth = 1;
        r.at = angle ? r.at + 1 : inner;
    }
    if (!read_point(&r, &circle->center))
        return false;
    if (next_is(&r, ','))
        r.at++;
    if (!read_number(&r, &circle->radius))
        return false;
    if (circle->radius < 0)
        return bad_syntax(&r);
    if (depth) {
        if (!next_is(&r, ')') && !(angle && next_is(&r, '>')))
            return bad_syntax(&r);
        r.at++;
        skip_space(&r);
    }
    return at_end(&r);
}

/* Storage. */

static void put_number(struct buf *buf, double value, int digits)
{
    float8_format(value, digits, buf);
}

static void put_pair(struct buf *buf, struct geo_point point, int digits)
{
    buf_putc(buf, '(');
    put_number(buf, point.x, digits);
    buf_putc(buf, ',');
    put_number(buf, point.y, digits);
    buf_putc(buf, ')');
}

static void put_points(struct buf *buf, const struct geo_point *points, int count, int digits)
{
    for (int i = 0; i < count; i++) {
        if (i)
            buf_putc(buf, ',');
        put_pair(buf, points[i], digits);
    }
}

static void put_point(struct buf *buf, const struct geo_point *point, int digits)
{
    put_pair(buf, *point, digits);
}

static void put_lseg(struct buf *buf, const struct geo_lseg *lseg, int digits)
{
    buf_putc(buf, '[');
    put_points(buf, lseg->p, 2, digits);
    buf_putc(buf, ']');
}

static void put_box(struct buf *buf, const struct geo_box *box, int digits)
{
    put_points(buf, (struct geo_point[]){box->high, box->low}, 2, digits);
}

static void put_line(struct buf *buf, const struct geo_line *line, int digits)
{
    buf_putc(buf, '{');
    put_number(buf, line->a, digits);
    buf_putc(buf, ',');
    put_number(buf, line->b, digits);
    buf_putc(buf, ',');
    put_number(buf, line->c, digits);
    buf_putc(buf, '}');
}

static void put_circle(struct buf *buf, const struct geo_circle *circle, int digits)
{
    buf_putc(buf, '<');
    put_pair(buf, circle->center, digits);
    buf_putc(buf, ',');
    put_number(buf, circle->radius, digits);
    buf_putc(buf, '>');
}

static void put_path(struct buf *buf, const struct geo_path *path, int digits)
{
    buf_putc(buf, path->closed ? '(' : '[');
    put_points(buf, path->p, path->count, digits);
    buf_putc(buf, path->closed ? ')' : ']');
}

static struct datum take(struct arena *arena, struct buf *buf)
{
    struct datum result = datum_text(arena_strndup(arena, buf->data, buf->len), buf->len);
    buf_deinit(buf);
    return result;
}

enum { EXACT = 1 };

struct datum geo_point_store(struct arena *arena, struct geo_point point)
{
    struct buf buf = {0};
    put_pair(&buf, point, EXACT);
    return take(arena, &buf);
}

#define STORE(name, type, put)                                                                                                   \
    struct datum name(struct arena *arena, const struct type *value)                                                             \
    {                                                                                                                            \
        struct buf buf = {0};                                                                                                    \
        put(&buf, value, EXACT);                                                                                                 \
        return take(arena, &buf);                                                                                                \
    }
STORE(geo_lseg_store, geo_lseg, put_lseg)
STORE(geo_box_store, geo_box, put_box)
STORE(geo_line_store, geo_line, put_line)
STORE(geo_circle_store, geo_circle, put_circle)
STORE(geo_path_store, geo_path, put_path)

struct datum geo_polygon_store(struct arena *arena, const struct geo_path *polygon)
{
    struct geo_path closed = {polygon->count, true, polygon->p};
    return geo_path_store(arena, &closed);
}

#define LOAD(name, type, parse, ...)                                                                                             \
    struct type name(const struct datum *value)                                                                                  \
    {                                                                                                                            \
        struct type result;                                                                                                      \
        struct diag ignored = {0};                                                                                               \
        if (value->kind == DATUM_TEXT && parse(value->data, value->len, &result, &ignored))                                      \
            return result;                                                                                                       \
        diag_clear(&ignored);                                                                                                    \
        return (struct type){__VA_ARGS__};                                                                                       \
    }
LOAD(geo_point_load, geo_point, parse_point, NAN, NAN)
LOAD(geo_lseg_load, geo_lseg, parse_lseg, {{NAN, NAN}, {NAN, NAN}})
LOAD(geo_box_load, geo_box, parse_box, {NAN, NAN}, {NAN, NAN})
LOAD(geo_line_load, geo_line, parse_line, NAN, NAN, NAN)
LOAD(geo_circle_load, geo_circle, parse_circle, {NAN, NAN}, NAN)

struct geo_path geo_path_load(struct arena *arena, const struct datum *value)
{
    struct geo_path path;
    struct diag ignored = {0};
    if (value->kind == DATUM_TEXT && parse_path(arena, value->data, value->len, &path, &ignored))
        return path;
    diag_clear(&ignored);
    path = (struct geo_path){1, true, arena_array(arena, struct geo_point, 1)};
    path.p[0] = (struct geo_point){NAN, NAN};
    return path;
}

/* Codecs. */

/* The stored text is the output unless fewer digits are asked for. */
#define OUT(name, type, load, put)                                                                                               \
    static bool name##_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)              \
    {                                                                                                                            \
        (void) diag;                                                                                                             \
        if (io->settings->extra_float_digits > 0) {                                                                              \
            buf_append(out, value->data, value->len);                                                                            \
            return true;                                                                                                         \
        }                                                                                                                        \
        struct type loaded = load;                                                                                               \
        put(out, &loaded, io->settings->extra_float_digits);                                                                     \
        return true;                                                                                                             \
    }
OUT(point, geo_point, geo_point_load(value), put_point)
OUT(lseg, geo_lseg, geo_lseg_load(value), put_lseg)
OUT(box, geo_box, geo_box_load(value), put_box)
OUT(line, geo_line, geo_line_load(value), put_line)
OUT(circle, geo_circle, geo_circle_load(value), put_circle)
OUT(path, geo_path, geo_path_load(io->arena, value), put_path)

#define IN(name, type, store)                                                                                                    \
    static bool name##_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)          \
    {                                                                                                                            \
        struct type value;                                                                                                       \
        if (!parse_##name(text, len, &value, diag))                                                                              \
            return false;                                                                                                        \
        *out = store(io->arena, &value);                                                                                         \
        return true;                                                                                                             \
    }
IN(lseg, geo_lseg, geo_lseg_store)
IN(box, geo_box, geo_box_store)
IN(line, geo_line, geo_line_store)
IN(circle, geo_circle, geo_circle_store)

static bool point_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct geo_point point;
    if (!parse_point(text, len, &point, diag))
        return false;
    *out = geo_point_store(io->arena, point);
    return true;
}

static bool path_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct geo_path path;
    if (!parse_path(io->arena, text, len, &path, diag))
        return false;
    *out = geo_path_store(io->arena, &path);
    return true;
}

static bool polygon_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct geo_path polygon;
    if (!parse_polygon(io->arena, text, len, &polygon, diag))
        return false;
    *out = geo_path_store(io->arena, &polygon);
    return true;
}

/* Binary: the numbers in order, big-endian. */

static double get_number(const uint8_t *data)
{
    uint64_t bits = codec_be64(data);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void send_number(struct buf *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    buf_put_be64(out, bits);
}

static struct geo_point get_point(const uint8_t *data)
{
    return (struct geo_point){get_number(data), get_number(data + 8)};
}

static void send_point(struct buf *out, struct geo_point point)
{
    send_number(out, point.x);
    send_number(out, point.y);
}

static bool bad_value(struct diag *diag, const char *what)
{
    return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "%s", what);
}

static bool point_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 16)
        return codec_bad_binary(diag);
    *out = geo_point_store(io->arena, get_point(data));
    return true;
}

static bool lseg_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 32)
        return codec_bad_binary(diag);
    struct geo_lseg lseg = {{get_point(data), get_point(data + 16)}};
    *out = geo_lseg_store(io->arena, &lseg);
    return true;
}

static bool box_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 32)
        return codec_bad_binary(diag);
    struct geo_box box = box_as_given(get_point(data), get_point(data + 16));
    *out = geo_box_store(io->arena, &box);
    return true;
}

static bool line_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 24)
        return codec_bad_binary(diag);
    struct geo_line line = {get_number(data), get_number(data + 8), get_number(data + 16)};
    if (geo_zero(line.a) && geo_zero(line.b))
        return bad_value(diag, "invalid line specification: A and B cannot both be zero");
    *out = geo_line_store(io->arena, &line);
    return true;
}

static bool circle_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 24)
        return codec_bad_binary(diag);
    struct geo_circle circle = {get_point(data), get_number(data + 16)};
    if (circle.radius < 0)
        return bad_value(diag, "invalid radius in external \"circle\" value");
    *out = geo_circle_store(io->arena, &circle);
    return true;
}

static bool recv_points(const struct type_io *io, const uint8_t *data, size_t len, const char *name, struct geo_path *path,
                        struct diag *diag)
{
    if (len < 4)
        return codec_bad_binary(diag);
    uint32_t count = codec_be32(data);
    if (count == 0 || count > INT32_MAX / 16)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid number of points in external \"%s\" value", name);
    if (len != 4 + (size_t) count * 16)
        return codec_bad_binary(diag);
    path->count = (int) count;
    path->p = arena_array(io->arena, struct geo_point, count);
    for (uint32_t i = 0; i < count; i++)
        path->p[i] = get_point(data + 4 + 16 * (size_t) i);
    return true;
}

static bool path_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct geo_path path = {.closed = len && data[0]};
    if (!len)
        return codec_bad_binary(diag);
    if (!recv_points(io, data + 1, len - 1, "path", &path, diag))
        return false;
    *out = geo_path_store(io->arena, &path);
    return true;
}

static bool polygon_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct geo_path path = {.closed = true};
    if (!recv_points(io, data, len, "polygon", &path, diag))
        return false;
    *out = geo_path_store(io->arena, &path);
    return true;
}

static bool point_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    send_point(out, geo_point_load(value));
    return true;
}

static bool lseg_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    struct geo_lseg lseg = geo_lseg_load(value);
    send_point(out, lseg.p[0]);
    send_point(out, lseg.p[1]);
    return true;
}

static bool box_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    struct geo_box box = geo_box_load(value);
    send_point(out, box.high);
    send_point(out, box.low);
    return true;
}

static bool line_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    struct geo_line line = geo_line_load(value);
    send_number(out, line.a);
    send_number(out, line.b);
    send_number(out, line.c);
    return true;
}

static bool circle_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    struct geo_circle circle = geo_circle_load(value);
    send_point(out, circle.center);
    send_number(out, circle.radius);
    return true;
}

static bool points_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    struct geo_path path = geo_path_load(io->arena, value);
    if (io->type->oid == PATH_OID)
        buf_putc(out, path.closed);
    buf_put_be32(out, (uint32_t) path.count);
    for (int i = 0; i < path.count; i++)
        send_point(out, path.p[i]);
    return true;
}

#define CODEC(name, out, send)                                                                                                   \
    const struct type_codec type_codec_##name = {name##_in, out, name##_recv, send, NULL, NULL, NULL, NULL};
CODEC(point, point_out, point_send)
CODEC(lseg, lseg_out, lseg_send)
CODEC(box, box_out, box_send)
CODEC(line, line_out, line_send)
CODEC(circle, circle_out, circle_send)
CODEC(path, path_out, points_send)
CODEC(polygon, path_out, points_send)
