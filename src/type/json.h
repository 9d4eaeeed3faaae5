#ifndef PGQUILL_TYPE_JSON_H
#define PGQUILL_TYPE_JSON_H

#include "type/datum.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

/* JSON values as trees. All memory is an arena's or the source text's. */
enum json_kind { JSON_NULL, JSON_STRING, JSON_NUMBER, JSON_BOOL, JSON_ARRAY, JSON_OBJECT }; /* in jsonb's order of kinds */

struct json {
    enum json_kind kind;
    bool value;          /* JSON_BOOL */
    uint32_t count;      /* elements or members */
    uint32_t len;        /* bytes of text */
    const char *text;    /* string: decoded; number: its literal */
    struct json *items;  /* array elements, or member values */
    struct json *keys;   /* object: JSON_STRING, parallel to items */
    uint32_t start, end; /* bytes of the source this was read from */
};

/* Read a JSON text; 22P02 with PostgreSQL's detail and context. Objects keep their members as written. */
bool json_parse(struct arena *arena, const char *text, size_t len, struct json *out, struct diag *diag);
/* Only look whether the text is JSON. */
bool json_check(struct arena *arena, const char *text, size_t len, struct diag *diag);
/* Make a tree what jsonb keeps: members sorted by key length then bytes, the last of equal keys, numbers as numeric prints them. */
bool json_canonical(struct arena *arena, struct json *value, struct diag *diag);
/* Write with jsonb's blanks: {"a": 1, "b": [1, 2]}. */
void json_write(const struct json *value, struct buf *out);
void json_write_string(const char *text, size_t len, struct buf *out);
/* A stored jsonb value as a tree (canonical already). */
bool json_load(struct arena *arena, const struct datum *datum, struct json *out, struct diag *diag);
struct datum json_store(struct arena *arena, const struct json *value);
/* The order of jsonb's btree operators. */
int json_compare(const struct json *a, const struct json *b);
bool json_equal(const struct json *a, const struct json *b);
/* Member of an object; NULL. Uses the canonical order when `sorted`. */
const struct json *json_member(const struct json *object, const char *key, size_t len);
/* Order of keys in canonical objects. */
int json_key_order(const struct json *a, const struct json *b);
const char *json_kind_name(const struct json *value);

static inline struct json json_make_string(const char *text, size_t len)
{
    return (struct json){.kind = JSON_STRING, .text = text, .len = (uint32_t) len};
}

#endif
