#include "sql/ddl.h"

#include "catalog/hidden.h"
#include "sql/deparse.h"
#include "sql/routine.h"

#include <stdlib.h>

/* CREATE FUNCTION. */

struct signature {
    int ninputs, nall, noutputs;
    oid_t inputs[PROC_ARGS_MAX], all[PROC_ARGS_MAX];
    char modes[PROC_ARGS_MAX + 1];
    const char *names[PROC_ARGS_MAX];
    bool any_name, is_table;
    oid_t required; /* by OUT parameters; 0 */
    oid_t variadic;
    int ndefaults;
    struct buf defaults;
};

static char mode_of(PgQuery__FunctionParameterMode mode)
{
    switch (mode) {
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT:
        return 'o';
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT:
        return 'b';
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_VARIADIC:
        return 'v';
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE:
        return 't';
    default:
        return 'i';
    }
}

static bool check_name(struct ddl *d, const struct signature *s, const char *name, char mode)
{
    bool input = strchr("ibv", mode) != NULL;
    for (int i = 0; *name && i < s->nall; i++) {
        bool other_input = strchr("ibv", s->modes[i]) != NULL;
        /* A name may be that of one input and of one pure output. */
        bool apart =
            (input && !other_input && s->modes[i] == 'o' && mode == 'i') || (!input && mode == 'o' && s->modes[i] == 'i');
        if (s->names[i] && strcmp(s->names[i], name) == 0 && !apart)
            return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "parameter name \"%s\" used more than once", name);
    }
    return true;
}

static bool add_default(struct ddl *d, struct signature *s, PgQuery__Node *node, oid_t type)
{
    struct diag unused = {0};
    struct expr *expr = analyse_expr_node(d->compiler, d->arena, node, d->text, NULL, "DEFAULT expressions", d->diag);
    if (!expr) {
        if (strcmp(d->diag->sqlstate, ERRCODE_UNDEFINED_COLUMN) == 0)
            return diag_set(d->diag, ERRCODE_INVALID_COLUMN_REFERENCE, "cannot use table references in parameter default value");
        return false;
    }
    if (!type_is_polymorphic(type) && !(expr = analyse_assignment(d->compiler, d->arena, expr, "parameter", type, -1, d->diag)))
        return false;
    const char *text = deparse_typed(d->catalog, d->arena, ddl_without_assignment(expr), NULL, d->compiler->env->types, &unused);
    if (!text)
        text = deparse_expr(d->arena, node, d->diag);
    diag_clear(&unused);
    if (!text)
        return false;
    buf_printf(&s->defaults, "%s%s", s->ndefaults++ ? ", " : "", text);
    return true;
}

static bool add_parameter(struct ddl *d, struct signature *s, const PgQuery__FunctionParameter *parameter)
{
    char mode = mode_of(parameter->mode);
    oid_t type;
    int32_t typmod;
    if (s->nall == PROC_ARGS_MAX)
        return diag_set(d->diag, ERRCODE_TOO_MANY_ARGUMENTS, "functions cannot have more than %d arguments", PROC_ARGS_MAX);
    if (!analyse_type_name(d->compiler, parameter->arg_type, &type, &typmod, d->diag))
        return false;
    if (parameter->arg_type->setof)
        return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "functions cannot accept set arguments");
    const char *name = parameter->name ? parameter->name : "";
    if (!check_name(d, s, name, mode))
        return false;
    if (s->variadic && strchr("ibv", mode))
        return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "VARIADIC parameter must be the last input parameter");
    s->modes[s->nall] = mode;
    s->names[s->nall] = arena_strdup(d->arena, name);
    s->any_name |= *name != '\0';
    s->all[s->nall++] = type;
    if (strchr("ibv", mode))
        s->inputs[s->ninputs++] = type;
    if (strchr("obt", mode)) {
        s->required = s->noutputs++ == 0 ? type : RECORD_OID;
        s->is_table |= mode == 't';
    }
    if (mode == 'v') {
        const struct type_desc *desc = catalog_type_by_oid(d->catalog, type);
        s->variadic = type == ANYARRAY_OID             ? ANYELEMENT_OID
                      : type == ANYCOMPATIBLEARRAY_OID ? ANYCOMPATIBLE_OID
                      : type == ANY_OID                ? ANY_OID
                      : desc                           ? desc->element
                                                       : 0;
        if (!s->variadic)
            return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "VARIADIC parameter must be an array");
    }
    if (parameter->defexpr && !strchr("ibv", mode))
        return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "only input parameters can have default values");
    if (parameter->defexpr)
        return add_default(d, s, parameter->defexpr, type);
    if (s->ndefaults && strchr("ib", mode))
        return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION,
                        "input parameters after one with a default value must also have defaults");
    return true;
}

