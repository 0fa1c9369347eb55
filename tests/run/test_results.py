"""Runs: the same to the bit whoever solves and however often it was stopped; what fails stays in the table."""

from __future__ import annotations

import multiprocessing
import os
import signal

import duckdb
import numpy as np
import pytest

from countervail.errors import CountervailError, OutputError
from countervail.model.parameters import Model
from countervail.model.welfare import welfare
from countervail.policy.shock import compile_scenario
from countervail.run.engines import Cluster, InProcess, Processes
from countervail.run.results import gather, run_plan
from countervail.run.store import batch_path
from countervail.solver import equilibrium

ONE_WAY = {"embargo": {"by": "C1", "on": ["C0", "C2", "C3"], "direction": "import"}}  # sells and buys nothing


def contents(folder):
    return {path.name: path.read_bytes() for path in (folder / "batches").iterdir()}


def test_every_row_is_the_scenario_with_its_settings(tiny, plan, tmp_path):
    """Against compiling and solving each scenario alone."""
    found = run_plan(plan, tmp_path, tiny).table
    assert list(found["scenario"]) == list(range(24))
    assert set(found["status"]) == {"solved"}
    for n, row in found.iterrows():
        point = dict(plan.point(n))
        model = Model("long_run", closure=point.pop("closure"))
        compiled = compile_scenario(plan.scenario.with_settings(point), tiny)
        alone = welfare(equilibrium(tiny, compiled.shock(), model))
        assert (
            np.abs(row[[f"welfare_{code}" for code in tiny.countries]].to_numpy(float) - alone).max() < 1e-8
        )
        world = np.average(alone, weights=tiny.income)
        assert row["welfare_WORLD"] == pytest.approx(world, abs=1e-8)
        assert row["welfare_TARGETS"] == pytest.approx(row["welfare_C1"], rel=1e-12)


def test_an_interrupted_run_is_taken_up_and_nothing_is_solved_twice(tiny, plan, tmp_path):
    whole = run_plan(plan, tmp_path / "whole", tiny)
    steps = []

    def stop_after_two(stage, done, total):
        steps.append(done)
        if len(steps) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_plan(plan, tmp_path / "cut", tiny, progress=stop_after_two)
    assert steps == [0, 5, 10]
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "cut" / "batches").iterdir()}
    with pytest.raises(OutputError, match="CV428"):
        gather(tmp_path / "cut")
    assert len(gather(tmp_path / "cut", partial=True).table) == 10
    again = run_plan(plan, tmp_path / "cut", tiny)
    assert again.fresh == 14
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    assert again.arrow.equals(whole.arrow)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
    assert run_plan(plan, tmp_path / "cut", tiny).fresh == 0


def test_what_fails_stays_in_the_table_with_its_reason(tiny, make_plan, tmp_path):
    plan = make_plan(
        {
            "list": [
                {"responses.0.saving": "5 %", "elasticity_factor": 1.1, "sanctions.1.on": "C1"},
                {"responses.0.saving": "150 %"},
                {"elasticity_factor": -1},
                {"sanctions.1.on": "XYZ"},
                {"sanctions": [ONE_WAY]},
                {"sanctions": [], "active": "sanctions"},
                {"responses.0.saving": "6 %", "elasticity_factor": 0.9, "sanctions.1.on": "C1"},
            ]
        },
    )
    found = run_plan(plan, tmp_path, tiny)
    assert list(found.table["status"]) == ["solved", *["failed"] * 4, "solved", "solved"]
    assert [str(reason)[:5] for reason in found.table["reason"][1:5]] == ["CV107", "CV207", "CV111", "CV306"]
    numbers = found.table.filter(like="welfare_")
    assert numbers.iloc[1:5].isna().all().all()
    assert numbers.iloc[0].notna().any()
    assert found.failures == {"CV107": 1, "CV207": 1, "CV111": 1, "CV306": 1}
    assert "3 of 7 scenarios solved" in repr(found)


def test_details_on_request(tiny, make_plan, tmp_path):
    plan = make_plan({"list": [{}]}, keep=["real_wage", "output"])
    row = run_plan(plan, tmp_path, tiny).table.iloc[0]
    eq = equilibrium(tiny, compile_scenario(plan.scenario, tiny).shock())
    np.testing.assert_allclose(row["output"], eq.output.ravel(), rtol=1e-9)
    assert np.isfinite(row["real_wage_C3"])


