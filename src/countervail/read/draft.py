"""A scenario drafted from a reading: what the text states is quoted, what it leaves open is marked an assumption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countervail.errors import ScenarioError, SolveError
from countervail.policy.catalog import load_scenario
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.read.amounts import iso_date
from countervail.read.candidate import (
    ASSUMED,
    Candidate,
    Drafting,
    Field,
    economies,
    quoted,
    spelled,
    yaml_value,
)
from countervail.read.mention import Mention
from countervail.read.names import members_of
from countervail.read.reading import Reading
from countervail.read.rules import rule_file
from countervail.read.spoken import Spoken
from countervail.solver import solve
from countervail.words import listing
from countervail.world import labels
from countervail.world.catalog import load_world

if TYPE_CHECKING:
    from countervail.world.world import World

MOST_MEASURES = 24
LIMITS = ("price_cap", "contract", "quota")
PARTS = ("given", "sanctions", "responses")


@dataclass(frozen=True, eq=False)
class Draft:
    """A scenario that runs, with where each of its fields comes from.

    Arguments:
        scenario: None where the text implies none; `missing` says why.
        text: the YAML, with a comment on every field; "" without a scenario.
        measures: what it is made of.
        assumptions: each default that was taken, in a sentence.
        left_out: measures the text speaks of that are not in it, with the reason.
        target, senders: of its sanctions.
    """

    scenario: Scenario | None
    text: str
    measures: tuple[Candidate, ...]
    assumptions: tuple[str, ...]
    left_out: tuple[tuple[Spoken, str], ...]
    target: tuple[str, ...]
    senders: tuple[str, ...]
    missing: str = ""

    @property
    def world(self) -> World:
        """The world it is meant for."""
        assert self.scenario is not None
        return load_world(self.scenario.world)

    def good(self, name: str) -> str:
        """A goods list as the world of the draft has it."""
        return spelled(name, self.scenario is not None and "energy" in self.scenario.world)

    @property
    def unsized(self) -> tuple[Candidate, ...]:
        """Responses whose size the text does not state."""
        return tuple(m for m in self.measures if m.part == "responses" and not m.sized)


def draft_scenario(reading: Reading) -> Draft:
    """The scenario that a document implies.

    Arguments:
        reading: of `read_document`.

    Returns:
        Draft; it always validates and runs on its world. What cannot be in it is left out with the reason.

    Example:
        >>> draft = draft_scenario(cv.read_document("article.txt"))  # doctest: +SKIP
    """
    meant = [m for m in reading.measures if m.status != "refused"]
    refused = [
        (m, "the text says that it is refused, ended or denied")
        for m in reading.measures
        if m.status == "refused"
    ]
    sides = _two_sides(reading)
    target, senders = sides.target, sides.senders
    energy = any(m.size is not None and m.size.unit in ("bcm", "usd_barrel") for m in meant)
    drafting = Drafting(reading.document.text, reading.layout.sentence_at, target, senders, energy)
    data = rule_file("defaults.yaml")
    world_entry = data["energy_world" if energy else "world"]
    world = load_world(str(world_entry["value"]))
    notes = [drafting.assumed(f"{world_entry['value']}: {world_entry['why']}")]

    wanted: list[Candidate] = []
    left_out: list[tuple[Spoken, str]] = list(refused)
    seen: set[tuple[Any, ...]] = set()
    for spoken in meant[: 4 * MOST_MEASURES]:
        if spoken.kind == "sanctions":
            continue
        key = (
            spoken.kind,
            tuple(g for g, _ in spoken.goods),
            spoken.by,
            spoken.on,
            tuple(sorted(spoken.between)),
        )
        if key in seen or any(_says_less(spoken, other.spoken) for other in wanted):
            continue
        seen.add(key)
        found = drafting.candidate(spoken)
        if isinstance(found, str):
            left_out.append((spoken, found))
        elif len(wanted) < MOST_MEASURES:
            wanted.append(found)
    package = _package(drafting, wanted, meant, iso_date(reading.document.date))
    header = _Header(reading, world, sides)
    accepted: list[Candidate] = []
    for candidate in [*package, *_needed(drafting, [*package, *wanted]), *wanted]:
        problem = header.problem([*accepted, candidate], candidate)
        if not problem:
            accepted.append(candidate)
        elif candidate.spoken is not None:
            left_out.append((candidate.spoken, problem))
    accepted = _without_orphans(accepted)
    _take_out_what_has_no_answer(header, accepted, left_out)
    if not any(c.part in ("sanctions", "responses") for c in accepted):
        return Draft(None, "", (), (), tuple(left_out), target, senders, _why_none(reading, left_out))
    scenario = header.scenario(accepted)
    assert isinstance(scenario, Scenario)
    assumptions = [
        f"world {notes[0].removeprefix(ASSUMED)}",
        *(why for why in (sides.why_target, sides.why_senders) if why),
    ]
    assumptions += _assumed(accepted)
    text = header.text(accepted, notes, left_out)
    return Draft(scenario, text, tuple(accepted), tuple(assumptions), tuple(left_out), target, senders)


def _assumed(accepted: Sequence[Candidate]) -> list[str]:
    """Each default that was taken, in a line; measures taken together for one reason in one line."""
    together: dict[str, list[str]] = {}
    found = []
    for candidate in accepted:
        for field in candidate.fields:
            note = field.note.removeprefix(ASSUMED)
            if field.stated or not note:
                continue
            if field.key == "name":
                together.setdefault(note, []).append(candidate.name)
            else:
                found.append(f"{candidate.name}: {field.key} {yaml_value(field.value)} ({note})")
    return [f"{listing(names, most=9)}: {note}" for note, names in together.items()] + found


def _take_out_what_has_no_answer(
    header: _Header, accepted: list[Candidate], left_out: list[tuple[Spoken, str]]
) -> None:
    """Take out price caps and contracts that no wedge can meet here, the last first, so that a draft runs."""
    while limits := [c for c in accepted if c.kind in LIMITS]:
        scenario = header.scenario(accepted)
        if isinstance(scenario, ScenarioError):
            return
        try:
            solve(header.world, scenario)
        except SolveError as error:
            accepted.remove(limits[-1])
            if limits[-1].spoken is not None:
                left_out.append((limits[-1].spoken, error.what))
            continue
        return


def _says_less(spoken: Spoken, other: Spoken | None) -> bool:
    """Is it named again, with nothing new on goods, sides or size?"""
    if other is None or other.kind != spoken.kind:
        return False
    goods = {g for g, _ in spoken.goods}
    return (
        goods <= {g for g, _ in other.goods}
        and spoken.size is None
        and set(spoken.between or spoken.on) <= set(other.between or other.on)
    )


def _beside(reading: Reading, mention: Mention) -> bool:
    """Is it named as somebody's partner ("trade with China"), not as whom a text is about?"""
    return reading.document.text[: mention.span.start][-12:].rstrip().endswith(("with", "with the"))


