"""Reports what is wrong with files before anything is loaded."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from api.storage.database import engine
from migrations import migrate
from seed.dossiers.sheets import advised, recorded
from seed.files import files, held_in, read, real
from seed.load import load
from seed.refusals import Entry, Refusal
from seed.temporary import temporary_folder

SEED = Path(__file__).parent


def reviewed(within: Path = SEED) -> list[Path]:
    """The folders of the reviewed datasets that come with the project: those with files of records and no code."""
    folders = (one for one in sorted(within.iterdir()) if one.is_dir() and not one.name.startswith((".", "_")))
    return [one for one in folders if held_in(one) and not (one / "__init__.py").exists()]


def check(paths: Sequence[Path]) -> tuple[list[Refusal], list[Refusal]]:
    """Every reason to refuse the files, and what can hardly be right in them.

    The files may refer to records of the reviewed datasets.
    """
    checked = list(files(paths))
    own = {real(path) for path in checked}
    others = [path for path in files(reviewed()) if real(path) not in own]
    with temporary_folder("counterclaim-check") as folder:
        url = str(folder / "check.db")
        migrate(url)
        made = engine(url)
        try:
            now = datetime.now(UTC)
            entries = (recorded(one, now) if isinstance(one, Entry) else one for one in read([*others, *checked]))
            report = load(made, entries, dry_run=True)
        finally:
            made.dispose()
    elsewhere = {str(path) for path in others}
    faults = [advised(refusal) for refusal in report.refused if refusal.place.file not in elsewhere]
    return faults, report.doubted
