#include "wire/messages.h"

#include <stdio.h>
#include <string.h>

static void put_string(struct wire *wire, const char *text)
{
    buf_append(&wire->out, text, strlen(text) + 1);
}

static void put_field(struct wire *wire, char code, const char *text)
{
    if (!text)
        return;
    buf_putc(&wire->out, code);
    put_string(wire, text);
}

static void put_number_field(struct wire *wire, char code, int number)
{
    char text[16];
    if (number <= 0)
        return;
    snprintf(text, sizeof text, "%d", number);
    put_field(wire, code, text);
}

void wire_put_diag(struct wire *wire, const struct diag *diag, bool notice)
{
    const char *severity = diag->severity ? diag->severity : notice ? "NOTICE" : "ERROR";
    size_t mark = wire_begin(wire, notice ? 'N' : 'E');
    put_field(wire, 'S', severity);
    put_field(wire, 'V', severity);
    put_field(wire, 'C', diag->sqlstate);
    put_field(wire, 'M', diag->message ? diag->message : "");
    put_field(wire, 'D', diag->detail);
    put_field(wire, 'H', diag->hint);
    put_number_field(wire, 'P', diag->position);
    put_number_field(wire, 'p', diag->internal_position);
    put_field(wire, 'q', diag->internal_query);
    put_field(wire, 'W', diag->context);
    put_field(wire, 's', diag->schema);
    put_field(wire, 't', diag->table);
    put_field(wire, 'c', diag->column);
    put_field(wire, 'd', diag->datatype);
    put_field(wire, 'n', diag->constraint);
    buf_putc(&wire->out, '\0');
    wire_end(wire, mark);
}

void wire_put_authentication_ok(struct wire *wire)
{
    size_t mark = wire_begin(wire, 'R');
    buf_put_be32(&wire->out, 0);
    wire_end(wire, mark);
}

void wire_put_negotiate(struct wire *wire, uint32_t newest_minor, int count, const char *const *unknown)
{
    size_t mark = wire_begin(wire, 'v');
    buf_put_be32(&wire->out, newest_minor);
    buf_put_be32(&wire->out, (uint32_t) count);
    for (int i = 0; i < count; i++)
        put_string(wire, unknown[i]);
    wire_end(wire, mark);
}

void wire_put_parameter(struct wire *wire, const char *name, const char *value)
{
    size_t mark = wire_begin(wire, 'S');
    put_string(wire, name);
    put_string(wire, value);
    wire_end(wire, mark);
}

void wire_put_key(struct wire *wire, uint32_t pid, uint32_t key)
{
    size_t mark = wire_begin(wire, 'K');
    buf_put_be32(&wire->out, pid);
    buf_put_be32(&wire->out, key);
    wire_end(wire, mark);
}

void wire_put_ready(struct wire *wire, char status)
{
    size_t mark = wire_begin(wire, 'Z');
    buf_putc(&wire->out, status);
    wire_end(wire, mark);
}

void wire_put_complete(struct wire *wire, const char *tag)
{
    size_t mark = wire_begin(wire, 'C');
    put_string(wire, tag);
    wire_end(wire, mark);
}

void wire_put_bare(struct wire *wire, char type)
{
    wire_end(wire, wire_begin(wire, type));
}

void wire_put_notification(struct wire *wire, uint32_t pid, const char *channel, const char *payload)
{
    size_t mark = wire_begin(wire, 'A');
    buf_put_be32(&wire->out, pid);
    put_string(wire, channel);
    put_string(wire, payload);
    wire_end(wire, mark);
}

void wire_put_copy(struct wire *wire, char type, int columns, int format)
{
    size_t mark = wire_begin(wire, type);
    buf_putc(&wire->out, (char) format);
    buf_put_be16(&wire->out, (uint16_t) columns);
    for (int i = 0; i < columns; i++)
        buf_put_be16(&wire->out, (uint16_t) format);
    wire_end(wire, mark);
}
