#ifndef PGQUILL_SESSION_KEEPALIVE_H
#define PGQUILL_SESSION_KEEPALIVE_H

struct session;

/* The tcp_… settings, which are options of the client's socket. A session without a TCP client has none to set. */

/* A session begins: all of them as the settings have them. */
void keepalive_apply_all(struct session *session);
/* One has changed; names that are none of them are passed over. */
void keepalive_apply(struct session *session, const char *name);

#endif
