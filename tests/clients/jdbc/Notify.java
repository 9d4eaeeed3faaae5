// pgjdbc: getNotifications with a statement and while waiting. Prints OK, or throws.
import java.sql.*;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

public class Notify {
    static void expect(PGNotification[] got, int pid, String... payloads) {
        int count = got == null ? 0 : got.length;
        if (count != payloads.length)
            throw new AssertionError("expected " + payloads.length + " notifications, got " + count);
        for (int i = 0; i < count; i++)
            if (!got[i].getName().equals("news") || !got[i].getParameter().equals(payloads[i]) || got[i].getPID() != pid)
                throw new AssertionError("unexpected " + got[i].getName() + " " + got[i].getParameter() + " of " + got[i].getPID());
    }

    public static void main(String[] args) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/" + args[1];
        try (Connection listener = DriverManager.getConnection(url, "postgres", ""); Connection sender = DriverManager.getConnection(url, "postgres", "");
             Statement listen = listener.createStatement(); Statement send = sender.createStatement()) {
            PGConnection heard = listener.unwrap(PGConnection.class);
            int pid = sender.unwrap(PGConnection.class).getBackendPID();
            listen.execute("LISTEN news");
            send.execute("NOTIFY news, 'one'");
            listen.execute("SELECT 1");
            expect(heard.getNotifications(), pid, "one");
            send.execute("NOTIFY news, 'two'");
            expect(heard.getNotifications(10000), pid, "two");
            sender.setAutoCommit(false);
            try (PreparedStatement notify = sender.prepareStatement("SELECT pg_notify('news', ?)")) {
                for (String payload : new String[] {"three", "four", "three"}) {
                    notify.setString(1, payload);
                    notify.execute();
                }
            }
            listen.execute("SELECT 1");
            expect(heard.getNotifications(), pid);
            sender.commit();
            expect(heard.getNotifications(10000), pid, "three", "four");
        }
        System.out.println("OK");
    }
}
