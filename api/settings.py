"""Every setting, read from the environment here and nowhere else."""

import os
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from types import NoneType
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent

PREFIX, OF_TESTS, DATABASE = "COUNTERCLAIM_", "TEST_", "DATABASE_URL"
ALMOST = 0.9
"""How alike a misspelt name is: DATABASE_UR and DATABASE_URI, but not DATABASE_USER."""
EXPOSED_RATE_LIMIT = 1_200
PORT = "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[0-5]?[0-9]{1,4})"
"""A port of TCP, which is what http and https name by it: up to 65535."""


class SettingsError(Exception):
    """A setting is invalid; the message says which and why in one line."""


def _listed(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Count = Annotated[int, Field(le=1_000_000)]
Bytes = Annotated[int, Field(le=2**50)]
RequestBytes = Annotated[int, Field(le=2**30)]
Seconds = Annotated[float, Field(le=1_000_000)]
"""PostgreSQL takes at most twice as much."""
WholeSeconds = Annotated[int, Field(le=1_000_000)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """The settings of this process, read once at startup and passed on."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True, validate_by_name=True)

    database_url: str = Field(
        str(PROJECT / "data" / "counterclaim.db"),
        validation_alias=DATABASE,
        description="The database: the path of an SQLite file, or `postgresql://user@host/database`; several "
        "hosts are written `host,host` ([docs/scaling.md](docs/scaling.md)).",
    )
    host: str = Field("127.0.0.1", description="The address to serve on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to serve on; 0 takes a free one.")
    trusted_proxies: Networks = Field(
        (),
        description="Networks (such as `10.0.0.0/8,::1`) whose `X-Forwarded-For`, `X-Forwarded-Proto`, "
        "`X-Forwarded-Host` and `X-Request-ID` are trusted.",
    )
    metrics_address: str | None = Field(
        None,
        pattern=rf"^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):{PORT}$",
        description="A separate address for `/metrics`, such as `127.0.0.1:9100`. Unset: `/metrics` is served at "
        "the service's own address, unless other machines can reach it.",
    )
    public_url: str | None = Field(
        None,
        pattern=rf"^https?://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:{PORT})?(/[A-Za-z0-9._~-]+)*/?$",
        description="The URL at which clients reach the service, such as `https://example.org/conflict`: its path"
        " is the prefix of every path and link. Unset: the host of the request, without a prefix.",
    )

    url_bytes: RequestBytes = Field(
        16_384,
        ge=1_024,
        description="The maximum length of path and query in bytes; beyond it: 414.",
    )
    parameter_bytes: RequestBytes = Field(
        8_192,
        ge=256,
        description="The maximum length of a parameter in bytes as sent, including its name; beyond it: 422.",
    )
    parameters: Count = Field(50, ge=1, description="The maximum number of parameters in a request; beyond it: 422.")
    header_bytes: RequestBytes = Field(
        16_384,
        ge=1_024,
        description="The maximum size of all header fields together in bytes; beyond it: 431.",
    )
    headers: Count = Field(100, ge=10, description="The maximum number of header fields; beyond it: 431.")

    connections: Count = Field(
        4_096,
        ge=16,
        description="The maximum number of open connections; beyond it, the connection that has been idle "
        "longest is closed.",
    )
    concurrent_requests: Count = Field(
        256, ge=1, description="The maximum number of requests answered at once; beyond it: 503."
    )
    concurrent_exports: Count = Field(
        4,
        ge=1,
        description="The maximum number of exports of more than 1,000 records made at once, at most half of them "
        "for one client; beyond it: 503.",
    )
    export_cache_bytes: Bytes = Field(
        1_073_741_824,
        ge=0,
        description="The maximum size in bytes of finished exports that are kept on disk for clients that request "
        "ranges of them.",
    )
    header_seconds: Seconds = Field(
        10, gt=0, description="How long a client may take to send a request; after that: 408."
    )
    idle_seconds: WholeSeconds = Field(
        15, ge=1, description="How long an idle connection is kept open for another request."
    )
    send_seconds: Seconds = Field(
        30,
        gt=0,
        description="How long a client may read an answer more slowly than `COUNTERCLAIM_LEAST_RATE`; after "
        "that the connection is closed.",
    )
    least_rate: Bytes = Field(
        1_024,
        ge=1,
        description="The minimum number of bytes per second at which a client has to read an answer, averaged "
        "over `COUNTERCLAIM_SEND_SECONDS`.",
    )
    rate_limit: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="The maximum number of requests per client and minute; beyond it: 429. 0: no limit. Unset: "
        "1200 if other machines can reach the service, otherwise no limit.",
    )

    pool_size: int = Field(
        8, ge=2, le=100, description="The maximum number of PostgreSQL connections, in addition to one per export."
    )
    pool_seconds: Seconds = Field(
        2, ge=0.1, description="How long a request waits for one of these connections; after that: 503."
    )
    statement_seconds: Seconds = Field(5, ge=0.001, description="How long one SQL statement may take; after that: 503.")
    lock_seconds: Seconds = Field(
        1, ge=0.001, description="How long an SQL statement waits for a locked table; after that: 503."
    )

    revisions_behind: Count = Field(
        1,
        ge=0,
        description="With several PostgreSQL hosts: how many revisions a host may be behind the newest revision "
        "of all hosts and still be read.",
    )

    queue_seconds: Seconds = Field(
        600, ge=0, description="How long a load waits for another load; after that it gives up."
    )

    posting_cache_bytes: Bytes = Field(
        64 * 2**20,
        ge=2**20,
        description="The maximum memory for the compressed sets of record numbers that filter lists.",
    )

    check_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="The share of one core that checks everything stored against its hashes in the background; 0:"
        " no checks.",
    )
    check_seconds: Seconds = Field(
        3_600, gt=0, description="The time between two such checks if nothing is loaded in between."
    )

    drain_seconds: Seconds = Field(1, ge=0, description="How long new requests are still accepted after SIGTERM.")
    stop_seconds: WholeSeconds = Field(
        30,
        ge=1,
        description="How long answers that have begun may then take; after that they are cut off.",
    )
    log_format: Literal["json", "text"] | None = Field(
        None, description="The format of the log on stderr. Unset: `text` on a terminal, otherwise `json`."
    )
    access_log: bool | None = Field(
        None, description="Whether each request is logged. Unset: only if other machines can reach the service."
    )

    @property
    def public_root(self) -> str | None:
        """Where clients reach the service, without a slash at its end."""
        return self.public_url and self.public_url.rstrip("/")

    @property
    def prefix(self) -> str:
        """The prefix of every path, such as `/conflict`."""
        return urlsplit(self.public_url or "").path.rstrip("/")

    @property
    def exposed(self) -> bool:
        """Whether other machines can reach the service."""
        try:
            return not ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"

    @property
    def hides_metrics(self) -> bool:
        """Whether `/metrics` is not served with everything else."""
        return self.exposed or self.metrics_address is not None

    @property
    def requests_per_minute(self) -> int:
        """The maximum number of requests per client and minute; 0: no limit."""
        if self.rate_limit is None:
            return EXPOSED_RATE_LIMIT if self.exposed else 0
        return self.rate_limit


def _known(variable: str) -> None:
    """Refuse an unknown `COUNTERCLAIM_…` variable, because the intended setting would silently keep its default."""
    name = variable.upper().removeprefix(PREFIX)
    names = [known.upper() for known in Settings.model_fields if known != "database_url"]
    if not variable.upper().startswith(PREFIX) or name in names or name.startswith(OF_TESTS):
        return
    near = [f"{PREFIX}{one}" for one in get_close_matches(name, names, n=1)]
    meant = "DATABASE_URL" if name == "DATABASE_URL" else next(iter(near), None)
    raise SettingsError(f"There is no setting {variable}{f': did you mean {meant}?' if meant else '.'}")


_TAKES = {
    "trusted_proxies": "networks such as 10.0.0.0/8,::1, separated by commas; no bit behind the / may be set",
    "metrics_address": "a host and a port, such as 127.0.0.1:9100 or [::1]:9100",
    "public_url": "an http or https URL without a query, such as https://example.org/conflict",
}
"""What settings take whose type does not say it."""
_BOUNDS = "gt", "ge", "le"


def _takes(name: str) -> str:
    """What a setting takes, in words."""
    field = Settings.model_fields[name]
    if name in _TAKES:
        return _TAKES[name]
    kinds = [kind for kind in get_args(field.annotation) or (field.annotation,) if kind is not NoneType]
    if bool in kinds:
        return "true or false"
    if words := [word for kind in kinds for word in get_args(kind)]:
        return " or ".join(words)
    over, least, most = (
        next((getattr(one, bound) for one in field.metadata if hasattr(one, bound)), None) for bound in _BOUNDS
    )
    number = "a whole number" if int in kinds else "a number"
    return f"{number} from {least} to {most}" if over is None else f"{number} above {over}, up to {most}"


def read_settings() -> Settings:
    """Read the settings of this process. Raises SettingsError for the first invalid one."""
    for variable in sorted(os.environ):
        _known(variable)
    others = [variable for variable in os.environ if variable.upper() != DATABASE]
    if len(others) == len(os.environ) and (near := get_close_matches(DATABASE, others, n=1, cutoff=ALMOST)):
        raise SettingsError(f"There is no setting {near[0]}: did you mean {DATABASE}?")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        variable = f"{PREFIX}{name.upper()}"
        raise SettingsError(f"The setting {variable} cannot be {first['input']!r}: it takes {_takes(name)}.") from None
