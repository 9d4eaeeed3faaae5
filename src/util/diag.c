#include "util/diag.h"

#include "util/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void diag_clear(struct diag *diag)
{
    char *owned[] = {diag->message, diag->detail, diag->hint,     diag->context,    diag->schema,
                     diag->table,   diag->column, diag->datatype, diag->constraint, diag->internal_query};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    *diag = (struct diag){0};
}

static void set_text(char **field, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = xmalloc((size_t) length + 1);
    vsnprintf(text, (size_t) length + 1, format, args);
    free(*field);
    *field = text;
}

bool diag_set(struct diag *diag, const char *sqlstate, const char *format, ...)
{
    /* The arguments may be parts of the old report: it is freed after they were used. */
    struct diag old = *diag;
    *diag = (struct diag){.severity = "ERROR"};
    memcpy(diag->sqlstate, sqlstate, 5);
    va_list args;
    va_start(args, format);
    set_text(&diag->message, format, args);
    va_end(args);
    diag_clear(&old);
    return false;
}

bool diag_detail(struct diag *diag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(&diag->detail, format, args);
    va_end(args);
    return false;
}

bool diag_hint(struct diag *diag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(&diag->hint, format, args);
    va_end(args);
    return false;
}

bool diag_context(struct diag *diag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(&diag->context, format, args);
    va_end(args);
    return false;
}

static void set_name(char **field, const char *name)
{
    if (!name)
        return;
    free(*field);
    *field = xstrdup(name);
}

bool diag_object(struct diag *diag, const char *schema, const char *table, const char *column, const char *constraint)
{
    set_name(&diag->schema, schema);
    set_name(&diag->table, table);
    set_name(&diag->column, column);
    set_name(&diag->constraint, constraint);
    return false;
}

bool diag_datatype(struct diag *diag, const char *schema, const char *datatype)
{
    set_name(&diag->schema, schema);
    set_name(&diag->datatype, datatype);
    return false;
}

bool diag_position(struct diag *diag, const char *text, int byte_offset)
{
    if (byte_offset < 0 || diag->position)
        return false;
    int characters = 0;
    for (int i = 0; i < byte_offset && text[i]; i++)
        if (((unsigned char) text[i] & 0xC0) != 0x80)
            characters++;
    diag->position = characters + 1;
    return false;
}

void diag_move(struct diag *to, struct diag *from)
{
    diag_clear(to);
    *to = *from;
    *from = (struct diag){0};
}
