"""All closed vocabularies, with one sentence per word; served at `/vocabulary`."""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word of a closed vocabulary that carries the sentence explaining it."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        """Create the member from its text, with its sentence."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        return word


class Stance(Word):
    """What a speaker does with an aspect of an event."""

    ASSERTS = "asserts", "Says that it is so."
    CONCEDES = "concedes", "Says that it is so, against the speaker's own interest."
    DENIES = "denies", "Says that it is not so."
    DOUBTS = "doubts", "Calls it into question without denying it outright."
    CORROBORATES = "corroborates", "Backs it with evidence of the speaker's own."
    CANNOT_CONFIRM = "cannot_confirm", "Says that the speaker could not verify it."
    SILENT = "silent", "Speaks of the event but leaves this out."
    PLEDGES = "pledges", "Promises or announces what the speaker will do."
    RETRACTS = "retracts", "Takes back an earlier claim of the speaker's own party, which then no longer counts."


class Aspect(Word):
    """What a claim says something about; only claims on the same aspect can clash."""

    OCCURRENCE = "occurrence", "That it happened at all."
    CONTROL = "control", "Who holds the place."
    WITHDRAWAL = "withdrawal", "That forces are leaving or have left."
    CASUALTIES = "casualties", "Who was killed, wounded or lost, and how many."
    QUANTITY = "quantity", "How many or how much, other than casualties."
    LOCATION = "location", "Where it happened."
    TIMING = "timing", "When it happened."
    ATTRIBUTION = "attribution", "Who did it or is to blame for it."
    INTENT = "intent", "What it was or is meant to achieve."
    ASSESSMENT = "assessment", "How it is to be judged or characterised."


class Measure(Word):
    """What a figure counts; only figures of the same measure, actor and unit can agree or clash."""

    KILLED = "killed", "How many were killed."
    WOUNDED = "wounded", "How many were wounded."
    KILLED_OR_WOUNDED = "killed_or_wounded", "How many were killed or wounded, counted together."
    CAPTURED = "captured", "How many were taken prisoner, or taken from the enemy."
    MISSING = "missing", "How many are missing."
    DISPLACED = "displaced", "How many had to leave their homes."
    LOST = "lost", "How many or how much was lost, in whatever way."
    ATTACKERS = "attackers", "How many attacked."
    STRIKES = "strikes", "How many strikes, shellings or assaults there were."
    DISTANCE = "distance", "How far it is."
    OTHER = "other", "Anything else that can be counted or measured; the unit says what."


class Certainty(Word):
    """The hedge in a claim's wording."""

    STATED = "stated", "Said outright, without a hedge."
    REPORTED = "reported", 'Passed on as a report ("reportedly").'
    LIKELY = "likely", "Held to be likely."
    POSSIBLE = "possible", "Held to be possible."


class Status(Word):
    """What the claims about one aspect of an event add up to as of a day."""

    DISPUTED = (
        "disputed",
        "There is support and opposition, or supports that contradict each other by figure or culprit.",
    )
    CONCEDED = "conceded", "Nobody opposes any more, and a party conceded it or moved from opposition to support."
    CORROBORATED = "corroborated", "Two or more independent voices support it, or an instrument does; nobody opposes."
    CLAIMED = "claimed", "Supported, by one voice; nobody opposes."
    DENIED = "denied", "Only opposed."
    UNADDRESSED = "unaddressed", "Claims speak of it, but none takes a position."


class Position(Word):
    """A party's current stand in a dispute."""

    SUPPORT = "support", "Asserts, concedes or corroborates it."
    OPPOSE = "oppose", "Denies or doubts it."
    NEUTRAL = "neutral", "Speaks of it without taking a position."


class EventKind(Word):
    """What kind of thing is said to have happened."""

    CAMPAIGN = "campaign", "A battle or operation made of many events."
    CAPTURE = "capture", "A place changes hands."
    ASSAULT_REPELLED = "assault_repelled", "An attack is thrown back."
    ARMED_CLASH = "armed_clash", "Armed parties fight."
    ENTRY = "entry", "A force enters a place."
    ENCIRCLEMENT = "encirclement", "A force closes in on a place from several sides."
    INTERDICTION = "interdiction", "A route is cut or attacked so that it cannot be used."
    AIRSTRIKE = "airstrike", "An attack from the air."
    HOLDING = "holding", "A force keeps its positions."
    SHELLING = "shelling", "Artillery, mortar or rocket fire."
    WITHDRAWAL = "withdrawal", "A force leaves a place."
    CONSOLIDATION = "consolidation", "A force makes its positions firm."
    CASUALTY = "casualty", "Somebody is killed, wounded or lost."
    ORDER = "order", "An order is given."
    INTERVIEW = "interview", "People are interviewed."
    ONE_SIDED_VIOLENCE = "one_sided_violence", "An organised group uses deadly force against civilians."
    DETECTION = "detection", "An instrument detects something, such as heat."
    CONTROL_REPORT = "control_report", "A report of who holds a place on a day."
    LOSS_REPORT = "loss_report", "A running tally of losses on a day."
    REPORTED_EVENT = "reported_event", "An event known only through the reports that mention it."


