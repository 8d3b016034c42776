"""The HTTP server: uvicorn with limits on connections and time, and a graceful shutdown that loses no request."""

import asyncio
import contextlib
import ctypes
import gc
import resource
import signal
import socket
import sys
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from api.http.problems import Problem
from api.server import transports
from api.server.middleware import Middleware
from api.server.request_limits import Parser, is_unspoken, refused_head, refused_line, served_target
from api.server.transports import LAST_SECONDS, Farewell, Inbox, Joined, Lingering, Pace, Unframed, refusal
from api.settings import Settings

TOO_LARGE = "The request is larger than this service accepts."
_HEADERS = "headers-too-large", "There are more header fields than this service accepts, or they are too long."
_PER_FIELD = 4  # colon, space, CR, LF
_REQUEST_LINE = 32
HURRIED_SECONDS = 2
"""How long the application may take to close after a second Ctrl-C."""
OTHER_FILES, LEAST_CONNECTIONS = 200, 16
"""How many files the rest of the service may have open: the database, exports and the log."""
GARBAGE = (1_000, 1_000_000, 1_000_000)
"""Thresholds of the garbage collector: a thousand rows take two milliseconds; `Garbage` collects older objects."""
MUCH_GARBAGE = 2_000
"""After this many collections of new objects, a full one no longer waits for an idle moment."""
M_ARENA_MAX = -8  # see mallopt(3)
ALL_EVERY = 100
"""The number of collections of older objects for each full one."""
SWITCH_SECONDS = 0.0001
"""The thread switch interval; in Python's default of 5 ms a thread could read a thousand rows."""


class State(ServerState):
    """State shared by the connections of a server."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings for connections."""
        super().__init__()
        self.settings = settings
        self.most_connections = settings.connections
        self.draining = False
        self.last_call: float | None = None
        """During shutdown, the seconds that idle connections are kept; None: not shutting down."""
        self.silent: dict[Connection, None] = {}
        """Connections that wait for a request, the longest idle first."""


