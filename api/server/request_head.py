"""What is wrong with the head of a request by the letter of HTTP (RFC 9110 and 9112), beyond what a parser refuses."""

import re
from collections.abc import Sequence

METHODS = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH", b"QUERY"})
"""Those of RFC 9110 and 5789, and QUERY, which is about to be one: those that are refused here are still known."""
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_LINE = re.compile(rb"(%b) (\S+) HTTP/(\d)\.(\d)\r?" % _TOKEN)
_SCHEME = re.compile(rb"([A-Za-z][A-Za-z0-9+.-]*)://")
_NAME = rb"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
_HOST = re.compile(rb"(?:%b|\[[0-9A-Fa-f:.]+\]|\[v[0-9A-Fa-f]+\.[\w.~!$&'()*+,;=:-]+\])(?::\d{0,5})?" % _NAME)

Refusal = tuple[str, str]
"""The type of problem and what is wrong."""
_FRAGMENT: Refusal = (
    "malformed-request",
    "The address of the request holds a #, which ends an address; write %23.",
)
_HOSTS: Refusal = "malformed-request", "The request names no host, or several."
_NO_HOST: Refusal = "malformed-request", "The Host of the request is no name and no address of a host."
_TARGET: Refusal = "malformed-request", "The target of the request is neither a path nor an http or https address."
_CODING: Refusal = "not-implemented", "The request has a transfer coding other than chunked."
_VERSION: Refusal = "version-not-supported", "The request is of another version than HTTP/1.1 or HTTP/1.0."
_METHOD: Refusal = "not-implemented", "The method of the request is none that this service knows."


def refused_line(line: bytes) -> Refusal | None:
    """Why a line that no parser takes is refused, where it is the line of a request at all."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    if found[3] != b"1":
        return _VERSION
    return None if found[1] in METHODS else _METHOD


def refused_head(method: bytes, target: bytes, version: str, headers: Sequence[tuple[bytes, bytes]]) -> Refusal | None:
    """Why a request is refused that a parser has taken; header names are in small letters."""
    if not version.startswith("1."):
        return _VERSION
    if method not in METHODS:
        return _METHOD
    if b"#" in target:
        return _FRAGMENT
    scheme = _SCHEME.match(target)
    if scheme[1].lower() not in {b"http", b"https"} if scheme else not target.startswith((b"/", b"*")):
        return _TARGET
    if target == b"*" and method != b"OPTIONS":
        return _TARGET
    return _refused_fields(version, headers)


def _refused_fields(version: str, headers: Sequence[tuple[bytes, bytes]]) -> Refusal | None:
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1 and (hosts or version == "1.1"):
        return _HOSTS
    if hosts and not _HOST.fullmatch(hosts[0].strip()):
        return _NO_HOST
    codings = b",".join([value for name, value in headers if name == b"transfer-encoding"])
    return _CODING if codings and codings.strip().lower() != b"chunked" else None
