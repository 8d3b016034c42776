"""QGIS's provider of OGC API Features: layers load whole, and its filters give exactly what the API does."""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from qgis.core import Qgis, QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer

ROOT, MANY = sys.argv[1:]
BOX = (38.3, 48.8, 38.5, 49.0)
# A condition as QGIS takes it, and the same as the API does.
FILTERS = (
    ("events", "\"kind\" = 'capture'", {"kind": "capture", "undated": "include"}),
    ("events", "\"date_earliest\" >= '2022-07-03'", {"date_from": "2022-07-03", "undated": "include"}),
    ("claims", "\"stance\" = 'denies'", {"stance": "denies"}),
    ("locations", "\"kind\" = 'city'", {"kind": "city"}),
)


def layer(root: str, name: str) -> Any:
    found = QgsVectorLayer(f"pageSize='100' typename='{name}' url='{root}/ogc'", name, "OAPIF")
    assert found.isValid(), found.error().message()
    return found


def rows(name: str, filters: dict[str, str] | None = None) -> Iterator[Any]:
    with urlopen(f"{ROOT}/{name}.ndjson?{urlencode(filters or {})}") as answer:
        yield from map(json.loads, answer)


def ids(features: Any) -> list[str]:
    return sorted(feature["id"] for feature in features)


def reach(features: Any) -> Any:
    """The box of all points, however far the first features lie from the last."""
    found = QgsRectangle()
    found.setMinimal()
    for feature in features:
        if feature.hasGeometry():
            found.combineExtentWith(feature.geometry().boundingBox())
    return found


def sides(box: Any) -> list[float]:
    return [round(side, 6) for side in (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())]


def filtered() -> None:
    for name in ("events", "claims", "locations"):
        whole = layer(ROOT, name)
        assert ids(whole.getFeatures()) == ids(rows(name)) != []
        assert whole.featureCount() == len(ids(rows(name))), name
        if name != "claims":
            assert sides(whole.extent()) == sides(reach(whole.getFeatures())), name
    for name, condition, filters in FILTERS:
        one = layer(ROOT, name)
        assert one.setSubsetString(condition), condition
        assert ids(one.getFeatures()) == ids(rows(name, filters)) != [], condition
    events = layer(ROOT, "events")
    boxed = events.getFeatures(QgsFeatureRequest().setFilterRect(QgsRectangle(*BOX)))
    assert ids(boxed) == ids(rows("events", {"bbox": ",".join(map(str, BOX))})) != []


def late() -> None:
    """Fields that only the last hundred of 2,500 have keep their values."""
    events = {feature["id"]: feature for feature in layer(MANY, "events").getFeatures()}
    claims = {feature["id"]: feature for feature in layer(MANY, "claims").getFeatures()}
    assert (len(events), len(claims)) == (2_500, 2_500)
    assert not events["late-2399"]["summary"]
    assert events["late-2400"]["summary"] == "Summary 2400"
    assert (float(events["late-2499"]["radius_m"]), float(claims["late-claim-2499"]["value_best"])) == (12.5, 20.75)


application = QgsApplication([], False)
application.setPrefixPath(os.environ.get("QGIS_PREFIX_PATH", "/usr"), True)
application.initQgis()
filtered()
late()
print(f"QGIS {Qgis.QGIS_VERSION}")
os._exit(0)  # its own clean-up ends the process as a failure where there is no screen
