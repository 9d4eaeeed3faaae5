#ifndef PGQUILL_WIRE_MESSAGES_H
#define PGQUILL_WIRE_MESSAGES_H

#include "wire/framing.h"

/* The answers of the server (PostgreSQL docs, "Message Formats"). Each is put into the output buffer; nothing is sent before a flush. */

/* ErrorResponse or, with `notice`, NoticeResponse: all fields of the report that are set. */
void wire_put_diag(struct wire *wire, const struct diag *diag, bool notice);
void wire_put_authentication_ok(struct wire *wire);
void wire_put_negotiate(struct wire *wire, uint32_t newest_minor, int count, const char *const *unknown);
void wire_put_parameter(struct wire *wire, const char *name, const char *value);
void wire_put_key(struct wire *wire, uint32_t pid, uint32_t key);
/* status: I, T or E. */
void wire_put_ready(struct wire *wire, char status);
void wire_put_complete(struct wire *wire, const char *tag);
/* A message without a body: ParseComplete '1', BindComplete '2', CloseComplete '3', NoData 'n', PortalSuspended 's', EmptyQueryResponse 'I', CopyDone 'c'. */
void wire_put_bare(struct wire *wire, char type);
void wire_put_notification(struct wire *wire, uint32_t pid, const char *channel, const char *payload);
/* CopyInResponse 'G' or CopyOutResponse 'H': every column in the one format (0 text, 1 binary). */
void wire_put_copy(struct wire *wire, char type, int columns, int format);

#endif
