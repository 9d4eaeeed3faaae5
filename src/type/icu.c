#include "type/icu.h"

#include "util/arena.h"

#include <unicode/ucasemap.h>
#include <unicode/ucol.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>
#include <unicode/uversion.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* ICU's libraries carry their version in their names and in their functions' names. */
#define TEXT_OF(token)    TEXT_OF_IT(token)
#define TEXT_OF_IT(token) #token
#define LIBRARY(name)     name ".so." U_ICU_VERSION_SHORT

struct icu_collator {
    UCollator *collator;
    struct icu_collator *next;
    char locale[];
};

static struct {
    UCollator *(*open)(const char *, UErrorCode *);
    UCollationResult (*compare)(const UCollator *, const char *, int32_t, const char *, int32_t, UErrorCode *);
    void (*version)(const UCollator *, UVersionInfo);
    UCaseMap *(*map_open)(const char *, uint32_t, UErrorCode *);
    void (*map_close)(UCaseMap *);
    int32_t (*to_lower)(const UCaseMap *, char *, int32_t, const char *, int32_t, UErrorCode *);
    int32_t (*to_upper)(const UCaseMap *, char *, int32_t, const char *, int32_t, UErrorCode *);
    int32_t (*to_title)(UCaseMap *, char *, int32_t, const char *, int32_t, UErrorCode *);
    UChar *(*from_utf8)(UChar *, int32_t, int32_t *, const char *, int32_t, UErrorCode *);
    char *(*to_utf8)(char *, int32_t, int32_t *, const UChar *, int32_t, UErrorCode *);
    UTransliterator *(*trans_open)(const UChar *, int32_t, UTransDirection, const UChar *, int32_t, UParseError *, UErrorCode *);
    void (*trans_close)(UTransliterator *);
    void (*transliterate)(const UTransliterator *, UChar *, int32_t *, int32_t, int32_t, int32_t *, UErrorCode *);
    const char *(*error_name)(UErrorCode);
} icu;

static struct icu_collator *collators;

static bool find(void *library, const char *name, void *function, size_t size)
{
    void *symbol = library ? dlsym(library, name) : NULL;
    memcpy(function, &symbol, size);
    return symbol != NULL;
}

#define FIND(library, member, name) find(library, TEXT_OF(name), &icu.member, sizeof icu.member)

static bool load(struct diag *diag)
{
    static bool good;
    if (good)
        return true;
    void *common = dlopen(LIBRARY("libicuuc"), RTLD_NOW | RTLD_LOCAL),
         *collation = common ? dlopen(LIBRARY("libicui18n"), RTLD_NOW | RTLD_LOCAL) : NULL;
    good = collation && FIND(collation, open, ucol_open) && FIND(collation, compare, ucol_strcollUTF8) &&
           FIND(collation, version, ucol_getVersion) && FIND(common, map_open, ucasemap_open) &&
           FIND(common, map_close, ucasemap_close) && FIND(common, to_lower, ucasemap_utf8ToLower) &&
           FIND(common, to_upper, ucasemap_utf8ToUpper) && FIND(common, to_title, ucasemap_utf8ToTitle) &&
           FIND(common, from_utf8, u_strFromUTF8) && FIND(common, to_utf8, u_strToUTF8) &&
           FIND(collation, trans_open, utrans_openU) && FIND(collation, trans_close, utrans_close) &&
           FIND(collation, transliterate, utrans_transUChars) && FIND(common, error_name, u_errorName);
    return good || diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "ICU is not installed on this system: %s", dlerror());
}

struct icu_collator *icu_collator_get(const char *locale, struct diag *diag)
{
    for (struct icu_collator *known = collators; known; known = known->next)
        if (strcmp(known->locale, locale) == 0)
            return known;
    if (!load(diag))
        return NULL;
    UErrorCode status = U_ZERO_ERROR;
    UCollator *collator = icu.open(locale, &status);
    if (U_FAILURE(status)) {
        diag_set(diag, ERRCODE_INTERNAL_ERROR, "could not open collator for locale \"%s\": %s", locale, icu.error_name(status));
        return NULL;
    }
    struct icu_collator *made = xcalloc(1, sizeof *made + strlen(locale) + 1);
    strcpy(made->locale, locale);
    made->collator = collator;
    made->next = collators;
    return collators = made;
}

