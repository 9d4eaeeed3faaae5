#include "catalog/system_rows.h"

#include <stdlib.h>

/* Rows of system relations: made at the first look, kept with the snapshot; those that show the session's state are made at each. */

struct system_rows {
    struct system_rows *next;
    const struct catalog_relation *relation;
    struct catalog_rows rows;
    struct arena arena; /* of live rows */
};

struct source {
    const char *storage;
    rows_maker *make;
    bool live;
};

static const struct source sources[] = {
    {"pg_catalog.pg_class", rows_pg_class, false},
    {"pg_catalog.pg_attribute", rows_pg_attribute, false},
    {"pg_catalog.pg_index", rows_pg_index, false},
    {"pg_catalog.pg_constraint", rows_pg_constraint, false},
    {"pg_catalog.pg_attrdef", rows_pg_attrdef, false},
    {"pg_catalog.pg_init_privs", rows_pg_init_privs, false},
    {"pg_catalog.pg_sequence", rows_pg_sequence, false},
    {"pg_catalog.pg_depend", rows_pg_depend, false},
    {"pg_catalog.pg_description", rows_pg_description, false},
    {"pg_catalog.pg_shdescription", rows_pg_shdescription, false},
    {"pg_catalog.pg_rewrite", rows_pg_rewrite, false},
    {"pg_catalog.pg_namespace", rows_pg_namespace, false},
    {"pg_catalog.pg_type", rows_pg_type, false},
    {"pg_catalog.pg_enum", rows_pg_enum, false},
    {"pg_catalog.pg_range", rows_pg_range, false},
    {"pg_catalog.pg_collation", rows_pg_collation, false},
    {"pg_catalog.pg_proc", rows_pg_proc, false},
    {"pg_catalog.pg_operator", rows_pg_operator, false},
    {"pg_catalog.pg_cast", rows_pg_cast, false},
    {"pg_catalog.pg_aggregate", rows_pg_aggregate, false},
    {"pg_catalog.pg_opclass", rows_pg_opclass, false},
    {"pg_catalog.pg_opfamily", rows_pg_opfamily, false},
    {"pg_catalog.pg_am", rows_pg_am, false},
    {"pg_catalog.pg_language", rows_pg_language, false},
    {"pg_catalog.pg_ts_parser", rows_pg_ts_parser, false},
    {"pg_catalog.pg_ts_template", rows_pg_ts_template, false},
    {"pg_catalog.pg_ts_dict", rows_pg_ts_dict, false},
    {"pg_catalog.pg_ts_config", rows_pg_ts_config, false},
    {"pg_catalog.pg_ts_config_map", rows_pg_ts_config_map, false},
    {"pg_catalog.pg_database", rows_pg_database, true},
    {"pg_catalog.pg_authid", rows_pg_authid, false},
    {"pg_catalog.pg_tablespace", rows_pg_tablespace, false},
    {"pg_catalog.pg_extension", rows_pg_extension, false},
    {"pg_catalog.pg_available_extensions", rows_pg_available_extensions, false},
    {"pg_catalog.pg_available_extension_versions", rows_pg_available_extension_versions, false},
    {"pg_catalog.pg_settings", rows_pg_settings, true},
    {"pg_catalog.pg_db_role_setting", rows_pg_db_role_setting, true},
    {"pg_catalog.pg_file_settings", rows_pg_file_settings, true},
    {"pg_catalog.pg_hba_file_rules", rows_pg_hba_file_rules, true},
    {"pg_catalog.pg_stat_activity", rows_pg_stat_activity, true},
    {"pg_catalog.pg_locks", rows_pg_locks, true},
    {"pg_catalog.pg_timezone_names", rows_pg_timezone_names, true},
    {"pg_catalog.pg_timezone_abbrevs", rows_pg_timezone_abbrevs, true},
    {"information_schema.columns", rows_is_columns, false},
    {"information_schema.tables", rows_is_tables, false},
    {"information_schema.views", rows_is_views, false},
    {"information_schema.sequences", rows_is_sequences, false},
    {"information_schema.schemata", rows_is_schemata, false},
    {"information_schema.table_constraints", rows_is_table_constraints, false},
    {"information_schema.check_constraints", rows_is_check_constraints, false},
    {"information_schema.key_column_usage", rows_is_key_column_usage, false},
    {"information_schema.constraint_column_usage", rows_is_constraint_column_usage, false},
    {"information_schema.referential_constraints", rows_is_referential_constraints, false},
};

static const struct catalog_relation *relation_by_storage(const char *storage)
{
    for (int i = 0; i < system_relation_count(); i++)
        if (strcmp(system_relation_at(i)->storage, storage) == 0)
            return system_relation_at(i);
    return NULL;
}

static const struct source *source_of(const char *storage)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strcmp(sources[i].storage, storage) == 0)
            return &sources[i];
    return NULL;
}

static struct system_rows *rows_of(struct snapshot *snapshot, const struct catalog_relation *relation)
{
    for (struct system_rows *made = snapshot->system_rows; made; made = made->next)
        if (made->relation == relation)
            return made;
    return NULL;
}

