"""What answers are written to: their framing for each version of HTTP, and how fast a client takes them in."""

import asyncio
import socket
import struct

_FRAMED = b"transfer-encoding: chunked\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)
"""Of SO_LINGER: closing tells the other end that something went wrong."""


class Pace:
    """How fast a client takes in what there is for it: slower than the least rate, it keeps others from their turn."""

    def __init__(self, least_rate: float, seconds: float) -> None:
        """Take the bytes per second, and over how many seconds together."""
        self._least_rate, self._seconds = least_rate, seconds
        self._began: tuple[float, int] | None = None
        """Since when something has always been waiting for the client, and how many bytes it had taken in by then."""
        self.written = 0
        """Bytes that were passed on, to be sent as soon as the client takes them."""

    def is_too_slow(self, now: float, waiting: int) -> bool:
        """Whether the client took in too little for so long; `waiting`: bytes that it has not taken yet."""
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
    """What one answer is written to: its head waits for the beginning of its body, and both leave in one write."""

    def __init__(self, transport: asyncio.Transport, pace: Pace) -> None:
        """Nothing was written yet."""
        self._transport, self._pace = transport, pace
        self._head: bytes | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send what follows the head at once."""
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
        """Send what is left, and hang up."""
        if self._head:
            self._pass_on(self._head)
            self._head = b""
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether nothing more is sent."""
        return self._transport.is_closing()


class Unframed(Joined):
    """The same to a client of HTTP/1.0, which knows no chunks: there the answer ends where the connection does.

    One that is cut must not look whole, and so the connection is then reset.
    """

    def __init__(self, transport: asyncio.Transport, pace: Pace) -> None:
        """Nothing was written yet."""
        super().__init__(transport, pace)
        self._framed = self._unfinished = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send the head, and what the chunks hold."""
        data = bytes(data)
        if self._head is None:
            self._framed = self._unfinished = data.endswith(_FRAMED)
            super().write(data.replace(_FRAMED, b"\r\n") if self._framed else data)
        elif self._framed and data:
            size, _, rest = data.partition(b"\r\n")
            length = int(size, 16)
            self._unfinished = 0 < length == len(rest) - 2  # the last chunk, an empty one, comes with what is before it
            super().write(rest[:length])
        else:
            super().write(data)

    def close(self) -> None:
        """Hang up, so that it is seen if something is missing."""
        if not self._unfinished:
            super().close()
            return
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()
