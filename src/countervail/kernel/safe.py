"""The safe path: wages by Newton's method, and where that stalls, along a path of growing shocks.

What is left once prices and spending are solved (`kernel.dense`) is N wages, found with exact derivatives and held
back where a step goes astray. What is brought to zero is the logarithm of money that flows into an economy over what
flows out, which is nearly linear in wages and keeps its digits where next to nothing is traded. Slow and sure.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from countervail.kernel.dense import Shocked, Wages, at_wages, lay_out, per_unit_of, pressure_slope
from countervail.kernel.sweep import Economy, Floats, Links, State, Tasks, new_state

WAGE_STEPS, REFUSALS = 60, 8
MOST_PAIRS = 40
MOST_BENDS = 400  # steps beyond a turning point
SHORTEST = 1e-9  # of them, in ln wages
NUDGE = 1e-6  # of what is left of a shock, to see what more of it does
WORSE = 1.2  # a step may raise the largest pressure by this factor
SHARP = 1e-9  # of pressures: where trade is thin, a small gap says little about wages
EXACT = 1e-14  # of pressures, which no gap can better
LONGEST = 1.5  # of a step in ln wages
RUINED = 9e-4  # of base income: where the path ends without an equilibrium of the whole shock
SMALLEST_STRIDE = 1e-7  # of what is left of the shock, along the path
NEAREST = 1e-13  # of the shock, left out at last
NEARER = 0.9  # of the way to where an income would be zero


class Crossing(NamedTuple):
    """Two places near each other on the path: all incomes above zero, and, further on, one below it."""

    before: tuple[float, State]
    beyond: tuple[float, State]


class Safe(NamedTuple):
    """How the safe path ended. `reached` is the share of the shock solved, 1 when all of it is."""

    solved: bool
    residual: float
    reached: float
    crossings: tuple[Crossing, ...]  # narrowest first


def solve_safely(
    economy: Economy, base: Links, tasks: Tasks, k: int, still: int, state: State, tolerance: float
) -> Safe:
    """Solve scenario k and write the answer into the one-lane state; where there is none, the last on the way.

    Arguments:
        still: number of the task that changes nothing, where the path begins.
    """
    n, j = economy.expenditure.shape
    start, end = lay_out(base, j, tasks, still), lay_out(base, j, tasks, k)
    solution = _wages(economy, economy.inputs, end, np.zeros(n), np.zeros((n, j)), tolerance)
    if solution is not None and _healthy(economy, solution[1]):
        _write(state, *solution)
        return Safe(True, float(np.abs(solution[1].gap).max()), 1.0, ())
    parts = np.bincount(end.part, economy.value_added)
    owed = (np.bincount(end.part, end.flow) / parts)[end.part] * economy.value_added
    # what newly parted economies would owe each other is phased out; along the way all of them still trade
    parted = int(end.part.max()) > int(start.part.max())
    along = end._replace(flow=end.flow - owed) if parted else end
    reached, stride = 0.0, 0.5
    here = _wages(economy, economy.inputs, start, np.zeros(n), np.zeros((n, j)), tolerance)
    if here is None or not _healthy(economy, here[1]):
        return Safe(False, np.inf, 0.0, ())
    base_income = here[1].income
    turn = np.zeros(n)  # of ln wages along the path, from the last two equilibria on it
    passed, beyond = [(0.0, _copied(here))], []
    while reached < 1.0 and stride > max(SMALLEST_STRIDE * (1.0 - reached) ** 2, NEAREST):
        if (here[1].income / base_income).min() < RUINED:
            further = _past_zero(economy, start, along, passed, base_income, here, tolerance)
            beyond += [further] if further is not None else []
            break
        share = min(reached + stride, 1.0)
        task = end if share == 1.0 else _between(start, along, share)
        ahead = here[0] + (share - reached) * turn
        found = _wages(economy, economy.inputs, task, ahead, here[1].log_price, tolerance, here[1])
        if found is not None and not _healthy(economy, found[1]):
            beyond.append((share, _copied(found)))
            found = None
        if found is None:
            stride *= 0.25
            continue
        turn = (found[0] - here[0]) / (share - reached)
        # an income on its way to zero goes there straight at last: come near, do not overshoot
        falling = (here[1].income - found[1].income) / (share - reached)
        left = found[1].income - np.maximum((1.0 - NEARER) * found[1].income, 0.5 * RUINED * base_income)
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(falling > 0.0, left / falling, np.inf).min()
        here, reached = found, share
        stride = min(
            2.0 * stride,
            max(room, 10.0 * SMALLEST_STRIDE * (1.0 - reached) ** 2),
            max(1.0 - reached, NEAREST),
        )
        passed.append((share, _copied(here)))
    if reached < 1.0 and (here[1].income / base_income).min() >= RUINED and len(passed) > 1:
        reached, here = _round_the_bend(economy, start, along, end, passed, here, base_income, tolerance)
    _write(state, *here)
    pairs = [Crossing(a, b) for a in passed for b in beyond if a[0] < b[0]]
    pairs.sort(key=lambda pair: pair.beyond[0] - pair.before[0])
    return Safe(reached == 1.0, float(np.abs(here[1].gap).max()), reached, tuple(pairs[:MOST_PAIRS]))


def _past_zero(
    economy: Economy,
    start: Shocked,
    along: Shocked,
    passed: list[tuple[float, State]],
    base_income: Floats,
    here: tuple[Floats, Wages],
    tolerance: float,
) -> tuple[float, State] | None:
    """A solution further on, where an income that is on its way to zero is well below it."""
    (share, last), (earlier, before) = passed[-1], passed[max(len(passed) - 2, 0)]
    d = int(np.argmin(last.income[0] / base_income))
    falling = (before.income[0, d] - last.income[0, d]) / max(share - earlier, NEAREST)
    if not falling > 0.0:
        return None
    further = share + (last.income[0, d] + 0.5 * base_income[d]) / falling
    if not further < 1.0:
        return None
    task = _between(start, along, further)
    found = _wages(economy, economy.inputs, task, here[0], here[1].log_price, tolerance, here[1])
    return None if found is None or found[1].income[d] >= 0.0 else (further, _copied(found))


def _round_the_bend(
    economy: Economy,
    start: Shocked,
    along: Shocked,
    end: Shocked,
    passed: list[tuple[float, State]],
    here: tuple[Floats, Wages],
    base_income: Floats,
    tolerance: float,
) -> tuple[float, tuple[Floats, Wages]]:
    """Follow the equilibria on where the path turns back: wages go on, the share of the shock may fall and rise.

    Returns:
        The share at the end and the equilibrium there: 1 if the whole shock is solved, less where an income is on its
        way to zero; or where it was before if neither.
    """
    inputs, share, given = economy.inputs, passed[-1][0], (passed[-1][0], here)
    way = passed[-1][1].log_wage[0] - passed[-2][1].log_wage[0]
    last, length = share - passed[-2][0], 0.0
    for _ in range(MOST_BENDS):
        way = way - way.mean()  # all wages together are the numeraire
        size = float(np.abs(way).max())
        if not size > 0.0:
            return given
        length = length or size
        step = way * (length / size)
        guess = share + last * (length / size)
        # near the end of a shock the whole of it may be in reach
        if guess >= 1.0 - NEAREST:
            whole = _wages(economy, inputs, end, here[0], here[1].log_price, tolerance, here[1])
            if whole is not None and _healthy(economy, whole[1]):
                return 1.0, whole
            guess = 0.5 * (1.0 + share)
        found = _on_the_way(economy, start, along, here, step, guess, tolerance)
        if found is None or not 0.0 <= found[0] < 1.0 or not _healthy(economy, found[1][1]):
            length *= 0.25
            if length < SHORTEST:
                return given
            continue
        way, last = found[1][0] - here[0], found[0] - share
        share, here = found
        if (here[1].income / base_income).min() < RUINED:
            return share, here
        length = min(2.0 * float(np.abs(way - way.mean()).max()), LONGEST)
    return given


def _on_the_way(
    economy: Economy,
    start: Shocked,
    along: Shocked,
    here: tuple[Floats, Wages],
    way: Floats,
    share: float,
    tolerance: float,
) -> tuple[float, tuple[Floats, Wages]] | None:
    """The equilibrium, and the share of the shock it belongs to, at which wages have gone this far along a way."""
    log_wage, there = here[0] + way, here[1]
    goal, before = way @ log_wage, np.inf
    member = along.part[None, :] == np.arange(int(along.part.max()) + 1)[:, None]
    level = (member * economy.value_added).sum(axis=1)
    for _ in range(WAGE_STEPS):
        task = _between(start, along, share)
        log_wage = _on_numeraire(economy, task, member, level, log_wage)
        trial = at_wages(economy, economy.inputs, task, log_wage, there.log_price, there.inside)
        if trial is None or not np.isfinite(trial.pressure).all():
            return None
        off = float(way @ log_wage - goal) / float(way @ way)
        worst = max(float(np.abs(trial.pressure).max()), abs(off))
        if np.abs(trial.gap).max() < tolerance and worst < SHARP:
            return share, (log_wage, trial)
        if worst > 2.0 * before:
            return None
        before = worst
        earned = np.exp(log_wage) * economy.value_added
        slope, there = pressure_slope(economy, economy.inputs, log_wage, trial)
        nudge = -NUDGE * (1.0 - share) ** 2
        shifted = _between(start, along, share + nudge)
        aside = at_wages(economy, economy.inputs, shifted, log_wage, there.log_price, there.inside)
        if aside is None or not np.isfinite(aside.pressure).all():
            return None
        by_share = (aside.pressure - there.pressure) / nudge
        scale = 1.0 / max(float(np.abs(by_share).max()), 1e-300)
        pinned = slope - member.T @ (member * earned / level[:, None])
        bordered = np.block(
            [[pinned, scale * by_share[:, None]], [way[None, :] / (way @ way), np.zeros((1, 1))]]
        )
        if not np.isfinite(bordered).all():
            return None
        move = -np.linalg.lstsq(bordered, np.append(there.pressure, off), rcond=None)[0]
        if np.abs(move[:-1]).max() > LONGEST:
            return None
        log_wage, share = log_wage + move[:-1], share + scale * float(move[-1])
        if not 0.0 <= share < 1.0:
            return None
    return None


def _wages(
    economy: Economy,
    inputs: Floats,
    task: Shocked,
    log_wage: Floats,
    log_price: Floats,
    tolerance: float,
    near: Wages | None = None,
) -> tuple[Floats, Wages] | None:
    """Newton on ln wages, held back towards tatonnement (wages rise with the pressure) where it goes astray.

    A step is an implicit step of that process over a time of `pace`: short and cautious, or long and Newton's own.
    The answer may have incomes that are not above zero.
    """
    parts = int(task.part.max()) + 1
    member = task.part[None, :] == np.arange(parts)[:, None]  # part, d
    level = (member * economy.value_added).sum(axis=1)
    log_wage = _on_numeraire(economy, task, member, level, log_wage)
    here = at_wages(economy, inputs, task, log_wage, log_price, None if near is None else near.inside)
    pace, before = 1e6, np.inf
    for _ in range(WAGE_STEPS):
        if here is None or not np.isfinite(here.pressure).all():
            return None
        worst = float(np.abs(here.pressure).max())
        if worst < EXACT or (np.abs(here.gap).max() < tolerance and (worst < SHARP or worst > 0.5 * before)):
            return log_wage, here
        before = worst
        earned = np.exp(log_wage) * economy.value_added
        # the level of each part's wages is the numeraire, not a labour market: pin it
        slope, here = pressure_slope(economy, inputs, log_wage, here)
        pinned = slope - member.T @ (member * earned / level[:, None])
        if not np.isfinite(pinned).all():
            return None
        for _ in range(REFUSALS):
            step = -np.linalg.lstsq(pinned - np.eye(pinned.shape[0]) / pace, here.pressure, rcond=None)[0]
            step *= min(1.0, LONGEST / max(np.abs(step).max(), 1e-300))
            trial = _on_numeraire(economy, task, member, level, log_wage + step)
            there = at_wages(economy, inputs, task, trial, here.log_price, here.inside)
            if there is not None and np.abs(there.pressure).max() < WORSE * worst:  # False for NaN
                break
            pace = min(pace, 10.0) * 0.1
        else:
            return None
        pace *= min(max(worst / max(np.abs(there.pressure).max(), 1e-300), 0.3), 10.0)
        log_wage, here = trial, there
    return None


def _healthy(economy: Economy, here: Wages) -> bool:
    """Whether all can live: income and spending above zero."""
    return bool((here.income > 0.0).all() and (here.spending[economy.expenditure > 0.0] > 0.0).all())


def _copied(found: tuple[Floats, Wages]) -> State:
    """A place on the path, without its matrices."""
    n, j = found[1].spending.shape
    state = new_state(n, j)
    _write(state, *found)
    return state


def _on_numeraire(economy: Economy, task: Shocked, member: Floats, level: Floats, log_wage: Floats) -> Floats:
    """Shift each part's wages so that its value added is that of the base (Eq. 8)."""
    new = (member * np.exp(log_wage) * economy.value_added).sum(axis=1)
    shifted: Floats = log_wage - np.log(new / level)[task.part]
    return shifted


