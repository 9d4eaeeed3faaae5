#include "sql/parse.h"

#include <pg_query.h>

static void *allocate(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void keep(void *arena, void *memory)
{
    (void) arena;
    (void) memory;
}

/* libpg_query gives the message alone; the grammar and lexer use 42601 but for these. */
static const struct {
    const char *start, *sqlstate;
} codes[] = {
    {"invalid byte sequence", ERRCODE_CHARACTER_NOT_IN_REPERTOIRE},
    {"invalid Unicode escape value", ERRCODE_SYNTAX_ERROR},
    {"invalid Unicode escape character", ERRCODE_SYNTAX_ERROR},
    {"invalid Unicode escape", ERRCODE_INVALID_ESCAPE_SEQUENCE},
    {"invalid escape", ERRCODE_INVALID_ESCAPE_SEQUENCE},
    {"unsafe use of", ERRCODE_NONSTANDARD_USE_OF_ESCAPE_CHARACTER},
    {"zero-length delimited identifier", ERRCODE_SYNTAX_ERROR},
    {"stack depth limit", ERRCODE_STATEMENT_TOO_COMPLEX},
    {"memory exhausted", ERRCODE_OUT_OF_MEMORY},
};

static bool is_in_udeescape(const PgQueryError *error)
{
    return error->funcname && strcmp(error->funcname, "str_udeescape") == 0;
}

static const char *error_code(const PgQueryError *error)
{
    const char *message = error->message;
    /* Of the same mistake in E'' and in U&'' only the former has a code of its own. */
    if (is_in_udeescape(error))
        return ERRCODE_SYNTAX_ERROR;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strncmp(message, codes[i].start, strlen(codes[i].start)) == 0)
            return codes[i].sqlstate;
    return strstr(message, "not supported") || strstr(message, "not implemented") ? ERRCODE_FEATURE_NOT_SUPPORTED
                                                                                  : ERRCODE_SYNTAX_ERROR;
}

/* cursorpos counts characters from 1. */
static int byte_offset(const char *text, int cursorpos)
{
    int at = 0;
    while (--cursorpos > 0 && text[at]) {
        at++;
        while (((uint8_t) text[at] & 0xc0) == 0x80)
            at++;
    }
    return at;
}

/* A message inside a message inside …: the unpacking calls itself for each. Its calls fit the smallest usual stack up to here. */
enum { DEPTH_MAX = 6000, SHORT_TEXT = DEPTH_MAX / 2 };

struct nesting {
    const uint8_t *end;
    const ProtobufCMessageDescriptor *type;
};

static uint64_t take_varint(const uint8_t **p, const uint8_t *end)
{
    uint64_t value = 0;
    for (int shift = 0; *p < end && shift < 64; shift += 7) {
        uint8_t byte = *(*p)++;
        value |= (uint64_t) (byte & 0x7f) << shift;
        if (!(byte & 0x80))
            break;
    }
    return value;
}

/* Walks the packed tree without a call for each level. */
static bool is_too_deep(struct arena *arena, const uint8_t *data, size_t len)
{
    enum { VARINT, FIXED64, BYTES, FIXED32 = 5 };
    struct nesting *levels = arena_array(arena, struct nesting, DEPTH_MAX);
    int depth = 0;
    const uint8_t *p = data;
    levels[0] = (struct nesting){data + len, &pg_query__parse_result__descriptor};
    while (depth >= 0) {
        if (p >= levels[depth].end) {
            depth--;
            continue;
        }
        uint64_t tag = take_varint(&p, levels[depth].end);
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(levels[depth].type, (unsigned) (tag >> 3));
        size_t size = 0;
        switch (tag & 7) {
        case VARINT:
            take_varint(&p, levels[depth].end);
            break;
        case FIXED64:
        case FIXED32:
            size = (tag & 7) == FIXED64 ? 8 : 4;
            break;
        case BYTES:
            size = take_varint(&p, levels[depth].end);
            break;
        default: /* not what our library packs: the unpacking will say so */
            return false;
        }
        if (size > (size_t) (levels[depth].end - p))
            return false;
        if ((tag & 7) != BYTES || !field || field->type != PROTOBUF_C_TYPE_MESSAGE) {
            p += size;
            continue;
        }
        if (++depth == DEPTH_MAX)
            return true;
        levels[depth] = (struct nesting){p + size, field->descriptor};
    }
    return false;
}

bool parse_text(struct arena *arena, const char *text, size_t len, const char *whole, int offset, struct parse_tree *out,
                struct diag *diag)
{
    char *copy = arena_strndup(arena, text, len);
    PgQueryProtobufParseResult result = pg_query_parse_protobuf(copy);
    if (result.error) {
        diag_set(diag, error_code(result.error), "%s", result.error->message);
        if (strcmp(result.error->message, "subquery in FROM must have an alias") == 0)
            diag_hint(diag, "For example, FROM (SELECT ...) [AS] foo.");
        else if (strcmp(result.error->message, "VALUES in FROM must have an alias") == 0)
            diag_hint(diag, "For example, FROM (VALUES ...) [AS] foo.");
        else if (strcmp(result.error->message, "invalid Unicode escape") == 0)
            diag_hint(diag, is_in_udeescape(result.error) ? "Unicode escapes must be \\XXXX or \\+XXXXXX."
                                                          : "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.");
        if (result.error->cursorpos > 0)
            diag_position(diag, whole, offset + byte_offset(copy, result.error->cursorpos));
        pg_query_free_protobuf_parse_result(result);
        return false;
    }
    uint8_t *data = arena_alloc(arena, result.parse_tree.len + 1);
    memcpy(data, result.parse_tree.data, result.parse_tree.len);
    *out = (struct parse_tree){.len = result.parse_tree.len, .data = data};
    pg_query_free_protobuf_parse_result(result);
    /* A character of text makes no more than two levels. */
    if (len > SHORT_TEXT && is_too_deep(arena, data, out->len))
        return diag_set(diag, ERRCODE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    return true;
}

PgQuery__ParseResult *parse_unpack(struct arena *arena, const struct parse_tree *tree)
{
    ProtobufCAllocator allocator = {.alloc = allocate, .free = keep, .allocator_data = arena};
    return pg_query__parse_result__unpack(&allocator, tree->len, tree->data);
}

PgQuery__Node *parse_unpack_node(struct arena *arena, const uint8_t *data, size_t len)
{
    ProtobufCAllocator allocator = {.alloc = allocate, .free = keep, .allocator_data = arena};
    return pg_query__node__unpack(&allocator, len, data);
}

PgQuery__Node *parse_statement(struct arena *arena, const char *text, struct diag *diag)
{
    struct parse_tree tree;
    if (!parse_text(arena, text, strlen(text), text, 0, &tree, diag))
        return NULL;
    PgQuery__ParseResult *result = parse_unpack(arena, &tree);
    if (!result || result->n_stmts != 1) {
        diag_set(diag, ERRCODE_SYNTAX_ERROR, "a single statement was expected");
        return NULL;
    }
    return result->stmts[0]->stmt;
}
