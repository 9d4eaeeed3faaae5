#ifndef PGQUILL_CTL_CLIENT_H
#define PGQUILL_CTL_CLIENT_H

#include "master/control_protocol.h"
#include "util/buf.h"

#include <stdbool.h>

/* The control socket's client side. Every function prints what went wrong to standard error. */

/* Connect to the server of a run directory and send one request; -1: no server, or not heard. */
int client_ask(const char *run_dir, enum control_command command, const char *const *arguments, int count);
/* Wait for one answer; its payload (facts or a message) goes to `payload`. timeout_ms: -1 waits for ever. false: no valid answer. */
bool client_receive(int fd, int timeout_ms, enum control_answer *kind, struct buf *payload);
/* Ask, and print a failure; true when the answer was CONTROL_DONE. */
bool client_request(const char *run_dir, enum control_command command, const char *const *arguments, int count,
                    struct buf *facts);
/* Wait until the server closes the connection: it has ended. */
void client_wait_end(int fd);

/* Walk over facts: start with *at = 0; false at the end. */
bool facts_next(const struct buf *facts, size_t *at, enum control_fact *kind, const char **name, const char **value);
/* The value of a fact, NULL when it is not there. */
const char *facts_find(const struct buf *facts, const char *name);
void facts_print_text(const struct buf *facts);
void facts_print_json(const struct buf *facts);

/* A JSON string literal, quotes included, on standard output. */
void json_print_string(const char *text);

#endif
