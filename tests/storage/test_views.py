"""The database opened directly says what the API says."""

import json

import sqlalchemy as sa

from api import models
from api.models.index import LISTED
from api.storage.database import engine
from tests.support.live import serving

LISTS = {f"public_{kind}": f"{kind}s" for kind in ("event", "claim", "source", "actor", "location", "dataset")}


def test_views_say_what_is_exported(dossier_url: str) -> None:
    made = engine(dossier_url)
    with serving(dossier_url) as api, made.connect() as connection:
        assert LISTS.keys() == models.VIEWS.keys()
        for view, name in LISTS.items():
            rows = [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {view}")).mappings()]  # noqa: S608
            exported = {row["id"]: row for row in api.csv(f"/{name}.csv")}
            assert {row["id"] for row in rows} == exported.keys()
            documents = {one["id"]: one for one in map(json.loads, api.ask(f"/{name}.ndjson").text.splitlines())}
            listed = LISTED.get(view.removeprefix("public_"), ())
            for row in rows:
                for column in listed:
                    assert json.loads(row.pop(column)) == documents[row["id"]][column], (view, column)
                for column, value in row.items():
                    told = exported[row["id"]][column].removeprefix("'")
                    if column == "inferred":
                        assert told == ("true" if value else "false")
                    elif isinstance(value, int | float):
                        assert float(told) == value
                    else:
                        assert told == ("" if value is None else str(value).removeprefix("'")), (view, column)
    made.dispose()


def test_views_do_not_stand_in_the_way_of_deriving_anew(dossier_url: str) -> None:
    made = engine(dossier_url)
    with made.begin() as connection:
        table = models.EventDocument.__table__
        assert isinstance(table, sa.Table)
        table.drop(connection)
        table.create(connection)
        assert connection.scalar(sa.text("SELECT count(*) FROM public_event")) == 0
    made.dispose()
