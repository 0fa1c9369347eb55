"""What one percent more of a barrier on each good does, before any sanctions and on top of the actual ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.derivative import gradient, point
from countervail.errors import SolveError
from countervail.exhibit import Exhibit
from countervail.policy.shock import no_change
from countervail.solver import equilibrium
from countervail.words import number

if TYPE_CHECKING:
    from countervail.analysis.frontier_instruments import Instruments
    from countervail.model.parameters import Model
    from countervail.policy.shock import Shock

Floats = NDArray[np.float64]


def marginal_rates(
    instruments: Instruments,
    regime: Shock,
    model: Model,
    weights: Floats,
    about: dict[str, Any],
    base_words: str,
) -> Exhibit:
    """What one percent more of a barrier on each good does to both sides, and harm over own cost.

    Arguments:
        regime: the actual sanctions, on top of which the percent comes. weights: [2, country] of targets and senders.

    Returns:
        Exhibit, one row a good and direction, the most harmful on top of the sanctions first; columns that begin with
        `first_` are of the first percent, without any sanctions. A good whose trade is banned has no slope: missing.
        Where sanctions hold limits on prices or quantities only the first percent is known.
    """
    first = _slopes(instruments, no_change(instruments.world), model, weights)
    note: tuple[str, ...] = ()
    try:
        more = _slopes(instruments, regime, model, weights)
    except SolveError as error:
        if error.code != "CV309":
            raise
        more = np.full_like(first, np.nan)
        note = ("The sanctions hold limits on prices or quantities, at which there are no slopes.",)
    closed = instruments.open_cells(regime) == 0
    more[:, closed] = np.nan
    table = pd.DataFrame(
        {
            "label": [f"{good}, {way}s" for good, way in instruments.names],
            "harm_percent": -more[0],
            "own_cost_percent": -more[1],
            "harm_per_own_cost": _ratio(more),
            "first_harm_percent": -first[0],
            "first_own_cost_percent": -first[1],
            "first_harm_per_own_cost": _ratio(first),
        }
    )
    known = not bool(np.isnan(more).all())
    value = "harm_percent" if known else "first_harm_percent"
    table = table.sort_values(value, ascending=False, kind="stable", ignore_index=True)
    return Exhibit(
        name="frontier_rates",
        kind="ranking",
        title=_title(table, known),
        subtitle=f"Harm of one percent more on each good and direction; {base_words}",
        table=table,
        roles={"label": "label", "value": value},
        caveats=(
            "Exact derivatives, at the sanctions and at the base year. A ratio is missing where a side gains, a rate "
            "where all of the trade is banned.",
            *note,
        ),
        **about,
    )


def _slopes(instruments: Instruments, shock: Shock, model: Model, weights: Floats) -> Floats:
    """[targets or senders, instrument] percent of income by one percent more of each barrier."""
    both = gradient(point(equilibrium(instruments.world, shock, model), shock), weights.T)
    return 0.01 * np.array([instruments.slopes_at(both, shock, k) for k in (0, 1)])


def _ratio(slopes: Floats) -> Floats:
    target, sender = slopes
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.where((target < 0) & (sender < 0), target / sender, np.nan)
    return ratio


def _title(table: pd.DataFrame, known: bool) -> str:
    top = table["label"].iloc[0].lower()
    if not known:
        return f"The first percent of a barrier hurts most on {top}"
    cheap = table.dropna(subset=["harm_per_own_cost"])
    said = f"On top of the sanctions one percent more hurts most on {top}"
    if cheap.empty:
        return said
    best = cheap.sort_values("harm_per_own_cost", ascending=False).iloc[0]
    return (
        f"{said}; of barriers that cost anything the cheapest is {best['label'].lower()}: "
        f"{number(best['harm_per_own_cost'])} % of harm for each of own cost"
    )
