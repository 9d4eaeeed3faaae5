"""Random JSON documents and random SQL/JSON paths over them, some of them misspelt."""

KEYS = ["a", "b", "c", "aa", "ключ", "x y", ""]
STRINGS = ["", "a", "ab", "abc", "é", "2017-03-10", "12:34:56", "12:34:56+3", "2017-03-10 12:34:56", "2017-03-10T12:34:56.5+03:30", "1.5", "1e3",
           "x\ny", "\\", '"', "NaN"]
NUMBERS = ["0", "1", "2", "3", "-1", "1.5", "-2.50", "1e2", "0.001", "10000", "123456789012345678901234567890", "3.0", "12345.678901"]
PATTERNS = ["^a", "b$", "a.c", "A", "[0-9]+", "^$", "(a|b)+", ".", "\\\\d{2}", "x.y"]
TEMPLATES = ["yyyy-mm-dd", "HH24:MI:SS", "HH24:MI:SSTZH", "yyyy-mm-dd HH24:MI:SS", 'yyyy-mm-dd\\"T\\"HH24:MI:SS.FF2TZH:TZM', "dd.mm.yyyy", "#", ""]
METHODS = ["type", "size", "double", "ceiling", "floor", "abs", "keyvalue", "datetime"]
COMPARISONS = ["==", "!=", "<>", "<", ">", "<=", ">="]
MISTAKES = list("$@.?()[]{},*&|!<=>+-/%\"\\ a1_") + ["last", "is unknown", "**", "==", "&&", "to", ".a", "/**/", "exists", "like_regex"]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def document(rng, depth=0):
    kind = rng.choice("nbsdaaooo" if depth < 3 else "nbsd")
    if kind == "n":
        return "null"
    if kind == "b":
        return rng.choice(["true", "false"])
    if kind == "s":
        return quoted(rng.choice(STRINGS))
    if kind == "d":
        return rng.choice(NUMBERS)
    parts = [document(rng, depth + 1) for _ in range(rng.randrange(5))]
    if kind == "a":
        return "[" + ", ".join(parts) + "]"
    return "{" + ", ".join(quoted(rng.choice(KEYS)) + ": " + part for part in parts) + "}"


class Paths:
    """Makes one path: self.path(). Depth limits its size."""

    def __init__(self, rng):
        self.rng = rng

    def path(self):
        mode = self.rng.choice(["", "", "lax ", "strict ", "strict "])
        return mode + (self.value(0, False, False) if self.rng.random() < 0.75 else self.predicate(0, False, False))

    def step(self, depth, in_filter, in_array):
        rng = self.rng
        kind = rng.randrange(12 if depth < 4 else 8)
        if kind < 3:
            key = rng.choice(KEYS)
            return "." + (key if key.isalpha() and rng.random() < 0.7 else quoted(key))
        if kind == 3:
            return ".*"
        if kind == 4:
            return "[*]"
        if kind == 5:
            return "." + rng.choice(["**", "**{1}", "**{0 to 1}", "**{1 to last}", "**{last}", "**{2 to 1}", "**{last to 2}"])
        if kind == 6:
            return "[" + rng.choice(["0", "1", "last", "0 to last", "last - 1", "0, 2", "-1", "1.7", "1 to 2, 0"]) + "]"
        if kind == 7:
            method = rng.choice(METHODS)
            template = quoted_template(rng) if method == "datetime" and rng.random() < 0.5 else ""
            return f".{method}({template})"
        if kind < 11:
            return rng.choice(["? (", " ?("]) + self.predicate(depth + 1, True, in_array) + ")"
        return "[" + self.value(depth + 1, in_filter, True) + rng.choice(["", " to " + self.value(depth + 2, in_filter, True)]) + "]"

    def value(self, depth, in_filter, in_array):
        rng = self.rng
        kind = rng.randrange(14 if depth < 3 else 10)
        steps = "".join(self.step(depth + 1, in_filter, in_array) for _ in range(rng.choice([0, 1, 1, 2, 3])))
        if kind < 7:
            return (rng.choice("$@") if in_filter else "$") + steps
        if kind == 7:
            number = rng.choice(NUMBERS)
            return f"({number}){steps}" if steps else number
        if kind == 8:
            return rng.choice([quoted(rng.choice(STRINGS)), "null", "true", "false"]) + steps
        if kind == 9:
            return rng.choice(["last" if in_array else "$x", "$x", "$y", '$"y"', "$none"]) + steps
        if kind == 10:
            return rng.choice("+-") + self.value(depth + 1, in_filter, in_array)
        if kind == 11:
            return "(" + self.predicate(depth + 1, in_filter, in_array) + ")" + self.step(depth + 1, in_filter, in_array)
        left, right = (self.value(depth + 1, in_filter, in_array) for _ in range(2))
        text = f"{left} {rng.choice('+-*/%')} {right}"
        return f"({text}){steps}" if rng.random() < 0.5 else text

    def predicate(self, depth, in_filter, in_array):
        rng = self.rng
        kind = rng.randrange(14 if depth < 4 else 8)
        if kind < 5:
            left, right = (self.value(depth + 1, in_filter, in_array) for _ in range(2))
            return f"{left} {rng.choice(COMPARISONS)} {right}"
        if kind == 5:
            return self.value(depth + 1, in_filter, in_array) + " starts with " + rng.choice(['"a"', '"2017"', '""', "$x"])
        if kind == 6:
            flag = rng.choice(["", "", ' flag "i"', ' flag "s"', ' flag "m"', ' flag "q"', ' flag "imsq"'])
            return f'{self.value(depth + 1, in_filter, in_array)} like_regex "{rng.choice(PATTERNS)}"{flag}'
        if kind == 7:
            return "exists (" + self.value(depth + 1, in_filter, in_array) + ")"
        inner = self.predicate(depth + 1, in_filter, in_array)
        if kind == 8:
            return f"({inner})"
        if kind == 9:
            return f"!({inner})"
        if kind == 10:
            return f"({inner}) is unknown"
        return f"{inner} {rng.choice(['&&', '||'])} {self.predicate(depth + 1, in_filter, in_array)}"


def quoted_template(rng):
    return '"' + rng.choice(TEMPLATES) + '"'


def misspelt(rng, path):
    at = rng.randrange(len(path) + 1)
    return rng.choice([path[:at] + rng.choice(MISTAKES) + path[at:], path[:at] + path[at + 1:], path[:at], path[:at] + rng.choice(MISTAKES) + path[at + 1:]])
