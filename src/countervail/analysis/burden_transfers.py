"""Transfers between members that share a burden by a rule, solved with the equilibrium (Eq. 13).

Each round solves the world with the transfers of the round before and moves them by what is missing. The rounds end
when the rule holds, so that the transfers belong to the equilibrium they are paid in; nothing is left to first order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.coalition_members import Player
from countervail.errors import OutputError, SolveError

if TYPE_CHECKING:
    from countervail.policy.shock import Shock

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EQUAL = 1e-9
"""How far the measure that is shared may be from its rule, percent of income."""
MOST_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Shared:
    """Transfers that share a burden.

    Arguments:
        transfer: [member] million USD a year, above 0 when received; sums to 0.
        change: [country] welfare less the reference, percent points, with the transfers.
        rounds: solves that it took. gap: the largest distance from the rule, percent of income.
    """

    transfer: Floats
    change: Floats
    rounds: int
    gap: float


@dataclass(frozen=True, eq=False)
class Payers:
    """Who pays and receives: players with their incomes.

    Arguments:
        players: members. income: [country] base income, million USD.
    """

    players: Sequence[Player]
    income: Floats

    @property
    def of_each(self) -> Floats:
        """[member] income."""
        return np.array([self.income[player.positions].sum() for player in self.players])

    def flows(self, transfer: Floats) -> Floats:
        """[country] transfers; inside a bloc by income."""
        found = np.zeros(self.income.size)
        for amount, player in zip(transfer, self.players, strict=True):
            mine = self.income[player.positions]
            found[player.positions] = amount * mine / mine.sum()
        return found

    def mean(self, change: Floats) -> Floats:
        """[member] welfare change, percent, weighted by income."""
        return np.array(
            [np.average(change[p.positions], weights=self.income[p.positions]) for p in self.players]
        )


def equalised(payers: Payers, scale: Floats, shock: Shock, solve: Callable[[Shock], Floats]) -> Shared:
    """Transfers that make `scale` times the welfare change of all members equal.

    Arguments:
        scale: [member] 1 for equal percent, income over persons for equal money a head.
        shock: of the coalition, without these transfers. solve: [country] welfare change under a shock.

    Raises:
        OutputError: CV484 the rounds do not settle. SolveError: no equilibrium.
    """
    slope = 100.0 / payers.of_each  # welfare, percent, that a million USD is worth

    def step(change: Floats) -> tuple[Floats, float]:
        value = scale * payers.mean(change)
        worth = scale * slope
        level = float((value / worth).sum() / (1 / worth).sum())
        return (level - value) / worth, float(np.abs((value - level) / scale).max())

    return _settled(payers, step, shock, solve)


def floored(payers: Payers, floor: float, shock: Shock, solve: Callable[[Shock], Floats]) -> Shared:
    """Transfers that leave no member below a floor; the others pay in proportion to income, down to the floor.

    Arguments:
        floor: welfare change, percent.

    Raises:
        OutputError: CV483 the members together are worse off than the floor, CV484. SolveError: no equilibrium.
    """
    income = payers.of_each
    before = payers.mean(solve(shock))
    held = before < floor
    for _ in range(income.size + 1):
        if held.all():
            break
        found = _settled(payers, _floor_step(payers, floor, held), shock, solve)
        below = payers.mean(found.change) < floor - EQUAL
        if not (below & ~held).any():
            return found
        held = held | below
    raise OutputError(
        "CV483",
        "No transfers between the members can keep all of them above this floor",
        found=f"a floor of {floor:.3g} %",
        expected=f"one below {np.average(before, weights=income):.3g} %, the mean of what they lose",
        next_step="Lower the floor, or let somebody else pay.",
    )


def _floor_step(payers: Payers, floor: float, held: Bools) -> Callable[[Floats], tuple[Floats, float]]:
    income = payers.of_each
    paying = np.where(held, 0.0, income) / income[~held].sum()

    def step(change: Floats) -> tuple[Floats, float]:
        short = np.where(held, floor - payers.mean(change), 0.0)
        needed = short * income / 100.0
        return needed - paying * needed.sum(), float(np.abs(short).max())

    return step


def _settled(
    payers: Payers,
    step: Callable[[Floats], tuple[Floats, float]],
    shock: Shock,
    solve: Callable[[Shock], Floats],
) -> Shared:
    """Move the transfers until the rule holds; Anderson's mixing over the last rounds makes the last digits quick."""
    transfer = np.zeros(len(payers.players))
    tried: list[Floats] = []
    moved: list[Floats] = []
    for rounds in range(1, MOST_ROUNDS + 1):
        change = solve(replace(shock, transfer=shock.transfer + payers.flows(transfer)))
        move, gap = step(change)
        if gap < EQUAL:
            return Shared(transfer, change, rounds, gap)
        tried.append(transfer)
        moved.append(move)
        transfer = _mixed(tried[-4:], moved[-4:])
        transfer = transfer - transfer.mean()  # round-off; the moves add up to nothing
    raise OutputError(
        "CV484",
        "The transfers that share the burden were not found",
        found=f"{gap:.1e} % from the rule after {MOST_ROUNDS} rounds",
        expected=f"below {EQUAL:g} %",
        next_step="Share among fewer members, or look whether one of them can hardly trade any more.",
    )


def _mixed(tried: Sequence[Floats], moved: Sequence[Floats]) -> Floats:
    """The next transfers: those whose move would be smallest if moves were linear in transfers, and that move."""
    if len(tried) == 1:
        return np.asarray(tried[0] + moved[0])
    changes = np.array([moved[-1] - move for move in moved[:-1]]).T
    steps = np.array([tried[-1] - transfer for transfer in tried[:-1]]).T
    weights, *_ = np.linalg.lstsq(changes, moved[-1], rcond=1e-12)
    return np.asarray(tried[-1] + moved[-1] - (steps + changes) @ weights)


def one_by_one(answers: Sequence[Floats | SolveError]) -> Floats:
    """The only answer of a solve.

    Raises:
        SolveError: where there is none.
    """
    (answer,) = answers
    if isinstance(answer, SolveError):
        raise answer
    return answer
