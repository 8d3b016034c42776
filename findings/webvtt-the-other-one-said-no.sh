#!/usr/bin/env bash
# Packages: webvtt-py 0.6.0, pysubs2 1.8.1 and pycaption 2.3.14 (PyPI), which read subtitles and transcripts in WebVTT.
# A good guess: who speaks, which the format marks (<v Ali>), is kept with the words, or refused where a reader knows no speakers.
# What happens: where two speak in one cue, webvtt-py gives the words of both to the first: `voice` is Ali for "Yes. <v Omar>No."
#   pysubs2 has a field for the name, leaves it empty and writes the file again without any speaker. pycaption makes the names
#   part of what was said, also in WebVTT.
# Why it matters: interviews with witnesses are transcribed so. An answer is put in the mouth of who asked, a denial loses
#   whose it was, or a name becomes a word of the testimony. Read the marks from `raw_text`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'webvtt-py==0.6.0' 'pysubs2==1.8.1' 'pycaption==2.3.14'
"$folder/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

import pycaption
import pysubs2
import webvtt

for name in ("webvtt-py", "pysubs2", "pycaption"):
    print(name, version(name))
TEXT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Ali>Were you there?

00:00:05.000 --> 00:00:06.000
<v Ali>Alone? <v Omar>No.
"""
first = [(caption.voice, caption.text) for caption in webvtt.from_buffer(io.StringIO(TEXT))]
file = pysubs2.SSAFile.from_string(TEXT, format_="vtt")
second = [(event.name, event.text) for event in file]
again = file.to_string("vtt")
third = pycaption.WebVTTWriter().write(pycaption.WebVTTReader().read(TEXT))
print("webvtt-py", first)
print("pysubs2", second, "and written again", [line for line in again.splitlines() if "?" in line])
print("pycaption", [line for line in third.splitlines() if "?" in line])
raise SystemExit(
    first != [("Ali", "Were you there?"), ("Ali", "Alone? No.")]
    or second != [("", "Were you there?"), ("", "Alone? No.")]
    or "Omar" in again
    or "Ali: Alone? Omar: No." not in third
)
PY
