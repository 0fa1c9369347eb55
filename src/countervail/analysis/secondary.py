"""Secondary sanctions: what third parties choose when each does what costs it less, of all sets of choices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis.coalition_play import Progress, chosen_model
from countervail.analysis.coalition_shares import base, source
from countervail.errors import SolveError
from countervail.exhibit import Exhibit
from countervail.model.horizon import at_horizon
from countervail.model.parameters import Model
from countervail.model.welfare import welfare
from countervail.policy.answers import Secondary
from countervail.policy.choices import third_parties
from countervail.policy.complaint import Complaint, located
from countervail.policy.scenario import LISTS, Scenario
from countervail.policy.scope import Scope
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibria
from countervail.words import listing
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.world.world import World

Who = TypeVar("Who", int, str)
Floats = NDArray[np.float64]

MOST_CHOOSERS = 8  # 2^8 solves


def secondary_choices(
    world: World, scenario: Scenario, model: Model | None = None, *, progress: Progress | None = None
) -> Exhibit:
    """Which third parties leave the target and which defy, when each does what costs it less given the others.

    Every set of third parties that stay is solved, with all sanctions and responses. A set is stable where none of them
    gains by choosing otherwise alone (a Nash equilibrium in pure strategies). Of several stable sets the one that third
    parties together like best is taken.

    Arguments:
        scenario: with one or more `secondary` measures whose choice is `cheaper`.
        model: preset and closure; the scenario's own by default.

    Returns:
        Exhibit of a ranking: each third party's choice, and its welfare with either, percent. Its `scenario` has the
        choices made, if there is a stable set; `more["sets"]` has every set.

    Raises:
        ScenarioError: CV140 nobody has to choose by cost, or more than eight do. SolveError: no set can be solved.

    Example:
        >>> cv.secondary_choices(world, scenario)  # doctest: +SKIP
    """
    model = chosen_model(scenario, model)
    places = [
        (which, n)
        for which in LISTS
        for n, measure in enumerate(getattr(scenario, which))
        if isinstance(measure, Secondary) and measure.choice == "cheaper"
    ]
    asked = _asked(world, scenario, places)
    choosers = sorted(set().union(*asked.values()))
    if not 0 < len(choosers) <= MOST_CHOOSERS:
        raise Complaint(
            "CV140",
            "choices by cost need a few third parties",
            found=f"{len(choosers)} of them in {len(places)} secondary measures with choice: cheaper",
            expected=f"1 to {MOST_CHOOSERS}, since every set of them is solved",
            next_step="Name fewer under `on`, state the others' choice in a measure of its own, or use choice: larger.",
        ).error(scenario.origin.where(()))
    sets = [set(_members(choosers, bits)) for bits in range(2 ** len(choosers))]
    made = [_chosen(scenario, world, asked, staying) for staying in sets]
    own = _own_welfare(world, made, choosers, model, progress)
    if np.isnan(own).all():
        raise SolveError(
            "CV302", "no set of choices has an equilibrium", found=f"{len(sets)} sets were tried"
        )
    stable = [bits for bits in range(len(sets)) if _is_stable(own, bits)]
    weights = world.income[choosers] / world.income[choosers].sum()
    best = max(stable, key=lambda bits: float(own[bits] @ weights)) if stable else None
    return _told(world, scenario if best is None else made[best], model, choosers, own, stable, best)


def _asked(
    world: World, scenario: Scenario, places: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], set[int]]:
    """Who has to choose in each measure."""
    scope = Scope(world, scenario.blocs, scenario.goods)
    found = {}
    for which, n in places:
        with located(scenario.origin, which, n):
            found[which, n] = {int(k) for k in third_parties(getattr(scenario, which)[n], scope)}
    return found


def _members(choosers: list[Who], bits: int) -> list[Who]:
    """The choosers whose bit is set: those who stay."""
    return [who for k, who in enumerate(choosers) if bits >> k & 1]


def _chosen(
    scenario: Scenario, world: World, asked: dict[tuple[str, int], set[int]], staying: set[int]
) -> Scenario:
    """The scenario in which these stay with the target and the others leave it."""
    lists = {which: list(getattr(scenario, which)) for which in LISTS}
    for (which, n), who in asked.items():
        codes = [world.countries[k] for k in sorted(who & staying)]
        fields: dict[str, Any] = {"choice": "stated", **({"defy": codes} if codes else {})}
        lists[which][n] = lists[which][n].with_fields(**fields)
    given, sanctions, responses = (tuple(lists[which]) for which in LISTS)
    return replace(scenario, given=given, sanctions=sanctions, responses=responses)


def _own_welfare(
    world: World, made: list[Scenario], choosers: list[int], model: Model, progress: Progress | None
) -> Floats:
    """[set, chooser] welfare, percent; missing where a set has no equilibrium."""
    own = np.full((len(made), len(choosers)), np.nan)
    shocks = [compile_scenario(scenario, at_horizon(world, model)).shock() for scenario in made]
    for bits, answer in enumerate(equilibria(world, shocks, model)):
        if not isinstance(answer, SolveError):
            own[bits] = welfare(answer)[choosers]
        if progress is not None:
            progress("choices of third parties", bits + 1, len(made))
    return own


def _is_stable(own: Floats, bits: int) -> bool:
    """No chooser gains by choosing otherwise alone; a set without an equilibrium is nobody's choice."""
    if np.isnan(own[bits]).any():
        return False
    others = [own[bits ^ 1 << k, k] for k in range(own.shape[1])]
    return not any(other > mine for other, mine in zip(others, own[bits], strict=True))


