"""What a load did, or why it did nothing."""

from collections import Counter
from dataclasses import dataclass, field

from seed.refusals import Refusal

SHOWN = 1_000


@dataclass
class Report:
    """What a load did, or would have done; counts are by kind of record."""

    read: int = 0
    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    reworded: int = 0
    """Changed events of which only the imported row that they keep differs."""
    vanished: Counter[str] = field(default_factory=Counter)
    """No longer among the records of their datasets."""
    vanished_ids: list[str] = field(default_factory=list)
    """The first of them, as `kind id`."""
    withdrawn: bool = False
    """Whether what vanished was taken out."""
    mapped: int = 0
    """Actors whose mapping to another dataset's name was made or dropped."""
    mapped_places: int = 0
    """Places whose mapping to another dataset's was made or dropped."""
    refusals: int = 0
    refused: list[Refusal] = field(default_factory=list)
    """The first of them."""

    def refuse(self, refusal: Refusal) -> None:
        """Nothing will be loaded, for this reason too."""
        self.refusals += 1
        if len(self.refused) < SHOWN:
            self.refused.append(refusal)

    @property
    def moved(self) -> bool:
        """Whether anything differs from before."""
        gone = self.vanished.total() if self.withdrawn else 0
        return self.new.total() + self.changed.total() + self.mapped + self.mapped_places + gone > 0

    def in_words(self) -> str:
        """One line for people."""
        if not self.read:
            return f"{self.vanished.total()} records withdrawn."
        gone = f"{self.vanished.total()} {'withdrawn' if self.withdrawn else 'vanished (kept)'}"
        counts = (self.new.total(), self.changed.total(), self.unchanged.total())
        return "{} records read: {} new, {} changed, {} unchanged, {}.".format(self.read, *counts, gone)


class LoadRefusedError(Exception):
    """Nothing was loaded; the report says why."""

    def __init__(self, report: Report, sentence: str | None = None) -> None:
        """Say it in one sentence, if there is one, else every reason that the report holds."""
        lines = [str(refusal) for refusal in report.refused]
        if report.refusals > len(lines):
            lines.append(f"… and {report.refusals - len(lines)} more.")
        super().__init__(sentence or "\n".join(lines))
        self.report = report
