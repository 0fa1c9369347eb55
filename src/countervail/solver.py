"""The one seam: World and Shock become arrays, the kernel solves, the answer is verified and labelled."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.compiled import discard_stale
from countervail.errors import SolveError
from countervail.kernel.batch import Ending, lanes_for, run
from countervail.kernel.prepare import Edit, Prepared, pack, prepare
from countervail.kernel.sweep import State
from countervail.model.certificate import RUINED, Certificate, partial_shock
from countervail.model.equations import (
    Border,
    border,
    new_flow,
    new_trade_share,
    parts,
    rents,
    residuals,
    stranded,
    tariff_revenue,
)
from countervail.model.equilibrium import Equilibrium
from countervail.model.parameters import Model, long_run
from countervail.policy.shock import Shock, compile_scenario, no_change
from countervail.world.world import World

if TYPE_CHECKING:
    from countervail.outcome import Outcome
    from countervail.policy.scenario import Scenario

TOLERANCE = 2e-12  # of the kernel's own residuals; no company in a batch then moves a result by 1e-9
BASE_TOLERANCE = 3e-13  # of a re-solved base, so that no change on top of it changes nothing
VERIFIED = 1e-9  # of the independent check
MOST_SWEEPS = 400

# What was worked out once per world lives as long as that world does.
_prepared: weakref.WeakKeyDictionary[World, Prepared] = weakref.WeakKeyDictionary()
_without_deficits: weakref.WeakKeyDictionary[World, World] = weakref.WeakKeyDictionary()


def solve(world: World, scenario: Scenario, model: Model = long_run) -> Outcome:
    """Solve a scenario (Eq. 1-8): all that is given, all sanctions and all responses, against the base year.

    Arguments:
        world: a calibrated world. scenario: what people decide. model: a preset or a changed copy of one.

    Returns:
        Outcome with labels and units; its residual is recomputed independently of the solver.

    Raises:
        ScenarioError: a name that the world does not know, a measure without effect.
        SolveError: no equilibrium exists, or none was found; carries the last iterate.

    Example:
        >>> world = load_world("icio2021")
        >>> outcome = solve(world, load_scenario("united-front"))
        >>> outcome.welfare.sel(country="RUS")
    """
    from countervail.outcome import Outcome

    shock = compile_scenario(scenario, world).shock()
    return Outcome(world, scenario, model, shock, equilibrium(world, shock, model))


def equilibrium(world: World, shock: Shock, model: Model = long_run) -> Equilibrium:
    """The verified equilibrium of one shock (Eq. 1-8).

    Raises:
        SolveError: CV301 a good without a source left, CV302 no convergence, CV303 income not above zero.
    """
    answer = next(equilibria(world, [shock], model))
    if isinstance(answer, SolveError):
        raise answer
    return answer


def equilibria(
    world: World, shocks: Sequence[Shock], model: Model = long_run, threads: int = 1
) -> Iterator[Equilibrium | SolveError]:
    """Many shocks of one world, in order; a member without an equilibrium is its error, never left out.

    Arguments:
        threads: how many groups of scenarios are solved at the same time; one thread each.
    """
    base = zero_deficit(world) if model.closure == "zero" else world
    ready = prepared(base)
    size = lanes_for(base.n_countries, len(shocks))
    groups = [shocks[i : i + size] for i in range(0, len(shocks), size)]

    def group(members: Sequence[Shock]) -> list[Equilibrium | SolveError]:
        return _solve_group(base, ready, members, model, size)

    if threads == 1 or len(groups) == 1:
        for members in groups:
            yield from group(members)
        return
    with ThreadPoolExecutor(threads) as pool:
        for answers in pool.map(group, groups):
            yield from answers


def zero_deficit(world: World) -> World:
    """The world re-solved without trade imbalances, the base of closure `zero` (theory.md, Closures)."""
    if world not in _without_deficits:
        shock = no_change(world)
        model = replace(long_run, closure="zero")
        answer = _solve_group(world, prepared(world), [shock], model, 1, BASE_TOLERANCE)[0]
        if isinstance(answer, SolveError):
            raise answer
        _without_deficits[world] = replace(
            world,
            trade_share=new_trade_share(world, shock, answer.unit_cost, answer.price),
            expenditure=answer.expenditure,
            output=answer.output,
            income=answer.income,
            transfer=np.zeros_like(answer.income),
        )
    return _without_deficits[world]


def prepared(world: World) -> Prepared:
    """The kernel's view of a world, worked out once and kept with it."""
    if world not in _prepared:
        discard_stale()
        _prepared[world] = prepare(
            world.trade_share,
            world.tariff,
            world.expenditure,
            world.input_share,
            world.value_added_share,
            world.final_share,
            world.trade_elasticity,
            world.value_added,
        )
    return _prepared[world]


