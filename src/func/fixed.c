#include "func/fixed.h"

#include "type/codecs.h"
#include "type/geo.h"

oid_t fixed_part_type(oid_t type)
{
    switch (type) {
    case POINT_OID:
    case LINE_OID:
        return FLOAT8_OID;
    case LSEG_OID:
    case BOX_OID:
        return POINT_OID;
    case NAME_OID:
        return CHAR_OID;
    default:
        return 0;
    }
}

int fixed_parts(struct arena *arena, oid_t type, const struct datum *value, struct datum parts[FIXED_PARTS_MAX])
{
    switch (type) {
    case POINT_OID: {
        struct geo_point point = geo_point_load(value);
        parts[0] = float_make(point.x);
        parts[1] = float_make(point.y);
        return 2;
    }
    case LINE_OID: {
        struct geo_line line = geo_line_load(value);
        parts[0] = float_make(line.a);
        parts[1] = float_make(line.b);
        parts[2] = float_make(line.c);
        return 3;
    }
    case LSEG_OID: {
        struct geo_lseg lseg = geo_lseg_load(value);
        parts[0] = geo_point_store(arena, lseg.p[0]);
        parts[1] = geo_point_store(arena, lseg.p[1]);
        return 2;
    }
    case BOX_OID: {
        struct geo_box box = geo_box_load(value);
        parts[0] = geo_point_store(arena, box.high);
        parts[1] = geo_point_store(arena, box.low);
        return 2;
    }
    case NAME_OID:
        for (int i = 0; i < FIXED_PARTS_MAX; i++)
            parts[i] = datum_text((uint32_t) i < value->len ? value->data + i : "", (uint32_t) i < value->len);
        return FIXED_PARTS_MAX;
    default:
        return 0;
    }
}

struct datum fixed_make(struct arena *arena, oid_t type, const struct datum *parts, int count)
{
    switch (type) {
    case POINT_OID:
        return geo_point_store(arena, (struct geo_point){float_datum(&parts[0]), float_datum(&parts[1])});
    case LINE_OID: {
        struct geo_line line = {float_datum(&parts[0]), float_datum(&parts[1]), float_datum(&parts[2])};
        return geo_line_store(arena, &line);
    }
    case LSEG_OID: {
        struct geo_lseg lseg = {{geo_point_load(&parts[0]), geo_point_load(&parts[1])}};
        return geo_lseg_store(arena, &lseg);
    }
    case BOX_OID: {
        struct geo_box box = {geo_point_load(&parts[0]), geo_point_load(&parts[1])};
        return geo_box_store(arena, &box);
    }
    default: {
        struct buf text = {0};
        for (int i = 0; i < count && parts[i].len; i++)
            buf_append(&text, parts[i].data, parts[i].len);
        struct datum result = datum_text(arena_strndup(arena, text.data ? text.data : "", text.len), text.len);
        buf_deinit(&text);
        return result;
    }
    }
}
