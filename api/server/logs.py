"""How the log is written: one line per happening on stderr, as JSON for machines or as text for people."""

import contextlib
import logging
import os
import sys
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor

from api.settings import Settings

STDERR = 2


class Stderr:
    """Writes lines to the process's stderr; a log that cannot be written must not stop what is logged."""

    def msg(self, line: str | bytes) -> None:
        """Write one line."""
        data = line.encode("utf-8", "backslashreplace") if isinstance(line, str) else line
        with contextlib.suppress(OSError):
            os.write(STDERR, data + b"\n")

    log = debug = info = warning = error = critical = exception = msg


class _Handler(logging.Handler):
    """Passes what libraries log on to stderr, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        Stderr().msg(self.format(record))


def _json(_: Any, __: str, event: EventDict) -> str:  # noqa: ANN401 - any logger
    return orjson.dumps(event, default=repr).decode()


def configure(settings: Settings) -> None:
    """Set up the log of this process."""
    as_text = settings.log_format == "text" or (settings.log_format is None and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", key="at"),
    ]
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer()] if as_text else [structlog.processors.format_exc_info, _json]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: Stderr(),
        cache_logger_on_first_use=True,
    )
    handler = _Handler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[_plain, *last], foreign_pre_chain=shared))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # strangers must not be able to fill the log


def _plain(_: Any, __: str, event: EventDict) -> EventDict:  # noqa: ANN401 - any logger
    """Without what the formatter keeps for itself."""
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(None, "", event)