int icu_compare(struct icu_collator *collator, const char *a, size_t a_len, const char *b, size_t b_len)
{
    UErrorCode status = U_ZERO_ERROR;
    return icu.compare(collator->collator, a_len ? a : "", (int32_t) a_len, b_len ? b : "", (int32_t) b_len, &status);
}

void icu_version(struct icu_collator *collator, char *out, size_t size)
{
    UVersionInfo version;
    icu.version(collator->collator, version);
    int parts = version[3] ? 4 : version[2] ? 3 : 2;
    size_t used = 0;
    for (int i = 0; i < parts && used < size; i++)
        used += (size_t) snprintf(out + used, size - used, i ? ".%d" : "%d", version[i]);
}

bool icu_change_case(const char *locale, enum icu_case how, const char *text, size_t len, struct buf *out, struct diag *diag)
{
    if (!load(diag))
        return false;
    UErrorCode status = U_ZERO_ERROR;
    UCaseMap *map = icu.map_open(locale, 0, &status);
    if (U_FAILURE(status))
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "could not open case map for locale \"%s\": %s", locale,
                        icu.error_name(status));
    /* Case mappings lengthen a text threefold at most. */
    size_t room = len * 3 + 16;
    char *at = buf_reserve(out, room);
    const char *from = len ? text : "";
    int32_t size = how == ICU_LOWER   ? icu.to_lower(map, at, (int32_t) room, from, (int32_t) len, &status)
                   : how == ICU_UPPER ? icu.to_upper(map, at, (int32_t) room, from, (int32_t) len, &status)
                                      : icu.to_title(map, at, (int32_t) room, from, (int32_t) len, &status);
    icu.map_close(map);
    if (U_FAILURE(status))
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "case conversion failed: %s", icu.error_name(status));
    out->len += (size_t) size;
    return true;
}

static UTransliterator *transliterator(const char *id, UErrorCode *status)
{
    static UTransliterator *kept;
    static char *kept_id;
    if (kept && strcmp(kept_id, id) == 0)
        return kept;
    size_t len = strlen(id);
    UChar *name = xcalloc(len + 1, sizeof *name);
    int32_t size = 0;
    icu.from_utf8(name, (int32_t) len + 1, &size, id, (int32_t) len, status);
    UTransliterator *made = U_SUCCESS(*status) ? icu.trans_open(name, size, UTRANS_FORWARD, NULL, 0, NULL, status) : NULL;
    free(name);
    if (U_FAILURE(*status))
        return NULL;
    if (kept)
        icu.trans_close(kept);
    free(kept_id);
    kept_id = xstrdup(id);
    return kept = made;
}

bool icu_transliterate(const char *id, const char *text, size_t len, struct buf *out, struct diag *diag)
{
    /* A character may become several. */
    int32_t room = (int32_t) len * 4 + 64, size = 0, limit, written = 0;
    UErrorCode status = U_ZERO_ERROR;
    if (!load(diag))
        return false;
    const UTransliterator *made = transliterator(id, &status);
    UChar *wide = xcalloc((size_t) room, sizeof *wide);
    if (U_SUCCESS(status))
        icu.from_utf8(wide, room, &size, text, (int32_t) len, &status);
    limit = size;
    if (U_SUCCESS(status))
        icu.transliterate(made, wide, &size, room, 0, &limit, &status);
    if (U_SUCCESS(status))
        icu.to_utf8(buf_reserve(out, (size_t) size * 3 + 1), size * 3 + 1, &written, wide, size, &status);
    free(wide);
    out->len += (size_t) written;
    return U_SUCCESS(status) || diag_set(diag, ERRCODE_INTERNAL_ERROR, "transliteration failed: %s", icu.error_name(status));
}
