#ifndef PGQUILL_TYPE_ICU_H
#define PGQUILL_TYPE_ICU_H

#include "type/datum.h"
#include "util/buf.h"
#include "util/diag.h"

#include <stdbool.h>

/* ICU's collators and case mappings. The library is loaded when a collation of its is used for the first time: most sessions never do. */

struct icu_collator;

/* A collator for a locale as PostgreSQL has it; NULL after a report. Kept for the process's life: the same locale gives the same one. */
struct icu_collator *icu_collator_get(const char *locale, struct diag *diag);
/* Order two UTF-8 texts: <0, 0, >0. */
int icu_compare(struct icu_collator *collator, const char *a, size_t a_len, const char *b, size_t b_len);
/* The version of the collator's rules, "153.120". */
void icu_version(struct icu_collator *collator, char *out, size_t size);

enum icu_case { ICU_LOWER, ICU_UPPER, ICU_TITLE };
/* Append the text in another case; false after a report. */
bool icu_change_case(const char *locale, enum icu_case how, const char *text, size_t len, struct buf *out, struct diag *diag);

/* Append the text as ICU's transliterator of this id makes it; false after a report. The last one asked for is kept. */
bool icu_transliterate(const char *id, const char *text, size_t len, struct buf *out, struct diag *diag);

#endif
