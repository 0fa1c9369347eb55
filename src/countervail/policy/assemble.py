"""From a scenario to its parts on a world: sides, what is mirrored, and the check that nothing is idle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from countervail.policy.answers import Bypass, Secondary
from countervail.policy.choices import halves
from countervail.policy.complaint import Complaint, FieldPath, did_you_mean
from countervail.policy.conditions import Place, needs
from countervail.policy.controls import ExportControl
from countervail.policy.dates import first_day
from countervail.policy.effects import Effects
from countervail.policy.finance import Exclusion
from countervail.policy.measure import Measure, SidedMeasure
from countervail.policy.measures import Disruption, Embargo, Friction, Tariff
from countervail.policy.parts import Cells, Part, Slot, disruption_key, pieces
from countervail.policy.responses import Corridor, Payments, Restoration
from countervail.policy.retaliation import Retaliation
from countervail.policy.scenario import LISTS, Scenario
from countervail.policy.scope import Index, Scope

BYPASSED = (Embargo, ExportControl)
MIRRORED = (Embargo, Friction, Tariff, ExportControl, Exclusion)
Mirrored = SidedMeasure | ExportControl

_ACTING = ("between", "by", "payer", "payee", "seller", "buyer", "origin", "destination")


@dataclass(frozen=True, eq=False)
class Sides:
    """Who is who in a scenario, as positions on a world's country axis.

    Arguments:
        senders: who takes the sanctions. targets: whom they are on.
        partners: who acts in the responses and is neither. third: everybody else.
    """

    senders: Index
    targets: Index
    partners: Index
    third: Index

    def words(self) -> NDArray[np.str_]:
        """[N] "sender", "target", "partner" or "third party"."""
        count = sum(side.size for side in (self.senders, self.targets, self.partners, self.third))
        found = np.full(count, "third party", dtype="<U11")
        found[self.senders], found[self.targets], found[self.partners] = "sender", "target", "partner"
        return found


def sides_of(scenario: Scenario, scope: Scope) -> Sides:
    """The sides: as the scenario states them, otherwise from the `by` and `on` of its sanctions.

    Targets are all those that sanctions are on, senders all those by whom they are, less the targets.
    A limited price or quantity is on those who sell. Partners are named in responses: between, by, payer, payee,
    seller or buyer.

    Raises:
        Complaint: names that the world does not know; a stated sender that is a target (CV116).
    """
    by = _named(scenario.sanctions, scope, "sanctions", ("by", "buyer"))
    targets = _named(scenario.sanctions, scope, "sanctions", ("on", "sellers", "seller"))
    if scenario.targets:
        targets = {int(n) for n in scope.economies(scenario.targets, "targets")}
    senders = by - targets
    if scenario.senders:
        stated = scope.economies(scenario.senders, "senders")
        senders = {int(n) for n in stated}
        if scenario.targets:
            scope.refuse_overlap(stated, _sorted(targets), "senders", "senders and targets")
        targets -= senders
    acting = _named(
        scenario.responses,
        scope,
        "responses",
        ("between", "by", "payer", "payee", "seller", "buyer", "origin", "destination"),
    )
    partners = acting - senders - targets
    third = set(range(scope.world.n_countries)) - senders - targets - partners
    return Sides(_sorted(senders), _sorted(targets), _sorted(partners), _sorted(third))


def _sides_fields(act: Measure, fields: Sequence[str]) -> Sequence[str]:
    """The fields of a measure that name its sides: a disruption is nobody's act, third parties are no targets."""
    if isinstance(act, Disruption):
        return ()
    if isinstance(act, Secondary):
        return [{"on": "target"}.get(name, name) for name in fields]
    return fields


def _sorted(positions: set[int]) -> Index:
    return np.array(sorted(positions), dtype=np.intp)


def _named(measures: Sequence[Measure], scope: Scope, which: str, fields: Sequence[str]) -> set[int]:
    """Positions named in these fields of the measures and of those they hold."""
    found: set[int] = set()
    for place, measure in enumerate(measures):
        acts: list[tuple[FieldPath, Measure]] = [((which, place), measure)]
        if isinstance(measure, Retaliation):
            acts += [((which, place, "measures", n), inner) for n, inner in enumerate(measure.measures)]
        for path, act in acts:
            for name in _sides_fields(act, fields):
                tokens = getattr(act, name, ())
                if not tokens or isinstance(tokens, str):  # a subsidy is `on` exports
                    continue
                try:
                    found |= {int(n) for n in scope.economies(tokens, name)}
                except Complaint as complaint:
                    raise complaint.under(*path) from None
    return found


