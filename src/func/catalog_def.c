#include "func/catalog_def.h"

#include "catalog/system_rows.h"
#include "func/internal.h"

#include <ctype.h>
#include <stdlib.h>

/* SQL text of indexes, constraints, views and functions, from what the snapshot says of them. */

static bool give(struct fcall *call, struct buf *buf, struct datum *result)
{
    *result = datum_text(arena_strndup(call->arena, buf->len ? buf->data : "", buf->len), buf->len);
    buf_deinit(buf);
    return true;
}

static void put_relation(struct fcall *call, struct buf *out, const struct catalog_relation *relation, bool always_qualified)
{
    const struct catalog *catalog = call->env->catalog;
    const struct catalog_schema *schema = catalog_schema_by_oid(catalog, relation->schema);
    if (schema && (always_qualified || !catalog_relation_is_visible(catalog, relation))) {
        func_put_identifier(out, schema->name);
        buf_putc(out, '.');
    }
    func_put_identifier(out, relation->name);
}

static void put_column(struct buf *out, const struct catalog_relation *relation, int16_t attnum)
{
    const struct catalog_column *column = catalog_column_by_attnum(relation, attnum);
    func_put_identifier(out, column ? column->name : "?column?");
}

static void put_columns(struct buf *out, const struct catalog_relation *relation, int count, const int16_t *attnums)
{
    buf_putc(out, '(');
    for (int i = 0; i < count; i++) {
        if (i)
            buf_puts(out, ", ");
        put_column(out, relation, attnums[i]);
    }
    buf_putc(out, ')');
}

/* The end of the group that opens at `at` (a parenthesis), behind its closing one; strings and quoted names are passed over. */
static const char *group_end(const char *at)
{
    int depth = 0;
    for (; *at; at++) {
        if (*at == '\'' || *at == '"') {
            const char *end = strchr(at + 1, *at);
            if (!end)
                return NULL;
            at = end;
        } else if (*at == '(')
            depth++;
        else if (*at == ')' && --depth == 0)
            return at + 1;
    }
    return NULL;
}

static bool is_function_call(const char *text)
{
    const char *at = text;
    while (isalnum((unsigned char) *at) || *at == '_' || *at == '.' || *at == '"')
        at++;
    const char *end = at > text && *at == '(' ? group_end(at) : NULL;
    return end && *end == '\0';
}

/* What stands at the top level of a group: decides whether its parentheses tell anything. */
struct level {
    bool has_or, has_and, has_not, has_comparison, has_quantifier, has_other; /* operators */
};

static bool word_at(const char *text, const char *at, const char *word)
{
    size_t length = strlen(word);
    return strncmp(at, word, length) == 0 && (at == text || !isalnum((unsigned char) at[-1])) &&
           !isalnum((unsigned char) at[length]);
}

static struct level level_of(const char *text, const char *end)
{
    struct level level = {0};
    for (const char *at = text; at < end;) {
        if (*at == '(' || *at == '[') {
            const char *next = *at == '(' ? group_end(at) : NULL;
            at = next ? next : at + 1;
        } else if (*at == '\'' || *at == '"') {
            const char *next = strchr(at + 1, *at);
            at = next ? next + 1 : end;
        } else if (at[0] == ':' && at[1] == ':')
            at += 2;
        else if (strchr("<>=", *at)) {
            level.has_comparison = true;
            at++;
        } else if (strchr("+-*/%^|&~#@!", *at)) {
            level.has_other |= !(*at == '-' && at == text);
            at++;
        } else {
            level.has_or |= word_at(text, at, "OR");
            level.has_and |= word_at(text, at, "AND");
            if (word_at(text, at, "IS")) {
                /* IS NOT NULL is one test, not a negation. */
                level.has_comparison = true;
                at += strncmp(at, "IS NOT", 6) == 0 ? 6 : 2;
                continue;
            }
            level.has_not |= word_at(text, at, "NOT");
            level.has_quantifier |= word_at(text, at, "ANY") || word_at(text, at, "ALL");
            level.has_other |= word_at(text, at, "CASE") || word_at(text, at, "COLLATE") || word_at(text, at, "AT");
            at++;
        }
    }
    return level;
}