def _between(start: Shocked, end: Shocked, share: float) -> Shocked:
    """A part of the shock: weights along a geometric path, bans as exp(-share / (1 - share)), the rest in proportion.

    Short of the end all economies still trade, so what parts of the world will no longer be able to pay each other
    is phased out as a flow.
    """
    both = (start.weight > 0.0) & (end.weight > 0.0)
    old, new = np.where(both, start.weight, 1.0), np.where(both, end.weight, 1.0)
    # what is left of a banned flow falls without end: where trade is steep, even a billionth part of it pays wages
    left = np.exp(-share / (1.0 - share))
    weight = np.where(both, old ** (1.0 - share) * new**share, left * start.weight)
    # what is banned at the end is taxed as at the start until then
    net = np.where(both, per_unit_of(start) ** (1.0 - share) * per_unit_of(end) ** share, per_unit_of(start))

    def mixed(old: Floats, new: Floats) -> Floats:
        out: Floats = (1.0 - share) * old + share * new
        return out

    return end._replace(
        weight=weight,
        received=weight * net,
        origin_rent=np.where(both, (1.0 + end.origin_rent) ** share - 1.0, 0.0),
        log_productivity=mixed(start.log_productivity, end.log_productivity),
        flow=mixed(start.flow, end.flow),
        slope=mixed(start.slope, end.slope),
        part=start.part,
    )


def _write(state: State, log_wage: Floats, here: Wages) -> None:
    """Put the answer where the fast path would have left it."""
    state.log_wage[0], state.log_price[0], state.log_cost[0] = log_wage, here.log_price, here.log_cost
    state.spending[0], state.output[0], state.income[0] = here.spending, here.output, here.income
    state.revenue[0], state.rent[0], state.transfer[0] = here.revenue, here.rent, here.transfer