const struct catalog_rows *catalog_system_rows(struct catalog *catalog, const char *storage, struct func_env *env,
                                               struct diag *diag)
{
    struct snapshot *snapshot = catalog->snapshot;
    const struct catalog_relation *relation = relation_by_storage(storage);
    if (!relation) {
        diag_set(diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", storage);
        return NULL;
    }
    const struct source *source = source_of(storage);
    struct system_rows *made = rows_of(snapshot, relation);
    if (made && !(source && source->live))
        return &made->rows;
    if (!made) {
        made = xcalloc(1, sizeof *made);
        arena_init(&made->arena);
        made->relation = relation;
        made->rows.live = source && source->live;
        made->next = snapshot->system_rows;
        snapshot->system_rows = made;
    }
    arena_reset(&made->arena);
    struct rows_builder b = {.catalog = catalog, .env = env, .arena = &made->arena, .relation = relation};
    if (source && !source->make(&b, diag)) {
        snapshot->system_rows = made->next;
        arena_deinit(&made->arena);
        free(made);
        return NULL;
    }
    made->rows.ncols = relation->natts;
    made->rows.nrows = b.nrows;
    made->rows.values = b.values;
    return &made->rows;
}

void system_rows_free(struct system_rows *rows)
{
    while (rows) {
        struct system_rows *next = rows->next;
        arena_deinit(&rows->arena);
        free(rows);
        rows = next;
    }
}

/* ---- building ---- */

static struct datum unsaid(const struct catalog_column *column)
{
    if (!column->not_null)
        return datum_null();
    switch (column->type) {
    case BOOL_OID:
    case INT2_OID:
    case INT4_OID:
    case INT8_OID:
    case OID_OID:
    case REGPROC_OID:
    case XID_OID:
        return datum_int(0);
    case FLOAT4_OID:
    case FLOAT8_OID:
        return datum_real(0);
    case INT2VECTOR_OID:
    case OIDVECTOR_OID:
        return datum_cstr("[]");
    default:
        return datum_cstr("");
    }
}

void rows_add(struct rows_builder *b)
{
    size_t width = (size_t) b->relation->natts;
    if (b->nrows == b->capacity) {
        int capacity = b->capacity ? b->capacity * 2 : 16;
        b->values = arena_grow(b->arena, b->values, sizeof *b->values * width * (size_t) b->capacity,
                               sizeof *b->values * width * (size_t) capacity);
        b->capacity = capacity;
    }
    struct datum *row = &b->values[width * (size_t) b->nrows++];
    for (size_t i = 0; i < width; i++)
        row[i] = unsaid(&b->relation->columns[i]);
    b->hint = 0;
}

void rows_put(struct rows_builder *b, const char *column, struct datum value)
{
    int width = b->relation->natts;
    for (int i = 0; i < width; i++) {
        int at = (b->hint + i) % width;
        if (strcmp(b->relation->columns[at].name, column) == 0) {
            b->values[(b->nrows - 1) * width + at] = value;
            b->hint = at + 1;
            return;
        }
    }
    abort(); /* a maker and the .def files disagree */
}

void rows_int(struct rows_builder *b, const char *column, int64_t value)
{
    rows_put(b, column, datum_int(value));
}

void rows_real(struct rows_builder *b, const char *column, double value)
{
    rows_put(b, column, datum_real(value));
}

void rows_char(struct rows_builder *b, const char *column, char value)
{
    rows_put(b, column, value ? datum_cstr(arena_printf(b->arena, "%c", value)) : datum_cstr(""));
}

void rows_text(struct rows_builder *b, const char *column, const char *value)
{
    rows_put(b, column, value ? datum_cstr(value) : datum_null());
}

static void put_numbers(struct rows_builder *b, const char *column, int count, const int64_t *values, const char *before,
                        const char *behind)
{
    struct buf text;
    buf_init(&text);
    buf_puts(&text, before);
    for (int i = 0; i < count; i++) {
        if (i)
            buf_putc(&text, ',');
        buf_put_int64(&text, values[i]);
    }
    buf_puts(&text, behind);
    rows_put(b, column, datum_text(arena_strndup(b->arena, text.data, text.len), text.len));
    buf_deinit(&text);
}

void rows_vector(struct rows_builder *b, const char *column, int count, const int64_t *values)
{
    if (count == 0)
        rows_text(b, column, "[]");
    else
        put_numbers(b, column, count, values, "{\"lbs\":[0],\"a\":[", "]}");
}

void rows_array(struct rows_builder *b, const char *column, int count, const int64_t *values)
{
    put_numbers(b, column, count, values, "[", "]");
}

void rows_texts(struct rows_builder *b, const char *column, int count, const char *const *values)
{
    struct buf text;
    buf_init(&text);
    buf_putc(&text, '[');
    for (int i = 0; i < count; i++) {
        buf_puts(&text, i ? ",\"" : "\"");
        for (const char *at = values[i]; *at; at++) {
            if (*at == '"' || *at == '\\')
                buf_putc(&text, '\\');
            buf_putc(&text, *at);
        }
        buf_putc(&text, '"');
    }
    buf_putc(&text, ']');
    rows_put(b, column, datum_text(arena_strndup(b->arena, text.data, text.len), text.len));
    buf_deinit(&text);
}

oid_t system_derived_oid(char kind, oid_t parent, int number)
{
    uint64_t hash = ((uint64_t) (unsigned char) kind << 56) ^ ((uint64_t) parent * 2000 + (uint64_t) number);
    hash *= 0x9e3779b97f4a7c15u;
    return 0x80000000u | (oid_t) (hash >> 34); /* below the temporary ones */
}

const struct system_index system_indexes[] = {
#define SYSTEM_INDEX(...) {__VA_ARGS__},
#include "catalog/system_indexes.def"
#undef SYSTEM_INDEX
};
const int system_index_count = sizeof system_indexes / sizeof *system_indexes;

int system_index_keys(const struct system_index *index, int64_t keys[16])
{
    int count = 0;
    const char *at = index->keys;
    while (*at && count < 16) {
        char *end;
        keys[count++] = strtol(at, &end, 10);
        at = end;
    }
    return count;
}
