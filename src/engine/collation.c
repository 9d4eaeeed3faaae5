#include "engine/internal.h"

#include "catalog/catalog.h"
#include "type/icu.h"
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

/* One of ICU's: texts that it takes for equal are told apart by their bytes, unless the collation is nondeterministic. */
struct icu_collation {
    struct engine *engine;
    uint64_t generation; /* of the catalog that the collation was found in */
    struct icu_collator *collator;
    bool is_deterministic;
    char name[];
};

/* The same name may come to mean another collation when its CREATE is rolled back. */
static bool refresh_icu(struct icu_collation *collation, struct diag *diag)
{
    const struct engine *engine = collation->engine;
    uint64_t generation = engine_catalog_generation(engine);
    if (collation->collator && collation->generation == generation)
        return true;
    struct catalog_collation found;
    struct icu_collator *collator = NULL;
    if (catalog_collation_by_storage(engine->env ? engine->env->catalog : NULL, collation->name, &found))
        collator = icu_collator_get(found.locale, diag);
    if (collator) {
        collation->collator = collator;
        collation->is_deterministic = found.is_deterministic;
        collation->generation = generation;
    }
    return collation->collator;
}

static int compare_by_icu(void *argument, int a_size, const void *a, int b_size, const void *b)
{
    struct icu_collation *collation = argument;
    struct diag ignored = {0};
    refresh_icu(collation, &ignored);
    diag_clear(&ignored);
    int order = icu_compare(collation->collator, a, (size_t) a_size, b, (size_t) b_size);
    if (order || !collation->is_deterministic)
        return order;
    order = memcmp(a, b, (size_t) (a_size < b_size ? a_size : b_size));
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

/* False: not one of ICU's. */
static bool register_icu(struct engine *engine, sqlite3 *db, const char *name)
{
    struct catalog_collation found;
    if (!catalog_collation_by_storage(engine->env ? engine->env->catalog : NULL, name, &found))
        return false;
    struct diag diag = {0};
    struct icu_collation *collation = xcalloc(1, sizeof *collation + strlen(name) + 1);
    collation->engine = engine;
    strcpy(collation->name, name);
    if (!refresh_icu(collation, &diag) ||
        sqlite3_create_collation_v2(db, name, SQLITE_UTF8, collation, compare_by_icu, free) != SQLITE_OK) {
        log_write(LOG_LEVEL_WARNING, "could not register collation \"%s\": %s", name,
                  diag_is_set(&diag) ? diag.message : "SQLite refuses it");
        free(collation);
    }
    diag_clear(&diag);
    return true;
}

void engine_collation_needed(void *argument, sqlite3 *db, int encoding, const char *name)
{
    struct engine *engine = argument;
    (void) encoding;
    if (register_icu(engine, db, name))
        return;
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