def _told(
    world: World,
    scenario: Scenario,
    model: Model,
    choosers: list[int],
    own: Floats,
    stable: list[int],
    best: int | None,
) -> Exhibit:
    codes = [world.countries[k] for k in choosers]
    names = [labels.country_name(code) for code in codes]
    bits = 0 if best is None else best
    rows = []
    for k, (code, name) in enumerate(zip(codes, names, strict=True)):
        stays, leaves = own[bits | 1 << k, k], own[bits & ~(1 << k), k]
        choice = "open" if best is None else "stays" if best >> k & 1 else "leaves"
        rows.append((name, code, choice, stays - leaves, leaves, stays))
    heads = ["economy", "code", "choice", "gain_from_staying_percent"]
    heads += ["welfare_if_it_leaves_percent", "welfare_if_it_stays_percent"]
    table = pd.DataFrame(rows, columns=heads)
    sets = pd.DataFrame(
        {
            "who_stays": [
                ", ".join(codes[k] for k in range(len(codes)) if b >> k & 1) or "nobody"
                for b in range(len(own))
            ],
            "stable": [b in stable for b in range(len(own))],
            **{f"{code}_percent": own[:, k] for k, code in enumerate(codes)},
        }
    )
    caveats = [
        "Each third party chooses for the whole economy, given the others' choices, by its welfare alone."
    ]
    if len(stable) > 1:
        caveats.append(f"{len(stable)} sets of choices are stable; shown is the one third parties like best.")
    return Exhibit(
        name="secondary_choices",
        kind="ranking",
        title=_title(names, best),
        subtitle=f"Welfare of each third party by its choice, the others' as shown: {base(world, scenario)}",
        unit="percent",
        table=table.sort_values("gain_from_staying_percent", ignore_index=True),
        roles={"label": "economy", "value": "gain_from_staying_percent", "code": "code"},
        source=source(world, model),
        world=world,
        scenario=scenario,
        caveats=tuple(caveats),
        more={"sets": sets},
        record={"model": model.name, "solves": len(own), "stable_sets": len(stable)},
    )


def _title(names: list[str], best: int | None) -> str:
    if best is None:
        return "No choice of the third parties is stable: each answers the others' with another"
    stay, leave = _members(names, best), _members(names, ~best)
    if not stay:
        return f"{listing(leave)} would rather leave the target than lose trade with the coalition"
    if not leave:
        return f"{listing(stay)} would rather stay with the target and bear the cost"
    return f"{listing(stay)} would stay with the target, {listing(leave)} would leave it"