@dataclass(frozen=True)
class _Sides:
    """Whom the sanctions are on and who imposes them, with how that was found where the text does not say it."""

    target: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    why_target: str = ""
    why_senders: str = ""


def _two_sides(reading: Reading) -> _Sides:
    sanctions = [m for m in reading.measures if m.kind in _SANCTIONS and m.status != "refused"]
    if not sanctions:
        return _Sides()
    on = Counter(code for m in sanctions for code in m.on)
    by = Counter(code for m in sanctions for code in m.by if code not in on)
    data = rule_file("defaults.yaml")
    west = {*data["west"], "west", "G7", "NATO", *labels.blocs()["EU27"]}
    target, why_target = tuple(code for code, _ in on.most_common(1)), ""
    if not target:
        spoken_of = Counter(
            code
            for m in reading.actors
            for code in members_of(m.economies)
            if code not in west and code not in by and not _beside(reading, m)
        )
        target = tuple(code for code, _ in spoken_of.most_common(1))
        if target:
            why_target = (
                f"the sanctions are on {labels.country_name(target[0])}, of which the text speaks most"
            )
    senders, why_senders = tuple(code for code, _ in by.most_common(4) if code not in target), ""
    if not senders and target and not set(target) & west:
        senders, why_senders = (str(data["senders"]["value"]),), str(data["senders"]["why"])
    return _Sides(target, senders, why_target, why_senders)


