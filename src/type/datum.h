#ifndef PGQUILL_TYPE_DATUM_H
#define PGQUILL_TYPE_DATUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t oid_t;

/* A value in its storage form: what SQLite holds for it (docs/storage-format.md says which form each
 * type takes). A text or blob is borrowed: its memory belongs to whoever made the datum (an arena, a
 * bound statement, the current row). Text is valid UTF-8 and not NUL-terminated. */
enum datum_kind { DATUM_NULL, DATUM_INT, DATUM_REAL, DATUM_TEXT, DATUM_BLOB };

struct datum {
    enum datum_kind kind;
    uint32_t len; /* bytes of data */
    union {
        int64_t i;
        double r;
        const char *data;
    };
};

static inline struct datum datum_null(void)
{
    return (struct datum){.kind = DATUM_NULL};
}

static inline struct datum datum_int(int64_t value)
{
    return (struct datum){.kind = DATUM_INT, .i = value};
}

static inline struct datum datum_bool(bool value)
{
    return datum_int(value);
}

static inline struct datum datum_real(double value)
{
    return (struct datum){.kind = DATUM_REAL, .r = value};
}

static inline struct datum datum_text(const char *data, size_t len)
{
    return (struct datum){.kind = DATUM_TEXT, .len = (uint32_t) len, .data = data};
}

static inline struct datum datum_cstr(const char *text)
{
    return datum_text(text, strlen(text));
}

static inline struct datum datum_blob(const void *data, size_t len)
{
    return (struct datum){.kind = DATUM_BLOB, .len = (uint32_t) len, .data = data};
}

static inline bool datum_is_null(const struct datum *datum)
{
    return datum->kind == DATUM_NULL;
}

#endif
