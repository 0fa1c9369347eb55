"""Each measure in a sentence: its fields, how it enters the model, an example, and what it leaves out."""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from countervail.policy.complaint import Complaint, did_you_mean
from countervail.policy.measure import Measure
from countervail.policy.retaliation import KINDS
from countervail.policy.sizes import percent_text

_WIDTH = 100

_EQUATIONS = {
    "embargo": (
        "d-hat = l^(-1/theta) with leakage l, and infinity where l = 0. At given costs the share pi of a "
        "banned origin becomes pi l / (1 - pi + pi l). Where embargoes overlap, the lowest leakage holds."
    ),
    "friction": (
        "d-hat = 1 + rate. Frictions on one cell multiply. Where a share is removed, d-hat = 1 + rate (1 - "
        "share)."
    ),
    "tariff": (
        "tau' = tau + rate; several rates add. With `to`, tau' = 1 + to, the highest of several levels, and "
        "rates add to that. The revenue is the importer's income (Eq. 6)."
    ),
    "subsidy": (
        "mu' = 1 - rate on the cells of origin `by`: exports, or all sales. The cost (mu' - 1) b' is taken "
        "from the origin's income (Eq. 6). Subsidies on one cell multiply."
    ),
    "transfer": (
        "D' of the payers falls and that of the payees rises by the amount (Eq. 6). Payers share it by "
        "income, payees receive it by income; the sum is zero. Transfers add."
    ),
    "corridor": (
        "On its cells the embargoes, frictions and added tariffs of the list `sanctions` count as absent; "
        "d-hat = 1 - saving, on top of the savings of agreements. Measures in `given` and retaliation are "
        "not lifted."
    ),
    "agreement": (
        "d-hat = 1 - saving. Payments and insurance frictions on its cells become rate (1 - share removed); "
        "several removals multiply."
    ),
    "payments": (
        "Each payments friction on its cells becomes rate (1 - removes), so d-hat = 1 + rate (1 - removes); "
        "several removals multiply."
    ),
    "substitution": (
        "z-hat = 1 + rate for the named goods of `by` (Eq. 1): unit costs fall. Several multiply."
    ),
    "disruption": "d-hat = 1 + rate, a friction of its own kind that restorations take back.",
    "restoration": (
        "The rate of the named disruption becomes rate (1 - share); several restorations multiply."
    ),
    "retaliation": (
        "The mirrored measure enters as it does itself, with `on` as the acting and `by` as the hit side; "
        "or the measures it holds enter together, as one response of the ledger."
    ),
    "boycott": "None: it changes no cost, tariff, productivity or flow.",
}

_EXAMPLES = {
    "embargo": """\
- embargo:
    by: [EU27, GBR]
    on: RUS
    goods: coal
    direction: import
    leakage: 5 %
""",
    "friction": """\
- friction: {by: west, on: RUS, rate: 8 %, kind: payments}
""",
    "tariff": """\
- tariff: {by: USA, on: CHN, rate: 25 %}
- tariff: {by: CAN, on: RUS, to: 35 %}
""",
    "subsidy": """\
- subsidy: {by: CHN, goods: vehicles, rate: 10 %, on: exports}
""",
    "transfer": """\
- transfer: {payer: [USA, EU27], payee: UKR, amount: 38 billion USD}
- transfer: {payer: CHN, payee: RUS, amount: 0.1 %}
""",
    "corridor": """\
- corridor: {between: [RUS, CHN], goods: essentials, saving: 5 %}
""",
    "agreement": """\
- agreement: {between: [RUS, CHN], goods: oil_gas, saving: 4 %}
- agreement: {between: brics, payments: 30 %, insurance: 50 %}
""",
    "payments": """\
- payments: {between: [RUS, CHN], removes: 50 %}
""",
    "substitution": """\
- substitution: {by: RUS, goods: technology, rate: 5 %}
""",
    "disruption": """\
- disruption:
    name: border bottleneck
    between: [RUS, CHN]
    goods: manufacturing
    rate: 3 %
    in_force: true
""",
    "restoration": """\
- restoration: {of: border bottleneck, share: 50 %}
""",
    "retaliation": """\
- retaliation: {of: sanctions, by: RUS, goods: food}
- retaliation:
    measures:
      - embargo: {by: RUS, on: eu, goods: food, direction: import}
      - tariff: {by: RUS, on: USA, rate: 10 %}
""",
    "boycott": """\
- boycott: {by: [USA, GBR], on: CHN, of: diplomatic boycott of the Winter Games}
""",
}

