#!/usr/bin/env bash
# Package: surt 0.3.1 (PyPI).
# A good guess: the key under which web archives sort a page (SURT: the host turned round, the query sorted) folds only what
#   RFC 3986 calls equivalent: scheme and host without regard to case, but path and query as they are.
# What happens: path and query are put into lower case too, and a query parameter named `sid` with 32 hexadecimal digits is
#   taken for a session and dropped. Two different videos, posts or short links have one key.
# Why it matters: a claim's source is often a video or a post whose name differs in case alone from another's. Whoever keys
#   sources, or looks for the archived copy, by this key takes one speaker's words for another's.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'surt==0.3.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from surt import surt

print("surt", version("surt"))
expected = {
    "https://video.example/watch?v=AbCdEfGhIjK": "example,video)/watch?v=abcdefghijk",
    "https://video.example/watch?v=aBcDeFgHiJk": "example,video)/watch?v=abcdefghijk",
    "https://short.example/3Ab": "example,short)/3ab",
    "https://short.example/3aB": "example,short)/3ab",
    "https://news.example/read?sid=0123456789abcdef0123456789abcdef": "example,news)/read",
    "https://news.example/read?sid=fedcba9876543210fedcba9876543210": "example,news)/read",
}
seen = {address: surt(address) for address in expected}
for address, key in seen.items():
    print(address, "has the key", key)
print(len(seen), "pages,", len(set(seen.values())), "keys")
raise SystemExit(seen != expected)
PY
