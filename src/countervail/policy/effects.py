"""Where measures act: the cells, producers and payers of each on a world."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from countervail.policy.answers import Bypass, Duty
from countervail.policy.complaint import Complaint
from countervail.policy.content import coalition_content
from countervail.policy.controls import ExportControl
from countervail.policy.exemption import Exemptible
from countervail.policy.finance import Exclusion, Freeze, InvestmentStop
from countervail.policy.growth import Investment, Labour, Technology
from countervail.policy.limited import LIMITED, SIDES, Contract, Limited, PriceCap, Quota
from countervail.policy.measure import Measure, SidedMeasure
from countervail.policy.measures import Boycott, Disruption, Embargo, Friction, Subsidy, Tariff, Transfer
from countervail.policy.modes import mode_share
from countervail.policy.parts import Cells, Floats, Part, Slot, mode_keys
from countervail.policy.responses import Agreement, Corridor, Payments, Restoration, Substitution
from countervail.policy.scope import Index, Scope
from countervail.policy.transport import Route, Transport
from countervail.world.world import World

_FIXED: dict[type[Measure], str] = {
    Tariff: "import",
    Duty: "import",
    ExportControl: "export",
}  # directions they always have
_GOODS_ONLY = (Tariff, Transport, Route, Duty)
_ONE_SIDED = (ExportControl, Duty)  # by and on, never between
# Where anything flows, flat; looked up once and kept with the world.
_flowing: weakref.WeakKeyDictionary[World, NDArray[np.bool_]] = weakref.WeakKeyDictionary()


class Effects:
    """Turns measures into parts on one world.

    Arguments:
        scope: the names of the scenario on the world.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.world = scope.world
        if self.world not in _flowing:
            _flowing[self.world] = self.world.trade_share.ravel() > 0
        self._flows = _flowing[self.world]
        self._contents: dict[bytes, Floats] = {}
        self._modes: dict[str, Floats] = {}
        self._idle_too = False
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
            touched, portions = self._portions(measure, touched)
            rent_to = self._rent_to(measure, touched)
            hubs = self._hubs(measure) if isinstance(measure, Bypass) else None
            injured = self._injured(measure) if isinstance(measure, Duty) else -1
        except Complaint as complaint:
            raise complaint.under(*slot.path) from None
        part = Part(
            slot, measure, touched, (), producers, payers, payees, portions, rent_to, hubs, injured=injured
        )
        return part.holding(measure)

    def cells(self, measure: Measure) -> Cells:
        """The cells a measure touches: those of its sides and goods that carry a flow.

        Raises:
            Complaint: as `part`.
        """
        match measure:
            case Boycott():
                self.sides(measure)  # the names are checked even though nothing follows from them
                return self._nothing
            case Embargo() | Friction() | Tariff() | Exclusion():
                return self._some(self.trade(measure, *self.sides(measure)), measure)
            case ExportControl():
                return self._some(self._controlled(measure), measure)
            case Disruption() | Transport() if measure.on and not getattr(measure, "by", ()):
                hit, routes = self.scope.economies(measure.on, "on"), self._no_routes()
                routes[hit, :] = routes[:, hit] = True
                np.fill_diagonal(routes, False)
                return self._some(self._cells(routes, self.goods(measure)), measure)
            case Transport() if measure.by:
                return self._some(self.trade(measure, *self.sides(measure)), measure)
            case Disruption() | Corridor() | Agreement() | Payments() | Transport() | Route():
                return self._some(self.among(measure.between, self.goods(measure)), measure)
            case Duty():
                return self._some(self.trade(measure, *self.sides(measure)), measure, "CV130")
            case PriceCap():
                return self._sold(measure, measure.sellers, (*measure.by, *measure.buyers), ("sellers", "by"))
            case Quota() | Contract():
                return self._sold(measure, measure.seller, measure.buyer, ("seller", "buyer"))
            case Subsidy():
                by, routes = self.scope.economies(measure.by, "by"), self._no_routes()
                routes[by, :] = True
                routes[by, by] = measure.on == "output"
                return self._some(self._cells(routes, self.goods(measure)), measure)
            case _:
                return self._nothing

    def _sold(
        self, measure: Limited, sellers: Sequence[str], buyers: Sequence[str], names: tuple[str, str]
    ) -> Cells:
        """The cells of a limit: what sellers sell to buyers.

        Raises:
            Complaint: CV130 where they sell none of it.
        """
        selling, buying = self.scope.economies(sellers, names[0]), self.scope.economies(buyers, names[1])
        self.scope.refuse_overlap(selling, buying, names[1])
        routes = self._no_routes()
        routes[np.ix_(selling, buying)] = True
        cells = self._cells(routes, self.goods(measure))
        if cells.size:
            return cells
        raise Complaint(
            "CV130",
            f"a {measure.kind} on trade that does not exist",
            found=measure.describe(),
            expected=f"a flow above zero in {self.world.year} in the world '{self.world.name}'",
            next_step="Name goods that these sellers sell to these buyers; trade from nothing has no price here.",
            field=("goods",),
        )

    def _injured(self, measure: Duty) -> int:
        """The one importer whose price or output is restored, -1 where all restore their own.

        Raises:
            Complaint: CV134 where it is no one importer of the measure.
        """
        if measure.injured is None:
            return -1
        who = self.scope.economies((measure.injured,), "injured")
        if who.size != 1 or who[0] not in self.scope.economies(measure.by, "by"):
            raise Complaint(
                "CV134",
                "an injured side that is not one of the importers",
                found=f"injured: {measure.injured}",
                expected=f"one economy of by: {', '.join(measure.by)}",
                next_step="Name one importer, or leave the field out so that each restores its own.",
                field=("injured",),
            )
        return int(who[0])

    def _hubs(self, measure: Bypass) -> Index:
        """The economies that a bypass may go through."""
        if measure.through == type(measure).model_fields["through"].default:
            return np.arange(self.world.n_countries, dtype=np.intp)
        return self.scope.economies(measure.through, "through")

    def bypassed(self, measure: Bypass, banned: Sequence[Part], slot: Slot) -> Part:
        """The part of a bypass.

        Arguments:
            banned: the parts of its ban.
        """
        cells = np.unique(np.concatenate([part.cells for part in banned]))
        return self.part(measure, slot, cells)

    def _rent_to(self, measure: Measure, cells: Cells) -> Index | None:
        """[n] the economy that has the rent of each cell; None where no wedge is solved.

        Raises:
            Complaint: CV134 where the named side is no one economy.
        """
        n, j = self.world.n_countries, self.world.n_sectors
        if isinstance(measure, Duty):
            return (cells // j % n).astype(np.intp)
        if not isinstance(measure, LIMITED):
            return None
        if measure.rent in SIDES:
            side: Index = cells // (n * j) if measure.rent == "seller" else cells // j % n
            return side.astype(np.intp)
        who = self.scope.economies((measure.rent,), "rent")
        if who.size != 1:
            raise Complaint(
                "CV134",
                "a rent that goes to more than one economy",
                found=f"rent: {measure.rent} ({who.size} economies)",
                expected="buyer, seller, or one economy",
                next_step="Name one economy; transfers can share it out.",
                field=("rent",),
            )
        return np.full(cells.size, who[0], dtype=np.intp)

    def idle(self, measure: Measure, cells: Cells) -> Cells:
        """The cells that a ban would close if they had a flow: no way around another ban leads through them.

        Arguments:
            cells: those that have one.
        """
        self._idle_too = True
        try:
            return np.setdiff1d(self.cells(measure), cells)
        finally:
            self._idle_too = False

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

    def _controlled(self, measure: ExportControl) -> Cells:
        """The coalition's own exports, and those of third countries with enough of it inside (Eq. 12e)."""
        by, on = self.sides(measure)
        direct = self.trade(measure, by, on)
        if measure.content is None:
            return direct
        key = by.tobytes()
        if key not in self._contents:
            self._contents[key] = coalition_content(self.world, by)
        enough = self._contents[key] >= measure.content
        enough[np.concatenate([by, on])] = False
        routes = self._no_routes()
        routes[:, on] = True
        cells = self._cells(routes, self.goods(measure))
        n, j = self.world.n_countries, self.world.n_sectors
        return np.union1d(direct, cells[enough[cells // (n * j), cells % j]])

    # Sides and goods ----------------------------------------------------------------------------------------

    def sides(
        self, measure: SidedMeasure | ExportControl | Duty | Transport
    ) -> tuple[Index, Index] | list[Index]:
        """`by` and `on` as positions, or the parties of `between` as a list.

        Raises:
            Complaint: CV111 to CV113, CV116.
        """
        if not isinstance(measure, _ONE_SIDED) and measure.between:
            return self.scope.parties(measure.between)
        by, on = self.scope.economies(measure.by, "by"), self.scope.economies(measure.on, "on")
        self.scope.refuse_overlap(by, on, "on")
        return by, on

    def goods(self, measure: Measure) -> Index:
        """The sectors of a measure; of a tariff and of transport, only goods.

        Raises:
            Complaint: CV114, CV115, or a measure on goods that names services (CV118).
        """
        found = self._spared(measure, self.scope.sectors(measure.goods))
        if not found.size:
            raise Complaint(
                "CV118",
                "no effect: every good of the measure is exempt",
                found=measure.describe(),
                expected="goods that are not all in exempt",
                next_step="Exempt less, or take the measure out.",
                field=("exempt",),
            )
        if not isinstance(measure, _GOODS_ONLY):
            return found
        goods = found[self.world.goods[found]]
        services = found[~self.world.goods[found]]
        if not goods.size or (services.size and measure.goods != ("all",)):
            raise Complaint(
                "CV118",
                "no effect: services cross no customs post and need no carrier, so this does not fall on them",
                found=", ".join(self.scope.sector_name(int(s)) for s in services[:5]),
                expected="goods sectors; the default is all of them",
                next_step="Take the services out of goods; a friction can make them dearer.",
                field=("goods",),
            )
        return goods

    def _spared(self, measure: Measure, sectors: Index) -> Index:
        """The sectors less those that are exempt."""
        names = measure.exempt if isinstance(measure, Exemptible) else ()
        return np.setdiff1d(sectors, self.scope.sectors(names, "exempt")) if names else sectors

    def trade(
        self,
        measure: SidedMeasure | ExportControl | Duty | Transport,
        *sides: Index,
        goods: Sequence[str] = (),
    ) -> Cells:
        """The cells of an embargo, friction or tariff between these sides.

        Arguments:
            sides: by and on, or the parties where the measure is `between`.
            goods: instead of the measure's own.
        """
        sectors = self._spared(measure, self.scope.sectors(goods)) if goods else self.goods(measure)
        if isinstance(measure, _GOODS_ONLY):
            sectors = sectors[self.world.goods[sectors]]  # other goods may hold services, which bear none
        if not isinstance(measure, _ONE_SIDED) and measure.between:
            return self._between(sides, sectors)
        by, on = sides
        direction = _FIXED.get(type(measure)) or getattr(measure, "direction", "both")
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
        """The cells of these routes and sectors that carry a flow (or all, for `idle`), sorted, each once."""
        pairs = np.flatnonzero(routes)
        cells: Cells = (pairs[:, None] * self.world.n_sectors + sectors[None, :]).ravel().astype(np.int64)
        found: Cells = cells if self._idle_too else cells[self._flows[cells]]
        return found

    # Checks -------------------------------------------------------------------------------------------------

    def _some(self, cells: Cells, measure: Measure, code: str = "CV118") -> Cells:
        if cells.size:
            return cells
        raise Complaint(
            code,
            f"no effect: there is no trade that this {measure.kind} could touch",
            found=measure.describe(),
            expected=f"a flow above zero in {self.world.year} in the world '{self.world.name}'",
            next_step="Check direction, sides and goods.",
            field=("goods",) if measure.goods != type(measure).model_fields["goods"].default else (),
        )

    def _producers(self, measure: Measure) -> Index:
        if not isinstance(measure, Substitution | Technology | Investment):
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
        match measure:
            case Transfer():
                names = {"payer": measure.payer, "payee": measure.payee}
            case Freeze() | InvestmentStop():
                names = {"on": measure.on, "by": measure.by}
            case Labour():
                names = {"origin": measure.origin, "destination": measure.destination}
            case _:
                return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        payers, payees = (self.scope.economies(tokens, name) for name, tokens in names.items())
        side = next((name for name in ("payee", "destination") if name in names), "on")
        self.scope.refuse_overlap(payers, payees, side)
        return payers, payees

    def _portions(self, measure: Measure, cells: Cells) -> tuple[Cells, dict[str, Floats]]:
        """The cells on which something goes by the modes of a measure, and the share of it (Eq. 12f).

        Raises:
            Complaint: CV118 where nothing does.
        """
        if isinstance(measure, Exemptible) and measure.use_key:
            return self._by_use(measure, cells)
        if not isinstance(measure, Transport | Route):
            return cells, {}
        if measure.share is not None:
            (key,) = mode_keys(measure)
            return cells, {key: np.full(cells.size, measure.share)}
        for mode in measure.mode:
            if mode not in self._modes:
                self._modes[mode] = mode_share(self.world, mode).ravel()
        found = {mode: self._modes[mode][cells] for mode in measure.mode}
        some = np.any([portion > 0 for portion in found.values()], axis=0)
        if not some.any():
            raise Complaint(
                "CV118",
                f"no effect: nothing of this trade goes by {' or '.join(measure.mode)}",
                found=measure.describe(),
                expected="trade that goes by the mode, by the rule of Eq. 12f",
                next_step="Name another mode, or state the `share` that goes by it.",
                field=("mode",),
            )
        return cells[some], {mode: portion[some] for mode, portion in found.items()}

    def _by_use(self, measure: Exemptible, cells: Cells) -> tuple[Cells, dict[str, Floats]]:
        """The cells of which something goes into the use that is not spared, and the share of it.

        All users of an economy are taken to buy a good from the same origins, so that the share is that of what the
        economy buys of the good.

        Raises:
            Complaint: CV118 where nothing does.
        """
        world = self.world
        final = world.final_share * world.income[:, None]
        bought = np.where(world.expenditure > 0, world.expenditure, 1.0)
        share = np.clip(final / bought, 0.0, 1.0)
        share = 1.0 - share if measure.exempt_use == "final" else share
        _, d, s = np.unravel_index(cells, world.trade_share.shape)
        found: Floats = share[d, s]
        some = found > 0
        if not some.any():
            raise Complaint(
                "CV118",
                "no effect: all of this trade goes into the use that is spared",
                found=measure.describe(),
                expected="trade of which a part goes into another use",
                next_step="Leave `exempt_use` out, or take the measure out.",
                field=("exempt_use",),
            )
        return cells[some], {measure.use_key: found[some]}

    def _check_in_force(self, measure: Measure) -> None:
        problem = ""
        banning = isinstance(measure, Embargo | ExportControl) or (
            isinstance(measure, Transport) and measure.closed
        )
        if banning and getattr(measure, "leakage", 0) == getattr(measure, "licence", 0) == 0:
            problem = "a full embargo in force leaves no flow in the base year that could grow again"
            remedy = "State the leakage: the share of trade that still passes in the base year."
        elif isinstance(measure, Tariff) and measure.to is not None:
            problem = "a tariff level that is in force does not say what it replaced"
            remedy = "State the added rate instead of `to`."
        elif isinstance(measure, Tariff) and measure.licence:
            problem = "a tariff in force with a licence does not say what stands without it"
            remedy = "State the rate that is paid on average, and leave the licence out."
        elif isinstance(measure, Subsidy):
            problem = "a subsidy cannot be in force: the base year knows no price wedge"
            remedy = "Model its end as a subsidy on the other side, or leave in_force out to add it."
        elif isinstance(measure, (*LIMITED, Duty, Bypass)):
            problem = f"a {measure.kind} cannot be in force: the base year knows no wedge or way of its kind"
            remedy = "Leave in_force out: a limit that the base year meets already changes nothing."
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
