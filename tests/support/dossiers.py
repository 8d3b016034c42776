"""The dossiers that tests ask, and the texts they were read from: outside the repository, where at hand at all."""

from api.settings import PROJECT

# What tests count and what the documentation shows is of these, whatever else is dropped into `seed/`.
SHIPPED = [PROJECT / "seed" / name for name in ("khasham", "lysychansk")]

# A worktree lies one folder deeper.
EXCERPT = next((path for above in PROJECT.parents[:2] if (path := above / "shared/dossier/excerpt.txt").exists()), None)
NO_READING = "the article's lines are not at hand here"
