"""Where clients reach the service: the address that all of it lies behind, and the prefix before every path.

Documents are stored with paths from the root (`/events/…`). Where a proxy lends the service a path of its own, the
prefix goes before them as they are sent; nothing is looked at where there is none.
"""

import re
from collections.abc import AsyncGenerator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from fastapi import Request

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
# Where a path of ours stands in a body, by the beginning of its media type.
_BEFORE = {
    "json": rb'("(?:url|self|next|type)": ?")(?=/[a-z])',
    "html": rb"((?:href|src|action)=[\"'])(?=/(?!/))",
    "csv": rb"((?:^|,)(?=/(?:events|claims|actors|locations)/[A-Za-z0-9][A-Za-z0-9._-]*\r?$))",
}
_FORMS = {"text/html": "html", "image/svg": "html", "text/csv": "csv"}


@dataclass(frozen=True, slots=True)
class Public:
    """How the request that is being answered reached us."""

    root: str | None = None
    """Scheme, host and prefix, where the settings or a trusted proxy tell."""
    prefix: str = ""


PUBLIC: ContextVar[Public] = ContextVar("public", default=Public())  # noqa: B039 - it is frozen


def base(request: Request) -> str:
    """What every path of the service is put behind: scheme and host as the client asks for them, or as is set."""
    public = PUBLIC.get()
    if public.root is not None:
        return public.root
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host if is_host(host) else 'localhost'}{public.prefix}"


def is_host(text: str) -> bool:
    """Whether it is a host, and perhaps a port, and nothing else that a client could write into an answer of ours."""
    return _HOST.fullmatch(text) is not None


def placed(body: bytes, media_type: str) -> bytes:
    """A body with the prefix before every path of ours that has none yet."""
    prefix = PUBLIC.get().prefix
    form = "json" if "json" in media_type else _FORMS.get(media_type.partition(";")[0].removesuffix("+xml"))
    if not prefix or form is None:
        return body
    return _paths(form, prefix).sub(rb"\g<1>" + prefix.encode(), body)


@lru_cache
def _paths(form: str, prefix: str) -> re.Pattern[bytes]:
    return re.compile(_BEFORE[form] + rb"(?!%b[/\"'?#])" % re.escape(prefix.encode()), re.MULTILINE)


async def placed_parts(parts: AsyncGenerator[bytes, None], media_type: str) -> AsyncGenerator[bytes, None]:
    """The same of an export, each part of which holds whole records."""
    async for part in parts:
        yield placed(part, media_type)


def placed_field(value: bytes) -> bytes:
    """A field `Link` or `Location` with the prefix before its path."""
    prefix = PUBLIC.get().prefix.encode()
    if value.startswith(b"</"):
        return b"<" + prefix + value[1:]
    return prefix + value if value.startswith(b"/") else value