class Connection(HttpToolsProtocol):
    """A connection with limits on the size of requests and on the time to send them and to read responses."""

    server_state: State
    parser: Parser
    cycle: RequestResponseCycle | None  # type: ignore[assignment]  # none before the first request

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: State,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Wait for a request."""
        super().__init__(config=config, server_state=server_state, app_state=app_state, _loop=_loop)
        self.parser = Parser(self)
        self.settings = server_state.settings
        self.waiting_since: float | None = self.loop.time()
        self.pace = Pace(self.settings.least_rate, self.settings.send_seconds)
        self._inbox = Inbox(self._parse, self._may_parse)
        self._unparsed = 0
        self._refused = self._lasts = False
        self._farewell: Farewell | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Register the connection; if there are too many, close the longest idle one."""
        if len(self.connections) >= self.server_state.most_connections and self.server_state.silent:
            next(iter(self.server_state.silent)).give_up()
        super().connection_made(transport)
        self._wait()
        self._end_when_silent()

    def connection_lost(self, exc: Exception | None) -> None:
        """Unregister the connection."""
        self.server_state.silent.pop(self, None)
        super().connection_lost(exc)

    def _wait(self) -> None:
        self.waiting_since = self.loop.time()
        self.server_state.silent.pop(self, None)
        self.server_state.silent[self] = None

    def give_up(self) -> None:
        """Close the connection immediately."""
        self.server_state.silent.pop(self, None)
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Parse received bytes, now or later."""
        if self._farewell is not None and not self._farewell.drop(len(data), self.loop.time()):
            self.give_up()
        if not (self._refused or self._farewell is not None or self.transport.is_closing()):
            self._inbox.add(data)
            self._parse_on()

    def _may_parse(self) -> bool:
        """Whether no request waits for the response to the one before, and the connection goes on."""
        return not (self.pipeline or self._refused or self._farewell is not None or self.transport.is_closing())

    def _parse_on(self) -> None:
        """Parse what has arrived, and read on once that is done; after a refusal, everything is read and dropped."""
        if not self._inbox.parse():
            self.loop.call_soon(self._parse_on)
        if self.pipeline or (self._may_parse() and not self._inbox.empty()):
            self.flow.pause_reading()
        elif self.cycle is None or len(self.cycle.body) <= HIGH_WATER_LIMIT:
            self.flow.resume_reading()

    def _parse(self, piece: bytes) -> None:
        """Parse a piece, unless the request exceeds a limit."""
        if self._unparsed == 0 and self.waiting_since is not None:
            self._wait()
            self._inbox.line = b""
        self._inbox.keep_line(piece)
        self._unparsed += len(piece)
        super().data_received(piece)
        if self._unparsed > self.settings.url_bytes + self.settings.header_bytes + _REQUEST_LINE:
            in_url = not getattr(self, "headers", None) and len(getattr(self, "url", b"")) > self.settings.url_bytes
            self.refuse("too-large" if in_url else "headers-too-large", TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Pass the request to the application, or refuse it."""
        if self.parser.asks_for_upgrade():
            return
        self.waiting_since = None
        self.server_state.silent.pop(self, None)
        self.scope["state"]["refusal"] = self._refusal()
        self.url = served_target(self.url, self.headers)
        self._unparsed = 0
        self.expect_100_continue &= self.parser.get_http_version() != "1.0"  # it has no 100
        before = self.cycle
        super().on_headers_complete()
        # Handle a later 1.x like the highest supported one (RFC 9110, section 2.5).
        self.scope["http_version"] = min(self.scope["http_version"], "1.1")
        if self.cycle is not None and self.cycle is not before:
            # An answer that is sent before the body of the request has arrived is the last one of its connection.
            self._lasts, self.cycle.keep_alive = self.cycle.keep_alive, False
            if self.scope["method"] == "HEAD":  # the answer has no body
                self.cycle.transport = Lingering(self.transport, self.pace)
            else:
                framed = self.scope["http_version"] == "1.1"
                self.cycle.transport = (Joined if framed else Unframed)(self.transport, self.pace)
                self.scope["state"]["whole"] = partial(self._send_whole, self.cycle)
        if self.server_state.draining or is_unspoken(self.scope["state"]["refusal"]):
            self.end()

    def _send_whole(self, cycle: RequestResponseCycle, status: int, head: bytes, body: bytes) -> bool:
        """Send a complete response in one write; False: uvicorn has to send it, because the client is not reading."""
        if cycle.flow.write_paused or cycle.disconnected or cycle.response_started:
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        ours = [b"%b: %b\r\n" % field for field in cycle.default_headers]
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        whole = b"".join((STATUS_LINE[status], *ours, head, end, body))
        self.pace.written += len(whole)
        self.transport.write(whole)
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.hang_up()
        cycle.on_response()
        return True

    def hang_up(self) -> None:
        """Close the connection; if the client may still be sending, only after it has read the answer."""
        if self._farewell is not None or self.transport.is_closing():
            return
        if not self._refused and (self.cycle is None or not self.cycle.more_body):
            self.transport.close()
            return
        self._farewell = Farewell(self.transport, self.loop.time())
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        self._wait()  # closed first if there are too many

    def on_body(self, body: bytes) -> None:
        """Accept a body, which GET ignores, without counting it as headers."""
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete; further bytes belong to the next one."""
        if self.parser.asks_for_upgrade():
            return
        self._unparsed = 0
        super().on_message_complete()
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.keep_alive = self._lasts

    def _refusal(self) -> tuple[str, str] | None:
        """The problem type and detail with which the request is refused, or None."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if refused := refused_line(self._inbox.line) or refused_head(method, self.url, version, self.headers):
            return refused
        if len(self.headers) > self.settings.headers:
            return _HEADERS
        if self._unparsed > self.settings.header_bytes:
            size = sum(len(name) + len(value) + _PER_FIELD for name, value in self.headers)
            return _HEADERS if size > self.settings.header_bytes else None
        return None

    def on_response_complete(self) -> None:
        """Continue with the next request."""
        super().on_response_complete()
        self._parse_on()
        if self._farewell is not None:
            self._unset_keepalive_if_required()
        elif self.cycle is not None and self.cycle.response_complete:  # no further request has arrived
            self._wait()
            self._end_when_silent()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP or is too long for the parser."""
        too_large = len(getattr(self, "url", b"")) > self.settings.url_bytes
        slug, detail = refused_line(self._inbox.line) or ("malformed-request", msg)
        self.refuse("too-large" if too_large else slug, TOO_LARGE if too_large else detail)

    def refuse(self, slug: str, detail: str) -> None:
        """Respond to an incomplete request, and close the connection."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self.cycle is None or self.cycle.response_complete or self._abandons(self.cycle):
            self.transport.write(refusal(Problem(slug, detail)))
            self.hang_up()
        else:
            self.loop.call_later(LAST_SECONDS, self.transport.close)

    def _abandons(self, cycle: RequestResponseCycle) -> bool:
        """Give up a request that is not answered yet because its body cannot be read; False: it is complete."""
        refused = cycle.scope["state"].get("refusal") is not None
        cycle.disconnected = not (refused or self.pipeline or cycle.response_started) and cycle.more_body
        if cycle.disconnected:
            cycle.message_event.set()
        return cycle.disconnected

    def end(self) -> None:
        """Tell the client in the current response that the connection will be closed."""
        if self.cycle is not None and not self.cycle.response_started:
            self._lasts = self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Accept no more requests, except those sent before the client could know about the shutdown."""
        self.end()
        if self._farewell is not None:
            self._farewell.hurry(self.loop.time())
        self._end_when_silent()

    def _end_when_silent(self) -> None:
        """During shutdown, close an idle connection; a busy one is checked again after its response."""
        patience = None if self._farewell is not None else self.server_state.last_call
        if patience is None or self.waiting_since is None or self.transport.is_closing():
            return
        left = self.waiting_since + patience - self.loop.time()
        if left > 0:
            self.loop.call_later(left, self._end_when_silent)
        else:
            self.transport.close()

    def check(self, now: float) -> None:
        """Close the connection if the client is too slow."""
        over = self._farewell is not None and self._farewell.is_over(now)
        if over or self.pace.is_too_slow(now, self.transport.get_write_buffer_size()):
            self.give_up()
        elif self._farewell is not None:
            return
        elif self.waiting_since is not None and now - self.waiting_since > self.settings.header_seconds:
            if self._unparsed:
                self.refuse("request-timeout", "The request did not arrive in time.")
            elif self.cycle is None:
                self.transport.close()


def share_heap() -> None:
    """Let all threads allocate from one heap: its own would keep what a thread once needed. Only glibc has them."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def settle() -> None:
    """Exclude all present objects from garbage collection, because they stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


class Garbage:
    """Collects garbage among objects that survived collections of new ones."""

    def __init__(self) -> None:
        """Nothing was collected yet."""
        self._looks = 0

    def collect(self, since: int, *, busy: bool) -> None:
        """Collect after a number of collections of new objects; while requests are running, only after many more."""
        if since > MUCH_GARBAGE or (since and not busy):
            self._looks += 1
            gc.collect(1 if self._looks % ALL_EVERY else 2)


class Server(uvicorn.Server):
    """A server of the application."""

    server_state: State

    def __init__(self, app: FastAPI, guard: Middleware, settings: Settings) -> None:
        """Serve the application in its middleware, according to the settings."""
        self.app = app
        self.settings = settings
        super().__init__(
            uvicorn.Config(
                guard,
                host=settings.host,
                port=settings.port,
                http=Connection,
                ws="none",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # the middleware handles trusted proxies
                server_header=False,
                timeout_keep_alive=settings.idle_seconds,
                timeout_graceful_shutdown=settings.stop_seconds,
            )
        )
        self.server_state = State(settings)
        self._garbage = Garbage()
        self.beside = transports.metrics_server(app, settings)
        """The server of `/metrics` at its own address."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Raise the limit of open files to the configured number of connections, as far as the system allows."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = self.settings.connections * 2
        if soft < wanted:
            soft = wanted if hard < 0 else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        # Where files run out, the system resets new connections instead of old ones.
        self.server_state.most_connections = min(self.settings.connections, max(soft - OTHER_FILES, LEAST_CONNECTIONS))
        if self.beside is not None:
            await self.beside.startup()
        share_heap()
        settle()
        sys.setswitchinterval(SWITCH_SECONDS)
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Check all connections twice a second."""
        if counter % 5 == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.check(now)
            self._garbage.collect(gc.get_count()[1], busy=bool(self.server_state.tasks))
        if self.beside is not None:
            await self.beside.on_tick(counter)  # it sets the Date of answers
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Shut down gracefully: respond to requests that arrive meanwhile, and close connections with notice."""
        self.server_state.draining = self.app.state.stopping = True
        last_call = 0.0
        if self._captured_signals == [signal.SIGTERM]:
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.end()
            last_call = self.settings.drain_seconds
            await asyncio.sleep(last_call)
        self.server_state.last_call = last_call
        if self.beside is not None:
            await self.beside.shutdown()
        await super().shutdown(sockets)
        if self.force_exit:  # uvicorn leaves the application open then, and what ends it later would log a trace
            for task in self.server_state.tasks:
                task.cancel()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.lifespan.shutdown(), HURRIED_SECONDS)
