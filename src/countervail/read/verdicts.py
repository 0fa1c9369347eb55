"""What the model can and cannot say of each claim: the test, its result with a range, and one of five verdicts.

A size that the text does not state is never taken for granted: where a claim hangs on it, the verdict is the size from
which the claim would hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from countervail.read.claims import Claim
from countervail.read.draft import Draft, draft_scenario
from countervail.read.evidence import Evidence, Progress
from countervail.read.finding import Case, Finding, Outcome
from countervail.read.reading import Reading
from countervail.read.rules import rule_file
from countervail.read.trials import TESTS

if TYPE_CHECKING:
    import pandas as pd

VERDICTS: tuple[Outcome, ...] = ("supported", "not supported", "mixed", "depends on", "not testable here")
_ORDER = re.compile(
    r"\b(?:international relations|international environment|world order|global order|order among|multilateral|"
    r"democrac\w+|"
    r"system of relations|challenging international|security architecture)\b",
    re.I,
)
_ABOUT_ORDER = ("equality", "inclusive", "stability")


@dataclass(frozen=True)
class Verdict:
    """What can be said of one claim.

    Arguments:
        claim: which one. verdict: one of five. test: what was compared, "" where nothing was.
        result: the finding in a sentence, with its range. reason: why it cannot be tested, "" where it was.
        assumption: what the verdict depends on, "" where on nothing that the text leaves open.
        value, low, high, unit: the number behind it; missing where there is none.
    """

    claim: Claim
    verdict: Outcome
    test: str
    result: str
    reason: str = ""
    assumption: str = ""
    value: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Assessment:
    """A reading with its draft and a verdict for every claim, in the order of the text.

    Arguments:
        sentence: what the ledger finds for the draft at the sizes it assumes, "" where nothing was run.
        ran: whether the model was run. notes: what a reader has to know about how.
    """

    reading: Reading
    draft: Draft
    verdicts: tuple[Verdict, ...]
    sentence: str = ""
    ran: bool = True
    notes: tuple[str, ...] = ()

    def same_as(self, number: int) -> int:
        """The number, from 1, of the first claim with the same verdict and result; its own where it is the first."""
        return self._first[number - 1]

    @cached_property
    def _first(self) -> list[int]:
        seen: dict[tuple[str, ...], int] = {}
        numbered = enumerate(self.verdicts, 1)
        return [seen.setdefault((v.verdict, v.result or str(n), v.assumption), n) for n, v in numbered]

    def counts(self) -> dict[str, int]:
        """How many claims have each verdict, in the order of VERDICTS."""
        return {one: sum(v.verdict == one for v in self.verdicts) for one in VERDICTS}

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """The table of claims with their verdicts, and what was found besides."""
        import pandas as pd

        claims = self.reading.table.assign(
            verdict=[v.verdict for v in self.verdicts],
            test=[v.test for v in self.verdicts],
            result=[v.result for v in self.verdicts],
            why_not=[v.reason for v in self.verdicts],
            depends_on=[v.assumption for v in self.verdicts],
        )
        text = self.reading.document.text
        measures = [
            {
                "measure": m.kind,
                "words": m.span.of(text),
                "status": m.status,
                "start": m.span.start,
                "end": m.span.end,
            }
            for m in self.reading.measures
        ]
        return {"claims": claims, "measures": pd.DataFrame(measures)}

    def provenance(self) -> dict[str, Any]:
        """Where the text came from and what was run."""
        document = self.reading.document
        world = self.draft.scenario.world if self.draft.scenario is not None else ""
        return {
            "document": document.source,
            "title": document.title,
            "date": document.date,
            "world": world,
        } | {
            "assumptions": list(self.draft.assumptions),
            "notes": list(self.notes),
        }


def judge_claims(reading: Reading, *, run: bool = True, progress: Progress | None = None) -> Assessment:
    """A verdict for each claim of a document.

    Arguments:
        reading: of `read_document`.
        run: False to leave the model out; every testable claim is then "not testable here", because nothing was run.
        progress: told (stage, done, in all) while the model runs.

    Returns:
        Assessment, with the draft that was run.

    Example:
        >>> assessment = cv.judge_claims(cv.read_document("article.txt"))  # doctest: +SKIP
    """
    draft = draft_scenario(reading)
    evidence = Evidence(draft, progress) if run and draft.scenario is not None else None
    why = "" if run else "the model was not run"
    if evidence is None and run:
        why = f"no scenario could be drafted: {draft.missing}"
    elif evidence is not None and any(claim.testable for claim in reading.claims):
        why = evidence.without_answer
        evidence = None if why else evidence
    verdicts = tuple(_verdict(claim, reading, draft, evidence, why) for claim in reading.claims)
    needed = evidence is not None and any(v.verdict != "not testable here" for v in verdicts)
    sentence = evidence.ledger.sentence if evidence is not None and needed and draft.target else ""
    notes = (*reading.document.notes, *(evidence.notes() if evidence is not None and needed else ()))
    return Assessment(reading, draft, verdicts, sentence, run, notes)


def _verdict(claim: Claim, reading: Reading, draft: Draft, evidence: Evidence | None, why: str) -> Verdict:
    if not claim.testable:
        return Verdict(claim, "not testable here", "", "", claim.reason)
    if claim.kind in _ABOUT_ORDER and _ORDER.search(claim.sentence.of(reading.document.text)):
        return Verdict(
            claim, "not testable here", "", "", "it is said of the order among states, not of a measure"
        )
    test = str(rule_file("effects.yaml")[claim.kind]["test"])
    if evidence is None:
        return Verdict(claim, "not testable here", test, "", why)
    found = TESTS[claim.kind](Case(claim, reading, evidence, _subjects(claim, reading, draft)))
    if claim.sign == "-":
        found = _turned(found)
    return Verdict(
        claim,
        found.verdict,
        test,
        found.result,
        found.reason,
        found.assumption,
        found.number.value,
        found.number.low,
        found.number.high,
        found.unit,
    )


def _turned(found: Finding) -> Finding:
    """What holds of a claim holds not of its denial."""
    swap: dict[Outcome, Outcome] = {"supported": "not supported", "not supported": "supported"}
    if found.verdict == "depends on" and "At these sizes" in found.result:
        return found
    if found.verdict == "depends on":
        return found.but(result=f"{found.result} The claim denies this.")
    return found.but(verdict=swap.get(found.verdict, found.verdict))


def _subjects(claim: Claim, reading: Reading, draft: Draft) -> tuple[str, ...]:
    """The economies a claim is about: named in its sentence, the speaker's, and the parties of what is announced."""
    senders = {"west", *draft.senders}
    named = [code for code in claim.about if code not in senders]
    if len(named) > 1 or (named and claim.kind in ("harm", "prices", "burden", "dependence")):
        return tuple(named)
    ours = re.search(r"\b(?:our|we|both|their|us)\b", claim.sentence.of(reading.document.text), re.I)
    parties: list[str] = []
    if ours or not named:
        parties = [
            code for m in reading.measures if m.between and m.status != "refused" for code in m.between
        ]
    return tuple(
        dict.fromkeys(code for code in _ordered([*named, *claim.economies, *parties]) if code not in senders)
    )


def _ordered(codes: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(codes))
