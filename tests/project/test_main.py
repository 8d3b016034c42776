"""Building the application builds an application, and changes nothing else in its process."""

import json
import subprocess
import sys
from pathlib import Path

from api.settings import PROJECT

BUILDS = """
import gc, json, logging, os, signal, sys, threading, warnings
import structlog
from pathlib import Path
import api.main
from api.settings import Settings

def process():
    root = logging.getLogger()
    return {
        "signals": [repr(signal.getsignal(one)) for one in sorted(signal.valid_signals())],
        "collector": [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), len(gc.callbacks)],
        "interpreter": [sys.getswitchinterval(), sys.getrecursionlimit(), repr(sys.excepthook)],
        "logs": [root.level, len(root.handlers), logging.lastResort is None, structlog.is_configured()],
        "environment": dict(os.environ),
        "path": sys.path,
        "warnings": len(warnings.filters),
        "threads": threading.active_count(),
        "folder": [os.getcwd(), sorted(os.listdir())],
    }

before = process()
settings = Settings(database_url=f"sqlite:///{Path.cwd()}/no.db")
api.main.guarded(api.main.create_app(settings), settings)
print(json.dumps([before, process()]))
"""


def test_an_application_changes_nothing_of_its_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUILDS], cwd=tmp_path, env={"PYTHONPATH": str(PROJECT)}, check=True, capture_output=True
    )
    before, after = json.loads(done.stdout)
    assert after == before
    assert before["folder"][1] == []
