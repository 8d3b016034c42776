"""The other half of a box: the records that match but for having no point of their own."""

from dataclasses import replace

from api.models.facets import EventFacets
from api.query import lists, tables
from api.query.conditions import Wanted


def placeless(asked: lists.Asked | tables.Asked) -> lists.Asked | tables.Asked:
    """The same question, without its box, of the records that have no point."""
    if isinstance(asked, tables.Asked):
        others = [clause for clause in asked.clauses if clause.kind != "box"]
        return replace(asked, clauses=[*others, tables.Clause("without_coordinates", "")])
    wanted = tuple(one for one in asked.conditions.wanted if one.box is None)
    return replace(
        asked, conditions=replace(asked.conditions, wanted=(*wanted, Wanted((EventFacets.WITHOUT_COORDINATES.name,))))
    )