static bool is_compatible_family(oid_t type)
{
    return type == ANYCOMPATIBLE_OID || type == ANYCOMPATIBLEARRAY_OID || type == ANYCOMPATIBLENONARRAY_OID ||
           type == ANYCOMPATIBLERANGE_OID || type == ANYCOMPATIBLEMULTIRANGE_OID;
}

/* The type, where nothing that is given would tell what it is; else 0. A range is told by ranges alone. */
static oid_t polymorphic_without_input(const struct signature *s, oid_t type)
{
    bool range = type == ANYRANGE_OID || type == ANYMULTIRANGE_OID || type == ANYCOMPATIBLERANGE_OID ||
                 type == ANYCOMPATIBLEMULTIRANGE_OID;
    bool found = !type_is_polymorphic(type);
    for (int i = 0; i < s->ninputs && !found; i++) {
        oid_t input = s->inputs[i];
        bool input_range = input == ANYRANGE_OID || input == ANYMULTIRANGE_OID || input == ANYCOMPATIBLERANGE_OID ||
                           input == ANYCOMPATIBLEMULTIRANGE_OID;
        found =
            type_is_polymorphic(input) && is_compatible_family(input) == is_compatible_family(type) && (!range || input_range);
    }
    return found ? 0 : type;
}

/* Of the pseudo-types, SQL functions take the polymorphic ones and give void and record besides. */
static bool is_sql_type(struct ddl *d, oid_t type, bool result)
{
    const struct type_desc *desc = catalog_type_by_oid(d->catalog, type);
    if (!desc || desc->typtype != 'p' || type_is_polymorphic(type) || (result && (type == VOID_OID || type == RECORD_OID)) ||
        type == RECORD_ARRAY_OID)
        return true;
    struct buf name = {0};
    type_format(catalog_type_resolver(d->catalog), type, -1, &name);
    diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION,
             result ? "SQL functions cannot return type %s" : "SQL functions cannot have arguments of type %s", buf_cstr(&name));
    buf_deinit(&name);
    return false;
}

static bool result_type(struct ddl *d, const struct signature *s, const PgQuery__CreateFunctionStmt *stmt, struct proc_fact *fact)
{
    int32_t typmod;
    fact->result = s->required;
    fact->retset = s->is_table;
    if (!stmt->return_type && !s->required)
        return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "function result type must be specified");
    if (stmt->return_type) {
        oid_t type;
        if (!analyse_type_name(d->compiler, stmt->return_type, &type, &typmod, d->diag))
            return false;
        if (s->required && type != s->required) {
            struct buf name = {0};
            type_format(catalog_type_resolver(d->catalog), s->required, -1, &name);
            diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "function result type must be %s because of OUT parameters",
                     buf_cstr(&name));
            buf_deinit(&name);
            return false;
        }
        fact->result = type;
        fact->retset = stmt->return_type->setof;
    }
    if (!is_sql_type(d, fact->result, true))
        return false;
    for (int i = 0; i < s->nall; i++)
        if (!is_sql_type(d, s->all[i], false))
            return false;
    oid_t lone = polymorphic_without_input(s, fact->result);
    for (int i = 0; i < s->nall && !lone; i++)
        if (!strchr("iv", s->modes[i]))
            lone = polymorphic_without_input(s, s->all[i]);
    if (!lone)
        return true;
    struct buf name = {0};
    type_format(catalog_type_resolver(d->catalog), lone, -1, &name);
    diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "cannot determine result data type");
    bool compatible = is_compatible_family(lone), range = strstr(buf_cstr(&name), "range") != NULL;
    diag_detail(d->diag, "A result of type %s requires at least one input of type %s.", buf_cstr(&name),
                compatible && range ? "anycompatiblerange or anycompatiblemultirange"
                : compatible
                    ? "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange"
                : range ? "anyrange or anymultirange"
                        : "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange");
    buf_deinit(&name);
    return false;
}

/* ---- options ---- */

static bool redundant(struct ddl *d, const PgQuery__DefElem *option)
{
    diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "conflicting or redundant options");
    return diag_position(d->diag, d->text, option->location);
}

