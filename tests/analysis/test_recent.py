"""What is remembered of the last questions makes the next one faster and changes no number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.recent import MOST_COMPILED, Recent, fingerprint
from countervail.policy.shock import compile_scenario, no_change

FRONT = "united-front"


def moved(**settings):
    return cv.load_scenario(FRONT).with_settings(settings)


@pytest.fixture
def recent():
    return Recent(threads=2)


@pytest.mark.parametrize("setting", ["responses.0.saving", "sanctions.0.leakage", "responses.2.saving"])
def test_a_moved_slider_gives_what_a_fresh_question_gives(icio2021, recent, setting):
    cv.steps(icio2021, moved(), recent=recent)
    scenario = moved(**{setting: 0.17})
    found = cv.steps(icio2021, scenario, recent=recent)
    fresh = cv.steps(icio2021, scenario)
    assert found.labels == fresh.labels
    np.testing.assert_allclose(found.percent, fresh.percent, atol=1e-9)
    assert found.outcome.equilibrium.residual < 1e-9
    assert len(found.outcome.equilibrium.residuals) > 1  # recomputed independently, equation by equation


def test_only_what_a_slider_changes_is_solved_again(icio2021, recent, monkeypatch):
    solved = []
    answers = recent._answers

    def counted(base, shocks, model, places, check):
        solved.append(len(places))
        return answers(base, shocks, model, places, check)

    monkeypatch.setattr(recent, "_answers", counted)
    count = len(cv.steps(icio2021, moved(), recent=recent).labels)
    cv.steps(icio2021, moved(), recent=recent)
    scenario = moved()
    last = max(n for n, item in enumerate(scenario.responses) if item.quantified)
    larger = scenario.responses[last].with_size(0.5 * scenario.responses[last].size_value)
    cv.steps(icio2021, scenario.with_measures({("responses", last): larger}), recent=recent)
    assert solved == [count + 1, 1]  # given and all steps; nothing; the last step alone


def test_a_step_that_becomes_the_outcome_is_recomputed_independently(icio2021, recent):
    scenario = moved()
    cv.steps(icio2021, scenario, recent=recent)
    shorter = replace(scenario, responses=scenario.responses[:1])
    assert len(cv.steps(icio2021, shorter, recent=recent).outcome.equilibrium.residuals) > 1


def test_an_outcome_that_equals_an_earlier_step_is_recomputed_all_the_same(icio2021, recent):
    shock = compile_scenario(moved(), icio2021).shock()
    *_, last = recent.solved(icio2021, [shock, no_change(icio2021), shock], cv.long_run)
    assert len(last.residuals) > 1


def test_shocks_are_told_apart_by_what_they_change_alone(icio2021):
    compiled = compile_scenario(moved(), icio2021)
    assert fingerprint(compiled.shock()) == fingerprint(compile_scenario(moved(), icio2021).shock())
    assert fingerprint(compiled.shock()) != fingerprint(compiled.shock(responses=()))
    other = compile_scenario(moved(**{"sanctions.0.leakage": 0.2}), icio2021)
    assert fingerprint(compiled.shock()) != fingerprint(other.shock())


def test_memory_is_bounded(icio2021, recent):
    for n in range(MOST_COMPILED + 3):
        scenario = replace(moved(), sanctions=moved().sanctions[: n % 8 + 1], responses=())
        recent.compiled(scenario, icio2021)
    assert len(recent._compiled) <= MOST_COMPILED


@pytest.mark.parametrize("model", ["short_run", "medium_run"])
def test_the_last_step_is_the_solution_at_any_horizon(icio2021, recent, model):
    chosen = getattr(cv, model)
    scenario = replace(moved(), responses=moved().responses[:1])
    found = cv.steps(icio2021, scenario, chosen, recent=recent).outcome.welfare
    np.testing.assert_allclose(found, cv.solve(icio2021, scenario, chosen).welfare, atol=1e-7)


def test_a_price_cap_reaches_the_outcome_as_it_was_solved(icio2021):
    cap = {"price_cap": {"sellers": ["RUS"], "by": ["EU27", "USA"], "goods": ["oil_gas"], "fall": "10 %"}}
    scenario = cv.Scenario(name="Cap", world="icio2021", sanctions=[cap])
    found = cv.steps(icio2021, scenario, recent=Recent()).outcome
    assert found.shock is found.equilibrium.shock
    np.testing.assert_allclose(found.trade, cv.solve(icio2021, scenario).trade, rtol=1e-6, atol=1e-3)
