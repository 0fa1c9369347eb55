"""Payoff matrices: every pair of stated options solved, best answers, equilibria, and options never worth it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail import groups
from countervail.analysis.coalition_play import base_income, chosen_model
from countervail.analysis.coalition_shares import base, source
from countervail.analysis.payoff_menu import Game, Side
from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.model.horizon import at_horizon
from countervail.policy.complaint import located
from countervail.policy.scope import Scope
from countervail.policy.shock import compile_scenario
from countervail.solver import welfare_of
from countervail.words import listing, percent

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.world.world import World

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
Progress = Callable[[str, int, int], None]
SAME = 1e-7  # percent of income: payoffs nearer than this are equal


def payoffs(
    world: World, game: Game, model: Model | None = None, *, progress: Progress | None = None
) -> Exhibit:
    """The payoff matrix of two sides with stated menus: every pair of options solved exactly.

    A payoff is the welfare of a side's members, weighted by base income, in percent, less that of what is given
    alone. A pair is a Nash equilibrium where neither side gains by another option of its menu (ties count as no gain).

    Arguments:
        world: a calibrated world. game: sides and menus. model: the scenario's own by default.

    Returns:
        Exhibit of a matrix with both payoffs, `nash` and each side's best answers marked; missing payoffs say why.
        `more["options"]` says which options are dominated, strictly or weakly, and by which; the record has the
        equilibria, and the pair with the largest joint money gain.

    Raises:
        OutputError: CV441 an economy on both sides, CV442 no pair has an equilibrium. ScenarioError: a measure or an
            economy that does not fit the world. SolveError: what is given has no equilibrium.

    Example:
        >>> cv.payoffs(world, cv.load_game("menus.yaml"))  # doctest: +SKIP
    """
    model = chosen_model(game.scenario, model)
    places = [_places(world, game, side) for side in (game.first, game.second)]
    both = np.intersect1d(places[0], places[1])
    if both.size:
        raise OutputError(
            "CV441",
            "An economy is on both sides of a game",
            found=groups.head_name(world.countries[int(both[0])]),
            expected="members of one side each",
            next_step="Take it out of one side's members.",
        )
    income = base_income(world, model)
    weights = np.zeros((2, world.n_countries))
    for k, members in enumerate(places):
        weights[k, members] = income[members] / income[members].sum()
    rows, columns = list(game.first.options), list(game.second.options)
    here = at_horizon(world, model)
    joint, own, other = game.joint()
    compiled = compile_scenario(joint, here)
    shocks = [compiled.shock(sanctions=mine, responses=theirs) for mine in own for theirs in other]
    still = compiled.shock(sanctions=False, responses=())
    done = 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress("pairs of options", done, len(shocks) + 1)

    found = welfare_of(world, [still, *shocks], model, verify="all", progress=told)
    if found.errors[0] is not None:
        raise found.errors[0]
    gain = ((found.percent[1:] - found.percent[0]) @ weights.T).reshape(len(rows), len(columns), 2)
    reasons = ["" if error is None else " ".join(str(error).split()) for error in found.errors[1:]]
    if all(reasons):
        raise OutputError(
            "CV442",
            "No pair of options has an equilibrium",
            found=reasons[0],
            expected="options that can stand together",
            next_step="Let more trade through, or take options out.",
        )
    answer = [best_answers(gain[:, :, 0]), best_answers(gain[:, :, 1].T).T]
    nash = answer[0] & answer[1]
    money = gain @ np.array([income[members].sum() / 100 for members in places])
    table = pd.DataFrame(
        {
            "first_option": np.repeat(rows, len(columns)),
            "second_option": columns * len(rows),
            "first_percent": gain[:, :, 0].ravel(),
            "second_percent": gain[:, :, 1].ravel(),
            "nash": nash.ravel(),
            "first_answers_best": answer[0].ravel(),
            "second_answers_best": answer[1].ravel(),
            "joint_million_usd": money.ravel(),
            "missing": reasons,
        }
    )
    options = pd.DataFrame(
        [
            {"side": side.name, "option": name, "dominated": how, "by": by}
            for side, gains in ((game.first, gain[:, :, 0]), (game.second, gain[:, :, 1].T))
            for name, (how, by) in zip(side.options, dominated(gains, list(side.options)), strict=True)
        ]
    )
    equilibria = [(rows[i], columns[j]) for i, j in zip(*np.nonzero(nash), strict=True)]
    best = np.unravel_index(int(np.nanargmax(money)), money.shape)
    best_pair = (rows[int(best[0])], columns[int(best[1])])
    never = options[options["dominated"] == "strictly"]
    lost = [
        f"{name} is never worth it for {side}"
        for side, name in zip(never["side"], never["option"], strict=True)
    ]
    failed = sum(map(bool, reasons))
    return Exhibit(
        name="payoffs",
        kind="matrix",
        title=_title(game, equilibria, gain, rows, columns),
        subtitle=f"Payoffs of {game.first.name} (rows) and {game.second.name}; {base(world, joint)}",
        unit="percent of income",
        table=table.rename(
            columns={"first_percent": _head(game.first), "second_percent": _head(game.second)}
        ),
        roles={
            "row": "first_option",
            "column": "second_option",
            "value": _head(game.first),
            "second": _head(game.second),
            "mark": "nash",
        },
        source=source(world, model),
        caveats=(
            "Payoffs are each side's own welfare; that the other side loses is worth nothing in itself.",
            "Marked pairs are Nash equilibria of these menus: neither side has a better answer to the other's choice.",
            f"Together both sides would do best with {best_pair[0]} and {best_pair[1]}.",
            *((f"{listing(lost)}, whatever the other side does.",) if lost else ()),
            *(
                (f"{failed} pairs have no equilibrium and were left out of every comparison.",)
                if failed
                else ()
            ),
        ),
        more={"options": options},
        record={
            "model": repr(model),
            "solves": len(shocks) + 1,
            "without_equilibrium": failed,
            "largest_residual": float(np.nanmax(found.residual)),
            "nash": [list(pair) for pair in equilibria],
            "joint_best": list(best_pair),
        },
        world=world,
        scenario=joint,
    )


def best_answers(gain: Floats) -> Marks:
    """Which options of a side are best answers to each option of the other.

    Arguments:
        gain: [own option, other's option] payoffs, percent; missing where there is no equilibrium.

    Returns:
        [own option, other's option]; ties are all best, a missing payoff is none.
    """
    known = np.where(np.isnan(gain), -np.inf, gain)
    top: Marks = np.isfinite(known) & (known >= known.max(axis=0) - SAME)
    return top


def dominated(gain: Floats, names: Sequence[str]) -> list[tuple[str, str]]:
    """Whether each option is "strictly" or "weakly" dominated by another of the same side, and by which.

    Arguments:
        gain: [own option, other's option] payoffs, percent. Pairs that lack a payoff of either option are not compared.
    """
    found = []
    for k, own in enumerate(gain):
        how = ("", "")
        for n, other in enumerate(gain):
            known = ~np.isnan(own) & ~np.isnan(other)
            if n == k or not known.any():
                continue
            ahead = (other - own)[known]
            if (ahead > SAME).all():
                how = ("strictly", names[n])
                break
            if (ahead >= -SAME).all() and (ahead > SAME).any() and not how[0]:
                how = ("weakly", names[n])
        found.append(how)
    return found


def _places(world: World, game: Game, side: Side) -> NDArray[np.intp]:
    scope = Scope(world, game.scenario.blocs, game.scenario.goods)
    with located(game.scenario.origin):
        return np.asarray(scope.economies(side.members, "members"), dtype=np.intp)


def _head(side: Side) -> str:
    return f"{side.name}_percent"


def _title(
    game: Game, equilibria: Sequence[tuple[str, str]], gain: Floats, rows: list[str], columns: list[str]
) -> str:
    if not equilibria:
        return (
            f"No pair of options is stable: {game.first.name} and {game.second.name} answer round in a circle"
        )
    if len(equilibria) > 1:
        said = listing([f"{mine} with {other}" for mine, other in equilibria], most=3)
        return f"{len(equilibria)} pairs of options are stable: {said}"
    mine, other = equilibria[0]
    own, theirs = gain[rows.index(mine), columns.index(other)]
    both = f"{_signed(own)} for {game.first.name} and {_signed(theirs)} for {game.second.name}"
    return f"Stable is {mine} with {other}: {both}"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{percent(value)}"
