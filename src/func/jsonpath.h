#ifndef PGQUILL_FUNC_JSONPATH_H
#define PGQUILL_FUNC_JSONPATH_H

#include "func/func.h"
#include "type/jsonpath.h"

/* Running a path over a document (docs: 9.16.2). What a path yields is a list of items: parts of the document, values made on the way, and
 * dates and times, which JSON itself has not. */

struct path_item_value {
    const struct json *json; /* NULL: a date or time */
    oid_t type;              /* of that: date, time, timetz, timestamp, timestamptz */
    int64_t value;           /* as type/datetime.h counts it */
    int32_t offset;          /* of the zone it was written in */
};

struct path_values {
    struct path_item_value *items;
    uint32_t count, room;
};

/* What keyvalue() counts its ids from. */
struct path_base {
    struct json *root;
    int64_t number;
};

/* An error leaves no report when the run is to be silent, or within a predicate, where it means unknown. */
enum path_result { PATH_RESULT_FOUND, PATH_RESULT_NONE, PATH_RESULT_ERROR };
enum path_truth { PATH_FALSE, PATH_TRUE, PATH_UNKNOWN };

struct path_run {
    struct fcall *call;
    struct arena *arena;      /* of everything made on the way */
    struct arena *memo_arena; /* that of the path */
    const struct path *path;
    struct path_base document, variables;
    const struct path_base *base;
    const struct path_base *laid_out; /* whose offsets stand in its containers */
    struct path_item_value current;   /* @ */
    int64_t generated;                /* numbers of bases given out */
    int32_t array_size;               /* of the array that `last` means; -1: none */
    int depth;
    bool use_zone; /* compare values with a zone to those without by the session's */
    bool throws;
    bool ignores_structure; /* what is not there is not an error */
    bool is_broken;         /* reported what even a silent run reports */
};

struct path_options {
    bool use_zone;
    bool is_silent;
};

/* Run a path; the report is in call->diag. variables: NULL for none. found NULL: only look whether there is an item. `arena` is where the items are. */
bool path_run(struct fcall *call, struct arena *arena, const struct path *path, struct arena *memo_arena, struct json *document,
              struct json *variables, struct path_options options, struct path_values *found, enum path_result *result);

/* ---- between the files of the executor ---- */

static inline struct path_item_value path_value(const struct json *json)
{
    return (struct path_item_value){.json = json};
}

static inline bool path_is(const struct path_item_value *value, enum json_kind kind)
{
    return value->json && value->json->kind == kind;
}

static inline bool path_unwraps(const struct path_run *run)
{
    return !run->path->is_strict;
}

void path_values_add(struct path_run *run, struct path_values *values, struct path_item_value value);

/* Fail: with a report if the run throws. Report what is reported in any case. Both give PATH_RESULT_ERROR. */
#define PATH_FAIL(run, ...)                                                                                                      \
    ((void) ((run)->throws && !(run)->is_broken && diag_set((run)->call->diag, __VA_ARGS__)), PATH_RESULT_ERROR)
#define PATH_BREAK(run, ...)                                                                                                     \
    ((void) (!(run)->is_broken && ((run)->is_broken = true) && diag_set((run)->call->diag, __VA_ARGS__)), PATH_RESULT_ERROR)

/* An item applied to a value; its results, with all that follows the item done, go to `found`, or if that is NULL the first one ends the search. */
enum path_result path_apply(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                            struct path_values *found);
/* What follows an item, applied to what the item gave. */
enum path_result path_continue(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                               struct path_values *found);
/* All results; in lax mode arrays among them are replaced by their elements if `unwrap`. */
enum path_wrapping { PATH_WRAPPED, PATH_UNWRAPPED };
enum path_result path_operand(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                              enum path_wrapping wrapping, struct path_values *found);
enum path_truth path_test(struct path_run *run, const struct path_item *predicate, const struct path_item_value *value);
/* A method, or arithmetic. */
enum path_result path_method(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                             struct path_values *found);
enum path_result path_arithmetic(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                 struct path_values *found);

/* A number's function by its pg_proc.prosrc. */
bool path_numeric(struct path_run *run, const char *function, const struct json *a, const struct json *b, struct json *out,
                  struct diag *diag);
struct json *path_make(struct path_run *run, struct json json);
struct json *path_make_integer(struct path_run *run, int64_t value);

/* jsonpath_datetime.c */
enum path_result path_datetime(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                               struct path_item_value *out);
/* *comparable: false when the types never compare. */
enum path_result path_datetime_compare(struct path_run *run, const struct path_item_value *a, const struct path_item_value *b,
                                       bool *comparable, int *order);
const char *path_datetime_name(oid_t type);
/* A value of any kind as JSON: dates and times become strings. */
struct json path_json(struct arena *arena, const struct path_item_value *value, const struct type_settings *settings);

#endif
