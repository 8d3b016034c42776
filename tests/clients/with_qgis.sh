#!/bin/sh
# QGIS reads /ogc, by its own provider (Debian: python3-qgis and qgis-providers, by its own Python or QGIS_PYTHON).
python=${QGIS_PYTHON:-/usr/bin/python3}
"$python" -c 'import qgis.core' 2>/dev/null || { echo "QGIS is not installed: python3-qgis, qgis-providers"; exit 77; }
QT_QPA_PLATFORM=offscreen exec "$python" "$(dirname "$0")/layers_of_qgis.py" "$1" "$MANY"
