"""CONTRIBUTING's steps, taken in a copy of the code: a new filter, and a new field of the record."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.settings import PROJECT

Edits = dict[str, tuple[tuple[str, str], ...]]
MOST_FILES_OF_A_FIELD = 8
RELATION = """\
    place_relation: Annotated[
        list[v.PlaceRelation],
        EventFacets.RELATION,
        Field(description="How it lies to its place.", examples=[["near"]]),
    ] = []
"""
FILTER: Edits = {
    "api/models/facets.py": (
        (
            '    PART_OF = Facet("part_of"',
            '    RELATION = Facet("place_relation", "happened {} their place", column="place_relation")\n',
        ),
    ),
    "api/http/resources/events.py": (
        (
            "    part_of: Annotated[\n",
            RELATION,
        ),
    ),
}
FIELD: Edits = {
    "api/models/records.py": (
        ("    reliability: Mapped[str] ", "    translator: Mapped[str | None] = mapped_column(TEXT)\n"),
    ),
    "seed/records.py": (("    reliability: v.Reliability = ", "    translator: Name | None = None\n"),),
    "seed/dossiers/fields.toml": (
        ("reliability = { told", 'translator = { told = "Who translated it.", example = \'"J. Doe"\' }\n'),
    ),
    "api/index/documents.py": (
        ('                "reliability": ', '                "translator": fields["translator"],\n'),
    ),
    "api/schemas/records.py": (("    reliability: v.Reliability\n", "    translator: str | None\n"),),
    "api/http/formats.py": (('        "reliability": ', '        "translator": source["translator"],\n'),),
}
TRIED = """
import asyncio, sys, httpx
from api.main import create_app, guarded
from api.settings import Settings
from api.storage.database import engine
from migrations import migrate
from seed.check import reviewed
from seed.files import read
from seed.load import load
from seed.verify import verify

url = sys.argv[1]
migrate(url)
made = engine(url)
load(made, read(reviewed()))
assert list(verify(made)) == []
settings = Settings(database_url=url)
app = guarded(create_app(settings), settings)

async def ask():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        for path in sys.argv[2:]:
            print((await client.get(path)).raise_for_status().text.strip())

asyncio.run(ask())
"""


def copy_of_the_code(folder: Path, edits: Edits) -> None:
    """What runs, with some lines added before others."""
    for name in ("api", "seed", "migrations"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("openapi.json", "dossier.schema.json", "alembic.ini", "pyproject.toml"):
        shutil.copy(PROJECT / name, folder)
    for name, lines in edits.items():
        text = (folder / name).read_text()
        for before, added in lines:
            assert text.count(before) == 1, f"{name}: CONTRIBUTING's step has no place: {before}"
            text = text.replace(before, added + before)
        (folder / name).write_text(text)


def answers(folder: Path, *paths: str) -> list[str]:
    """What the changed code answers over the dossiers, loaded anew and verified."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", TRIED, f"sqlite:///{folder}/tried.db", *paths]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.long
def test_a_filter_over_a_stored_field_is_one_facet_and_one_field(tmp_path: Path) -> None:
    copy_of_the_code(tmp_path, FILTER)
    near = "place_relation=near"
    counted, listed, header, *rows = answers(
        tmp_path, f"/events/count?{near}", f"/events?{near}&limit=1000", f"/events.csv?{near}"
    )
    assert len(rows) > 0
    assert counted == f'{{"count":{len(rows)}}}'
    assert "Events that happened near their place" in listed
    column = header.split(",").index("place_relation")
    assert column > 0
    assert all(",near," in row for row in rows)


@pytest.mark.long
def test_a_recorded_field_touches_few_files(tmp_path: Path) -> None:
    assert len(FIELD) <= MOST_FILES_OF_A_FIELD
    copy_of_the_code(tmp_path, FIELD)
    for path in (tmp_path / "seed/lysychansk").glob("*.toml"):
        text = path.read_text()
        path.write_text(text.replace('id = "isw-2022-07-02"\n', 'id = "isw-2022-07-02"\ntranslator = "J. Doe"\n'))
    one, header, *rows = answers(tmp_path, "/sources/isw-2022-07-02", "/sources.csv")
    assert '"translator":"J. Doe","reliability":' in one
    assert "translator,reliability" in header
    assert sum(",J. Doe," in row for row in rows) == 1