def _solve_group(
    base: World,
    ready: Prepared,
    shocks: Sequence[Shock],
    model: Model,
    lanes: int,
    tolerance: float = TOLERANCE,
) -> list[Equilibrium | SolveError]:
    """Solve up to `lanes` shocks side by side and verify each."""
    answers: list[Equilibrium | SolveError | None] = []
    edits: list[Edit] = []
    for shock in shocks:
        edge = border(base, shock)
        cut_off = _not_yet(shock) or _cut_off(base, shock, edge)
        answers.append(cut_off)
        if cut_off is None:
            edits.append(_edit(base, shock, edge, model))
    if edits:
        still = no_change(base)
        tasks = pack(ready, [*edits, _edit(base, still, border(base, still), model)])
        solved = iter(run(ready, tasks, len(edits), 0, min(lanes, len(edits)), tolerance, MOST_SWEEPS, _lane))
        part = iter(edits)
        for i, shock in enumerate(shocks):
            if answers[i] is None:
                ending, arrays = next(solved)
                answers[i] = _verified(base, shock, model, ending, arrays, next(part).part)
    return [answer for answer in answers if answer is not None]


def _edit(base: World, shock: Shock, edge: Border, model: Model) -> Edit:
    """The kernel's view of a shock: only the cells that differ from the base."""
    still = np.zeros_like(base.transfer)
    flow = base.transfer if model.closure == "fixed" else still
    slope = base.transfer if model.closure == "share" else still
    cell = (edge.origin, edge.destination, edge.sector)
    moved = np.flatnonzero((edge.weight != base.trade_share[cell]) | (edge.net != base.tariff[cell]))
    rent = np.where(shock.rent_to_buyer, 0.0, shock.wedge - 1.0)
    return Edit(
        edge.sector[moved],
        edge.origin[moved],
        edge.destination[moved],
        edge.weight[moved],
        edge.net[moved],
        rent[moved],
        shock.productivity,
        flow + shock.transfer,
        slope,
        parts(base, shock),
    )


def _lane(state: State, b: int) -> State:
    """One lane's arrays, copied out of the batch."""
    return State(*(np.array(field[b]) for field in state))


def _verified(
    base: World, shock: Shock, model: Model, ending: Ending, state: State, part: NDArray[np.int64]
) -> Equilibrium | SolveError:
    """Labels off the kernel's answer, after every equation has been recomputed independently."""
    if not ending.converged:
        return _refusal(base, shock, model, ending, state)
    eq = _assembled(base, shock, ending, state, part)
    checked = residuals(base, shock, model, eq)
    if not max(checked.values()) < VERIFIED:
        return SolveError(
            "CV302",
            "the solver's answer fails the independent check",
            found=", ".join(
                f"Eq. {name} {value:.2g}" for name, value in checked.items() if value >= VERIFIED
            ),
            expected=f"below {VERIFIED:g}",
        )
    return replace(eq, residuals=checked)


def _assembled(
    base: World, shock: Shock, ending: Ending, state: State, part: NDArray[np.int64]
) -> Equilibrium:
    """The kernel's answer as an Equilibrium, not yet checked."""
    price, cost = np.exp(state.log_price), np.exp(state.log_cost)
    share = new_trade_share(base, shock, cost, price)
    flow = new_flow(base, shock, share, state.spending)
    notes: tuple[str, ...] = ()
    if part.max() > 0 and part.max() > parts(base, no_change(base)).max():
        notes = ("Trade no longer links all economies; transfers across the gap end.",)
    return Equilibrium(
        base=base,
        wage=np.exp(state.log_wage),
        price=price,
        unit_cost=cost,
        expenditure=state.spending,
        output=state.output,
        income=state.income,
        tariff_revenue=tariff_revenue(base, shock, flow),
        rent=rents(base, shock, flow),
        transfer=state.transfer,
        part=part,
        residuals={},
        iterations=ending.sweeps,
        method="safe" if ending.safe else "accelerated",
        notes=notes,
    )