static bool is_operator(struct level level)
{
    return level.has_or || level.has_and || level.has_not || level.has_comparison || level.has_other;
}

/* `outer`: what the group stands in. Its parentheses may go where the group binds more tightly than all around it. */
static void put_pretty(struct buf *out, const char *text, const char *end)
{
    struct level outer = level_of(text, end);
    for (const char *at = text; at < end;) {
        const char *next;
        if (*at == '\'' || *at == '"') {
            next = strchr(at + 1, *at);
            next = next ? next + 1 : end;
            buf_append(out, at, (size_t) (next - at));
            at = next;
            continue;
        }
        next = *at == '(' ? group_end(at) : NULL;
        if (!next || next > end) {
            buf_putc(out, *at++);
            continue;
        }
        bool is_call = at > text && (isalnum((unsigned char) at[-1]) || at[-1] == '_' || at[-1] == '"');
        is_call |= at - text >= 4 && (strncmp(at - 4, "ANY ", 4) == 0 || strncmp(at - 4, "ALL ", 4) == 0);
        bool is_cast = strncmp(next, "::", 2) == 0;
        const char *first = at + 1, *last = next - 1;
        while (*first == '(' && group_end(first) == last) {
            first++;
            last--;
        }
        struct level inner = level_of(first, last);
        bool boolean_around = (outer.has_and || outer.has_or) && !outer.has_comparison && !outer.has_other && !outer.has_not;
        bool boolean_inside = inner.has_and || inner.has_or || inner.has_not;
        bool keep = is_call || (is_cast && (is_operator(inner) || *first == '-'));
        if (!keep && is_operator(inner) && is_operator(outer)) {
            keep = true;
            if (inner.has_quantifier)
                keep = true;
            else if (boolean_around && !boolean_inside)
                keep = false; /* a comparison between AND and OR */
            else if (boolean_around && outer.has_or && !outer.has_and && inner.has_and && !inner.has_or)
                keep = false; /* AND binds more tightly than OR */
        }
        if (keep)
            buf_putc(out, '(');
        put_pretty(out, first, last);
        if (keep)
            buf_putc(out, ')');
        at = next;
    }
}

const char *catalog_pretty_expr(struct arena *arena, const char *text)
{
    struct buf out = {0};
    const char *end = text + strlen(text);
    while (*text == '(' && group_end(text) == end) {
        text++;
        end--;
    }
    put_pretty(&out, text, end);
    const char *made = arena_strndup(arena, out.len ? out.data : "", out.len);
    buf_deinit(&out);
    return made;
}

/* ---- indexes ---- */

static void put_key(struct fcall *call, struct buf *out, const struct catalog_relation *relation,
                    const struct catalog_index *index, int key, bool pretty)
{
    if (index->attnums[key]) {
        put_column(out, relation, index->attnums[key]);
        return;
    }
    const char *text = index->exprs && index->exprs[key] ? index->exprs[key] : "";
    if (pretty)
        text = catalog_pretty_expr(call->arena, text);
    if (is_function_call(text))
        buf_puts(out, text);
    else
        buf_printf(out, "(%s)", text);
}

