"""Bad requests without end, each of a seed: what is wrong with each is chosen, never left to luck.

A request of a caller who may write something is bad beyond doubt: its body cannot be what the operation asks
for. One of a caller who may not is anything at all.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote

from tests.survival.inside import Headers, Sent

Choice = TypeVar("Choice")

JSON: Final = (b"content-type", b"application/json")
BIG: Final = 256 * 1024  # bytes: what a request may hold
TEXTS: Final = (
    *("", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\ufeff", "\u202egro", "é", "e\u0301", "𝟙", "١٢"),
    *("null", "true", "0", "-1", "1e9", "0x", "0x1", "NaN", "Infinity", "1_000", " 1", "1 ", "+1", "٣"),
    *(
        "' OR 1=1 --",
        "'; DROP TABLE relay_batch; --",
        "%00",
        "%s%n",
        "${7*7}",
        "{{7*7}}",
        "<script>",
        "../../x",
    ),
    *("=1+1", "\r\nX: y", "\x7f", "\u2028", "\uffff", "𐀀", "x" * 300, "9" * 25, "é" * 4_000, "0" * 64),
    *(
        "0x" + "f" * 128,
        "0x" + "0" * 40,
        "0x" + "g" * 64,
        "2026-02-30",
        "0000-00-00",
        "9999-12-31",
        "-2026-01-01",
    ),
    *("2026-11-20T25:61", "1-0", "0-1", "4294967296-1", "1-18446744073709551616", "ek_live_x", "\U0010ffff"),
)
NUMBERS: Final = (
    *(0, -1, 1, 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**256, -(2**63) - 1),
    *(10**400, -(10**4_299), 0.5, -0.0, 1e308, 1.0),
)
LITERALS: Final = (
    *(
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e999",
        b"-1e-999",
        b"9" * 5_000,
        b"01",
        b"1.",
        b".5",
        b"+1",
        b"0x1",
    ),
    *(
        b"'a'",
        b'"\\ud800"',
        b'"\\x"',
        b'"\x01"',
        b'"\xff"',
        b"undefined",
        b"",
        b"[",
        b"{",
        b'{"a":}',
        b"[1,]",
    ),
    *(
        b"\xef\xbb\xbf1",
        b"1 1",
        b"/**/1",
        b'{"a":1,"a":2}',
        b"[" * 5_000,
        b'{"a":' * 3_000,
        b"[" * 15 + b"]" * 15,
    ),
)
METHODS: Final = (
    "PATCH",
    "TRACE",
    "CONNECT",
    "PUT",
    "DELETE",
    "GET",
    "HEAD",
    "OPTIONS",
    "POST",
    "get",
    "X",
    "",
)
CONTENT_TYPES: Final = (
    *(b"", b"text/plain", b"application/xml", b"multipart/form-data", b"multipart/form-data; boundary=x"),
    *(
        b"application/x-www-form-urlencoded",
        b"application/json; charset=utf-16",
        b"\xff\xfe",
        b"application/" * 900,
    ),
    *(b"application/problem+json", b"text/csv", b"image/svg+xml", b"json", b"application/json;" * 50),
)
ODD_HEADERS: Final = (
    (b"accept-language", b"*;q=nan, \xff\xfe, " + b"fr;q=9," * 400),
    (b"accept-language", b"\x00" * 90),
    (b"accept", b"text/csv;q=x, */*" * 80),
    (b"accept", b"\xff"),
    (b"content-length", b"-1"),
    (b"content-length", b"9" * 40),
    (b"content-length", b"1e3"),
    (b"content-encoding", b"gzip"),
    (b"transfer-encoding", b"chunked"),
    (b"expect", b"100-continue"),
    (b"range", b"bytes=0-0,1-1"),
    (b"if-none-match", b'"' * 500),
    (b"if-modified-since", b"yesterday"),
    (b"host", b""),
    (b"host", b"[::1"),
    (b"host", b"127.0.0.1:99999999"),
    (b"x-forwarded-for", b"::ffff:10.0.0.1, \xff"),
    (b"x-request-id", b"\r\n" * 5),
    (b"cookie", b"a=b;" * 900),
    (b"x-http-method-override", b"DELETE"),
    (b"endogene-version", b"0"),
    (b"endogene-version", b"2026-99-99"),
    (b"endogene-version", b"\xff" * 40),
    (b"idempotency-key", b""),
    (b"idempotency-key", b"k" * 256),
    (b"idempotency-key", b"\xff"),
    (b"idempotency-key", b"same-for-all"),
    (b"x-wc-webhook-signature", b"AAAA"),
    (b"x-wc-webhook-signature", b"\xff\x00"),
    (b"x-wc-webhook-topic", b"order.updated"),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """What the service says that it does: `schema` is that of its body, or None."""

    method: str
    path: str
    schema: Mapping[str, Any] | None
    queries: tuple[str, ...]

    @property
    def example(self) -> dict[str, Any]:
        """A body as the description gives it."""
        return dict((self.schema or {}).get("examples", [{}])[0])


@dataclass(frozen=True, slots=True)
class Callers:
    """Values of Authorization: of those who may change nothing, and of those who may."""

    powerless: tuple[bytes, ...]
    powerful: tuple[bytes, ...]


def operations(description: Mapping[str, Any]) -> list[Operation]:
    """Return all that an OpenAPI description holds."""
    schemas = description["components"]["schemas"]
    found = []
    for path, methods in description["paths"].items():
        for method, one in methods.items():
            queries = tuple(p["name"] for p in one.get("parameters", ()) if p["in"] == "query")
            body = one.get("requestBody", {}).get("content", {}).get(JSON[1].decode())
            schema = None if body is None else schemas[body["schema"]["$ref"].rpartition("/")[2]]
            found.append(Operation(method.upper(), path, schema, queries))
    return found


class Hostile:
    """Makes requests; the same seed makes the same ones. `kinds` counts what was made."""

    def __init__(self, seed: int, known: Sequence[Operation], callers: Callers) -> None:
        self._random = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
        self._known = known
        self._written = [one for one in known if one.schema is not None]
        self._callers = callers
        self._makers: tuple[tuple[int, Callable[[], Sent]], ...] = (
            (26, self._misshapen),
            (20, self._unauthorised),
            (10, self._path),
            (14, self._query),
            (10, self._header),
            (6, self._method),
            (6, self._nowhere),
            (6, self._file),
            (1, self._oversize),
            (1, self._left),
        )
        self._weights = [weight for weight, _ in self._makers]
        self.kinds: dict[str, int] = {}

    def next(self) -> Sent:
        """Return the next request."""
        make = self._random.choices(self._makers, self._weights)[0][1]
        name = make.__name__.strip("_")
        self.kinds[name] = self.kinds.get(name, 0) + 1
        return make()

    # Of anybody, powerful callers too: the body cannot be what is asked for.

    def _misshapen(self) -> Sent:
        one = self._pick(self._written)
        body, required = one.example, (one.schema or {}).get("required", ())
        way = self._random.randrange(6)
        if way == 0 or not required:
            content = self._broken(body)
        elif way == 1:
            content = _dumped({**body, self._pick(("x", "", "é", "__proto__", "\x00")): self._value()})
        elif way == 2:
            body.pop(self._pick(required), None)
            content = _dumped(body)
        elif way == 3:
            content = _dumped(self._pick([[body], "x", 1, None, [], True, [[]], self._pick(TEXTS)]))
        else:
            name = self._pick(required)
            kind = (one.schema or {})["properties"][name].get("type", "object")
            content = _dumped({**body, name: self._of_another_kind(kind)})
        return self._sent(one, self._anybody(), content)

    def _broken(self, body: Mapping[str, Any]) -> bytes:
        text = _dumped(body)
        way = self._random.randrange(6)
        if way == 0:
            return text[: self._random.randrange(len(text))] or b"{"
        if way == 1:
            return self._random.randbytes(self._random.randrange(1, 200)) + b"\xff"
        if way == 2:
            return text.decode().encode(self._pick(("utf-16-be", "utf-32-le"))) + b"x"
        if way == 3:
            return text[:-1] + self._pick((b",}", b"}}", b"]", b";}", b"}x"))
        if way == 4:
            return b"x" + self._pick(LITERALS)
        return text[:-1] + b',"x":' + self._pick(LITERALS) + b"}"

    def _of_another_kind(self, kind: str) -> object:
        others: dict[str, tuple[object, ...]] = {
            "integer": ("1", [], {}, None, True, 0.5, -1, 2**400, 1e308, self._pick(TEXTS)),
            "string": (1, [], {}, None, True, 2**64, 0.5, ["x"]),
            "array": ("", 1, {}, None, True, [[[]]], [None], [1.5]),
            "object": ("", 1, [], None, True),
            "boolean": ("maybe", 2, 0.5, [], {}, None, [True]),
            "number": ("x", [], {}, None, "1e999"),
        }
        return self._pick(others[kind])

    # Of powerless callers: anything.

    def _unauthorised(self) -> Sent:
        one = self._pick([other for other in self._written if other.path != "/v1/texts"])
        body = one.example
        for _ in range(self._random.randrange(4)):
            place = self._pick(sorted((one.schema or {}).get("properties", {"x": 0})))
            body[place] = self._value()
        return self._sent(one, self._powerless(), _dumped(body), self._some_headers())

    def _path(self) -> Sent:
        one = self._pick([other for other in self._known if "{" in other.path])
        return self._sent(one, self._powerless(), _dumped(one.example))

    def _query(self) -> Sent:
        one = self._pick([other for other in self._known if other.queries and other.method == "GET"])
        return self._sent(one, self._anybody(), query=self._words(one.queries))

    def _header(self) -> Sent:
        one = self._pick([other for other in self._known if other.path != "/v1/texts"])
        headers = (*self._some_headers(), self._pick(ODD_HEADERS))
        return self._sent(one, self._powerless(), _dumped(one.example), headers)

    def _method(self) -> Sent:
        one = self._pick([other for other in self._known if other.path != "/v1/texts"])
        changed = Operation(self._pick(METHODS), one.path, one.schema, one.queries)
        return self._sent(changed, self._powerless(), _dumped(one.example))

    def _nowhere(self) -> Sent:
        one = self._pick(self._known).path.encode()
        text = quote(self._pick(TEXTS).encode("utf-8", "surrogatepass")).encode()
        path = self._pick(
            (b"/" + text, one + b"/" + text, one + b"/", b"/" + one, b"/v1//", b"/static/" + text)
        )
        return Sent(self._pick(METHODS), path, self._words(("a",)), (JSON, *self._powerless()), (b"{}",))

    def _file(self) -> Sent:
        """Send a file, or what a shop's software sends: of any bytes, never to be kept."""
        path = self._pick(("/v1/uploads", "/v1/connectors/woocommerce/4", "/v1/connectors/odoo/4"))
        content = self._random.randbytes(self._random.randrange(400))
        if self._random.random() < 0.5:
            cells = (self._pick(TEXTS).encode("utf-8", "surrogatepass") for _ in range(24))
            content = b"receipt,amount,date\n" + self._pick((b",", b";", b"\n", b'"')).join(cells)
        query = self._words(("mode", "merchant", "till", "columns")) if self._random.random() < 0.7 else b""
        kind = (b"content-type", self._pick(CONTENT_TYPES))
        return Sent(
            "POST", path.encode(), query, (kind, *self._powerless(), *self._some_headers()), (content,)
        )

    def _oversize(self) -> Sent:
        one = self._pick(self._written)
        piece = BIG // 4
        parts = tuple(self._pick((b" ", b"[", b"\xff", b"a")) * piece for _ in range(6))
        return Sent(one.method, self._filled(one.path), b"", (JSON, *self._anybody()), parts)

    def _left(self) -> Sent:
        one = self._pick(self._written)
        half = _dumped(one.example)[:40]
        return Sent(one.method, self._filled(one.path), b"", (JSON, *self._anybody()), (half,), leaves=True)

    # Parts of them.

    def _sent(
        self, one: Operation, caller: Headers, content: bytes = b"", headers: Headers = (), query: bytes = b""
    ) -> Sent:
        kind = (b"content-type", self._pick(CONTENT_TYPES)) if self._random.random() < 0.1 else JSON
        if caller and caller[0][1] in self._callers.powerful:
            kind = JSON
        return Sent(one.method, self._filled(one.path), query, (kind, *caller, *headers), (content,))

    def _filled(self, path: str) -> bytes:
        parts = path.split("/")
        return "/".join(self._place() if part.startswith("{") else part for part in parts).encode()

    def _place(self) -> str:
        way = self._random.randrange(4)
        if way == 0:
            return str(self._random.choice((0, 1, 4, 5, 6, 2**32, 2**64, -1, 10**30)))
        if way == 1:
            return self._pick(
                ("%ff", "%00", "%zz", "%", "%2e%2e", "%2F", "1%0a", "%C0%AF", ";", "a" * 3_000, ".")
            )
        return quote(self._pick(TEXTS).encode("utf-8", "surrogatepass"), safe="") or "-"

    def _words(self, names: Sequence[str]) -> bytes:
        pairs = []
        for _ in range(self._random.randrange(1, 4)):
            name = self._pick(names)
            value = quote(str(self._value())[:2_000].encode("utf-8", "surrogatepass"))
            pairs.append(
                self._pick((f"{name}={value}", f"{name}", f"{name}=%ff", f"{name}[]={value}", f"&;{name}=="))
            )
        return "&".join(pairs).encode()

    def _value(self) -> object:
        way = self._random.randrange(8)
        if way < 3:
            return self._pick(TEXTS)
        if way < 5:
            return self._pick(NUMBERS)
        if way == 5:
            return self._pick((None, True, [], {}, [None], {"": ""}, [[[[1]]]], ["x"] * 600))
        if way == 6:
            return "".join(
                chr(self._random.choice((0, 9, 45, 48, 65, 233, 0x202E, 0xD800, 0x1F600))) for _ in range(9)
            )
        return self._random.getrandbits(self._random.choice((8, 31, 32, 63, 64, 128)))

    def _some_headers(self) -> Headers:
        return tuple(self._pick(ODD_HEADERS) for _ in range(self._random.randrange(3)))

    def _powerless(self) -> Headers:
        return self._as(self._callers.powerless)

    def _anybody(self) -> Headers:
        return self._as(self._callers.powerful if self._random.random() < 0.3 else self._callers.powerless)

    def _as(self, values: Sequence[bytes]) -> Headers:
        value = self._pick(values)
        return () if value == b"" else ((b"authorization", value),)

    def _pick(self, choices: Sequence[Choice]) -> Choice:
        return self._random.choice(choices)


def _dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()
