"""Random values of every type as texts that PostgreSQL accepts, most of them in one of several spellings; and misspelt ones."""
import random
import struct

from random_paths import Paths, document

WORDS = ["", "a", "A", "ab", "b", "B", "aB", "a b", " a", "a ", "  ", "zz", "é", "É", "ß", "ж", "日本", "😀", "e\u0301", "NULL", "null", "'", '"', "\\", "\\x41",
         "{", "}", "(", ")", "[", "]", ",", ";", ":", "=>", "\t", "\n", "\r", "\x01", "%", "_", "0", "10", "9", "-", "true"]
PLAIN = ["a", "b", "c", "ab", "ba", "x1", "it", "ж", "日本", "A"]


def text(rng):
    return "".join(rng.choice(WORDS) for _ in range(rng.randrange(5)))


def digits(rng, most):
    return "".join(rng.choice("0123456789") for _ in range(rng.randint(1, most)))


def spaced(rng, value):
    return rng.choice(["", "", "", " ", "\t"]) + value + rng.choice(["", "", "", " ", "\n "])


def integer(bits, signed=True):
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)

    def make(rng):
        value = rng.choice([rng.randint(low, high), rng.randint(-9 if signed else 0, 9), rng.randint(low, high) >> rng.randrange(bits), low, high])
        return spaced(rng, rng.choice(["", "", "+" if value >= 0 else "", "0" if value >= 0 else ""]) + str(value))
    return make


def floating(code):
    size = struct.calcsize(code)

    def make(rng):
        if rng.random() < 0.3:
            return rng.choice(["NaN", "Infinity", "-Infinity", "inf", "-0", "0", "1e10", "1e-5", ".5", "5.", "1E+6", "0.1", "1e15", "1e16", "123456789", "+infinity"])
        if rng.random() < 0.3:
            return str(rng.randint(-1000, 1000) / rng.choice([1, 2, 3, 8, 10]))
        return spaced(rng, repr(struct.unpack(code, rng.randbytes(size))[0]))
    return make


def numeric(rng):
    kind = rng.randrange(10)
    if kind == 0:
        return rng.choice(["NaN", "Infinity", "-Infinity", "inf", "-inf", "+Infinity", "0", "-0", "0.000", "-0.00", "1e5", "1.5e-5", ".5", "5.", "1.0", "1.00", "1"])
    if kind == 1:
        return rng.choice(["", "-"]) + digits(rng, 3) + "e" + str(rng.randint(-300, 300))
    size = 5 if kind < 6 else 60
    whole, part = digits(rng, size), digits(rng, size)
    return spaced(rng, rng.choice(["", "-", "+"]) + rng.choice([whole, whole + "." + part, "." + part, whole + ".", whole + "000000000000"]))


def small_numeric(rng):
    return rng.choice(["", "-"]) + digits(rng, 5) + rng.choice(["", "." + digits(rng, 6), "e-3"])


def money(rng):
    cents = rng.choice([rng.randint(-(1 << 63), (1 << 63) - 1), rng.randint(-10000, 10000)])
    plain = f"{abs(cents) // 100}.{abs(cents) % 100:02}"
    grouped = f"{abs(cents) // 100:,}.{abs(cents) % 100:02}"
    shown = rng.choice([plain, "$" + plain, grouped, "$" + grouped, plain + "4", "$ " + plain])
    return rng.choice(["-" + shown, f"({shown})"]) if cents < 0 else shown


def bytea(rng):
    data = rng.randbytes(rng.choice([0, 1, 2, 3, 5, 20]))
    kind = rng.randrange(4)
    if kind == 0:
        return "".join(f"\\{byte:03o}" if byte < 32 or byte > 126 or byte == 92 else chr(byte) for byte in data)
    shown = data.hex()
    return "\\x" + (" ".join(data.hex()[i:i + 2] for i in range(0, len(shown), 2)) if kind == 1 else shown.upper() if kind == 2 else shown)


def uuid(rng):
    value = rng.randbytes(16).hex() if rng.random() < 0.8 else rng.choice("0f") * 32
    shown = "-".join([value[:8], value[8:12], value[12:16], value[16:20], value[20:]])
    return rng.choice([shown, shown, shown.upper(), value, "{" + shown + "}", "-".join(value[i:i + 4] for i in range(0, 32, 4))])


