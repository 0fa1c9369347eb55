"""Welfare, exact and to first order, on numbers that a person can check."""

from dataclasses import replace

import numpy as np
import pytest

from countervail.model.welfare import consumer_price, first_order, mean_welfare, real_wage, welfare
from countervail.policy.shock import no_change


def test_nothing_changed_nothing_gained(small, at_rest):
    np.testing.assert_allclose(welfare(at_rest), 0, atol=1e-13)
    np.testing.assert_allclose(real_wage(at_rest), 0, atol=1e-13)
    for part in first_order(at_rest, no_change(small)).values():
        np.testing.assert_allclose(part, 0, atol=1e-12)


def test_consumer_prices_are_weighted_by_final_use(small, at_rest):
    """A spends 66 on food and 90 on tools, B 76 and 80, finally."""
    np.testing.assert_allclose(small.final_share, [[66 / 156, 90 / 156], [76 / 156, 80 / 156]])
    eq = replace(at_rest, price=np.array([[2.0, 1.0], [1.0, 3.0]]))
    np.testing.assert_allclose(consumer_price(eq), [2 ** (66 / 156), 3 ** (80 / 156)])


def test_welfare_is_income_over_prices_and_real_wages_are_wages_over_prices(at_rest):
    eq = replace(
        at_rest,
        income=at_rest.income * [1.21, 1.1],
        wage=np.array([1.1, 0.99]),
        price=np.array([[1.1, 1.1], [1.1, 1.1]]),
    )
    np.testing.assert_allclose(welfare(eq), [10.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(real_wage(eq), [0.0, -10.0], atol=1e-12)


def test_money_and_prices_that_double_together_are_nothing(at_rest):
    eq = replace(at_rest, income=2 * at_rest.income, wage=2 * at_rest.wage, price=2 * at_rest.price)
    np.testing.assert_allclose(welfare(eq), 0, atol=1e-12)
    np.testing.assert_allclose(real_wage(eq), 0, atol=1e-12)


def test_the_mean_of_a_bloc_is_weighted_by_income():
    assert mean_welfare(np.array([1.0, -3.0]), np.array([3.0, 1.0])) == pytest.approx(0.0)
    assert mean_welfare(np.array([5.0]), np.array([2.0])) == 5.0


# --- Eq. 8a ---------------------------------------------------------------------------------------------------


def test_terms_of_trade(small, at_rest):
    """A's food and home tools dearer by 1 and 2 %: A sells 100 and 70, buys 80 and 70; B buys the 20 of food.

    Home sales cancel, so A gains 20 x 1 % on exports of food and B loses it; nothing else has moved.
    """
    eq = replace(at_rest, unit_cost=np.array([[1.01, 1.02], [1.0, 1.0]]))
    shock = no_change(small)
    parts = first_order(eq, shock)
    np.testing.assert_allclose(parts["terms_of_trade"], 100 * np.array([0.2, -0.2]) / 156, atol=1e-12)


def test_volume_of_trade_is_of_taxed_imports_only(small, at_rest, shocks):
    """B's imports of food (tariff 25 %) double in value: (tau - 1) (b' - b) = 0.25 x 20; A's tools bear no tariff."""
    cells = shocks.foreign(small) & (small.trade_share > 0)
    # a friction that halves nothing by itself: the share is put in by way of the price
    price = np.array([[1.0, 1.0], [2**0.5, 1.0]])
    eq = replace(at_rest, price=price)
    parts = first_order(eq, shocks.of(small, cells))
    np.testing.assert_allclose(parts["volume_of_trade"], [0.0, 100 * 0.25 * 20 / 156])
    np.testing.assert_allclose(parts["terms_of_trade"], 0, atol=1e-12)


def test_efficiency(small, at_rest, shocks):
    """A learns 3 % in tools: 70 x 3 %. A friction of 10 % on B's imports of food melts 25 (1 - 1/1.1)."""
    z = np.array([[1.0, 1.03], [1.0, 1.0]])
    parts = first_order(at_rest, shocks.cell(small, 0, 1, 0, cost=1.1, productivity=z))
    np.testing.assert_allclose(parts["efficiency"], [100 * 2.1 / 156, -100 * 25 * (1 - 1 / 1.1) / 156])


def test_a_ban_melts_what_it_stops(small, at_rest, shocks):
    """theta 2, a quarter let through: d-hat = 2, so half of 25; nothing let through: all of it."""
    for let_through, melted in ((0.25, 12.5), (0.0, 25.0)):
        parts = first_order(at_rest, shocks.cell(small, 0, 1, 0, passing=let_through))
        np.testing.assert_allclose(parts["efficiency"], [0.0, -100 * melted / 156], atol=1e-12)


def test_transfers_and_the_total(small, at_rest):
    eq = replace(at_rest, transfer=at_rest.transfer + np.array([3.0, -3.0]))
    parts = first_order(eq, no_change(small))
    np.testing.assert_allclose(parts["transfers"], [100 * 3 / 156, -100 * 3 / 156], atol=1e-12)
    names = ("terms_of_trade", "volume_of_trade", "efficiency", "rents", "transfers")
    assert set(parts) == {*names, "total"}
    np.testing.assert_allclose(parts["total"], sum(parts[name] for name in names))


@pytest.mark.parametrize("to_buyer", [False, True])
def test_rents_are_what_a_side_gets_less_what_it_pays(to_buyer, small, at_rest, shocks):
    """A wedge of 10 % on B's imports of food (20 at basic prices): B pays 2 whoever gets them.

    A rent that comes back to those who paid it is no gain to first order.
    """
    shock = shocks.cell(small, 0, 1, 0, wedge=1.1, rent_to_buyer=to_buyer)
    price = np.array(
        [[1.0, 1.0], [1.1, 1.0]]
    )  # so that the share, and b' = 25 / (1.25 x 1.1), are B's old spending
    rent = 0.1 * 25 / (1.25 * 1.1)
    eq = replace(at_rest, price=price, rent=np.array([0.0, rent] if to_buyer else [rent, 0.0]))
    parts = first_order(eq, shock)
    expected = [0.0, 0.0] if to_buyer else [100 * rent / 156, -100 * rent / 156]
    np.testing.assert_allclose(parts["rents"], expected, atol=1e-12)