def _refusal(base: World, shock: Shock, model: Model, ending: Ending, state: State) -> SolveError:
    """CV303 or CV306 where there is an economic cause, else CV302; with the last iterate."""
    flow = shock.transfer + (0.0 if model.closure == "zero" else base.transfer)
    alone = stranded(base, shock, flow)
    if alone is not None:
        names = [name for name, here in zip(base.countries, alone, strict=True) if here]
        error = SolveError(
            "CV306",
            f"{', '.join(names[:3])}{' and others' if len(names) > 3 else ''} can trade one way only",
            found="what is bought abroad cannot be paid for, or what is sold there buys nothing",
            next_step="Leave some trade open the other way, close both, or add a transfer that pays for it.",
        )
        error.certificate = Certificate("stranded", names[0])
        return error
    last = None
    if ending.reached > 0.0:
        part = parts(base, no_change(base))
        step = partial_shock(base, shock, ending.reached, _payable(base, shock, model))
        last = _assembled(base, step, ending, state, part)
        last = replace(last, residuals=residuals(base, step, model, last))
        left = last.income / base.income
        poorest = int(np.argmin(left))
        if left[poorest] < RUINED and last.residual < VERIFIED:
            error = SolveError(
                "CV303",
                f"no equilibrium: the income of {base.countries[poorest]} does not stay above zero",
                found=f"{100 * left[poorest]:.2g} % of base income at {100 * ending.reached:.3g} % of the shock",
                next_step="Lower what this economy pays in transfers or subsidies, or leave more of its trade open.",
            )
            error.certificate = Certificate("ruined", base.countries[poorest], "", ending.reached, last)
            return error
    error = SolveError(
        "CV302",
        "no equilibrium was found, by the fast path or by the safe one",
        found=f"an equilibrium of {100 * ending.reached:.3g} % of the shock, residual {ending.residual:.2g}",
        next_step="Lower the largest rates of the scenario step by step to see which one breaks it.",
    )
    error.certificate = Certificate("none", reached=ending.reached, last=last)
    return error


def _payable(base: World, shock: Shock, model: Model) -> NDArray[np.float64]:
    """The shock's transfers, less what parts of the world that it separates would owe each other."""
    part = parts(base, shock)
    if part.max() == 0:
        return shock.transfer
    flow = shock.transfer + (base.transfer if model.closure == "fixed" else 0.0)
    owed = np.bincount(part, flow) / np.bincount(part, base.value_added)
    payable: NDArray[np.float64] = shock.transfer - owed[part] * base.value_added
    return payable


def _not_yet(shock: Shock) -> SolveError | None:
    """CV325 where the answer itself is limited, which this solver does not do."""
    if not shock.conditions and shock.specific is None and shock.claims is None:
        return None
    return SolveError(
        "CV325",
        "limits on a price or a quantity cannot be solved",
        found=", ".join(limit.measure for limit in shock.conditions),
        next_step="Use a tariff, or an embargo with a leakage, for the time being.",
    )


def _cut_off(base: World, shock: Shock, edge: Border) -> SolveError | None:
    """CV301 where a good that an economy buys has no source left; names the cell and the measures."""
    if (edge.weight > 0.0).all():
        return None
    supply = base.trade_share.copy()
    supply[edge.origin, edge.destination, edge.sector] = edge.weight
    lost = (supply.sum(axis=0) == 0.0) & (base.expenditure > 0.0)
    if not lost.any():
        return None
    d, s = (int(i) for i in np.argwhere(lost)[0])
    cell = shock.cells[(edge.destination == d) & (edge.sector == s) & (edge.weight == 0.0)]
    culprits = [name for name, cells in shock.measures if np.isin(cell, cells).any()]
    others = f" (and {int(lost.sum()) - 1} more such cells)" if lost.sum() > 1 else ""
    error = SolveError(
        "CV301",
        f"the scenario leaves {base.countries[d]} no source of {base.sectors[s]}{others}",
        where=f"{base.countries[d]}, {base.sectors[s]}",
        found="cut by " + ", ".join(culprits),
        next_step="Give one of these measures a leakage, a narrower list of goods, or leave one source open.",
    )
    error.certificate = Certificate("cut off", base.countries[d], base.sectors[s])
    return error
