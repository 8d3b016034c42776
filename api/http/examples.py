"""Real records of the dossier, shown in the docs; a test holds them against what is served."""

from pathlib import Path
from typing import Any

import orjson

EXAMPLES: dict[str, Any] = orjson.loads(Path(__file__).with_name("examples.json").read_bytes())
