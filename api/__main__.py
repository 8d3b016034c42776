"""The entry point of `counterclaim` and `python -m api`: Ctrl-C ends a command with one line at any moment.

The signal handler is installed before anything heavy is imported, because imports take a while too.
"""

import os
import signal
import sys
from collections.abc import Sequence
from time import monotonic
from types import FrameType
from typing import NoReturn

HURRY_SECONDS = 3.0
"""How long a further Ctrl-C means the first one, so that it does not break off what that one cleans up."""
AGAIN_SECONDS = 0.05
"""After this time a Ctrl-C is tried again that came where Python drops exceptions."""


class StoppedError(SystemExit):
    """Ctrl-C was pressed; unlike `KeyboardInterrupt`, no library reports it by itself.

    For both, psycopg cancels the statement that PostgreSQL is running.
    """

    asked: float | None = None
    """When that was, if it was: libraries written in C may make an error of their own of it."""


def stop(_number: int, _frame: FrameType | None) -> None:
    """End the running work; transactions are rolled back and unfinished files are deleted."""
    now, before = monotonic(), StoppedError.asked
    if before is None or now - before > HURRY_SECONDS:
        StoppedError.asked = now
        raise StoppedError


def dropped(unraisable: "sys.UnraisableHookArgs") -> None:
    """Stop a little later if Ctrl-C came in a destructor or the like, whose exceptions Python drops."""
    if isinstance(unraisable.exc_value, StoppedError):
        StoppedError.asked = None
        signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
    else:
        sys.__unraisablehook__(unraisable)


def main() -> None:
    """Run one command; Ctrl-C ends it with one line on stderr and exit code 130, a closed pipe with 141."""
    try:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # ignored in background jobs of a shell
            sys.unraisablehook = dropped
            signal.signal(signal.SIGINT, stop)
        legible(sys.argv[1:])
        from api.cli import main as run  # noqa: PLC0415 - see above

        run()
    except BaseException as error:
        complete = type(error) is SystemExit and not error.code  # in spite of a Ctrl-C that a library dropped
        if StoppedError.asked is not None and not complete:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            end("Stopped: unfinished work was discarded.", 128 + signal.SIGINT)
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":  # typer leaves this after a closed pipe
            end(
                "The output of this command was not read to its end; the command itself is complete.",
                128 + signal.SIGPIPE,
            )
        if isinstance(error, OSError) and unwritten(error):
            end(f"The output of this command cannot be written: {error.strerror}; the command itself is complete.", 1)
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if signal.getsignal(signal.SIGINT) is stop:  # all is done, and no code can run any more while Python ends
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def unwritten(error: OSError) -> bool:
    """Whether it is the output that could not be written, as to a full disk; Python does not try again on exit then."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    if where is None or where.tb_frame.f_code.co_name != "echo":  # typer's
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


def legible(arguments: Sequence[str]) -> None:
    """Refuse `""`, as of a variable that is not set, which as a path is the current folder, and what is not UTF-8."""
    for number, one in enumerate(arguments, 1):
        if not one or one != one.encode(errors="replace").decode():
            end(f"Argument {number} {f'is not UTF-8: {one!a}.' if one else 'is empty.'}", 2)


def end(line: str, status: int) -> NoReturn:
    """Print the reason on stderr, and exit with a status; shells use 128 and the signal's number for a signal."""
    print(line, file=sys.stderr)  # noqa: T201 - typer may not be there yet
    raise SystemExit(status) from None


if __name__ == "__main__":
    main()
