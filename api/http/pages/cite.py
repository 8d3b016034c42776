"""How to cite a page: as text, as BibTeX and as CSL-JSON, each with dataset, version, revision and day of access."""

import re
from datetime import date
from typing import Any

import orjson

from api.domain.date_words import day_in_words

Json = dict[str, Any]
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "#$%&_{}"},
    }
)


def citation(title: str, dataset: Json | None, address: str, revision: int, accessed: date) -> dict[str, str]:
    """A page's citation in every form."""
    whole = "Counterclaim" if dataset is None else dataset["title"]
    version = f"revision {revision}"
    if dataset is not None and dataset["version"]:
        version = f"version {dataset['version']}, {version}"
    key = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60] or "counterclaim"
    text = f"“{title}”. {whole}, {version}. Counterclaim. {address} (accessed {day_in_words(accessed)})."
    bibtex = "\n".join(
        (
            f"@misc{{{key},",
            f"  title = {{{title.translate(_TEX)}}},",
            f"  howpublished = {{{whole.translate(_TEX)}, {version}. Counterclaim}},",
            f"  url = {{{address}}},",
            f"  urldate = {{{accessed.isoformat()}}},",
            "}",
        )
    )
    csl = {
        "id": key,
        "type": "webpage",
        "title": title,
        "container-title": whole,
        "publisher": "Counterclaim",
        "version": version,
        "URL": address,
        "accessed": {"date-parts": [[accessed.year, accessed.month, accessed.day]]},
    }
    return {"Text": text, "BibTeX": bibtex, "CSL-JSON": orjson.dumps([csl], option=orjson.OPT_INDENT_2).decode()}
