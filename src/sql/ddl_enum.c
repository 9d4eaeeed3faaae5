#include "sql/ddl.h"

/* CREATE TYPE … AS ENUM, ALTER TYPE … ADD VALUE, RENAME VALUE. In the books an enum's labels are "oid order label", separated by US. */

static const char *label_text(struct ddl *d, int count, const struct type_label *labels)
{
    struct buf buf = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&buf, "%s%u %.9g %s", i ? "\037" : "", labels[i].oid, (double) labels[i].sort_order, labels[i].name);
    const char *text = arena_strndup(d->arena, buf.len ? buf.data : "", buf.len);
    buf_deinit(&buf);
    return text;
}

static bool good_label(struct ddl *d, const char *label)
{
    if (strlen(label) <= 63)
        return true;
    diag_set(d->diag, ERRCODE_INVALID_NAME, "invalid enum label \"%s\"", label);
    return diag_detail(d->diag, "Labels must be 63 bytes or less.");
}

bool ddl_create_enum(struct ddl *d, const PgQuery__CreateEnumStmt *stmt)
{
    const struct catalog_schema *schema;
    const char *name;
    int count = (int) stmt->n_vals;
    if (!ddl_new_type_name(d, stmt->n_type_name, stmt->type_name, &schema, &name))
        return false;
    /* One more than there are labels: it tells those that are added later from these. */
    oid_t oid = ddl_new_oid(d, 2 + count + 1);
    struct type_label *labels = arena_array(d->arena, struct type_label, count);
    for (int i = 0; i < count; i++) {
        labels[i] =
            (struct type_label){.oid = oid + 2 + (oid_t) i, .name = stmt->vals[i]->string->sval, .sort_order = (float) (i + 1)};
        if (!good_label(d, labels[i].name))
            return false;
        for (int k = 0; k < i; k++)
            if (strcmp(labels[k].name, labels[i].name) == 0)
                return diag_set(d->diag, ERRCODE_UNIQUE_VIOLATION, "enum label \"%s\" already exists", labels[i].name);
    }
    struct datum row[] = {datum_int(oid), datum_int(schema->oid), datum_cstr(name), datum_int(oid + 1),
                          datum_cstr(label_text(d, count, labels))};
    return oid &&
           ddl_bind(d,
                    "INSERT INTO pgquill_type (oid, schema, name, typtype, array, typmod, labels) VALUES (?1, ?2, ?3, 'e', ?4, "
                    "-1, ?5)",
                    5, row) &&
           ddl_reload(d);
}

static bool rename_label(struct ddl *d, struct type_label *labels, int count, const PgQuery__AlterEnumStmt *stmt)
{
    int old = -1, new = -1;
    for (int i = 0; i < count; i++) {
        old = strcmp(labels[i].name, stmt->old_val) == 0 ? i : old;
        new = strcmp(labels[i].name, stmt->new_val) == 0 ? i : new;
    }
    if (old < 0)
        return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "\"%s\" is not an existing enum label", stmt->old_val);
    if (new >= 0)
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "enum label \"%s\" already exists", stmt->new_val);
    labels[old].name = stmt->new_val;
    return true;
}

static bool holds_enum(struct ddl *d, const struct catalog_column *column, oid_t wanted)
{
    const struct type_desc *type = column->dropped ? NULL : catalog_type_by_oid(d->catalog, column->type);
    while (type && type->typtype == 'd')
        type = catalog_type_by_oid(d->catalog, type->base);
    return type && type->oid == wanted;
}

/* Stored values are labels: a renamed one is renamed in every column of the type. Keys that refer to each other change together. *reindex: what is to be
 * run when the books have the new label, since until then it has no place among the others. */
static bool rename_stored(struct ddl *d, oid_t type, const char *old, const char *new, const char **reindex)
{
    const struct catalog_relation *relation;
    bool good = true;
    *reindex = "";
    engine_set_foreign_keys(d->engine, false);
    for (int i = 0; good && (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; good && relation->kind == 'r' && k < relation->natts; k++) {
            const struct catalog_column *column = &relation->columns[k];
            struct datum values[] = {datum_cstr(old), datum_cstr(new)};
            if (!holds_enum(d, column, type))
                continue;
            if (relation->nindexes)
                *reindex = arena_printf(d->arena, "%sREINDEX %s;", *reindex, ddl_quote(d, relation->storage));
            if (column->generated)
                continue;
            const char *quoted = ddl_quote(d, column->storage);
            good = ddl_bind(d,
                            arena_printf(d->arena, "UPDATE %s SET %s = ?2 WHERE %s = ?1 COLLATE BINARY",
                                         ddl_quote(d, relation->storage), quoted, quoted),
                            2, values);
        }
    engine_set_foreign_keys(d->engine, true);
    return good;
}

static bool is_crowded(float before, float after)
{
    float between = (before + after) / 2;
    return between == before || between == after;
}

bool ddl_alter_enum(struct ddl *d, const PgQuery__AlterEnumStmt *stmt)
{
    const struct type_desc *type = ddl_find_type(d, stmt->n_type_name, stmt->type_name);
    if (!type)
        return false;
    if (type->typtype != 'e')
        return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "%s is not an enum", type->name);
    int count = type->label_count;
    oid_t oid = type->oid;
    const char *reindex = "";
    struct type_label *labels = arena_array(d->arena, struct type_label, count + 1);
    memcpy(labels, type->labels, sizeof *labels * (size_t) count);
    if (stmt->old_val && *stmt->old_val) {
        if (!rename_label(d, labels, count, stmt) || !rename_stored(d, oid, stmt->old_val, stmt->new_val, &reindex))
            return false;
    } else {
        if (!good_label(d, stmt->new_val))
            return false;
        for (int i = 0; i < count; i++)
            if (strcmp(labels[i].name, stmt->new_val) == 0) {
                if (!stmt->skip_if_new_val_exists)
                    return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "enum label \"%s\" already exists", stmt->new_val);
                ddl_notice(d, ERRCODE_DUPLICATE_OBJECT, "enum label \"%s\" already exists, skipping", stmt->new_val);
                return true;
            }
        int at = count;
        if (stmt->new_val_neighbor && *stmt->new_val_neighbor) {
            for (at = 0; at < count && strcmp(labels[at].name, stmt->new_val_neighbor) != 0; at++)
                ;
            if (at == count)
                return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "\"%s\" is not an existing enum label",
                                stmt->new_val_neighbor);
            at += stmt->new_val_is_after;
        }
        /* Where no number is left between two, the labels are numbered anew. */
        if (at > 0 && at < count && is_crowded(labels[at - 1].sort_order, labels[at].sort_order))
            for (int i = 0; i < count; i++)
                labels[i].sort_order = (float) (i + 1);
        float before = at > 0 ? labels[at - 1].sort_order : at < count ? labels[at].sort_order - 2 : 0;
        float after = at < count ? labels[at].sort_order : before + 2;
        memmove(&labels[at + 1], &labels[at], sizeof *labels * (size_t) (count - at));
        labels[at] = (struct type_label){.oid = ddl_new_oid(d, 1), .name = stmt->new_val, .sort_order = (before + after) / 2};
        count++;
    }
    struct datum row[] = {datum_int(oid), datum_cstr(label_text(d, count, labels))};
    return ddl_bind(d, "UPDATE pgquill_type SET labels = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d) &&
           (!*reindex || ddl_run(d, reindex));
}
