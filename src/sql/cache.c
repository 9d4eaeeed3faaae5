#include "sql/cache.h"

#include <stdlib.h>

enum { CACHE_PLANS_MAX = 512, CACHE_BUCKETS = 1024 };

struct entry {
    struct entry *next;          /* of the bucket */
    struct entry *newer, *older; /* by use */
    uint64_t hash;
    size_t key_len;
    char *key;
    int ntypes, nvalues;
    oid_t *types;
    struct literal *values; /* those that count, location: the literal's index */
    char *search_path;
    struct plan *plan;
};

struct plan_cache {
    struct entry *buckets[CACHE_BUCKETS];
    struct entry *newest, *oldest;
    int count;
    int64_t hits;
};

struct plan_cache *plan_cache_new(void)
{
    return xcalloc(1, sizeof(struct plan_cache));
}

static void unlink_use(struct plan_cache *cache, struct entry *entry)
{
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct plan_cache *cache, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static void drop(struct plan_cache *cache, struct entry *entry)
{
    struct entry **at = &cache->buckets[entry->hash % CACHE_BUCKETS];
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    unlink_use(cache, entry);
    cache->count--;
    plan_release(entry->plan);
    free(entry);
}

void plan_cache_clear(struct plan_cache *cache)
{
    while (cache->oldest)
        drop(cache, cache->oldest);
}

void plan_cache_free(struct plan_cache *cache)
{
    if (cache)
        plan_cache_clear(cache);
    free(cache);
}

static bool same_key(const struct entry *entry, const struct compiler *compiler, const struct normalised *statement, int ntypes,
                     const oid_t *types)
{
    if (entry->hash != statement->hash || entry->key_len != statement->key_len || entry->ntypes != ntypes ||
        memcmp(entry->key, statement->key, entry->key_len) != 0 ||
        (ntypes && memcmp(entry->types, types, sizeof *types * (size_t) ntypes) != 0) ||
        strcmp(entry->search_path, compiler->env->search_path ? compiler->env->search_path : "") != 0)
        return false;
    for (int i = 0; i < entry->nvalues; i++) {
        const struct literal *given = &statement->literals[entry->values[i].location];
        if (given->len != entry->values[i].len || memcmp(given->text, entry->values[i].text, given->len) != 0)
            return false;
    }
    return true;
}

struct plan *plan_cache_find(struct plan_cache *cache, const struct compiler *compiler, const struct normalised *statement,
                             int ntypes, const oid_t *types)
{
    struct entry *next;
    for (struct entry *entry = cache->buckets[statement->hash % CACHE_BUCKETS]; entry; entry = next) {
        next = entry->next;
        if (!same_key(entry, compiler, statement, ntypes, types))
            continue;
        if (!plan_is_current(compiler, entry->plan)) {
            drop(cache, entry);
            continue;
        }
        if (entry->plan->busy)
            continue;
        if (cache->newest != entry) {
            unlink_use(cache, entry);
            link_newest(cache, entry);
        }
        entry->plan->references++;
        cache->hits++;
        return entry->plan;
    }
    return NULL;
}

static size_t pad(size_t size)
{
    return (size + 7) & ~(size_t) 7;
}

/* One block per entry: the struct, then what it points to. */
void plan_cache_add(struct plan_cache *cache, const struct compiler *compiler, struct plan *plan,
                    const struct normalised *statement, int ntypes, const oid_t *types, const struct literal_use *uses)
{
    const char *path = compiler->env->search_path ? compiler->env->search_path : "";
    size_t values = 0, texts = 0;
    for (int i = 0; i < statement->nliterals; i++) {
        if (uses[i].by_value || !uses[i].bound) {
            values++;
            texts += statement->literals[i].len;
        }
    }
    size_t size = pad(sizeof(struct entry)) + pad(sizeof(struct literal) * values) + pad(sizeof(oid_t) * (size_t) ntypes) +
                  statement->key_len + texts + strlen(path) + 2;
    struct entry *entry = xcalloc(1, size);
    char *at = (char *) entry + pad(sizeof(struct entry));
    entry->values = (struct literal *) (void *) at;
    at += pad(sizeof(struct literal) * values);
    entry->types = (oid_t *) (void *) at;
    at += pad(sizeof(oid_t) * (size_t) ntypes);
    entry->key = at;
    memcpy(at, statement->key, statement->key_len);
    at += statement->key_len;
    for (int i = 0; i < statement->nliterals; i++) {
        if (!uses[i].by_value && uses[i].bound)
            continue;
        struct literal *value = &entry->values[entry->nvalues++];
        *value =
            (struct literal){.kind = statement->literals[i].kind, .location = i, .text = at, .len = statement->literals[i].len};
        memcpy(at, statement->literals[i].text, value->len);
        at += value->len;
    }
    entry->search_path = strcpy(at, path);
    entry->hash = statement->hash;
    entry->key_len = statement->key_len;
    entry->ntypes = ntypes;
    if (ntypes)
        memcpy(entry->types, types, sizeof *types * (size_t) ntypes);
    entry->plan = plan;
    plan->references++;
    while (cache->count >= CACHE_PLANS_MAX)
        drop(cache, cache->oldest);
    entry->next = cache->buckets[entry->hash % CACHE_BUCKETS];
    cache->buckets[entry->hash % CACHE_BUCKETS] = entry;
    link_newest(cache, entry);
    cache->count++;
}

int64_t plan_cache_take_hits(struct plan_cache *cache)
{
    int64_t hits = cache->hits;
    cache->hits = 0;
    return hits;
}
