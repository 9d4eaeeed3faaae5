#include "catalog/internal.h"

#include "catalog/extension.h"
#include "catalog/hidden.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* Reading a snapshot: SQLite's schema says which tables are there, the pgquill_* tables say what PostgreSQL calls them. Where both do not
 * agree, another tool has been at work, and the table is read by its declaration. */

/* The rows of one query. */
struct rows {
    struct arena *texts;   /* what the values point to */
    struct arena *scratch; /* the values themselves: nobody needs them when the snapshot is made */
    int ncols, count, capacity;
    struct datum *values;
};

struct loader {
    const struct catalog_source *source;
    struct diag *diag;
    struct snapshot *snapshot;
    struct arena scratch;
    struct rows tables, columns;                                /* of SQLite's schema */
    struct rows relations, attributes, indexes, constraints, sequences, types, schemas, extensions, collations, functions, casts, on_commit;
    int relation_capacity, type_capacity;
    bool has_books; /* there are pgquill_* tables */
    bool differs;   /* … and the schema holds something else than they say */
};

static bool add_row(void *argument, int ncols, const struct datum *cols)
{
    struct rows *rows = argument;
    if (rows->count == rows->capacity) {
        int capacity = rows->capacity ? rows->capacity * 2 : 16;
        size_t size = sizeof *rows->values * (size_t) ncols;
        rows->values = arena_grow(rows->scratch, rows->values, size * (size_t) rows->capacity, size * (size_t) capacity);
        rows->capacity = capacity;
    }
    rows->ncols = ncols;
    for (int i = 0; i < ncols; i++) {
        struct datum *value = &rows->values[rows->count * ncols + i];
        *value = cols[i];
        if (value->kind == DATUM_TEXT || value->kind == DATUM_BLOB)
            value->data = arena_strndup(rows->texts, cols[i].len ? cols[i].data : "", cols[i].len);
    }
    rows->count++;
    return true;
}

/* More rows, of a query with the same columns. */
static bool read_more(struct loader *l, struct rows *rows, const char *sql)
{
    rows->texts = &l->snapshot->arena;
    rows->scratch = &l->scratch;
    return l->source->query(l->source->self, sql, add_row, rows, l->diag);
}

static bool read_rows(struct loader *l, struct rows *rows, struct arena *texts, const char *sql)
{
    *rows = (struct rows){.texts = texts, .scratch = &l->scratch};
    return l->source->query(l->source->self, sql, add_row, rows, l->diag);
}

static const struct datum *cell(const struct rows *rows, int row, int column)
{
    return &rows->values[row * rows->ncols + column];
}

static const char *text_at(const struct rows *rows, int row, int column)
{
    const struct datum *value = cell(rows, row, column);
    return value->kind == DATUM_TEXT ? value->data : NULL;
}

static int64_t int_at(const struct rows *rows, int row, int column)
{
    const struct datum *value = cell(rows, row, column);
    return value->kind == DATUM_INT ? value->i : 0;
}

static char char_at(const struct rows *rows, int row, int column)
{
    const char *text = text_at(rows, row, column);
    return text ? text[0] : '\0';
}

/* "1 2 3" */
static int16_t *numbers_at(const struct rows *rows, int row, int column, struct arena *arena, int *count)
{
    const char *at = text_at(rows, row, column);
    int16_t *numbers = arena_array(arena, int16_t, (at ? strlen(at) : 0) / 2 + 1);
    *count = 0;
    while (at && *at) {
        char *end;
        long number = strtol(at, &end, 10);
        if (end == at)
            break;
        numbers[(*count)++] = (int16_t) number;
        at = end;
    }
    return numbers;
}

/* Read one of our tables. A file whose books an older version keeps lacks some: the next DDL makes them, and until then they are empty. */
static bool read_book(struct loader *l, const struct rows *tables, struct rows *rows, const char *name, const char *sql)
{
    bool is_there = l->source->is_agreed;
    for (int i = 0; i < tables->count && !is_there; i++)
        is_there = strcmp(text_at(tables, i, 0), name) == 0;
    l->differs |= !is_there;
    return !is_there || read_rows(l, rows, &l->snapshot->arena, sql);
}

