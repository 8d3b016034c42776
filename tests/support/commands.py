"""Commands that end within this process, with what they print."""

import pytest

from api import cli


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, list[str]]:
    """The exit code of a command, and what it said on either stream, line by line."""
    with pytest.raises(SystemExit) as exited:
        cli.main(arguments)
    out, err = capsys.readouterr()
    return exited.value.code, (out + err).splitlines()