def bits(least, most):
    def make(rng):
        size = rng.randint(least, most)
        if size % 4 == 0 and rng.random() < 0.3:
            return rng.choice("xX") + "".join(rng.choice("0123456789abcdefABCDEF") for _ in range(size // 4))
        return rng.choice(["", "", "b", "B"]) + "".join(rng.choice("01") for _ in range(size))
    return make


MONTHS = ["Jan", "Feb", "March", "apr", "MAY", "June", "Jul", "August", "Sept", "Oct", "November", "Dec"]
ZONES = ["Z", "UTC", "+00", "+03", "-7", "+05:30", "-11:30", "+1545", "-12:34:56", " PST", " EST", " CET", " MSK", " America/New_York", " Europe/Paris", " Asia/Kolkata",
         " zulu", " GMT+5", " EST5EDT", "+15:59", "-15:59"]


def date_text(rng):
    if rng.random() < 0.06:
        return rng.choice(["infinity", "-infinity", "epoch"])
    year = rng.choice([rng.randint(1, 9999), rng.randint(1900, 2100), rng.randint(1960, 2040), rng.randint(10000, 294000)])
    month, day = rng.randint(1, 12), rng.choice([rng.randint(1, 28), rng.randint(1, 31)])
    era = rng.choice([" BC", " bc", " AD"]) if year < 4700 and rng.random() < 0.12 else ""
    name = MONTHS[month - 1]
    form = rng.randrange(14)
    if form < 6:
        return f"{year:04}-{month:02}-{day:02}{era}"
    return [f"{year:04}{month:02}{day:02}", f"{month}/{day}/{year:04}{era}", f"{name} {day}, {year:04}{era}", f"{day} {name} {year:04}{era}", f"{year:04}-{name}-{day}{era}",
            f"{day}-{name}-{year % 100:02}", f"{year:04}.{rng.randint(1, 366):03}{era}", f"J{rng.randint(0, 5373484)}"][form - 6]


def clock_text(rng):
    hour, minute, second = rng.choice([rng.randrange(24), 0, 23]), rng.choice([rng.randrange(60), 0, 59]), rng.choice([rng.randrange(60), 0, 59, 60])
    part = rng.choice(["", "", "." + digits(rng, 6), "." + digits(rng, 9), ".999999", ".5", "."])
    form = rng.randrange(10)
    if form == 0:
        return rng.choice(["24:00:00", "allballs", "00:00:00", "23:59:59.999999", "23:59:60", "12:00 AM", "12:00 pm"])
    if form == 1:
        return f"{hour % 12 + 1}:{minute:02}:{second:02}{part} {rng.choice(['AM', 'PM', 'am'])}"
    if form == 2:
        return f"{hour:02}{minute:02}{second:02}{part}"
    if form == 3:
        return f"{hour}:{minute:02}"
    return f"{hour:02}:{minute:02}:{second:02}{part}"


def timestamp(rng):
    day = date_text(rng)
    if day.endswith("infinity") or day == "epoch":
        return day
    joint = "T" if day[-1:].isdigit() and "-" in day and rng.random() < 0.3 else " "
    if rng.random() < 0.1:
        return day
    for era in (" BC", " bc", " AD"):
        if day.endswith(era):
            return day[:-3] + " " + clock_text(rng) + era
    return day + joint + clock_text(rng)


def timestamptz(rng):
    value = timestamp(rng)
    for era in (" BC", " bc", " AD"):
        if value.endswith(era):
            return value[:-3] + rng.choice(ZONES) + era
    return value if "inf" in value or value == "epoch" else value + rng.choice(["", *ZONES])


def timetz(rng):
    return clock_text(rng) + rng.choice([zone for zone in ZONES if "/" not in zone and "5EDT" not in zone] + [""])


UNITS = ["microseconds", "ms", "second", "s", "min", "minutes", "h", "hours", "d", "days", "w", "weeks", "mon", "months", "y", "years", "decades", "centuries", "millennium"]


def interval(rng):
    form = rng.randrange(8)
    number = lambda: rng.choice(["", "-", "", "+"]) + rng.choice([str(rng.randrange(100)), str(rng.randrange(40)), f"{rng.randrange(40)}.{digits(rng, 3)}"])
    clock = lambda: rng.choice(["", "-"]) + f"{rng.randrange(200):02}:{rng.randrange(60):02}" + rng.choice(["", f":{rng.randrange(60):02}", f":{rng.randrange(60):02}.{digits(rng, 6)}"])
    if form < 3:
        return " ".join(f"{number()} {unit}" for unit in rng.sample(UNITS, rng.randint(1, 4))) + rng.choice(["", "", " ago"])
    if form == 3:
        return rng.choice(["", "@ "]) + f"{rng.randrange(300)} days {clock()}"
    if form == 4:
        return "P" + "".join(f"{rng.randrange(-5, 50)}{unit}" for unit in "YMD") + rng.choice(["", f"T{rng.randrange(50)}H{rng.randrange(-70, 70)}M{number()}S"])
    if form == 5:
        return f"{rng.choice(['', '-'])}{rng.randrange(200)}-{rng.randrange(12)} {rng.choice(['', '-', '+'])}{rng.randrange(50)} {clock()}"
    if form == 6:
        return rng.choice(["0", "1 mon", "30 days", "720:00:00", "1 day", "24:00:00", "-1 day +24:00:00", "178000000 years", "-178000000 years", "2147483647 days", "1 year", "12 mons",
                           "P0001-02-03T04:05:06", "P1Y", "PT0.000001S", "1.5 mon", "1 2:3", "2 y 3"])
    return clock()


def json_text(rng):
    value = document(rng)
    return value if rng.random() < 0.7 else spaced(rng, value.replace(", ", rng.choice([",", " ,  ", ",\n"])).replace(": ", rng.choice([":", " : "])))


def jsonpath(rng):
    return Paths(rng).path()


def address(rng):
    if rng.random() < 0.5:
        return ".".join(str(rng.choice([rng.randrange(256), 0, 10, 255])) for _ in range(4)), 32
    form = rng.randrange(4)
    groups = [f"{rng.choice([rng.randrange(65536), 0, 0, 1]):x}" for _ in range(8)]
    if form == 0:
        return "::" + ":".join(groups[:rng.randint(0, 3)]), 128
    if form == 1:
        return ":".join(groups[:3]) + "::" + ":".join(groups[5:]), 128
    if form == 2:
        return "::ffff:" + ".".join(str(rng.randrange(256)) for _ in range(4)), 128
    return ":".join(groups), 128


def inet(rng):
    value, size = address(rng)
    return value + rng.choice(["", f"/{rng.randint(0, size)}", f"/{size}"])


def cidr(rng):
    if rng.random() < 0.3:
        return rng.choice(["10", "10.1", "192.168.1", "172.16/12", "0/0", "::/0", "224", "128.1", "10.1.2.3/32", "2001:db8::/32"])
    size = rng.randint(0, 4)
    return ".".join([str(rng.randrange(256)) for _ in range(size)] + ["0"] * (4 - size)) + f"/{size * 8}" if rng.random() < 0.7 else f"{rng.randrange(1, 65536):x}::/{rng.randint(16, 128)}"


def mac(size):
    def make(rng):
        value = rng.choice([rng.randbytes(size), bytes(size - 1) + rng.randbytes(1)]).hex()
        pairs = [value[i:i + 2] for i in range(0, size * 2, 2)]
        return rng.choice([":".join(pairs), "-".join(pairs), value, value[:6] + ":" + value[6:], ".".join(value[i:i + 4] for i in range(0, size * 2, 4)), ":".join(pairs).upper()])
    return make


def number(rng):
    return rng.choice([str(rng.randint(-9, 9)), str(rng.randint(-99, 99) / 4), repr(rng.uniform(-1e3, 1e3)), rng.choice(["0", "-0", "1e300", "1e-300", "Infinity", "NaN", "-inf", "0.1"])])


def point(rng):
    pair = f"{number(rng)},{number(rng)}"
    return rng.choice([f"({pair})", f"({pair})", pair, f"( {pair} )"])


def points(rng, count):
    return ",".join(f"({number(rng)},{number(rng)})" for _ in range(count))


def line(rng):
    if rng.random() < 0.6:
        return "{" + ",".join(number(rng) for _ in range(3)) + "}"
    return "[" + ",".join(f"({rng.randint(-99, 99)},{rng.randint(-99, 99) / 4})" for _ in range(2)) + "]"


def lseg(rng):
    pair = points(rng, 2)
    return rng.choice([f"[{pair}]", f"({pair})", pair])


def box(rng):
    pair = points(rng, 2)
    return rng.choice([f"({pair})", pair])


def path(rng):
    several = points(rng, rng.randint(1, 4))
    return rng.choice([f"[{several}]", f"({several})", several])


def polygon(rng):
    several = points(rng, rng.randint(1, 5))
    return rng.choice([f"({several})", several])


def circle(rng):
    radius = abs(rng.randint(-99, 99)) / 4
    return rng.choice([f"<({number(rng)},{number(rng)}),{radius}>", f"(({number(rng)},{number(rng)}),{radius})", f"{number(rng)},{number(rng)},{radius}"])


def xml(rng, depth=0):
    kind = rng.randrange(6)
    if kind == 0 or depth > 2:
        return rng.choice(["text", "a &amp; b", "é", "", "<!-- c -->", "<![CDATA[x<y]]>", "<?pi data?>", "&#65;"])
    tag = rng.choice(["a", "b", "ns:c", "ж"])
    given = rng.choice(["", "", ' x="1"', " y='&lt;'"]) + (' xmlns:ns="u"' if depth == 0 else "")
    return (rng.choice(["", "", '<?xml version="1.0"?>']) if depth == 0 else "") + (
        f"<{tag}{given}/>" if kind == 1 else f"<{tag}{given}>" + "".join(xml(rng, depth + 1) for _ in range(rng.randrange(3))) + f"</{tag}>")


def lexeme(rng):
    word = rng.choice(PLAIN + ["it's", "a b", "back\\slash", "x:y", "a&b", ""])
    return word if word in PLAIN else "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def tsvector(rng):
    places = lambda: ":" + ",".join(f"{rng.choice([rng.randint(1, 20), rng.randint(1, 20000)])}{rng.choice(['', '', 'A', 'b', 'C', 'D'])}" for _ in range(rng.randint(1, 4)))
    return rng.choice([" ", "  "]).join((lexeme(rng) if rng.random() < 0.95 else "a") + rng.choice(["", places()]) for _ in range(rng.randrange(6)))


def tsquery(rng, depth=0):
    """Operators lean to the left: the text, which is what is stored, does not tell a & (b & c) from (a & b) & c."""
    if depth > 2 or rng.random() < 0.3:
        return lexeme(rng) + rng.choice(["", "", "", ":*", ":A", ":ab", ":*cD"])
    inner = [tsquery(rng, depth + 1), lexeme(rng)]
    inner = [f"({part})" if rng.random() < 0.5 else part for part in inner]
    return rng.choice(["!", "! "]) + inner[0] if rng.random() < 0.2 else inner[0] + rng.choice([" & ", "&", " | ", "|", " <-> ", " <3> ", "<2>"]) + inner[1]


def lsn(rng):
    value = rng.getrandbits(rng.choice([8, 33, 64]))
    return rng.choice(["{:X}/{:X}", "{:x}/{:x}"]).format(value >> 32, value & 0xffffffff)


def one_of(*values):
    return lambda rng: rng.choice(values)


def hstore(rng):
    item = lambda: '"' + text(rng).replace("\\", "\\\\").replace('"', '\\"') + '"' if rng.random() < 0.5 else rng.choice(PLAIN)
    return ", ".join(item() + rng.choice(["=>", " => "]) + rng.choice([item(), "NULL", '"NULL"']) for _ in range(rng.randrange(4)))


def ranges(bound):
    def make(rng):
        if rng.random() < 0.1:
            return rng.choice(["empty", "(,)", " EMPTY ", "[,]"])
        low, high = bound(rng), bound(rng)
        low, high = ('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in (low, high))
        return rng.choice("[(") + rng.choice([low, low, low, ""]) + "," + rng.choice([high, high, high, ""]) + rng.choice("])")
    return make


def ordered_ranges(bound, key):
    """Ranges whose bounds are in order, by `key` of their texts."""
    def make(rng):
        if rng.random() < 0.1:
            return rng.choice(["empty", "(,)", "EMPTY", "[,]"])
        low, high = sorted([bound(rng), bound(rng)], key=key)
        return rng.choice("[(") + rng.choice([low, low, low, ""]) + "," + rng.choice([high, high, high, ""]) + rng.choice("])")
    return make


def multiranges(range_of):
    return lambda rng: "{" + rng.choice([",", ", "]).join(range_of(rng) for _ in range(rng.randrange(5))) + "}"


def small_int(rng):
    return str(rng.choice([rng.randint(-20, 20), rng.randint(-2**30, 2**30)]))


def small_decimal(rng):
    return rng.choice([str(rng.randint(-20, 20)), f"{rng.randint(-20, 20)}.{digits(rng, 3)}"])


def iso_date(rng):
    return f"{rng.choice([rng.randint(1990, 2030), rng.randint(1, 9999)]):04}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def iso_timestamp(rng):
    return f'"{iso_date(rng)} {rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}{rng.choice(["", ".25"])}"'


INT_RANGE = ordered_ranges(small_int, int)
NUM_RANGE = ordered_ranges(small_decimal, float)
DATE_RANGE = ordered_ranges(iso_date, str)
TS_RANGE = ordered_ranges(iso_timestamp, str)


def quoted_item(rng, value, special):
    if value is None:
        return "NULL"
    if value == "" or value.upper() == "NULL" or any(c in special or c.isspace() for c in value) or rng.random() < 0.2:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value


def arrays(make, delimiter=","):
    """Arrays of up to three dimensions, with nulls and, some of them, with lower bounds."""
    special = set('{}"\\' + delimiter)

    def part(rng, shape):
        if not shape:
            return quoted_item(rng, None if rng.random() < 0.1 else make(rng), special)
        return "{" + (delimiter + rng.choice(["", "", " "])).join(part(rng, shape[1:]) for _ in range(shape[0])) + "}"

    def array(rng):
        if rng.random() < 0.05:
            return rng.choice(["{}", " {} ", "{NULL}"])
        shape = [rng.randint(1, 3) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        lower = ""
        if rng.random() < 0.2:
            lows = [rng.randint(-3, 3) for _ in shape]
            lower = "".join(f"[{low}:{low + size - 1}]" for low, size in zip(lows, shape)) + "="
        return lower + part(rng, shape)
    return array


def composite(*makes):
    special = set('()"\\,')

    def make(rng):
        fields = []
        for field in makes:
            value = None if rng.random() < 0.15 else field(rng)
            fields.append("" if value is None else quoted_item(rng, value, special))
        return "(" + ",".join(fields) + ")"
    return make


def names_of(*names):
    return one_of(*names, "-")


SETUP = """
CREATE EXTENSION hstore; CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'it''s "odd", very', 'Ж');
ALTER TYPE mood ADD VALUE 'glum' BEFORE 'ok';
CREATE DOMAIN small AS int CHECK (VALUE BETWEEN -100 AND 100);
CREATE DOMAIN word AS varchar(6) NOT NULL CHECK (VALUE <> 'bad');
CREATE DOMAIN cents AS numeric(8,2);
CREATE DOMAIN words AS text[] CHECK (array_length(VALUE, 1) < 3);
CREATE TYPE pair AS (n int, t text);
CREATE TYPE deep AS (p pair, m mood, a int[], d numeric(6,2), v varchar(5));
CREATE TYPE floatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");
"""

USER_TYPES = ["mood", "small", "word", "cents", "words", "pair", "deep", "floatrange", "floatmultirange", "textrange", "textmultirange", "hstore", "citext"]

# name: (the type as written in SQL, the generator)
TYPES = {
    "bool": ("bool", one_of("t", "f", "true", "FALSE", "yes", "no", "on", "of", "off", "1", "0", " t ", "y", "N", "tr")),
    "int2": ("int2", integer(16)),
    "int4": ("int4", integer(32)),
    "int8": ("int8", integer(64)),
    "oid": ("oid", integer(32, False)),
    "float4": ("float4", floating("!f")),
    "float8": ("float8", floating("!d")),
    "numeric": ("numeric", numeric),
    "numeric_10_3": ("numeric(10,3)", small_numeric),
    "numeric_5_minus_2": ("numeric(5,-2)", small_numeric),
    "numeric_3_5": ("numeric(3,5)", lambda rng: "0.00" + digits(rng, 4)),
    "money": ("money", money),
    "text": ("text", text),
    "varchar": ("varchar", text),
    "varchar_5": ("varchar(5)", text),
    "char_5": ("char(5)", text),
    "char": ("char", lambda rng: text(rng)[:1]),
    "bpchar": ("bpchar", text),
    "name": ("name", lambda rng: text(rng) * rng.choice([1, 1, 9])),
    "internal_char": ('"char"', lambda rng: rng.choice(["a", "Z", " ", "\\101", "\\001", "abc", "~", "0"])),
    "text_icu": ('text COLLATE "und-x-icu"', text),
    "bytea": ("bytea", bytea),
    "uuid": ("uuid", uuid),
    "bit_5": ("bit(5)", bits(5, 5)),
    "bit": ("bit", bits(1, 1)),
    "varbit": ("varbit", bits(0, 40)),
    "varbit_9": ("varbit(9)", bits(0, 9)),
    "date": ("date", date_text),
    "time": ("time", clock_text),
    "time_2": ("time(2)", clock_text),
    "timetz": ("timetz", timetz),
    "timetz_0": ("timetz(0)", timetz),
    "timestamp": ("timestamp", timestamp),
    "timestamp_3": ("timestamp(3)", timestamp),
    "timestamptz": ("timestamptz", timestamptz),
    "timestamptz_0": ("timestamptz(0)", timestamptz),
    "interval": ("interval", interval),
    "interval_2": ("interval(2)", interval),
    "interval_ym": ("interval year to month", interval),
    "interval_ds": ("interval day to second(3)", interval),
    "json": ("json", json_text),
    "jsonb": ("jsonb", json_text),
    "jsonpath": ("jsonpath", jsonpath),
    "mood": ("mood", one_of("sad", "glum", "ok", "happy", 'it\'s "odd", very', "Ж")),
    "small": ("small", lambda rng: str(rng.randint(-100, 100))),
    "word": ("word", lambda rng: text(rng)[:6]),
    "cents": ("cents", small_numeric),
    "words": ("words", lambda rng: rng.choice(["{}", "{a}", '{a,"b c"}', "{NULL,b}", "{{a,b},{c,d}}"])),
    "pair": ("pair", composite(integer(32), text)),
    "deep": ("deep", composite(composite(small_int, text), one_of("sad", "ok"), lambda rng: rng.choice(["{}", "{1,NULL}", "[0:1]={1,2}"]),
                               lambda rng: f"{rng.randint(-99, 99)}.{digits(rng, 3)}", lambda rng: text(rng)[:5])),
    "int4range": ("int4range", INT_RANGE),
    "int8range": ("int8range", INT_RANGE),
    "numrange": ("numrange", NUM_RANGE),
    "daterange": ("daterange", DATE_RANGE),
    "tsrange": ("tsrange", TS_RANGE),
    "tstzrange": ("tstzrange", TS_RANGE),
    "floatrange": ("floatrange", NUM_RANGE),
    "textrange": ("textrange", ranges(text)),
    "int4multirange": ("int4multirange", multiranges(INT_RANGE)),
    "int8multirange": ("int8multirange", multiranges(INT_RANGE)),
    "nummultirange": ("nummultirange", multiranges(NUM_RANGE)),
    "datemultirange": ("datemultirange", multiranges(DATE_RANGE)),
    "tsmultirange": ("tsmultirange", multiranges(TS_RANGE)),
    "tstzmultirange": ("tstzmultirange", multiranges(TS_RANGE)),
    "floatmultirange": ("floatmultirange", multiranges(NUM_RANGE)),
    "textmultirange": ("textmultirange", multiranges(ranges(lambda rng: rng.choice(PLAIN)))),
    "inet": ("inet", inet),
    "cidr": ("cidr", cidr),
    "macaddr": ("macaddr", mac(6)),
    "macaddr8": ("macaddr8", lambda rng: mac(rng.choice([6, 8, 8]))(rng)),
    "point": ("point", point),
    "line": ("line", line),
    "lseg": ("lseg", lseg),
    "box": ("box", box),
    "path": ("path", path),
    "polygon": ("polygon", polygon),
    "circle": ("circle", circle),
    "xml": ("xml", xml),
    "tsvector": ("tsvector", tsvector),
    "tsquery": ("tsquery", tsquery),
    "pg_lsn": ("pg_lsn", lsn),
    "regclass": ("regclass", names_of("pg_class", "pg_catalog.pg_type", "1259", "pg_class_oid_index", '"pg_proc"', "99999")),
    "regtype": ("regtype", names_of("int4", "integer", "pg_catalog.text", "varchar", "timestamp with time zone", "int[]", '"char"', "1043", "character varying", "name[]", "99999")),
    "regproc": ("regproc", names_of("now", "pg_catalog.int4pl", "boolin", "1242", "random", "99999")),
    "regprocedure": ("regprocedure", names_of("abs(int4)", "now()", "pg_catalog.substring(text,int,int)", "sum(numeric)", "1242", "99999", "lower(text)")),
    "regoper": ("regoper", one_of("||/", "pg_catalog.||/", "96", "@-@", "99999", "0")),
    "regoperator": ("regoperator", one_of("+(int4,int4)", "pg_catalog.=(text,text)", "-(none,int8)", "96", "99999", "0")),
    "regconfig": ("regconfig", names_of("english", "simple", "english", "99999")),
    "regdictionary": ("regdictionary", names_of("simple", "english_stem", "99999")),
    "regnamespace": ("regnamespace", names_of("pg_catalog", "public", "11", "99999")),
    "regrole": ("regrole", names_of("postgres", "10", "99999")),
    "regcollation": ("regcollation", names_of('"C"', '"POSIX"', 'pg_catalog."default"', "100", "99999")),
    "hstore": ("hstore", hstore),
    "citext": ("citext", text),
    "xid": ("xid", integer(32, False)),
    "cid": ("cid", integer(32, False)),
    "xid8": ("xid8", integer(64, False)),
    "tid": ("tid", lambda rng: f"({rng.getrandbits(rng.choice([3, 32]))},{rng.getrandbits(rng.choice([3, 16]))})"),
    "oidvector": ("oidvector", lambda rng: " ".join(str(rng.randrange(99)) for _ in range(rng.randrange(4)))),
    "int2vector": ("int2vector", lambda rng: " ".join(str(rng.randint(-99, 99)) for _ in range(rng.randrange(4)))),
}

NO_ARRAYS = {"text_icu"}
DELIMITERS = {"box": ";"}


def array_types():
    for name, (sql, make) in TYPES.items():
        if name not in NO_ARRAYS:
            yield name + "_array", (sql + "[]", arrays(make, DELIMITERS.get(name, ",")))


TYPES.update(dict(array_types()))


def misspelt(rng, value):
    at = rng.randrange(len(value) + 1)
    other = rng.choice(list("0123456789-+.,:;/\\'\"{}()[]<>= aAeEbBxXtTzZ_") + ["NaN", "é", "99999"])
    return rng.choice([value[:at] + other + value[at:], value[:at] + value[at + 1:], value[:at], value[:at] + other + value[at + 1:]])


# What the grammar says of a misspelt one of these differs in the words, and "char" cannot hold more than ASCII characters in order.
NOT_MISSPELT = {"jsonpath", "regtype", "regoperator", "regprocedure", "internal_char"}


def values(name, seed, count):
    """`count` texts of the type `name`, the same for the same seed; some of them misspelt."""
    rng = random.Random(f"{seed} {name}")
    make = TYPES[name][1]
    for _ in range(count):
        value = make(rng)
        yield misspelt(rng, value) if rng.random() < 0.15 and name.removesuffix("_array") not in NOT_MISSPELT else value
