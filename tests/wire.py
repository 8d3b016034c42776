"""Requests as bytes on the wire: what no client library would send, or would tidy up first."""

import contextlib
import socket
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

PATIENCE_S = 10
HOST = b"Host: counterclaim.test\r\n"


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool = False
    """Whether the server then hung up."""


class Wire:
    """A connection to a server."""

    def __init__(self, root: str) -> None:
        where = urlsplit(root)
        assert where.hostname is not None
        self.socket = socket.create_connection((where.hostname, where.port or 80), PATIENCE_S)
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
        first = line if isinstance(line, bytes) else line.encode()
        fields = b"".join(header.encode("latin-1") + b"\r\n" for header in headers)
        self.send(first + b" HTTP/1.1\r\n" + HOST + fields + b"\r\n" + body)
        return self.answer(head=first.startswith(b"HEAD "))

    def answer(self, *, head: bool = False) -> Answer:
        """The next answer; raises EOFError where the connection ends before it does."""
        lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        pairs = (line.split(": ", 1) for line in lines[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        if head or status in {204, 304}:
            body = b""
        elif headers.get("transfer-encoding") == "chunked":
            body = b"".join(self._chunks())
        else:
            body = self._exactly(int(headers["content-length"]))
        return Answer(status, headers, body, closed=headers.get("connection") == "close")

    def ended(self) -> bool:
        """Whether the server has hung up, or does so soon."""
        with contextlib.suppress(ConnectionResetError):
            return not self._buffer and self.socket.recv(1) == b""
        return True

    def _chunks(self) -> list[bytes]:
        chunks = []
        while size := int(self._until(b"\r\n"), 16):
            chunks.append(self._exactly(size))
            self._exactly(2)
        self._exactly(2)
        return chunks

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
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise EOFError("the server hung up in the middle of an answer")
        self._buffer += data
