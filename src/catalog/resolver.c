#include "catalog/internal.h"

#include "catalog/system_rows.h"
#include "type/identifier.h"
#include "type/tsconfig.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Names to oids and back, for the alias types (regclass and its kin) and for the text forms of values. */

static const struct type_desc *resolve_type(void *self, oid_t oid)
{
    return catalog_type_by_oid(self, oid);
}

/* The words of a dotted name, folded where they are not quoted: how many, up to `room`, and one more when there are others; 0: no name.
 * Only the last part of a type's name has blanks in it ("double precision"). */
static int split_words(const char *text, size_t len, bool blanks, struct arena *arena, char **parts, int room)
{
    int count = 0;
    const char *at = text, *end = text + len;
    while (at < end && isspace((unsigned char) *at))
        at++;
    while (end > at && isspace((unsigned char) end[-1]))
        end--;
    while (at < end && count < room) {
        char *part = arena_alloc(arena, (size_t) (end - at) + 1);
        size_t size = 0;
        if (*at == '"') {
            for (at++; at < end; at++) {
                if (*at == '"' && at + 1 < end && at[1] == '"')
                    at++;
                else if (*at == '"')
                    break;
                part[size++] = *at;
            }
            if (at++ >= end)
                return 0;
        } else {
            if (*at == '.')
                return 0;
            for (; at < end && *at != '.' && (blanks || !isspace((unsigned char) *at)); at++)
                part[size++] = (char) (*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
        }
        part[size] = '\0';
        parts[count++] = part;
        while (at < end && isspace((unsigned char) *at))
            at++;
        if (at < end && *at == '.' && at + 1 < end)
            at++;
        else
            break;
        while (at < end && isspace((unsigned char) *at))
            at++;
    }
    return at < end ? (at > text && at[-1] == '.' ? room + 1 : 0) : count;
}

/* "schema.name", perhaps behind the database's name. */
static bool split_name(const struct catalog *catalog, oid_t kind, const char *text, size_t len, struct arena *arena,
                       char **schema, char **name, struct diag *diag)
{
    enum { WORDS_MAX = 3 };
    char *parts[WORDS_MAX] = {NULL};
    int count = split_words(text, len, kind == REGTYPE_OID, arena, parts, WORDS_MAX);
    if (count == 0)
        return diag_set(diag, ERRCODE_INVALID_NAME, "invalid name syntax");
    if (count > WORDS_MAX)
        return diag_set(diag, ERRCODE_SYNTAX_ERROR, "improper %s name (too many dotted names): %.*s",
                        kind == REGCLASS_OID ? "relation" : "qualified", (int) len, text);
    if (count == WORDS_MAX && strcmp(parts[0], catalog_database(catalog)) != 0)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                        kind == REGCLASS_OID ? "cross-database references are not implemented: \"%s.%s.%s\""
                                             : "cross-database references are not implemented: %s.%s.%s",
                        parts[0], parts[1], parts[2]);
    *schema = count > 1 ? parts[count - 2] : NULL;
    *name = parts[count - 1];
    return true;
}

static bool in_pg_catalog(const char *schema)
{
    return !schema || strcmp(schema, "pg_catalog") == 0;
}

static oid_t find_relation(const struct catalog *catalog, const char *schema, const char *name, struct diag *diag)
{
    const struct catalog_relation *relation = catalog_relation_by_name(catalog, schema, name);
    const struct catalog_index *index = relation ? NULL : catalog_index_by_name(catalog, schema, name);
    if (relation || index)
        return relation ? relation->oid : index->oid;
    for (int i = 0; i < system_index_count && in_pg_catalog(schema); i++)
        if (strcmp(system_indexes[i].name, name) == 0)
            return system_indexes[i].oid;
    if (schema)
        diag_set(diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s.%s\" does not exist", schema, name);
    else
        diag_set(diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name);
    return 0;
}