_SANCTIONS = (
    "sanctions",
    "embargo",
    "export_control",
    "exclusion",
    "freeze",
    "investment_stop",
    "price_cap",
    "tariff",
    "transport",
    "secondary",
)


def _package(
    drafting: Drafting, wanted: Sequence[Candidate], meant: Sequence[Spoken], day: str
) -> list[Candidate]:
    """Sanctions that are spoken of without being named: those of the library, or two that stand for them."""
    if any(c.part == "sanctions" for c in wanted) or not drafting.target or not drafting.senders:
        return []
    if not any(m.kind in _SANCTIONS for m in meant):
        return []
    data = rule_file("defaults.yaml")
    packages = data["packages"]
    entry = packages.get(drafting.target[0], packages["other"])
    for key, dated in packages.items():
        who, _, before = key.partition(" before ")
        if before and who == drafting.target[0] and day and day < before:
            entry = dated
    note = drafting.assumed(str(entry["why"]))
    found = []
    if drafting.target == ("RUS",) and "west" in drafting.senders:
        for kind, fields in (
            item for m in load_scenario(entry["value"]).to_dict()["sanctions"] for item in m.items()
        ):
            drafting.names.add(str(fields["name"]).lower())
            plain = {key: value for key, value in fields.items() if key not in ("start", "full_by", "end")}
            found.append(
                Candidate(
                    kind, "sanctions", tuple(_as_default(key, value, note) for key, value in plain.items())
                )
            )
        return found
    for kind, fields in data["generic"]:
        values = {
            "name": drafting.name_for(fields["name"]),
            "by": economies(drafting.senders),
            "on": economies(drafting.target),
        }
        found.append(
            Candidate(
                kind,
                "sanctions",
                tuple(
                    _as_default(k, v, note)
                    for k, v in {**values, **{k: v for k, v in fields.items() if k != "name"}}.items()
                ),
            )
        )
    return found


def _as_default(key: str, value: Any, note: str) -> Field:
    return Field(key, value, False, note if key == "name" else "")


def _needed(drafting: Drafting, wanted: Sequence[Candidate]) -> list[Candidate]:
    """What responses act on: a disruption that restoration mends, banks of a partner that a payment system frees."""
    data, found = rule_file("defaults.yaml"), []
    restoring = [
        c for c in wanted if c.kind == "restoration" and c.spoken is not None and len(c.spoken.between) > 1
    ]
    if restoring:
        spoken = restoring[0].spoken
        assert spoken is not None
        fields = {
            "name": data["disruption"]["name"],
            "between": economies(spoken.between),
            **{k: v for k, v in data["disruption"].items() if k != "name"},
        }
        note = drafting.assumed(
            "a disruption in the base year for the restoration to mend; no size is stated"
        )
        found.append(
            Candidate("disruption", "given", tuple(_as_default(k, v, note) for k, v in fields.items()))
        )
    pairs = [c.spoken.between for c in wanted if c.kind == "payments" and c.spoken is not None]
    careful = {
        code
        for c in wanted
        if c.kind == "friction"
        for f in c.fields
        if f.key == "by"
        for code in _listed(f.value)
    }
    partners = [
        code
        for pair in pairs
        if set(pair) & set(drafting.target)
        for code in pair
        if code not in drafting.target and code not in careful
    ]
    if partners:
        fields = {
            "name": drafting.name_for(data["caution"]["name"]),
            "by": economies(partners),
            "on": economies(drafting.target),
        }
        fields |= {k: v for k, v in data["caution"].items() if k != "name"}
        note = drafting.assumed("without it a payment system would have nothing to remove; no size is stated")
        found.append(
            Candidate("friction", "sanctions", tuple(_as_default(k, v, note) for k, v in fields.items()))
        )
    return found


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _without_orphans(accepted: list[Candidate]) -> list[Candidate]:
    """A disruption without its restoration is taken out again."""
    restored = any(c.kind == "restoration" for c in accepted)
    return [c for c in accepted if c.part != "given" or restored]


