#include "type/tsearch.h"
#include "type/type.h"

#include <criterion/criterion.h>

/* Networks, geometry, text search, identifiers: a value read and written again, or what is wrong with it. The expected texts are
 * PostgreSQL's. */
static const struct {
    oid_t type;
    const char *in, *out;
} cases[] = {
    {INET_OID, "10.1.2.3/8", "10.1.2.3/8"},
    {INET_OID, "10.1/16", "10.1.0.0/16"},
    {INET_OID, "192.168.1.226/32", "192.168.1.226"},
    {INET_OID, "::FFFF:1.2.3.4", "::ffff:1.2.3.4"},
    {INET_OID, "2001:0db8:0:0:1::/64", "2001:db8:0:0:1::/64"},
    {INET_OID, "10.1.2", "invalid input syntax for type inet: \"10.1.2\""},
    {INET_OID, "1.2.3.4/33", "invalid input syntax for type inet: \"1.2.3.4/33\""},
    {INET_OID, "1.2.3.256", "invalid input syntax for type inet: \"1.2.3.256\""},
    {CIDR_OID, "10", "10.0.0.0/8"},
    {CIDR_OID, "192.168.1", "192.168.1.0/24"},
    {CIDR_OID, "224.1", "224.1.0.0/16"},
    {CIDR_OID, "224", "224.0.0.0/4"},
    {CIDR_OID, "0x0a0b/16", "10.11.0.0/16"},
    {CIDR_OID, "1.2.3.4", "1.2.3.4/32"},
    {CIDR_OID, "10.1.2.3/8", "invalid cidr value: \"10.1.2.3/8\""},
    {MACADDR_OID, "08002b:010203", "08:00:2b:01:02:03"},
    {MACADDR_OID, "8-0-2b-1-2-3", "08:00:2b:01:02:03"},
    {MACADDR_OID, "0800.2b01.02FF ", "08:00:2b:01:02:ff"},
    {MACADDR_OID, "08:00:2b:01:02:300", "invalid octet value in \"macaddr\" value: \"08:00:2b:01:02:300\""},
    {MACADDR_OID, "08:00:2b:01:02", "invalid input syntax for type macaddr: \"08:00:2b:01:02\""},
    {MACADDR8_OID, "08002b010203", "08:00:2b:ff:fe:01:02:03"},
    {MACADDR8_OID, "0800-2b01-0203-0405 ", "08:00:2b:01:02:03:04:05"},
    {MACADDR8_OID, "08:00-2b:01:02:03", "invalid input syntax for type macaddr8: \"08:00-2b:01:02:03\""},
    {POINT_OID, " ( 1 , -0.5e1 ) ", "(1,-5)"},
    {POINT_OID, "nan,Infinity", "(NaN,Infinity)"},
    {POINT_OID, "(1,2", "invalid input syntax for type point: \"(1,2\""},
    {POINT_OID, "(1e400,2)", "\"1e400\" is out of range for type double precision"},
    {LSEG_OID, "1,2,3,4", "[(1,2),(3,4)]"},
    {BOX_OID, "(1,4),(3,2)", "(3,4),(1,2)"},
    {BOX_OID, "[(1,4),(3,2)]", "invalid input syntax for type box: \"[(1,4),(3,2)]\""},
    {LINE_OID, "(0,0),(1,2)", "{2,-1,0}"},
    {LINE_OID, "[(1,0),(1,2)]", "{-1,0,1}"},
    {LINE_OID, "{0,0,1}", "invalid line specification: A and B cannot both be zero"},
    {PATH_OID, "(1,2),(3,4)", "((1,2),(3,4))"},
    {PATH_OID, "[1,2,3,4]", "[(1,2),(3,4)]"},
    {PATH_OID, "((1,2),(3,4),5)", "invalid input syntax for type path: \"((1,2),(3,4),5)\""},
    {POLYGON_OID, "1,2,3,4", "((1,2),(3,4))"},
    {CIRCLE_OID, "((1,2),3)", "<(1,2),3>"},
    {CIRCLE_OID, "1,2,3", "<(1,2),3>"},
    {CIRCLE_OID, "<(1,2),-3>", "invalid input syntax for type circle: \"<(1,2),-3>\""},
    {PG_LSN_OID, "16/b374d848", "16/B374D848"},
    {PG_LSN_OID, "16/G", "invalid input syntax for type pg_lsn: \"16/G\""},
    {XID_OID, "-1", "4294967295"},
    {XID_OID, "0x1F", "31"},
    {XID8_OID, "18446744073709551615", "18446744073709551615"},
    {TID_OID, "(-1,2)", "(4294967295,2)"},
    {TID_OID, "(1,65536)", "invalid input syntax for type tid: \"(1,65536)\""},
    {PG_SNAPSHOT_OID, "12:16:14,14", "12:16:14"},
    {PG_SNAPSHOT_OID, "12:16:16", "invalid input syntax for type pg_snapshot: \"12:16:16\""},
    {TSVECTOR_OID, "b a:3,1b,1 'x''y\\'z' a:2", "'a':1B,2,3 'b' 'x''y''z'"},
    {TSVECTOR_OID, "a:20000,16383A", "'a':16383A"},
    {TSVECTOR_OID, "a:0", "wrong position info in tsvector: \"a:0\""},
    {TSVECTOR_OID, "a\\", "there is no escaped character: \"a\\\""},
    {TSVECTOR_OID, "'a", "syntax error in tsvector: \"'a\""},
    {TSQUERY_OID, "a<->b|!c:*ab&(d|e)", "'a' <-> 'b' | !'c':*AB & ( 'd' | 'e' )"},
    {TSQUERY_OID, "a <-> (b <2> c)", "'a' <-> ( 'b' <2> 'c' )"},
    {TSQUERY_OID, "!!(a & b)", "!!( 'a' & 'b' )"},
    {TSQUERY_OID, "", ""},
    {TSQUERY_OID, "a &", "no operand in tsquery: \"a &\""},
    {TSQUERY_OID, "a b", "syntax error in tsquery: \"a b\""},
    {TSQUERY_OID, "a <99999> b", "distance in phrase operator must be an integer value between zero and 16384 inclusive"},
    {XML_OID, "<?xml version=\"1.0\" encoding=\"latin1\"?><a/>", "<a/>"},
    {XML_OID, "<a>", "invalid XML content"},
};

