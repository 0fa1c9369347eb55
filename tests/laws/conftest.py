"""The equations again, one cell at a time, straight from the reference page: nothing here is shared with the solver."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from countervail.model.equilibrium import Equilibrium
from countervail.policy.shock import Shock
from countervail.world.world import World

Recompute = Callable[..., dict[str, float]]


def relative(left: float, right: float) -> float:
    """|left - right| over the larger side; 0 when both are 0; infinite when one is not a number."""
    if not (math.isfinite(left) and math.isfinite(right)):
        return math.inf
    larger = max(abs(left), abs(right))
    return abs(left - right) / larger if larger > 0 else 0.0


class Cells:
    """tau', mu', d-hat and who gets the rent, cell by cell; what the shock does not list is as in the base."""

    def __init__(self, world: World, shock: Shock) -> None:
        n, j = world.output.shape
        self.n, self.j, self.world = n, j, world
        self.tau = world.tariff.tolist()
        self.mu = [[[1.0] * j for _ in range(n)] for _ in range(n)]
        self.barrier = [[[1.0] * j for _ in range(n)] for _ in range(n)]
        self.to_buyer = [[[False] * j for _ in range(n)] for _ in range(n)]
        for i, cell in enumerate(shock.cells.tolist()):
            o, d, s = cell // (n * j), cell // j % n, cell % j
            self.tau[o][d][s] = float(shock.tariff[i])
            self.mu[o][d][s] = float(shock.wedge[i])
            self.to_buyer[o][d][s] = bool(shock.rent_to_buyer[i])
            let_through, theta = float(shock.passing[i]), float(world.trade_elasticity[s])
            ban = math.inf if let_through == 0.0 else let_through ** (-1.0 / theta)
            self.barrier[o][d][s] = ban * float(shock.trade_cost[i])

    def parts(self) -> list[int]:
        """For each economy the number of its part: linked by any share left, in either direction."""
        pi = self.world.trade_share.tolist()
        part = list(range(self.n))
        for o in range(self.n):
            for d in range(self.n):
                if any(pi[o][d][s] > 0.0 and self.barrier[o][d][s] < math.inf for s in range(self.j)):
                    old, new = part[d], part[o]
                    part = [new if p == old else p for p in part]
        return part


def recompute(
    world: World, shock: Shock, closure: str, eq: Equilibrium, money: float = 1.0
) -> dict[str, float]:
    """Largest relative residual of each of Eq. 1-8 at an equilibrium, from its published arrays.

    Arguments:
        world: what the hats are relative to.
        money: how many units of account the equilibrium counts for one of the base year; 1 under Eq. 8.
    """
    cells = Cells(world, shock)
    n, j = cells.n, cells.j
    economies, sectors = range(n), range(j)
    pi, tau0, theta = world.trade_share.tolist(), world.tariff.tolist(), world.trade_elasticity.tolist()
    gamma, beta, alpha = (
        world.input_share.tolist(),
        world.value_added_share.tolist(),
        world.final_share.tolist(),
    )
    base_output, base_spending, base_transfer = (
        world.output.tolist(),
        world.expenditure.tolist(),
        world.transfer.tolist(),
    )
    base_earned = [sum(beta[d][t] * base_output[d][t] for t in sectors) for d in economies]
    w, p, c = eq.wage.tolist(), eq.price.tolist(), eq.unit_cost.tolist()
    x, y, income = eq.expenditure.tolist(), eq.output.tolist(), eq.income.tolist()
    z = shock.productivity.tolist()
    worst = dict.fromkeys(["1", "2", "3", "4", "5", "6", "7", "8", "revenue", "rent", "transfer"], 0.0)

    def note(equation: str, left: float, right: float) -> None:
        worst[equation] = max(worst[equation], relative(left, right))

    for o in economies:
        for t in sectors:
            log_cost = beta[o][t] * math.log(w[o]) - math.log(z[o][t])
            log_cost += sum(gamma[o][s][t] * math.log(p[o][s]) for s in sectors if gamma[o][s][t] > 0.0)
            note("1", c[o][t], math.exp(log_cost))

    sales = [[0.0] * j for _ in economies]
    revenue, rent = [0.0] * n, [0.0] * n
    for d in economies:
        for s in sectors:
            if base_spending[d][s] == 0.0:
                note("2", p[d][s], 1.0)
                note("5", x[d][s], 0.0)
                continue
            shares = []
            for o in economies:
                barrier = cells.barrier[o][d][s]
                if pi[o][d][s] == 0.0 or barrier == math.inf:
                    shares.append(0.0)
                    continue
                k = barrier * cells.mu[o][d][s] * cells.tau[o][d][s] / tau0[o][d][s]
                shares.append(pi[o][d][s] * math.exp(-theta[s] * math.log(k * c[o][s] / p[d][s])))
            note("2", sum(shares), 1.0)
            for o in economies:
                tau, mu = cells.tau[o][d][s], cells.mu[o][d][s]
                b = shares[o] * x[d][s] / (mu * tau)
                sales[o][s] += b
                revenue[d] += (tau - 1.0) * mu * b
                rent[d if cells.to_buyer[o][d][s] else o] += (mu - 1.0) * b
    for o in economies:
        for s in sectors:
            note("4", y[o][s], sales[o][s])
    for d in economies:
        for s in sectors:
            used = sum(gamma[d][s][t] * y[d][t] for t in sectors)
            note("5", x[d][s], alpha[d][s] * income[d] + used)

    earned = [w[d] * base_earned[d] for d in economies]
    part = cells.parts()
    paid = []
    for d in economies:
        flow = {
            "fixed": base_transfer[d] * sum(earned) / sum(base_earned),
            "share": base_transfer[d] * earned[d] / base_earned[d],
            "zero": 0.0,
        }[closure]
        paid.append(flow + float(shock.transfer[d]) * money)
    for d in economies:
        together = [k for k in economies if part[k] == part[d]]
        owed = sum(paid[k] for k in together) / sum(earned[k] for k in together)
        transfer = paid[d] - owed * earned[d]
        scale = abs(income[d])
        worst["transfer"] = max(worst["transfer"], abs(transfer - float(eq.transfer[d])) / scale)
        worst["revenue"] = max(worst["revenue"], abs(revenue[d] - float(eq.tariff_revenue[d])) / scale)
        worst["rent"] = max(worst["rent"], abs(rent[d] - float(eq.rent[d])) / scale)
        note("6", income[d], earned[d] + revenue[d] + rent[d] + transfer)
        note("7", earned[d], sum(beta[d][t] * y[d][t] for t in sectors))
        note("8", sum(earned[k] for k in together), money * sum(base_earned[k] for k in together))
    return worst


@pytest.fixture(scope="session")
def recomputed() -> Recompute:
    """Residuals of an equilibrium by equation, recomputed cell by cell."""
    return recompute


@pytest.fixture(scope="session")
def parts_by_hand() -> Callable[[World, Shock], list[int]]:
    """For each economy the number of the part of the world it still trades with."""
    return lambda world, shock: Cells(world, shock).parts()
