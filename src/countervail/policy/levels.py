"""Levels of trade cost, which a model in changes lacks: from the calibrated shares, and from distance (Eq. 12d)."""

from __future__ import annotations

import weakref

import numpy as np
from numpy.typing import NDArray

from countervail.policy.modes import pair_distances
from countervail.policy.scope import Index
from countervail.world.world import World

Floats = NDArray[np.float64]

# The long-run theta of worlds that stand at another horizon.
_long_run: weakref.WeakKeyDictionary[World, Floats] = weakref.WeakKeyDictionary()

_FEWEST = 10  # pairs below which a fit on distance says nothing


def trade_cost_level(world: World, sectors: Index) -> Floats:
    """Head and Ries (2001): the mean cost of trade of a pair both ways, over that of trade at home (Eq. 12d).

    H[o,d,s] = (pi_od pi_do / (pi_oo pi_dd))^(-1/(2 theta)) / (tau_od tau_do)^(1/2). Where one of the flows is zero it
    is taken from a regression of ln H on ln distance and a common border over the pairs of the same good that have
    both; where a place is not known (the rest of the world), from the means of the two economies, or of all pairs.

    Arguments:
        world: the base year. sectors: positions of the goods.

    Returns:
        [N, N, len(sectors)] symmetric in the economies, 1 at home.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> world = load_world("icio2021")
        >>> level = trade_cost_level(world, np.array([world.sectors.index("C26")]))[:, :, 0]
        >>> bool(level[world.index("DEU"), world.index("FRA")] < level[world.index("DEU"), world.index("NZL")])
        True
    """
    share, tariff = world.trade_share[:, :, sectors], world.tariff[:, :, sectors]
    theta = _long_run.get(world, world.trade_elasticity)[sectors]
    n = world.n_countries
    home = share[np.arange(n), np.arange(n)]
    both, at_home = share * share.transpose(1, 0, 2), home[:, None, :] * home[None, :, :]
    known = (both > 0) & (at_home > 0)
    ratio = np.divide(both, at_home, out=np.ones_like(both), where=known)
    log = -np.log(ratio) / (2 * theta) - 0.5 * np.log(tariff * tariff.transpose(1, 0, 2))
    km, touching = _distances(world)
    apart = ~np.eye(n, dtype=bool)
    found = np.empty_like(log)
    for k in range(len(sectors)):
        found[:, :, k] = np.where(
            known[:, :, k], log[:, :, k], _fitted(log[:, :, k], known[:, :, k] & apart, km, touching)
        )
    found[~apart] = 0.0
    level: Floats = np.exp(found)
    return level


def keep_levels(world: World, trade_elasticity: Floats) -> None:
    """Take the levels of trade cost of a world at the long-run theta: a shorter horizon changes theta, not the levels.

    Arguments:
        world: with the elasticities of a horizon. trade_elasticity: [sector] of the long run.
    """
    _long_run[world] = trade_elasticity


def _fitted(log: Floats, known: NDArray[np.bool_], km: Floats, touching: Floats) -> Floats:
    """ln H of all pairs from the pairs that have it: by distance, or by the means of the two economies."""
    if not known.any():
        return np.zeros_like(log)
    overall = log[known].mean()
    count = known.sum(axis=1)
    mean = np.where(count > 0, np.where(known, log, 0.0).sum(axis=1) / np.maximum(count, 1), overall)
    guess: Floats = 0.5 * (mean[:, None] + mean[None, :])
    placed = np.isfinite(km)
    sample = known & placed
    if sample.sum() < _FEWEST:
        return guess
    columns = np.stack([np.ones(sample.sum()), np.log(km[sample]), touching[sample]], axis=1)
    slope = np.linalg.lstsq(columns, log[sample], rcond=None)[0]
    line = slope[0] + slope[1] * np.log(np.where(placed, km, 1.0)) + slope[2] * touching
    fitted: Floats = np.where(placed, line, guess)
    return fitted


def _distances(world: World) -> tuple[Floats, Floats]:
    """[N, N] km between main cities, NaN where a place is not known, and the share of pairs that touch."""
    pairs = pair_distances()
    places = {place for pair in pairs for place in pair}
    members = [
        [part for part in (parts or (code,)) if part in places]
        for code, parts in zip(world.countries, world.country_members, strict=True)
    ]
    n = world.n_countries
    km, touching = np.full((n, n), np.nan), np.zeros((n, n))
    for o, origins in enumerate(members):
        for d, destinations in enumerate(members[:o]):
            found = [pairs[min(a, b), max(a, b)] for a in origins for b in destinations if a != b]
            if found:
                km[o, d] = km[d, o] = np.mean([distance for distance, _ in found])
                touching[o, d] = touching[d, o] = np.mean([touches for _, touches in found])
    return km, touching