def _why_none(reading: Reading, left_out: Sequence[tuple[Spoken, str]]) -> str:
    if not reading.measures:
        return "the text speaks of no measure"
    reasons = list(dict.fromkeys(reason for _, reason in left_out))
    return (
        f"no measure of the text can be in a scenario: {reasons[0]}"
        if reasons
        else "the text speaks of sanctions, but not on whom"
    )


class _Header:
    """What stands above the measures of a draft, and the draft as a whole."""

    def __init__(self, reading: Reading, world: World, sides: _Sides) -> None:
        title = " ".join(reading.document.title.split()) or reading.document.source
        plain = "".join(c if c.isprintable() else " " for c in title)[:80]
        self.name = f"Draft from {plain}"
        self.reading, self.world, self.sides = reading, world, sides
        self.target, self.senders = economies(sides.target), economies(sides.senders)
        self.blocs = {"west": rule_file("defaults.yaml")["west"]}

    def head(self) -> dict[str, Any]:
        """Everything but the measures."""
        source = f"Drafted by rules from {self.reading.document.source}; every field says whether the text states it"
        found: dict[str, Any] = {
            "name": self.name,
            "sources": [source],
            "world": self.world.name,
            "blocs": self.blocs,
        }
        if self.target and self.senders:
            found |= {"senders": self.senders, "targets": self.target}
        return found

    def scenario(self, accepted: Sequence[Candidate]) -> Scenario | ScenarioError:
        """The scenario of some measures, compiled on its world, or what is wrong with it."""
        data = self.head() | {part: [c.plain() for c in accepted if c.part == part] for part in PARTS}
        try:
            scenario = Scenario.from_dict(data)
            compile_scenario(scenario, self.world).shock()
        except ScenarioError as error:
            return error
        return scenario

    def problem(self, accepted: Sequence[Candidate], newest: Candidate) -> str:
        """Why the newest measure cannot be in it, "" where it can."""
        if newest.kind == "disruption":
            return ""  # it acts only with the restoration that follows
        found = self.scenario(accepted)
        if not isinstance(found, ScenarioError):
            return ""
        detail = found.found.split(":")[0] if found.code in ("CV116", "CV131") else ""
        return f"{found.what}{': ' + detail if detail else ''}"

    def text(
        self, accepted: Sequence[Candidate], notes: Sequence[str], left_out: Sequence[tuple[Spoken, str]]
    ) -> str:
        """The file."""
        head = self.head()
        lines = [
            "# A draft: what the text states is quoted; all else is an assumption, to confirm before numbers are used.",
            f"name: {yaml_value(head['name'])}",
            "sources:",
            *(f"  - {yaml_value(source)}" for source in head["sources"]),
            f"world: {head['world']}  # {notes[0]}",
            f"blocs: {{west: {yaml_value(self.blocs['west'])}}}",
        ]
        if "targets" in head:
            for key, why in (("senders", self.sides.why_senders), ("targets", self.sides.why_target)):
                lines.append(f"{key}: {yaml_value(head[key])}{f'  # {ASSUMED}{why}' if why else ''}")
        for part in PARTS:
            some = [c for c in accepted if c.part == part]
            lines += [f"{part}:", *(line for c in some for line in c.lines())] if some else [f"{part}: []"]
        if left_out:
            lines.append("# Spoken of, and not in the draft:")
            text = self.reading.document.text
            lines += [
                f"#   {quoted(text, spoken.span)}: {' '.join(reason.split())}" for spoken, reason in left_out
            ]
        return "\n".join(lines) + "\n"
