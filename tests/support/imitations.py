"""Small imitations of other datasets' files: invented countries, sides and articles in the shapes of the real ones."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from seed.importers import csv_files
from seed.importers.formats import InputRow, MadeRecord, format_table
from seed.importers.registry import FORMATS

Cells = dict[str, str]

ARTICLES = (
    '"Testwire,2031-05-03,Two killed; more hurt, say ""officials""";"Testwire,2031-05-05,Toll rises";'
    '"Imagined News, Evening Edition,2031-05-05,Mayor says ""no"";""maybe"""'
)
UCDP: Cells = {
    "id": "900001",
    "relid": "TST-2031-1-1-1",
    "year": "2031",
    "type_of_violence": "1",
    "conflict_new_id": "9001",
    "conflict_name": "Testland: Government",
    "dyad_new_id": "9002",
    "dyad_name": "Government of Testland - Northern - Southern Front",
    "side_a_new_id": "9003",
    "gwnoa": "990",
    "side_a": "Government of Testland",
    "side_b_new_id": "9004",
    "gwnob": "",
    "side_b": "Northern - Southern Front",
    "number_of_sources": "3",
    "source_article": ARTICLES,
    "source_original": "army spokesman Jo Test; Front radio",
    "where_prec": "1",
    "where_coordinates": "Sampletown town",
    "where_description": "Market of Sampletown",
    "adm_1": "Sample province",
    "adm_2": "Sample district",
    "latitude": "10.5",
    "longitude": "20.25",
    "country": "Testland",
    "country_id": "990",
    "date_prec": "1",
    "date_start": "2031-05-02",
    "date_end": "2031-05-02",
    "deaths_a": "1",
    "deaths_b": "2",
    "deaths_civilians": "0",
    "deaths_unknown": "1",
    "best": "4",
    "low": "3",
    "high": "6",
}
HXL = dict.fromkeys(UCDP, "") | {"year": "#date+year", "side_a": "#group+name+first", "best": "#affected+killed"}
FIRMS: Cells = {"latitude": "-10.5", "longitude": "20.25", "acq_date": "2031-05-02", "acq_time": "0112"}
MENTION: Cells = {
    "GLOBALEVENTID": "70000001",
    "EventTimeDate": "20310502101500",
    "MentionTimeDate": "20310503120000",
    "MentionType": "1",
    "MentionSourceName": "news.example",
    "MentionIdentifier": "https://news.example/a?b=1",
    "SentenceID": "4",
    "Actor1CharOffset": "-1",
    "Actor2CharOffset": "99",
    "ActionCharOffset": "120",
    "InRawText": "1",
    "Confidence": "60",
    "MentionDocLen": "900",
    "MentionDocTone": "-1.5",
    "MentionDocTranslationInfo": "srclc:fra; eng:Test 1.0",
    "Extras": "",
}
CONTROL: Cells = {
    "Name": "Sampletown\xa0",
    "Population": "1200",
    "Held by": "Ukraine",
    "source": "7",
    "As of": "1\xa0May\xa02031",
    "More information": "Recaptured in April. ",
    "sourceLink": "https://news.example/sampletown",
    "update": "2 May 2031 08h50 UTC",
    "Lat": "48.5",
    "Lon": "38.25",
}


def ucdp(**cells: Any) -> Cells:
    """A UCDP row that differs in these cells."""
    return UCDP | {name: str(value) for name, value in cells.items()}


def release(path: Path, rows: int, number: int = 1) -> Path:
    """A file of many UCDP rows; each tells by its estimate of which release it is."""
    return write(
        path,
        [
            ucdp(
                id=1_000_000 + row,
                latitude=10 + row / 1_000,
                side_b_new_id=10_000 + row % 50,
                date_start=f"2031-05-{1 + row % 28:02}",
                date_end=f"2031-05-{1 + row % 28:02}",
                best=number,
                source_article=f'"Testwire,2031-05-30,Headline {row}"',
            )
            for row in range(rows)
        ],
        list(UCDP),
    )


def as_csv(rows: Iterable[Mapping[str, str]], columns: Sequence[str] | None = None, **dialect: Any) -> str:
    """The rows under a header, lines ending as on Windows."""
    listed = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns or list(listed[0]), extrasaction="ignore", **dialect)
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()


def write(path: Path, rows: Iterable[Mapping[str, str]], columns: Sequence[str] | None = None, **dialect: Any) -> Path:
    path.write_bytes(as_csv(rows, columns, **dialect).encode())
    return path


def stream(raw: bytes) -> io.BufferedReader:
    """A file opened for reading, that only memory holds."""
    return io.BufferedReader(cast("io.RawIOBase", io.BytesIO(raw)))


def only_row(name: str, cells: Mapping[str, str]) -> InputRow:
    """The one row of a file of a format."""
    (found,) = csv_files.rows(stream(as_csv([cells]).encode()), "imitation.csv", format_table(name))
    assert isinstance(found, InputRow), found
    return found


def made(name: str, cells: Mapping[str, str]) -> list[MadeRecord]:
    """What a format makes of one row."""
    return list(FORMATS[name].records(only_row(name, cells)))


def of(kind: str, records: Iterable[MadeRecord]) -> list[dict[str, Any]]:
    return [one.fields for one in records if one.kind == kind]
