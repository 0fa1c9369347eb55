"""Tariff games: the closed form of a small economy, best answers, and an equilibrium nobody leaves."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.analysis.game import _best, optimal_tariff, tariff_war
from countervail.errors import OutputError
from countervail.model.parameters import long_run
from countervail.world.calibrate import calibrate
from countervail.world.table import Table


def small_economy(theta, export_weights):
    """A tiny economy beside a large one: balanced trade, no inputs, no tariffs."""
    j = len(theta)
    flow = np.zeros((2, 2, j))
    flow[0, 0], flow[1, 1] = 1.0, 1e6
    flow[0, 1] = np.array(export_weights)
    flow[1, 0] = sum(export_weights) / j
    table = Table(
        name="small economy",
        year=2000,
        countries=("SML", "BIG"),
        sectors=tuple(f"S{k}" for k in range(j)),
        flow=flow,
        intermediate=np.zeros((2, j, j)),
        tariff=np.zeros((2, 2, j)),
        goods=np.ones(j, dtype=bool),
    )
    return calibrate(table, np.array(theta))


@pytest.mark.parametrize("theta", [2.0, 4.0, 8.0])
def test_a_small_economy_of_one_sector_has_one_over_theta(theta):
    rate = optimal_tariff(small_economy([theta], [0.3]), "SML")
    assert rate == pytest.approx(1 / theta, rel=2e-3)


def test_with_sectors_it_is_one_over_the_elasticity_of_its_exports():
    """Equal elasticities in two sectors: the same rate as in one (uniform tariffs act on the wage alone)."""
    assert optimal_tariff(small_economy([5.0, 5.0], [0.2, 0.1]), "SML") == pytest.approx(0.2, rel=2e-3)


def test_nobody_leaves_a_nash_equilibrium(small):
    war = tariff_war(small, ["EU", "USA"])
    assert war.record["ending"] == "settled"
    place = {code: small.countries.index(code) for code in ("EU", "USA")}
    rates = dict(zip(war.table["code"], war.table["rate_percent"] / 100, strict=True))
    for code, other in (("EU", "USA"), ("USA", "EU")):
        held = {place[other]: (rates[other], [place[code]])}
        best, _ = _best(small, held, place[code], [place[other]], 3.0, long_run)
        assert best == pytest.approx(rates[code], abs=1e-3)


@pytest.mark.parametrize("players", [[], ["EU"], ["EU", "EU"], ["EU", "XXX"]])
def test_players_that_cannot_play(small, players):
    with pytest.raises(OutputError, match="CV430"):
        tariff_war(small, players)