static bool read_file_books(struct loader *l)
{
    struct rows tables = {0};
    if (!l->source->is_agreed) {
        if (!read_rows(l, &tables, &l->scratch, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'pgquill_*'"))
            return false;
        if (tables.count == 0)
            return true;
        l->has_books = true;
    }
    return read_book(l, &tables, &l->schemas, "pgquill_schema", HIDDEN_READ_SCHEMAS("pgquill_")) &&
           read_book(l, &tables, &l->relations, "pgquill_relation", HIDDEN_READ_RELATIONS("pgquill_")) &&
           read_book(l, &tables, &l->attributes, "pgquill_column", HIDDEN_READ_COLUMNS("pgquill_")) &&
           read_book(l, &tables, &l->indexes, "pgquill_index", HIDDEN_READ_INDEXES("pgquill_")) &&
           read_book(l, &tables, &l->constraints, "pgquill_constraint", HIDDEN_READ_CONSTRAINTS("pgquill_")) &&
           read_book(l, &tables, &l->sequences, "pgquill_sequence", HIDDEN_READ_SEQUENCES("pgquill_")) &&
           read_book(l, &tables, &l->types, "pgquill_type", HIDDEN_READ_TYPES("pgquill_")) &&
           read_book(l, &tables, &l->collations, "pgquill_collation", HIDDEN_READ_COLLATIONS) &&
           read_book(l, &tables, &l->extensions, "pgquill_extension", HIDDEN_READ_EXTENSIONS) &&
           read_book(l, &tables, &l->functions, "pgquill_function", HIDDEN_READ_FUNCTIONS("pgquill_")) &&
           read_book(l, &tables, &l->casts, "pgquill_cast", HIDDEN_READ_CASTS("pgquill_"));
}

/* The books of what is temporary come after the file's, which their oids do too: the rows stay ordered. */
static bool read_temporary_books(struct loader *l)
{
    if (!l->source->has_temporary)
        return true;
    struct rows there;
    if (!read_rows(l, &there, &l->scratch, "SELECT 1 FROM temp.sqlite_schema WHERE name = 'pgquill_temp_on_commit'") || there.count == 0)
        return there.count == 0 && !diag_is_set(l->diag);
    return read_more(l, &l->schemas, HIDDEN_READ_SCHEMAS("pgquill_temp_")) && read_more(l, &l->relations, HIDDEN_READ_RELATIONS("pgquill_temp_")) &&
           read_more(l, &l->attributes, HIDDEN_READ_COLUMNS("pgquill_temp_")) && read_more(l, &l->indexes, HIDDEN_READ_INDEXES("pgquill_temp_")) &&
           read_more(l, &l->constraints, HIDDEN_READ_CONSTRAINTS("pgquill_temp_")) &&
           read_more(l, &l->sequences, HIDDEN_READ_SEQUENCES("pgquill_temp_")) && read_more(l, &l->types, HIDDEN_READ_TYPES("pgquill_temp_")) &&
           read_more(l, &l->functions, HIDDEN_READ_FUNCTIONS("pgquill_temp_")) && read_more(l, &l->casts, HIDDEN_READ_CASTS("pgquill_temp_")) &&
           read_rows(l, &l->on_commit, &l->snapshot->arena, HIDDEN_READ_ON_COMMIT);
}

static bool read_hidden(struct loader *l)
{
    return read_file_books(l) && read_temporary_books(l);
}

static bool read_schema(struct loader *l)
{
    if (l->source->is_agreed)
        return true;
    return read_rows(l, &l->tables, &l->snapshot->arena,
                     "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
                     "AND name NOT LIKE 'pgquill\\_%' ESCAPE '\\' ORDER BY name") &&
           read_rows(l, &l->columns, &l->snapshot->arena,
                     "SELECT m.name, p.name, p.type, p.\"notnull\", p.dflt_value, p.pk FROM sqlite_schema m, pragma_table_xinfo(m.name) p "
                     "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name NOT LIKE 'pgquill\\_%' ESCAPE '\\' "
                     "AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND p.hidden <> 1 ORDER BY m.name, p.cid");
}

static void load_schemas(struct loader *l)
{
    struct snapshot *snapshot = l->snapshot;
    snapshot->schemas = arena_array(&snapshot->arena, struct catalog_schema, l->schemas.count);
    for (int i = 0; i < l->schemas.count; i++) {
        struct catalog_schema *schema = &snapshot->schemas[snapshot->nschemas++];
        *schema = (struct catalog_schema){(oid_t) int_at(&l->schemas, i, 0), text_at(&l->schemas, i, 1), text_at(&l->schemas, i, 2)};
        if (oid_is_temporary(schema->oid))
            snapshot->temporary = schema;
    }
}

static struct catalog_relation *new_relation(struct loader *l)
{
    struct snapshot *snapshot = l->snapshot;
    if (snapshot->nrelations == l->relation_capacity) {
        int capacity = l->relation_capacity ? l->relation_capacity * 2 : 32;
        snapshot->relations = arena_grow(&snapshot->arena, snapshot->relations, sizeof(void *) * (size_t) l->relation_capacity, sizeof(void *) * (size_t) capacity);
        l->relation_capacity = capacity;
    }
    return snapshot->relations[snapshot->nrelations++] = arena_new(&snapshot->arena, struct catalog_relation);
}

/* First row of `rows` whose column 0 is `oid`; the rows are ordered by it. */
static int first_row(const struct rows *rows, oid_t oid)
{
    int low = 0, high = rows->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (int_at(rows, middle, 0) < (int64_t) oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_row_of(const struct rows *rows, int row, oid_t oid)
{
    return row < rows->count && int_at(rows, row, 0) == (int64_t) oid;
}

static void load_columns(struct loader *l, struct catalog_relation *relation)
{
    int first = first_row(&l->attributes, relation->oid), count = 0;
    while (is_row_of(&l->attributes, first + count, relation->oid))
        count++;
    struct catalog_column *columns = arena_array(&l->snapshot->arena, struct catalog_column, count);
    for (int i = 0; i < count; i++) {
        const struct rows *rows = &l->attributes;
        int row = first + i;
        columns[i] = (struct catalog_column){.attnum = (int16_t) int_at(rows, row, 1),
                                             .name = text_at(rows, row, 2),
                                             .storage = text_at(rows, row, 3),
                                             .type = (oid_t) int_at(rows, row, 4),
                                             .typmod = (int32_t) int_at(rows, row, 5),
                                             .collation = (oid_t) int_at(rows, row, 6),
                                             .not_null = int_at(rows, row, 7),
                                             .dropped = int_at(rows, row, 8),
                                             .identity = char_at(rows, row, 9),
                                             .generated = char_at(rows, row, 10),
                                             .default_expr = text_at(rows, row, 11),
                                             .ndims = (int) int_at(rows, row, 12),
                                             .comment = text_at(rows, row, 13)};
    }
    relation->columns = columns;
    relation->natts = count;
}

/* "0 950": one for each of `count` keys; NULL when nothing is said. */
static oid_t *oids_at(const struct rows *rows, int row, int column, struct arena *arena, int count)
{
    const char *at = text_at(rows, row, column);
    oid_t *oids = at ? arena_array(arena, oid_t, count) : NULL;
    for (int i = 0; at && i < count; i++) {
        char *end;
        oids[i] = (oid_t) strtoul(at, &end, 10);
        at = end;
    }
    return oids;
}

/* "x\037y": expressions of an index, one per key, empty for a column. */
static const char *const *split_exprs(struct arena *arena, const char *text, int count)
{
    const char **exprs = arena_array(arena, const char *, count);
    for (int i = 0; text && i < count; i++) {
        const char *end = strchr(text, '\037');
        size_t length = end ? (size_t) (end - text) : strlen(text);
        exprs[i] = length ? arena_strndup(arena, text, length) : NULL;
        text = end ? end + 1 : NULL;
    }
    return exprs;
}

static void load_indexes(struct loader *l, struct catalog_relation *relation)
{
    const struct rows *rows = &l->indexes;
    struct arena *arena = &l->snapshot->arena;
    int first = first_row(rows, relation->oid), count = 0;
    while (is_row_of(rows, first + count, relation->oid))
        count++;
    struct catalog_index *indexes = arena_array(arena, struct catalog_index, count);
    for (int i = 0; i < count; i++) {
        int row = first + i, nkeys = 0, noptions = 0;
        const int16_t *attnums = numbers_at(rows, row, 8, arena, &nkeys), *options = numbers_at(rows, row, 10, arena, &noptions);
        uint8_t *bits = arena_array(arena, uint8_t, nkeys);
        for (int k = 0; k < nkeys && k < noptions; k++)
            bits[k] = (uint8_t) options[k];
        indexes[i] = (struct catalog_index){.oid = (oid_t) int_at(rows, row, 1),
                                            .name = text_at(rows, row, 2),
                                            .schema = relation->schema,
                                            .relation = relation->oid,
                                            .storage = text_at(rows, row, 3),
                                            .is_unique = int_at(rows, row, 4),
                                            .is_primary = int_at(rows, row, 5),
                                            .is_rowid = int_at(rows, row, 6),
                                            .nulls_not_distinct = int_at(rows, row, 7),
                                            .nkeys = nkeys,
                                            .attnums = attnums,
                                            .exprs = split_exprs(arena, text_at(rows, row, 9), nkeys),
                                            .options = bits,
                                            .collations = oids_at(rows, row, 15, arena, nkeys),
                                            .predicate = text_at(rows, row, 11),
                                            .constraint = (oid_t) int_at(rows, row, 12),
                                            .method = text_at(rows, row, 13) ? text_at(rows, row, 13) : "btree",
                                            .comment = text_at(rows, row, 14)};
        if (indexes[i].is_rowid && nkeys == 1)
            relation->rowid_attnum = attnums[0];
    }
    relation->indexes = indexes;
    relation->nindexes = count;
}

static void load_constraints(struct loader *l, struct catalog_relation *relation)
{
    const struct rows *rows = &l->constraints;
    struct arena *arena = &l->snapshot->arena;
    int first = first_row(rows, relation->oid), count = 0;
    while (is_row_of(rows, first + count, relation->oid))
        count++;
    struct catalog_constraint *constraints = arena_array(arena, struct catalog_constraint, count);
    for (int i = 0; i < count; i++) {
        int row = first + i, nkeys = 0, nforeign = 0;
        const int16_t *attnums = numbers_at(rows, row, 4, arena, &nkeys), *foreign = numbers_at(rows, row, 8, arena, &nforeign);
        constraints[i] = (struct catalog_constraint){.oid = (oid_t) int_at(rows, row, 1),
                                                     .name = text_at(rows, row, 2),
                                                     .kind = char_at(rows, row, 3),
                                                     .relation = relation->oid,
                                                     .schema = relation->schema,
                                                     .nkeys = nkeys,
                                                     .attnums = attnums,
                                                     .index = (oid_t) int_at(rows, row, 5),
                                                     .check = text_at(rows, row, 6),
                                                     .foreign_relation = (oid_t) int_at(rows, row, 7),
                                                     .nforeign = nforeign,
                                                     .foreign_attnums = foreign,
                                                     .on_update = char_at(rows, row, 9),
                                                     .on_delete = char_at(rows, row, 10),
                                                     .match = char_at(rows, row, 11),
                                                     .deferrable = int_at(rows, row, 12),
                                                     .deferred = int_at(rows, row, 13),
                                                     .validated = int_at(rows, row, 14),
                                                     .comment = text_at(rows, row, 15)};
    }
    relation->constraints = constraints;
    relation->nconstraints = count;
}

static void load_sequence(struct loader *l, struct catalog_relation *relation)
{
    const struct rows *rows = &l->sequences;
    int row = first_row(rows, relation->oid);
    if (!is_row_of(rows, row, relation->oid))
        return;
    struct catalog_sequence *sequence = arena_new(&l->snapshot->arena, struct catalog_sequence);
    *sequence = (struct catalog_sequence){.type = (oid_t) int_at(rows, row, 1),
                                          .start = int_at(rows, row, 2),
                                          .increment = int_at(rows, row, 3),
                                          .min = int_at(rows, row, 4),
                                          .max = int_at(rows, row, 5),
                                          .cache = int_at(rows, row, 6),
                                          .cycle = int_at(rows, row, 7),
                                          .owner_relation = (oid_t) int_at(rows, row, 8),
                                          .owner_attnum = (int16_t) int_at(rows, row, 9)};
    relation->sequence = sequence;
    /* A sequence reads as a table of one row: its virtual columns are those of PostgreSQL's. */
    struct catalog_column *columns = arena_array(&l->snapshot->arena, struct catalog_column, 3);
    columns[0] = (struct catalog_column){.name = "last_value", .storage = "last_value", .attnum = 1, .type = INT8_OID, .typmod = -1, .not_null = true};
    columns[1] = (struct catalog_column){.name = "log_cnt", .storage = "log_cnt", .attnum = 2, .type = INT8_OID, .typmod = -1, .not_null = true};
    columns[2] = (struct catalog_column){.name = "is_called", .storage = "is_called", .attnum = 3, .type = BOOL_OID, .typmod = -1, .not_null = true};
    relation->columns = columns;
    relation->natts = 3;
}

/* Row range of a table in l->columns. */
static int schema_columns(const struct loader *l, const char *table, int *count)
{
    int low = 0, high = l->columns.count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp(text_at(&l->columns, middle, 0), table) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < l->columns.count && strcmp(text_at(&l->columns, low + *count, 0), table) == 0)
        (*count)++;
    return low;
}

/* Does SQLite's table still have just the columns that we know? */
static bool still_matches(const struct loader *l, const struct catalog_relation *relation)
{
    int count, first = schema_columns(l, relation->storage, &count), living = 0;
    for (int i = 0; i < relation->natts; i++) {
        if (relation->columns[i].dropped)
            continue;
        bool found = false;
        for (int k = 0; k < count && !found; k++)
            found = strcmp(text_at(&l->columns, first + k, 1), relation->columns[i].storage) == 0;
        if (!found)
            return false;
        living++;
    }
    bool is_empty = living == 0 && count == 1 && strcmp(text_at(&l->columns, first, 1), HIDDEN_NO_COLUMNS) == 0;
    return living == count || is_empty;
}

static bool has_table(const struct loader *l, const char *name)
{
    for (int i = 0; i < l->tables.count; i++)
        if (strcmp(text_at(&l->tables, i, 0), name) == 0)
            return true;
    return false;
}

static void load_relations(struct loader *l)
{
    for (int i = 0; i < l->relations.count; i++) {
        const struct rows *rows = &l->relations;
        struct catalog_relation relation = {.oid = (oid_t) int_at(rows, i, 0),
                                            .schema = (oid_t) int_at(rows, i, 1),
                                            .name = text_at(rows, i, 2),
                                            .kind = char_at(rows, i, 3),
                                            .persistence = char_at(rows, i, 4),
                                            .storage = text_at(rows, i, 5),
                                            .row_type = (oid_t) int_at(rows, i, 6),
                                            .view_query = text_at(rows, i, 7),
                                            .comment = text_at(rows, i, 8)};
        if (relation.kind == 'S')
            load_sequence(l, &relation);
        else
            load_columns(l, &relation);
        int action = first_row(&l->on_commit, relation.oid);
        if (is_row_of(&l->on_commit, action, relation.oid))
            relation.on_commit = char_at(&l->on_commit, action, 1);
        bool is_checked = relation.kind == 'r' && !l->source->is_agreed && !oid_is_temporary(relation.oid);
        if (is_checked && (!has_table(l, relation.storage) || !still_matches(l, &relation))) {
            l->differs = true;
            continue;
        }
        if (relation.kind == 'r') {
            load_indexes(l, &relation);
            load_constraints(l, &relation);
        }
        *new_relation(l) = relation;
    }
}

/* ---- tables of other tools ---- */

static bool oid_is_taken(void *argument, oid_t oid)
{
    const struct snapshot *snapshot = argument;
    for (int i = 0; i < snapshot->nrelations; i++) {
        const struct catalog_relation *relation = snapshot->relations[i];
        if (relation->oid == oid || relation->row_type == oid)
            return true;
        for (int k = 0; k < relation->nindexes; k++)
            if (relation->indexes[k].oid == oid || relation->indexes[k].constraint == oid)
                return true;
    }
    return false;
}

static const char *quote_literal(struct arena *arena, const char *text)
{
    struct buf buf = {0};
    buf_putc(&buf, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_putc(&buf, '\'');
        buf_putc(&buf, *text);
    }
    buf_putc(&buf, '\'');
    char *quoted = arena_strndup(arena, buf.data, buf.len);
    buf_deinit(&buf);
    return quoted;
}

static bool infer_indexes(struct loader *l, struct catalog_relation *relation)
{
    struct arena *arena = &l->snapshot->arena;
    struct rows rows;
    if (!read_rows(l, &rows, arena,
                   arena_printf(&l->scratch,
                                "SELECT i.name, i.\"unique\", i.origin, group_concat(coalesce(x.cid + 1, 0), ' '), "
                                "(SELECT sql FROM sqlite_schema WHERE name = i.name) FROM pragma_index_list(%s) i, pragma_index_info(i.name) x "
                                "WHERE x.cid >= 0 AND i.partial = 0 GROUP BY i.name ORDER BY i.seq",
                                quote_literal(&l->scratch, relation->storage))))
        return false;
    struct catalog_index *indexes = arena_array(arena, struct catalog_index, rows.count + 1);
    struct catalog_constraint *constraints = arena_array(arena, struct catalog_constraint, rows.count + 1);
    relation->indexes = indexes;
    relation->constraints = constraints;
    for (int i = 0; i < rows.count + (relation->rowid_attnum ? 1 : 0); i++) {
        bool rowid = i == rows.count, primary = rowid || char_at(&rows, i, 2) == 'p';
        struct catalog_index *index = &indexes[relation->nindexes];
        const char *storage = rowid ? NULL : text_at(&rows, i, 0);
        const char *name = primary ? arena_printf(arena, "%s_pkey", relation->name) : storage;
        if (!rowid)
            index->attnums = numbers_at(&rows, i, 3, arena, &index->nkeys);
        else {
            int16_t *key = arena_new(arena, int16_t);
            *key = relation->rowid_attnum;
            index->attnums = key;
            index->nkeys = 1;
        }
        index->name = name;
        index->schema = relation->schema;
        index->relation = relation->oid;
        index->is_unique = rowid || int_at(&rows, i, 1);
        index->is_primary = primary;
        index->is_rowid = rowid;
        index->storage = storage;
        index->exprs = arena_array(arena, const char *, index->nkeys);
        index->options = arena_array(arena, uint8_t, index->nkeys);
        index->method = "btree";
        index->oid = infer_oid("index", arena_printf(&l->scratch, "%s.%s", relation->storage, name), oid_is_taken, l->snapshot);
        relation->nindexes++;
        if (!primary && (rowid || char_at(&rows, i, 2) != 'u'))
            continue;
        index->constraint = infer_oid("constraint", arena_printf(&l->scratch, "%s.%s", relation->storage, name), oid_is_taken, l->snapshot);
        constraints[relation->nconstraints++] = (struct catalog_constraint){.oid = index->constraint, .name = name, .kind = primary ? 'p' : 'u', .relation = relation->oid,
                                                                            .schema = relation->schema, .nkeys = index->nkeys, .attnums = index->attnums,
                                                                            .index = index->oid, .match = 's', .validated = true};
    }
    return true;
}

/* A default of SQLite's that means the same to PostgreSQL: a literal. Others are SQLite's to fill in, and no default to us. */
static const char *infer_default(const char *text)
{
    if (!text || !*text)
        return NULL;
    bool number = *text == '-' || isdigit((unsigned char) *text), string = *text == '\'' && text[strlen(text) - 1] == '\'';
    for (const char *at = text + 1; *at && number; at++)
        number = isdigit((unsigned char) *at) || *at == '.';
    return number || string ? text : NULL;
}

static void infer_columns(struct loader *l, struct catalog_relation *relation)
{
    int count, first = schema_columns(l, relation->storage, &count), keys = 0;
    struct catalog_column *columns = arena_array(&l->snapshot->arena, struct catalog_column, count);
    int16_t key = 0;
    bool integer_key = false;
    for (int i = 0; i < count; i++) {
        const struct rows *rows = &l->columns;
        int row = first + i;
        struct catalog_column *column = &columns[i];
        column->name = column->storage = text_at(rows, row, 1);
        column->attnum = (int16_t) (i + 1);
        infer_type(text_at(rows, row, 2), &column->type, &column->typmod);
        column->collation = column->type == TEXT_OID || column->type == VARCHAR_OID ? DEFAULT_COLLATION_OID : 0;
        column->not_null = int_at(rows, row, 3) || int_at(rows, row, 5);
        column->default_expr = infer_default(text_at(rows, row, 4));
        if (int_at(rows, row, 5)) {
            keys++;
            key = column->attnum;
            const char *declared = text_at(rows, row, 2);
            integer_key = declared && strcasecmp(declared, "integer") == 0;
        }
    }
    relation->columns = columns;
    relation->natts = count;
    if (keys == 1 && integer_key && !relation->without_rowid)
        relation->rowid_attnum = key;
}

/* Are all of this table's rows in our books? */
static bool is_known(const struct loader *l, const char *storage)
{
    for (int i = 0; i < l->snapshot->nrelations; i++) {
        const struct catalog_relation *relation = l->snapshot->relations[i];
        if (relation->storage && strcmp(relation->storage, storage) == 0)
            return true;
    }
    return false;
}

static bool infer_view(struct loader *l, struct catalog_relation *relation)
{
    struct rows rows;
    /* SQLite knows a view's columns only where it compiles: one that it cannot read is left out. */
    struct diag ignored = {0}, *diag = l->diag;
    l->diag = &ignored;
    bool good = read_rows(l, &rows, &l->snapshot->arena,
                          arena_printf(&l->scratch, "SELECT name, type FROM pragma_table_info(%s) ORDER BY cid", quote_literal(&l->scratch, relation->storage)));
    l->diag = diag;
    diag_clear(&ignored);
    if (!good || rows.count == 0)
        return false;
    struct catalog_column *columns = arena_array(&l->snapshot->arena, struct catalog_column, rows.count);
    for (int i = 0; i < rows.count; i++) {
        columns[i].name = columns[i].storage = text_at(&rows, i, 0);
        columns[i].attnum = (int16_t) (i + 1);
        infer_type(text_at(&rows, i, 1), &columns[i].type, &columns[i].typmod);
        columns[i].collation = columns[i].type == TEXT_OID || columns[i].type == VARCHAR_OID ? DEFAULT_COLLATION_OID : 0;
    }
    relation->columns = columns;
    relation->natts = rows.count;
    return true;
}

static bool infer_relations(struct loader *l)
{
    for (int i = 0; i < l->tables.count; i++) {
        const char *name = text_at(&l->tables, i, 0), *kind = text_at(&l->tables, i, 1), *sql = text_at(&l->tables, i, 2);
        if (is_known(l, name) || (sql && strncasecmp(sql, "CREATE VIRTUAL", 14) == 0))
            continue;
        l->differs = true;
        struct catalog_relation relation = {.name = name, .storage = name, .schema = OID_PUBLIC, .kind = 'r', .persistence = 'p', .is_foreign = true};
        relation.oid = infer_oid("relation", name, oid_is_taken, l->snapshot);
        relation.row_type = infer_oid("row type", name, oid_is_taken, l->snapshot);
        relation.without_rowid = sql && strcasestr(sql, "WITHOUT ROWID");
        if (strcmp(kind, "view") == 0) {
            /* Read like a table: its text is SQLite's own. */
            relation.kind = 'v';
            if (!infer_view(l, &relation))
                continue;
        } else {
            infer_columns(l, &relation);
            if (!infer_indexes(l, &relation))
                return false;
        }
        *new_relation(l) = relation;
    }
    return true;
}

/* ---- types ---- */

static struct type_desc *new_type(struct loader *l)
{
    struct snapshot *snapshot = l->snapshot;
    if (snapshot->ntypes == l->type_capacity) {
        int capacity = l->type_capacity ? l->type_capacity * 2 : 32;
        snapshot->types = arena_grow(&snapshot->arena, snapshot->types, sizeof(void *) * (size_t) l->type_capacity, sizeof(void *) * (size_t) capacity);
        l->type_capacity = capacity;
    }
    struct type_desc *type = arena_new(&snapshot->arena, struct type_desc);
    *type = (struct type_desc){.delimiter = ',', .len = -1, .base_typmod = -1, .storage = STORAGE_TEXT};
    return snapshot->types[snapshot->ntypes++] = type;
}

enum { NAME_MAX_BYTES = 63 };

static void add_array_type(struct loader *l, const struct type_desc *element, oid_t oid)
{
    struct arena *arena = &l->snapshot->arena;
    struct type_desc *array = new_type(l);
    array->oid = oid;
    array->name = arena_printf(arena, "_%.*s", NAME_MAX_BYTES - 1, element->name);
    array->schema = element->schema;
    array->typtype = 'b';
    array->category = 'A';
    array->element = element->oid;
    array->codec = &type_codec_array;
    array->sqlite_collation = arena_printf(arena, "type:%u", oid);
}

static void add_row_type(struct loader *l, const struct catalog_relation *relation)
{
    struct arena *arena = &l->snapshot->arena;
    struct type_desc *type = new_type(l);
    struct type_field *fields = arena_array(arena, struct type_field, relation->natts);
    for (int i = 0; i < relation->natts; i++)
        fields[i] = (struct type_field){relation->columns[i].name, relation->columns[i].type, relation->columns[i].typmod, relation->columns[i].dropped};
    type->oid = relation->row_type;
    type->name = relation->name;
    type->schema = relation->schema;
    type->typtype = 'c';
    type->category = 'C';
    type->relation = relation->oid;
    type->fields = fields;
    type->field_count = relation->natts;
    type->codec = &type_codec_composite;
    type->sqlite_collation = arena_printf(arena, "type:%u", type->oid);
    if (!relation->is_foreign) {
        type->array = type->oid + 1;
        add_array_type(l, type, type->oid + 1);
    }
}

static void load_labels(struct loader *l, struct type_desc *type, const char *text)
{
    struct arena *arena = &l->snapshot->arena;
    int count = text && *text ? 1 : 0;
    for (const char *at = text; at && *at; at++)
        count += *at == '\037';
    struct type_label *labels = arena_array(arena, struct type_label, count);
    for (int i = 0; i < count; i++) {
        /* oid, order, label */
        char *end;
        labels[i].oid = (oid_t) strtoul(text, &end, 10);
        labels[i].sort_order = strtof(end, &end);
        const char *name = end + 1, *stop = strchr(name, '\037');
        labels[i].name = arena_strndup(arena, name, stop ? (size_t) (stop - name) : strlen(name));
        labels[i].is_unsafe = false;
        text = stop ? stop + 1 : NULL;
    }
    type->labels = labels;
    type->label_count = count;
}

static int order_checks(const void *a, const void *b)
{
    return strcmp(((const struct type_check *) a)->name, ((const struct type_check *) b)->name);
}

/* Records "oid US validated US name US expression", with a comment behind another US where there is one, each ended by RS. */
static void load_checks(struct loader *l, struct type_desc *type, const char *text)
{
    struct arena *arena = &l->snapshot->arena;
    int count = 0;
    for (const char *at = text; at && *at; at++)
        count += *at == '\036';
    struct type_check *checks = arena_array(arena, struct type_check, count);
    for (int i = 0; i < count; i++) {
        const char *end = strchr(text, '\036'), *flag = strchr(text, '\037') + 1, *name = flag + 2, *expr = strchr(name, '\037') + 1;
        const char *comment = memchr(expr, '\037', (size_t) (end - expr)), *stop = comment ? comment : end;
        checks[i] = (struct type_check){.oid = (oid_t) strtoul(text, NULL, 10),
                                        .validated = *flag == 't',
                                        .name = arena_strndup(arena, name, (size_t) (expr - 1 - name)),
                                        .expr = arena_strndup(arena, expr, (size_t) (stop - expr)),
                                        .comment = comment ? arena_strndup(arena, comment + 1, (size_t) (end - comment - 1)) : NULL};
        text = end + 1;
    }
    qsort(checks, (size_t) count, sizeof *checks, order_checks);
    type->checks = checks;
    type->check_count = count;
}

static bool is_array(const struct type_desc *type)
{
    return type->element && type->typtype == 'b' && type->category == 'A';
}

/* Does another type have the name: not an array, or an array that had it before? */
static bool name_is_taken(const struct snapshot *snapshot, const struct type_desc *array)
{
    for (int i = 0; i < snapshot->ntypes; i++) {
        const struct type_desc *other = snapshot->types[i];
        if (other != array && other->schema == array->schema && (!is_array(other) || other->oid < array->oid) && strcmp(other->name, array->name) == 0)
            return true;
    }
    return false;
}

/* An array's name is its elements' behind "_", cut to 63 bytes; further ones are put before it until nothing else has that name. */
static void name_arrays(struct snapshot *snapshot)
{
    bool may_clash = false;
    for (int i = 0; i < snapshot->ntypes && !may_clash; i++)
        may_clash = is_array(snapshot->types[i]) ? strlen(snapshot->types[i]->name) == NAME_MAX_BYTES : *snapshot->types[i]->name == '_';
    for (int i = 0; may_clash && i < snapshot->ntypes; i++) {
        struct type_desc *type = snapshot->types[i];
        while (is_array(type) && name_is_taken(snapshot, type))
            type->name = arena_printf(&snapshot->arena, "_%.*s", NAME_MAX_BYTES - 1, type->name);
    }
}

static struct type_desc *own_type(const struct snapshot *snapshot, oid_t oid)
{
    int low = 0, high = snapshot->ntypes;
    while (low < high) {
        int middle = (low + high) / 2;
        if (snapshot->types[middle]->oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < snapshot->ntypes && snapshot->types[low]->oid == oid ? snapshot->types[low] : NULL;
}

/* What domains have from the types that they are based on, all of which are known by now and have smaller oids. */
static void finish_domains(struct snapshot *snapshot)
{
    for (int i = 0; i < snapshot->ntypes; i++) {
        struct type_desc *type = snapshot->types[i];
        if (type->typtype != 'd')
            continue;
        const struct type_desc *base = type_builtin(type->base);
        base = base ? base : own_type(snapshot, type->base);
        type->category = base ? base->category : 'U';
        type->storage = base ? base->storage : STORAGE_TEXT;
        type->sqlite_collation = base ? base->sqlite_collation : NULL;
        type->is_nested = base && (base->is_nested || base->codec == &type_codec_array || base->codec == &type_codec_composite);
    }
}

static void load_types(struct loader *l)
{
    struct arena *arena = &l->snapshot->arena;
    for (int i = 0; i < l->types.count; i++) {
        const struct rows *rows = &l->types;
        struct type_desc *type = new_type(l);
        type->oid = (oid_t) int_at(rows, i, 0);
        type->schema = (oid_t) int_at(rows, i, 1);
        type->name = text_at(rows, i, 2);
        type->typtype = char_at(rows, i, 3);
        type->array = (oid_t) int_at(rows, i, 4);
        type->base = (oid_t) int_at(rows, i, 5);
        type->base_typmod = (int32_t) int_at(rows, i, 6);
        type->not_null = int_at(rows, i, 7);
        type->collation = (oid_t) int_at(rows, i, 8);
        type->range_subtype = (oid_t) int_at(rows, i, 10);
        type->range = (oid_t) int_at(rows, i, 11);
        type->comment = text_at(rows, i, 14);
        switch (type->typtype) {
        case 'e':
            type->category = 'E';
            type->len = 4;
            type->codec = &type_codec_enum;
            load_labels(l, type, text_at(rows, i, 9));
            type->sqlite_collation = arena_printf(arena, "type:%u", type->oid);
            break;
        case 'd':
            type->codec = &type_codec_domain;
            type->default_expr = text_at(rows, i, 12);
            load_checks(l, type, text_at(rows, i, 13));
            break;
        case 'r':
        case 'm':
            type->category = 'R';
            type->range_collation = type->collation;
            type->collation = 0;
            type->codec = type->typtype == 'r' ? &type_codec_range : &type_codec_multirange;
            type->sqlite_collation = arena_printf(arena, "type:%u", type->oid);
            break;
        default:
            type->category = 'U';
            type->codec = &type_codec_composite;
        }
        if (type->array)
            add_array_type(l, type, type->array);
    }
    for (int i = 0; i < l->snapshot->nrelations; i++)
        if (l->snapshot->relations[i]->row_type)
            add_row_type(l, l->snapshot->relations[i]);
}

static void load_collations(struct loader *l)
{
    const struct rows *rows = &l->collations;
    struct snapshot *snapshot = l->snapshot;
    snapshot->collations = arena_array(&snapshot->arena, struct catalog_collation, rows->count);
    for (int i = 0; i < rows->count; i++) {
        struct catalog_collation *collation = &snapshot->collations[snapshot->ncollations++];
        *collation = (struct catalog_collation){.oid = (oid_t) int_at(rows, i, 0),
                                                .schema = (oid_t) int_at(rows, i, 1),
                                                .provider = char_at(rows, i, 3),
                                                .is_deterministic = int_at(rows, i, 4),
                                                .encoding = (int8_t) int_at(rows, i, 5),
                                                .comment = text_at(rows, i, 8)};
        snprintf(collation->name, sizeof collation->name, "%s", text_at(rows, i, 2));
        snprintf(collation->locale, sizeof collation->locale, "%s", text_at(rows, i, 6));
        snprintf(collation->ctype, sizeof collation->ctype, "%s", text_at(rows, i, 7));
    }
}

/* The members of one extension, appended to what the database has of its own. */
static void add_members(struct loader *l, const struct catalog_extension *extension)
{
    struct arena *arena = &l->snapshot->arena;
    struct own_facts *own = &l->snapshot->own;
    const struct extension_fact *fact = extension->fact;
    oid_t first = extension->first, schema = extension->schema;
    for (int i = 0; i < fact->types.count; i++)
        extension_describe_type(&extension_type_facts[fact->types.first + i], first, schema, arena, new_type(l));
    for (int i = 0; i < fact->procs.count; i++)
        own->procs[own->nprocs++] = extension_proc(&extension_proc_facts[fact->procs.first + i], first, schema, arena);
    for (int i = 0; i < fact->operators.count; i++)
        own->operators[own->noperators++] = extension_operator(&extension_operator_facts[fact->operators.first + i], first, schema);
    for (int i = 0; i < fact->casts.count; i++)
        own->casts[own->ncasts++] = extension_cast(&extension_cast_facts[fact->casts.first + i], first);
    for (int i = 0; i < fact->aggregates.count; i++)
        own->aggregates[own->naggregates++] = extension_aggregate(&extension_aggregate_facts[fact->aggregates.first + i], first);
}

static struct proc_fact *add_constructor(struct own_facts *own, const struct rows *rows, int type, oid_t oid, const char *args, int nargs,
                                         const char *source)
{
    struct proc_fact *fact = &own->procs[own->nprocs++];
    *fact = (struct proc_fact){.oid = oid,
                               .name = text_at(rows, type, 2),
                               .kind = 'f',
                               .volatility = 'i',
                               .parallel = 's',
                               .result = (oid_t) int_at(rows, type, 0),
                               .args = args,
                               .nargs = (uint8_t) nargs,
                               .source = source,
                               .language = 'i',
                               .schema = (oid_t) int_at(rows, type, 1)};
    return fact;
}

static int type_row(const struct rows *types, int64_t oid)
{
    for (int i = 0; i < types->count; i++)
        if (int_at(types, i, 0) == oid)
            return i;
    return -1;
}

static bool is_range(const struct rows *types, int i)
{
    return char_at(types, i, 3) == 'r' && type_row(types, int_at(types, i, 11)) >= 0;
}

/* A range type's constructors, its multirange's, and the cast between the two. */
static void add_range_facts(struct loader *l, int i)
{
    struct own_facts *own = &l->snapshot->own;
    struct arena *arena = &l->snapshot->arena;
    const struct rows *types = &l->types;
    oid_t range = (oid_t) int_at(types, i, 0), subtype = (oid_t) int_at(types, i, 10), oid = range + RANGE_CONSTRUCTORS;
    int multirange = type_row(types, int_at(types, i, 11));
    const char *one = arena_printf(arena, "%u", range);
    add_constructor(own, types, i, oid, arena_printf(arena, "%u %u", subtype, subtype), 2, "range_constructor2");
    add_constructor(own, types, i, oid + 1, arena_printf(arena, "%u %u %u", subtype, subtype, TEXT_OID), 3, "range_constructor3");
    add_constructor(own, types, multirange, oid + 2, "", 0, "multirange_constructor0");
    add_constructor(own, types, multirange, oid + 3, one, 1, "multirange_constructor1")->strict = true;
    const char *many = arena_printf(arena, "%u", (oid_t) int_at(types, i, 4));
    struct proc_fact *variadic = add_constructor(own, types, multirange, oid + 4, many, 1, "multirange_constructor2");
    variadic->strict = true;
    variadic->variadic = range;
    variadic->modes = "v";
    variadic->all_args = many;
    own->casts[own->ncasts++] = (struct cast_fact){.oid = range + RANGE_CAST,
                                                   .source = range,
                                                   .target = (oid_t) int_at(types, multirange, 0),
                                                   .proc = oid + 3,
                                                   .context = 'e',
                                                   .method = 'f'};
}

static void load_extensions(struct loader *l)
{
    struct snapshot *snapshot = l->snapshot;
    struct arena *arena = &snapshot->arena;
    struct own_facts *own = &snapshot->own;
    const struct rows *rows = &l->extensions;
    int nprocs = 0, noperators = 0, ncasts = 0, naggregates = 0;
    snapshot->extensions = arena_array(arena, struct catalog_extension, rows->count);
    for (int i = 0; i < rows->count; i++) {
        struct catalog_extension *extension = &snapshot->extensions[snapshot->nextensions++];
        *extension = (struct catalog_extension){.oid = (oid_t) int_at(rows, i, 0),
                                                .schema = (oid_t) int_at(rows, i, 1),
                                                .name = text_at(rows, i, 2),
                                                .version = text_at(rows, i, 3),
                                                .first = (oid_t) int_at(rows, i, 4),
                                                .comment = text_at(rows, i, 5)};
        const struct extension_fact *fact = extension_fact_by_name(extension->name);
        if (!fact || strcmp(fact->version, extension->version) != 0)
            continue;
        extension->fact = fact;
        nprocs += fact->procs.count;
        noperators += fact->operators.count;
        ncasts += fact->casts.count;
        naggregates += fact->aggregates.count;
    }
    enum { CONSTRUCTORS = RANGE_CAST - RANGE_CONSTRUCTORS };
    int nranges = 0;
    for (int i = 0; i < l->types.count; i++)
        nranges += is_range(&l->types, i);
    own->procs = arena_array(arena, struct proc_fact, nprocs + snapshot->nfunctions + nranges * CONSTRUCTORS);
    own->operators = arena_array(arena, struct operator_fact, noperators);
    own->casts = arena_array(arena, struct cast_fact, ncasts + nranges + l->casts.count);
    own->aggregates = arena_array(arena, struct aggregate_fact, naggregates);
    for (int i = 0; i < snapshot->nextensions; i++)
        if (snapshot->extensions[i].fact)
            add_members(l, &snapshot->extensions[i]);
    for (int i = 0; i < snapshot->nfunctions; i++)
        own->procs[own->nprocs++] = snapshot->functions[i].fact;
    for (int i = 0; i < l->types.count; i++)
        if (is_range(&l->types, i))
            add_range_facts(l, i);
    for (int i = 0; i < l->casts.count; i++)
        own->casts[own->ncasts++] = (struct cast_fact){.oid = (oid_t) int_at(&l->casts, i, 0),
                                                       .source = (oid_t) int_at(&l->casts, i, 1),
                                                       .target = (oid_t) int_at(&l->casts, i, 2),
                                                       .proc = (oid_t) int_at(&l->casts, i, 3),
                                                       .context = char_at(&l->casts, i, 4),
                                                       .method = char_at(&l->casts, i, 5)};
    own_facts_sort(own, arena);
}

static int order_by_name(const void *a, const void *b)
{
    return strcmp((*(struct catalog_relation *const *) a)->name, (*(struct catalog_relation *const *) b)->name);
}

static int order_by_oid(const void *a, const void *b)
{
    oid_t left = (*(struct catalog_relation *const *) a)->oid, right = (*(struct catalog_relation *const *) b)->oid;
    return (left > right) - (left < right);
}

static int order_types(const void *a, const void *b)
{
    oid_t left = (*(struct type_desc *const *) a)->oid, right = (*(struct type_desc *const *) b)->oid;
    return (left > right) - (left < right);
}

static void sort_snapshot(struct snapshot *snapshot)
{
    size_t count = (size_t) snapshot->nrelations, size = sizeof(void *) * (count ? count : 1);
    snapshot->by_name = arena_alloc(&snapshot->arena, size);
    snapshot->by_oid = arena_alloc(&snapshot->arena, size);
    if (count) {
        memcpy(snapshot->by_name, snapshot->relations, count * sizeof(void *));
        memcpy(snapshot->by_oid, snapshot->relations, count * sizeof(void *));
        qsort(snapshot->by_name, count, sizeof(void *), order_by_name);
        qsort(snapshot->by_oid, count, sizeof(void *), order_by_oid);
    }
    if (snapshot->ntypes)
        qsort(snapshot->types, (size_t) snapshot->ntypes, sizeof(void *), order_types);
}

struct snapshot *snapshot_load(const struct catalog_source *source, struct diag *diag)
{
    struct snapshot *snapshot = xcalloc(1, sizeof *snapshot);
    arena_init(&snapshot->arena);
    struct loader loader = {.source = source, .diag = diag, .snapshot = snapshot};
    arena_init(&loader.scratch);
    bool good = read_schema(&loader) && read_hidden(&loader);
    if (good) {
        load_schemas(&loader);
        load_relations(&loader);
        good = infer_relations(&loader);
    }
    if (good) {
        load_collations(&loader);
        functions_load(snapshot, loader.functions.count, loader.functions.ncols, loader.functions.values);
        load_extensions(&loader);
        load_types(&loader);
        sort_snapshot(snapshot);
        name_arrays(snapshot);
        finish_domains(snapshot);
    }
    arena_deinit(&loader.scratch);
    if (good && loader.has_books && !loader.differs && source->agree)
        source->agree(source->self);
    if (good)
        return snapshot;
    snapshot_free(snapshot);
    return NULL;
}

void snapshot_free(struct snapshot *snapshot)
{
    if (!snapshot)
        return;
    system_rows_free(snapshot->system_rows);
    arena_deinit(&snapshot->arena);
    free(snapshot);
}
