"""Where the texts lie that the dossiers were read from: outside the repository, where they are at hand at all."""

from api.settings import PROJECT

# A worktree lies one folder deeper.
EXCERPT = next((path for above in PROJECT.parents[:2] if (path := above / "shared/dossier/excerpt.txt").exists()), None)
NO_READING = "the article's lines are not at hand here"
