"""What a load did, or why it did nothing."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from seed.records import INPUT_MODELS
from seed.refusals import Refusal

SHOWN = 1_000
FIRST_SHOWN = 20
"""How many of them people are told."""
COUNTS = ("new", "changed", "unchanged", "vanished")


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

    def told(self, *, dry_run: bool, as_json: bool) -> str:
        """What was done, in one line or as JSON."""
        if as_json:
            return json.dumps(self.as_json(dry_run=dry_run), ensure_ascii=False, indent=2)
        return f"{self.in_words()} A dry run: nothing was loaded." if dry_run else self.in_words()

    def in_words(self) -> str:
        """One line for people."""
        if not self.read:
            return f"{self.vanished.total()} records withdrawn."
        gone = f"{self.vanished.total()} {'withdrawn' if self.withdrawn else 'vanished (kept)'}"
        counts = (self.new.total(), self.changed.total(), self.unchanged.total())
        return "{} records read: {} new, {} changed, {} unchanged, {}.".format(self.read, *counts, gone)

    def counts(self) -> dict[str, dict[str, int]]:
        """By kind of record, in the order of loading."""
        found = {kind: {name: getattr(self, name)[kind] for name in COUNTS} for kind in INPUT_MODELS}
        return {kind: counts for kind, counts in found.items() if any(counts.values())}

    def as_json(self, *, dry_run: bool, passed_over: Iterable[Refusal] = ()) -> dict[str, Any]:
        """All of it, for programs; `passed_over`: refusals that did not keep the rest from being loaded."""
        return {
            "dry_run": dry_run,
            "loaded": self.moved and not self.refusals and not dry_run,
            "withdrawn": self.withdrawn,
            "records": self.counts(),
            "total": {name: getattr(self, name).total() for name in COUNTS},
            "vanished": self.vanished_ids,
            "mapped_actors": self.mapped,
            "mapped_places": self.mapped_places,
            "refusals": self.refusals,
            "refused": [
                {
                    "file": refusal.place.file,
                    "row": refusal.place.row,
                    "record": refusal.record or None,
                    "field": refusal.field or None,
                    "reason": refusal.message,
                }
                for refusal in (*passed_over, *self.refused)
            ],
        }


class LoadRefusedError(Exception):
    """Nothing was loaded; the report says why."""

    def __init__(self, report: Report, sentence: str | None = None) -> None:
        """Say it in one sentence, if there is one, else the first reasons."""
        lines = [str(refusal) for refusal in report.refused[:FIRST_SHOWN]]
        if report.refusals > FIRST_SHOWN:
            lines.append(f"… and {report.refusals - FIRST_SHOWN:,} more; counterclaim load --report json lists them.")
        super().__init__(sentence or "\n".join(lines))
        self.report = report