def assemble(scenario: Scenario, scope: Scope, sides: Sides) -> tuple[Part, ...]:
    """All parts of a scenario on a world.

    Raises:
        Complaint: see `Effects.part`; a reference to a measure that is not there (CV119); a response that
            touches nothing (CV118).
    """
    effects = Effects(scope)
    parts: list[Part] = []
    slots = _slots(scenario)
    for measure, slot in slots:
        if isinstance(measure, Restoration | Bypass):
            continue  # once the disruptions and bans are known
        if not isinstance(measure, Retaliation):
            parts += _parts(measure, effects, slot)
        elif measure.of is None:
            parts += _held(measure, scenario, effects, slot)
        else:
            parts += _mirrored(measure, scenario, effects, sides, slot)
    disrupted = {part.measure.name: part for part in parts if isinstance(part.measure, Disruption)}
    if any(isinstance(measure, Bypass) for measure, _ in slots):
        parts = [_with_idle(part, effects) for part in parts]
    bans = [part for part in parts if isinstance(part.measure, BYPASSED)]
    for measure, slot in slots:
        if isinstance(measure, Restoration):
            parts.append(_restored(measure, disrupted, effects, slot))
        if isinstance(measure, Bypass):
            parts.append(_bypassed(measure, bans, effects, slot))
    for part in parts:
        _refuse_idle(part, parts, effects)
    return tuple(parts)


def _slots(scenario: Scenario) -> list[tuple[Measure, Slot]]:
    """Each measure with where it stands, how far it is phased in, and what it needs."""
    lists: dict[str, tuple[Measure, ...]] = {which: getattr(scenario, which) for which in LISTS}
    needed = needs(lists)

    def share(place: Place) -> float:
        which, n = place
        return _share(lists[which][n], scenario)

    found = []
    for which, measures in lists.items():
        for n, (label, measure) in enumerate(zip(scenario.labels(which), measures, strict=True)):
            place = (which, n)
            needs_there = needed.get(place, ())
            on = all(share(other) > 0 for other in needs_there)
            slot = Slot(
                which, n, label, place, measure.in_force, share(place) if on else 0.0, tuple(needs_there)
            )
            found.append((measure, slot))
    return found


def _share(measure: Measure, scenario: Scenario) -> float:
    """How far a measure is phased in on the day of the scenario; in full where that has none."""
    return 1.0 if scenario.date is None else measure.period.share(first_day(scenario.date))


def _parts(measure: Measure, effects: Effects, slot: Slot) -> list[Part]:
    """The parts of a measure that needs no other: one, or the two halves of secondary sanctions."""
    if not isinstance(measure, Secondary):
        return [effects.part(measure, slot)]
    try:
        both = halves(measure, effects.scope)
    except Complaint as complaint:
        raise complaint.under(*slot.path) from None
    return [effects.part(half, slot) for half in both]


def _held(measure: Retaliation, scenario: Scenario, effects: Effects, slot: Slot) -> list[Part]:
    """The parts of a retaliation that holds measures."""
    parts = []
    for inner, item in enumerate(measure.measures):
        path = (*slot.path, "measures", inner)
        if isinstance(item, Restoration | Bypass):
            raise Complaint(
                "CV106",
                f"a {item.kind} is no retaliation",
                found=item.kind,
                next_step="Put it into the list of responses, where it counts for itself.",
                field=path,
            )
        share = slot.share * _share(item, scenario)
        here = replace(slot, path=path, in_force=slot.in_force or item.in_force, share=share)
        parts += _parts(item, effects, here)
    return parts


def _mirrored(
    measure: Retaliation, scenario: Scenario, effects: Effects, sides: Sides, slot: Slot
) -> list[Part]:
    """The parts of a retaliation that mirrors: each answered measure with its sides exchanged, as far as it is
    phased in.

    Raises:
        Complaint: CV119 where `of` names nothing that can be mirrored, CV116 where somebody would hit
            himself, CV118 where there is no such trade.
    """
    try:
        answered, takers = _answered(measure, scenario, effects.scope, sides)
        retaliators = effects.scope.economies(measure.by, "by") if measure.by else None
        found: list[tuple[Mirrored, Cells]] = []
        for item in answered:
            by, on = effects.sides(item)
            hit = by if takers is None else np.intersect1d(by, takers)
            answering = on if retaliators is None else retaliators
            effects.scope.refuse_overlap(answering, hit, "by" if measure.by else "of")
            cells = effects.trade(item, answering, hit, goods=measure.goods)
            if cells.size:
                found.append((item, cells))
        if not found:
            raise Complaint(
                "CV118",
                "no effect: the retaliation mirrors nothing that touches trade",
                found=measure.describe(),
                expected="an embargo, export control, exclusion, friction or tariff with by and on, and trade in the "
                "other direction",
                next_step="Name another measure under `of`, other goods, or write its own `measures`.",
                field=("of",),
            )
    except Complaint as complaint:
        raise complaint.under(*slot.path) from None
    return [
        effects.part(item, replace(slot, share=slot.share * _share(item, scenario)), cells)
        for item, cells in found
    ]


