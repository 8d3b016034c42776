"""`/llms.txt`: what the service is and where to begin, for programs that read before they ask."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.http import answers, caching
from api.http.caching import base

router = APIRouter(include_in_schema=False)
TEXT = """# Counterclaim

> Events of armed conflict, with who said what about them, and when. Nothing here is a bare fact: an event is something
> said to have happened, and its status is derived from claims, which `because` names. Say who said a thing and when.

Read-only JSON over HTTP, without a key. Unset filters set no condition, a repeated one means any of its values, and
what is not understood is refused (422) with what was probably meant. Dates may be imprecise: `match=possible` (may have
been) or `certain`. `as_of=2022-07-02` counts only claims said by that day for
certain, with `known=possible` those too that may have been. Follow `links.next`.

## Ask

- [Events]({root}/events): by party, kind, location, date_from, date_to, q, disputed, status, as_of
- [Claims]({root}/claims): by speaker, party, event, stance, aspect, said_from, said_to, source, flag
- [Disputes]({root}/disputes): who holds what against whom, since when
- [Briefing]({root}/briefing?date_from=2022-07-03): what became known on a day
- [One event]({root}/events/capture-of-lysychansk), and [its claims]({root}/events/capture-of-lysychansk/claims)
- [Sources]({root}/sources), [actors]({root}/actors), [locations]({root}/locations), [datasets]({root}/datasets)
- [Words]({root}/vocabulary): every vocabulary, with what its words mean

## Described

- [OpenAPI]({root}/openapi.json), and [the same to try out]({root}/docs)
- [JSON-LD terms]({root}/ns): lists and records are JSON-LD for `Accept: application/ld+json`
- [OGC API Features]({root}/ogc): for maps
"""
ASSISTANTS = "- Model Context Protocol (streamable HTTP): POST {root}/mcp\n"


@router.get("/llms.txt")
async def get_llms_text(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """Where to begin."""
    text = TEXT + ASSISTANTS if request.app.state.assistants.installed else TEXT
    return caching.fixed(request, text.format(root=base(request)).encode(), "text/plain; charset=utf-8")
