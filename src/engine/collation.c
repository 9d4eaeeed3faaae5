#include "engine/internal.h"

#include "util/log.h"

#include <stdlib.h>

/* Our collations order texts as their type does: "pg_<type name>", "type:<oid>". */

struct collation {
    struct engine *engine;
    char *name;
    struct type_io io;
    uint64_t generation; /* of the catalog that a user-defined type's descriptor belongs to */
    struct arena arena;
};

static const struct type_desc *collation_type(const struct engine *engine, const char *name)
{
    if (strncmp(name, "pg_", 3) == 0)
        return type_builtin_by_name(name + 3);
    if (strncmp(name, "type:", 5) != 0)
        return NULL;
    oid_t oid = (oid_t) strtoul(name + 5, NULL, 10);
    const struct type_desc *type = type_builtin(oid);
    const struct type_resolver *resolver = engine->env ? engine->env->resolver : NULL;
    return type || !resolver || !resolver->type ? type : resolver->type(resolver->self, oid);
}

/* False: the type is gone, or has no order any more. */
static bool refresh(struct collation *collation)
{
    const struct engine *engine = collation->engine;
    uint64_t generation = engine_catalog_generation(engine);
    if (collation->generation != generation || !collation->io.type) {
        collation->generation = generation;
        collation->io.type = collation_type(engine, collation->name);
        collation->io.settings = engine->env ? engine->env->types : NULL;
        collation->io.resolver = engine->env ? engine->env->resolver : NULL;
    }
    return collation->io.type && collation->io.type->codec->compare;
}

static int compare_texts(void *argument, int a_size, const void *a, int b_size, const void *b)
{
    struct collation *collation = argument;
    if (!refresh(collation)) {
        int order = memcmp(a, b, (size_t) (a_size < b_size ? a_size : b_size));
        return order ? order : (a_size > b_size) - (a_size < b_size);
    }
    struct datum left = datum_text(a, (size_t) a_size), right = datum_text(b, (size_t) b_size);
    int order = collation->io.type->codec->compare(&collation->io, &left, &right);
    arena_reset(&collation->arena);
    return order;
}

static void free_collation(void *argument)
{
    struct collation *collation = argument;
    arena_deinit(&collation->arena);
    free(collation->name);
    free(collation);
}

void engine_collation_needed(void *argument, sqlite3 *db, int encoding, const char *name)
{
    struct engine *engine = argument;
    (void) encoding;
    struct collation *collation = xcalloc(1, sizeof *collation);
    arena_init(&collation->arena);
    collation->engine = engine;
    collation->name = xstrdup(name);
    collation->io.typmod = -1;
    collation->io.arena = &collation->arena;
    if (!refresh(collation)) {
        free_collation(collation);
        return;
    }
    if (sqlite3_create_collation_v2(db, name, SQLITE_UTF8, collation, compare_texts, free_collation) != SQLITE_OK) {
        log_write(LOG_LEVEL_WARNING, "could not register collation \"%s\"", name);
        free_collation(collation);
    }
}