static bool indexdef(struct fcall *call, oid_t oid, int column, bool pretty, struct datum *result)
{
    const struct catalog_index *index = catalog_index_by_oid(call->env->catalog, oid);
    const struct catalog_relation *relation = index ? catalog_relation_by_oid(call->env->catalog, index->relation) : NULL;
    *result = datum_null();
    if (!relation)
        return true;
    struct buf out = {0};
    if (column > 0) {
        if (column <= index->nkeys)
            put_key(call, &out, relation, index, column - 1, pretty);
        return give(call, &out, result);
    }
    buf_printf(&out, "CREATE %sINDEX ", index->is_unique ? "UNIQUE " : "");
    func_put_identifier(&out, index->name);
    buf_puts(&out, " ON ");
    put_relation(call, &out, relation, !pretty);
    buf_printf(&out, " USING %s (", index->method ? index->method : "btree");
    for (int i = 0; i < index->nkeys; i++) {
        enum { DESCENDING = 1, NULLS_FIRST = 2 };
        unsigned options = index->options ? index->options[i] : 0;
        if (i)
            buf_puts(&out, ", ");
        put_key(call, &out, relation, index, i, pretty);
        if (index->collations && index->collations[i]) {
            buf_puts(&out, " COLLATE ");
            call->env->resolver->oid_to_name(call->env->resolver->self, REGCOLLATION_OID, index->collations[i], &out);
        }
        if (options & DESCENDING)
            buf_puts(&out, options & NULLS_FIRST ? " DESC" : " DESC NULLS LAST");
        else if (options & NULLS_FIRST)
            buf_puts(&out, " NULLS FIRST");
    }
    buf_putc(&out, ')');
    if (index->nulls_not_distinct)
        buf_puts(&out, " NULLS NOT DISTINCT");
    if (index->predicate)
        buf_printf(&out, " WHERE %s", pretty ? catalog_pretty_expr(call->arena, index->predicate) : index->predicate);
    return give(call, &out, result);
}

bool catalog_indexdef(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return indexdef(call, (oid_t) args[0].i, 0, false, result);
}

bool catalog_indexdef_ext(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return indexdef(call, (oid_t) args[0].i, (int) args[1].i, args[2].i != 0, result);
}

/* ---- constraints ---- */

static const struct catalog_constraint *constraint_by_oid(const struct catalog *catalog, oid_t oid)
{
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->nconstraints; k++)
            if (relation->constraints[k].oid == oid)
                return &relation->constraints[k];
    return NULL;
}

static void put_action(struct buf *out, const char *event, char action)
{
    const char *text = action == 'c'   ? "CASCADE"
                       : action == 'n' ? "SET NULL"
                       : action == 'd' ? "SET DEFAULT"
                       : action == 'r' ? "RESTRICT"
                                       : NULL;
    if (text)
        buf_printf(out, " ON %s %s", event, text);
}

static const struct type_check *domain_check(const struct catalog *catalog, oid_t oid)
{
    const struct type_desc *type;
    for (int i = 0; (type = catalog_user_type_at(catalog, i)); i++)
        for (int k = 0; k < type->check_count; k++)
            if (type->checks[k].oid == oid)
                return &type->checks[k];
    return NULL;
}

static bool constraintdef(struct fcall *call, oid_t oid, bool pretty, struct datum *result)
{
    const struct catalog *catalog = call->env->catalog;
    const struct type_check *check = domain_check(catalog, oid);
    if (check) {
        const char *expr = pretty ? catalog_pretty_expr(call->arena, check->expr) : check->expr;
        *result = datum_cstr(arena_printf(call->arena, "CHECK (%s)%s", expr, check->validated ? "" : " NOT VALID"));
        return true;
    }
    const struct catalog_constraint *constraint = constraint_by_oid(catalog, oid);
    const struct catalog_relation *relation = constraint ? catalog_relation_by_oid(catalog, constraint->relation) : NULL;
    *result = datum_null();
    if (!relation)
        return true;
    struct buf out = {0};
    const struct catalog_index *index = constraint->index ? catalog_index_by_oid(catalog, constraint->index) : NULL;
    switch (constraint->kind) {
    case 'p':
    case 'u':
        buf_puts(&out, constraint->kind == 'p' ? "PRIMARY KEY " : "UNIQUE ");
        if (index && index->nulls_not_distinct)
            buf_puts(&out, "NULLS NOT DISTINCT ");
        put_columns(&out, relation, constraint->nkeys, constraint->attnums);
        break;
    case 'c': {
        const char *check = constraint->check ? constraint->check : "";
        buf_printf(&out, "CHECK (%s)", pretty ? catalog_pretty_expr(call->arena, check) : check);
        break;
    }
    case 'f': {
        const struct catalog_relation *foreign = catalog_relation_by_oid(catalog, constraint->foreign_relation);
        buf_puts(&out, "FOREIGN KEY ");
        put_columns(&out, relation, constraint->nkeys, constraint->attnums);
        buf_puts(&out, " REFERENCES ");
        if (foreign) {
            put_relation(call, &out, foreign, false);
            put_columns(&out, foreign, constraint->nforeign, constraint->foreign_attnums);
        }
        if (constraint->match == 'f')
            buf_puts(&out, " MATCH FULL");
        put_action(&out, "UPDATE", constraint->on_update);
        put_action(&out, "DELETE", constraint->on_delete);
        break;
    }
    default:
        break;
    }
    if (constraint->deferrable)
        buf_puts(&out, " DEFERRABLE");
    if (constraint->deferred)
        buf_puts(&out, " INITIALLY DEFERRED");
    if (!constraint->validated)
        buf_puts(&out, " NOT VALID");
    return give(call, &out, result);
}

