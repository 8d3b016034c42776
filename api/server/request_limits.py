"""Parses requests, and checks each: the client, the proxies it came through, its validity, and the client's rate.

Requests that HTTP forbids (RFC 9110, 9112) are refused even where the parser accepts them, and so are malformed
encodings, which lenient decoding would turn into a different request.
"""

import os
import re
import time
from collections import OrderedDict
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote_to_bytes

from httptools import HttpParserUpgrade, HttpRequestParser
from starlette.types import Scope

from api.errors import BadParameters, Refused, bad
from api.http.caching import PUBLIC, Public, is_host
from api.http.problems import Problem
from api.settings import PORT, Settings

if TYPE_CHECKING:
    from array import array

WINDOW_SECONDS = 60
REMEMBERED = 10_000
_IPV6_CLIENT_BITS = 64
# Some proxies append the port, which differs for each connection.
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]+)?|([0-9.]+):[0-9]+")
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Proxies:
    """Uses forwarding headers of proxies in trusted networks."""

    def __init__(self, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        """Take the networks."""
        self._trusted = trusted

    def identify(self, scope: Scope) -> tuple[str, str]:
        """The client's address and the request's id."""
        peer = _peer(scope)
        if self.trusts_peer(scope):
            fields = [
                (name, value) for name, value in scope["headers"] if name in {b"x-forwarded-for", b"x-request-id"}
            ]
            chain = b",".join(value for name, value in fields if name == b"x-forwarded-for").decode("latin-1")
            sent = [value for name, value in fields if name == b"x-request-id"]
            known = len(sent) == 1 and _ID.fullmatch(sent[0])
            return self._beyond(peer, chain), sent[0].decode() if known else os.urandom(16).hex()
        return peer, os.urandom(16).hex()

    def trusts_peer(self, scope: Scope) -> bool:
        """Whether the request comes from a trusted proxy."""
        return bool(self._trusted) and self._trusts(_peer(scope))

    def _trusts(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._trusted)

    def _beyond(self, peer: str, chain: str) -> str:
        """The last address that is not a trusted proxy's; each proxy appends the address of its client."""
        for text in reversed([part.strip() for part in chain.split(",") if part.strip()]):
            address = _parsed(text)
            if address is None or not self._trusts(peer):
                break
            peer = str(address)
        return peer


def _peer(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """The IP address in a text, or None."""
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] or found[2]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


class Allowance:
    """Limits the requests of each client per minute; IPv6 clients count by network."""

    def __init__(self, limit: int) -> None:
        """Take the number of requests per minute."""
        self._limit = limit
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._policy = f'"client";q={limit};w={WINDOW_SECONDS}'.encode()

    def take(self, client: str) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Count a request: the seconds to wait (0: allowed), and the rate limit headers."""
        now, key = time.monotonic(), counted_as(client)
        started, used = self._used.get(key, (now, 0))
        if now - started >= WINDOW_SECONDS:
            started, used = now, 0
        allowed = used < self._limit
        self._used[key] = started, used + allowed
        if len(self._used) > REMEMBERED:
            self._used.popitem(last=False)
        reset = max(1, round(started + WINDOW_SECONDS - now))
        left = f'"client";r={self._limit - used - allowed};t={reset}'.encode()
        return 0 if allowed else reset, [(b"ratelimit-policy", self._policy), (b"ratelimit", left)]


def counted_as(client: str) -> str:
    """The key by which a client is counted: its address, or its network for IPv6."""
    if ":" not in client:
        return client
    address = _parsed(client)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), _IPV6_CLIENT_BITS), strict=False))
    return client if address is None else str(address)


SCHEMES = {"http", "https"}


class PublicAddress:
    """Determines the public address from the settings, the server, or trusted proxies."""

    def __init__(self, settings: Settings, proxies: Proxies) -> None:
        """Take the settings."""
        self._root, self._prefix, self._proxies = settings.public_root, settings.prefix, proxies

    def reached(self, scope: Scope) -> Scope:
        """The request without the prefix, whether or not the proxy removed it; sets `PUBLIC`.

        Without a prefix in the settings, `root_path` is it (`uvicorn --root-path`, which also adds it to the path).
        """
        mounted = scope.get("root_path", "").rstrip("/")
        prefix = self._prefix or mounted
        forwarded = None if self._root else self._forwarded(scope)
        PUBLIC.set(Public(self._root or (forwarded and forwarded + prefix), prefix))
        return _without(prefix, _without(mounted, {**scope, "root_path": ""})) if prefix else scope

    def _forwarded(self, scope: Scope) -> str | None:
        """The public address given by a trusted proxy, or None."""
        if not self._proxies.trusts_peer(scope):
            return None
        fields = {name: value.decode("latin-1") for name, value in scope["headers"]}
        scheme = _first(fields.get(b"x-forwarded-proto", "")).lower()
        host = _first(fields.get(b"x-forwarded-host", "")) or fields.get(b"host", "")
        if not is_host(host) or (scheme and scheme not in SCHEMES):
            return None
        return f"{scheme or scope['scheme']}://{host}"


def _without(prefix: str, scope: Scope) -> Scope:
    """The request without a prefix, if its path begins with it."""
    if not prefix or not f"{scope['path']}/".startswith(f"{prefix}/"):
        return scope
    raw: bytes = scope["raw_path"]
    return {**scope, "path": scope["path"][len(prefix) :] or "/", "raw_path": raw[len(prefix) :] or b"/"}


def _first(value: str) -> str:
    """The value set by the proxy nearest to the client."""
    return value.partition(",")[0].strip()


METHODS = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"PATCH", b"QUERY"})
"""Those of RFC 9110 and 5789 and the draft QUERY get 405; others, and CONNECT, which only proxies have, get 501."""
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_LINE = re.compile(rb"(%b) (\S+) ((?:HTTP|RTSP)/\d)\.\d\r?\n?" % _TOKEN)
_ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_NAME = rb"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
_ADDRESS = rb"\[[0-9A-Fa-f:.]+\]|\[v[0-9A-Fa-f]+\.[\w.~!$&'()*+,;=:-]+\]"
_HOST = re.compile(rb"(?:%b|%b)(?::%b?)?" % (_NAME, _ADDRESS, PORT.encode()))

Refusal = tuple[str, str]
"""The problem type and the detail."""
_FRAGMENT: Refusal = (
    "malformed-request",
    "The URL of the request contains a #, which ends a URL; write %23.",
)
_HOSTS: Refusal = "malformed-request", "The request has no Host header, or several."
_NO_HOST: Refusal = (
    "malformed-request",
    "The Host of the request is not a valid host name or address, with a port of at most 65535 if it has one.",
)
_TARGET: Refusal = "malformed-request", "The target of the request is neither a path nor an http or https address."
_CODING: Refusal = "not-implemented", "The request has a transfer coding other than chunked."
_VERSION: Refusal = "version-not-supported", "The request's version is neither HTTP/1.1 nor HTTP/1.0."
_METHOD: Refusal = "not-implemented", "No address here knows the method of the request."
# Control characters, line separators, and characters that turn text around; marks of direction come along where text in
# Arabic or Hebrew script is copied from a page.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
_HALF_ENCODED = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ENCODED_SLASH = re.compile(rb"%2f|%5c", re.IGNORECASE)
_SHOWN = 40


def refused_line(line: bytes) -> Refusal | None:
    """Why a request line is refused that the parser rejects, or accepts as one of RTSP, if it is one at all."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    if found[3] != b"HTTP/1":
        return _VERSION
    return None if found[1] in METHODS else _METHOD


def refused_head(method: bytes, target: bytes, version: str, headers: Sequence[tuple[bytes, bytes]]) -> Refusal | None:
    """Why a parsed request is refused; header names are in lower case."""
    if not version.startswith("1."):
        return _VERSION
    if method not in METHODS:
        return _METHOD
    if b"#" in target:
        return _FRAGMENT
    absolute = _ABSOLUTE.match(target)
    if not (_is_host(absolute[1]) if absolute else target.startswith((b"/", b"*"))):
        return _TARGET
    if target == b"*" and method != b"OPTIONS":
        return _TARGET
    return _refused_fields(version, headers)


def is_unspoken(refusal: Refusal | None) -> bool:
    """Whether a request is refused for an unsupported feature of HTTP, so that its end is unknown."""
    return refusal is not None and refusal[0] in {"not-implemented", "version-not-supported"}


def served_target(target: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    """The path and query of a parsed target; the host in it replaces the one in the headers (RFC 9112, section 3.2.2).

    `*` is about the service as a whole, represented by `/`, as is a URL without a path.
    """
    absolute = _ABSOLUTE.match(target)
    if absolute is None:
        return b"/" if target == b"*" else target
    headers[:] = [(name, absolute[1] if name == b"host" else value) for name, value in headers]
    return absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]


def _is_host(value: bytes) -> bool:
    if not _HOST.fullmatch(value):
        return False
    literal = value[1:].partition(b"]")[0].decode()
    try:
        return not value.startswith(b"[") or literal[0] in "vV" or bool(IPv6Address(literal))
    except ValueError:
        return False


def _refused_fields(version: str, headers: Sequence[tuple[bytes, bytes]]) -> Refusal | None:
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1 and (hosts or version != "1.0"):
        return _HOSTS
    if hosts and not _is_host(hosts[0].strip()):
        return _NO_HOST
    codings = b",".join([value for name, value in headers if name == b"transfer-encoding"])
    return _CODING if codings and codings.strip().lower() != b"chunked" else None


def refused_url(settings: Settings, path: bytes, query: bytes) -> Refused | None:
    """The problem of a path and query as sent that are refused without further processing, or None."""
    if len(path) + len(query) > settings.url_bytes:
        return Problem("too-large", f"The path and query are longer than {settings.url_bytes} bytes.")
    if b"%" in path or b"%" in query or not (path.isascii() and query.isascii()):
        found = _illegible("path", path) or _illegible("query", query.replace(b"+", b" "))
        if found is not None:
            return found
        if _ENCODED_SLASH.search(path):
            return Problem("malformed-request", "The path contains an encoded slash, which no path here has.")
    return _oversized(query, settings) if query else None


def _illegible(name: str, part: bytes) -> Refused | None:
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        return Problem("malformed-request", f"The {name} is not valid UTF-8.")
    if CONTROL.search(text):
        return Problem("malformed-request", f"The {name} contains control characters.")
    if _HALF_ENCODED.search(part):
        return Problem("malformed-request", f"The {name} contains a % that encodes nothing; write %25.")
    return None


def _oversized(query: bytes, settings: Settings) -> Refused | None:
    if query.count(b"&") >= settings.parameters:
        return BadParameters(bad("query", None, f"has more than {settings.parameters} parameters"))
    if len(query) <= settings.parameter_bytes:
        return None
    for part in query.split(b"&"):
        if len(part) > settings.parameter_bytes:
            name = unquote_to_bytes(part.partition(b"=")[0]).decode()[:_SHOWN]
            return BadParameters(bad(name, None, f"is longer than {settings.parameter_bytes} bytes as sent"))
    return None


class Receiver(Protocol):
    """What the parser tells about a request; header names are in lower case."""

    url: bytes
    headers: list[tuple[bytes, bytes]]


class Parser(HttpRequestParser):
    """Parses requests, ignoring wishes for another protocol, as HTTP permits (RFC 9110, section 7.8).

    With `Upgrade`, httptools takes a request to have no body, and what follows to be no HTTP: the body would be read as
    the next request, and a next request not at all. So the head of such a request is parsed again without the field.
    """

    def __init__(self, receiver: Receiver) -> None:
        """Tell a connection about requests."""
        super().__init__(receiver)
        # The server itself checks versions, and closes connections whose client goes on sending.
        self.set_dangerous_leniencies(lenient_version=True, lenient_data_after_close=True)
        self._receiver = receiver

    def asks_for_upgrade(self) -> bool:
        """Whether the head is parsed again; CONNECT, which is refused, has no field to leave out."""
        return self.should_upgrade() and self.get_method() != b"CONNECT"

    def feed_data(self, data: "bytes | bytearray | memoryview[int] | array[int]") -> None:
        """Parse what was received. Raises HttpParserError."""
        rest = memoryview(data)
        while rest:
            try:
                super().feed_data(rest)
            except HttpParserUpgrade as upgrade:
                if not self.asks_for_upgrade():
                    return
                rest = rest[upgrade.args[0] :]
                super().feed_data(self._head())
            else:
                return

    def _head(self) -> bytes:
        """The head without `Upgrade`."""
        fields = [(name, value) for name, value in self._receiver.headers if name != b"upgrade"]
        line = b"%b %b HTTP/%b" % (self.get_method(), self._receiver.url, self.get_http_version().encode())
        return b"\r\n".join([line, *(b"%b: %b" % field for field in fields), b"", b""])
