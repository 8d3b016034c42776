"""CONTRIBUTING's steps, taken in a copy of the code: a filter, a field of the record, a format and a resource."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import PROJECT
from tests.project.test_layout import read

Edits = dict[str, tuple[tuple[str, str], ...]]
"""By file, what stands there and what is written before it."""
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
    "api/http/resources/events.py": (("    part_of: Annotated[\n", RELATION),),
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
    "api/http/formats.py": (('        "reliability": ', '        "translator": None,\n'),),
}
WRITER = """\
async def _text(
    _: Sequence[str], listing: Listing, session: ReadSession, asked: ListQuery, total: Total
) -> AsyncGenerator[bytes, None]:
    sent = 0
    async for batch in batches(asked, session, listing):
        sent += len(batch)
        yield "".join([f"{record.place.id}\\n" for record in batch]).encode()
    total.check(sent)


"""
FORMAT: Edits = {
    "api/http/exports.py": (
        ("FORMS = {\n", WRITER),
        (
            '    "parquet": Form(\n',
            '    "txt": Form("text/plain", _text, "by its id, a line each", "an-id\\n", WithFields),\n',
        ),
    ),
    "api/http/routing.py": (('"csv", "ndjson", "parquet")', '"txt", '),),
}
RESOURCE_FILE = "api/http/resources/concessions.py"
RESOURCE = '''\
"""Concessions: claims by which speakers concede what others say."""

from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter
from pydantic import Field

from api.domain.vocabulary import Stance
from api.http.answers import Listing
from api.http.fields import WithFields
from api.http.routing import list_routes
from api.models.facets import ClaimFacets
from api.query.descriptions import filters_in_words, sentence
from api.query.why_empty import ExplainedQuery
from api.query.filters import Filters, Id, Paged
from api.query.matching import Conditions, any_of, facet_filters
from api.query.session import ReadSession
from api.schemas.pages import ClaimPage

router = APIRouter(prefix="/concessions", tags=["Concessions"])


class ConcessionFilters(Filters):
    """Which concessions a caller wants."""

    speaker: Annotated[
        list[Id], ClaimFacets.SPEAKER, Field(description="By this actor.", examples=[["haidai"]])
    ] = []

    def asked(self) -> ExplainedQuery:
        """The question."""
        filters, named = facet_filters(self)
        concedes = any_of(ClaimFacets.STANCE, [Stance.CONCEDES])
        return ExplainedQuery("claims", Conditions(filters=(concedes, *filters), named=tuple(named)), None)

    async def described(self, session: ReadSession) -> str:
        """The question in words."""
        return sentence("Concessions", list((await filters_in_words(session, self)).values()))


class ConcessionQuery(ConcessionFilters, Paged, WithFields):
    """A page of concessions."""

    listing: ClassVar = "concessions"

    sort: Annotated[Literal["said", "-said"], Field(description="By day.", examples=["said"])] = "said"


list_concessions, count_concessions, exports = list_routes(
    router,
    Listing("concessions", ("said", "-said")),
    ConcessionFilters,
    ConcessionQuery,
    ClaimPage,
    words="Claims that concede something.",
    example=1,
)
'''
RESOURCE_STEPS: Edits = {
    "api/main.py": (
        ("    control,\n", "    concessions,\n"),
        ("locations, datasets)\n", "concessions, "),
    ),
    "api/query/documents.py": (('    "dispute": records.Dispute,\n', '    "concession": records.Claim,\n'),),
    "api/http/fields.py": (('    "disputes": records.Dispute,\n', '    "concessions": records.Claim,\n'),),
    "api/http/openapi.py": (
        ('    "Positions": "', '    "Concessions": "Who conceded what.",\n'),
        ('    "list_datasets": {', '    "list_concessions": {"get_claim": FIRST},\n'),
    ),
    "api/http/formats.py": (('    "disputes": {\n', '    "concessions": CLAIM,\n'),),
}
TRIED = """
import asyncio, json, sys, httpx
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
        return {path: (await client.get(path)).raise_for_status().text for path in sys.argv[2:]}

