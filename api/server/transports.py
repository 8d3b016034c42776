"""The ports, what arrives, and transports for responses: framing, a minimum rate, and how connections end."""

import asyncio
import errno
import socket
import struct
from collections.abc import Callable
from email.utils import formatdate
from time import perf_counter

import uvicorn
from fastapi import FastAPI

from api.http.problems import Problem
from api.server.middleware import POLICY, SECURITY_HEADERS, Middleware
from api.settings import Settings

_REASONS = {
    400: b"Bad Request",
    408: b"Request Timeout",
    414: b"URI Too Long",
    431: b"Request Header Fields Too Large",
    501: b"Not Implemented",
    505: b"HTTP Version Not Supported",
}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_FRAMED = b"transfer-encoding: chunked\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)
"""A value of SO_LINGER that resets the connection on close, which tells the client of the failure."""
BACKLOG = 2_048
"""The maximum number of connections that wait to be accepted."""
FAREWELL_BYTES = 64 * 2**20
"""How much of a request whose answer is sent is read and dropped."""
FAREWELL_SECONDS, FAREWELL_PAUSE = 30, 5
"""How long that may take, and how long nothing may arrive meanwhile."""
LAST_SECONDS = 0.5
"""How long it may take once the service is told to stop."""

PIECE_BYTES = 1_024
"""How much is parsed at once: at most 40 requests with a host."""
PARSE_SECONDS = 0.001
"""After this time in one turn, the rest of what arrived is parsed in a later one."""


class Inbox:
    """What a client has sent, parsed piece by piece.

    A client may send thousands of small requests, chunks or header fields in one packet (pipelining). Parsing them all
    in one turn would hold up everybody else, and requests that wait for their turn need more memory than their bytes.
    """

    def __init__(self, parse: Callable[[bytes], None], may_parse: Callable[[], bool]) -> None:
        """Nothing has arrived yet; `may_parse` is asked before each piece."""
        self._parse, self._may_parse = parse, may_parse
        self._rest, self._at = b"", 0
        self.line = b""
        """The line of the request, as far as it has arrived."""

    def add(self, data: bytes) -> None:
        """Keep it after what is not parsed yet."""
        self._rest, self._at = self._rest[self._at :] + data, 0

    def keep_line(self, piece: bytes) -> None:
        """Keep the line of the request, of which a piece may hold a part; empty lines may come before it."""
        if not self.line.endswith(b"\n"):
            line, end, _ = (self.line + piece).lstrip(b"\r\n").partition(b"\n")
            self.line = line + end

    def empty(self) -> bool:
        """Whether everything is parsed."""
        return self._at >= len(self._rest)

    def parse(self) -> bool:
        """Parse as much as is allowed; False: time is up, and the rest has to wait for another turn."""
        ends = perf_counter() + PARSE_SECONDS
        while not self.empty() and self._may_parse():
            if perf_counter() > ends:
                return False
            piece = self._rest[self._at : self._at + PIECE_BYTES]
            self._parse(piece)
            self._at += len(piece)
        if self.empty():
            self._rest, self._at = b"", 0
        return True


class Pace:
    """Measures how fast a client reads, because clients below the minimum rate block others."""

    def __init__(self, least_rate: float, seconds: float) -> None:
        """Take the minimum rate in bytes per second and the seconds over which it is averaged."""
        self._least_rate, self._seconds = least_rate, seconds
        self._began: tuple[float, int] | None = None
        """When the client last fell behind, and the number of bytes it had read by then."""
        self.written = 0
        """The number of bytes passed to the transport."""

    def is_too_slow(self, now: float, waiting: int) -> bool:
        """Whether the client has been below the minimum rate for too long; `waiting`: bytes it has not read yet."""
        taken = self.written - waiting
        if not waiting or self._began is None:
            self._began = (now, taken) if waiting else None
            return False
        since, before = self._began
        if now - since <= self._seconds:
            return False
        self._began = now, taken
        return taken - before < self._least_rate * (now - since)


class Farewell:
    """Ends a connection whose client may still be sending, as nginx does (`lingering_close`).

    Closing while bytes are unread resets the connection, and a reset destroys an answer that the client has not read
    yet. So only the sending half is closed, and what arrives is dropped, within limits of bytes and time.
    """

    def __init__(self, transport: asyncio.Transport, now: float) -> None:
        """Close the sending half once everything is sent."""
        self._ends, self._heard, self._left = now + FAREWELL_SECONDS, now, FAREWELL_BYTES
        transport.write_eof()

    def drop(self, size: int, now: float) -> bool:
        """Note a number of dropped bytes; False: they are too many."""
        self._left -= size
        self._heard = now
        return self._left >= 0

    def is_over(self, now: float) -> bool:
        """Whether the client has sent for too long, or nothing any more."""
        return now >= min(self._ends, self._heard + FAREWELL_PAUSE)

    def hurry(self, now: float) -> None:
        """Allow little more time."""
        self._ends = min(self._ends, now + LAST_SECONDS)


