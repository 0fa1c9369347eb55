"""What each measure means, on a world of three economies and two goods: written out by hand, solved by other code.

`solved_by_hand` takes Eq. 1-8 as they stand and gives them to a general root finder. Each measure is put into its
arrays as the docs say in words; the answer through the scenario has to be the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from scipy.optimize import brentq, root

import countervail as cv
from countervail.policy.scenario import Scenario
from countervail.world.calibrate import calibrate
from countervail.world.table import Table

CODES, SECTORS = ("RUS", "CHN", "TUR"), ("A01", "C26")
RUS, CHN, TUR = range(3)
A01, C26 = range(2)
BAN = {"embargo": {"name": "ban", "by": "CHN", "on": "RUS", "goods": "C26", "direction": "export"}}


@pytest.fixture(scope="module")
def tiny() -> cv.World:
    rng = np.random.default_rng(3)
    n, j = len(CODES), len(SECTORS)
    flow = rng.uniform(2, 9, (n, n, j))
    flow[np.arange(n), np.arange(n)] *= 6
    made = flow.sum(axis=1)
    inputs = rng.uniform(0.1, 0.3, (n, j, j)) * made[:, None, :]
    tariff = 1 + rng.uniform(0, 0.2, (n, n, j))
    tariff[np.arange(n), np.arange(n)] = 1
    table = Table("tiny", 2021, CODES, SECTORS, flow, inputs, tariff - 1, np.array([True, True]))
    return calibrate(table, np.array([4.0, 5.0]))


@dataclass
class Hand:
    """The arrays of Eq. 1-8 that a measure may change; cells o, d, s."""

    world: cv.World
    cost: np.ndarray = field(init=False)  # d-hat
    tariff: np.ndarray = field(init=False)  # tau'
    wedge: np.ndarray = field(init=False)  # mu'
    rent: np.ndarray = field(init=False)  # o, d, s, economy: who has how much of (mu' - 1) b'
    made: np.ndarray = field(init=False)  # z-hat
    transfer: np.ndarray = field(init=False)
    quantity: np.ndarray = field(init=False)  # b' / c-hat, once solved

    def __post_init__(self):
        n, j = len(CODES), len(SECTORS)
        self.cost, self.wedge, self.tariff = np.ones((n, n, j)), np.ones((n, n, j)), self.world.tariff.copy()
        self.rent = np.zeros((n, n, j, n))
        self.rent[np.arange(n), :, :, np.arange(n)] = 1.0
        self.made, self.transfer = np.ones((n, j)), np.zeros(n)


def solved_by_hand(hand: Hand) -> np.ndarray:
    """Welfare in percent: Eq. 1-8 and a root finder."""
    w, n, j = hand.world, len(CODES), len(SECTORS)
    theta = w.trade_elasticity

    def state(x):
        wage, price, spending = np.exp(x[:n]), np.exp(x[n : n + n * j]).reshape(n, j), np.exp(x[n + n * j :])
        spending = spending.reshape(n, j) * w.expenditure
        cost = wage[:, None] ** w.value_added_share * np.exp(
            np.einsum("ost,os->ot", w.input_share, np.log(price))
        )
        cost /= hand.made
        k = hand.cost * hand.wedge * hand.tariff / w.tariff * cost[:, None, :]
        share = w.trade_share * k**-theta
        index = share.sum(axis=0) ** (-1 / theta)
        share = share * price[None] ** theta
        sales = share * spending[None] / (hand.wedge * hand.tariff)
        output = sales.sum(axis=1)
        revenue = ((hand.tariff - 1) * hand.wedge * sales).sum(axis=(0, 2))
        rents = np.einsum("ods,odse->e", (hand.wedge - 1) * sales, hand.rent)
        income = wage * w.value_added + revenue + rents + w.transfer + hand.transfer
        wanted = w.final_share * income[:, None] + np.einsum("dst,dt->ds", w.input_share, output)
        return wage, price, spending, index, output, income, wanted, cost, sales

    def gaps(x):
        wage, price, spending, index, output, _, wanted, _, _ = state(x)
        labour = (w.value_added_share * output).sum(axis=1) / (wage * w.value_added) - 1
        labour[0] = (wage * w.value_added).sum() / w.value_added.sum() - 1
        return np.concatenate([labour, (index / price - 1).ravel(), (wanted / spending - 1).ravel()])

    found = root(gaps, np.zeros(n + 2 * n * j), method="hybr", tol=1e-13)
    assert np.abs(gaps(found.x)).max() < 1e-10
    _, price, _, _, _, income, _, cost, sales = state(found.x)
    hand.quantity = sales / cost[:, None, :]
    return 100 * (income / w.income / np.prod(price**w.final_share, axis=1) - 1)


def leak(share, s):
    return share ** (-1 / (4.0, 5.0)[s])


def embargo(h):
    h.cost[CHN, RUS, C26] = leak(0.2, C26)


def friction(h):
    h.cost[CHN, RUS, A01] = h.cost[RUS, CHN, A01] = 1.08


def tariff(h):
    h.tariff[CHN, TUR, C26] += 0.25


def level(h):
    h.tariff[CHN, TUR, C26] = 1.35


def subsidy_on_exports(h):
    h.wedge[CHN, [RUS, TUR], C26] = 0.9


def subsidy_on_output(h):
    h.wedge[CHN, :, C26] = 0.9


def transfer(h):
    h.transfer[CHN], h.transfer[RUS] = -2.0, 2.0


def corridor(h):
    h.cost[CHN, RUS, C26] = 0.95
    h.cost[RUS, CHN, C26] = 0.95
    h.cost[TUR, RUS, C26] = leak(0.2, C26)


def removed(h):
    h.cost[CHN, RUS] = 1.04


def agreement(h):
    h.cost[CHN, RUS] = 1.06 * 0.97
    h.cost[RUS, CHN] = 0.97


def productivity(h):
    h.made[RUS, C26] = 1.05


def loss(h):
    h.made[RUS, C26] = 0.97


def more_factors(h):
    h.made[RUS] = 1.02 ** h.world.value_added_share[RUS]


def disruption(h):
    h.cost[CHN, RUS] = h.cost[RUS, CHN] = 1.04


def restored(h):
    h.cost[CHN, RUS] = h.cost[RUS, CHN] = 1.01


def mirrored(h):
    h.tariff[CHN, TUR, C26] += 0.25
    h.tariff[TUR, CHN, C26] += 0.25


def excluded(h):
    for s, theta in enumerate((4.0, 5.0)):
        factor = (0.4 + 0.6 * 1.12**-theta) ** (-1 / theta)
        h.cost[CHN, RUS, s] = h.cost[RUS, CHN, s] = factor


def by_sea(h):
    for s, theta in enumerate((4.0, 5.0)):
        h.cost[CHN, RUS, s] = h.cost[RUS, CHN, s] = 0.4 ** (-1 / theta)


def cheaper_by_land(h):
    for s, theta in enumerate((4.0, 5.0)):
        factor = (0.5 + 0.5 * 0.9**-theta) ** (-1 / theta)
        h.cost[CHN, RUS, s] = h.cost[RUS, CHN, s] = factor


def frozen(h):
    h.transfer[RUS], h.transfer[CHN] = -3.0, 3.0


def licensed(h):
    h.cost[CHN, RUS, C26] = leak(0.3 + 0.7 * 0.2, C26)


def around(h):
    h.cost[CHN, RUS, C26] = 1.2
    h.wedge[CHN, RUS, C26] = 1.1
    h.tariff[CHN, RUS, C26] = h.world.tariff[TUR, RUS, C26]
    h.rent[CHN, RUS, C26] = np.eye(3)[TUR]


def secondary(h):
    h.cost[TUR, RUS, C26] = h.cost[RUS, TUR, C26] = leak(0.1, C26)


def nothing(h):
    pass


QUEUE = {"disruption": {"name": "queue", "between": ["RUS", "CHN"], "rate": "4 %"}}
DUTY = {"tariff": {"name": "duty", "by": "TUR", "on": "CHN", "goods": "C26", "rate": "25 %"}}
BANKS = {"friction": {"by": "CHN", "on": "RUS", "rate": "8 %", "kind": "payments", "direction": "export"}}
CASES = {
    "embargo": (embargo, [{"embargo": {**BAN["embargo"], "leakage": "20 %"}}]),
    "licence": (licensed, [{"embargo": {**BAN["embargo"], "leakage": "20 %", "licence": "30 %"}}]),
    "export_control": (
        embargo,
        [{"export_control": {"by": "CHN", "on": "RUS", "goods": "C26", "leakage": "20 %"}}],
    ),
    "friction": (
        friction,
        [{"friction": {"between": ["RUS", "CHN"], "goods": "A01", "rate": "8 %", "kind": "shipping"}}],
    ),
    "tariff": (tariff, [DUTY]),
    "level": (level, [{"tariff": {"by": "TUR", "on": "CHN", "goods": "C26", "to": "35 %"}}]),
    "subsidy on exports": (
        subsidy_on_exports,
        [{"subsidy": {"by": "CHN", "goods": "C26", "rate": "10 %", "on": "exports"}}],
    ),
    "subsidy on output": (
        subsidy_on_output,
        [{"subsidy": {"by": "CHN", "goods": "C26", "rate": "10 %", "on": "output"}}],
    ),
    "transfer": (transfer, [], [{"transfer": {"payer": "CHN", "payee": "RUS", "amount": 2}}]),
    "freeze": (
        frozen,
        [{"freeze": {"by": "CHN", "on": "RUS", "assets": "100 million USD", "yields": "3 %"}}],
    ),
    "investment_stop": (frozen, [{"investment_stop": {"by": "CHN", "on": "RUS", "amount": 3}}]),
    "corridor": (
        corridor,
        [{"embargo": {**BAN["embargo"], "by": ["CHN", "TUR"], "leakage": "20 %"}}],
        [{"corridor": {"between": ["RUS", "CHN"], "goods": "C26", "saving": "5 %"}}],
    ),
    "payments": (removed, [BANKS], [{"payments": {"between": ["RUS", "CHN"], "removes": "50 %"}}]),
    "agreement": (
        agreement,
        [BANKS],
        [{"agreement": {"between": ["RUS", "CHN"], "saving": "3 %", "payments": "25 %"}}],
    ),
    "substitution": (
        productivity,
        [],
        [{"substitution": {"by": "RUS", "goods": "C26", "rate": "5 %"}}],
    ),
    "technology": (loss, [{"technology": {"by": "RUS", "goods": "C26", "rate": "-3 %"}}]),
    "investment": (more_factors, [], [{"investment": {"by": "RUS", "rate": "2 %"}}]),
    "disruption": (disruption, [QUEUE]),
    "restoration": (restored, [QUEUE], [{"restoration": {"of": "queue", "share": "75 %"}}]),
    "retaliation": (mirrored, [DUTY], [{"retaliation": {"of": "duty"}}]),
    "exclusion": (excluded, [{"exclusion": {"by": "CHN", "on": "RUS", "exposure": "60 %", "rate": "12 %"}}]),
    "transport": (
        by_sea,
        [{"transport": {"between": ["RUS", "CHN"], "mode": "sea", "closed": True, "share": "60 %"}}],
    ),
    "route": (
        cheaper_by_land,
        [],
        [{"route": {"between": ["RUS", "CHN"], "mode": "land", "saving": "10 %", "share": "50 %"}}],
    ),
    "bypass": (
        around,
        [BAN],
        [{"bypass": {"ban": "ban", "through": "TUR", "detour": "120 %", "markup": "10 %"}}],
    ),
    "secondary": (
        secondary,
        [
            {
                "secondary": {
                    "by": "CHN",
                    "on": "TUR",
                    "target": "RUS",
                    "goods": "C26",
                    "friction": "5 %",
                    "leakage": "10 %",
                }
            }
        ],
    ),
    "boycott": (nothing, [{"boycott": {"by": "CHN", "on": "RUS"}}]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_measure_is_what_it_says(tiny, name):
    change, sanctions, *responses = CASES[name]
    hand = Hand(tiny)
    change(hand)
    scenario = Scenario(name="x", sanctions=sanctions, responses=responses[0] if responses else ())
    outcome = cv.solve(tiny, scenario)
    np.testing.assert_allclose(outcome.welfare.to_numpy(), solved_by_hand(hand), atol=1e-7)


@pytest.mark.parametrize(("kind", "share"), [("quota", 0.6), ("contract", 1.3)])
def test_a_quantity_is_what_a_root_search_finds(tiny, kind, share):
    """The rent is the buyer's under a quota, and the seller's, who pays it, under a contract."""
    cell = (CHN, RUS, C26)

    def gap(log_wedge):
        hand = Hand(tiny)
        hand.wedge[cell] = np.exp(log_wedge)
        hand.rent[cell] = np.eye(3)[RUS if kind == "quota" else CHN]
        percent = solved_by_hand(hand)
        return hand.quantity[cell] / tiny.basic_flow()[cell] - share, percent

    low, high = (0.0, 1.0) if kind == "quota" else (-1.0, 0.0)
    log_wedge = brentq(lambda x: gap(x)[0], low, high, xtol=1e-12)
    line = {kind: {"seller": "CHN", "buyer": "RUS", "goods": "C26", "volume": f"{100 * share:g} %"}}
    outcome = cv.solve(tiny, Scenario(name="x", sanctions=[line]))
    assert outcome.equilibrium.wedges[0] == pytest.approx(log_wedge, abs=1e-8)
    np.testing.assert_allclose(outcome.welfare.to_numpy(), gap(log_wedge)[1], atol=1e-7)


@pytest.mark.parametrize("capacity", [0.3, 0.05])
def test_a_hub_that_fills_charges_what_a_root_search_finds(tiny, capacity):
    cell = (CHN, RUS, C26)

    def gap(log_price):
        hand = Hand(tiny)
        around(hand)
        hand.wedge[cell] = 1.1 * np.exp(log_price)
        percent = solved_by_hand(hand)
        return hand.quantity[cell] / tiny.basic_flow()[cell] - capacity, percent

    log_price = brentq(lambda x: gap(x)[0], 0.0, 2.0, xtol=1e-12) if gap(0.0)[0] > 0 else 0.0
    way = {"ban": "ban", "through": "TUR", "detour": "120 %", "markup": "10 %"}
    way["capacity"] = f"{100 * capacity:g} %"
    outcome = cv.solve(tiny, Scenario(name="x", sanctions=[BAN], responses=[{"bypass": way}]))
    assert outcome.shock.routes.log_price[0] == pytest.approx(log_price, abs=1e-8)
    np.testing.assert_allclose(outcome.welfare.to_numpy(), gap(log_price)[1], atol=1e-7)


def test_a_restoration_counts_against_the_disrupted_world(tiny):
    """What both sides find in place is the reference of the harm; what is restored of it is the offset."""
    scenario = Scenario(
        name="x",
        given=[QUEUE],
        sanctions=[{"embargo": {**BAN["embargo"], "leakage": "20 %"}}],
        responses=[{"restoration": {"name": "lanes", "of": "queue", "share": "75 %"}}],
    )

    def percent(rate, banned):
        hand = Hand(tiny)
        hand.cost[CHN, RUS] = hand.cost[RUS, CHN] = rate
        if banned:
            hand.cost[CHN, RUS, C26] *= leak(0.2, C26)
        return solved_by_hand(hand)[RUS]

    table = cv.offset_ledger(tiny, scenario, ranges=False, break_even=False).table
    found = table[(table["code"] == "RUS") & (table["side"] == "target")].set_index("item")
    value = found["percent"]
    assert value["harm"] == pytest.approx(percent(1.04, True) - percent(1.04, False), abs=1e-7)
    assert value["offset"] == pytest.approx(percent(1.01, True) - percent(1.04, True), abs=1e-7)