class ActorKind(Word):
    """What an actor is."""

    SIDE = "side", "One side of the conflict: the outermost party."
    STATE = "state", "A state."
    GOVERNMENT = "government", "A government, or governments meant together."
    DE_FACTO_AUTHORITY = "de_facto_authority", "An authority that governs without general recognition."
    MINISTRY = "ministry", "A ministry."
    STAFF = "staff", "A military staff."
    ARMED_FORCE = "armed_force", "Armed forces of a state or authority."
    ARMED_GROUP = "armed_group", "An armed group or unit."
    ORGANISATION = "organisation", "An organisation."
    MEDIA = "media", "A news agency, paper or broadcaster."
    INSTRUMENT = "instrument", "A sensor or monitoring system: its readings are independent evidence."
    PERSON = "person", "A person."
    CIVILIANS = "civilians", "Civilians, meant together."
    UNNAMED = "unnamed", "Speakers whom the source leaves unnamed."
    NARRATOR = "narrator", "The author's voice in a text; not an independent voice."
    AGGREGATOR = "aggregator", "A dataset that passes on what others report; not an independent voice."


class AffiliationKind(Word):
    """How one actor belongs or relates to another."""

    PART_OF = "part_of", "Is an organ or unit of it."
    MEMBER_OF = "member_of", "Is a member of it."
    REPRESENTS = "represents", "Speaks or acts for it."
    COMMANDS = "commands", "Commands it."
    SAME_AS = "same_as", "Is the same actor under another dataset's name."
    ALLIED_WITH = "allied_with", "Is allied with it; an ally's words and deeds are not its own."


class LocationKind(Word):
    """What a location is."""

    COUNTRY = "country", "A country."
    REGION = "region", "A region without administrative borders of its own, or of an unstated kind."
    OBLAST = "oblast", "A first-level administrative unit."
    RAION = "raion", "A second-level administrative unit."
    CITY = "city", "A city."
    TOWN = "town", "A town."
    VILLAGE = "village", "A village."
    DISTRICT = "district", "A part of a city or town."
    FACILITY = "facility", "A plant, mine, refinery or other site."
    ROAD = "road", "A road."
    AREA = "area", "A stretch of ground named by its position."
    PLACE = "place", "A named place of unstated kind."
    POINT = "point", "A bare position on the ground."


class CoordinateMethod(Word):
    """Where a location's point comes from."""

    GAZETTEER = "gazetteer", "Looked up in a gazetteer."
    DERIVED = "derived", "Computed from a phrase in the source, which is kept."
    STATED = "stated", "Given as coordinates by the source."
    DETECTED = "detected", "Measured by an instrument."


class PlaceRelation(Word):
    """The relation of an event to its location."""

    AT = "at", "At the place."
    NEAR = "near", "Near the place."
    TOWARD = "toward", "On the way to the place."
    FROM = "from", "From the direction of the place."


class Role(Word):
    """What an actor does in an event."""

    ATTACKER = "attacker", "Attacks, enters or strikes."
    DEFENDER = "defender", "Defends."
    PARTICIPANT = "participant", "Takes part in an unstated role."
    COMMANDER = "commander", "Commands those who take part."
    NAMED = "named", "Is named without a role."
    WITHDRAWING = "withdrawing", "Leaves a place."
    TARGET = "target", "Is struck or aimed at."
    VICTIM = "victim", "Is killed, wounded or lost."
    ISSUER = "issuer", "Gives an order."
    RECIPIENT = "recipient", "Receives an order."
    INTERVIEWER = "interviewer", "Asks the questions."
    SIDE_A = "side_a", "The first side of an imported two-sided record."
    SIDE_B = "side_b", "The second side of an imported two-sided record."
    OBSERVER = "observer", "Detects or records it."


class SourceKind(Word):
    """What a source is."""

    ENCYCLOPEDIA = "encyclopedia", "An encyclopedia article."
    UNKNOWN_REFERENCE = "unknown_reference", "A reference mark whose target is not known."
    NEWS = "news", "A news report."
    OFFICIAL_STATEMENT = "official_statement", "A statement by an authority or armed force."
    BULLETIN = "bulletin", "A regular bulletin."
    THINK_TANK_REPORT = "think_tank_report", "A think tank's report."
    SATELLITE = "satellite", "Satellite data."
    GAZETTEER = "gazetteer", "A gazetteer of places."
    DATASET = "dataset", "A published dataset."
    DOCUMENT = "document", "Another document."
    INFORMANT = "informant", "A source named by a dataset or report that does not say where it was said."


