import struct

import pytest
from wire import GSSENC_REQUEST, PROTOCOL_3, SSL_REQUEST, Connection, errors, kinds


def test_a_session_begins_with_parameters_and_a_key(raw):
    messages = raw.start()
    assert kinds(messages).lstrip("R").lstrip("S") == "KZ"
    assert raw.parameters["server_encoding"] == "UTF8"
    assert raw.parameters["integer_datetimes"] == "on"
    assert raw.parameters["standard_conforming_strings"] == "on"
    assert raw.parameters["server_version"].startswith("15.")
    assert raw.parameters["session_authorization"] == "postgres"
    assert messages[-1].body == b"I"


@pytest.mark.parametrize("request_code", [SSL_REQUEST, GSSENC_REQUEST])
def test_encryption_is_declined_and_the_session_goes_on(raw, request_code):
    raw.send_raw(struct.pack("!ii", 8, request_code))
    assert raw.read_bytes(1) in (b"N", b"S")
    raw.close()


def test_parameters_of_the_packet_are_settings(raw):
    raw.start(application_name="wire tests", DateStyle="SQL, DMY", options="-c extra_float_digits=2 --work_mem=8MB")
    assert raw.parameters["application_name"] == "wire tests"
    assert raw.parameters["DateStyle"] == "SQL, DMY"
    assert raw.query("SHOW extra_float_digits")[1].row == [b"2"]
    assert raw.query("SHOW work_mem")[1].row == [b"8MB"]


def test_a_newer_minor_protocol_is_negotiated(raw):
    messages = raw.start(version=PROTOCOL_3 + 2, **{"_pq_.strange": "1"})
    negotiation = next(message for message in messages if message.kind == "v")
    assert negotiation.body == struct.pack("!ii", PROTOCOL_3, 1) + b"_pq_.strange\0"
    assert messages[-1].kind == "Z"


@pytest.mark.parametrize("parameters, code", [
    (dict(user=""), "28000"),
    (dict(database="nowhere_at_all"), "3D000"),
    (dict(DateStyle="nonsense"), "22023"),
    (dict(no_such_setting="1"), "42704"),
    (dict(options="--work_mem"), "42601"),
])
def test_a_wrong_packet_is_refused(raw, parameters, code):
    messages = raw.start(**parameters)
    assert errors(messages) == [code]
    assert messages[-1].fields["S"] == "FATAL"
    assert raw.is_closed()


def test_another_major_protocol_is_refused(raw):
    messages = raw.start(version=4 << 16)
    assert errors(messages) == ["0A000"]
    assert messages[-1].fields["M"] == "unsupported frontend protocol 4.0: server supports 3.0 to 3.0"


def test_an_older_protocol_is_refused_in_its_own_form(raw):
    raw.send_startup(2 << 16, user="postgres")
    text = b"EFATAL:  unsupported frontend protocol 2.0: server supports 3.0 to 3.0\n\0"
    assert raw.read_bytes(len(text)) == text
    assert raw.is_closed()


def test_a_packet_without_its_terminator_is_refused(raw):
    raw.send_raw(struct.pack("!ii", 13, PROTOCOL_3) + b"user\1")
    assert errors(raw.until("E")) == ["08P01"]


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", struct.pack("!i", 3), struct.pack("!ii", 1 << 20, PROTOCOL_3), b"\xff" * 64])
def test_what_is_no_packet_is_closed_without_a_word(raw, garbage):
    raw.send_raw(garbage)
    assert raw.is_closed()


def test_a_client_that_leaves_in_the_middle_hurts_nobody(target, conn):
    for cut in (1, 4, 7, 12):
        packet = struct.pack("!ii", 28, PROTOCOL_3) + b"user\0postgres\0\0"
        other = Connection(target)
        other.send_raw(packet[:cut])
        other.close()
    assert conn.query("SELECT 1")[1].row == [b"1"]
