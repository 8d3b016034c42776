"""Every setting, read from the environment here and nowhere else."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting cannot be used; the message is one line that says which and why."""


class Settings(BaseSettings):
    """How this process runs; made once by whoever starts it, and handed on from there."""

    model_config = SettingsConfigDict(
        env_prefix="COUNTERCLAIM_", frozen=True, env_ignore_empty=True, validate_by_name=True
    )

    database_url: str = Field(
        str(PROJECT / "data" / "counterclaim.db"),
        validation_alias="DATABASE_URL",
        description="Where the data lies: the path of an SQLite file, or `postgresql://user@host/database`.",
    )
    host: str = Field("127.0.0.1", description="The address to serve on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to serve on; 0 takes a free one.")


def read_settings() -> Settings:
    """The settings of this process, or one line about the first that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        variable = name if name.isupper() else f"COUNTERCLAIM_{name.upper()}"
        raise SettingsError(f"The setting {variable} cannot be {first['input']!r}: {first['msg']}.") from None
