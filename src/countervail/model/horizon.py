"""The world at a horizon: the same accounts with the trade elasticities that a model gives it."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import TYPE_CHECKING

from countervail.policy.levels import keep_levels

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.world.world import World

_known: weakref.WeakKeyDictionary[World, dict[float, World]] = weakref.WeakKeyDictionary()
_share: weakref.WeakKeyDictionary[World, float] = weakref.WeakKeyDictionary()


def at_horizon(world: World, model: Model) -> World:
    """The world with its long-run theta times the model's `elasticity_share`, worked out once and kept with it.

    Of a world that stands at a horizon already the long-run theta is meant, so asking twice changes nothing.

    Returns:
        The world itself where it is at this horizon.
    """
    share, now = model.elasticity_share, _share.get(world, 1.0)
    if share == now:
        return world
    kept = _known.setdefault(world, {})
    if share not in kept:
        kept[share] = replace(world, trade_elasticity=world.trade_elasticity * (share / now))
        _share[kept[share]] = share
        keep_levels(kept[share], world.trade_elasticity / now)
    return kept[share]
