"""Measures as parts: the cells each touches on a world, and what it does there.

One measure is one part, but for a retaliation, which is as many as it mirrors or holds. A part has a set of
cells and a few pieces, each one of the ways in which policy enters (model.md): a ban, a friction, a saving,
the removal of a share of named frictions, an added tariff or a tariff level, a price wedge, an exemption.
`shock` composes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from countervail.policy.complaint import Complaint, FieldPath
from countervail.policy.measure import Measure, SidedMeasure
from countervail.policy.measures import Boycott, Disruption, Embargo, Friction, Subsidy, Tariff, Transfer
from countervail.policy.responses import Agreement, Corridor, Payments, Restoration, Substitution
from countervail.policy.scope import Index, Scope
from countervail.world.world import World

Cells = NDArray[np.int64]
Floats = NDArray[np.float64]
Operation = Literal["ban", "friction", "saving", "removal", "rate", "level", "wedge", "exemption"]


@dataclass(frozen=True)
class Piece:
    """One thing that a measure does on all its cells.

    Arguments:
        operation: how it enters.
        value: leakage, rate, saving, share removed, added rate, level, subsidy; 0 for an exemption.
        friction: the kind of friction it is or removes; "disruption NAME" for a disruption.
    """

    operation: Operation
    value: float
    friction: str = ""


@dataclass(frozen=True)
class Slot:
    """Where a measure stands in its scenario.

    Arguments:
        which: given, sanctions or responses. place: position in that list.
        label: what the measure is called. path: of the field, for messages.
        in_force: whether the flows of the base year carry it already.
    """

    which: str
    place: int
    label: str
    path: FieldPath
    in_force: bool


@dataclass(frozen=True, eq=False)
class Part:
    """A measure on a world.

    Arguments:
        slot: where it stands in its scenario.
        measure: what acts; for a retaliation, the measure it holds or mirrors.
        cells: [n] flat (o N + d) J + s, sorted, each once; only cells with a flow.
        pieces: what it does there.
        producers: flat (o J + s) of the sectors whose productivity changes. productivity: the factor.
        payers, payees: positions of a transfer's sides.
    """

    slot: Slot
    measure: Measure
    cells: Cells
    pieces: tuple[Piece, ...]
    producers: Index
    payers: Index
    payees: Index

    @property
    def productivity(self) -> float:
        """The factor on the productivity of `producers`."""
        return 1 + self.measure.rate if isinstance(self.measure, Substitution) else 1.0

    def flows(self, world: World) -> Floats:
        """[N] what each economy receives (above 0) or pays a year, million USD."""
        flow = np.zeros(world.n_countries)
        if isinstance(self.measure, Transfer):
            income = world.income
            amount = self.measure.amount
            total = income[self.payers].sum()
            paid = amount.value * (total if amount.is_share else 1.0)
            if paid >= total:
                raise Complaint(
                    "CV107",
                    "a transfer of more than the payers' income",
                    found=f"{paid:,.0f} million USD",
                    expected=f"less than {total:,.0f} million USD, their income in {world.year}",
                    next_step="Lower the amount.",
                    field=(*self.slot.path, "amount"),
                )
            flow[self.payers] -= paid * income[self.payers] / total
            flow[self.payees] += paid * income[self.payees] / income[self.payees].sum()
        return flow


def pieces(measure: Measure) -> tuple[Piece, ...]:
    """What a measure does on its cells, without a world (model.md, "How policy enters")."""
    match measure:
        case Embargo():
            return (Piece("ban", measure.leakage),)
        case Friction():
            return (Piece("friction", measure.rate, measure.friction_kind),)
        case Disruption():
            return (Piece("friction", measure.rate, disruption_key(measure.name or "")),)
        case Tariff() if measure.to is not None:
            return (Piece("level", measure.to),)
        case Tariff():
            return (Piece("rate", measure.rate or 0.0),)
        case Subsidy():
            return (Piece("wedge", measure.rate),)
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


def disruption_key(name: str) -> str:
    """The kind of friction that a named disruption is; restorations remove that kind."""
    return f"disruption {name}"


class Effects:
    """Turns measures into parts on one world.

    Arguments:
        scope: the names of the scenario on the world.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.world = scope.world
        self._flows = self.world.trade_share.ravel() > 0
        self._nothing: Cells = np.empty(0, dtype=np.int64)

    def part(self, measure: Measure, slot: Slot, cells: Cells | None = None) -> Part:
        """A measure as a part; `cells` are looked up unless they are given.

        Raises:
            Complaint: names that the world does not know, sides that meet, nothing touched (CV118), or a
                measure that
                cannot be in force already (CV120).
        """
        try:
            if slot.in_force:
                self._check_in_force(measure)
            touched = self.cells(measure) if cells is None else cells
            producers, (payers, payees) = self._producers(measure), self._payers(measure)
        except Complaint as complaint:
            raise complaint.under(*slot.path) from None
        return Part(slot, measure, touched, pieces(measure), producers, payers, payees)

    def cells(self, measure: Measure) -> Cells:
        """The cells a measure touches: those of its sides and goods that carry a flow.

        Raises:
            Complaint: as `part`.
        """
        match measure:
            case Boycott():
                self.sides(measure)  # the names are checked even though nothing follows from them
                return self._nothing
            case Embargo() | Friction() | Tariff():
                return self._some(self.trade(measure, *self.sides(measure)), measure)
            case Disruption() if measure.on:
                hit, routes = self.scope.economies(measure.on, "on"), self._no_routes()
                routes[hit, :] = routes[:, hit] = True
                np.fill_diagonal(routes, False)
                return self._some(self._cells(routes, self.goods(measure)), measure)
            case Disruption() | Corridor() | Agreement() | Payments():
                return self._some(self.among(measure.between, self.goods(measure)), measure)
            case Subsidy():
                by, routes = self.scope.economies(measure.by, "by"), self._no_routes()
                routes[by, :] = True
                routes[by, by] = measure.on == "output"
                return self._some(self._cells(routes, self.goods(measure)), measure)
            case _:
                return self._nothing

    def restored(self, measure: Restoration, disrupted: Cells, slot: Slot) -> Cells:
        """The cells on which a restoration takes back a disruption.

        Arguments:
            disrupted: the cells of the disruption.

        Raises:
            Complaint: CV118 where none is left after `goods` and `between`.
        """
        try:
            found = disrupted
            if measure.between:
                found = np.intersect1d(found, self.among(measure.between, self.goods(measure)))
            elif measure.goods != ("all",):
                wanted = np.isin(found % self.world.n_sectors, self.goods(measure))
                found = found[wanted]
            if not found.size:
                raise Complaint(
                    "CV118",
                    "no effect: the disruption does not touch this trade",
                    found=measure.describe(),
                    expected=f"trade that {measure.of} makes dearer: {self.cell_words(disrupted)}",
                    next_step="Take goods and between out to restore all of it.",
                    field=("of",),
                )
        except Complaint as complaint:
            raise complaint.under(*slot.path) from None
        return found

    # Sides and goods ----------------------------------------------------------------------------------------

    def sides(self, measure: SidedMeasure) -> tuple[Index, Index] | list[Index]:
        """`by` and `on` as positions, or the parties of `between` as a list.

        Raises:
            Complaint: CV111 to CV113, CV116.
        """
        if measure.between:
            return self.scope.parties(measure.between)
        by, on = self.scope.economies(measure.by, "by"), self.scope.economies(measure.on, "on")
        self.scope.refuse_overlap(by, on, "on")
        return by, on

    def goods(self, measure: Measure) -> Index:
        """The sectors of a measure; of a tariff, only goods.

        Raises:
            Complaint: CV114, CV115, or a tariff on services (CV118).
        """
        found = self.scope.sectors(measure.goods)
        if not isinstance(measure, Tariff):
            return found
        goods = found[self.world.goods[found]]
        services = found[~self.world.goods[found]]
        if not goods.size or (services.size and measure.goods != ("all",)):
            raise Complaint(
                "CV118",
                "no effect: services cross no customs post, so no tariff falls on them",
                found=", ".join(self.scope.sector_name(int(s)) for s in services[:5]),
                expected="goods sectors; the default is all of them",
                next_step="Take the services out of goods; a friction can make them dearer.",
                field=("goods",),
            )
        return goods

    def trade(self, measure: SidedMeasure, *sides: Index, goods: Sequence[str] = ()) -> Cells:
        """The cells of an embargo, friction or tariff between these sides.

        Arguments:
            sides: by and on, or the parties where the measure is `between`.
            goods: instead of the measure's own.
        """
        sectors = self.scope.sectors(goods) if goods else self.goods(measure)
        if isinstance(measure, Tariff):
            sectors = sectors[self.world.goods[sectors]]  # other goods may hold services, which bear none
        if measure.between:
            return self._between(sides, sectors)
        by, on = sides
        direction = "import" if isinstance(measure, Tariff) else getattr(measure, "direction", "both")
        routes = self._no_routes()
        if direction in ("import", "both"):
            routes[np.ix_(on, by)] = True
        if direction in ("export", "both"):
            routes[np.ix_(by, on)] = True
        return self._cells(routes, sectors)

    def among(self, between: Sequence[str], sectors: Index) -> Cells:
        """The cells of trade between parties, both directions."""
        return self._between(self.scope.parties(between), sectors)

    def _between(self, parties: Sequence[Index], sectors: Index) -> Cells:
        party = np.full(self.world.n_countries, -1)
        for number, members in enumerate(parties):
            party[members] = number
        inside = party >= 0
        routes = inside[:, None] & inside[None, :] & (party[:, None] != party[None, :])
        return self._cells(routes, sectors)

    def _no_routes(self) -> NDArray[np.bool_]:
        return np.zeros((self.world.n_countries, self.world.n_countries), dtype=bool)

    def _cells(self, routes: NDArray[np.bool_], sectors: Index) -> Cells:
        """The cells of these routes and sectors that carry a flow, sorted, each once."""
        pairs = np.flatnonzero(routes)
        cells: Cells = (pairs[:, None] * self.world.n_sectors + sectors[None, :]).ravel().astype(np.int64)
        found: Cells = cells[self._flows[cells]]
        return found

    # Checks -------------------------------------------------------------------------------------------------

    def _some(self, cells: Cells, measure: Measure) -> Cells:
        if cells.size:
            return cells
        raise Complaint(
            "CV118",
            f"no effect: there is no trade that this {measure.kind} could touch",
            found=measure.describe(),
            expected=f"a flow above zero in {self.world.year} in the world '{self.world.name}'",
            next_step="Check direction, sides and goods.",
            field=("goods",) if measure.goods != type(measure).model_fields["goods"].default else (),
        )

    def _producers(self, measure: Measure) -> Index:
        if not isinstance(measure, Substitution):
            return np.empty(0, dtype=np.intp)
        by, sectors = self.scope.economies(measure.by, "by"), self.scope.sectors(measure.goods)
        flat: Index = (by[:, None] * self.world.n_sectors + sectors[None, :]).ravel()
        found: Index = flat[self.world.output.ravel()[flat] > 0]
        if not found.size:
            raise Complaint(
                "CV118",
                "no effect: none of these goods is produced there",
                found=measure.describe(),
                expected=f"output above zero in {self.world.year}",
                next_step="Name goods that are produced there; no industry starts from nothing here.",
                field=("goods",),
            )
        return found

    def _payers(self, measure: Measure) -> tuple[Index, Index]:
        if not isinstance(measure, Transfer):
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        payers = self.scope.economies(measure.payer, "payer")
        payees = self.scope.economies(measure.payee, "payee")
        self.scope.refuse_overlap(payers, payees, "payee")
        return payers, payees

    def _check_in_force(self, measure: Measure) -> None:
        problem = ""
        if isinstance(measure, Embargo) and measure.leakage == 0:
            problem = "a full embargo in force leaves no flow in the base year that could grow again"
            remedy = "State the leakage: the share of trade that still passes in the base year."
        elif isinstance(measure, Tariff) and measure.to is not None:
            problem = "a tariff level that is in force does not say what it replaced"
            remedy = "State the added rate instead of `to`."
        elif isinstance(measure, Subsidy):
            problem = "a subsidy cannot be in force: the base year knows no price wedge"
            remedy = "Model its end as a subsidy on the other side, or leave in_force out to add it."
        if problem:
            raise Complaint("CV120", problem, found="in_force: true", next_step=remedy, field=("in_force",))

    def cell_words(self, cells: Cells, most: int = 3) -> str:
        """A few cells in words, largest flow first, for a message."""
        if not cells.size:
            return "nothing"
        n, j = self.world.n_countries, self.world.n_sectors
        value = self.world.basic_flow().ravel()[cells]
        shown = []
        for cell in cells[np.argsort(-value, kind="stable")[:most]]:
            o, d, s = int(cell) // (n * j), int(cell) // j % n, int(cell) % j
            scope = self.scope
            shown.append(f"{scope.sector_name(s)} from {scope.country_name(o)} to {scope.country_name(d)}")
        more = f" and {cells.size - most} more flows" if cells.size > most else ""
        return ", ".join(shown) + more
