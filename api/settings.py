"""Every setting, read from the environment here and nowhere else."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


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