def test_duckdb_reads_the_files(tiny, plan, tmp_path):
    table = run_plan(plan, tmp_path, tiny).table
    mean = duckdb.sql(
        f"""select closure, avg(welfare_TARGETS) as harm from '{tmp_path}/batches/*.parquet'
        where "responses.0.saving" > 0.05 and status = 'solved' group by closure order by closure"""
    ).fetchall()
    wanted = table[table["responses.0.saving"] > 0.05].groupby("closure")["welfare_TARGETS"].mean()
    assert [name for name, _ in mean] == list(wanted.index)
    np.testing.assert_allclose([value for _, value in mean], wanted)


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ({"responses.7.saving": "5 %"}, "CV122"),
        ({"elasticity": "XX"}, "CV206"),
        ({"closure": "open"}, "CV420"),
        ({"active": "some"}, "CV420"),
        ({"blocs.front": ["C1"]}, "CV116"),
    ],
)
def test_a_plan_that_fits_nothing_is_refused_before_anything_is_written(
    tiny, make_plan, tmp_path, point, code
):
    with pytest.raises(CountervailError) as caught:
        run_plan(make_plan({"list": [point]}), tmp_path / "new", tiny)
    assert caught.value.code == code
    assert not (tmp_path / "new").exists()


# Folders -----------------------------------------------------------------------------------------------------


def test_another_plan_world_or_folder_is_refused_and_nothing_is_touched(
    tiny, random_world, plan, make_plan, tmp_path, monkeypatch
):
    run_plan(plan, tmp_path, tiny)
    before = contents(tmp_path) | {"sweep": (tmp_path / "sweep.json").read_bytes()}
    with pytest.raises(OutputError, match=r"CV424.*another plan"):
        run_plan(make_plan({"list": [{}]}), tmp_path, tiny)
    with pytest.raises(OutputError, match=r"CV424.*another world"):
        run_plan(plan, tmp_path, random_world(8))
    monkeypatch.setattr("countervail.run.batches.__version__", "9.9")
    with pytest.raises(OutputError, match=r"CV424.*another version"):
        run_plan(plan, tmp_path, tiny)
    assert contents(tmp_path) | {"sweep": (tmp_path / "sweep.json").read_bytes()} == before


def test_a_folder_with_other_files_is_refused(tiny, plan, tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match=r"CV423.*thesis"):
        run_plan(plan, tmp_path, tiny)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
    with pytest.raises(OutputError, match="CV423"):
        gather(tmp_path)


def test_a_place_that_is_a_file(tiny, plan, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="CV401"):
        run_plan(plan, tmp_path / "file", tiny)


def test_a_damaged_batch_is_named_and_can_be_done_again(tiny, plan, tmp_path):
    whole = run_plan(plan, tmp_path, tiny)
    place = batch_path(tmp_path, 2)
    good = place.read_bytes()
    place.write_bytes(good[: len(good) // 2])
    with pytest.raises(OutputError, match=r"CV425.*batch-000002"):
        gather(tmp_path)
    place.write_bytes(batch_path(tmp_path, 4).read_bytes())
    with pytest.raises(OutputError, match="CV425"):
        gather(tmp_path)
    place.unlink()
    assert run_plan(plan, tmp_path, tiny).arrow.equals(whole.arrow)
    (tmp_path / "sweep.json").write_text("{")
    with pytest.raises(OutputError, match="CV425"):
        gather(tmp_path)


def test_two_runs_in_one_folder(tiny, plan, tmp_path):
    def another(stage, done, total):
        with pytest.raises(OutputError, match="CV426"):
            run_plan(plan, tmp_path, tiny)

    run_plan(plan, tmp_path, tiny, progress=another)


# Engines -----------------------------------------------------------------------------------------------------


@pytest.fixture
def many(make_plan):
    """Forty batches."""
    return make_plan({"grid": {"responses.0.saving": {"from": 0, "to": "20 %", "steps": 120}}}, batch=3)


def test_processes_agree_to_the_bit_and_survive_the_death_of_one(tiny, many, tmp_path):
    here = run_plan(many, tmp_path / "here", tiny, engine=InProcess())
    killed = []

    def kill_one(stage, done, total):
        if done >= 9 and not killed:
            victim = multiprocessing.active_children()[0]
            killed.append(victim.pid)
            os.kill(victim.pid, signal.SIGKILL)

    there = run_plan(many, tmp_path / "there", tiny, engine=Processes(2), progress=kill_one)
    assert killed
    assert there.arrow.equals(here.arrow)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_dask_cluster_agrees_to_the_bit_and_survives_the_death_of_a_worker(tiny, many, tmp_path):
    from dask.distributed import Client, LocalCluster

    here = run_plan(many, tmp_path / "here", tiny)
    killed = []
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(**options, silence_logs=50) as cluster, Client(cluster) as client:
        workers = client.run(os.getpid)

        def kill_one(stage, done, total):
            if done >= 9 and not killed:
                killed.append(next(iter(workers.values())))
                os.kill(killed[0], signal.SIGKILL)

        there = run_plan(many, tmp_path / "there", tiny, engine=Cluster(client), progress=kill_one)
    assert killed
    assert there.arrow.equals(here.arrow)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_no_cluster_answers(tiny, many, tmp_path):
    with pytest.raises(OutputError, match="CV427"):
        run_plan(many, tmp_path, tiny, engine=Cluster("nonsense://nowhere"))
