"""A bare connection: enough of the protocol to be rude with."""
import socket
import struct


class RawConnection:
    def __init__(self, port, database="main", user="postgres", timeout=20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buffer = b""
        fields = b"user\0" + user.encode() + b"\0database\0" + database.encode() + b"\0\0"
        self.socket.sendall(struct.pack("!ii", len(fields) + 8, 196608) + fields)
        self.pid = self.key = self.error = None  # error: why there is no session
        for kind, body in self.until_ready():
            if kind == b"E":
                self.error = body

    def message(self):
        """(type, body) of the next message; None at the end of the stream."""
        while len(self.buffer) < 5 or len(self.buffer) < 1 + struct.unpack_from("!i", self.buffer, 1)[0]:
            more = self.socket.recv(65536)
            if not more:
                return None
            self.buffer += more
        length = struct.unpack_from("!i", self.buffer, 1)[0]
        kind, body = self.buffer[:1], self.buffer[5:1 + length]
        self.buffer = self.buffer[1 + length:]
        return kind, body

    def until_ready(self):
        """Messages up to ReadyForQuery; ends early when the server closes."""
        messages = []
        while True:
            message = self.message()
            if message is None:
                return messages
            messages.append(message)
            if message[0] == b"K":
                self.pid, self.key = struct.unpack("!iI", message[1])
            if message[0] == b"Z":
                return messages

    def send_query(self, sql):
        self.socket.sendall(b"Q" + struct.pack("!i", len(sql.encode()) + 5) + sql.encode() + b"\0")

    def query(self, sql):
        self.send_query(sql)
        return self.until_ready()

    def close(self):
        """Without Terminate: as a client that dies."""
        self.socket.close()

    def reset(self):
        """RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
