"""The requests of the benchmark: paths that vary enough that no response comes from a cache."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench.servers import Server
from bench.world import ACTORS, DAYS, FIRST_DAY, KINDS, PLACES, REGIONS, SIDES, World

VARIED, COMBINATIONS = 2_000, 3_300
FOLLOWED = 250

Ask = Callable[[random.Random, World], str]


def window(chance: random.Random, longest: int = 365) -> dict[str, str]:
    """Some days, from a week to a year."""
    days = chance.choice([7, 31, 92, longest])
    first = FIRST_DAY + timedelta(days=chance.randrange(DAYS - days))
    return {"date_from": first.isoformat(), "date_to": (first + timedelta(days=days)).isoformat()}


def party(chance: random.Random) -> str:
    """A party, of any size."""
    return f"side-{chance.randrange(SIDES)}" if chance.random() < 0.3 else f"force-{chance.randrange(ACTORS // 4)}"  # noqa: PLR2004


def page(chance: random.Random, _: World) -> str:
    return "/events?" + urlencode({"party": party(chance), **window(chance)})


def as_of(chance: random.Random, _: World) -> str:
    asked = window(chance)
    return "/events?" + urlencode({"party": party(chance), **asked, "as_of": asked["date_to"]})


def source_as_of(chance: random.Random, world: World) -> str:
    source = f"article-{chance.randrange(world.sources)}"
    return "/events?" + urlencode({"source": source, "as_of": window(chance)["date_to"]})


def by_id(chance: random.Random, _: World) -> str:
    return "/events?" + urlencode({"party": party(chance), **window(chance), "sort": "id"})


def count(chance: random.Random, _: World) -> str:
    asked = {"party": party(chance), "kind": chance.choice(KINDS), **window(chance)}
    return "/events/count?" + urlencode(asked)


def rollup(chance: random.Random, _: World) -> str:
    """A rollup by month and kind over almost all days, for a side with at least a third of all events."""
    first, last = (FIRST_DAY + timedelta(days=days) for days in (chance.randrange(25), DAYS - chance.randrange(25)))
    asked = {"party": f"side-{chance.randrange(SIDES)}", "date_from": first, "date_to": last}
    return "/events/rollup?by=month&by=kind&" + urlencode(asked)


def combined(chance: random.Random, world: World) -> str:
    """A random combination of filters, each with several values."""
    several = {
        "party": [party(chance) for _ in range(chance.randrange(4))],
        "kind": chance.sample(KINDS, chance.randrange(4)),
        "location": [f"region-{chance.randrange(REGIONS)}" for _ in range(chance.randrange(3))],
        "date_precision": chance.sample(("day", "range", "month", "year"), chance.randrange(3)),
    }
    asked = [(name, value) for name, values in several.items() for value in values]
    for one in (
        list(window(chance).items()),
        [("disputed", "true")],
        [("match", "certain")],
        [("q", world.vocabulary[chance.randrange(200)])],
        [("as_of", window(chance)["date_to"])],
        [("source", f"article-{chance.randrange(world.sources)}")],
        [("sort", chance.choice(("-date", "id", "-id")))],
        [("limit", str(1 + chance.randrange(50)))],
    ):
        if chance.random() < 0.4:  # noqa: PLR2004 - some of them
            asked += one
    return "/events?" + urlencode(asked)


def item(chance: random.Random, world: World) -> str:
    return f"/events/{world.event(chance)}"


def claims(chance: random.Random, world: World) -> str:
    return item(chance, world) + "/claims"


def box(chance: random.Random, world: World) -> str:
    """From a town to a country."""
    _, longitude, latitude = world.places[chance.randrange(PLACES)]
    width = chance.choice([0.05, 0.2, 1, 4, 9])
    sides = (longitude - width / 2, latitude - width / 4, longitude + width / 2, latitude + width / 4)
    return "/events?" + urlencode({"bbox": ",".join(f"{side:.4f}" for side in sides), **window(chance)})


def circle(chance: random.Random, world: World) -> str:
    """From a town to a country, round."""
    _, longitude, latitude = world.places[chance.randrange(PLACES)]
    asked = {"longitude": longitude, "latitude": latitude, "radius_km": chance.choice([3, 10, 50, 200])}
    return "/events?" + urlencode({**asked, **window(chance)})


def rare(chance: random.Random, _: World) -> str:
    return "/events?" + urlencode({"party": f"force-{chance.randrange(ACTORS // 2, ACTORS)}", "sort": "-date"})


def rare_and_common(chance: random.Random, world: World) -> str:
    return rare(chance, world) + "&kind=" + chance.choice(["shelling", "armed_clash"])


def common_word(chance: random.Random, world: World) -> str:
    word = chance.choice(["shelling", "clash", "force", *world.vocabulary[:20]])
    return "/events?" + urlencode({"q": word, "sort": "-date"})


def rare_word(chance: random.Random, world: World) -> str:
    word = world.vocabulary[chance.randrange(2_000, len(world.vocabulary))]
    return "/events?" + urlencode({"q": word, "sort": "-date"})


OURS: dict[str, Ask] = {
    "page": page,
    "item": item,
    "claims": claims,
    "box": box,
    "circle": circle,
    "rare": rare,
    "rare and common": rare_and_common,
    "common word": common_word,
    "rare word": rare_word,
    "as_of": as_of,
    "source and as_of": source_as_of,
    "by id": by_id,
    "count": count,
    "rollup": rollup,
    "any filters": combined,
}


def written(folder: Path, server: Server, name: str, world: World) -> Path:
    """The file with requests of one kind to one server."""
    chance = random.Random(f"{name}/{world.seed}")
    if name == "bytes":
        lines = ["/bytes"]
    elif name == "304":
        lines = [f"{path}\t{server.get(path).headers['etag']}" for path in _many(page, chance, world)[:FOLLOWED]]
    else:
        lines = [OURS[name](chance, world) for _ in range(COMBINATIONS if name == "any filters" else VARIED)]
        if name == "page":
            lines = [one for path in lines[:FOLLOWED] for one in (path, _next(server, path))]
    file = folder / f"{server.root.rpartition(':')[2]}-{name.replace(' ', '-')}.txt"
    file.write_text("\n".join(lines) + "\n")
    return file


def _many(ask: Ask, chance: random.Random, world: World) -> list[str]:
    return [ask(chance, world) for _ in range(VARIED)]


def _next(server: Server, path: str) -> str:
    """The path of the next page, or of the page itself if it is the last."""
    answer = server.get(path).json()
    if server.name == "ours":
        return answer["links"]["next"] or path
    last = answer["next"]
    return path if last is None else f"{path}&{urlencode({'after_day': last[0], 'after_id': last[1]})}"
