"""Price caps, quotas and contracts become limits: units, rents, and what lifts or absorbs them."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.errors import ScenarioError
from countervail.policy.complaint import Complaint
from countervail.policy.scenario import Scenario
from countervail.policy.shock import Shock, compile_scenario
from countervail.policy.volume import UnitPrice, Volume
from countervail.world.catalog import load_world
from countervail.world.physical import physical_units


@pytest.fixture(scope="module")
def energy():
    return load_world("icio2021-energy")


def shock_of(world, sanctions=(), responses=(), **more) -> Shock:
    return compile_scenario(
        Scenario(name="x", sanctions=sanctions, responses=responses, **more), world
    ).shock()


def flat(world, o: str, d: str, s: str) -> int:
    n, j = world.n_countries, world.n_sectors
    return (world.index(o) * n + world.index(d)) * j + world.sectors.index(s)


CAP = {"price_cap": {"sellers": "RUS", "by": "DEU", "buyers": "TUR", "goods": ["A01", "K"], "fall": "20 %"}}
QUOTA = {"quota": {"seller": "RUS", "buyer": ["DEU", "FRA"], "goods": "A01", "volume": "70 %"}}
CONTRACT = {"contract": {"seller": "RUS", "buyer": "CHN", "goods": "A01", "volume": "120 %"}}


def test_a_cap_is_one_limit_for_each_seller_and_good(world):
    shock = shock_of(world, [CAP])
    rus, a01 = world.index("RUS"), world.sectors.index("A01")
    food = next(limit for limit in shock.conditions if limit.watched == rus * world.n_sectors + a01)
    assert len(shock.conditions) == 2
    assert (food.kind, food.bound, food.sign) == ("cap", pytest.approx(0.8), 1)
    assert set(food.cells) == {flat(world, "RUS", "DEU", "A01"), flat(world, "RUS", "TUR", "A01")}
    assert set(food.rent_to) == {world.index("DEU"), world.index("TUR")}
    assert shock.specific is not None
    assert np.argwhere(shock.specific).tolist() == [[rus, a01], [rus, world.sectors.index("K")]]


def test_a_capped_sector_has_its_own_factor_even_where_the_cap_is_not_active(world):
    compiled = compile_scenario(Scenario(name="x", sanctions=[CAP]), world)
    without = compiled.shock(sanctions=False)
    assert without.conditions == ()
    np.testing.assert_array_equal(without.specific, compiled.shock().specific)


def test_quantities_add_up_over_cells(world):
    shock = shock_of(world, [QUOTA], [CONTRACT])
    quota, contract = shock.conditions
    value = world.basic_flow().ravel()
    assert quota.bound == pytest.approx(0.7 * value[quota.cells].sum())
    assert contract.bound == pytest.approx(1.2 * value[contract.cells].sum())
    assert (quota.sign, contract.sign) == (1, -1)
    assert set(quota.rent_to) == {world.index("DEU"), world.index("FRA")}
    assert set(contract.rent_to) == {world.index("RUS")}
    np.testing.assert_array_equal(quota.weights, 1)
    assert shock.specific is None


@pytest.mark.parametrize(("rent", "who"), [("seller", "RUS"), ("buyer", "CHN"), ("TUR", "TUR")])
def test_the_rent_goes_to_the_side_that_is_named(world, rent, who):
    (limit,) = shock_of(world, [], [{"contract": {**CONTRACT["contract"], "rent": rent}}]).conditions
    assert set(limit.rent_to) == {world.index(who)}


def test_a_quota_of_nothing_is_an_embargo(world):
    quota = {"quota": {**QUOTA["quota"], "volume": 0, "start": "2022-01", "full_by": "2023-01"}}
    shock = shock_of(world, [quota])
    assert shock.conditions == ()
    assert set(shock.passing) == {0.0}
    (half,) = shock_of(world, [quota], date="2022-07-02").conditions
    assert half.bound == pytest.approx(
        world.basic_flow().ravel()[half.cells].sum() * (1 - 182 / 365), rel=1e-9
    )


def test_a_contract_for_nothing_guarantees_nothing(world):
    assert shock_of(world, [], [{"contract": {**CONTRACT["contract"], "volume": 0}}]).conditions == ()


def test_a_limit_moves_from_the_base_year_to_its_full_size(world):
    dated = {"start": "2022-01", "full_by": "2023-01"}
    items = [{kind: {**fields, **dated} for kind, fields in item.items()} for item in (CAP, QUOTA, CONTRACT)]
    share = 182 / 365
    full, half = shock_of(world, items), shock_of(world, items, date="2022-07-02")
    for whole, part in zip(full.conditions, half.conditions, strict=True):
        calm = 1.0 if whole.kind == "cap" else world.basic_flow().ravel()[whole.cells].sum()
        assert part.bound == pytest.approx(calm + share * (whole.bound - calm))
    assert shock_of(world, items, date="2021-12-31").conditions == ()


def test_an_embargo_absorbs_and_a_corridor_lifts(world):
    ban = {"embargo": {"by": "DEU", "on": "RUS", "goods": "A01", "direction": "import"}}
    quota, contract = shock_of(world, [QUOTA, ban], [CONTRACT]).conditions
    assert set(quota.cells) == {flat(world, "RUS", "FRA", "A01")}
    assert contract.kind == "contract"
    corridor = {"corridor": {"between": ["RUS", "DEU"], "goods": "A01"}}
    left = shock_of(world, [CAP, QUOTA, ban], [corridor]).conditions
    assert all(flat(world, "RUS", "DEU", "A01") not in limit.cells for limit in left)
    assert [limit.kind for limit in left] == ["cap", "cap", "quota"]
    # a contract is nobody's sanction, and an answer in kind is not lifted
    kept = shock_of(world, [CONTRACT], [{"corridor": {"between": ["RUS", "CHN"], "saving": 0.1}}])
    assert [limit.kind for limit in kept.conditions] == ["contract"]
    answer = {"retaliation": {"measures": [QUOTA]}}
    held = shock_of(world, [ban], [answer, {"corridor": {"between": ["RUS", "FRA"], "saving": 0.1}}])
    assert flat(world, "RUS", "FRA", "A01") in held.conditions[0].cells


def test_a_corridor_that_lifts_only_a_quota_is_not_idle(world):
    assert shock_of(world, [QUOTA], [{"corridor": {"between": ["RUS", "DEU"], "goods": "A01"}}]).conditions[
        0
    ].cells.tolist() == [flat(world, "RUS", "FRA", "A01")]


def test_physical_volumes_are_those_of_the_world(energy):
    item = {
        "contract": {"seller": "RUS", "buyer": "CHN", "goods": "gas", "volume": "38 bcm", "name": "pipes"}
    }
    compiled = compile_scenario(Scenario(name="x", responses=[item]), energy)
    (limit,) = compiled.shock().conditions
    units = physical_units(energy)["B06_GAS"]
    rus, chn = energy.index("RUS"), energy.index("CHN")
    base = energy.basic_flow()[rus, chn, energy.sectors.index("B06_GAS")]
    assert limit.bound == pytest.approx(base * 38 / units.volume[rus, chn])
    (note,) = compiled.notes()
    assert note.startswith("pipes: 38 bcm a year at ")
    assert "times the base year's" in note


def test_several_cells_of_a_physical_volume_are_weighed(energy):
    item = {"quota": {"seller": "RUS", "buyer": ["DEU", "TUR"], "goods": "gas", "volume": "30 bcm"}}
    (limit,) = shock_of(energy, [item]).conditions
    units = physical_units(energy)["B06_GAS"]
    rus = energy.index("RUS")
    volume = units.volume[rus, sorted((energy.index("DEU"), energy.index("TUR")))]
    value = energy.basic_flow().ravel()[limit.cells]
    # at the base year's quantities the limit is as far from binding as in cubic metres
    assert limit.weights @ value / limit.bound == pytest.approx(volume.sum() / 30)
    assert (limit.weights * value / volume).std() == pytest.approx(0, abs=1e-9)


def test_a_price_in_money_is_set_against_the_base_price(energy):
    item = {"price_cap": {"sellers": "RUS", "by": "IND", "goods": "oil", "level": "20 USD a barrel"}}
    compiled = compile_scenario(Scenario(name="x", sanctions=[item]), energy)
    (limit,) = compiled.shock().conditions
    value = physical_units(energy)["B06_OIL"].value_per_unit[energy.index("RUS"), energy.index("IND")]
    assert limit.bound == pytest.approx(20 * 7.33 / value)
    assert "USD a barrel in this world" in compiled.notes()[0]


BAD = [
    ("price_cap", {"sellers": "DEU", "by": "ROW", "goods": "A01", "fall": 0.2}, "CV130"),
    ("contract", {"seller": "TUR", "buyer": "RUS", "goods": "C26", "volume": "110 %"}, "CV130"),
    ("quota", {"seller": "RUS", "buyer": "DEU", "goods": "A01", "volume": "3 bcm"}, "CV131"),
    ("price_cap", {"sellers": "RUS", "by": "DEU", "goods": "A01", "level": "60 USD a barrel"}, "CV131"),
    ("contract", {"seller": "RUS", "buyer": "CHN", "goods": "A01", "volume": "110 %", "rent": "eu"}, "CV113"),
    ("quota", {"seller": "RUS", "buyer": "RUS", "goods": "A01", "volume": "10 %"}, "CV116"),
    ("quota", {"seller": "RUS", "buyer": "DEU", "goods": "A01", "volume": "9 %", "in_force": True}, "CV120"),
]


@pytest.mark.parametrize(("kind", "fields", "code"), BAD)
def test_limits_that_make_no_sense_on_a_world(world, kind, fields, code):
    with pytest.raises(ScenarioError) as caught:
        shock_of(world, [{kind: fields}])
    assert caught.value.code == code
    assert "sanctions[0]" in caught.value.where


def test_a_unit_that_the_good_is_not_measured_in(energy):
    for kind, fields in (
        ("quota", {"seller": "RUS", "buyer": "CHN", "goods": "gas", "volume": "3 million barrels"}),
        ("price_cap", {"sellers": "RUS", "by": "CHN", "goods": "gas", "level": "60 USD a barrel"}),
        ("quota", {"seller": "RUS", "buyer": "CHN", "goods": ["oil", "gas"], "volume": "3 bcm"}),
    ):
        with pytest.raises(ScenarioError, match="CV131"):
            shock_of(energy, [{kind: fields}])


@pytest.mark.parametrize("value", ["ten bcm", 38, True, None, "", [3], "5 %%", "nan bcm"])
def test_volumes_that_cannot_be_read(value):
    with pytest.raises(Complaint, match="CV131"):
        Volume.read(value)


def test_quantities_and_prices_below_zero():
    for read, value in (
        (Volume.read, "-3 bcm"),
        (Volume.read, "-5 %"),
        (UnitPrice.read, "0 %"),
        (UnitPrice.read, "-3 USD a t"),
    ):
        with pytest.raises(Complaint, match="CV132"):
            read(value)


@pytest.mark.parametrize(
    "text", ["38 bcm", "90 %", "0.5 million t", "5 billion USD", "1e-05 PJ", "12 million t LNG"]
)
def test_volumes_read_back(text):
    volume = Volume.read(text)
    assert Volume.read(volume.written) == volume


@pytest.mark.parametrize(("text", "unit", "per_unit"), [
    ("60 USD a barrel", "million t", 439.8),
    ("60 USD/barrel", "million t", 439.8),
    ("300 usd per 1000 m3", "bcm", 300.0),
    ("10 USD per million Btu", "bcm", 341.2),
    ("30 USD a MWh", "bcm", 300.0),
])  # fmt: skip
def test_prices_in_million_usd_a_unit(text, unit, per_unit):
    price = UnitPrice.read(text)
    assert price.unit == unit
    assert price.per_unit == pytest.approx(per_unit, rel=1e-4)
    assert UnitPrice.read(price.written) == price
    assert price.of(price.per_unit) == pytest.approx(price.value)
