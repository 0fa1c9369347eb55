"""Switches: one feature of the model or of the policy changed at a time, everything else as stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from countervail import groups
from countervail.analysis.coalition_play import base_income
from countervail.analysis.coalition_shares import base, source
from countervail.analysis.ranges import offset_share
from countervail.errors import CountervailError, OutputError
from countervail.exhibit import Exhibit
from countervail.model.horizon import at_horizon
from countervail.policy.shock import Compiled, Shock, compile_scenario
from countervail.solver import welfare_of
from countervail.words import number

if TYPE_CHECKING:
    from countervail.analysis.uncertainty_solve import Progress
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World


NUMBERS = ("harm_percent", "offset_percent", "offset_share_percent")


def switches_exhibit(
    world: World, scenario: Scenario, model: Model, progress: Progress | None = None
) -> Exhibit:
    """Harm, offset and offset share of the targets with one feature changed at a time.

    Input-output links off; imbalances zero; sectors merged as far as the measures allow; the frictions of the
    scenario as tariffs of the same size, whose revenue stays with the importer. A switch that fails says why.

    Raises:
        OutputError: CV432 the scenario has no target.
    """
    rows: list[dict[str, Any]] = []
    cases = _cases(world, scenario, model)
    for n, (name, make) in enumerate(cases):
        try:
            rows.append(_row(name, scenario, *make()))
        except OutputError:
            raise
        except CountervailError as error:
            rows.append(
                {"switch": name} | dict.fromkeys(NUMBERS, np.nan) | {"missing": " ".join(str(error).split())}
            )
        if progress is not None:
            progress("switches", n + 1, len(cases))
    table = pd.DataFrame(rows)
    return Exhibit(
        name="uncertainty_switches",
        kind="ranking",
        title=_title(table),
        subtitle=f"Share of the targets' harm that is won back; {base(world, scenario)}",
        unit="percent of the harm",
        table=table,
        roles={"label": "switch", "value": "offset_share_percent"},
        source=source(world, model),
        caveats=(
            "Without input links all of output is value added and incomes are larger.",
            "As tariffs, frictions bring revenue to the importer, on services too, where no customs office is.",
        ),
        record={"model": repr(model)},
        world=world,
        scenario=scenario,
    )


def without_inputs(world: World) -> World:
    """The same trade in a world whose sectors use no inputs: all output is value added, all purchases are final use."""
    spent = world.expenditure.sum(axis=1)
    made = world.output.sum(axis=1)
    revenue = ((world.tariff - 1.0) * world.basic_flow()).sum(axis=(0, 2))
    return replace(
        world,
        input_share=np.zeros_like(world.input_share),
        value_added_share=np.ones_like(world.value_added_share),
        final_share=world.expenditure / spent[:, None],
        income=spent,
        transfer=spent - made - revenue,
    )


def as_tariffs(shock: Shock) -> Shock:
    """The cost increases of a shock as tariffs of the same size on the same cells."""
    dearer = np.maximum(shock.trade_cost, 1.0)
    return replace(shock, tariff=shock.tariff * dearer, trade_cost=shock.trade_cost / dearer)


def merged(world: World, compiled: Compiled) -> World:
    """Sectors merged that every measure treats alike, goods and services apart."""
    touching: list[set[int]] = [set() for _ in world.sectors]
    for n, part in enumerate(compiled.parts):
        for s in np.unique(np.concatenate([part.cells % world.n_sectors, part.producers % world.n_sectors])):
            touching[int(s)].add(n)
    alike: dict[tuple[bool, frozenset[int]], list[str]] = {}
    for sector, good, measures in zip(world.sectors, world.goods, touching, strict=True):
        alike.setdefault((bool(good), frozenset(measures)), []).append(sector)
    joined = {
        f"{members[0]}_AND_{len(members) - 1}": members for members in alike.values() if len(members) > 1
    }
    return world.aggregate(sectors=joined) if joined else world


def _cases(
    world: World, scenario: Scenario, model: Model
) -> list[tuple[str, Callable[[], tuple[World, Model, Callable[[Shock], Shock]]]]]:
    def same(shock: Shock) -> Shock:
        return shock

    return [
        ("As stated", lambda: (world, model, same)),
        ("Input-output links off", lambda: (without_inputs(world), model, same)),
        ("Trade imbalances zero", lambda: (world, replace(model, closure="zero"), same)),
        ("Sectors merged", lambda: (merged(world, compile_scenario(scenario, world)), model, same)),
        ("Tariffs instead of frictions", lambda: (world, model, as_tariffs)),
    ]


def _row(
    name: str, scenario: Scenario, world: World, model: Model, change: Callable[[Shock], Shock]
) -> dict[str, Any]:
    compiled = compile_scenario(scenario, at_horizon(world, model))
    targets = [g for g in groups.totals(world, compiled.sides) if g.code == "TARGETS"]
    if not targets:
        raise OutputError(
            "CV432",
            "No result is about this economy or group",
            found="a scenario without targets",
            expected="sanctions on somebody",
            next_step="State `targets` in the scenario.",
        )
    shocks = [
        compiled.shock(sanctions=False, responses=()),
        change(compiled.shock(responses=())),
        change(compiled.shock()),
    ]
    answers = welfare_of(world, shocks, model, verify="all")
    for error in answers.errors:
        if error is not None:
            raise error
    weights = groups.mean_weights(targets, base_income(world, model))[0]
    before, hurt, answered = (float(weights @ row) for row in answers.percent)
    share = float(offset_share(np.array([answered - hurt]), np.array([hurt - before]))[0])
    label = f"{name} ({world.n_sectors})" if name == "Sectors merged" else name
    return {
        "switch": label,
        "harm_percent": hurt - before,
        "offset_percent": answered - hurt,
        "offset_share_percent": 100 * share,
        "missing": "",
    }


def _title(table: pd.DataFrame) -> str:
    shares = table["offset_share_percent"].dropna()
    if shares.empty:
        return "No share of the harm can be computed"
    rows = table[table["offset_share_percent"].isin([shares.min(), shares.max()])].sort_values(
        "offset_share_percent"
    )
    told = zip(rows["offset_share_percent"], rows["switch"], strict=True)
    ends = [f"{number(value)} % ({name.lower()})" for value, name in told]
    return f"Changed one at a time, features of the model put the share won back between {ends[0]} and {ends[-1]}"