class Lingering(asyncio.Transport):
    """A transport for one response, without its body for HEAD; on close it lets the protocol end the connection."""

    def __init__(self, transport: asyncio.Transport, pace: Pace) -> None:
        """Nothing was written yet."""
        self._transport, self._pace = transport, pace

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send it."""
        self._pace.written += len(data)
        self._transport.write(data)

    def close(self) -> None:
        """Close the connection, after what the client still sends."""
        self._transport.get_protocol().hang_up()  # type: ignore[attr-defined] # a reference to it would make a cycle

    def is_closing(self) -> bool:
        """Whether the connection is closing."""
        return self._transport.is_closing()


class Joined(Lingering):
    """A transport for one response that sends the headers and the beginning of the body in one write."""

    def __init__(self, transport: asyncio.Transport, pace: Pace) -> None:
        """Nothing was written yet."""
        super().__init__(transport, pace)
        self._head: bytes | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Buffer the headers, and send everything else immediately."""
        if self._head is None and data == _CONTINUE:  # the client waits for it before it sends the body
            super().write(data)
        elif self._head is None:
            self._head = bytes(data)
        elif self._head:
            head, self._head = self._head, b""
            super().write(b"".join((head, data)))
        else:
            super().write(data)

    def close(self) -> None:
        """Send the rest, and close the connection."""
        if self._head:
            super().write(self._head)
            self._head = b""
        super().close()


class Unframed(Joined):
    """A transport for HTTP/1.0, which has no chunks: the response ends with the connection.

    An incomplete response must not look complete, so its connection is reset.
    """

    def __init__(self, transport: asyncio.Transport, pace: Pace) -> None:
        """Nothing was written yet."""
        super().__init__(transport, pace)
        self._framed = self._unfinished = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send the headers and the contents of chunks."""
        data = bytes(data)
        if self._head is None:
            self._framed = self._unfinished = data.endswith(_FRAMED)
            super().write(data.replace(_FRAMED, b"\r\n") if self._framed else data)
        elif self._framed and data:
            size, _, rest = data.partition(b"\r\n")
            length = int(size, 16)
            self._unfinished = 0 < length == len(rest) - 2  # the final empty chunk comes with the previous one
            super().write(rest[:length])
        else:
            super().write(data)

    def close(self) -> None:
        """Close the connection, or reset it if the response is incomplete."""
        if not self._unfinished:
            super().close()
            return
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()


def refusal(problem: Problem) -> bytes:
    """The answer to what is not a complete request, as sent; the connection ends with it."""
    body = problem.details.model_dump_json().encode()
    status = problem.kind.status
    fields = [
        (b"date", formatdate(usegmt=True).encode()),
        *SECURITY_HEADERS,
        (b"content-security-policy", POLICY),
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    lines = [b"HTTP/1.1 %d %s" % (status, _REASONS[status]), *(name + b": " + value for name, value in fields)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class PortUnusableError(Exception):
    """The address cannot be used; the message says why in one line."""


def bind(settings: Settings) -> socket.socket:
    """Bind the port before anything is built or loaded. Raises PortUnusableError."""
    return _bound(settings.host, settings.port, "--port or COUNTERCLAIM_PORT")


def _bound(host: str, port: int, elsewhere: str) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortUnusableError(
                f"Port {port} is taken: stop what uses it, or choose another with {elsewhere}."
            ) from None
        raise PortUnusableError(f"Cannot serve on {host}, port {port}: {error.strerror}.") from None


class MetricsServer(uvicorn.Server):
    """A server of `/metrics` alone, at an address of its own."""

    def __init__(self, app: FastAPI, settings: Settings, address: str) -> None:
        """Bind the address. Raises PortUnusableError."""
        host, _, port = address.rpartition(":")
        self._listener = _bound(host.strip("[]"), int(port), "COUNTERCLAIM_METRICS_ADDRESS")
        super().__init__(
            uvicorn.Config(
                Middleware(app, settings, app.state.metrics, numbers=True),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await super().startup([self._listener, *(sockets or ())])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Shut down, and free the address."""
        await super().shutdown([self._listener, *(sockets or ())])


def metrics_server(app: FastAPI, settings: Settings) -> MetricsServer | None:
    """The server of `/metrics`, if it has an address of its own. Raises PortUnusableError."""
    return None if settings.metrics_address is None else MetricsServer(app, settings, settings.metrics_address)