static oid_t find_type(const struct catalog *catalog, const char *text, size_t len, const char *schema, const char *name,
                       struct diag *diag)
{
    static const struct {
        const char *sql, *internal;
    } spellings[] = {{"integer", "int4"},
                     {"int", "int4"},
                     {"bigint", "int8"},
                     {"smallint", "int2"},
                     {"real", "float4"},
                     {"double precision", "float8"},
                     {"boolean", "bool"},
                     {"character varying", "varchar"},
                     {"character", "bpchar"},
                     {"char", "bpchar"},
                     {"decimal", "numeric"},
                     {"timestamp without time zone", "timestamp"},
                     {"timestamp with time zone", "timestamptz"},
                     {"time without time zone", "time"},
                     {"time with time zone", "timetz"},
                     {"bit varying", "varbit"},
                     {"dec", "numeric"},
                     {"float", "float8"}};
    char base[128];
    bool array = len > 2 && text[len - 1] == ']' && text[len - 2] == '[';
    snprintf(base, sizeof base, "%s", name);
    if (array && strlen(base) > 2)
        base[strlen(base) - 2] = '\0';
    const char *lookup = base;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings && !schema && text[0] != '"'; i++)
        if (strcmp(spellings[i].sql, base) == 0)
            lookup = spellings[i].internal;
    const struct type_desc *type = catalog_type_by_name(catalog, schema, lookup);
    if (type && array)
        type = catalog_type_by_oid(catalog, type->array);
    if (type)
        return type->oid;
    diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type \"%s%s%s\" does not exist", schema ? schema : "", schema ? "." : "", name);
    return 0;
}

const struct catalog_relation *catalog_default_sequence(const struct catalog *catalog, struct arena *arena, const char *text)
{
    static const char call[] = "nextval('";
    char *parts[2] = {NULL};
    const char *at = strstr(text, call), *end = at ? strchr(at + sizeof call - 1, '\'') : NULL;
    if (!end)
        return NULL;
    at += sizeof call - 1;
    int count = split_words(at, (size_t) (end - at), false, arena, parts, 2);
    if (count < 1 || count > 2)
        return NULL;
    const struct catalog_relation *relation =
        catalog_relation_by_name(catalog, count == 2 ? parts[0] : "public", parts[count - 1]);
    if (!relation && count == 1)
        relation = catalog_relation_by_name(catalog, NULL, parts[0]);
    return relation && relation->kind == 'S' ? relation : NULL;
}

static oid_t name_to_oid(void *self, oid_t kind, const char *text, size_t len, struct diag *diag);

static oid_t find_proc(const struct catalog *catalog, const char *schema, const char *name, struct arena *arena, const char *text,
                       size_t len, struct diag *diag)
{
    const struct proc_fact *const *procs;
    int count = catalog_procs_by_name(catalog, schema, name, arena, &procs);
    if (count == 1)
        return procs[0]->oid;
    if (count == 0)
        diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "function \"%.*s\" does not exist", (int) len, text);
    else
        diag_set(diag, ERRCODE_AMBIGUOUS_FUNCTION, "more than one function named \"%.*s\"", (int) len, text);
    return 0;
}

enum { ARGUMENTS_MAX = PROC_ARGS_MAX };

/* The types between the parentheses of "name(integer, text)"; -1 after a report. An operator's missing operand is NONE: 0. */
static int argument_types(const struct catalog *catalog, const char *at, const char *end, bool none, oid_t types[ARGUMENTS_MAX],
                          struct diag *diag)
{
    int count = 0, depth = 0;
    bool quoted = false;
    for (const char *start = at; at <= end; at++) {
        if (at < end) {
            quoted ^= *at == '"';
            depth += quoted ? 0 : (*at == '(') - (*at == ')');
            if (*at != ',' || quoted || depth > 0)
                continue;
        }
        while (start < at && isspace((unsigned char) *start))
            start++;
        if (start == at && at == end && count == 0)
            break;
        if (count == ARGUMENTS_MAX) {
            diag_set(diag, ERRCODE_TOO_MANY_ARGUMENTS, "too many arguments");
            return -1;
        }
        if (none && at - start >= 4 && strncasecmp(start, "none", 4) == 0)
            types[count++] = 0;
        else if (!(types[count++] = name_to_oid((void *) catalog, REGTYPE_OID, start, (size_t) (at - start), diag)))
            return -1;
        start = at + 1;
    }
    return count;
}

