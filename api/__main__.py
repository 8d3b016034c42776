"""`counterclaim`, and `python -m api`: the command line, which Ctrl-C ends in one line at any moment.

Nothing heavy is imported before Ctrl-C is listened to: reading the modules takes a while too.
"""

import signal
import sys
from types import FrameType


class StoppedError(BaseException):
    """Somebody pressed Ctrl-C; like `KeyboardInterrupt`, but nothing on the way says something of its own about it."""


def stop(_number: int, _frame: FrameType | None) -> None:
    """End whatever is under way; transactions are rolled back and files that are being written go."""
    raise StoppedError


def main() -> None:
    """Run one command; Ctrl-C ends it with one line on stderr and exit code 130."""
    try:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as it is in the background of a shell
            signal.signal(signal.SIGINT, stop)
        from api.cli import main as run  # noqa: PLC0415 - see above

        run()
    except StoppedError:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("Stopped: what was not finished was not kept.", file=sys.stderr)  # noqa: T201 - typer may not be there yet
        raise SystemExit(128 + signal.SIGINT) from None


if __name__ == "__main__":
    main()
