"""Measures as parts: a set of cells, and what happens there.

One measure is one part, but for a retaliation, which is as many as it mirrors or holds. What happens is a few
pieces, each one of the ways in which policy enters (theory.md): a ban, a friction, a saving, the removal of a
share of named frictions, an added tariff or a tariff level, a price wedge, an exemption. `effects` finds the
cells, `shock` composes the pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from countervail.policy.answers import Duty
from countervail.policy.complaint import Complaint, FieldPath
from countervail.policy.conditions import Place
from countervail.policy.controls import ExportControl
from countervail.policy.finance import Exclusion, Freeze, InvestmentStop
from countervail.policy.growth import Investment, Labour, Technology
from countervail.policy.limited import Contract, PriceCap, Quota
from countervail.policy.measure import Measure
from countervail.policy.measures import Disruption, Embargo, Friction, Subsidy, Tariff, Transfer
from countervail.policy.responses import Agreement, Corridor, Payments, Restoration, Substitution
from countervail.policy.scope import Index
from countervail.policy.sizes import Amount, percent_text
from countervail.policy.transport import Route, Transport
from countervail.world.world import World

Cells = NDArray[np.int64]
Floats = NDArray[np.float64]
# Fields whose value changes no cell; of an agreement's removals and a transport's share that does not hold.
_SIZES = frozenset({"rate", "to", "leakage", "licence", "saving", "removes", "amount", "exposure"})
Operation = Literal["ban", "friction", "saving", "removal", "rate", "level", "wedge", "limit", "exemption"]


@dataclass(frozen=True)
class Piece:
    """One thing that a measure does on all its cells.

    Arguments:
        operation: how it enters.
        value: leakage, rate, saving, share removed, added rate, level, subsidy; 0 for an exemption.
        friction: the kind of friction it is or removes; "disruption NAME" for a disruption.
        share: of the cell's goods, the share on which it falls.
        mode: the way of transport, or the use, that it falls on, "" for all; see `Part.portions`.
        reached: of a tariff level, how far the tariff has come from the applied one.
    """

    operation: Operation
    value: float
    friction: str = ""
    share: float = 1.0
    mode: str = ""
    reached: float = 1.0


@dataclass(frozen=True)
class Slot:
    """Where a measure stands in its scenario.

    Arguments:
        which: given, sanctions or responses. place: position in that list.
        label: what the measure is called. path: of the field, for messages.
        in_force: whether the flows of the base year carry it already.
        share: how far it is phased in on the day of the scenario, 0 to 1.
        needs: the measures without which it does not act.
    """

    which: str
    place: int
    label: str
    path: FieldPath
    in_force: bool
    share: float = 1.0
    needs: tuple[Place, ...] = ()


@dataclass(frozen=True, eq=False)
class Part:
    """A measure on a world.

    Arguments:
        slot: where it stands in its scenario.
        measure: what acts; for a retaliation, the measure it holds or mirrors.
        cells: [n] flat (o N + d) J + s, sorted, each once; only cells with a flow.
        pieces: what it does there, as far as it is phased in.
        producers: flat (o J + s) of the sectors whose productivity changes.
        payers, payees: positions of the sides of a flow of money, or of workers.
        portions: [n] share of each cell's goods that goes by a way of transport, or into a use, by `Piece.mode`.
        rent_to: [n] who has the rent of each cell, where the wedge is solved.
        hubs: the third countries that a bypass may go through.
        injured: the economy whose price or output a duty restores; -1 where each importer restores its own.
        idle: of a ban, the cells without a flow that it closes too, where a bypass asks for them.
    """

    slot: Slot
    measure: Measure
    cells: Cells
    pieces: tuple[Piece, ...]
    producers: Index
    payers: Index
    payees: Index
    portions: Mapping[str, Floats] = field(default_factory=dict)
    rent_to: Index | None = None
    hubs: Index | None = None
    idle: Cells | None = None
    injured: int = -1

    @property
    def acting(self) -> Measure:
        """The measure as far as it is phased in."""
        return self.measure.phased(self.slot.share) if self.slot.share > 0 else self.measure

    @property
    def productivity(self) -> float:
        """The factor on the productivity of `producers`."""
        measure = self.acting
        return 1 + measure.rate if isinstance(measure, Substitution | Technology) else 1.0

    def supply(self, world: World) -> tuple[Floats, Floats] | None:
        """l-hat of labour and of capital by economy (Eq. 11a), or None where the measure changes neither."""
        measure = self.acting
        labour, capital = np.ones(world.n_countries), np.ones(world.n_countries)
        match measure:
            case Investment():
                here = np.unique(self.producers // world.n_sectors)
                if measure.factor != "capital":
                    labour[here] = 1 + measure.rate
                if measure.factor != "labour":
                    capital[here] = 1 + measure.rate
            case Labour():
                earned = world.value_added
                arriving = measure.gain * measure.share * earned[self.payers].sum()
                labour[self.payers] = 1 - measure.share
                labour[self.payees] = 1 + arriving / earned[self.payees].sum()
            case _:
                return None
        return labour, capital

    def holding(self, measure: Measure) -> Part:
        """The same part with another size of its measure."""
        part = replace(self, measure=measure)
        return replace(part, pieces=pieces(part.acting))

    def in_full(self) -> Part:
        """The same part without regard to dates."""
        return replace(self, slot=replace(self.slot, share=1.0), pieces=pieces(self.measure))

    def flows(self, world: World) -> Floats:
        """[N] what each economy receives (above 0) or pays a year, million USD.

        Raises:
            Complaint: CV107 where it is more than the payers' income.
        """
        flow = np.zeros(world.n_countries)
        measure = self.acting
        amount = yearly(measure)
        if amount is not None:
            income = world.income
            total = income[self.payers].sum()
            paid = amount.value * (total if amount.is_share else 1.0)
            if paid >= total:
                raise Complaint(
                    "CV107",
                    "a transfer of more than the payers' income",
                    found=f"{paid:,.0f} million USD",
                    expected=f"less than {total:,.0f} million USD, their income in {world.year}",
                    next_step="Lower the amount.",
                    field=(*self.slot.path, self.measure.size or "amount"),
                )
            flow[self.payers] -= paid * income[self.payers] / total
            flow[self.payees] += paid * income[self.payees] / income[self.payees].sum()
        return flow


def yearly(measure: Measure) -> Amount | None:
    """The flow of money of a year that a measure is; None where it is none."""
    if isinstance(measure, Transfer):
        return measure.amount
    return measure.yearly if isinstance(measure, Freeze | InvestmentStop) else None


def pieces(measure: Measure) -> tuple[Piece, ...]:
    """What a measure does on its cells, without a world (theory.md, "How policy enters")."""
    match measure:
        case Embargo() | ExportControl():
            return (
                Piece("ban", measure.licence + (1 - measure.licence) * measure.leakage, mode=measure.use_key),
            )
        case Friction():
            return (
                Piece(
                    "friction",
                    measure.rate,
                    measure.friction_kind,
                    share=1 - measure.licence,
                    mode=measure.use_key,
                ),
            )
        case Exclusion():
            portion = measure.exposure * (1 - measure.licence)
            return (Piece("friction", measure.rate, "payments", share=portion, mode=measure.use_key),)
        case Transport():
            kept = 1 - measure.licence
            if measure.rate is not None:
                return tuple(
                    Piece("friction", measure.rate, "transport", share=kept, mode=mode)
                    for mode in mode_keys(measure)
                )
            passing = measure.licence + kept * measure.leakage
            return tuple(Piece("ban", passing, mode=mode) for mode in mode_keys(measure))
        case Route():
            return tuple(Piece("saving", measure.saving, mode=mode) for mode in mode_keys(measure))
        case Disruption():
            return (Piece("friction", measure.rate, disruption_key(measure.name or "")),)
        case Tariff() if measure.to is not None:
            return (
                Piece(
                    "level",
                    measure.to,
                    share=1 - measure.licence,
                    mode=measure.use_key,
                    reached=measure.reached,
                ),
            )
        case Tariff():
            return (Piece("rate", measure.rate or 0.0, share=1 - measure.licence, mode=measure.use_key),)
        case Subsidy():
            return (Piece("wedge", measure.rate),)
        case Quota() if measure.volume.value == 0:
            return (Piece("ban", 0.0),)
        case PriceCap() | Quota() | Contract() | Duty():
            return (Piece("limit", 0.0),)
        case Corridor():
            return (Piece("exemption", 0.0), Piece("saving", measure.saving))
        case Agreement():
            removals = (("payments", measure.payments), ("insurance", measure.insurance))
            removed = tuple(Piece("removal", share, kind) for kind, share in removals if share)
            return (Piece("saving", measure.saving), *removed)
        case Payments():
            return (Piece("removal", measure.removes, "payments"),)
        case Restoration():
            return (Piece("removal", measure.share, disruption_key(measure.of)),)
        case _:
            return ()


def resized(old: Measure, new: Measure) -> bool:
    """Whether two measures differ in sizes only, so that the cells they touch are the same."""
    sizes = {*_SIZES, "share"} if isinstance(old, Restoration) else _SIZES
    fields = type(old).model_fields
    return type(old) is type(new) and all(
        getattr(old, name) == getattr(new, name) for name in fields if name not in sizes
    )


def mode_keys(measure: Transport | Route) -> tuple[str, ...]:
    """What the portions of a measure are called: its modes, or all at once where their share is stated."""
    if measure.share is None:
        return measure.mode
    return (f"{'+'.join(measure.mode)} {percent_text(measure.share)}",)


def disruption_key(name: str) -> str:
    """The kind of friction that a named disruption is; restorations remove that kind."""
    return f"disruption {name}"
