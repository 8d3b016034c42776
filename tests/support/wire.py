"""Requests as bytes on the wire: what no client library would send, or would tidy up first."""

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

PATIENCE_S = 60
"""Longer than a machine with much else to do takes to start a service, whose port is taken before it answers."""
HOST = b"Host: counterclaim.test\r\n"


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool = False
    """Whether the server then hung up."""


PART = 65_536
EXPORT_PATIENCE_S = 300


class Wire:
    """A connection to a server."""

    def __init__(self, root: str, *, receive_buffer: int | None = None, pause_s: float = 0) -> None:
        """Connect; a small buffer, and a pause before more is taken in, make for a slow client."""
        where = urlsplit(root)
        assert where.hostname is not None
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE_S)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            self.socket.connect((where.hostname, where.port or 80))
        except OSError:
            self.socket.close()
            raise
        self._pause_s = pause_s
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send as much as the server takes."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def ask(self, line: str | bytes, *headers: str, body: bytes = b"") -> Answer:
        """Send a request of a method and a target, with a host, and read the answer."""
        first = self._send(line, *headers, body=body)
        return self.answer(head=first.startswith(b"HEAD "))

    def stream(self, line: str) -> Iterator[bytes]:
        """Ask for an export, and take it in a part at a time; it is made whole before anything of it is sent."""
        self.socket.settimeout(EXPORT_PATIENCE_S)
        self._send(line)
        status, headers = self._head()
        assert (status, headers["accept-ranges"]) == (200, "bytes")
        return (self._exactly(min(PART, left)) for left in range(int(headers["content-length"]), 0, -PART))

    def _send(self, line: str | bytes, *headers: str, body: bytes = b"") -> bytes:
        first = line if isinstance(line, bytes) else line.encode()
        fields = b"".join(header.encode("latin-1") + b"\r\n" for header in headers)
        self.send(first + b" HTTP/1.1\r\n" + HOST + fields + b"\r\n" + body)
        return first

    def answer(self, *, head: bool = False) -> Answer:
        """The next answer; raises EOFError where the connection ends before it does."""
        status, headers = self._head()
        if head or status in {204, 304}:
            body = b""
        elif headers.get("transfer-encoding") == "chunked":
            body = b"".join(self._chunks())
        else:
            body = self._exactly(int(headers["content-length"]))
        return Answer(status, headers, body, closed=headers.get("connection") == "close")

    def _head(self) -> tuple[int, dict[str, str]]:
        lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in lines[1:] if line)
        return int(lines[0].split()[1]), {name.lower(): value for name, value in pairs}

    def ended(self) -> bool:
        """Whether the server has hung up, or does so soon."""
        with contextlib.suppress(ConnectionResetError):
            return not self._buffer and self.socket.recv(1) == b""
        return True

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._until(b"\r\n"), 16):
            yield self._exactly(size)
            self._exactly(2)
        self._exactly(2)

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._more()
        found, _, self._buffer = self._buffer.partition(end)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def _more(self) -> None:
        time.sleep(self._pause_s)
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise EOFError("the server hung up in the middle of an answer")
        self._buffer += data
