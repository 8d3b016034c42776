"""How long texts may be, and which columns rows of facets share: known to helpers too, who need no tables."""

ID_LENGTH = 200
WORD_LENGTH = 40
EDTF_LENGTH = 40
NAME_LENGTH = 1_000
URL_LENGTH = 4_000
TEXT_LENGTH = 20_000

PLACED = ("latest", "said_possible", "said_certain", "unsaid", "longitude", "latitude")
"""Of a document and of a row of a facet (see `models.FacetRow`): when and where its record is."""
PAYLOAD = ("number", *PLACED, "member")
"""Of a facet's row, all but its key."""