/* "name(types)" taken apart: the name's length, and the extent of the types. */
static bool split_signature(const char *text, size_t len, size_t *name_len, const char **types, const char **end,
                            struct diag *diag)
{
    const char *open = memchr(text, '(', len), *last = text + len;
    while (last > text && isspace((unsigned char) last[-1]))
        last--;
    if (!open || last == text || last[-1] != ')')
        return diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION,
                        open ? "expected a right parenthesis" : "expected a left parenthesis");
    *name_len = (size_t) (open - text);
    *types = open + 1;
    *end = last - 1;
    return true;
}

/* f(integer, text): the function with just these argument types. */
static oid_t find_procedure(const struct catalog *catalog, const char *schema, const char *name, const char *types,
                            const char *end, struct arena *arena, const char *text, size_t len, struct diag *diag)
{
    const struct proc_fact *const *procs = NULL;
    oid_t wanted[ARGUMENTS_MAX], declared[PROC_ARGS_MAX];
    int count = argument_types(catalog, types, end, false, wanted, diag);
    if (count < 0)
        return 0;
    int found = catalog_procs_by_name(catalog, schema, name, arena, &procs);
    for (int i = 0; i < found; i++)
        if (proc_fact_args(procs[i], declared) == count && memcmp(declared, wanted, sizeof *wanted * (size_t) count) == 0)
            return procs[i]->oid;
    return diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "function \"%.*s\" does not exist", (int) len, text);
}

/* +(integer, none): the operator with just these operands. */
static oid_t find_operator(const struct catalog *catalog, const char *schema, const char *name, const char *types,
                           const char *end, struct arena *arena, const char *text, size_t len, struct diag *diag)
{
    const struct operator_fact *const *operators = NULL;
    oid_t wanted[ARGUMENTS_MAX];
    int count = argument_types(catalog, types, end, true, wanted, diag);
    if (count < 0)
        return 0;
    if (count == 1) {
        diag_set(diag, ERRCODE_UNDEFINED_PARAMETER, "missing argument");
        return diag_hint(diag, "Use NONE to denote the missing argument of a unary operator.");
    }
    if (count != 2) {
        diag_set(diag, ERRCODE_TOO_MANY_ARGUMENTS, "too many arguments");
        return diag_hint(diag, "Provide two argument types for operator.");
    }
    int found = catalog_operators_by_name(catalog, schema, name, arena, &operators);
    for (int i = 0; i < found; i++)
        if (operators[i]->left == wanted[0] && operators[i]->right == wanted[1])
            return operators[i]->oid;
    return diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "operator does not exist: %.*s", (int) len, text);
}

/* 42704; the format has places for the schema, the point and the name. */
static void undefined_object(struct diag *diag, const char *schema, const char *name, const char *format)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    diag_set(diag, ERRCODE_UNDEFINED_OBJECT, format, schema ? schema : "", schema ? "." : "", name);
#pragma GCC diagnostic pop
}

/* Is the text a name that needs no grammar? */
static bool is_plain_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!islower((unsigned char) text[i]) && text[i] != '_' && (i == 0 || !isdigit((unsigned char) text[i])))
            return false;
    return len > 0;
}

