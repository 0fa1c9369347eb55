"""The world at a horizon: the same accounts with the trade elasticities that a model gives it."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.world.world import World

_known: weakref.WeakKeyDictionary[World, dict[float, World]] = weakref.WeakKeyDictionary()


def at_horizon(world: World, model: Model) -> World:
    """The world with theta times the model's `elasticity_share`, worked out once and kept with it.

    Returns:
        The world itself where the share is 1.
    """
    share = model.elasticity_share
    if share == 1.0:
        return world
    kept = _known.setdefault(world, {})
    if share not in kept:
        kept[share] = replace(world, trade_elasticity=share * world.trade_elasticity)
    return kept[share]
