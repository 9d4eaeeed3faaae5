"""A small client of PostgreSQL's protocol 3.0: sends what it is told, sound or not, and shows what comes back."""
import socket
import struct

PROTOCOL_3 = 196608
SSL_REQUEST, GSSENC_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102


def cstring(text):
    return (text if isinstance(text, bytes) else text.encode()) + b"\0"


def error_fields(body):
    """The fields of an ErrorResponse or NoticeResponse by their letters."""
    return {field[:1].decode(): field[1:].decode() for field in body.split(b"\0") if field}


class Message:
    def __init__(self, kind, body):
        self.kind, self.body = kind.decode(), body

    def __repr__(self):
        return f"{self.kind}:{self.body!r}"

    @property
    def fields(self):
        return error_fields(self.body)

    @property
    def row(self):
        (count,), at, values = struct.unpack_from("!h", self.body), 2, []
        for _ in range(count):
            (size,) = struct.unpack_from("!i", self.body, at)
            at += 4
            values.append(None if size < 0 else self.body[at:at + size])
            at += max(size, 0)
        return values

    @property
    def columns(self):
        """(name, type oid, format) of a RowDescription."""
        (count,), at, columns = struct.unpack_from("!h", self.body), 2, []
        for _ in range(count):
            end = self.body.index(b"\0", at)
            name = self.body[at:end].decode()
            _, _, oid, _, _, code = struct.unpack_from("!ihihih", self.body, end + 1)
            columns.append((name, oid, code))
            at = end + 19
        return columns

    @property
    def tag(self):
        return self.body[:-1].decode()


def kinds(messages):
    return "".join(message.kind for message in messages)


def rows(messages):
    return [[None if value is None else value.decode() for value in message.row] for message in messages if message.kind == "D"]


def errors(messages):
    return [message.fields["C"] for message in messages if message.kind == "E"]


def tags(messages):
    return [message.tag for message in messages if message.kind == "C"]


def connect_socket(target, timeout=20):
    """target: a TCP port of this host, or the path of a unix socket."""
    if isinstance(target, str):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(timeout)
        sock.connect(target)
        return sock
    return socket.create_connection(("127.0.0.1", target), timeout=timeout)


class Connection:
    """An open socket; `start` makes it a session."""

    def __init__(self, target):
        self.target, self.socket, self.buffer = target, connect_socket(target), b""
        self.parameters, self.pid, self.key = {}, None, None

    def start(self, user="postgres", database="postgres", version=PROTOCOL_3, **parameters):
        self.send_startup(version, user=user, database=database, **parameters)
        messages = self.until("ZE")
        for message in messages:
            if message.kind == "S":
                name, value = message.body[:-1].decode().split("\0")
                self.parameters[name] = value
            elif message.kind == "K":
                self.pid, self.key = struct.unpack("!iI", message.body)
        return messages

    def send_startup(self, version, **parameters):
        body = b"".join(cstring(name) + cstring(value) for name, value in parameters.items()) + b"\0"
        self.send_raw(struct.pack("!ii", len(body) + 8, version) + body)

    def send_raw(self, data):
        self.socket.sendall(data)

    def send(self, kind, body=b""):
        self.send_raw(kind.encode() + struct.pack("!i", len(body) + 4) + body)

    def read_bytes(self, count):
        while len(self.buffer) < count:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError(self.buffer)
            self.buffer += more
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def read(self):
        header = self.read_bytes(5)
        return Message(header[:1], self.read_bytes(struct.unpack("!i", header[1:])[0] - 4))

    def until(self, ends="Z"):
        messages = []
        while not messages or messages[-1].kind not in ends:
            messages.append(self.read())
        return messages

    def is_closed(self):
        """Does the server close without another word?"""
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except ConnectionError:
            return True

    # the extended protocol, message by message
    def parse(self, text, name="", types=()):
        self.send("P", cstring(name) + cstring(text) + struct.pack(f"!h{len(types)}I", len(types), *types))

    def bind(self, parameters=(), portal="", statement="", formats=(), results=()):
        body = cstring(portal) + cstring(statement) + struct.pack(f"!h{len(formats)}h", len(formats), *formats)
        body += struct.pack("!h", len(parameters))
        for value in parameters:
            body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
        self.send("B", body + struct.pack(f"!h{len(results)}h", len(results), *results))

    def describe(self, kind, name=""):
        self.send("D", kind.encode() + cstring(name))

    def execute(self, portal="", limit=0):
        self.send("E", cstring(portal) + struct.pack("!i", limit))

    def close_object(self, kind, name=""):
        self.send("C", kind.encode() + cstring(name))

    def sync(self):
        self.send("S")

    def flush(self):
        self.send("H")

    def query(self, text):
        self.send("Q", cstring(text))
        return self.until()

    def status(self):
        """The transaction status that an empty query reports."""
        return self.query("")[-1].body.decode()

    def cancel(self, key=None):
        other = connect_socket(self.target)
        other.sendall(struct.pack("!iiiI", 16, CANCEL_REQUEST, self.pid, self.key if key is None else key))
        other.recv(1)
        other.close()

    def close(self):
        self.socket.close()
