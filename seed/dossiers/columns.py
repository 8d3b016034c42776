"""The columns of a spreadsheet with one row per claim, and the record and field that each fills, in template order."""

from typing import NamedTuple


class Column(NamedTuple):
    """What a column fills."""

    name: str
    part: str
    """The record it belongs to: the dataset, or the row's source, speaker, place, event, claim or citation."""
    field: str
    """The field as in a dossier: `said.edtf`."""
    type: str
    """`text`, `number`, `whole`, `flag`, `list` (separated by semicolons) or `date`."""
    told: str
    example: str = ""
    refers: str = ""
    """The kind of record that it refers to, by id or by the name under which this file makes it."""


BY_NAME_TOO = "by id, or by name if this file makes it"
MAKES_TOO = f"{BY_NAME_TOO} or `(kind)` stands behind the name"
COLUMNS = (
    Column("dataset", "dataset", "id", "text", "The dataset's id; without it, the file's name.", "my-town"),
    Column("dataset_title", "dataset", "title", "text", "The dataset's title.", "What was said of my town"),
    Column("dataset_licence", "dataset", "licence", "text", "Under which terms others may use it.", "CC BY 4.0"),
    Column(
        "claim_id", "claim", "id", "text", "The claim's id; without it, one is made of what the row says.", "my-town-1"
    ),
    Column("event_id", "event", "id", "text", "The event's id: alone, it refers to an existing one."),
    Column("event", "event", "title", "text", "The event's title, which makes the event.", "Shelling of the market"),
    Column("event_kind", "event", "kind", "text", "What kind of event it is: a word of event_kind.", "shelling"),
    Column("event_date", "event", "date.edtf", "date", "When it happened, as EDTF.", "2021-05-02"),
    Column("event_date_basis", "event", "date.basis", "text", "What the date rests on; `stated` if not given."),
    Column("event_date_note", "event", "date.note", "text", "A note on the date."),
    Column("event_summary", "event", "summary", "text", "The event in a sentence or two."),
    Column("event_part_of", "event", "part_of", "text", f"The event that it is a part of, {BY_NAME_TOO}.", "", "event"),
    Column(
        "participants",
        "event",
        "participants",
        "participants",
        f"Who takes part: `role: actor`, separated by semicolons; {MAKES_TOO}.",
        "attacker: Northern Front (armed_group)",
        "actor",
    ),
    Column("place_id", "place", "id", "text", "The place's id: alone, it refers to an existing one."),
    Column("place", "place", "name", "text", "The place's name, which makes the place.", "Market of Sampletown"),
    Column("place_kind", "place", "kind", "text", "What it is; `place` if not given.", "place"),
    Column("place_aliases", "place", "aliases", "list", "Its other names, separated by semicolons."),
    Column(
        "place_within",
        "place",
        "within",
        "text",
        f"The place that contains it, {MAKES_TOO}.",
        "Sampletown (town)",
        "location",
    ),
    Column("place_country", "place", "country", "text", "The country it lies in, as ISO 3166-1 alpha-2, such as `UA`."),
    Column("longitude", "place", "point.longitude", "number", "Degrees east, as the row's source gives them.", "20.25"),
    Column("latitude", "place", "point.latitude", "number", "Degrees north.", "10.5"),
    Column("radius_m", "place", "point.radius_m", "number", "Within how many metres of the point it is."),
    Column("coordinate_method", "place", "point.method", "text", "Where the point is from; `stated` if not given."),
    Column("place_relation", "event", "place_relation", "text", "How the event lies to the place; `at` if not given."),
    Column("speaker_id", "speaker", "id", "text", "The speaker's id: alone, it refers to an existing one."),
    Column("speaker", "speaker", "name", "text", "The speaker's name, which makes the actor.", "Town council"),
    Column("speaker_kind", "speaker", "kind", "text", "What the speaker is: a word of actor_kind.", "government"),
    Column("speaker_aliases", "speaker", "aliases", "list", "Its other names, separated by semicolons."),
    Column(
        "speaker_part_of", "speaker", "part_of", "text", f"The actor that it is a part of, {MAKES_TOO}.", "", "actor"
    ),
    Column("via", "claim", "via", "text", f"The actor that passed it on, {MAKES_TOO}.", "", "actor"),
    Column("stance", "claim", "stance", "text", "What the speaker does: a word of stance.", "asserts"),
    Column("aspect", "claim", "aspect", "text", "What of the event it is about: a word of aspect.", "casualties"),
    Column("about", "claim", "about", "text", "The id of the claim that it answers."),
    Column("said", "claim", "said.edtf", "date", "When it was said, as EDTF.", "2021-05-03"),
    Column("said_basis", "claim", "said.basis", "text", "What that date rests on; `stated` if not given."),
    Column("said_note", "claim", "said.note", "text", "A note on that date."),
    Column("summary", "claim", "summary", "text", "The claim in your own words.", "The council counts four dead."),
    Column("quote", "claim", "quote", "text", "The speaker's words, exactly."),
    Column("quote_by", "claim", "quote_by", "text", f"The actor whose words these are, {MAKES_TOO}.", "", "actor"),
    Column("certainty", "claim", "certainty", "text", "How the wording hedges; `stated` if not given."),
    Column("credibility", "claim", "credibility", "whole", "1 (confirmed) to 6 (cannot be judged); 6 if not given."),
    Column("inferred", "claim", "inferred", "flag", "`true` where you concluded it, and nobody said it."),
    Column("value_low", "claim", "value.low", "number", "The least number it gives."),
    Column("value_best", "claim", "value.best", "number", "The number it gives.", "4"),
    Column("value_high", "claim", "value.high", "number", "The highest number it gives."),
    Column("unit", "claim", "value.unit", "text", "What the numbers count.", "deaths"),
    Column("measure", "claim", "value.measure", "text", "What is counted: a word of measure.", "killed"),
    Column(
        "of", "claim", "value.of", "text", f"The actor whose they are, {MAKES_TOO}; all, if not given.", "", "actor"
    ),
    Column(
        "names",
        "claim",
        "names",
        "list",
        f"Who is held responsible, separated by semicolons, {MAKES_TOO}.",
        "",
        "actor",
    ),
    Column(
        "source_id", "source", "id", "text", "The id of the source it was read in: alone, it refers to an existing one."
    ),
    Column("source", "source", "title", "text", "The source's title, which makes the source.", "Council: four dead"),
    Column("source_kind", "source", "kind", "text", "What the source is: a word of source_kind.", "news"),
    Column("source_url", "source", "url", "text", "Where it can be read.", "https://news.example/four-dead"),
    Column("source_archive_url", "source", "archive_url", "text", "A copy that stays."),
    Column("source_publisher", "source", "publisher", "text", "Who published it.", "Sampletown News"),
    Column("source_author", "source", "author", "text", "Who wrote it."),
    Column("source_published", "source", "published.edtf", "date", "When it was published, as EDTF.", "2021-05-03"),
    Column("source_language", "source", "language", "text", "The language it is in."),
    Column("source_reliability", "source", "reliability", "text", "A to F, the Admiralty scale; F if not given."),
    Column("source_note", "source", "note", "text", "A note on it."),
    Column(
        "cited_as", "citation", "role", "text", "`carries` (if not given) or `cites`: what the source is to the claim."
    ),
    Column("locator", "citation", "locator", "text", "Where in the source: a page, a paragraph, a sentence."),
    Column(
        "flags", "citation", "flags", "list", "What is wrong with it: words of citation_flag, separated by semicolons."
    ),
)
BY_NAME = {column.name: column for column in COLUMNS}
