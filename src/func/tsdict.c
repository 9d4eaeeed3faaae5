#include "func/tsdict.h"

#include "type/codecs.h"
#include "type/tsconfig.h"

#include <dlfcn.h>
#include <string.h>
#include <wctype.h>

/* Dictionaries: "simple" folds case; "english_stem" also drops words that say nothing and cuts endings by the Snowball stemmer. */

/* The Snowball project's list for English. */
static const char english_stops[] =
    " i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its "
    "itself they "
    "them their theirs themselves what which who whom this that these those am is are was were be been being have has had having "
    "do does "
    "did doing a an the and but if or because as until while of at by for with about against between into through during before "
    "after "
    "above below to from up down in out on off over under again further then once here there when where why how all any both "
    "each few "
    "more most other some such no nor not only own same so than too very s t can will just don should now ";

/* libstemmer, loaded by the first word to stem. */
struct sb_stemmer;
static struct {
    struct sb_stemmer *english;
    struct sb_stemmer *(*create)(const char *, const char *);
    const unsigned char *(*stem)(struct sb_stemmer *, const unsigned char *, int);
    int (*length)(struct sb_stemmer *);
} snowball;

static bool load_stemmer(struct diag *diag)
{
    if (snowball.english)
        return true;
    void *library = dlopen("libstemmer.so.0d", RTLD_NOW | RTLD_LOCAL);
    if (library) {
        *(void **) &snowball.create = dlsym(library, "sb_stemmer_new");
        *(void **) &snowball.stem = dlsym(library, "sb_stemmer_stem");
        *(void **) &snowball.length = dlsym(library, "sb_stemmer_length");
    }
    if (!library || !snowball.create || !snowball.stem || !snowball.length ||
        !(snowball.english = snowball.create("english", "UTF_8"))) {
        diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "stemming is not available");
        return diag_detail(diag, "The library libstemmer could not be loaded.");
    }
    return true;
}

static size_t decode(const char *at, size_t left, wint_t *c)
{
    const uint8_t *p = (const uint8_t *) at;
    size_t size = utf8_size(p[0]);
    if (size > left)
        size = left;
    *c = size == 2   ? (wint_t) (p[0] & 0x1f) << 6 | (p[1] & 0x3f)
         : size == 3 ? (wint_t) (p[0] & 0x0f) << 12 | (wint_t) (p[1] & 0x3f) << 6 | (p[2] & 0x3f)
         : size == 4 ? (wint_t) (p[0] & 7) << 18 | (wint_t) (p[1] & 0x3f) << 12 | (wint_t) (p[2] & 0x3f) << 6 | (p[3] & 0x3f)
                     : p[0];
    return size;
}

static size_t encode(wint_t c, char *to)
{
    if (c < 0x80)
        return *to = (char) c, 1;
    size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; c >>= 6)
        to[i] = (char) (0x80 | (c & 0x3f));
    to[0] = (char) ((size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0) | c);
    return size;
}

static char *fold(struct arena *arena, const char *word, size_t len, size_t *folded_len)
{
    char *folded = arena_alloc(arena, len * 2 + 1), *to = folded;
    for (size_t at = 0; at < len;) {
        wint_t c;
        at += decode(word + at, len - at, &c);
        to += encode(towlower(c), to);
    }
    *to = '\0';
    *folded_len = (size_t) (to - folded);
    return folded;
}

static bool is_stop_word(const char *word, size_t len)
{
    char padded[24] = " ";
    if (len > 16 || memchr(word, ' ', len))
        return false;
    memcpy(padded + 1, word, len);
    strcpy(padded + 1 + len, " ");
    return strstr(english_stops, padded) != NULL;
}

enum ts_outcome ts_lexize_word(struct arena *arena, oid_t dictionary, const char *word, size_t word_len, const char **text,
                               size_t *len, struct diag *diag)
{
    char *folded = fold(arena, word, word_len, len);
    *text = folded;
    if (dictionary == TS_DICTIONARY_SIMPLE)
        return TS_LEXEME;
    if (dictionary != TS_DICTIONARY_ENGLISH)
        return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "cache lookup failed for text search dictionary %u", dictionary),
               TS_FAILED;
    if (*len == 0 || is_stop_word(folded, *len))
        return TS_STOPPED;
    /* What is so long is no word. */
    if (*len > 1000)
        return TS_LEXEME;
    if (!load_stemmer(diag))
        return TS_FAILED;
    const unsigned char *stem = snowball.stem(snowball.english, (const unsigned char *) folded, (int) *len);
    if (stem) {
        *len = (size_t) snowball.length(snowball.english);
        *text = arena_strndup(arena, (const char *) stem, *len);
    }
    return TS_LEXEME;
}

enum ts_outcome ts_lexize_token(struct arena *arena, oid_t config, const struct ts_token *token, const char **text, size_t *len,
                                struct diag *diag)
{
    if (!ts_config_name(config))
        return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "cache lookup failed for text search configuration %u", config),
               TS_FAILED;
    oid_t dictionary = ts_config_dictionary(config, token->type);
    return dictionary ? ts_lexize_word(arena, dictionary, token->text, token->len, text, len, diag) : TS_UNMAPPED;
}
