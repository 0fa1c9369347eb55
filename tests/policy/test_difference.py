"""What one scenario has that another has not."""

import countervail as cv
from countervail.policy.difference import Change

BAN = {"embargo": {"by": ["USA"], "on": ["RUS"], "goods": ["coal"], "name": "ban"}}


def scenario(**fields):
    return cv.Scenario(**({"name": "one", "sanctions": [BAN]} | fields))


def test_the_same_says_so():
    assert (scenario() - scenario()).changes == ()
    assert repr(scenario() - scenario()) == "one and one say the same"


def test_a_changed_field_is_named_with_both_values():
    other = scenario().with_settings({"sanctions.0.leakage": "10 %"})
    (change,) = (scenario() - other).changes
    assert change.where == "sanctions: ban: leakage"
    assert change.first is None
    assert "sanctions: ban: leakage: nothing -> " in repr(scenario() - other)


def test_a_measure_that_only_one_has_is_shown_whole():
    more = scenario(name="two", responses=[{"agreement": {"between": ["RUS", "CHN"], "saving": 0.05}}])
    changes = (scenario() - more).changes
    assert changes[0] == Change("name", "one", "two")
    assert changes[1].where == "responses: agreement 1"
    assert changes[1].first is None
    assert "<td>responses: agreement 1</td><td>nothing</td>" in (scenario() - more)._repr_html_()


def test_a_scenario_shows_itself_in_a_notebook():
    shown = cv.Scenario(name="<b>", sanctions=[BAN])._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "<li>The United States bans" in shown
