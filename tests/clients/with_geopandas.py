"""pyogrio, GDAL's /vsicurl/ and geopandas, to GeoPackage and back."""

import sys
import tempfile
from pathlib import Path

import geopandas
import pyogrio

ROOT = sys.argv[1]
plain = pyogrio.read_dataframe(f"{ROOT}/locations.geojson")
assert list(plain["id"]) == list(pyogrio.read_dataframe(f"/vsicurl/{ROOT}/locations.geojson")["id"])
places = geopandas.read_file(f"{ROOT}/locations.geojson")
assert "Лисичанськ" in places.set_index("id").loc["lysychansk", "aliases"].split("|")
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "places.gpkg"
    places.to_file(file)
    back = geopandas.read_file(file)
assert list(places.geometry.to_wkt().fillna("")) == list(back.geometry.to_wkt().fillna(""))
assert list(places["aliases"]) == list(back["aliases"])
print(f"pyogrio {pyogrio.__version__}, GDAL {pyogrio.__gdal_version_string__}, geopandas {geopandas.__version__}")