static oid_t name_to_oid(void *self, oid_t kind, const char *text, size_t len, struct diag *diag)
{
    const struct catalog *catalog = self;
    if (kind == REGTYPE_OID && catalog->read_type && !is_plain_name(text, len)) {
        oid_t type = 0;
        return catalog->read_type(catalog->resolver.checker, text, len, &type, diag) ? type : 0;
    }
    struct arena arena;
    arena_init(&arena);
    char *schema = NULL, *name = NULL;
    oid_t oid = 0;
    size_t name_len = len;
    const char *types = NULL, *end = NULL;
    bool has_types = kind == REGPROCEDURE_OID || kind == REGOPERATOR_OID, lone = kind == REGROLE_OID || kind == REGNAMESPACE_OID;
    if (has_types && !split_signature(text, len, &name_len, &types, &end, diag)) {
        /* Reported. */
    } else if (!split_name(catalog, kind, text, name_len, &arena, &schema, &name, diag)) {
        /* Reported. */
    } else if (schema && lone) {
        diag_set(diag, ERRCODE_INVALID_NAME, "invalid name syntax");
    } else if (schema && kind != REGOPERATOR_OID && !catalog_schema_by_name(catalog, schema)) {
        diag_set(diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", schema);
    } else
        switch (kind) {
        case REGCLASS_OID:
            oid = find_relation(catalog, schema, name, diag);
            break;
        case REGTYPE_OID:
            oid = find_type(catalog, text, len, schema, name, diag);
            break;
        case REGPROC_OID:
            oid = find_proc(catalog, schema, name, &arena, text, len, diag);
            break;
        case REGPROCEDURE_OID:
            oid = find_procedure(catalog, schema, name, types, end, &arena, text, len, diag);
            break;
        case REGOPERATOR_OID:
            oid = find_operator(catalog, schema, name, types, end, &arena, text, len, diag);
            break;
        case REGOPER_OID: {
            const struct operator_fact *const *operators;
            int count = catalog_operators_by_name(catalog, schema, name, &arena, &operators);
            oid = count == 1 ? operators[0]->oid : 0;
            if (count == 0)
                diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "operator does not exist: %.*s", (int) len, text);
            else if (count > 1)
                diag_set(diag, ERRCODE_AMBIGUOUS_FUNCTION, "more than one operator named %.*s", (int) len, text);
            break;
        }
        case REGNAMESPACE_OID: {
            const struct catalog_schema *found = catalog_schema_by_name(catalog, name);
            oid = found ? found->oid : 0;
            if (!found)
                diag_set(diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", name);
            break;
        }
        case REGCOLLATION_OID: {
            struct catalog_collation found;
            if (catalog_collation_by_name(catalog, schema, name, &found))
                oid = found.oid;
            else
                undefined_object(diag, schema, name, "collation \"%s%s%s\" for encoding \"UTF8\" does not exist");
            break;
        }
        case REGROLE_OID:
            oid = strcmp(name, "postgres") == 0 ? OID_OWNER : 0;
            if (!oid)
                diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "role \"%s\" does not exist", name);
            break;
        case REGCONFIG_OID:
            oid = in_pg_catalog(schema) ? ts_config_by_name(name) : 0;
            if (!oid)
                undefined_object(diag, schema, name, "text search configuration \"%s%s%s\" does not exist");
            break;
        case REGDICTIONARY_OID:
            oid = in_pg_catalog(schema) ? ts_dictionary_by_name(name) : 0;
            if (!oid)
                undefined_object(diag, schema, name, "text search dictionary \"%s%s%s\" does not exist");
            break;
        default:
            diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "names of this kind are not supported yet");
        }
    arena_deinit(&arena);
    return oid;
}

static void put_identifier(struct buf *out, const char *name)
{
    identifier_put(out, name, strlen(name));
}

/* "schema." before what its name alone does not find. */
static void put_schema(const struct catalog *catalog, oid_t schema, bool visible, struct buf *out)
{
    const struct catalog_schema *found = visible ? NULL : catalog_schema_by_oid(catalog, schema);
    if (found) {
        put_identifier(out, found->name);
        buf_putc(out, '.');
    }
}

static void put_qualified(const struct catalog *catalog, oid_t schema, bool visible, const char *name, struct buf *out)
{
    put_schema(catalog, schema, visible, out);
    put_identifier(out, name);
}

/* Would the name alone be read as this function, as this operator? Another one of the name, with whatever arguments, makes it ambiguous. */
static bool is_only_proc(const struct catalog *catalog, const struct proc_fact *proc)
{
    struct arena arena;
    const struct proc_fact *const *found;
    arena_init(&arena);
    bool only = catalog_procs_by_name(catalog, NULL, proc->name, &arena, &found) == 1 && found[0]->oid == proc->oid;
    arena_deinit(&arena);
    return only;
}

static bool is_only_operator(const struct catalog *catalog, const struct operator_fact *operator)
{
    struct arena arena;
    const struct operator_fact *const *found;
    arena_init(&arena);
    bool only = catalog_operators_by_name(catalog, NULL, operator->name, &arena, &found) == 1 && found[0]->oid == operator->oid;
    arena_deinit(&arena);
    return only;
}