bool catalog_constraintdef(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return constraintdef(call, (oid_t) args[0].i, false, result);
}

bool catalog_constraintdef_ext(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return constraintdef(call, (oid_t) args[0].i, args[1].i != 0, result);
}

/* ---- expressions and views: kept as text ---- */

/* A sequence in a default is named as the search path asks for. */
static const char *visible_default(struct fcall *call, const struct datum *stored)
{
    const char *text = arena_strndup(call->arena, stored->data, stored->len);
    const struct type_resolver *resolver = call->env->resolver;
    const struct catalog_relation *sequence = catalog_default_sequence(call->env->catalog, call->arena, text);
    struct buf out = {0};
    if (!sequence)
        return text;
    const char *open = strstr(text, "nextval('") + sizeof "nextval('" - 1;
    buf_append(&out, text, (size_t) (open - text));
    if (resolver->oid_to_name(resolver->self, REGCLASS_OID, sequence->oid, &out)) {
        buf_puts(&out, strchr(open, '\''));
        text = arena_strndup(call->arena, out.data, out.len);
    }
    buf_deinit(&out);
    return text;
}

bool catalog_expr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_cstr(visible_default(call, &args[0]));
    return true;
}

bool catalog_expr_ext(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const char *text = visible_default(call, &args[0]);
    *result = datum_cstr(args[2].i ? catalog_pretty_expr(call->arena, text) : text);
    return true;
}

static void give_view(struct fcall *call, const struct catalog_relation *relation, struct datum *result)
{
    bool is_view = relation && (relation->kind == 'v' || relation->kind == 'm') && relation->view_query;
    *result = is_view ? datum_cstr(arena_printf(call->arena, " %s;", relation->view_query)) : datum_null();
}

bool catalog_viewdef(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    give_view(call, catalog_relation_by_oid(call->env->catalog, (oid_t) args[0].i), result);
    return true;
}

bool catalog_viewdef_name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct type_resolver *resolver = call->env->resolver;
    oid_t oid = resolver->name_to_oid(resolver->self, REGCLASS_OID, args[0].data, args[0].len, call->diag);
    if (oid)
        give_view(call, catalog_relation_by_oid(call->env->catalog, oid), result);
    return oid != 0;
}

/* The one kind of rule is a view's own. */
bool catalog_ruledef(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct catalog_relation *relation;
    *result = datum_null();
    for (int i = 0; (relation = catalog_relation_at(call->env->catalog, i)); i++) {
        if ((relation->kind != 'v' && relation->kind != 'm') || !relation->view_query ||
            system_derived_oid('r', relation->oid, 0) != (oid_t) args[0].i)
            continue;
        struct buf out = {0};
        buf_puts(&out, "CREATE RULE \"_RETURN\" AS\n    ON SELECT TO ");
        put_relation(call, &out, relation, true);
        buf_printf(&out, " DO INSTEAD  %s;", relation->view_query);
        return give(call, &out, result);
    }
    return true;
}

/* ---- functions ---- */

/* The part of a comma-separated list at `index`. */
static const char *list_item(struct arena *arena, const char *list, int index)
{
    while (list && index-- > 0) {
        list = strchr(list, ',');
        list = list ? list + 1 : NULL;
    }
    if (!list)
        return "";
    const char *comma = strchr(list, ',');
    return arena_strndup(arena, list, comma ? (size_t) (comma - list) : strlen(list));
}

