#ifndef PGQUILL_MASTER_EPHEMERAL_H
#define PGQUILL_MASTER_EPHEMERAL_H

/* Directories in memory for throw-away databases. */

/* Make a directory of our own in /dev/shm (else in TMPDIR), after removing those that killed servers of this user left behind.
 * Owned by the caller; NULL: errno. */
char *ephemeral_make(void);
/* Remove a directory with all that is in it. */
void ephemeral_remove(const char *path);

#endif
