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

    def leave(self):
        """With Terminate: as a client that has no more to do."""
        self.socket.sendall(_framed(b"X", b""))
        self.socket.close()

    def reset(self):
        """RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def parse(self, sql, types=()):
        """Prepare the unnamed statement; None, or the Failure."""
        body = b"\0" + sql.encode() + b"\0" + struct.pack(f"!h{len(types)}I", len(types), *types)
        self.socket.sendall(_framed(b"P", body) + _framed(b"S", b""))
        return self.outcome()[0]

    def execute(self, parameters=(), form=0, result_form=0):
        """send_execute and outcome in one: the rows, or the Failure."""
        self.send_execute([parameters], form, result_form)
        failure, rows = self.outcome()
        return failure or rows

    def send_execute(self, many, form=0, result_form=0):
        """Run the unnamed statement once for each of the lists of parameters (bytes or None); an outcome() waits for each. 0 is text, 1 binary."""
        parts = []
        for parameters in many:
            values = b"".join(struct.pack("!i", -1) if p is None else struct.pack("!i", len(p)) + p for p in parameters)
            parts.append(_framed(b"B", b"\0\0" + struct.pack("!hhh", 1, form, len(parameters)) + values + struct.pack("!hh", 1, result_form)))
            parts.append(_framed(b"E", b"\0" + struct.pack("!i", 0)) + _framed(b"S", b""))
        self.socket.sendall(b"".join(parts))

    def outcome(self):
        """(Failure or None, rows as tuples of bytes or None) of what comes up to ReadyForQuery."""
        failure, rows = None, []
        while True:
            message = self.message()
            if message is None:
                raise EOFError("the server closed the connection")
            kind, body = message
            if kind == b"D":
                rows.append(_columns(body))
            elif kind == b"E":
                failure = Failure(body)
            elif kind == b"Z":
                return failure, rows


class Failure:
    """What an ErrorResponse says; equal when what a client would show is equal."""

    def __init__(self, body):
        fields = {chr(field[0]): field[1:].decode("utf-8", "replace") for field in body.split(b"\0") if field}
        self.says = tuple(fields.get(code) for code in "CMDHP")

    def __eq__(self, other):
        return isinstance(other, Failure) and self.says == other.says

    def __repr__(self):
        return "Failure" + repr(self.says)


def _framed(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


def _columns(body):
    columns, at = [], 2
    for _ in range(struct.unpack_from("!h", body)[0]):
        size = struct.unpack_from("!i", body, at)[0]
        at += 4
        columns.append(None if size < 0 else body[at:at + size])
        at += max(size, 0)
    return tuple(columns)
