"""Factors of production: who earns value added, and how far each can move between the sectors of an economy."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.errors import SolveError
from countervail.model.parameters import Model
from countervail.world.labour import cell_shares, economy_shares, mining, sector_pattern

if TYPE_CHECKING:
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LABOUR, CAPITAL, RESOURCES, ALL = "labour", "capital", "resources", "value added"


@dataclass(frozen=True, eq=False)
class Factors:
    """The factors of a world under a model (Eq. 9, 11 and 11b).

    Arguments:
        names: of the F factors. share: [f, d, t] phi, of value added; sums to 1 over factors.
        mobility: [f, d, t] kappa; 0 where it stays in its cell, inf where one wage holds.
    """

    names: tuple[str, ...]
    share: Floats
    mobility: Floats

    def pay(self, value_added: Floats) -> Floats:
        """[f, d, t] what each factor earns in each cell, of value added [d, t]."""
        return self.share * value_added


_known: weakref.WeakKeyDictionary[World, dict[Model, Factors]] = weakref.WeakKeyDictionary()


def factors_of(world: World, model: Model, specific: Bools | None = None) -> Factors:
    """The factors of a world: value added as a whole, or labour, capital and resources apart.

    Arguments:
        specific: [d, t] cells in which all factors stay (Eq. 11b), besides those that the model names.

    Raises:
        SolveError: CV312 where capital stands apart and the data have no labour share for the world's economies or
            sectors, CV313 where a specific factor is named in a cell that the world has not.
    """
    kept = _known.setdefault(world, {})
    if model not in kept:
        kept[model] = _factors(world, model)
    found = kept[model]
    if specific is None or not specific.any():
        return found
    return Factors(found.names, found.share, np.where(specific, 0.0, found.mobility))


def supply_of(world: World, model: Model, factors: Factors, shock: Shock) -> Floats | float:
    """l-hat of each factor (Eq. 11a), axes f, d, t; 1 where the shock changes no supply.

    Labour and capital that are one factor are a Cobb-Douglas composite with the economy's labour share.

    Raises:
        SolveError: CV312 where the two change differently, are one factor, and no labour share is known.
    """
    supply = shock.supply
    if supply is None:
        return 1.0
    if factors.names == (ALL,):
        if (supply.labour == supply.capital).all():
            return supply.labour[None]
        share = economy_labour_shares(world, model)[:, None]
        return np.exp(share * np.log(supply.labour) + (1.0 - share) * np.log(supply.capital))[None]
    return np.array([supply.labour if name == LABOUR else supply.capital for name in factors.names])


def as_productivity(world: World, model: Model, shock: Shock) -> Floats:
    """z-hat times l-hat^beta, axes o, t: what an even supply of factors is worth in the core (Eq. 1).

    With w-hat l-hat in place of w-hat every equation of the core is as it was, but that Eq. 1 has - beta ln l-hat.
    """
    if shock.supply is None:
        return shock.productivity
    supply = supply_of(world, model, factors_of(world, model), shock)
    worth: Floats = shock.productivity * np.asarray(supply).prod(axis=0) ** world.value_added_share
    return worth


def economy_labour_shares(world: World, model: Model) -> Floats:
    """[d] labour's share of value added, from the model's one number or from data.

    Raises:
        SolveError: CV312 where there is none.
    """
    if model.labour_share is not None:
        return np.full(world.n_countries, model.labour_share)
    economy, strangers = economy_shares(world)
    if strangers:
        raise _no_share(world, strangers, "economies")
    return economy


def specific_cells(world: World, model: Model) -> Bools:
    """[d, t] the cells in which the model names a specific factor.

    Raises:
        SolveError: CV313 for an economy or sector that the world has not.
    """
    cells = np.zeros((world.n_countries, world.n_sectors), dtype=bool)
    for economy, sector in model.specific_factors:
        if economy not in world.countries or sector not in world.sectors:
            lacking, known = (
                (economy, world.countries) if economy not in world.countries else (sector, world.sectors)
            )
            raise SolveError(
                "CV313",
                f"the world has no {lacking} in which a factor could be specific",
                where=f"{economy}, {sector}",
                expected=f"one of {', '.join(known[:6])} ...",
                next_step="Use the codes of the world's economies and sectors.",
            )
        cells[world.countries.index(economy), world.sectors.index(sector)] = True
    return cells


def _factors(world: World, model: Model) -> Factors:
    shape = (world.n_countries, world.n_sectors)
    specific = specific_cells(world, model)
    if model.capital_mobility is None:
        mobility = np.where(specific, 0.0, model.labour_mobility)
        return Factors((ALL,), np.ones((1, *shape)), mobility[None])
    labour = _labour(world, model)
    names, shares, kappas = [LABOUR], [labour], [model.labour_mobility]
    digs = mining(world) if model.resource_mobility is not None else np.zeros(shape[1], dtype=bool)
    names.append(CAPITAL)
    shares.append(np.where(digs, 0.0, 1.0 - labour))
    kappas.append(model.capital_mobility)
    if model.resource_mobility is not None and digs.any():
        names.append(RESOURCES)
        shares.append(np.where(digs, 1.0 - labour, 0.0))
        kappas.append(model.resource_mobility)
    mobility = np.array([np.where(specific, 0.0, kappa) for kappa in kappas])
    return Factors(tuple(names), np.array(shares), mobility)


def _labour(world: World, model: Model) -> Floats:
    """[d, t] labour's share of value added, from the model's one number or from data."""
    economy = economy_labour_shares(world, model)
    if model.labour_share is not None:
        return np.repeat(economy[:, None], world.n_sectors, axis=1)
    pattern, unknown = sector_pattern(world)
    if unknown:
        raise _no_share(world, unknown, "sectors")
    return cell_shares(world.value_added_share * world.output, economy, pattern)


def _no_share(world: World, lacking: tuple[str, ...], what: str) -> SolveError:
    return SolveError(
        "CV312",
        f"there is no labour share for {len(lacking)} {what} of this world",
        where=world.name,
        found=", ".join(lacking[:6]) + (" and others" if len(lacking) > 6 else ""),
        expected="economies by ISO3 code and sectors by ICIO code, or groups of them",
        next_step="Give the model one `labour_share` for all, such as 0.55, or leave `capital_mobility` out.",
    )
