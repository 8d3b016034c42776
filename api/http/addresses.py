"""Absolute addresses, for formats that are kept as files or read elsewhere, where a path alone leads nowhere."""

import re

from fastapi import Request

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


def base(request: Request) -> str:
    """What every path of the service is put behind: scheme and host, as the client asks for them."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):  # nothing that a client can write into an answer of ours
        host = "localhost"
    return f"{request.scope['scheme']}://{host}"
