"""World: a calibrated economy as people hold it: labelled, saved, reshaped, shown."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from countervail.errors import WorldError
from countervail.world import reshape, storage
from countervail.world.accounts import Accounts, array_shapes
from countervail.world.arrays import Floats
from countervail.world.elasticities import ElasticitySet, check_theta, choose
from countervail.world.report import CalibrationReport

if TYPE_CHECKING:
    import xarray as xr

UNITS = {
    "trade_share": "share of expenditure",
    "tariff": "1 + ad-valorem rate",
    "expenditure": "million USD, user prices",
    "output": "million USD, basic prices",
    "input_share": "share of output value, user prices",
    "value_added_share": "share of output value",
    "final_share": "share of income",
    "income": "million USD",
    "transfer": "million USD, above 0 when received",
    "trade_elasticity": "theta",
}
AXES = {
    "trade_share": ("origin", "destination", "sector"),
    "tariff": ("origin", "destination", "sector"),
    "expenditure": ("country", "sector"),
    "output": ("country", "sector"),
    "input_share": ("country", "sector", "user"),
    "value_added_share": ("country", "sector"),
    "final_share": ("country", "sector"),
    "income": ("country",),
    "transfer": ("country",),
    "trade_elasticity": ("sector",),
}


@dataclass(frozen=True, eq=False, repr=False)
class World(Accounts):
    """A calibrated economy: the arrays of Accounts, and what one does with them.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> world = load_world("icio2021")
        >>> world.n_countries, world.n_sectors
        (81, 50)
    """

    def with_elasticity(self, elasticity: str | Sequence[float] | Floats) -> World:
        """The same accounts with other long-run trade elasticities; the arrays are shared.

        Arguments:
            elasticity: the name of one of `elasticity_sets`, or [sector] numbers above 0.

        Returns:
            World.

        Raises:
            WorldError: CV206 for an unknown name, CV203, CV204 or CV207 for numbers that cannot be
                elasticities.
        """
        if isinstance(elasticity, str):
            chosen = choose(self.elasticity_sets, elasticity, self.sectors)
            return self._at(chosen.theta, chosen.name, chosen.quality)
        return self._at(elasticity, "custom", ("custom",) * self.n_sectors)

    def _at(self, theta: Sequence[float] | Floats, name: str, quality: tuple[str, ...]) -> World:
        """The same accounts, which balance whatever the elasticities are; only those are checked."""
        fresh = object.__new__(type(self))
        changed = {
            "trade_elasticity": check_theta(theta, self.sectors),
            "elasticity": name,
            "elasticity_quality": tuple(quality),
        }
        same = {key: value for key, value in vars(self).items() if key != "fingerprint_value"}
        fresh.__dict__.update(same | changed)
        fresh._check_descriptions()
        return fresh

    def aggregate(
        self,
        countries: Mapping[str, str | Sequence[str]] | None = None,
        sectors: Mapping[str, str | Sequence[str]] | None = None,
    ) -> World:
        """Merge economies into blocs and sectors into groups; see `reshape.aggregate`."""
        return reshape.aggregate(self, countries=countries, sectors=sectors)

    def save(self, path: str | Path) -> Path:
        """Write the world to one file, atomically.

        Arguments:
            path: ends in .npz, or in .zarr where the zarr package is installed.

        Returns:
            The path written.

        Raises:
            WorldError: CV211 to CV213.
        """
        target = Path(path)
        arrays: dict[str, Any] = {
            name: getattr(self, name) for name in array_shapes(self.n_countries, self.n_sectors)
        }
        arrays["goods"] = self.goods
        if self.elasticity_sets:
            arrays["set_theta"] = np.stack([entry.theta for entry in self.elasticity_sets])
        meta = {
            "name": self.name,
            "year": self.year,
            "countries": self.countries,
            "sectors": self.sectors,
            "elasticity": self.elasticity,
            "elasticity_quality": self.elasticity_quality,
            "elasticity_sets": [
                {"name": entry.name, "quality": entry.quality, "source": entry.source}
                for entry in self.elasticity_sets
            ],
            "report": self.report.to_dict(),
            "sources": self.sources,
            "country_members": self.country_members,
            "sector_members": self.sector_members,
            "split_from": self.split_from,
            "fingerprint": self.fingerprint(),
        }
        storage.write(target, arrays, meta)
        return target

    @classmethod
    def load(cls, path: str | Path) -> World:
        """Read a world that `save` wrote, and check it: accounts, and the fingerprint stored with it.

        Raises:
            WorldError: CV214 for no such file, CV215 for a damaged or foreign one.
        """
        source = Path(path)
        arrays, meta = storage.read(source)
        try:
            thetas = arrays.pop("set_theta", np.empty((0, len(meta["sectors"]))))
            sets = tuple(
                ElasticitySet(
                    entry["name"],
                    check_theta(values, meta["sectors"]),
                    tuple(entry["quality"]),
                    entry["source"],
                )
                for entry, values in zip(meta["elasticity_sets"], thetas, strict=True)
            )
            stored = meta["fingerprint"]
            for values in arrays.values():
                values.flags.writeable = False
            world = cls(
                name=meta["name"],
                year=meta["year"],
                countries=tuple(meta["countries"]),
                sectors=tuple(meta["sectors"]),
                elasticity=meta["elasticity"],
                elasticity_quality=tuple(meta["elasticity_quality"]),
                report=CalibrationReport.from_dict(meta["report"]),
                sources=tuple(meta["sources"]),
                elasticity_sets=sets,
                country_members=tuple(map(tuple, meta["country_members"])),
                sector_members=tuple(map(tuple, meta["sector_members"])),
                split_from=tuple(map(tuple, meta.get("split_from", ()))),
                **arrays,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise storage.damaged(source, f"a part is missing or strange ({problem})") from problem
        except WorldError as problem:
            raise storage.damaged(source, problem.what) from problem
        if world.fingerprint() != stored:
            raise storage.damaged(source, "its content does not match its fingerprint")
        return world

    def to_xarray(self) -> xr.Dataset:
        """The world as an xarray Dataset, units and settings in attrs; a copy, free to change.

        Returns:
            Dataset over origin, destination, country, sector and user.
        """
        import xarray as xr

        variables: dict[str, Any] = {
            name: (AXES[name], np.array(getattr(self, name)), {"unit": UNITS[name]}) for name in AXES
        }
        million = {"unit": "million USD"}
        variables["value_added"] = (("country",), np.array(self.value_added), million)
        variables["tariff_revenue"] = (("country",), np.array(self.tariff_revenue), million)
        variables["goods"] = (
            ("sector",),
            np.array(self.goods),
            {"unit": "true for goods, false for services"},
        )
        countries, sectors = list(self.countries), list(self.sectors)
        return xr.Dataset(
            variables,
            coords={
                "origin": countries,
                "destination": countries,
                "country": countries,
                "sector": sectors,
                "user": sectors,
                "elasticity_quality": ("sector", list(self.elasticity_quality)),
            },
            attrs={
                "world": self.name,
                "base_year": self.year,
                "elasticity": self.elasticity,
                "sources": "; ".join(self.sources),
                "fingerprint": self.fingerprint(),
            },
        )

    def __repr__(self) -> str:
        return "\n".join(f"{key}: {value}" if key else value for key, value in self._lines())

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(key or 'World')}</th>"
            f"<td>{html.escape(value)}</td></tr>"
            for key, value in self._lines()
        )
        return f"<table>{rows}</table>"

    def _lines(self) -> list[tuple[str, str]]:
        order = np.argsort(-self.value_added)[:5]
        total = self.value_added.sum()
        grades = zip(self.sectors, self.elasticity_quality, strict=True)
        weak = [f"{sector} ({grade})" for sector, grade in grades if grade not in {"direct", "set", "custom"}]
        changed = [str(entry) for entry in self.report.repairs if entry.million_usd > 0]
        imputed = [note.topic for note in self.report.notes if note.status == "imputed"]
        theta = self.trade_elasticity
        if self.report.balanced:
            balance = f"balanced to {max(self.balances().values()):.0e}"
        else:
            balance = "accounts not balanced (negative final use clipped)"
        size = f"{self.n_countries} economies x {self.n_sectors} sectors"
        return [
            ("", f"{self.name}: {size}, {self.year}, million USD"),
            ("Value added", f"{total / 1e6:,.2f} trillion USD, {balance}"),
            ("Largest", ", ".join(f"{self.countries[i]} {self.value_added[i] / total:.1%}" for i in order)),
            ("Trade elasticity", f"{self.elasticity}, {theta.min():.3g} to {theta.max():.3g}"),
            ("Not direct estimates", ", ".join(weak) or "none"),
            ("Changed in calibration", "; ".join(changed) or "nothing"),
            ("Imputed in the source", ", ".join(imputed) or "nothing"),
        ]
