"""How much of a scenario names a source, and how much is assumption; it does not say that anyone checked the source."""

from __future__ import annotations

from countervail.policy.measure import Measure
from countervail.policy.retaliation import Retaliation
from countervail.policy.scenario import LISTS, Scenario
from countervail.policy.sizes import Amount


def sourced_share(scenario: Scenario) -> float:
    """The share of a scenario's claims that name a source; naming is not checking, see the scenario's `sources`.

    A measure makes one claim about its scope (who, what, when), and a second one where it has a number. The
    scope is sourced where `source` does not begin with the word assumption, the number where the word does not
    occur in it.

    Returns:
        0 to 1; 1 for a scenario without measures.

    Example:
        >>> duty = {"by": "USA", "on": "CHN", "rate": "10 %", "source": "US Executive Order 14195"}
        >>> guess = {"by": "USA", "on": "CHN", "leakage": "9 %", "source": "An act. Leakage: assumption"}
        >>> sourced_share(Scenario(name="x", sanctions=[{"tariff": duty}, {"embargo": guess}]))
        0.75
    """
    claims = [claim for which in LISTS for measure in getattr(scenario, which) for claim in _claims(measure)]
    return sum(claims) / len(claims) if claims else 1.0


def _claims(measure: Measure) -> list[bool]:
    source = (measure.source or "assumption").casefold()
    scope = not source.startswith("assumption")
    return [scope, "assumption" not in source] if _has_number(measure) else [scope]


def _has_number(measure: Measure) -> bool:
    if isinstance(measure, Retaliation):
        return any(_has_number(held) for held in measure.measures)
    fields = type(measure).model_fields
    return any(
        isinstance(getattr(measure, name), float | Amount) and getattr(measure, name) != fields[name].default
        for name in fields
    )
