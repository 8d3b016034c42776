"""How a request reached us through proxies: under which host and scheme, and behind which prefix."""

from starlette.types import Scope

from api.http.caching import PUBLIC, Public, is_host
from api.server.rate_limit import Proxies
from api.settings import Settings

SCHEMES = {"http", "https"}


class PublicAddress:
    """Knows the address that the settings name, and believes what trusted proxies say of it."""

    def __init__(self, settings: Settings, proxies: Proxies) -> None:
        """Take what is set."""
        self._root, self._prefix, self._proxies = settings.public_root, settings.prefix, proxies

    def reached(self, scope: Scope) -> Scope:
        """The request without the prefix, whether or not the proxy left it there; the answer is told of the rest."""
        root = self._root or self._forwarded(scope)
        PUBLIC.set(Public(root, self._prefix))
        path: str = scope["path"]
        if not self._prefix or not f"{path}/".startswith(f"{self._prefix}/"):
            return scope
        raw: bytes = scope["raw_path"]
        return {**scope, "path": path[len(self._prefix) :] or "/", "raw_path": raw[len(self._prefix) :] or b"/"}

    def _forwarded(self, scope: Scope) -> str | None:
        """What a trusted proxy says; None: nothing, or there is none."""
        if not self._proxies.trusts_peer(scope):
            return None
        fields = {name: value.decode("latin-1") for name, value in scope["headers"]}
        scheme = _first(fields.get(b"x-forwarded-proto", "")).lower()
        host = _first(fields.get(b"x-forwarded-host", "")) or fields.get(b"host", "")
        if not is_host(host) or (scheme and scheme not in SCHEMES):
            return None
        return f"{scheme or scope['scheme']}://{host}"


def _first(value: str) -> str:
    """What the proxy nearest to the client says."""
    return value.partition(",")[0].strip()
