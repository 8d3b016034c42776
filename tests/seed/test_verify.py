"""`counterclaim verify` finds nothing wrong with what was loaded, and names every record that was spoilt since."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from api import cli
from api.storage.database import engine
from seed.load import rebuild
from seed.verify import verify
from tests.support.contents import everything


@pytest.fixture
def database(dossier_url: str) -> Iterator[sa.Engine]:
    made = engine(dossier_url)
    yield made
    made.dispose()


def spoil(database: sa.Engine, *statements: str) -> None:
    """Change the database by hand, past its constraints."""
    with database.connect() as connection:
        driver = connection.connection.cursor()
        if connection.dialect.name == "sqlite":
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute("PRAGMA ignore_check_constraints = ON")
        else:
            driver.execute("SET session_replication_role = replica")
            driver.execute(WITHOUT_CHECKS)
        for statement in statements:
            driver.execute(statement)
        connection.connection.commit()
        connection.invalidate()


WITHOUT_CHECKS = """
DO $$ DECLARE one record; BEGIN
FOR one IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
    WHERE contype = 'c' AND connamespace = 'public'::regnamespace
LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.t, one.conname); END LOOP; END $$
"""


def found(database: sa.Engine) -> list[str]:
    return [str(finding) for finding in verify(database)]


def test_nothing_is_wrong_with_the_dossier(database: sa.Engine) -> None:
    assert found(database) == []


def test_nothing_is_wrong_with_nothing(empty_url: str) -> None:
    made = engine(empty_url)
    assert found(made) == []
    made.dispose()


HAIDAI = "claim lysychansk-s14a: "
GELATIN = "event capture-of-gelatin-plant: "
FACTS = {
    "a day that the EDTF does not say": (
        "UPDATE event SET date_latest = '2022-07-09' WHERE id = 'capture-of-gelatin-plant'",
        GELATIN + "date_latest: is '2022-07-09', but its other columns say '2022-07-",
    ),
    "an EDTF that is none": (
        "UPDATE event SET date_edtf = '2022-13' WHERE id = 'capture-of-gelatin-plant'",
        GELATIN + "date.edtf: ",
    ),
    "a precision that the EDTF has not": (
        "UPDATE claim SET said_precision = 'year' WHERE id = 'lysychansk-s14a'",
        HAIDAI + "said_precision: is 'year', but its other columns say 'range'",
    ),
    "a word that is in no vocabulary": (
        "UPDATE claim SET stance = 'believes' WHERE id = 'lysychansk-s14a'",
        HAIDAI + "stance: 'believes' is not a word of this vocabulary",
    ),
    "another word of the vocabulary": (
        "UPDATE claim SET stance = 'denies' WHERE id = 'lysychansk-s14a'",
        HAIDAI + "digest: it was changed after it was loaded",
    ),
    "a number out of its range": (
        "UPDATE location SET longitude = 999 WHERE id = 'lysychansk'",
        "location lysychansk: point.longitude: ",
    ),
    "an id that no path can hold": (
        (
            "INSERT INTO actor (id, digest, dataset, kind, name, aliases) "
            "VALUES ('a b', '', 'lysychansk', 'person', 'A', '[]')"
        ),
        "actor a b: id: 'a b' is not an id",
    ),
    "an actor that is not there": (
        "UPDATE claim SET speaker = 'nobody' WHERE id = 'lysychansk-s14a'",
        HAIDAI + "speaker: there is no actor nobody",
    ),
    "a source that is not there": (
        "UPDATE citation SET source = 'nothing' WHERE claim = 'lysychansk-s14a' AND ordinal = 0",
        HAIDAI + "source: there is no source nothing",
    ),
    "a dataset that is not there": (
        "UPDATE actor SET dataset = 'nowhere' WHERE id = 'haidai'",
        "actor haidai: dataset: there is no dataset nowhere",
    ),
    "a part that is missing": (
        "DELETE FROM participation WHERE event = 'capture-of-gelatin-plant' AND ordinal = 0",
        GELATIN + "digest: it was changed after it was loaded",
    ),
    "aliases that are no list": (
        "UPDATE actor SET aliases = '{\"a\": 1}' WHERE id = 'haidai'",
        "actor haidai: aliases: ",
    ),
    "a row that is too deep": (
        "UPDATE event SET extra = '" + '{"a":' * 30 + "1" + "}" * 30 + "' WHERE id = 'capture-of-gelatin-plant'",
        GELATIN + "extra: is nested more than 20 deep",
    ),
    "a control character": (
        "UPDATE event SET title = 'a\x07' WHERE id = 'capture-of-gelatin-plant'",
        GELATIN + "title: 'a\\x07' contains a control character",
    ),
    "a claim about a claim of another event": (
        "UPDATE claim SET about = 'lysychansk-s07a' WHERE id = 'lysychansk-s14a'",
        HAIDAI + "about: lysychansk-s07a is a claim about another event, ukrainian-withdrawal-begins",
    ),
    "a dating of its own dataset's event": (
        "UPDATE dating SET dataset = 'lysychansk' WHERE id = (SELECT min(id) FROM dating)",
        "is of the same dataset",
    ),
    "no revision": ("DELETE FROM revision", "revision 1: is missing, although records are loaded"),
}
DERIVED = {
    "an event's document": (
        "UPDATE event_document SET body = replace(body, 'refinery', 'brewery') WHERE id = 'refinery-entry'",
        "event refinery-entry: body: is ",
    ),
    "an event's offsets": (
        "UPDATE event_document SET judged_from = judged_from + 1 WHERE id = 'refinery-entry'",
        "event refinery-entry: judged_from: is ",
    ),
    "what is judged": (
        "UPDATE event_document SET statements = '[]' WHERE id = 'refinery-entry'",
        "event refinery-entry: statements: is '[]', but the facts say ",
    ),
    "a claim's document": (
        "UPDATE claim_document SET body = '{}' WHERE id = 'lysychansk-s14a'",
        HAIDAI + "body: is '{}', but the facts say ",
    ),
    "an actor's document": (
        "UPDATE actor_document SET body = '{}' WHERE id = 'haidai'",
        "actor haidai: body: is '{}', but the facts say ",
    ),
    "a document that is missing": (
        "DELETE FROM actor_document WHERE id = 'haidai'",
        "actor haidai: document: is missing",
    ),
    "a document without a record": (
        "INSERT INTO source_document (id, span, day, size, sha256, hash, body) VALUES ('ghost', 6, 0, 2, '', 0, '{}')",
        "source ghost: its document is left over: there is no such source",
    ),
    "words of an actor": (
        "UPDATE actor_words SET words = ' x ' WHERE id = 'haidai'",
        "actor haidai: words: is ' x ', but the facts say ' ",
    ),
    "a day of an entry": (
        "UPDATE event_entry SET day = day + 1 WHERE id = 'refinery-entry'",
        "event refinery-entry: day: is ",
    ),
    "an entry that is missing": (
        "DELETE FROM event_entry WHERE id = 'refinery-entry'",
        "event refinery-entry: entry: is missing",
    ),
    "a number that is out of order": (
        "UPDATE event_entry SET number = 5000 WHERE id = 'refinery-entry'",
        "event refinery-entry: number: is not in the order of days and ids",
    ),
    "facets that cannot be read": (
        "UPDATE claim_entry SET facets = substr(facets, 1, 4) WHERE id = 'lysychansk-s14a'",
        HAIDAI + "facets: its entry lacks claim/all",
    ),
    "facets of another record": (
        (
            "UPDATE claim_entry SET facets = (SELECT facets FROM claim_entry WHERE id = 'lysychansk-s07a') "
            "WHERE id = 'lysychansk-s14a'"
        ),
        HAIDAI + "facets: its entry wrongly has claim/speaker:",
    ),
    "the first day on which a claim was said": (
        "UPDATE claim_entry SET said_certain = said_certain + 1 WHERE id = 'lysychansk-s14a'",
        HAIDAI + "said_certain: is ",
    ),
    "a posting that is missing": (
        "DELETE FROM posting WHERE facet = (SELECT id FROM facet WHERE name = 'word:refinery')",
        "event refinery-entry: is missing from the facet word:refinery",
    ),
    "a posting of others": (
        (
            "UPDATE posting SET members = (SELECT members FROM posting p JOIN facet f ON f.id = p.facet "
            "WHERE f.name = 'all') WHERE facet = (SELECT id FROM facet WHERE name = 'kind:order')"
        ),
        "event refinery-entry: is wrongly in the facet kind:order",
    ),
    "a posting of no facet": ("UPDATE facet SET id = 99999 WHERE name = 'kind:order'", "posting "),
    "a posting's hash": (
        (
            "UPDATE posting SET hash = hash - 1 WHERE facet = (SELECT id FROM facet WHERE name = 'all') AND hash > 0 "
            "OR hash < 0 AND facet = (SELECT id FROM facet WHERE name = 'all')"
        ),
        "posting ",
    ),
    "a column": (
        (
            "UPDATE record_column SET cells = (SELECT cells FROM record_column WHERE name = 'event/latest') "
            "WHERE name = 'event/possible'"
        ),
        "event ",
    ),
    "the event of a claim": (
        (
            "UPDATE record_column SET cells = (SELECT cells FROM record_column WHERE name = 'claim/latest') "
            "WHERE name = 'claim/event'"
        ),
        "claim ",
    ),
    "a column's hash": ("UPDATE record_column SET hash = 1 WHERE name = 'event/latest'", "column event/latest: "),
    "where days begin": (
        "UPDATE day_number SET first = 100000 WHERE kind = 'claim' AND day = (SELECT max(day) FROM day_number)",
        "claim ",
    ),
    "a party that somebody does not belong to": (
        "INSERT INTO actor_closure (actor, party) VALUES ('haidai', 'russia')",
        "actor haidai: does not belong to russia, which is in its closure",
    ),
    "a party that somebody belongs to": (
        "DELETE FROM actor_closure WHERE actor = 'haidai' AND party = 'ukraine'",
        "actor haidai: belongs to ukraine, which is missing from its closure",
    ),
    "a place that another lies in": (
        "DELETE FROM location_closure WHERE location = 'lysychansk' AND container = 'luhansk-oblast'",
        "location lysychansk: belongs to luhansk-oblast, which is missing from its closure",
    ),
}


@pytest.mark.parametrize("kind", FACTS)
def test_a_spoilt_fact_is_named(database: sa.Engine, kind: str) -> None:
    statement, expected = FACTS[kind]
    spoil(database, statement)
    findings = found(database)
    assert [finding for finding in findings if expected in finding], findings


@pytest.mark.parametrize("kind", DERIVED)
def test_damaged_derived_rows_are_named_and_rebuilt(database: sa.Engine, kind: str) -> None:
    before = everything(database)
    statement, expected = DERIVED[kind]
    spoil(database, statement)
    findings = found(database)
    assert [finding for finding in findings if finding.startswith(expected)], findings
    rebuild(database)
    assert found(database) == []
    assert everything(database) == before


def test_an_id_that_is_not_text(database: sa.Engine, backend: str) -> None:
    if backend == "postgresql":
        pytest.skip("PostgreSQL holds no such text")
    spoil(database, "UPDATE event SET title = CAST(x'ff41' AS text) WHERE id = 'refinery-entry'")
    findings = found(database)
    assert "event refinery-entry: title: contains a lone surrogate (half a character)" in findings
    for finding in findings:
        finding.encode()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE dataset SET recorded_at = '' WHERE id = 'lysychansk'", "dataset lysychansk: recorded_at: "),
        ("UPDATE dataset SET recorded_at = -5 WHERE id = 'lysychansk'", "dataset lysychansk: recorded_at: "),
        ("UPDATE dataset SET title = x'fffe' WHERE id = 'lysychansk'", "dataset lysychansk: title: "),
        ("UPDATE dataset SET id = x'fffe' WHERE id = 'lysychansk'", r"dataset b'\xff\xfe': id: is not text"),
        ("UPDATE revision SET recorded_at = 'many'", "revision 1: is damaged"),
        ("UPDATE source SET id = x'fffe' WHERE id = 'geonames'", r"source b'\xff\xfe': id: is not text"),
    ],
)
def test_unreadable_rows_are_named(database: sa.Engine, backend: str, statement: str, named: str) -> None:
    if backend == "postgresql":
        pytest.skip("PostgreSQL keeps no value of another type")
    spoil(database, statement)
    findings = found(database)
    assert [finding for finding in findings if finding.startswith(named)], findings


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    """Its exit code, and what it printed."""
    with pytest.raises(SystemExit) as exited:
        cli.main(arguments)
    out, err = capsys.readouterr()
    return exited.value.code, out, err


def test_the_commands(dossier_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", dossier_url)
    assert command(capsys, "verify") == (0, "Everything holds.\n", "")
    made = engine(dossier_url)
    spoil(made, "UPDATE actor_document SET body = '{}' WHERE id = 'haidai'")
    made.dispose()
    code, out, err = command(capsys, "verify")
    assert (code, out) == (1, "")
    assert err.startswith("actor haidai: body: is '{}', but the facts say ")
    assert err.splitlines()[1:] == [
        "actor haidai: document: does not have its stored hash",
        "Findings: 2. `counterclaim rebuild` repairs what is derived from facts.",
    ]
    assert command(capsys, "rebuild") == (0, "Derived again: 27 events and their claims.\n", "")
    assert command(capsys, "verify") == (0, "Everything holds.\n", "")


def test_withdrawing(dossier_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", dossier_url)
    refused = "lysychansk-contxt: there is no such dataset; did you mean lysychansk-context?\n"
    assert command(capsys, "withdraw", "lysychansk-contxt") == (1, "", refused)
    code, out, err = command(capsys, "withdraw", "lysychansk")
    assert (code, out) == (1, "")
    assert "lysychansk cannot be withdrawn: 68 records of lysychansk-context name what is in it, such as " in err
    code, out, err = command(capsys, "withdraw", "lysychansk-context")
    assert (code, err) == (0, "")
    assert out.endswith(" records withdrawn.\n")
    assert command(capsys, "verify") == (0, "Everything holds.\n", "")
