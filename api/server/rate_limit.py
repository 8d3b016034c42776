"""Who asks: the client's address behind trusted proxies, the request's id, and how much each client may ask."""

import os
import re
import time
from collections import OrderedDict
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

WINDOW_SECONDS = 60
REMEMBERED = 10_000
_IPV6_CLIENT_BITS = 64
# Some proxies add the port, and every connection has another.
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]+)?|([0-9.]+):[0-9]+")
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Proxies:
    """Believes what proxies say about a request, if they are in trusted networks."""

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
        """Whether the request comes from a proxy that is believed."""
        return bool(self._trusted) and self._trusts(_peer(scope))

    def _trusts(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._trusted)

    def _beyond(self, peer: str, chain: str) -> str:
        """The address nearest to us that no trusted proxy has; each proxy adds the one it heard from to the end."""
        for text in reversed([part.strip() for part in chain.split(",") if part.strip()]):
            address = _parsed(text)
            if address is None or not self._trusts(peer):
                break
            peer = str(address)
        return peer


def _peer(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text names, if it names one."""
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] or found[2]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


class Allowance:
    """How many requests each client may still send in its minute; IPv6 clients count by their network."""

    def __init__(self, limit: int) -> None:
        """Take the number of requests per minute."""
        self._limit = limit
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._policy = f'"client";q={limit};w={WINDOW_SECONDS}'.encode()

    def take(self, client: str) -> tuple[int, list[tuple[bytes, bytes]]]:
        """After how many seconds to ask again (0: now is fine), and the headers that say what is left."""
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
    """Whose share a client's requests are of: of its address, or of its network where that is IPv6."""
    if ":" not in client:
        return client
    address = _parsed(client)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), _IPV6_CLIENT_BITS), strict=False))
    return client if address is None else str(address)
