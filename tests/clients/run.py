"""Serves the dossier and lets every client beside this file read it, each in a process of its own.

Python's have an environment of their own under build/clients, with what requirements.txt pins. What cannot be had here
is said loudly, and is no failure; what was had and does not work is one.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from seed.interchange.command import FORMS, export_as
from tests.support import databases, postgres
from tests.support.live import Api, serving

HERE = Path(__file__).parent
FOLDER = Path("build/clients")
NOT_HERE = 77
"""How a script ends where its client cannot be had."""


def main(asked: str = "") -> int:
    """How many do not work, of those whose name begins so."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    postgres.open_run()
    try:
        with (
            databases.copy("sqlite", FOLDER, databases.dossier("sqlite")) as url,
            databases.copy("sqlite", FOLDER, databases.late("sqlite")) as late_url,
            serving(url) as api,
            serving(late_url) as many,
        ):
            os.environ |= {
                "MANY": _root(many),
                "DATABASE_URL": url,
                "COUNTERCLAIM": str(Path(sys.executable).with_name("counterclaim")),
                "EXPORTS": str(_exports(url)),
            }
            return sum(not works(one, _root(api)) for one in sorted(HERE.glob(f"with_{asked}*")))
    finally:
        postgres.close_run()


def _root(api: Api) -> str:
    return str(api.client.base_url).rstrip("/")


def _exports(url: str) -> Path:
    """A folder with what is loaded in other models' terms."""
    folder = FOLDER / "exports"
    shutil.rmtree(folder, ignore_errors=True)
    for form in FORMS:
        export_as(url, folder / form, form)
    return folder


def works(script: Path, root: str) -> bool:
    """Run one."""
    python = environment()
    if python is None:
        print(f"{script.name}: NOT RUN, for the packages of requirements.txt cannot be had")
        return True
    command: list[str | Path] = (
        [python, script, root] if script.suffix == ".py" else ["sh", script, root, FOLDER, python]
    )
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode == NOT_HERE:
        print(f"{script.name}: NOT RUN: {done.stdout.strip()}")
        return True
    lines = (done.stdout or done.stderr).strip().splitlines() if not done.returncode else done.stderr.splitlines()
    print(f"{script.name}: {'works' if done.returncode == 0 else 'DOES NOT WORK'}: {lines[-1] if lines else ''}")
    return done.returncode == 0


def environment() -> Path | None:
    """The clients' own Python; None: its packages cannot be had."""
    python = (FOLDER / "venv" / "bin" / "python").absolute()
    ready = FOLDER / "installed"
    if not ready.exists() or ready.read_text() != (HERE / "requirements.txt").read_text():
        venv.create(FOLDER / "venv", with_pip=True, clear=True)
        install: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"]
        if subprocess.run(install, check=False).returncode:
            return None
        shutil.copy(HERE / "package.json", FOLDER)
        if npm := shutil.which("npm"):
            subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund"], cwd=FOLDER, check=False)
        shutil.copy(HERE / "requirements.txt", ready)
    return python


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
