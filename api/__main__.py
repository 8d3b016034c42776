"""`counterclaim`, and `python -m api`: the command line, which Ctrl-C ends in one line at any moment.

Nothing heavy is imported before Ctrl-C is listened to: reading the modules takes a while too.
"""

import signal
import sys
from time import monotonic
from types import FrameType
from typing import NoReturn

HURRY_SECONDS = 3.0
"""How long a further Ctrl-C means the first one, so that it does not break off what that one cleans up."""


class StoppedError(BaseException):
    """Somebody pressed Ctrl-C; like `KeyboardInterrupt`, but nothing on the way says something of its own about it."""

    asked: float | None = None
    """When that was, if it was: libraries written in C may make an error of their own of it."""


def stop(_number: int, _frame: FrameType | None) -> None:
    """End whatever is under way; transactions are rolled back and files that are being written go."""
    now, before = monotonic(), StoppedError.asked
    if before is None or now - before > HURRY_SECONDS:
        StoppedError.asked = now
        raise StoppedError


def main() -> None:
    """Run one command; Ctrl-C ends it with one line on stderr and exit code 130, a closed pipe with 141."""
    try:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as it is in the background of a shell
            signal.signal(signal.SIGINT, stop)
        from api.cli import main as run  # noqa: PLC0415 - see above

        run()
    except BaseException:
        if StoppedError.asked is not None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            end("Stopped: what was not finished was not kept.", signal.SIGINT)
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":  # so typer leaves it where its reader has gone
            end("What this command says was not read to its end; what it did is done.", signal.SIGPIPE)
        raise


def end(line: str, number: signal.Signals) -> NoReturn:
    """Say why on stderr, and exit as shells say it of a signal."""
    print(line, file=sys.stderr)  # noqa: T201 - typer may not be there yet
    raise SystemExit(128 + number) from None


if __name__ == "__main__":
    main()
