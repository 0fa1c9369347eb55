"""Factor content of trade: whose labour, capital and deposits each party's final spending uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis.parties import capital, said
from countervail.errors import SolveError
from countervail.exhibit import Exhibit
from countervail.model.factors import Factors, factors_of
from countervail.model.parameters import Model, short_run
from countervail.words import percent

if TYPE_CHECKING:
    from countervail.groups import Group
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

SETTLED = 1e-12
MOST_ROUNDS = 5000
APART = replace(short_run, capital_mobility=0.0, resource_mobility=0.0)


def factor_content(
    world: World, groups: Sequence[Group], scenario: Scenario | None = None, model: Model | None = None
) -> Exhibit:
    """What each party's factors earn from the final spending of the others, and the others' from its own.

    Value added is followed through all stages of production, with each economy's own techniques (Johnson and
    Noguera 2012); a positive net content means that the party sells services of the factor.

    Arguments:
        model: says which factors stand apart; labour, capital and mining's resources by default.
    """
    factors, caveat = _factors(world, APART if model is None else model)
    content = spent_on_factors(world, factors, groups)  # seller, buyer, factor
    own = np.array(
        [factors.pay(world.value_added_share * world.output)[:, g.members].sum(axis=(1, 2)) for g in groups]
    )
    rows = []
    for g, group in enumerate(groups):
        for f, name in enumerate(factors.names):
            sold = content[g, :, f].sum() - content[g, g, f]
            bought = content[:, g, f].sum() - content[g, g, f]
            rows.append(
                {
                    "party": group.name,
                    "party_code": group.code,
                    "factor": name,
                    "sold_million_usd": sold,
                    "bought_million_usd": bought,
                    "net_million_usd": sold - bought,
                    "net_percent": 100 * (sold - bought) / own[g, f] if own[g, f] > 0 else np.nan,
                }
            )
    table = pd.DataFrame(rows)
    first = table[table["party_code"] == groups[0].code].sort_values("net_percent", ascending=False).iloc[0]
    kind = "exporter" if first["net_percent"] >= 0 else "importer"
    title = capital(
        f"{said(groups[0])}: a net {kind} of {first['factor']}, worth {percent(abs(first['net_percent']))} of what "
        "it earns at home"
    )
    return Exhibit(
        "factor_content",
        "matrix",
        title,
        f"net factor content of trade over what the factor earns at home, {world.year}",
        "percent",
        table,
        {"row": "party", "column": "factor", "value": "net_percent"},
        f"countervail, {world.name}; labour shares: Penn World Table 10.01, WIOD Socio-Economic Accounts 2016",
        world,
        scenario,
        caveats=(caveat,),
        record={"world": world.name, "base_year": world.year, "fingerprint": world.fingerprint()},
    )


def spent_on_factors(world: World, factors: Factors, groups: Sequence[Group]) -> Floats:
    """[seller, buyer, factor] what the seller's factors earn from the buyer's final spending, million USD.

    The sum over buyers is what the seller's factors earn.
    """
    made = output_by_buyer(world, groups)
    paid = factors.share[:, :, :, None] * (world.value_added_share[:, :, None] * made)[None]
    return np.array([paid[:, group.members].sum(axis=(1, 2)).T for group in groups])


def output_by_buyer(world: World, groups: Sequence[Group]) -> Floats:
    """[economy, sector, buyer] the output that each party's final spending draws, directly and through inputs."""
    bought = world.trade_share / world.tariff  # o, d, s: basic value per unit spent
    final = world.final_share * world.income[:, None]
    made = np.zeros((*world.output.shape, len(groups)))
    spent = np.zeros_like(made)
    for g, group in enumerate(groups):
        spent[group.members, :, g] = final[group.members]
    into = bought.transpose(2, 0, 1).copy()  # s, o, d
    for _ in range(MOST_ROUNDS):
        used = spent + np.matmul(world.input_share, made)
        longer = np.matmul(into, used.transpose(1, 0, 2)).transpose(1, 0, 2)
        gap = np.abs(longer - made).max()
        made = longer
        if gap < SETTLED * world.output.max():
            break
    return made


def _factors(world: World, model: Model) -> tuple[Factors, str]:
    """The factors of the model, or value added as a whole where there are no data for them; and what to say of it."""
    try:
        return factors_of(world, model), (
            "Labour shares are economy-wide; their pattern over sectors is that of the United States."
        )
    except SolveError as error:
        if error.code != "CV312":
            raise
        whole = replace(model, capital_mobility=None, resource_mobility=None)
        return factors_of(
            world, whole
        ), "Value added is one factor here: there are no labour shares for this world."
