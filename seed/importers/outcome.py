"""The outcome of an import or a dry run, as text and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seed.importers.intake import Tally
from seed.refusals import Refusal
from seed.report import COUNTS, FIRST_SHOWN, Report


@dataclass
class Outcome:
    """An import's files, rows and records."""

    format: str
    files: list[str]
    dry_run: bool
    report: Report
    tally: Tally
    seconds: float

    @property
    def refused(self) -> list[Refusal]:
        """The recorded refusals: of skipped rows, and of the load."""
        return [*self.tally.passed_over, *self.report.refused]

    @property
    def refusals(self) -> int:
        """The total number of refusals."""
        return self.tally.refusals_passed_over + self.report.refusals

    @property
    def loaded(self) -> bool:
        """Whether the database changed."""
        return self.report.moved and not self.report.refusals and not self.dry_run

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs."""
        return {
            "format": self.format,
            "files": self.files,
            "rows": {"read": self.tally.rows, "refused": self.tally.rows_refused},
            "superseded": self.tally.superseded,
            "partial": [str(one) for one in self.tally.partial],
            "unknown_codes": dict(sorted(self.tally.unknown.items())),
            "changed_in_the_kept_row_alone": self.report.reworded,
            **self.report.as_json(dry_run=self.dry_run, passed_over=self.tally.passed_over),
            "refusals": self.refusals,
            "seconds": round(self.seconds, 3),
        }

    def as_text(self) -> Iterator[str]:
        """Everything in lines, for people."""
        if self.tally.rows or not self.refusals:
            yield f"{self.tally.rows:,} rows read, {self.tally.rows_refused:,} refused, in {self.seconds:.1f} s."
        if not self.tally.rows and not self.refusals:
            yield "The files have no rows, so nothing is loaded. If you expected some, download them again."
        if self.tally.superseded:
            yield f"{self.tally.superseded:,} rows superseded by a later file or a better delivery."
        yield from (str(one) for one in self.tally.partial if not self.report.refusals)
        for code, rows in sorted(self.tally.unknown.items()):
            yield f"{code} is in no codebook: kept in {rows:,} rows, and read with care."
        if (counts := self.report.counts()) and self.tally.rows:
            yield f"{'':10}" + "".join(f"{name:>12}" for name in COUNTS)
            for kind, one in counts.items():
                yield f"{kind:10}" + "".join(f"{one[name]:>12,}" for name in COUNTS)
        if self.report.reworded:
            told = "events changed only in the row that they keep, as when a release has other columns"
            yield f"{self.report.reworded:,} of the changed {told}."
        withdrawn = "would be withdrawn" if self.dry_run else "were withdrawn"
        done = withdrawn if self.report.withdrawn else "stay; --prune would withdraw them"
        yield from self.report.absent(f"of the dataset are not in these files, which may be a part of it; they {done}")
        yield from self.report.doubtful()
        refused = self.refused
        yield from (str(refusal) for refusal in refused[:FIRST_SHOWN])
        if len(refused) > FIRST_SHOWN:
            yield f"… and {self.refusals - FIRST_SHOWN:,} more; --report json lists them."
        yield self._conclusion()

    def _conclusion(self) -> str:
        if self.report.refusals:
            advice = ": fix the rows, or skip refused rows with --skip-refused" if self.tally.rows_refused else ""
            return f"Nothing was loaded{advice}."
        if self.dry_run:
            return "A dry run: nothing was loaded."
        return "Loaded." if self.loaded else "Nothing changed."
