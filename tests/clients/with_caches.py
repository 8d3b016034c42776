"""requests-cache answers the second time from its copy, hishel says the same as before."""

import os
import sys
import tempfile
from importlib.metadata import version

import requests_cache
from hishel.httpx import CacheClient

ROOT = sys.argv[1]
with tempfile.TemporaryDirectory() as folder:
    session = requests_cache.CachedSession(f"{folder}/requests", cache_control=True)
    first, second = (session.get(f"{ROOT}/events") for _ in range(2))
    assert (first.from_cache, second.from_cache) == (False, True)
    assert first.json() == second.json()
    session.close()
    os.chdir(folder)
    with CacheClient() as client:
        one, other = (client.get(f"{ROOT}/events") for _ in range(2))
    assert one.json() == other.json()
print(f"requests-cache {version('requests-cache')}, hishel {version('hishel')}")
