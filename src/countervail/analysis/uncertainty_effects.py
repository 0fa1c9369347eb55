"""Which assumption matters: Sobol effects of each group of assumptions, first-order and total, with SALib."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from countervail.analysis.coalition_shares import base, source
from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.words import number

if TYPE_CHECKING:
    from countervail.analysis.uncertainty_solve import Evaluation, Progress

OUTPUTS = {"harm": "harm of the sanctions", "offset_share": "share won back"}
RESAMPLES = 200


def effects_exhibit(evaluation: Evaluation, points: int, seed: int, progress: Progress | None) -> Exhibit:
    """First-order and total Sobol effects on the targets' harm and offset share.

    Arguments:
        evaluation: what is solved, and over what.
        points: base points of the design; it takes points x (groups + 2) draws. Rounded up to a power of two.
        seed: of the design and of the confidence intervals.

    Returns:
        Exhibit; an effect is the share of the variance that a group of assumptions explains, alone (first order)
        and with whatever it acts together with (total). Base points with a draw that has no equilibrium are left
        out together, and counted.

    Raises:
        OutputError: CV434 SALib is not installed, or there are fewer than two groups or no targets.
    """
    try:
        sampler: Any = import_module("SALib.sample.sobol")
        analyser: Any = import_module("SALib.analyze.sobol")
    except ImportError:
        raise _refused("the package SALib is missing", "Install countervail[uncertainty].") from None
    space = evaluation.space
    names = space.names
    codes = [group.code for group in evaluation.found]
    if len(names) < 2 or "TARGETS" not in codes:
        why = "only one group of assumptions varies" if "TARGETS" in codes else "the scenario has no target"
        raise _refused(why, "Let more vary, or ask for bands alone.")
    problem = {
        "num_vars": len(space.groups),
        "names": [f"x{n}" for n in range(len(space.groups))],
        "bounds": [[0.0, 1.0]] * len(space.groups),
        "groups": list(space.groups),
    }
    size = 1 << max(points - 1, 1).bit_length()
    unit = np.asarray(sampler.sample(problem, size, calc_second_order=False, seed=seed))
    data, failed, residual = evaluation.at(unit, "effects", progress)
    block = len(names) + 2
    place = codes.index("TARGETS")
    rows: list[dict[str, Any]] = []
    kept = 0
    for item, words in OUTPUTS.items():
        values = data[item].to_numpy()[:, place].reshape(size, block)
        whole = ~np.isnan(values).any(axis=1)
        kept = int(whole.sum())
        if kept < 2 or np.ptp(values[whole]) == 0:
            continue
        known = values[whole].ravel()
        found = analyser.analyze(
            problem,
            known,
            calc_second_order=False,
            num_resamples=RESAMPLES,
            seed=seed,
            print_to_console=False,
        )
        rows += [
            {
                "label": f"{name}: {words}",
                "assumption": name,
                "item": item,
                "total_percent": 100 * float(found["ST"][n]),
                "total_low_percent": 100 * float(found["ST"][n] - found["ST_conf"][n]),
                "total_high_percent": 100 * float(found["ST"][n] + found["ST_conf"][n]),
                "first_order_percent": 100 * float(found["S1"][n]),
                "first_order_error_percent": 100 * float(found["S1_conf"][n]),
            }
            for n, name in enumerate(names)
        ]
    if not rows:
        raise _refused("nothing varies, or too few draws have an equilibrium", "Take wider assumptions.")
    table = pd.DataFrame(rows).sort_values(
        ["item", "total_percent"], ascending=[True, False], ignore_index=True
    )
    lost = size - kept
    caveats = [
        f"{size:,} base points, {len(unit):,} draws; intervals are of 95 %. Effects of small size may come out below 0."
    ]
    if failed:
        caveats.append(
            f"{len(failed):,} draws have no equilibrium; {lost:,} base points were left out for them."
        )
    return Exhibit(
        name="uncertainty_effects",
        kind="ranking",
        title=_title(table),
        subtitle=f"Share of variance, interactions included; {base(evaluation.world, evaluation.scenario)}",
        unit="percent of variance",
        table=table,
        roles={
            "label": "label",
            "value": "total_percent",
            "low": "total_low_percent",
            "high": "total_high_percent",
        },
        source=f"{source(evaluation.world, evaluation.model)}; Sobol effects by SALib",
        caveats=(*caveats, *space.assumptions.sentences()),
        record={"draws": len(unit), "without_equilibrium": len(failed), "largest_residual": residual},
        world=evaluation.world,
        scenario=evaluation.scenario,
    )


def _title(table: pd.DataFrame) -> str:
    parts = []
    for item, words in (("harm", "how large the harm is"), ("offset_share", "how much of it is won back")):
        rows = table[table["item"] == item]
        if len(rows):
            first = rows.iloc[0]
            apart = len(rows) < 2 or first["total_low_percent"] > rows.iloc[1]["total_percent"]
            parts.append(
                f"{words} hangs most on {first['assumption']} ({number(first['total_percent'])} % of the variance)"
                if apart
                else f"of so few points no assumption stands out in {words}"
            )
    text = "; ".join(parts)
    return text[0].upper() + text[1:]


def _refused(found: str, step: str) -> OutputError:
    return OutputError("CV434", "The effects of assumptions cannot be computed", found=found, next_step=step)
