"""Many scenarios of one world: order, company, threads and repetition change no result; a failure is a value."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.errors import SolveError
from countervail.model.equilibrium import Equilibrium
from countervail.model.parameters import CLOSURES, long_run
from countervail.policy.shock import no_change
from countervail.solver import equilibria, equilibrium

SAME = 1e-9
ARRAYS = tuple(
    f.name for f in fields(Equilibrium) if f.name in {"wage", "price", "unit_cost", "expenditure", "output"}
)


def assert_same(one, other):
    """Two answers to one question, to 1e-9."""
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=SAME, err_msg=name)
    np.testing.assert_allclose(one.income, other.income, rtol=SAME)
    assert one.parts == other.parts
    assert one.notes == other.notes


def some_shocks(world, shocks, seed, count):
    """Mixed shocks of all sizes, no change, and a world cut in two (if that leaves every good a source)."""
    rng = np.random.default_rng(seed)
    found = [
        shocks.mixed(world, int(rng.integers(2**31)), float(rng.uniform(0.01, 1)), bans=True)
        for _ in range(count)
    ]
    found[count // 2] = no_change(world)
    return found


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31), count=st.integers(1, 20))
def test_company_and_order_change_nothing(threads, closure, data, seed, count, recipes, shocks):
    world = data.draw(recipes()).world()
    model = replace(long_run, closure=closure)
    some = some_shocks(world, shocks, seed, count)
    # one at a time; a member without an equilibrium is its error in any company
    alone = [next(equilibria(world, [shock], model)) for shock in some]
    together = list(equilibria(world, some, model, threads=threads))
    backwards = list(equilibria(world, some[::-1], model, threads=threads))[::-1]
    assert len(together) == len(backwards) == count
    for one, two, three in zip(alone, together, backwards, strict=True):
        if isinstance(one, SolveError):
            assert str(one) == str(two) == str(three)
        else:
            assert one.income.min() > 0.0
            assert_same(one, two)
            assert_same(one, three)


@pytest.fixture(scope="module")
def of_the_embedded_world(icio2021, shocks):
    """Five shocks of very different size, and their equilibria one by one."""
    world = icio2021
    usa, china, russia = (world.index(c) for c in ("USA", "CHN", "RUS"))
    everyone = np.arange(world.n_countries)
    europe = [world.index(c) for c in ("DEU", "FRA", "ITA", "POL", "NLD")]
    some = [
        no_change(world),
        shocks.tariffs(world, shocks.between(world, usa, china) & world.goods, 0.25),
        shocks.of(world, shocks.between(world, europe, russia), passing=0.0),
        shocks.of(world, shocks.mask(world, everyone, russia), cost=1.3),
        shocks.of(world, shocks.mask(world, china, everyone), wedge=0.95),
    ]
    return some, [equilibrium(world, shock) for shock in some]


@pytest.mark.parametrize("threads", [1, 2])
def test_company_changes_nothing_in_the_embedded_world(threads, icio2021, of_the_embedded_world):
    some, alone = of_the_embedded_world
    many = [some[i % 5] for i in (*range(5), *range(4, -1, -1), 2, 2, 1)]
    for i, eq in enumerate(equilibria(icio2021, many, threads=threads)):
        k = next(k for k in range(5) if many[i] is some[k])
        assert_same(eq, alone[k])


def test_two_solves_at_once_are_two_solves(icio2021, of_the_embedded_world):
    some, alone = of_the_embedded_world
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda shock: equilibrium(icio2021, shock), some * 2))
    for eq, one in zip(answers, alone * 2, strict=True):
        assert_same(eq, one)


def test_the_same_batch_gives_the_same_bits(icio2021, of_the_embedded_world):
    some, _ = of_the_embedded_world
    first, again = (list(equilibria(icio2021, some)) for _ in range(2))
    for one, two in zip(first, again, strict=True):
        for name in (*ARRAYS, "income"):
            assert (getattr(one, name) == getattr(two, name)).all()


@given(data=st.data(), seed=st.integers(0, 2**31), place=st.integers(0, 9))
def test_a_member_without_equilibrium_is_its_own_error_and_nobody_elses(data, seed, place, recipes, shocks):
    world = data.draw(recipes(gaps=False, missing=0.0)).world()
    some = some_shocks(world, shocks, seed, 10)
    cut = np.zeros(world.tariff.shape, bool)
    cut[:, 0, 0] = True
    some[place] = shocks.of(world, cut, passing=0.0, name="cut off")
    answers = list(equilibria(world, some))
    assert len(answers) == 10
    for i, answer in enumerate(answers):
        if i == place:
            assert isinstance(answer, SolveError)
            assert answer.code == "CV301"
        else:
            assert_same(answer, equilibrium(world, some[i]))


def test_an_empty_batch_is_empty(icio2021):
    assert list(equilibria(icio2021, [])) == []
