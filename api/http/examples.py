"""Real records of the dossier, shown in the docs; a test holds them against what is served."""

from pathlib import Path
from typing import Any

import orjson

FILE = Path(__file__).with_name("examples.json")
EXAMPLES: dict[str, Any] = orjson.loads(FILE.read_bytes())