_LIMITS = {
    "embargo": (
        "A sector is banned as a whole: where a law names only some of its goods, the leakage stands for "
        "the rest. Trade may go through third countries only as far as the leakage says. A full embargo "
        "cannot be `in_force`."
    ),
    "friction": "The size is rarely measured; say where yours comes from. Nobody collects the cost.",
    "tariff": ("Falls on goods sectors only, uniformly within a sector. A level `to` cannot be `in_force`."),
    "subsidy": (
        "Paid out of the income of the same economy, without a cost of raising taxes. Cannot be `in_force`: "
        "the base year knows no price wedges."
    ),
    "transfer": (
        "A flow every year, not a stock: frozen reserves are only what they would have paid for in a year."
    ),
    "corridor": (
        "Lifts what is in `sanctions` and nothing else. It does not check whether the sender would agree."
    ),
    "agreement": (
        "The saving is the change in trade cost, not the text of the treaty; its size is an assumption."
    ),
    "payments": (
        "Acts only where a payments friction exists; without one it is an error, since it would do nothing."
    ),
    "substitution": "Says what higher productivity would give, not what it would cost to reach it.",
    "disruption": (
        "If the base year's flows already carry it, say `in_force: true`; otherwise it is added on top of "
        "them."
    ),
    "restoration": "Needs a disruption with a name. It is measured against the disrupted world.",
    "retaliation": (
        "Mirrors embargoes, frictions and tariffs with `by` and `on`. Under `of: sanctions` only what the "
        "senders did is mirrored, not the caution of third parties. It is not lifted by a corridor. Whether "
        "it is wise is another question: it mostly costs whoever retaliates."
    ),
    "boycott": "Recorded and reported, never given an invented number. A boycott of goods is an embargo.",
}


@dataclass(frozen=True)
class FieldNote:
    """One field of a measure.

    Arguments:
        name: as it is written. meaning: what it says, with unit and range.
        default: "required" where there is none.
    """

    name: str
    meaning: str
    default: str


@dataclass(frozen=True)
class Explanation:
    """What a measure is.

    Arguments:
        kind: the key in a scenario file. sentence: what it is.
        fields: in the order in which they are written.
        equation: how it enters the model, in the notation of the theory page.
        example: YAML, a list of one or more items. limits: what it leaves out.
    """

    kind: str
    sentence: str
    fields: tuple[FieldNote, ...]
    equation: str
    example: str
    limits: str

    def __str__(self) -> str:
        width = max(len(note.name) for note in self.fields)
        lines = [f"{self.kind}: {self.sentence}", "", "Fields"]
        for note in self.fields:
            text = f"{note.meaning} ({note.default})"
            lines += textwrap.wrap(
                text, _WIDTH, initial_indent=f"  {note.name:<{width}}  ", subsequent_indent=" " * (width + 4)
            )
        for title, text in (("How it enters", self.equation), ("Limits", self.limits)):
            lines += ["", title, *textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")]
        return "\n".join([*lines, "", "Example", textwrap.indent(self.example.rstrip(), "  ")])


def explain(kind: str) -> Explanation:
    """What a measure is, in words, fields, an equation and an example.

    Arguments:
        kind: "embargo" and the like; `measure_kinds` lists them.

    Raises:
        ScenarioError: CV104 for another word.

    Example:
        >>> explain("payments").fields[0].name
        'between'
    """
    by_name = {measure.kind: measure for measure in KINDS}
    if kind not in by_name:
        raise Complaint(
            "CV104",
            f"'{kind}' is not a measure",
            found=kind,
            expected="one of " + ", ".join(by_name),
            next_step=did_you_mean(kind, by_name, "`countervail explain` lists them with a sentence each."),
        ).error("explain")
    return _explanation(by_name[kind])


def measure_kinds() -> list[tuple[str, str]]:
    """All kinds of measure, each with its sentence.

    Example:
        >>> measure_kinds()[0]
        ('embargo', 'A ban on trade, of which a share may leak through.')
    """
    return [(measure.kind, _sentence(measure)) for measure in KINDS]


def _explanation(measure: type[Measure]) -> Explanation:
    known = measure.model_fields
    names = [*(name for name in known if name not in Measure.model_fields), *Measure.model_fields]
    notes = tuple(_note(name, known[name]) for name in names if not _unused(measure, name))
    return Explanation(
        measure.kind,
        _sentence(measure),
        notes,
        _EQUATIONS[measure.kind],
        _EXAMPLES[measure.kind],
        _LIMITS[measure.kind],
    )


def _unused(measure: type[Measure], name: str) -> bool:
    """Money and gestures have no goods, though every measure has the field."""
    return name == "goods" and measure.kind in ("transfer", "boycott")


def _sentence(measure: type[Measure]) -> str:
    return " ".join((inspect.getdoc(measure) or "").partition("\n\n")[0].split())


def _note(name: str, entry: FieldInfo) -> FieldNote:
    return FieldNote(entry.alias or name, entry.description or "", _default(entry))


def _default(entry: FieldInfo) -> str:
    if entry.is_required():
        return "required"
    value: Any = entry.default
    if value is None or value == ():
        return "none by default"
    if isinstance(value, bool):
        return f"{str(value).lower()} by default"
    if isinstance(value, float):
        return f"{percent_text(value)} by default"
    return f"{', '.join(value) if isinstance(value, tuple) else value} by default"
