"""Model: which special case of the equations answers a scenario."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from countervail.errors import SolveError
from countervail.policy.horizon import PARAMETERS, PRESET, number_of

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
        value_added_substitution: eps_v of Eq. 9 and 9a, between the factors and the bundle of inputs; 0 to 100.
        input_substitution: eps_m of Eq. 9, among inputs; 0 to 100.
        consumption_substitution: eps_c of Eq. 10, among final goods; 0 to 100.
        labour_mobility: kappa of Eq. 11 and 11a; 0 where labour stays in its sector, inf where one wage holds in all.
        capital_mobility: the same for capital; None where capital and labour are one factor, as in Eq. 1-8.
        resource_mobility: the same for what capital earns in mining, the rent of its deposits; None where it is
            like other capital. A number needs a `capital_mobility`.
        labour_share: labour's share of value added in every economy; None takes the data that ship with the
            package. Read only where capital stands apart.
        elasticity_share: theta of the model over the world's long-run theta, of every sector.
        specific_factors: (economy, sector) in which all of value added is specific to that cell (Eq. 11b).

    Raises:
        SolveError: CV304 for an unknown closure, CV310 for a parameter out of its domain.

    Example:
        >>> from dataclasses import replace
        >>> replace(short_run, input_substitution=0.1).is_core
        False
    """

    name: str
    closure: Closure = "fixed"
    source: str = ""
    value_added_substitution: float = 1.0
    input_substitution: float = 1.0
    consumption_substitution: float = 1.0
    labour_mobility: float = math.inf
    capital_mobility: float | None = None
    resource_mobility: float | None = None
    labour_share: float | None = None
    elasticity_share: float = 1.0
    specific_factors: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.closure not in CLOSURES:
            raise SolveError(
                "CV304", "unknown closure", found=repr(self.closure), expected="one of " + ", ".join(CLOSURES)
            )
        for key, parameter in PARAMETERS.items():
            value = getattr(self, key)
            if value not in parameter:
                raise SolveError(
                    "CV310",
                    "a parameter of the model out of its domain",
                    where=f"{self.name}, {key}",
                    found=repr(value),
                    expected=str(parameter),
                    next_step=f"{key} is {parameter.meaning}.",
                )
        if self.resource_mobility is not None and self.capital_mobility is None:
            raise SolveError(
                "CV310",
                "resources stand apart from capital, and capital does not stand apart from labour",
                where=f"{self.name}, resource_mobility",
                found=f"resource_mobility {self.resource_mobility:g}, no capital_mobility",
                next_step="Give a capital_mobility too; inf where capital moves freely.",
            )

    @property
    def is_core(self) -> bool:
        """Whether the equations are those of the core, Eq. 1-8: Cobb-Douglas, one wage an economy.

        The share of the trade elasticity is left out: any theta is in the core.
        """
        substitution = (
            self.value_added_substitution,
            self.input_substitution,
            self.consumption_substitution,
        )
        mobility = (self.labour_mobility, self.capital_mobility, self.resource_mobility)
        return (
            all(epsilon == 1.0 for epsilon in substitution)
            and all(kappa is None or kappa == math.inf for kappa in mobility)
            and not self.specific_factors
        )

    def changes(self) -> dict[str, Any]:
        """The parameters that differ from the long run, by name."""
        return _differing(self, long_run)

    @property
    def title(self) -> str:
        """The name in words, with what was changed in a preset that still has the preset's name.

        Example:
            >>> replace(medium_run, capital_mobility=0.0).title
            'medium run with capital mobility 0'
        """
        changed = _differing(self, PRESETS[self.name]) if self.name in PRESETS else {}
        return _with(self.name, changed).replace("_", " ")

    def record(self) -> dict[str, Any]:
        """Name, closure and what differs from the long run, as plain values; inf is a word."""
        changed = {key: "inf" if value == math.inf else value for key, value in self.changes().items()}
        cells = [list(cell) for cell in self.specific_factors]
        return (
            {"name": self.name, "closure": self.closure}
            | ({"parameters": changed} if changed else {})
            | ({"specific_factors": cells} if cells else {})
        )


def _differing(model: Model, other: Model) -> dict[str, Any]:
    return {key: getattr(model, key) for key in PARAMETERS if getattr(model, key) != getattr(other, key)}


def _with(name: str, changed: Mapping[str, Any]) -> str:
    if not changed:
        return name
    shown = (f"{key} {value:g}" if value is not None else f"{key} none" for key, value in changed.items())
    return f"{name} with {', '.join(shown)}"


long_run = Model("long_run", source="Caliendo and Parro (2015), Review of Economic Studies 82(1)")
# 0.38 = 0.76/2, the flow elasticities after one year and in the long run, which are theta + 1 (docs/horizons.md)
short_run = Model(
    "short_run",
    source="Nests: Baqaee and Farhi (2024), Econometrica 92(2), and Bachmann et al. (2024), "
    "Economica 91(364); trade elasticity: Boehm, Levchenko and Pandalai-Nayar (2023), American Economic Review 113(4)",
    value_added_substitution=0.5,
    input_substitution=0.2,
    consumption_substitution=0.9,
    labour_mobility=0.0,
    elasticity_share=0.38,
)
medium_run = Model(
    "medium_run",
    source="Interpolation between short_run and long_run, an assumption",
    value_added_substitution=0.75,
    input_substitution=0.6,
    consumption_substitution=1.0,
    labour_mobility=1.5,
    elasticity_share=0.69,
)
PRESETS: dict[str, Model] = {model.name: model for model in (long_run, medium_run, short_run)}


def model_named(name: str | Mapping[str, Any]) -> Model:
    """The preset of that name, or the changed copy that a scenario describes.

    Arguments:
        name: a preset, or {"preset": name} with the parameters that differ from it.

    Raises:
        SolveError: CV305 if there is none, CV310 for a parameter out of its domain, CV311 for one that there is not.

    Example:
        >>> model_named({"preset": "short_run", "input_substitution": 0.1}).name
        'short_run with input_substitution 0.1'
    """
    changed = (
        {}
        if isinstance(name, str)
        else {key: number_of(value) for key, value in name.items() if key != PRESET}
    )
    preset = name if isinstance(name, str) else name.get(PRESET, long_run.name)
    if preset not in PRESETS:
        raise SolveError(
            "CV305", "unknown model", found=repr(preset), expected="one of " + ", ".join(PRESETS)
        )
    strange = [key for key in changed if key not in PARAMETERS]
    if strange:
        raise SolveError(
            "CV311",
            f"a model has no parameter '{strange[0]}'",
            expected="one of " + ", ".join((PRESET, *PARAMETERS)),
        )
    if not changed:
        return PRESETS[preset]
    return replace(PRESETS[preset], name=_with(preset, changed), **changed)
