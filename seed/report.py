"""The result of a load: counts, or the reasons for refusing it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from seed.records import INPUT_MODELS
from seed.refusals import Refusal

SHOWN = 1_000
FIRST_SHOWN = 20
"""The number of refusals, and of vanished records, shown to people."""
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
    doubts: int = 0
    """Records that are loaded although they can hardly be right."""
    doubted: list[Refusal] = field(default_factory=list)
    """The first of these, with the reason."""
    refusals: int = 0
    refused: list[Refusal] = field(default_factory=list)
    """The first refusals."""

    def refuse(self, refusal: Refusal) -> None:
        """Add a reason for which nothing is loaded."""
        self.refusals += 1
        if len(self.refused) < SHOWN:
            self.refused.append(refusal)

    def doubt(self, doubt: Refusal) -> None:
        """Add a record that can hardly be right."""
        self.doubts += 1
        if len(self.doubted) < SHOWN:
            self.doubted.append(doubt)

    @property
    def moved(self) -> bool:
        """Whether anything differs from before."""
        gone = self.vanished.total() if self.withdrawn else 0
        return self.new.total() + self.changed.total() + self.mapped + self.mapped_places + gone > 0

    def told(self, *, dry_run: bool, as_json: bool) -> str:
        """The result in lines, first of all the counts, or as JSON."""
        if as_json:
            return json.dumps(self.as_json(dry_run=dry_run), ensure_ascii=False, indent=2)
        first = f"{self.in_words()} A dry run: nothing was loaded." if dry_run else self.in_words()
        withdrawn = "would be withdrawn" if dry_run else "were withdrawn"
        gone = f"are no longer in the files, and {withdrawn if self.withdrawn else 'stay without --prune'}"
        return "\n".join([first, *(self.absent(gone) if self.read else ()), *self.doubtful()])

    def absent(self, done: str) -> Iterator[str]:
        """The first vanished records, and how many there are; `done` says what becomes of them."""
        if total := self.vanished.total():
            yield f"{total:,} records {done}:"
            yield from listed(self.vanished_ids, total)

    def doubtful(self) -> Iterator[str]:
        """The first records that can hardly be right, and how many there are."""
        if self.doubts:
            yield f"{self.doubts:,} records are loaded as they are, but can hardly be right:"
            yield from listed([str(one) for one in self.doubted], self.doubts)

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
            "doubts": self.doubts,
            "doubted": [as_row(doubt) for doubt in self.doubted],
            "refusals": self.refusals,
            "refused": [as_row(refusal) for refusal in (*passed_over, *self.refused)],
        }


def as_row(refusal: Refusal) -> dict[str, Any]:
    """A refusal for programs."""
    return {
        "file": refusal.place.file,
        "row": refusal.place.row,
        "record": refusal.record or None,
        "field": refusal.field or None,
        "reason": refusal.message,
    }


def listed(first: Sequence[str], total: int) -> Iterator[str]:
    """The first lines of a list for people, how many more there are, and how to see more of them."""
    yield from (f"  {one}" for one in first[:FIRST_SHOWN])
    if total > FIRST_SHOWN:
        some = f" the first {len(first):,}" if len(first) < total else " all of them"
        yield f"  … and {total - FIRST_SHOWN:,} more; --report json lists{some}."


class LoadRefusedError(Exception):
    """Nothing was loaded; the report says why."""

    def __init__(self, report: Report, sentence: str | None = None) -> None:
        """Take the report; the message is `sentence` or the first reasons."""
        lines = [str(refusal) for refusal in report.refused[:FIRST_SHOWN]]
        if report.refusals > FIRST_SHOWN:
            lines.append(f"… and {report.refusals - FIRST_SHOWN:,} more; counterclaim load --report json lists them.")
        super().__init__(sentence or "\n".join(lines))
        self.report = report
