#include "func/func.h"

#include "type/tsearch.h"

#include <stdlib.h>
#include <string.h>

/* ts_rewrite: a part of a query becomes another. AND and OR are taken as lists in a fixed order, so that a part is found however it was
 * written. */

struct node {
    const struct ts_query *query; /* a word's; an operator's kind and distance */
    int count;
    struct node **children; /* the right operand first */
    bool fixed;             /* put in by a rewrite: left alone by it */
};

static struct node *make_node(struct arena *arena, const struct ts_query *query, int count)
{
    struct node *node = arena_new(arena, struct node);
    *node = (struct node){.query = query, .count = count, .children = arena_array(arena, struct node *, count + 1)};
    return node;
}

static bool is_list(const struct ts_query *query)
{
    return query->kind == TS_AND || query->kind == TS_OR;
}

static struct node *load_node(struct arena *arena, const struct ts_query *query)
{
    if (query->kind == TS_VALUE)
        return make_node(arena, query, 0);
    struct node *node = make_node(arena, query, query->left ? 2 : 1);
    node->children[0] = load_node(arena, query->right);
    if (query->left)
        node->children[1] = load_node(arena, query->left);
    return node;
}

/* Join operators of one kind into one node. */
static void flatten(struct arena *arena, struct node *node)
{
    int total = 0;
    for (int i = 0; i < node->count; i++) {
        flatten(arena, node->children[i]);
        total += node->children[i]->count + 1;
    }
    if (node->query->kind == TS_VALUE || !is_list(node->query))
        return;
    struct node **children = arena_array(arena, struct node *, total + 1);
    int count = 0;
    for (int i = 0; i < node->count; i++) {
        struct node *child = node->children[i];
        if (child->query->kind != node->query->kind) {
            children[count++] = child;
            continue;
        }
        memcpy(children + count, child->children, sizeof(struct node *) * (size_t) child->count);
        count += child->count;
    }
    node->children = children;
    node->count = count;
}

static int compare(const struct node *a, const struct node *b)
{
    bool value = a->query->kind == TS_VALUE;
    if (value != (b->query->kind == TS_VALUE))
        return value ? 1 : -1;
    if (value)
        return tsquery_node_compare(a->query, b->query);
    if (a->query->kind != b->query->kind)
        return a->query->kind > b->query->kind ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    for (int i = 0; i < a->count; i++) {
        int order = compare(a->children[i], b->children[i]);
        if (order)
            return order;
    }
    if (a->query->kind == TS_PHRASE && a->query->distance != b->query->distance)
        return a->query->distance > b->query->distance ? -1 : 1;
    return 0;
}

static int order_nodes(const void *a, const void *b)
{
    return compare(*(struct node *const *) a, *(struct node *const *) b);
}

static void sort(struct node *node)
{
    for (int i = 0; i < node->count; i++)
        sort(node->children[i]);
    if (node->count > 1 && node->query->kind != TS_PHRASE)
        qsort(node->children, (size_t) node->count, sizeof *node->children, order_nodes);
}

static struct node *substitute(struct arena *arena, const struct ts_query *by)
{
    struct node *node = by ? load_node(arena, by) : NULL;
    if (node)
        node->fixed = true;
    return node;
}

/* Take `part`'s children out of a longer list and put what replaces them in; both are sorted. */
static void replace_some(struct arena *arena, struct node *node, const struct node *part, const struct ts_query *by)
{
    bool *matched = arena_zalloc(arena, (size_t) node->count);
    int found = 0, kept = 0;
    for (int i = 0; i < node->count && found < part->count; i++) {
        int order = compare(node->children[i], part->children[found]);
        if (order > 0)
            return;
        matched[i] = order == 0;
        found += order == 0;
    }
    if (found < part->count)
        return;
    for (int i = 0; i < node->count; i++)
        if (!matched[i])
            node->children[kept++] = node->children[i];
    struct node *other = substitute(arena, by);
    if (other)
        node->children[kept++] = other;
    node->count = kept;
    sort(node);
}

/* NULL: nothing is left. */
static struct node *rewrite(struct arena *arena, struct node *node, const struct node *part, const struct ts_query *by)
{
    if (node->fixed)
        return node;
    bool same_kind = node->query->kind == part->query->kind;
    if (same_kind && node->count == part->count && compare(node, part) == 0)
        return substitute(arena, by);
    if (same_kind && part->count > 0 && node->count > part->count)
        replace_some(arena, node, part, by);
    if (node->query->kind == TS_VALUE)
        return node;
    int kept = 0;
    for (int i = 0; i < node->count; i++) {
        struct node *child = rewrite(arena, node->children[i], part, by);
        if (child)
            node->children[kept++] = child;
    }
    node->count = kept;
    if (kept == 0)
        return NULL;
    return kept == 1 && node->query->kind != TS_NOT ? node->children[0] : node;
}

/* A list becomes a chain: its first two, then each further one around them. */
static struct ts_query *unload(struct arena *arena, const struct node *node)
{
    enum ts_kind kind = node->query->kind;
    if (kind == TS_VALUE)
        return tsquery_value(arena, node->query->text, node->query->len, node->query->weights, node->query->prefix);
    struct ts_query *right = unload(arena, node->children[0]);
    if (kind == TS_NOT)
        return tsquery_join(arena, kind, NULL, right, 0);
    /* The last child stands beside the first two, then the last but one: PostgreSQL's chain. */
    struct ts_query *chain = tsquery_join(arena, kind, unload(arena, node->children[1]), right, node->query->distance);
    for (int i = node->count - 1; i > 1; i--)
        chain = tsquery_join(arena, kind, unload(arena, node->children[i]), chain, node->query->distance);
    return chain;
}

static bool tsquery_rewrite(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct arena *arena = call->arena;
    const struct ts_query *query = tsquery_load(arena, &args[0]), *part = tsquery_load(arena, &args[1]);
    *result = args[0];
    if (!query || !part)
        return true;
    struct node *tree = load_node(arena, query), *wanted = load_node(arena, part);
    flatten(arena, tree);
    sort(tree);
    flatten(arena, wanted);
    sort(wanted);
    tree = rewrite(arena, tree, wanted, tsquery_load(arena, &args[2]));
    *result = tsquery_store(arena, tree ? unload(arena, tree) : NULL);
    return true;
}

const struct func_impl func_impls_tsrewrite[] = {
    SCALAR("tsquery_rewrite", tsquery_rewrite),
    {0},
};
