"""The exhibits that a result consists of."""

from __future__ import annotations

from typing import Any

from countervail.exhibit import Exhibit


def exhibits_of(result: Any) -> tuple[Exhibit, ...]:
    """The exhibits that a result consists of, those that apply."""
    from countervail.analysis import comparison_exhibits, fairness, ledger_exhibits, outcome_exhibits
    from countervail.analysis.ledger import Ledger
    from countervail.analysis.steps import Steps
    from countervail.outcome import Difference, Outcome

    if isinstance(result, Exhibit):
        return (result,)
    if isinstance(result, Difference):
        return (comparison_exhibits.difference_exhibit(result),)
    if not isinstance(result, Outcome | Ledger | Steps):
        return tuple(getattr(result, "exhibits", ()))  # an analysis that holds its own
    found: list[Exhibit | None] = []
    outcome = result if isinstance(result, Outcome) else None
    if isinstance(result, Steps):
        found.append(comparison_exhibits.steps_exhibit(result))
    if isinstance(result, Ledger):
        of_ledger = ledger_exhibits
        found += [of_ledger.sides(result), of_ledger.ladder(result), of_ledger.burden(result)]
        found += [fairness.fairness(result), fairness.equal_basis(result)]
        found += [of_ledger.cost_ratio(result), of_ledger.robustness(result), of_ledger.break_even(result)]
        outcome = result.outcome
    if outcome is not None:
        found += [outcome_exhibits.welfare_map(outcome), outcome_exhibits.who_pays(outcome)]
        if len(outcome.sides.targets):
            found += [outcome_exhibits.diversion(outcome), outcome_exhibits.essentials(outcome)]
        found += [outcome_exhibits.bilateral(outcome), outcome_exhibits.sectors(outcome)]
        found.append(outcome_exhibits.accuracy(outcome))
    return tuple(exhibit for exhibit in found if exhibit is not None)
