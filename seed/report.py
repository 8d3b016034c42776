"""The result of a load: counts, or the reasons for refusing it."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from seed.records import INPUT_MODELS
from seed.refusals import Refusal

SHOWN = 1_000
FIRST_SHOWN = 20
"""The number of refusals shown to people."""
COUNTS = ("new", "changed", "unchanged", "vanished")


@dataclass
class Report:
    """The result of a load or a dry run; counts are by kind of record."""

    read: int = 0
    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    reworded: int = 0
    """Changed events that differ only in the imported row."""
    vanished: Counter[str] = field(default_factory=Counter)
    """Records missing from the files of their datasets."""
    vanished_ids: list[str] = field(default_factory=list)
    """The first missing records, as `kind id`."""
    withdrawn: bool = False
    """Whether the missing records were withdrawn."""
    mapped: int = 0
    """Actors whose mapping to another dataset's actor changed."""
    mapped_places: int = 0
    """Places whose mapping to another dataset's place changed."""
    refusals: int = 0
    refused: list[Refusal] = field(default_factory=list)
    """The first refusals."""

    def refuse(self, refusal: Refusal) -> None:
        """Add a reason for which nothing is loaded."""
        self.refusals += 1
        if len(self.refused) < SHOWN:
            self.refused.append(refusal)

    @property
    def moved(self) -> bool:
        """Whether anything differs from before."""
        gone = self.vanished.total() if self.withdrawn else 0
        return self.new.total() + self.changed.total() + self.mapped + self.mapped_places + gone > 0

    def told(self, *, dry_run: bool, as_json: bool) -> str:
        """The result in one line or as JSON."""
        if as_json:
            return json.dumps(self.as_json(dry_run=dry_run), ensure_ascii=False, indent=2)
        return f"{self.in_words()} A dry run: nothing was loaded." if dry_run else self.in_words()

    def in_words(self) -> str:
        """The result in one line."""
        if not self.read:
            return f"{self.vanished.total()} records withdrawn."
        gone = f"{self.vanished.total()} {'withdrawn' if self.withdrawn else 'vanished (kept)'}"
        counts = (self.new.total(), self.changed.total(), self.unchanged.total())
        return "{} records read: {} new, {} changed, {} unchanged, {}.".format(self.read, *counts, gone)

    def counts(self) -> dict[str, dict[str, int]]:
        """Counts by kind of record, in the order of loading."""
        found = {kind: {name: getattr(self, name)[kind] for name in COUNTS} for kind in INPUT_MODELS}
        return {kind: counts for kind, counts in found.items() if any(counts.values())}

    def as_json(self, *, dry_run: bool, passed_over: Iterable[Refusal] = ()) -> dict[str, Any]:
        """The complete result for programs; `passed_over`: refusals of rows that were skipped."""
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
        """Take the report; the message is `sentence` or the first reasons."""
        lines = [str(refusal) for refusal in report.refused[:FIRST_SHOWN]]
        if report.refusals > FIRST_SHOWN:
            lines.append(f"… and {report.refusals - FIRST_SHOWN:,} more; counterclaim load --report json lists them.")
        super().__init__(sentence or "\n".join(lines))
        self.report = report
