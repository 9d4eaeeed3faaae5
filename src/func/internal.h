#ifndef PGQUILL_FUNC_INTERNAL_H
#define PGQUILL_FUNC_INTERNAL_H

#include "func/func.h"

/* Rows in one value: how a subquery's rows reach a table function, and how a statement's steps hand rows to each other. The form is private to
 * one process: "columns (2 bytes), then per value its kind (1 byte) and 8 bytes of number or 4 bytes of length and the bytes". */
void rowpack_begin(struct buf *buf, int ncolumns);
void rowpack_put(struct buf *buf, const struct datum *value);

struct rowpack_reader {
    const char *at, *end;
    int ncolumns;
};
void rowpack_open(struct rowpack_reader *reader, const char *data, size_t len);
/* The next row's values, borrowed from the data; `row` takes at most `room`. False: no further row. */
bool rowpack_next(struct rowpack_reader *reader, struct datum *row, int room);

/* A name as SQL writes it, in quotes where it needs them (text.c). */
void func_put_identifier(struct buf *out, const char *name);

/* Functions that lowering puts into SQLite's SQL itself: rows of misc.c's table. */
bool internal_io_cast(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_typmod(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_typmod_explicit(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_array_cast(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
/* The items of one array in the dimensions of another, which has as many. */
bool internal_array_shaped(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_domain(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_not_null(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_greatest(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_least(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_limit(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_offset(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_sql_value(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_row(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_field(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_subscript(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_slice(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_subscript_set(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_slice_set(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_record_field(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_field_set(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_named_row(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_to_record(struct fcall *call, int nargs, const struct datum *args, struct datum *result);
bool internal_row_null(struct fcall *call, int nargs, const struct datum *args, struct datum *result);

/* Does a record agree with the columns that a query says it has, in their number, and in the type of one (from 1)? 42804. */
bool internal_record_count(struct fcall *call, int given, int wanted);
bool internal_record_type(struct fcall *call, int number, oid_t given, oid_t wanted);

/* Convert a value that is not NULL through its text form; the type's input function may report. */
bool internal_cast_value(struct fcall *call, const struct type_desc *from, const struct type_desc *to, int32_t typmod,
                         const struct datum *value, struct datum *result);

/* Aggregates: one row at most (21000), rows in one value, an inner aggregate over sorted rows. */
bool internal_single_step(struct fcall *call, void *state, int nargs, const struct datum *args);
bool internal_single_final(struct fcall *call, void *state, struct datum *result);
bool internal_pack_step(struct fcall *call, void *state, int nargs, const struct datum *args);
bool internal_pack_final(struct fcall *call, void *state, struct datum *result);
bool internal_sorted_step(struct fcall *call, void *state, int nargs, const struct datum *args);
bool internal_sorted_final(struct fcall *call, void *state, struct datum *result);
/* Room for their states. */
enum { INTERNAL_SINGLE_SIZE = 64, INTERNAL_PACK_SIZE = 64, INTERNAL_SORTED_SIZE = 256 };

/* Table functions. */
extern const struct table_func internal_unpack, internal_rows_from;

#endif
