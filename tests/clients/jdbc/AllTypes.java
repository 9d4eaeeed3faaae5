// pgjdbc: every type in and out (text, then binary transfer), rollback, a unique violation, metadata. Prints OK, or throws.
import java.math.BigDecimal;
import java.sql.*;
import java.time.*;
import java.util.*;

public class AllTypes {
    static void check(Object want, Object got) {
        if (!Objects.deepEquals(want, got))
            throw new AssertionError("expected " + want + ", got " + got);
    }

    static void fill(PreparedStatement insert, boolean nulls, String code) throws SQLException {
        Object[] values = {true, (short) 7, -42, 9007199254740993L, 0.5f, 3.141592653589793, new BigDecimal("12345.6789"), "grüße 'q'", "twelve chars", "ab   ",
            new byte[] {0, 1, -2, -1}, LocalDate.of(2026, 1, 31), LocalDateTime.of(2026, 1, 31, 23, 59, 59, 500_000_000),
            OffsetDateTime.of(2026, 1, 31, 23, 59, 59, 123_456_000, ZoneOffset.UTC), UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")};
        int[] types = {Types.BOOLEAN, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.REAL, Types.DOUBLE, Types.NUMERIC, Types.VARCHAR, Types.VARCHAR, Types.CHAR,
            Types.BINARY, Types.DATE, Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE, Types.OTHER};
        for (int i = 0; i < values.length; i++) {
            if (nulls)
                insert.setNull(i + 1, types[i]);
            else
                insert.setObject(i + 1, values[i]);
        }
        insert.setString(values.length + 1, code);
    }

    static void run(String url) throws SQLException {
        try (Connection conn = DriverManager.getConnection(url, "postgres", "")) {
            try (Statement s = conn.createStatement()) {
                s.execute("DROP TABLE IF EXISTS jdbctypes");
                s.execute("CREATE TABLE jdbctypes (id serial PRIMARY KEY, big bigserial, b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(20,4), t text, "
                    + "v varchar(12), c char(5), bin bytea, d date, ts timestamp, tz timestamptz, u uuid, j json, jb jsonb, code text CONSTRAINT jdbctypes_code_unique UNIQUE)");
            }
            String sql = "INSERT INTO jdbctypes (b, i2, i4, i8, f4, f8, n, t, v, c, bin, d, ts, tz, u, code, j, jb) "
                + "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?, '{\"a\": [1]}', '{\"b\":2,  \"a\":1}')";
            try (PreparedStatement insert = conn.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
                for (int i = 0; i < 8; i++) { // beyond pgjdbc's prepareThreshold: named statements and binary transfer
                    fill(insert, i == 7, "code" + i);
                    check(1, insert.executeUpdate());
                    ResultSet keys = insert.getGeneratedKeys();
                    check(true, keys.next());
                    check(i + 1, keys.getInt("id"));
                }
            }
            try (PreparedStatement select = conn.prepareStatement("SELECT * FROM jdbctypes WHERE id < ? ORDER BY id")) {
                for (int round = 0; round < 8; round++) {
                    select.setInt(1, 8);
                    ResultSet row = select.executeQuery();
                    int seen = 0;
                    while (row.next()) {
                        seen++;
                        check(true, row.getBoolean("b"));
                        check((short) 7, row.getShort("i2"));
                        check(-42, row.getInt("i4"));
                        check(9007199254740993L, row.getLong("i8"));
                        check(0.5f, row.getFloat("f4"));
                        check(3.141592653589793, row.getDouble("f8"));
                        check(new BigDecimal("12345.6789"), row.getBigDecimal("n"));
                        check("grüße 'q'", row.getString("t"));
                        check("twelve chars", row.getString("v"));
                        check("ab   ", row.getString("c"));
                        check(true, Arrays.equals(new byte[] {0, 1, -2, -1}, row.getBytes("bin")));
                        check(LocalDate.of(2026, 1, 31), row.getObject("d", LocalDate.class));
                        check(LocalDateTime.of(2026, 1, 31, 23, 59, 59, 500_000_000), row.getObject("ts", LocalDateTime.class));
                        check(OffsetDateTime.of(2026, 1, 31, 23, 59, 59, 123_456_000, ZoneOffset.UTC).toInstant(),
                            row.getObject("tz", OffsetDateTime.class).toInstant());
                        check(UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), row.getObject("u"));
                        check("{\"a\": [1]}", row.getString("j"));
                        check("{\"a\": 1, \"b\": 2}", row.getString("jb"));
                    }
                    check(7, seen);
                }
            }
            conn.setAutoCommit(false);
            try (Statement s = conn.createStatement()) {
                s.executeUpdate("INSERT INTO jdbctypes (code) VALUES ('gone')");
                conn.rollback();
                ResultSet count = s.executeQuery("SELECT count(*) FROM jdbctypes");
                count.next();
                check(8L, count.getLong(1));
                try {
                    s.executeUpdate("INSERT INTO jdbctypes (code) VALUES ('code0')");
                    throw new AssertionError("no unique violation");
                } catch (SQLException e) {
                    check("23505", e.getSQLState());
                    check("jdbctypes_code_unique", ((org.postgresql.util.PSQLException) e).getServerErrorMessage().getConstraint());
                }
                conn.rollback();
            }
        }
    }

    public static void main(String[] args) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/" + args[1];
        run(url);
        run(url + "?binaryTransfer=true&prepareThreshold=-1");
        run(url + "?preferQueryMode=extendedCacheEverything");
        System.out.println("OK");
    }
}
