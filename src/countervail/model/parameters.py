"""Model: which special case of the equations answers a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from countervail.errors import SolveError

Closure = Literal["fixed", "share", "zero"]
CLOSURES: tuple[Closure, ...] = ("fixed", "share", "zero")


@dataclass(frozen=True)
class Model:
    """A set of parameters, never a second code path.

    Arguments:
        name: what results call it.
        closure: what happens to trade imbalances (theory.md, Closures). `fixed` keeps them in money, `share` as a
            share of value added, `zero` first solves the base without them and compares with that.
        source: the literature behind the numbers.

    Raises:
        SolveError: CV304 for an unknown closure.
    """

    name: str
    closure: Closure = "fixed"
    source: str = ""

    def __post_init__(self) -> None:
        if self.closure not in CLOSURES:
            raise SolveError(
                "CV304", "unknown closure", found=repr(self.closure), expected="one of " + ", ".join(CLOSURES)
            )


long_run = Model("long_run", source="Caliendo and Parro (2015), Review of Economic Studies 82(1)")
PRESETS: dict[str, Model] = {long_run.name: long_run}


def model_named(name: str) -> Model:
    """The preset of that name.

    Raises:
        SolveError: CV305 if there is none.
    """
    if name not in PRESETS:
        raise SolveError("CV305", "unknown model", found=repr(name), expected="one of " + ", ".join(PRESETS))
    return PRESETS[name]
