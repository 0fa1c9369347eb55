"""What export controls reach abroad: the third countries' goods that a content threshold covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countervail.policy.content import coalition_content
from countervail.policy.controls import ExportControl
from countervail.policy.scope import Scope
from countervail.policy.shock import Compiled

if TYPE_CHECKING:
    import pandas as pd


def foreign_reach(compiled: Compiled) -> pd.DataFrame:
    """The cells of third countries that export controls cover, with their content.

    Arguments:
        compiled: a scenario on a world.

    Returns:
        DataFrame, largest flow first: measure, origin, destination, sector (codes), content (share of coalition
        value added, 0 to 1), threshold (the same), flow (base year, basic prices, million USD). Empty where no
        measure has a `content` or nothing reaches it.

    Example:
        >>> from countervail.policy.scenario import Scenario
        >>> from countervail.policy.shock import compile_scenario
        >>> from countervail.world.catalog import load_world
        >>> rule = {"by": "USA", "on": "CHN", "goods": "C26", "content": "10 %"}
        >>> scenario = Scenario(name="x", sanctions=[{"export_control": rule}])
        >>> list(foreign_reach(compile_scenario(scenario, load_world("icio2022"))).columns)
        ['measure', 'origin', 'destination', 'sector', 'content', 'threshold', 'flow']
    """
    import pandas as pd

    world, scenario = compiled.world, compiled.scenario
    scope, flows = Scope(world, scenario.blocs, scenario.goods), world.basic_flow().ravel()
    n, j = world.n_countries, world.n_sectors
    found: dict[str, list[object]] = {
        name: [] for name in ("measure", "origin", "destination", "sector", "content", "threshold", "flow")
    }
    for part in compiled.parts:
        measure = part.measure
        if not isinstance(measure, ExportControl) or measure.content is None:
            continue
        by, on = scope.economies(measure.by, "by"), scope.economies(measure.on, "on")
        content = coalition_content(world, by)
        for cell in part.cells:
            o, d, s = int(cell) // (n * j), int(cell) // j % n, int(cell) % j
            if o in by or d not in on:
                continue
            row = (part.slot.label, world.countries[o], world.countries[d], world.sectors[s])
            values = (*row, float(content[o, s]), measure.content, float(flows[cell]))
            for name, value in zip(found, values, strict=True):
                found[name].append(value)
    table = pd.DataFrame(found)
    return table.sort_values("flow", ascending=False, kind="stable", ignore_index=True)
