#include "catalog/system_rows.h"

#include <stdlib.h>

/* The built-in facts as rows: functions, operators, casts, operator classes and their kin. */

struct opclass_line {
    oid_t oid, method;
    const char *name;
    oid_t family, type;
    bool is_default;
    oid_t key_type;
};

static const struct opclass_line opclasses[] = {
#define OPERATOR_CLASS(...) {__VA_ARGS__},
#include "catalog/operator_classes.def"
#undef OPERATOR_CLASS
};

struct opfamily_line {
    oid_t oid, method;
    const char *name;
};

static const struct opfamily_line opfamilies[] = {
#define OPERATOR_FAMILY(...) {__VA_ARGS__},
#include "catalog/operator_families.def"
#undef OPERATOR_FAMILY
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

oid_t system_default_opclass(oid_t access_method, oid_t type)
{
    for (size_t i = 0; i < COUNT(opclasses); i++)
        if (opclasses[i].method == access_method && opclasses[i].type == type && opclasses[i].is_default)
            return opclasses[i].oid;
    return 0;
}

bool rows_pg_opclass(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (size_t i = 0; i < COUNT(opclasses); i++) {
        rows_add(b);
        rows_int(b, "oid", opclasses[i].oid);
        rows_int(b, "opcmethod", opclasses[i].method);
        rows_text(b, "opcname", opclasses[i].name);
        rows_int(b, "opcnamespace", OID_PG_CATALOG);
        rows_int(b, "opcowner", OID_OWNER);
        rows_int(b, "opcfamily", opclasses[i].family);
        rows_int(b, "opcintype", opclasses[i].type);
        rows_int(b, "opcdefault", opclasses[i].is_default);
        rows_int(b, "opckeytype", opclasses[i].key_type);
    }
    system_extension_classes(b);
    return true;
}

bool rows_pg_opfamily(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (size_t i = 0; i < COUNT(opfamilies); i++) {
        rows_add(b);
        rows_int(b, "oid", opfamilies[i].oid);
        rows_int(b, "opfmethod", opfamilies[i].method);
        rows_text(b, "opfname", opfamilies[i].name);
        rows_int(b, "opfnamespace", OID_PG_CATALOG);
        rows_int(b, "opfowner", OID_OWNER);
    }
    system_extension_families(b);
    return true;
}

bool rows_pg_collation(struct rows_builder *b, struct diag *diag)
{
    struct catalog_collation collation;
    for (int i = 0; catalog_collation_at(b->catalog, i, &collation); i++) {
        const char *locale = arena_strdup(b->arena, collation.locale);
        rows_add(b);
        rows_int(b, "oid", collation.oid);
        rows_text(b, "collname", arena_strdup(b->arena, collation.name));
        rows_int(b, "collnamespace", collation.schema);
        rows_int(b, "collowner", OID_OWNER);
        rows_char(b, "collprovider", collation.provider);
        rows_int(b, "collisdeterministic", collation.is_deterministic);
        rows_int(b, "collencoding", collation.encoding);
        rows_text(b, "collcollate", collation.provider == 'c' ? locale : NULL);
        rows_text(b, "collctype", collation.provider == 'c' ? arena_strdup(b->arena, collation.ctype) : NULL);
        rows_text(b, "colliculocale", collation.provider == 'i' ? locale : NULL);
    }
    (void) diag;
    return true;
}

static oid_t language_oid(char language)
{
    return language == 'i' ? 12 : language == 'c' ? 13 : 14;
}

static oid_t routine_language_oid(const char *language)
{
    enum { PLPGSQL_LANGUAGE_OID = 13567 };
    return language && strcmp(language, "plpgsql") == 0 ? PLPGSQL_LANGUAGE_OID : language_oid('s');
}

/* "23 25" or "23,25" */
static int numbers(const char *text, int64_t *values, int max)
{
    int count = 0;
    while (text && *text && count < max) {
        char *end;
        values[count] = strtol(text, &end, 10);
        if (end == text)
            break;
        count++;
        text = *end ? end + 1 : end;
    }
    return count;
}

static void put_names(struct rows_builder *b, const char *column, const char *list)
{
    const char *names[PROC_ARGS_MAX];
    int count = 0;
    for (const char *at = list; at && count < PROC_ARGS_MAX; count++) {
        const char *comma = strchr(at, ',');
        names[count] = arena_strndup(b->arena, at, comma ? (size_t) (comma - at) : strlen(at));
        at = comma ? comma + 1 : NULL;
    }
    rows_texts(b, column, count, names);
}

static void put_modes(struct rows_builder *b, const char *modes)
{
    const char *texts[PROC_ARGS_MAX];
    int count = 0;
    for (; modes[count] && count < PROC_ARGS_MAX; count++)
        texts[count] = arena_strndup(b->arena, &modes[count], 1);
    rows_texts(b, "proargmodes", count, texts);
}

/* "name=value", one a line */
static void put_settings(struct rows_builder *b, const char *settings)
{
    const char *items[PROC_ARGS_MAX];
    int count = 0;
    for (const char *at = settings; *at && count < PROC_ARGS_MAX;) {
        const char *end = strchrnul(at, '\n');
        items[count++] = arena_strndup(b->arena, at, (size_t) (end - at));
        at = *end ? end + 1 : end;
    }
    rows_texts(b, "proconfig", count, items);
}

static void put_proc(struct rows_builder *b, const struct proc_fact *proc, const struct catalog_function *function)
{
    int64_t types[PROC_ARGS_MAX];
    int count = numbers(proc->args, types, PROC_ARGS_MAX);
    rows_add(b);
    rows_int(b, "oid", proc->oid);
    rows_text(b, "proname", proc->name);
    rows_int(b, "pronamespace", proc->schema ? proc->schema : OID_PG_CATALOG);
    rows_int(b, "proowner", OID_OWNER);
    rows_int(b, "prolang", function ? routine_language_oid(function->language) : language_oid(proc->language));
    rows_real(b, "procost", function ? function->cost : 1);
    rows_real(b, "prorows", function ? function->rows : proc->retset ? 1000 : 0);
    rows_int(b, "provariadic", proc->variadic);
    rows_char(b, "prokind", proc->kind);
    rows_int(b, "prosecdef", function && function->security_definer);
    rows_int(b, "proleakproof", function && function->leakproof);
    rows_int(b, "proisstrict", proc->strict);
    rows_int(b, "proretset", proc->retset);
    rows_char(b, "provolatile", proc->volatility);
    rows_char(b, "proparallel", proc->parallel);
    rows_int(b, "pronargs", proc->nargs);
    rows_int(b, "pronargdefaults", proc->ndefaults);
    rows_int(b, "prorettype", proc->result);
    rows_vector(b, "proargtypes", count, types);
    if (proc->all_args)
        rows_array(b, "proallargtypes", numbers(proc->all_args, types, PROC_ARGS_MAX), types);
    if (proc->modes)
        put_modes(b, proc->modes);
    if (proc->names)
        put_names(b, "proargnames", proc->names);
    rows_text(b, "proargdefaults", proc->defaults);
    if (function && function->settings)
        put_settings(b, function->settings);
    if (!function)
        rows_text(b, "prosrc", proc->kind == 'a' ? "aggregate_dummy" : proc->source);
    else if (!function->standard)
        rows_text(b, "prosrc", function->body);
    else {
        rows_text(b, "prosrc", "");
        rows_text(b, "prosqlbody", function->body);
    }
    if (proc->language == 'c' && proc->schema)
        rows_text(b, "probin", arena_printf(b->arena, "$libdir/%s", catalog_extension_of(b->catalog, proc->oid)->name));
}

bool rows_pg_proc(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (int i = 0; i < proc_fact_count; i++)
        put_proc(b, &proc_facts[i], NULL);
    const struct proc_fact *proc;
    for (int i = 0; (proc = catalog_own_proc_at(b->catalog, i)); i++)
        put_proc(b, proc, catalog_function_by_oid(b->catalog, proc->oid));
    return true;
}

static oid_t proc_named(const char *name)
{
    int count = 0;
    const struct proc_fact *procs = name ? proc_facts_by_name(name, &count) : NULL;
    return count > 0 ? procs[0].oid : 0;
}

static void operator_row(struct rows_builder *b, const struct operator_fact *op)
{
    rows_add(b);
    rows_int(b, "oid", op->oid);
    rows_text(b, "oprname", op->name);
    rows_int(b, "oprnamespace", op->schema ? op->schema : OID_PG_CATALOG);
    rows_int(b, "oprowner", OID_OWNER);
    rows_char(b, "oprkind", op->kind);
    rows_int(b, "oprcanmerge", op->can_merge);
    rows_int(b, "oprcanhash", op->can_hash);
    rows_int(b, "oprleft", op->left);
    rows_int(b, "oprright", op->right);
    rows_int(b, "oprresult", op->result);
    rows_int(b, "oprcom", op->commutator);
    rows_int(b, "oprnegate", op->negator);
    rows_int(b, "oprcode", op->proc);
    rows_int(b, "oprrest", proc_named(op->restriction));
    rows_int(b, "oprjoin", proc_named(op->join));
}

bool rows_pg_operator(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (int i = 0; i < operator_fact_count; i++)
        operator_row(b, &operator_facts[i]);
    const struct operator_fact *op;
    for (int i = 0; (op = catalog_own_operator_at(b->catalog, i)); i++)
        operator_row(b, op);
    return true;
}

static void cast_row(struct rows_builder *b, const struct cast_fact *cast)
{
    rows_add(b);
    rows_int(b, "oid", cast->oid);
    rows_int(b, "castsource", cast->source);
    rows_int(b, "casttarget", cast->target);
    rows_int(b, "castfunc", cast->proc);
    rows_char(b, "castcontext", cast->context);
    rows_char(b, "castmethod", cast->method);
}

bool rows_pg_cast(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (int i = 0; i < cast_fact_count; i++)
        cast_row(b, &cast_facts[i]);
    const struct cast_fact *cast;
    for (int i = 0; (cast = catalog_own_cast_at(b->catalog, i)); i++)
        cast_row(b, cast);
    return true;
}

static void aggregate_row(struct rows_builder *b, const struct aggregate_fact *aggregate)
{
    rows_add(b);
    rows_int(b, "aggfnoid", aggregate->proc);
    rows_char(b, "aggkind", aggregate->kind);
    rows_int(b, "aggnumdirectargs", aggregate->direct_args);
    rows_int(b, "aggtransfn", aggregate->trans);
    rows_int(b, "aggfinalfn", aggregate->final);
    rows_char(b, "aggfinalmodify", 'r');
    rows_char(b, "aggmfinalmodify", 'r');
    rows_int(b, "aggsortop", aggregate->sort_operator);
    rows_int(b, "aggtranstype", aggregate->trans_type);
    rows_text(b, "agginitval", aggregate->initial);
}

bool rows_pg_aggregate(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (int i = 0; i < aggregate_fact_count; i++)
        aggregate_row(b, &aggregate_facts[i]);
    const struct aggregate_fact *aggregate;
    for (int i = 0; (aggregate = catalog_own_aggregate_at(b->catalog, i)); i++)
        aggregate_row(b, aggregate);
    return true;
}

bool rows_pg_am(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    static const struct {
        oid_t oid, handler;
        const char *name;
        char type;
    } methods[] = {{2, 3, "heap", 't'},     {403, 330, "btree", 'i'},   {405, 331, "hash", 'i'}, {783, 332, "gist", 'i'},
                   {2742, 333, "gin", 'i'}, {4000, 334, "spgist", 'i'}, {3580, 335, "brin", 'i'}};
    for (size_t i = 0; i < COUNT(methods); i++) {
        rows_add(b);
        rows_int(b, "oid", methods[i].oid);
        rows_text(b, "amname", methods[i].name);
        rows_int(b, "amhandler", methods[i].handler);
        rows_char(b, "amtype", methods[i].type);
    }
    return true;
}

bool rows_pg_language(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    static const struct {
        oid_t oid;
        const char *name;
        bool trusted;
        oid_t validator;
    } languages[] = {{12, "internal", false, 2246}, {13, "c", false, 2247}, {14, "sql", true, 2248}};
    for (size_t i = 0; i < COUNT(languages); i++) {
        rows_add(b);
        rows_int(b, "oid", languages[i].oid);
        rows_text(b, "lanname", languages[i].name);
        rows_int(b, "lanowner", OID_OWNER);
        rows_int(b, "lanpltrusted", languages[i].trusted);
        rows_int(b, "lanvalidator", languages[i].validator);
    }
    return true;
}