static const struct type_settings settings = {.extra_float_digits = 1};
static const struct type_resolver resolver = {0};

Test(type, special_values_read_and_print_as_in_postgresql)
{
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct type_io io = {type_builtin(cases[i].type), -1, &settings, &resolver, &arena};
        struct datum value;
        struct diag diag = {0};
        struct buf out = {0};
        bool good = type_in(&io, cases[i].in, strlen(cases[i].in), &value, &diag) && type_out(&io, &value, &out, &diag);
        cr_expect_str_eq(good ? buf_cstr(&out) : diag.message, cases[i].out, "%s: %s", cases[i].in,
                         good ? buf_cstr(&out) : diag.message);
        diag_clear(&diag);
        buf_deinit(&out);
    }
    arena_deinit(&arena);
}

Test(type, special_values_survive_their_binary_form)
{
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct type_io io = {type_builtin(cases[i].type), -1, &settings, &resolver, &arena};
        struct datum value, again;
        struct diag diag = {0};
        struct buf wire = {0}, out = {0};
        if (type_in(&io, cases[i].in, strlen(cases[i].in), &value, &diag)) {
            bool good = io.type->codec->send(&io, &value, &wire, &diag);
            good = good && io.type->codec->recv(&io, (const uint8_t *) (wire.data ? wire.data : ""), wire.len, &again, &diag) &&
                   type_out(&io, &again, &out, &diag);
            /* A query without operands is sent, and refused when it comes back. */
            bool is_bare = cases[i].type == TSQUERY_OID && !*cases[i].out;
            cr_expect_str_eq(good ? buf_cstr(&out) : diag.message, is_bare ? "malformed tsquery: operand not found" : cases[i].out);
            /* Cut anywhere, it is refused. */
            for (size_t len = 0; good && io.type->oid != XML_OID && len < wire.len; len++) {
                struct diag cut = {0};
                bool read = io.type->codec->recv(&io, (const uint8_t *) wire.data, len, &again, &cut);
                cr_expect(!read || (io.type->oid == MACADDR8_OID && len == 6), "%s cut to %zu bytes", cases[i].in, len);
                diag_clear(&cut);
            }
        }
        diag_clear(&diag);
        buf_deinit(&wire);
        buf_deinit(&out);
    }
    arena_deinit(&arena);
}

/* Each list is in PostgreSQL's order. */
static const struct {
    oid_t type;
    const char *values[6];
} orders[] = {
    {INET_OID, {"9.0.0.0/8", "9.1.0.0", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.1/16", "::1"}},
    {CIDR_OID, {"10.0.0.0/8", "10.0.0.0/32", "192.168.0.0/16", "::/0"}},
    {MACADDR_OID, {"00:00:00:00:00:ff", "08:00:2b:01:02:03", "ff:00:00:00:00:00"}},
    {XID8_OID, {"9", "10", "9223372036854775808"}},
    {TID_OID, {"(0,9)", "(0,10)", "(2,1)", "(10,0)"}},
    {PG_LSN_OID, {"0/9", "0/10", "1/0", "A/0"}},
    {TSVECTOR_OID, {"", "a", "b", "aa", "a b"}},
};

Test(type, special_values_are_ordered)
{
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct type_io io = {type_builtin(orders[i].type), -1, &settings, &resolver, &arena};
        struct datum value[6];
        struct diag diag = {0};
        int count = 0;
        while (count < 6 && orders[i].values[count]) {
            cr_assert(type_in(&io, orders[i].values[count], strlen(orders[i].values[count]), &value[count], &diag));
            count++;
        }
        for (int a = 0; a < count; a++)
            for (int b = 0; b < count; b++) {
                int order = io.type->codec->compare(&io, &value[a], &value[b]);
                cr_expect_eq((order > 0) - (order < 0), (a > b) - (a < b), "%s, %s", orders[i].values[a], orders[i].values[b]);
            }
    }
    arena_deinit(&arena);
}