static bool oid_to_name(void *self, oid_t kind, oid_t oid, struct buf *out)
{
    const struct catalog *catalog = self;
    switch (kind) {
    case REGCLASS_OID: {
        const struct catalog_relation *relation = catalog_relation_by_oid(catalog, oid);
        const struct catalog_index *index = relation ? NULL : catalog_index_by_oid(catalog, oid);
        if (relation)
            put_qualified(catalog, relation->schema, catalog_relation_is_visible(catalog, relation), relation->name, out);
        else if (index)
            put_qualified(catalog, index->schema, catalog_index_by_name(catalog, NULL, index->name) == index, index->name, out);
        if (relation || index)
            return true;
        for (int i = 0; i < system_index_count; i++)
            if (system_indexes[i].oid == oid) {
                put_identifier(out, system_indexes[i].name);
                return true;
            }
        return false;
    }
    case REGTYPE_OID: {
        const struct type_desc *type = catalog_type_by_oid(catalog, oid);
        if (!type)
            return false;
        /* type_format asks here for the names of user-defined types: these are not passed back to it. */
        if (type->schema != OID_PG_CATALOG && !(type->element && type->category == 'A'))
            put_qualified(catalog, type->schema, catalog_type_is_visible(catalog, oid), type->name, out);
        else
            type_format(&catalog->resolver, oid, -1, out);
        return true;
    }
    case REGPROC_OID:
    case REGPROCEDURE_OID: {
        const struct proc_fact *proc = catalog_proc_by_oid(catalog, oid);
        if (!proc)
            return false;
        bool visible =
            kind == REGPROC_OID ? is_only_proc(catalog, proc) : !proc->schema || catalog_proc_is_visible(catalog, proc);
        put_qualified(catalog, proc->schema ? proc->schema : OID_PG_CATALOG, visible, proc->name, out);
        if (kind == REGPROCEDURE_OID) {
            oid_t types[PROC_ARGS_MAX];
            int count = proc_fact_args(proc, types);
            buf_putc(out, '(');
            for (int i = 0; i < count; i++) {
                if (i)
                    buf_putc(out, ',');
                type_format(&catalog->resolver, types[i], -1, out);
            }
            buf_putc(out, ')');
        }
        return true;
    }
    case REGOPER_OID:
    case REGOPERATOR_OID: {
        const struct operator_fact *operator= catalog_operator_by_oid(catalog, oid);
        if (!operator)
            return false;
        put_schema(catalog, operator->schema ? operator->schema : OID_PG_CATALOG,
                   kind == REGOPERATOR_OID || is_only_operator(catalog, operator), out);
        buf_puts(out, operator->name);
        if (kind == REGOPERATOR_OID) {
            buf_putc(out, '(');
            if (operator->left)
                type_format(&catalog->resolver, operator->left, -1, out);
            else
                buf_puts(out, "NONE");
            buf_putc(out, ',');
            type_format(&catalog->resolver, operator->right, -1, out);
            buf_putc(out, ')');
        }
        return true;
    }
    case REGNAMESPACE_OID: {
        const struct catalog_schema *schema = catalog_schema_by_oid(catalog, oid);
        if (schema)
            put_identifier(out, schema->name);
        return schema != NULL;
    }
    case REGCOLLATION_OID: {
        struct catalog_collation found;
        if (!catalog_collation_by_oid(catalog, oid, &found))
            return false;
        put_qualified(catalog, found.schema, catalog_collation_is_visible(catalog, oid), found.name, out);
        return true;
    }
    case REGCONFIG_OID:
    case REGDICTIONARY_OID: {
        const char *name = kind == REGCONFIG_OID ? ts_config_name(oid) : ts_dictionary_name(oid);
        if (name)
            put_identifier(out, name);
        return name != NULL;
    }
    case REGROLE_OID:
        if (oid == OID_OWNER)
            buf_puts(out, "postgres");
        return oid == OID_OWNER;
    default:
        return false;
    }
}

void catalog_init_resolver(struct catalog *catalog)
{
    catalog->resolver =
        (struct type_resolver){.self = catalog, .type = resolve_type, .name_to_oid = name_to_oid, .oid_to_name = oid_to_name};
}
