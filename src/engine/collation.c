#include "engine/internal.h"

#include "util/log.h"

#include <stdlib.h>

/* Our collations order texts as their type does: "pg_<type name>", "type:<oid>". */

struct collation {
    struct type_io io;
    struct arena arena;
};

static int compare_texts(void *argument, int a_size, const void *a, int b_size, const void *b)
{
    struct collation *collation = argument;
    struct datum left = datum_text(a, (size_t) a_size), right = datum_text(b, (size_t) b_size);
    int order = collation->io.type->codec->compare(&collation->io, &left, &right);
    arena_reset(&collation->arena);
    return order;
}

static void free_collation(void *argument)
{
    struct collation *collation = argument;
    arena_deinit(&collation->arena);
    free(collation);
}

static const struct type_desc *collation_type(const struct engine *engine, const char *name)
{
    if (strncmp(name, "pg_", 3) == 0)
        return type_builtin_by_name(name + 3);
    if (strncmp(name, "type:", 5) != 0 || !engine->env || !engine->env->resolver || !engine->env->resolver->type)
        return NULL;
    return engine->env->resolver->type(engine->env->resolver->self, (oid_t) strtoul(name + 5, NULL, 10));
}

void engine_collation_needed(void *argument, sqlite3 *db, int encoding, const char *name)
{
    struct engine *engine = argument;
    (void) encoding;
    const struct type_desc *type = collation_type(engine, name);
    if (!type || !type->codec->compare)
        return;
    struct collation *collation = xcalloc(1, sizeof *collation);
    arena_init(&collation->arena);
    collation->io = (struct type_io){.type = type, .typmod = -1, .settings = engine->env->types, .resolver = engine->env->resolver, .arena = &collation->arena};
    if (sqlite3_create_collation_v2(db, name, SQLITE_UTF8, collation, compare_texts, free_collation) != SQLITE_OK) {
        log_write(LOG_LEVEL_WARNING, "could not register collation \"%s\"", name);
        free_collation(collation);
    }
}