print(json.dumps(asyncio.run(ask())))
"""
PATHS = (
    "/events/count?place_relation=near",
    "/events?place_relation=near&limit=1000",
    "/events.csv?place_relation=near",
    "/sources/isw-2022-07-02",
    "/sources.csv",
    "/sources.ndjson",
    "/sources.txt",
    "/concessions?limit=1000",
    "/concessions/count",
    "/concessions.csv",
    "/concessions.txt?speaker=haidai",
    "/claims.ndjson?stance=concedes",
    "/openapi.json",
)


def copy_of_the_code(folder: Path) -> None:
    """What runs."""
    for name in ("api", "seed", "migrations"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("openapi.json", "dossier.schema.json", "alembic.ini", "pyproject.toml"):
        shutil.copy(PROJECT / name, folder)


def taken(folder: Path, edits: Edits) -> None:
    """Steps: some lines written before others."""
    for name, lines in edits.items():
        text = (folder / name).read_text()
        for before, added in lines:
            assert text.count(before) == 1, f"{name}: CONTRIBUTING's step has no place: {before}"
            text = text.replace(before, added + before)
        (folder / name).write_text(text)


def ran(folder: Path, *command: str) -> str:
    """What the changed code prints."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What the code answers over the dossiers once all of the steps were taken, loaded anew and verified."""
    folder = tmp_path_factory.mktemp("changed")
    copy_of_the_code(folder)
    for edits in (FILTER, FIELD, FORMAT, RESOURCE_STEPS):
        taken(folder, edits)
    (folder / RESOURCE_FILE).write_text(RESOURCE)
    for path in (folder / "seed/lysychansk").glob("*.toml"):
        text = path.read_text()
        path.write_text(text.replace('id = "isw-2022-07-02"\n', 'id = "isw-2022-07-02"\ntranslator = "J. Doe"\n'))
    yield json.loads(ran(folder, "-c", TRIED, f"sqlite:///{folder}/tried.db", *PATHS))
    shutil.rmtree(folder)


def test_a_filter_over_a_stored_field_is_one_facet_and_one_field(answers: dict[str, str]) -> None:
    assert sum(len(lines) for lines in FILTER.values()) == 2
    header, *rows = answers["/events.csv?place_relation=near"].splitlines()
    column = header.split(",").index("place_relation")
    assert len(rows) > 0
    assert column > 0
    assert answers["/events/count?place_relation=near"] == f'{{"count":{len(rows)}}}'
    assert "Events that happened near their place" in answers["/events?place_relation=near&limit=1000"]
    assert all(",near," in row for row in rows)


def test_a_recorded_field_touches_few_files(answers: dict[str, str]) -> None:
    assert len(FIELD) <= MOST_FILES_OF_A_FIELD
    header, *rows = answers["/sources.csv"].splitlines()
    assert '"translator":"J. Doe","reliability":' in answers["/sources/isw-2022-07-02"]
    assert "translator,reliability" in header
    assert sum(",J. Doe," in row for row in rows) == 1


def test_a_format_is_a_writer_a_line_and_a_name(answers: dict[str, str]) -> None:
    ids = [json.loads(line)["id"] for line in answers["/sources.ndjson"].splitlines()]
    assert answers["/sources.txt"].splitlines() == ids
    described = json.loads(answers["/openapi.json"])["paths"]
    assert {path for path in described if path.endswith(".txt")} == {
        f"/{name}.txt" for name in ("claims", "disputes", "sources", "actors", "datasets", "concessions")
    }


def test_a_resource_is_a_module_and_its_name(answers: dict[str, str]) -> None:
    expected = [json.loads(line) for line in answers["/claims.ndjson?stance=concedes"].splitlines()]
    page = json.loads(answers["/concessions?limit=1000"])
    assert page["data"] == expected
    assert page["meta"]["description"] == "All concessions"
    described = json.loads(answers["/openapi.json"])["paths"]["/concessions"]["get"]
    assert described["tags"] == ["Concessions"]
    assert described["responses"]["200"]["links"].keys() == {"get_claim"}
    assert len(expected) > 0
    assert answers["/concessions/count"] == f'{{"count":{len(expected)}}}'
    assert answers["/concessions.csv"].count("\r\n") == 1 + len(expected)


@pytest.mark.parametrize("edits", [FILTER, FIELD, FORMAT, {RESOURCE_FILE: (), **RESOURCE_STEPS}])
def test_every_file_of_a_step_is_named(edits: Edits) -> None:
    told = read("CONTRIBUTING.md")
    assert [name for name in edits if f"`{name}`" not in told and not name.startswith("api/http/resources/")] == []


@pytest.mark.long
def test_one_command_renews_all_documentation_of_a_field(tmp_path: Path) -> None:
    generated = ("openapi.json", "dossier.schema.json", "docs/dossier.md")
    shown = (*generated, "api/http/examples.json", "api/http/exchanges.json")
    before = {name: (PROJECT / name).read_text() for name in shown}
    copy_of_the_code(tmp_path)
    (tmp_path / "docs").mkdir()
    shutil.copy(PROJECT / "docs/dossier.md", tmp_path / "docs")
    shutil.copytree(PROJECT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    taken(tmp_path, FIELD)
    ran(tmp_path, "-m", "tests.support.exchanges")
    assert all("translator" in (tmp_path / name).read_text() for name in shown)
    for name in FIELD:
        shutil.copy(PROJECT / name, tmp_path / name)
    ran(tmp_path, "-m", "tests.support.exchanges")
    assert {name: (tmp_path / name).read_text() for name in shown} == before
