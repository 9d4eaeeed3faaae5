// pgjdbc: types beyond the standard ones, arrays among them, in and out by text and by binary transfer. Prints OK, or throws.
import java.math.BigDecimal;
import java.sql.*;
import java.util.*;
import org.postgresql.geometric.*;
import org.postgresql.util.*;

public class SpecialTypes {
    static final String[][] TEXTS = {{"mood", "very happy"}, {"small", "7"}, {"part", "(1,\"a,b\",\"very happy\",\"{1,NULL}\")"}, {"int4range", "[1,5)"},
        {"numrange", "(1.5,)"}, {"tstzrange", "empty"}, {"int4multirange", "{[1,3),[7,)}"}, {"floatrange", "[0.5,1.5)"}, {"inet", "10.1.2.3/8"},
        {"cidr", "10.0.0.0/8"}, {"macaddr", "08:00:2b:01:02:03"}, {"macaddr8", "08:00:2b:01:02:03:04:05"}, {"money", "$234.50"}, {"xml", "<a>é</a>"},
        {"tsvector", "'a':1 'b':2A"}, {"tsquery", "'a' & 'b'"}, {"pg_lsn", "16/B374D848"}, {"jsonpath", "$.\"a\"[*]"}, {"json", "{\"a\": 1.50}"},
        {"jsonb", "{\"a\": 1.50}"}, {"bit(5)", "10110"}, {"varbit", "101"}, {"\"char\"", "x"}, {"name", "x y"}, {"oid", "4294967295"}, {"interval", "1 mon 2 days 03:04:05.6"},
        {"time", "23:59:59.5"}, {"timetz", "23:59:59.5+05:30"}, {"timestamp", "0044-03-15 12:00:00 BC"}, {"date", "infinity"}, {"hstore", "\"a\"=>\"1\""}, {"citext", "Ab"},
        {"regclass", "pg_class"}, {"regtype", "integer"}, {"uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}, {"numeric", "NaN"}, {"float8", "-Infinity"},
        {"mood[]", "{sad,NULL,\"very happy\"}"}, {"int4range[]", "{\"[1,5)\",empty}"}, {"part[]", "{\"(1,x,,)\",NULL}"}, {"inet[]", "{10.1.2.3}"}, {"box[]", "{(2,2),(1,1);(3,3),(0,0)}"}};

    static void check(Object want, Object got, String what) {
        if (!Objects.deepEquals(want, got))
            throw new AssertionError(what + ": expected " + want + ", got " + got);
    }

    static int tables;

    static String table(Connection conn, String type) throws SQLException {
        String name = "special" + tables++;
        try (Statement s = conn.createStatement()) {
            s.execute("CREATE TEMP TABLE " + name + " (id int, v " + type + ")");
        }
        return name;
    }

    static Object roundTrip(Connection conn, String type, Object value) throws SQLException {
        String name = table(conn, type);
        try (PreparedStatement insert = conn.prepareStatement("INSERT INTO " + name + " VALUES (?, ?)")) {
            for (int i = 0; i < 3; i++) {
                insert.setInt(1, i);
                insert.setObject(2, value);
                check(1, insert.executeUpdate(), type);
            }
        }
        Object last = null;
        try (PreparedStatement select = conn.prepareStatement("SELECT v FROM " + name + " WHERE id >= ? ORDER BY id")) {
            for (int round = 0; round < 3; round++) {
                select.setInt(1, round);
                ResultSet rows = select.executeQuery();
                while (rows.next())
                    last = rows.getObject(1);
            }
        }
        return last;
    }

    static void texts(Connection conn) throws SQLException {
        for (String[] pair : TEXTS) {
            String name = table(conn, pair[0]);
            PGobject value = new PGobject();
            value.setType(pair[0].replaceAll("\\(.*", ""));
            value.setValue(pair[1]);
            try (PreparedStatement insert = conn.prepareStatement("INSERT INTO " + name + " VALUES (?, ?::" + pair[0] + ")")) {
                insert.setInt(1, 1);
                insert.setObject(2, pair[1], Types.OTHER);
                insert.executeUpdate();
            }
            try (PreparedStatement select = conn.prepareStatement("SELECT v, v::text FROM " + name + " WHERE id = ?")) {
                for (int round = 0; round < 3; round++) {
                    select.setInt(1, 1);
                    ResultSet row = select.executeQuery();
                    check(true, row.next(), pair[0]);
                    check(pair[1], row.getString(2), pair[0]);
                    if (!pair[0].equals("interval") && !pair[0].startsWith("time") && !pair[0].equals("date") && !pair[0].equals("box[]"))
                        check(pair[1], row.getString(1), pair[0]);
                    row.getObject(1);
                }
            }
        }
    }

    static void arrays(Connection conn) throws SQLException {
        Object[][] arrays = {{"int2", new Short[] {1, null, -3}}, {"int4", new Integer[] {1, null}}, {"int4", new Integer[][] {{1, 2}, {3, null}}},
            {"int8", new Long[] {1L << 40, null}}, {"float4", new Float[] {0.5f, null}}, {"float8", new Double[] {0.1, Double.POSITIVE_INFINITY}},
            {"bool", new Boolean[] {true, null}}, {"text", new String[] {"a,b", "NULL", "", null, "\"q\\"}}, {"varchar", new String[][] {{"x"}, {"é"}}},
            {"numeric", new BigDecimal[] {new BigDecimal("1.50"), null}}, {"bytea", new byte[][] {{0, -1}, {}}},
            {"uuid", new UUID[] {UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")}}, {"date", new java.sql.Date[] {java.sql.Date.valueOf("2024-02-29")}},
            {"timestamp", new Timestamp[] {Timestamp.valueOf("2024-02-29 12:30:15.123456")}}};
        for (Object[] pair : arrays) {
            String type = (String) pair[0];
            Object[] given = (Object[]) pair[1];
            Object got = roundTrip(conn, type + "[]", conn.createArrayOf(type, given));
            check(given, ((Array) got).getArray(), type + "[]");
        }
    }

    static void objects(Connection conn) throws SQLException {
        PGpoint a = new PGpoint(1.5, -2), b = new PGpoint(3, 4);
        Object[] shapes = {a, new PGbox(b, a), new PGlseg(a, b), new PGline(1, 2, 3), new PGcircle(a, 3), new PGpolygon(new PGpoint[] {a, b}),
            new PGpath(new PGpoint[] {a, b}, true)};
        for (Object shape : shapes)
            check(shape, roundTrip(conn, ((PGobject) shape).getType(), shape), ((PGobject) shape).getType());
        PGInterval interval = new PGInterval(1, 2, 3, 4, 5, 6.789);
        check(interval, roundTrip(conn, "interval", interval), "interval");
        check(Map.of("a", "1", "b c", "x"), roundTrip(conn, "hstore", Map.of("a", "1", "b c", "x")), "hstore");
    }

    static void run(String url) throws SQLException {
        try (Connection conn = DriverManager.getConnection(url, "postgres", "")) {
            texts(conn);
            arrays(conn);
            objects(conn);
        }
    }

    public static void main(String[] args) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/" + args[1];
        try (Connection conn = DriverManager.getConnection(url, "postgres", ""); Statement s = conn.createStatement()) {
            s.execute("CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('sad', 'ok', 'very happy'); "
                + "CREATE DOMAIN small AS int CHECK (VALUE < 100); CREATE TYPE part AS (n int, t text, m mood, a int[]); CREATE TYPE floatrange AS RANGE (subtype = float8)");
        }
        run(url);
        run(url + "?prepareThreshold=1");
        run(url + "?binaryTransfer=true&prepareThreshold=-1");
        System.out.println("OK");
    }
}