static bool read_options(struct ddl *d, struct catalog_function *function, const PgQuery__CreateFunctionStmt *stmt)
{
    const PgQuery__Node *as = NULL;
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *option = stmt->options[i]->def_elem;
        for (size_t k = 0; k < i; k++)
            if (strcmp(stmt->options[k]->def_elem->defname, option->defname) == 0 && strcmp(option->defname, "set") != 0)
                return redundant(d, option);
        if (strcmp(option->defname, "as") == 0)
            as = option->arg;
        else if (strcmp(option->defname, "language") == 0)
            function->language = arena_strdup(d->arena, analysis_string(option->arg) ? analysis_string(option->arg) : "");
        else if (!ddl_function_option(d, function, option))
            return false;
    }
    if (!function->language && !stmt->sql_body)
        return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "no language specified");
    if (!function->language)
        function->language = "sql";
    if (strcmp(function->language, "sql") != 0) {
        static const char *const known[] = {"internal", "c", "plpgsql"};
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (strcmp(function->language, known[i]) == 0)
                return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "functions in language \"%s\" are not supported yet",
                                function->language);
        return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "language \"%s\" does not exist", function->language);
    }
    if (!as && !stmt->sql_body)
        return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "no function body specified");
    if (as && stmt->sql_body)
        return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "duplicate function body specified");
    if (!as)
        return true;
    if (as->node_case == PG_QUERY__NODE__NODE_LIST && as->list->n_items > 1)
        return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "only one AS item needed for language \"%s\"",
                        function->language);
    const char *body = as->node_case == PG_QUERY__NODE__NODE_LIST ? analysis_string(as->list->items[0]) : analysis_string(as);
    function->body = arena_strdup(d->arena, body ? body : "");
    return true;
}

/* ---- BEGIN ATOMIC, RETURN ---- */

static bool add_statement(struct ddl *d, struct buf *out, PgQuery__Node *node)
{
    const char *text;
    if (!node || node->node_case == PG_QUERY__NODE__NODE__NOT_SET)
        return true;
    if (node->node_case == PG_QUERY__NODE__NODE_LIST) {
        for (size_t i = 0; i < node->list->n_items; i++)
            if (!add_statement(d, out, node->list->items[i]))
                return false;
        return true;
    }
    if (node->node_case == PG_QUERY__NODE__NODE_RETURN_STMT) {
        text = deparse_expr(d->arena, node->return_stmt->returnval, d->diag);
        text = text ? arena_printf(d->arena, "SELECT %s", text) : NULL;
    } else if (!analyse_handles(node)) {
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                        "this statement is not yet supported in unquoted SQL function body");
    } else {
        text = deparse_statement(d->arena, node, d->diag);
    }
    if (text)
        buf_printf(out, "%s%s;", out->len ? "\n" : "", text);
    return text != NULL;
}

static bool standard_body(struct ddl *d, struct catalog_function *function, PgQuery__Node *node)
{
    struct buf text = {0};
    bool good = add_statement(d, &text, node);
    oid_t types[PROC_ARGS_MAX];
    for (int i = 0, count = proc_fact_args(&function->fact, types); i < count; i++)
        if (type_is_polymorphic(types[i])) {
            buf_deinit(&text);
            return diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION,
                            "SQL function with unquoted function body cannot have polymorphic arguments");
        }
    function->standard = node->node_case == PG_QUERY__NODE__NODE_RETURN_STMT ? BODY_RETURN : BODY_ATOMIC;
    function->body = arena_strndup(d->arena, text.len ? text.data : "", text.len);
    buf_deinit(&text);
    return good;
}

/* ---- the books ---- */

static const char *join_oids(struct ddl *d, int count, const oid_t *oids)
{
    struct buf text = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&text, "%s%u", i ? " " : "", oids[i]);
    const char *out = arena_strndup(d->arena, text.len ? text.data : "", text.len);
    buf_deinit(&text);
    return out;
}

static void describe(struct ddl *d, const struct signature *s, struct catalog_function *function)
{
    struct proc_fact *fact = &function->fact;
    struct buf names = {0};
    bool plain = true;
    fact->args = join_oids(d, s->ninputs, s->inputs);
    fact->nargs = (uint8_t) s->ninputs;
    fact->ndefaults = (uint8_t) s->ndefaults;
    fact->defaults = s->ndefaults ? arena_strndup(d->arena, s->defaults.data, s->defaults.len) : NULL;
    fact->variadic = s->variadic;
    function->returns_table = s->is_table;
    for (int i = 0; i < s->nall; i++) {
        plain &= s->modes[i] == 'i';
        buf_printf(&names, "%s%s", i ? "," : "", s->names[i]);
    }
    if (!plain) {
        fact->modes = arena_strndup(d->arena, s->modes, (size_t) s->nall);
        fact->all_args = join_oids(d, s->nall, s->all);
    }
    if (s->any_name)
        fact->names = arena_strndup(d->arena, names.data, names.len);
    buf_deinit(&names);
}

static struct datum optional(const char *text)
{
    return text ? datum_cstr(text) : datum_null();
}

