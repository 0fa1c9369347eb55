"""Many scenarios at once: labels, what is kept, failures as rows, and the same numbers as one by one."""

import numpy as np
import pytest

from countervail import Embargo, Friction, Scenario, SolveError, Tariff, solve, solve_many
from countervail.kernel.batch import lanes_for
from countervail.model.parameters import Model, long_run
from countervail.outcome import RESULTS

SAME = 1e-7  # percent


@pytest.fixture(scope="module")
def scenarios(icio2021):
    """Twenty scenarios that differ in coalition, goods and size, one of them without an equilibrium."""
    sides = (["EU27"], ["USA", "GBR"], ["JPN", "KOR", "CAN"], ["EU27", "USA", "GBR", "JPN"])
    some = [
        Scenario(name=f"ban {k}", world="icio2021", sanctions=[Embargo(by=side, on="RUS", leakage=leak)])
        for k, (side, leak) in enumerate((side, leak) for side in sides for leak in (0.0, 0.2))
    ]
    some += [
        Scenario(
            name=f"tariff {k}", world="icio2021", sanctions=[Tariff(between=["USA", "CHN"], rate=0.02 * k)]
        )
        for k in range(1, 8)
    ]
    some += [
        Scenario(
            name=f"friction {k}",
            world="icio2021",
            sanctions=[Friction(by=sides[3], on="CHN", kind="shipping", rate=0.03 * k)],
        )
        for k in range(1, 5)
    ]
    everyone = [code for code in icio2021.countries if code != "CHE"]
    alone = Embargo(by=everyone, on="CHE", direction="import")
    return [*some, Scenario(name="sells nothing", world="icio2021", sanctions=[alone])]


@pytest.fixture(scope="module")
def results(icio2021, scenarios):
    return solve_many(icio2021, scenarios, keep=RESULTS[:-4], threads=1)


def test_each_row_is_what_one_solve_gives(icio2021, scenarios, results):
    for k in (0, 3, 9, 18):
        one = solve(icio2021, scenarios[k])
        for name in results:
            np.testing.assert_allclose(
                results[name].sel(scenario=scenarios[k].name), getattr(one, name), rtol=1e-9, atol=SAME
            )
            assert results[name].attrs["unit"] == getattr(one, name).attrs["unit"]
    assert list(results.scenario.to_numpy()) == [scenario.name for scenario in scenarios]
    assert results.attrs["model"] == "long_run"


def test_a_failure_is_a_row_that_says_why(results):
    failed = results.sel(scenario="sells nothing")
    assert "CV306" in str(failed.status.item())
    assert failed.welfare.isnull().all()
    assert np.isnan(failed.residual)
    solved = results.sel(scenario=results.scenario != "sells nothing")
    assert (solved.status == "solved").all()
    assert (solved.residual < 1e-9).all()
    assert not solved.welfare.isnull().any()


def test_order_batch_size_and_threads_change_nothing(icio2021, scenarios, results, monkeypatch):
    backwards = solve_many(icio2021, scenarios[::-1], threads=2).sel(scenario=results.scenario)
    np.testing.assert_allclose(backwards.welfare, results.welfare, rtol=0, atol=SAME)
    assert (backwards.status == results.status).all()
    monkeypatch.setattr(
        "countervail.solver.lanes_for", lambda economies, count: min(3, lanes_for(economies, count))
    )
    smaller = solve_many(icio2021, scenarios, verify="all")
    np.testing.assert_allclose(smaller.welfare, results.welfare, rtol=0, atol=SAME)


def test_the_same_call_gives_the_same_bits(icio2021, scenarios, results):
    again = solve_many(icio2021, scenarios, threads=2)
    assert (again.welfare.fillna(0) == results.welfare.fillna(0)).all()


def test_progress_is_told_to_the_end(icio2021, scenarios):
    told = []
    solve_many(icio2021, scenarios[:3], progress=lambda *step: told.append(step))
    assert told[-1] == ("scenarios", 3, 3)


def test_a_scenario_that_makes_no_sense_is_a_row_too(icio2021, scenarios):
    wrong = Scenario(name="wrong", world="icio2021", sanctions=[Embargo(by="USA", on="XXX")])
    results = solve_many(icio2021, [wrong, scenarios[0]])
    assert str(results.status[0].item()).startswith("CV1")
    assert results.status[1] == "solved"


@pytest.mark.parametrize("closure", ["share", "zero"])
def test_closures_reach_every_row(closure, icio2021, scenarios):
    model = Model("here", closure=closure)
    results = solve_many(icio2021, scenarios[:2], model)
    one = solve(icio2021, scenarios[1], model)
    np.testing.assert_allclose(results.welfare[1], one.welfare, rtol=0, atol=SAME)


def test_names_and_results_have_to_be_known(icio2021, scenarios):
    with pytest.raises(SolveError, match="CV307"):
        solve_many(icio2021, scenarios, long_run, keep=["wellfare"])
    with pytest.raises(SolveError, match="CV308"):
        solve_many(icio2021, [scenarios[0], scenarios[0]])
    by_name = solve_many(icio2021, {"a": scenarios[0], "b": scenarios[0]})
    assert list(by_name.scenario.to_numpy()) == ["a", "b"]
    assert solve_many(icio2021, []).sizes["scenario"] == 0


def test_the_model_is_the_one_that_the_scenarios_name(icio2021):
    ban = Embargo(by=["EU27"], on="RUS", goods="energy", leakage=0.2)
    soon = Scenario(name="soon", world="icio2021", sanctions=[ban], model="short_run")
    results = solve_many(icio2021, [soon])
    assert results.attrs["model"] == "short_run"
    np.testing.assert_allclose(results.welfare[0], solve(icio2021, soon).welfare, atol=1e-9)
    with pytest.raises(SolveError, match=r"CV317.*short_run in soon, long_run in late"):
        solve_many(icio2021, [soon, soon.with_settings({"name": "late", "model": "long_run"})])
