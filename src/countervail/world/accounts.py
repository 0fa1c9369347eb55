"""Accounts: the arrays of a calibrated economy and the identities that must hold between them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from countervail.errors import WorldError
from countervail.world.arrays import Bools, Floats, frozen, frozen_flags, largest_cell, lock
from countervail.world.elasticities import QUALITIES, ElasticitySet, check_theta
from countervail.world.report import CalibrationReport
from countervail.world.table import check_labels

TOLERANCE = 1e-9
"""Largest relative imbalance a world may have; calibration and aggregation stay below 1e-12."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """A calibrated economy in the notation of the model; valid, or it does not exist.

    Arguments:
        name, year: how people call it, and the year of its flows.
        countries: N codes. sectors: J codes. goods: [sector], True for goods.
        trade_share: [origin, destination, sector], pi; sums to 1 over origins, or is all 0 where X = 0.
        tariff: [origin, destination, sector], tau = 1 + ad-valorem rate; 1 at home.
        expenditure: [destination, sector], X at user prices, million USD.
        output: [origin, sector], Y at basic prices, million USD.
        input_share: [economy, sector, user], gamma: cost of an input at user prices per unit of output value.
        value_added_share: [economy, sector], beta = 1 - sum of gamma, above 0.
        final_share: [economy, sector], alpha; sums to 1.
        income: [economy], I = VA + R + D, million USD.
        transfer: [economy], D, million USD, above 0 when received; sums to 0.
        trade_elasticity: [sector], theta above 0.
        elasticity: name of the set. elasticity_quality: [sector], see elasticities.QUALITIES.
        report: what was repaired or imputed. sources: where the numbers come from.
        elasticity_sets: the named sets that `with_elasticity` can choose from.
        country_members, sector_members: what an aggregated economy or sector is made of; itself otherwise.
        split_from: part -> what it was taken from, for members that the source table does not list.

    Raises:
        WorldError: CV201 to CV204 for labels, values and shapes, CV207 for theta, CV208 for accounts that do
            not balance, CV209 for a value-added share that is not above 0.
    """

    name: str
    year: int
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    goods: Bools
    trade_share: Floats
    tariff: Floats
    expenditure: Floats
    output: Floats
    input_share: Floats
    value_added_share: Floats
    final_share: Floats
    income: Floats
    transfer: Floats
    trade_elasticity: Floats
    elasticity: str
    elasticity_quality: tuple[str, ...]
    report: CalibrationReport
    sources: tuple[str, ...]
    elasticity_sets: tuple[ElasticitySet, ...] = ()
    country_members: tuple[tuple[str, ...], ...] = field(default=())
    sector_members: tuple[tuple[str, ...], ...] = field(default=())
    split_from: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        countries, sectors = check_labels("countries", self.countries), check_labels("sectors", self.sectors)
        n, j = len(countries), len(sectors)
        fixed: dict[str, Any] = {"countries": countries, "sectors": sectors, "sources": tuple(self.sources)}
        fixed["goods"] = frozen_flags(self.goods, "goods", j)
        for name, shape in array_shapes(n, j).items():
            fixed[name] = frozen(getattr(self, name), name, shape)
        fixed["trade_elasticity"] = check_theta(fixed["trade_elasticity"], sectors)
        fixed["elasticity_quality"] = tuple(self.elasticity_quality)
        fixed["country_members"] = tuple(map(tuple, self.country_members)) or tuple((c,) for c in countries)
        fixed["sector_members"] = tuple(map(tuple, self.sector_members)) or tuple((s,) for s in sectors)
        fixed["split_from"] = tuple((part, whole) for part, whole in self.split_from)
        for name, value in fixed.items():
            object.__setattr__(self, name, value)
        self._check_descriptions()
        self._check_signs()
        self._check_balances()

    def __setstate__(self, state: dict[str, Any]) -> None:
        arrays = [value for value in state.values() if isinstance(value, np.ndarray)]
        for array in (*arrays, *(entry.theta for entry in state["elasticity_sets"])):
            array.flags.writeable = False
        self.__dict__.update(state)

    # --- what follows from the arrays -----------------------------------------------------------------------

    @property
    def n_countries(self) -> int:
        """N."""
        return len(self.countries)

    @property
    def n_sectors(self) -> int:
        """J."""
        return len(self.sectors)

    @cached_property
    def value_added(self) -> Floats:
        """VA [economy] = sum of beta Y over sectors, million USD."""
        return lock((self.value_added_share * self.output).sum(axis=1))

    @cached_property
    def tariff_revenue(self) -> Floats:
        """R [economy] = sum of (tau - 1) b over origins and sectors = I - VA - D, million USD."""
        return lock(self.income - self.value_added - self.transfer)

    @cached_property
    def fingerprint_value(self) -> str:
        """SHA-256 of labels, settings and arrays; `fingerprint()` returns it."""
        digest = hashlib.sha256()
        head = (self.name, str(self.year), self.elasticity, "|".join(self.countries), "|".join(self.sectors))
        digest.update("\n".join(head).encode())
        digest.update(np.packbits(self.goods).tobytes())
        for name in array_shapes(self.n_countries, self.n_sectors):
            values: Floats = getattr(self, name)
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(values, dtype="<f8").data)
        return digest.hexdigest()

    def fingerprint(self) -> str:
        """SHA-256 (hex) of the labels and arrays: the same world gives the same value in every process."""
        return self.fingerprint_value

    def basic_flow(self) -> Floats:
        """b [origin, destination, sector] = pi X / tau, sales at basic prices, million USD (a new array)."""
        return self.trade_share * self.expenditure[None, :, :] / self.tariff

    def index(self, country: str) -> int:
        """The position of an economy.

        Raises:
            WorldError: CV210 for a code this world does not have.
        """
        try:
            return self.countries.index(country)
        except ValueError:
            raise WorldError(
                "CV210",
                f"'{country}' is not an economy of the world {self.name}",
                expected=f"one of {', '.join(self.countries[:6])}, ... ({self.n_countries} economies)",
                next_step="Use an ISO3 code; economies not listed are inside ROW.",
            ) from None

    def balances(self) -> dict[str, float]:
        """The largest relative residual of each identity: 0 is exact, round-off is about 1e-15.

        Returns:
            Residuals by name: shares (pi sums to 1), goods (Y = sum of b), cost (beta + sum of gamma = 1),
            spending (X = alpha I + sum of gamma Y, Eq. 5), income (I = VA + R + D with R from flows, Eq. 6),
            labour (VA = sum of beta Y, with VA as output less input costs, Eq. 7), transfers (sum D = 0) and
            trade (D = imports - exports).
        """
        flow = self.basic_flow()
        bought = self.expenditure > 0
        shares = np.where(bought, self.trade_share.sum(axis=0) - 1, 0.0)
        output = flow.sum(axis=1)
        costs = self.input_share.sum(axis=1)
        uses = (self.input_share * self.output[:, None, :]).sum(axis=2)
        spending = self.final_share * self.income[:, None] + uses
        revenue = ((self.tariff - 1) * flow).sum(axis=(0, 2))
        value_added = self.output.sum(axis=1) - uses.sum(axis=1)
        net = flow.sum(axis=(0, 2)) - output.sum(axis=1)
        world = self.value_added.sum()
        return {
            "shares": float(np.abs(shares).max()),
            "goods": _relative(output, self.output),
            "cost": float(np.abs(costs + self.value_added_share - 1).max()),
            "spending": _relative(spending, self.expenditure),
            "income": _relative(self.value_added + revenue + self.transfer, self.income),
            "labour": _relative(value_added, self.value_added),
            "transfers": float(abs(self.transfer.sum()) / world),
            "trade": float(np.abs(net - self.transfer).max() / world),
        }

    # --- what must hold -------------------------------------------------------------------------------------

    def _check_descriptions(self) -> None:
        n, j = self.n_countries, self.n_sectors
        for name, values, length in (
            ("elasticity_quality", self.elasticity_quality, j),
            ("sector_members", self.sector_members, j),
            ("country_members", self.country_members, n),
        ):
            if len(values) != length:
                raise WorldError(
                    "CV203", f"'{name}' has the wrong length", found=str(len(values)), expected=str(length)
                )
        strange = sorted(set(self.elasticity_quality) - set(QUALITIES))
        if strange:
            raise WorldError(
                "CV207",
                "an elasticity has an unknown quality",
                found=", ".join(strange),
                expected=", ".join(QUALITIES),
            )

    def _check_signs(self) -> None:
        cells = ("countries", "countries", "sectors")
        rules = (
            ("trade_share", self.trade_share < 0, cells, "0 or more"),
            ("tariff", self.tariff <= 0, cells, "above 0: it is 1 + rate"),
            ("expenditure", self.expenditure < 0, cells[1:], "0 or more"),
            ("output", self.output < 0, cells[1:], "0 or more"),
            ("input_share", self.input_share < 0, (*cells[1:], "sectors"), "0 or more"),
            ("final_share", self.final_share < 0, cells[1:], "0 or more"),
            ("income", self.income <= 0, cells[:1], "above 0"),
        )
        for name, bad, axes, expected in rules:
            if bad.any():
                values: Floats = getattr(self, name)
                cell = tuple(int(i) for i in np.argwhere(bad)[0])
                raise WorldError(
                    "CV202",
                    f"'{name}' holds an impossible value",
                    where=" ".join(getattr(self, axis)[i] for axis, i in zip(axes, cell, strict=True)),
                    found=f"{values[cell]:g}",
                    expected=expected,
                    next_step="Correct the table and calibrate it again.",
                )
        low = self.value_added_share <= 0
        if low.any():
            where, _ = largest_cell(-self.value_added_share, self.countries, self.sectors)
            raise value_added_error(where, float(self.value_added_share.min()), int(low.sum()))

    def _check_balances(self) -> None:
        for name, residual in self.balances().items():
            allowed = not self.report.balanced and name == "spending"
            if residual > TOLERANCE and not allowed:
                raise WorldError(
                    "CV208",
                    f"the accounts do not balance: {name}",
                    where=self.name,
                    found=f"a relative residual of {residual:.2e}",
                    expected=f"below {TOLERANCE:.0e}",
                    next_step="Build the world with calibrate(table, theta): it makes every balance exact.",
                )


def array_shapes(n: int, j: int) -> dict[str, tuple[int, ...]]:
    """The arrays of a world and their shapes, for N economies and J sectors."""
    return {
        "trade_share": (n, n, j),
        "tariff": (n, n, j),
        "expenditure": (n, j),
        "output": (n, j),
        "input_share": (n, j, j),
        "value_added_share": (n, j),
        "final_share": (n, j),
        "income": (n,),
        "transfer": (n,),
        "trade_elasticity": (j,),
    }


def value_added_error(where: str, share: float, cells: int) -> WorldError:
    """The error for a value-added share that is not above 0: the cell and the ways out of it."""
    return WorldError(
        "CV209",
        "value added is not above 0",
        where=where,
        found=f"inputs at user prices of {1 - share:.2%} of output ({cells} such cells)",
        expected="inputs below output in every economy and sector",
        next_step="Lower the inputs of this cell or merge the sector with a larger one in the table; if the "
        "inputs already include tariffs, set inputs_as_paid=True.",
    )


def _relative(found: Floats, expected: Floats) -> float:
    """The largest |found - expected| over the larger side, cells that are 0 on both sides left out."""
    scale = np.maximum(np.abs(found), np.abs(expected))
    gap = np.abs(found - expected)
    return float((gap[scale > 0] / scale[scale > 0]).max()) if (scale > 0).any() else 0.0