static struct datum letter(struct ddl *d, char c)
{
    return datum_cstr(arena_printf(d->arena, "%c", c));
}

/* A function of temporary types is theirs: it stands in the session's books, though in whatever schema, and goes with them. */
static bool uses_temporary(const struct proc_fact *fact)
{
    oid_t types[PROC_ARGS_MAX];
    bool uses = oid_is_temporary(fact->result);
    for (int i = proc_fact_args(fact, types) - 1; i >= 0; i--)
        uses |= oid_is_temporary(types[i]);
    for (const char *at = fact->all_args; at && *at && !uses;) {
        char *end;
        uses = oid_is_temporary((oid_t) strtoul(at, &end, 10));
        at = *end ? end + 1 : end;
    }
    return uses;
}

bool ddl_store_function(struct ddl *d, const struct catalog_function *function)
{
    const struct proc_fact *fact = &function->fact;
    struct datum row[] = {datum_int(fact->oid),
                          datum_int(function->schema),
                          datum_cstr(fact->name),
                          letter(d, fact->kind),
                          datum_cstr(function->language),
                          datum_cstr(fact->args),
                          datum_int(fact->result),
                          datum_int(fact->retset),
                          optional(fact->names),
                          optional(fact->modes),
                          optional(fact->all_args),
                          datum_int(fact->ndefaults),
                          optional(fact->defaults),
                          datum_int(fact->variadic),
                          datum_int(fact->strict),
                          letter(d, fact->volatility),
                          letter(d, fact->parallel),
                          optional(function->body),
                          datum_int(function->standard),
                          datum_int(function->returns_table),
                          datum_int(function->security_definer),
                          datum_int(function->leakproof),
                          datum_real(function->cost),
                          datum_real(function->rows),
                          optional(function->settings),
                          optional(function->comment)};
    return (ddl_follow(d, fact->oid) || ddl_prepare_file(d)) &&
           ddl_bind(d,
                    "INSERT OR REPLACE INTO pgquill_function VALUES "
                    "(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26)",
                    (int) (sizeof row / sizeof row[0]), row) &&
           ddl_functions_changed(d);
}

bool ddl_functions_changed(struct ddl *d)
{
    int64_t version;
    if (d->temporary)
        return ddl_reload(d);
    /* Other sessions look at SQLite's schema version: functions are none of its schema, but their change is one of ours. */
    return engine_schema_version(d->engine, &version, d->diag) &&
           ddl_run(d, arena_printf(d->arena, "PRAGMA schema_version = %lld", (long long) (version + 1))) && ddl_reload(d);
}

const char *ddl_function_signature(struct ddl *d, const char *name, int count, const oid_t *types)
{
    struct buf text = {0};
    buf_printf(&text, "%s(", name);
    for (int i = 0; i < count; i++) {
        if (i)
            buf_puts(&text, ", ");
        type_format(catalog_type_resolver(d->catalog), types[i], -1, &text);
    }
    buf_putc(&text, ')');
    const char *out = arena_strndup(d->arena, text.data, text.len);
    buf_deinit(&text);
    return out;
}

static const char *name_at(struct ddl *d, const char *names, int index)
{
    for (; names && index > 0; index--)
        names = strchr(names, ',') ? strchr(names, ',') + 1 : NULL;
    return names ? arena_strndup(d->arena, names, strcspn(names, ",")) : "";
}

/* Are the outputs' names the same? *renamed: an input that had a name and has another. */
static bool compare_names(struct ddl *d, const struct proc_fact *old, const struct proc_fact *new, const char **renamed)
{
    int count = old->modes ? (int) strlen(old->modes) : old->nargs;
    bool same = true, alike = !old->modes == !new->modes && (!old->modes || strcmp(old->modes, new->modes) == 0);
    for (int i = 0; i < count && alike; i++) {
        const char *before = name_at(d, old->names, i), *after = name_at(d, new->names, i);
        bool differs = strcmp(before, after) != 0;
        if (old->modes && strchr("obt", old->modes[i]))
            same &= !differs;
        if ((!old->modes || strchr("ibv", old->modes[i])) && *before && differs && !*renamed)
            *renamed = before;
    }
    return same && alike;
}

