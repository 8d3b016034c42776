"""Transports for responses: framing for each version of HTTP, and a minimum rate for clients."""

import asyncio
import socket
import struct

_FRAMED = b"transfer-encoding: chunked\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)
"""A value of SO_LINGER that resets the connection on close, which tells the client of the failure."""


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


class Joined(asyncio.Transport):
    """A transport for one response that sends the headers and the beginning of the body in one write."""

    def __init__(self, transport: asyncio.Transport, pace: Pace) -> None:
        """Nothing was written yet."""
        self._transport, self._pace = transport, pace
        self._head: bytes | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Buffer the headers, and send everything else immediately."""
        if self._head is None:
            self._head = bytes(data)
        elif self._head:
            head, self._head = self._head, b""
            self._pass_on(b"".join((head, data)))
        else:
            self._pass_on(data)

    def _pass_on(self, data: bytes | bytearray | memoryview) -> None:
        self._pace.written += len(data)
        self._transport.write(data)

    def close(self) -> None:
        """Send the rest, and close the connection."""
        if self._head:
            self._pass_on(self._head)
            self._head = b""
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closing."""
        return self._transport.is_closing()


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
