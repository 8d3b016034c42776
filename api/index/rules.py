"""A fingerprint of the rules that derive rows; if it differs from the stored one, everything is derived again."""

import ast
import hashlib
import unicodedata
from functools import cache
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from api import models
from api.models import history, records

API = Path(__file__).parents[1]
RULES = ("domain", "index", "models", "schemas")
"""Packages in which any line may affect derived rows."""
RENDERERS = ("orjson",)
"""Libraries whose versions may serialize the same value differently."""


@cache
def rules() -> str:
    """SHA-256 in hex over all deriving code without comments and docstrings, and the versions of serializers."""
    known = hashlib.sha256(unicodedata.unidata_version.encode())
    for name in RENDERERS:
        known.update(f"{name} {version(name)}\n".encode())
    for package in RULES:
        for path in sorted((API / package).rglob("*.py")):
            known.update(f"{path.relative_to(API)}\n{_code(path)}\n".encode())
    return known.hexdigest()


@cache
def facts() -> str:
    """SHA-256 in hex over the tables of facts; if it differs, deriving again is not enough."""
    tables = [table for table in models.Base.metadata.sorted_tables if _holds_facts(table)]
    return hashlib.sha256("".join(str(CreateTable(table)) for table in tables).encode()).hexdigest()


def derived_tables() -> list[sa.Table]:
    """The tables that can be dropped and rebuilt from facts; those that others refer to come last."""
    names = {mapper.class_.__tablename__ for mapper in models.Base.registry.mappers if _derives(mapper.class_)}
    return [table for table in reversed(models.Base.metadata.sorted_tables) if table.name in names]


def _derives(model: type) -> bool:
    return model.__module__ == "api.models.index"


def _holds_facts(table: sa.Table) -> bool:
    return any(
        mapper.local_table is table and mapper.class_.__module__ in {records.__name__, history.__name__}
        for mapper in models.Base.registry.mappers
    )


def _code(path: Path) -> str:
    """The syntax tree of a module without comments and docstrings."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [line for line in body if not _says(line)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _says(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)