static bool may_replace(struct ddl *d, const struct catalog_function *old, const struct catalog_function *new, bool replace)
{
    if (!replace)
        return diag_set(d->diag, ERRCODE_DUPLICATE_FUNCTION, "function \"%s\" already exists with same argument types",
                        old->fact.name);
    const char *message = NULL, *renamed = NULL;
    bool outputs = (old->fact.all_args != NULL) == (new->fact.all_args != NULL) &&
                   (!old->fact.all_args || old->fact.result != RECORD_OID || strcmp(old->fact.all_args, new->fact.all_args) == 0);
    outputs &= compare_names(d, &old->fact, &new->fact, &renamed);
    if (old->fact.result != new->fact.result || old->fact.retset != new->fact.retset)
        message = "cannot change return type of existing function";
    else if (old->fact.result == RECORD_OID && !outputs)
        message = "cannot change return type of existing function";
    else if (renamed)
        message = arena_printf(d->arena, "cannot change name of input parameter \"%s\"", renamed);
    else if (old->fact.ndefaults > new->fact.ndefaults)
        message = "cannot remove parameter defaults from existing function";
    if (!message)
        return true;
    diag_set(d->diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "%s", message);
    if (!outputs && old->fact.result == new->fact.result && old->fact.result == RECORD_OID)
        diag_detail(d->diag, "Row type defined by OUT parameters is different.");
    return diag_hint(d->diag, "Use DROP FUNCTION %s first.", ddl_describe_function(d, old) + strlen("function "));
}

/* Where the body stands in the statement, for positions of what is wrong in it; -1 where that is not plain. */
static int body_offset(const char *text, const char *body)
{
    const char *found = *body ? strstr(text, body) : NULL;
    if (!found || found == text || (found[-1] != '$' && found[-1] != '\'') || strstr(found + 1, body))
        return -1;
    return (int) (found - text);
}

static int characters(const char *text, int bytes)
{
    int count = 0;
    for (int i = 0; i < bytes; i++)
        count += ((unsigned char) text[i] & 0xc0) != 0x80;
    return count;
}

static bool validate(struct ddl *d, oid_t oid)
{
    const char *check = d->compiler->env && d->compiler->env->setting_get
                            ? d->compiler->env->setting_get(d->compiler->env->session, "check_function_bodies")
                            : NULL;
    const struct catalog_function *function = catalog_function_by_oid(d->catalog, oid);
    if ((check && strcmp(check, "off") == 0 && !function->standard) || routine_validate(d->compiler, function, d->diag))
        return true;
    int offset = body_offset(d->text, function->body);
    if (d->diag->position && !function->standard) {
        if (offset >= 0) {
            d->diag->position += characters(d->text, offset);
        } else {
            d->diag->internal_position = d->diag->position;
            d->diag->internal_query = xstrdup(function->body);
            d->diag->position = 0;
        }
    } else {
        d->diag->position = 0;
        if (!function->standard)
            diag_context(d->diag, "SQL function \"%s\"", function->fact.name);
    }
    return false;
}

static bool create(struct ddl *d, const PgQuery__CreateFunctionStmt *stmt, struct signature *s)
{
    const char *schema_name, *name = ddl_list_name(stmt->n_funcname, stmt->funcname, &schema_name);
    const struct catalog_schema *schema;
    if (!ddl_object_schema(d, schema_name, &schema))
        return false;
    if (stmt->is_procedure)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "procedures are not supported yet");
    struct catalog_function function = {.schema = schema->oid, .cost = 100};
    function.fact.name = arena_strdup(d->arena, name);
    function.fact.kind = 'f';
    function.fact.volatility = 'v';
    function.fact.parallel = 'u';
    for (size_t i = 0; i < stmt->n_parameters; i++)
        if (!add_parameter(d, s, stmt->parameters[i]->function_parameter))
            return false;
    if (!result_type(d, s, stmt, &function.fact))
        return false;
    function.rows = function.fact.retset ? 1000 : 0;
    describe(d, s, &function);
    if (!read_options(d, &function, stmt) || (stmt->sql_body && !standard_body(d, &function, stmt->sql_body)))
        return false;
    const struct catalog_function *old;
    for (int i = 0; (old = catalog_function_at(d->catalog, i)); i++)
        if (old->schema == schema->oid && strcmp(old->fact.name, name) == 0 && strcmp(old->fact.args, function.fact.args) == 0)
            break;
    if (old && !may_replace(d, old, &function, stmt->replace))
        return false;
    function.comment = old && old->comment ? arena_strdup(d->arena, old->comment) : NULL;
    d->temporary |= uses_temporary(&function.fact);
    function.fact.oid = old ? old->fact.oid : ddl_new_oid(d, 1);
    return function.fact.oid && ddl_store_function(d, &function) && validate(d, function.fact.oid);
}

bool ddl_create_function(struct ddl *d, const PgQuery__CreateFunctionStmt *stmt)
{
    struct signature signature = {0};
    bool good = create(d, stmt, &signature);
    buf_deinit(&signature.defaults);
    return good;
}
