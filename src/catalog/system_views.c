#include "catalog/internal.h"

/* Queries of the system views, over the catalogs. */

struct view {
    const char *schema, *name, *sql;
};

static const struct view views[] = {
    {"pg_catalog", "pg_roles",
     "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit, "
     "'********'::text AS rolpassword, "
     "rolvaliduntil, rolbypassrls, NULL::text[] AS rolconfig, oid FROM pg_catalog.pg_authid"},
};

const char *system_view_query(const char *schema, const char *name)
{
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (strcmp(views[i].name, name) == 0 && strcmp(views[i].schema, schema) == 0)
            return views[i].sql;
    return NULL;
}