def _answered(
    measure: Retaliation, scenario: Scenario, scope: Scope, sides: Sides
) -> tuple[list[Mirrored], Index | None]:
    """The measures that are answered, and whose share in them; None for everybody's.

    Raises:
        Complaint: CV119.
    """
    of = measure.of or ""
    sanctions = [item for item in scenario.sanctions if isinstance(item, MIRRORED) and item.by]
    if of == "sanctions":
        return list(sanctions), sides.senders
    named = {item.name: item for which in LISTS for item in getattr(scenario, which) if item.name}
    if of in named:
        item = named[of]
        if not isinstance(item, MIRRORED) or not item.by:
            raise Complaint(
                "CV119",
                f"'{of}' cannot be mirrored",
                found=f"a {item.kind}"
                + (" between parties, which hits both sides already" if isinstance(item, MIRRORED) else ""),
                expected="an embargo, export control, exclusion, friction or tariff with by and on",
                next_step="Write the answer out under `measures`.",
                field=("of",),
            )
        return [item], None
    try:
        side = scope.economies([of], "of")
    except Complaint as complaint:
        if complaint.code != "CV111":
            raise
        raise Complaint(
            "CV119",
            "a retaliation for something that is not in the scenario",
            found=repr(of),
            expected="the name of a measure, the word sanctions, or a country or bloc",
            next_step=did_you_mean(
                of, [*named, "sanctions", *scenario.blocs], "Name the measure, and write that name here."
            ),
            field=("of",),
        ) from None
    return list(sanctions), side


def _with_idle(part: Part, effects: Effects) -> Part:
    """A ban with the cells that it closes though nothing flows there; other parts as they are."""
    if not isinstance(part.measure, BYPASSED):
        return part
    return replace(part, idle=effects.idle(part.measure, part.cells))


def _bypassed(measure: Bypass, bans: Sequence[Part], effects: Effects, slot: Slot) -> Part:
    """The part of a bypass: the cells of its ban.

    Raises:
        Complaint: CV119 where there is no such ban.
    """
    meant = [part for part in bans if part.slot.label == measure.ban]
    if not meant:
        names = list(dict.fromkeys(part.slot.label for part in bans))
        raise Complaint(
            "CV119",
            "a bypass of something that is not a ban of the scenario",
            found=repr(measure.ban),
            expected=f"one of {', '.join(names)}" if names else "an embargo or export control; there is none",
            next_step=did_you_mean(measure.ban, names, "Give the ban a `name`, and write the name here."),
            field=(*slot.path, "ban"),
        )
    return effects.bypassed(measure, meant, slot)


def _restored(
    measure: Restoration, disrupted: Mapping[str | None, Part], effects: Effects, slot: Slot
) -> Part:
    """The part of a restoration: the cells of its disruption."""
    if measure.of not in disrupted:
        names = [name for name in disrupted if name]
        raise Complaint(
            "CV119",
            "a restoration of something that is not a named disruption of the scenario",
            found=repr(measure.of),
            expected=f"one of {', '.join(names)}" if names else "a named disruption; the scenario has none",
            next_step=did_you_mean(
                measure.of, names, "Add a disruption of this name to `given`, or take the restoration out."
            ),
            field=(*slot.path, "of"),
        )
    return effects.part(measure, slot, effects.restored(measure, disrupted[measure.of].cells, slot))


# Nothing may be idle ----------------------------------------------------------------------------------------


def _refuse_idle(part: Part, parts: Sequence[Part], effects: Effects) -> None:
    """A removal without a friction, or a corridor through nothing, is an error: it names what it could touch.

    Raises:
        Complaint: CV118.
    """
    for piece in pieces(part.measure):
        if piece.operation != "removal" or piece.friction.startswith(disruption_key("")):
            continue
        others = [other for other in parts if other is not part and _has_friction(other, piece.friction)]
        if not _meets(part.cells, others):
            field = "removes" if isinstance(part.measure, Payments) else piece.friction
            raise Complaint(
                "CV118",
                f"no effect: there is no {piece.friction} friction on this trade",
                found=part.measure.describe(),
                expected=_could_touch(others, effects, f"{piece.friction} frictions"),
                next_step="Change parties or goods to meet one, or add the friction to the sanctions.",
                field=(*part.slot.path, field),
            )
    if isinstance(part.measure, Corridor) and part.measure.saving == 0:
        barriers = [
            other
            for other in parts
            if other.slot.which == "sanctions"
            and any(
                p.operation in ("ban", "friction", "rate", "level", "limit") for p in pieces(other.measure)
            )
        ]
        if not _meets(part.cells, barriers):
            raise Complaint(
                "CV118",
                "no effect: no sanction is on this trade, and the corridor saves nothing",
                found=part.measure.describe(),
                expected=_could_touch(barriers, effects, "sanctions on trade"),
                next_step="Change parties or goods so that they meet a sanction, or add a saving.",
                field=(*part.slot.path, "between"),
            )


def _has_friction(part: Part, kind: str) -> bool:
    return any(piece.operation == "friction" and piece.friction == kind for piece in pieces(part.measure))


def _meets(cells: Cells, parts: Sequence[Part]) -> bool:
    return any(np.intersect1d(cells, part.cells, assume_unique=True).size for part in parts)


def _could_touch(parts: Sequence[Part], effects: Effects, what: str) -> str:
    if not parts:
        return f"{what}, of which the scenario has none"
    shown = [f"{part.slot.label} ({effects.cell_words(part.cells, most=2)})" for part in parts[:4]]
    return f"one of the {what}: " + "; ".join(shown)