class CitationRole(Word):
    """What a citation does."""

    CARRIES = "carries", "The source in which the claim was read."
    CITES = "cites", "A source that the carrier refers to."


class CitationBasis(Word):
    """How certain it is that a citation belongs to its claim."""

    STATED = "stated", "The source is the one that was read, or the link is plain."
    LIKELY = "likely", "The text's layout makes the link likely."
    PROVEN = "proven", "The text itself proves the link."


class CitationFlag(Word):
    """Known faults of a citation or of the value it carries."""

    FAILED_VERIFICATION = "failed_verification", "Checked: the cited source does not support the claim."
    UNCITED = "uncited", "No citation for the claim is visible where it was read."
    DEAD_LINK = "dead_link", "The link no longer answers."
    CONTRADICTORY = "contradictory", "The source's own numbers contradict each other."
    MACHINE_CODED = "machine_coded", "The claim was extracted from the source by a program."
    PROVISIONAL = "provisional", "The source calls its statement preliminary: it may still change."


class DatePrecision(Word):
    """How narrow a date is."""

    DAY = "day", "One day."
    RANGE = "range", "Several days, or open at an end."
    MONTH = "month", "One month."
    YEAR = "year", "One year."
    UNKNOWN = "unknown", "No date is known."


class DateBasis(Word):
    """What a date rests on."""

    STATED = "stated", "The source says it."
    RELATIVE = "relative", "Worked out from another date the source gives."
    INFERRED = "inferred", "Inferred from context."
    EXTERNAL = "external", "Supplied by another dataset's source, which is named."
    UNKNOWN = "unknown", "There is not a date."


class Reliability(Word):
    """How reliable a source is, on the Admiralty (NATO) scale."""

    A = "A", "Completely reliable."
    B = "B", "Usually reliable."
    C = "C", "Fairly reliable."
    D = "D", "Not usually reliable."
    E = "E", "Unreliable."
    F = "F", "Cannot be judged."


class Credibility(Word):
    """How credible a claim is, on the Admiralty (NATO) scale."""

    CONFIRMED = "1", "Confirmed by other sources."
    PROBABLY_TRUE = "2", "Probably true."
    POSSIBLY_TRUE = "3", "Possibly true."
    DOUBTFUL = "4", "Doubtful."
    IMPROBABLE = "5", "Improbable."
    UNKNOWN = "6", "Cannot be judged."


class Match(Word):
    """How an imprecise date matches a date filter."""

    POSSIBLE = "possible", "It may have been within the requested days."
    CERTAIN = "certain", "It was entirely within the requested days."


class Known(Word):
    """Which claims count as known by a day if their date is imprecise."""

    CERTAIN = "certain", "Those that were said by that day for certain."
    POSSIBLE = "possible", "Those that may have been said by that day."


class Undated(Word):
    """Whether undated records match a date filter."""

    EXCLUDE = "exclude", "Records without a date do not pass; they are counted in meta.left_out."
    INCLUDE = "include", "Records without a date pass too."


class RevisionAction(Word):
    """What made a revision."""

    LOAD = "load", "Reviewed records were loaded."
    IMPORT = "import", "Files of another dataset's format were imported."
    PRUNE = "prune", "Records were loaded, and those missing from their files were withdrawn."
    WITHDRAW = "withdraw", "A whole dataset was withdrawn."
    RESTORE = "restore", "The database was restored from a backup."
    REBUILD = "rebuild", "Everything derived was derived again from the same facts."


class ChangeOperation(Word):
    """What a revision did to a document."""

    PUT = "put", "The document is new, or its text changed."
    DELETE = "delete", "The document was withdrawn."


VOCABULARIES: dict[str, type[Word]] = {
    "stance": Stance,
    "aspect": Aspect,
    "measure": Measure,
    "certainty": Certainty,
    "status": Status,
    "position": Position,
    "event_kind": EventKind,
    "actor_kind": ActorKind,
    "affiliation_kind": AffiliationKind,
    "location_kind": LocationKind,
    "coordinate_method": CoordinateMethod,
    "place_relation": PlaceRelation,
    "role": Role,
    "source_kind": SourceKind,
    "citation_role": CitationRole,
    "citation_basis": CitationBasis,
    "citation_flag": CitationFlag,
    "date_precision": DatePrecision,
    "date_basis": DateBasis,
    "reliability": Reliability,
    "credibility": Credibility,
    "match": Match,
    "known": Known,
    "undated": Undated,
    "revision_action": RevisionAction,
    "change_operation": ChangeOperation,
}
SUPPORTING = frozenset({Stance.ASSERTS, Stance.CONCEDES, Stance.CORROBORATES})
OPPOSING = frozenset({Stance.DENIES, Stance.DOUBTS})
BELONGING = frozenset(AffiliationKind) - {AffiliationKind.ALLIED_WITH}
