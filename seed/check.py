"""Tells authors what is wrong with their files, before anything is loaded."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from api.storage.database import engine
from migrations import migrate
from seed.dossiers.sheets import recorded
from seed.files import files, read
from seed.load import load
from seed.refusals import Entry, Refusal

# The folders of reviewed datasets that come with the project.
REVIEWED = [Path(__file__).parent / name for name in ("khasham", "lysychansk")]


def check(paths: Sequence[Path]) -> list[Refusal]:
    """Everything for which the files would be refused, beside the reviewed datasets, whose records they may name."""
    checked = list(files(paths))
    own = {path.resolve() for path in checked}
    others = [path for path in files(REVIEWED) if path.resolve() not in own]
    with TemporaryDirectory() as folder:
        url = str(Path(folder) / "check.db")
        migrate(url)
        made = engine(url)
        try:
            now = datetime.now(UTC)
            entries = (recorded(one, now) if isinstance(one, Entry) else one for one in read([*others, *checked]))
            report = load(made, entries, dry_run=True)
        finally:
            made.dispose()
    elsewhere = {str(path) for path in others}
    return [refusal for refusal in report.refused if refusal.place.file not in elsewhere]
