"""A real server for tests, and the client that asks it: `Api`."""

import csv
import io
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from api.main import create_app, guarded
from api.server.server import Server
from api.settings import Settings

PATIENCE_S = 60
Params = dict[str, Any]


class Api:
    """Asks a server, and insists on what every right answer has; filters are named as in the contract."""

    def __init__(self, client: httpx.Client, app: FastAPI | None = None) -> None:
        self.client, self.app = client, app

    def ask(self, path: str, headers: Mapping[str, str] | None = None, /, **filters: Any) -> httpx.Response:
        """Whatever it answers. Lists are repeated parameters, and null is an unset one."""
        params = {name: value for name, value in filters.items() if value is not None}
        return self.client.get(path, params=params or None, headers=headers)

    def good(self, path: str, **filters: Any) -> httpx.Response:
        answer = self.ask(path, **filters)
        assert answer.status_code == 200, answer.text
        return answer

    def get(self, path: str, **filters: Any) -> Any:
        """The JSON of a good answer."""
        answer = self.good(path, **filters)
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    def pages(self, path: str, **filters: Any) -> Iterator[Any]:
        """Every page of a list, by following its links."""
        page = self.get(path, **filters)
        yield page
        while page["links"]["next"] is not None:
            page = self.get(page["links"]["next"])
            yield page

    def ids(self, path: str, **filters: Any) -> list[str]:
        """The ids of everything that matches, in order."""
        return [row["id"] for page in self.pages(path, **filters) for row in page["data"]]

    def csv(self, path: str, **filters: Any) -> list[dict[str, str]]:
        """The rows of an export, as many as its header promised."""
        answer = self.good(path, **filters)
        assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert answer.headers["counterclaim-count"] == str(len(rows))
        return rows

    def ndjson(self, path: str, **filters: Any) -> list[Any]:
        """The records of an export, as many as its header promised."""
        answer = self.good(path, **filters)
        assert answer.headers["content-type"] == "application/x-ndjson"
        rows = [json.loads(line) for line in answer.content.split(b"\n")[:-1]]
        assert answer.headers["counterclaim-count"] == str(len(rows))
        return rows

    def geojson(self, path: str, **filters: Any) -> list[Any]:
        """The features of an export, as many as its header promised."""
        answer = self.good(path, **filters)
        assert answer.headers["content-type"] == "application/geo+json"
        collection = answer.json()
        assert collection["type"] == "FeatureCollection"
        assert answer.headers["counterclaim-count"] == str(len(collection["features"]))
        features: list[Any] = collection["features"]
        return features

    def agreed(self, path: str, **filters: Any) -> list[str]:
        """The ids of everything that matches, after list, count and every export have agreed on them."""
        sort = filters.pop("sort", None)
        found = self.ids(path, **filters)
        assert self.get(f"{path}/count", **filters) == {"count": len(found)}
        assert self.get(path, **filters, limit=1, total=True)["meta"]["total"] == len(found)
        assert [row["id"] for row in self.csv(f"{path}.csv", **filters)] == found
        assert [row["id"] for row in self.ndjson(f"{path}.ndjson", **filters)] == found
        if path in {"/events", "/locations"}:
            assert [feature["id"] for feature in self.geojson(f"{path}.geojson", **filters)] == found
        ordered = self.ids(path, **filters, sort=sort)
        assert sorted(ordered) == sorted(found)
        return ordered

    def problem(self, path: str, status: int = 422, /, **filters: Any) -> Any:
        """The problem that it answers with."""
        answer = self.ask(path, **filters)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        return problem


@contextmanager
def serving(url: str, **settings: Any) -> Iterator[Api]:
    """A server on a free port of this machine for as long as it is needed, in a thread of this process."""
    configured = Settings(database_url=url, port=0, **{"check_share": 0, **settings})
    app = create_app(configured)
    server = app.state.server = Server(app, guarded(app, configured), configured)
    thread = threading.Thread(target=server.run, name=f"server of {url}")
    thread.start()
    try:
        root = f"http://127.0.0.1:{_port(server, thread)}"
        with httpx.Client(base_url=root, timeout=PATIENCE_S, follow_redirects=False) as client:
            yield Api(client, app)
    finally:
        server.should_exit = True
        thread.join()


def _port(server: Server, thread: threading.Thread) -> int:
    """The port, once the server answers there."""
    for _ in range(PATIENCE_S * 100):
        if server.started:
            return int(server.servers[0].sockets[0].getsockname()[1])
        if not thread.is_alive():
            break
        time.sleep(0.01)
    raise RuntimeError("The server did not start.")