/* Oids are separated by blanks. */
static oid_t oid_item(const char *list, int index)
{
    char *end = (char *) list;
    oid_t oid = 0;
    for (int i = 0; i <= index; i++)
        oid = (oid_t) strtoul(end, &end, 10);
    return oid;
}

/* Defaults are expressions: a comma inside parentheses or a string does not end one. */
static const char *default_item(struct arena *arena, const char *list, int index)
{
    while (list) {
        int depth = 0;
        const char *at = list;
        for (; *at && !(*at == ',' && depth == 0); at++) {
            if (*at == '\'') {
                const char *end = strchr(at + 1, '\'');
                at = end ? end : at;
            }
            depth += *at == '(' || *at == '[';
            depth -= *at == ')' || *at == ']';
        }
        if (index-- == 0) {
            while (*list == ' ')
                list++;
            return arena_strndup(arena, list, (size_t) (at - list));
        }
        list = *at ? at + 1 : NULL;
    }
    return NULL;
}

static bool function_arguments(struct fcall *call, oid_t oid, bool with_defaults, struct datum *result)
{
    const struct proc_fact *proc = catalog_proc_by_oid(call->env->catalog, oid);
    *result = datum_null();
    if (!proc)
        return true;
    struct buf out = {0};
    oid_t types[PROC_ARGS_MAX];
    int inputs = proc_fact_args(proc, types), count = proc->modes ? (int) strlen(proc->modes) : inputs, input = 0, shown = 0;
    for (int i = 0; i < count; i++) {
        char mode = proc->modes ? proc->modes[i] : 'i';
        bool is_input = mode != 'o' && mode != 't';
        oid_t type = proc->modes && proc->all_args ? oid_item(proc->all_args, i) : types[i];
        if (is_input)
            input++;
        if (mode == 't' || (!with_defaults && !is_input))
            continue;
        if (shown++)
            buf_puts(&out, ", ");
        if (mode == 'o')
            buf_puts(&out, "OUT ");
        else if (mode == 'b')
            buf_puts(&out, "INOUT ");
        else if (mode == 'v' || (proc->variadic && is_input && input == inputs))
            buf_puts(&out, "VARIADIC ");
        const char *name = list_item(call->arena, proc->names, i);
        if (*name) {
            func_put_identifier(&out, name);
            buf_putc(&out, ' ');
        }
        type_format(call->env->resolver, type, -1, &out);
        const char *value = with_defaults && is_input && input > inputs - proc->ndefaults
                                ? default_item(call->arena, proc->defaults, input - 1 - (inputs - proc->ndefaults))
                                : NULL;
        if (value)
            buf_printf(&out, " DEFAULT %s", value);
    }
    return give(call, &out, result);
}

bool catalog_function_arguments(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return function_arguments(call, (oid_t) args[0].i, true, result);
}

bool catalog_function_identity_arguments(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return function_arguments(call, (oid_t) args[0].i, false, result);
}

bool catalog_function_result(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct proc_fact *proc = catalog_proc_by_oid(call->env->catalog, (oid_t) args[0].i);
    *result = datum_null();
    if (!proc || proc->kind == 'p')
        return true;
    struct buf out = {0};
    if (proc->modes && strchr(proc->modes, 't')) {
        int shown = 0;
        buf_puts(&out, "TABLE(");
        for (int i = 0; proc->modes[i]; i++) {
            if (proc->modes[i] != 't')
                continue;
            if (shown++)
                buf_puts(&out, ", ");
            func_put_identifier(&out, list_item(call->arena, proc->names, i));
            buf_putc(&out, ' ');
            type_format(call->env->resolver, oid_item(proc->all_args, i), -1, &out);
        }
        buf_putc(&out, ')');
    } else {
        if (proc->retset)
            buf_puts(&out, "SETOF ");
        type_format(call->env->resolver, proc->result, -1, &out);
    }
    return give(call, &out, result);
}
