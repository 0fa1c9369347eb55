"""The file of a plan: its fields, what each may hold, and what is said where one makes no sense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from countervail.errors import OutputError
from countervail.policy.complaint import Complaint, FieldPath, Origin, did_you_mean, kind_of, quoted
from countervail.policy.sizes import percent_text, read_size
from countervail.run.axes import Block, Coalitions, Grid, Listed, Product, Sample, Union
from countervail.run.draws import Distribution, Method
from countervail.run.fields import DETAILS

MOST_DRAWS = 1_000_000
MOST_VALUES = 100_000
MOST_CANDIDATES = 16
KINDS = ("uniform", "loguniform", "triangular", "normal", "lognormal", "choice")
_LENGTHS = {"uniform": 2, "loguniform": 2, "triangular": 3, "normal": 2, "lognormal": 2}
BLOCKS = ("grid", "list", "sample", "coalitions", "product", "union")


M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Steps(_Strict):
    """Evenly spaced values."""

    first: Any = Field(alias="from")
    last: Any = Field(alias="to")
    steps: int = Field(ge=2, le=MOST_VALUES)


class _Sample(_Strict):
    of: dict[str, dict[str, Any]] = Field(min_length=1, max_length=200)
    draws: int = Field(ge=1, le=MOST_DRAWS)
    seed: int = Field(0, ge=0)
    method: Method = "sobol"


class _Coalitions(_Strict):
    key: str = Field(alias="as", min_length=1)
    of: list[str] = Field(min_length=1)
    least: int = Field(1, ge=1)
    most: int | None = Field(None, ge=1)


class PlanFile(_Strict):
    """The fields of a plan, as they are written."""

    name: str = Field(min_length=1, max_length=200)
    scenario: str | dict[str, Any]
    world: str | None = None
    model: str | dict[str, Any] | None = None
    closure: Literal["fixed", "share", "zero"] = "fixed"
    elasticity: str | None = None
    set: dict[str, Any] = Field(default_factory=dict)
    vary: list[dict[str, Any]] = Field(min_length=1, max_length=100)
    keep: list[str] = Field(default_factory=list)
    batch: int = Field(256, ge=1, le=10_000)

    @classmethod
    def read(cls, data: Any, origin: Origin) -> PlanFile:
        """The fields of a plan.

        Raises:
            OutputError: CV420, with the place in the file.
        """
        found = _validated(cls, data, origin, (), "a plan")
        for place, name in enumerate(found.keep):
            if name not in DETAILS:
                raise refused(
                    "CV420",
                    "A detail that is not known",
                    origin,
                    ("keep", place),
                    found=quoted(name),
                    expected="of " + ", ".join(DETAILS),
                    next_step=did_you_mean(name, DETAILS, "Leave it out, or name one of these."),
                )
        return found

    def blocks(self, origin: Origin) -> tuple[Block, ...]:
        """What varies.

        Raises:
            OutputError: CV420, with the place in the file.
        """
        return tuple(_block(item, origin, ("vary", n)) for n, item in enumerate(self.vary))


def refused(code: str, what: str, origin: Origin, path: FieldPath, **said: str) -> OutputError:
    """An error of a plan at its place in the file."""
    return OutputError(code, what, where=origin.where(path), **said)


def _validated(model: type[M], data: Any, origin: Origin, path: FieldPath, what: str) -> M:
    if not isinstance(data, Mapping):
        raise refused(
            "CV420",
            f"{what[0].upper()}{what[1:]} should have fields",
            origin,
            path,
            found=kind_of(data),
            expected=", ".join(entry.alias or key for key, entry in model.model_fields.items()),
            next_step="Write one `field: value` a line; docs/sweeps.md shows a plan.",
        )
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        problem = error.errors()[0]
        loc: FieldPath = tuple(part for part in problem["loc"] if part not in ("str", "dict[str,any]"))
        name = str(loc[0]) if loc else ""
        fields = [entry.alias or key for key, entry in model.model_fields.items()]
        said: dict[str, str] = {
            "found": quoted(problem["input"]),
            "expected": _expected(problem),
            "next_step": "",
        }
        match problem["type"]:
            case "extra_forbidden":
                sentence = f"{what} has no field '{name}'"
                said |= {
                    "expected": "one of " + ", ".join(fields),
                    "next_step": did_you_mean(name, fields, "Take it out."),
                }
            case "missing":
                sentence = f"{what} lacks its field '{name}'"
                said |= {"found": "nothing", "expected": name, "next_step": f"Add '{name}'."}
            case _:
                sentence = f"'{'.'.join(map(str, loc))}' of {what} makes no sense"
                said["next_step"] = "Change it; docs/sweeps.md says what each field may hold."
        raise refused("CV420", sentence[0].upper() + sentence[1:], origin, (*path, *loc), **said) from None


def _expected(problem: Any) -> str:
    said = str(problem["msg"])
    return said.removeprefix("Input should be ").replace("Input should", "it should")


def _block(item: Any, origin: Origin, path: FieldPath) -> Block:
    if not isinstance(item, Mapping) or len(item) != 1 or next(iter(item)) not in BLOCKS:
        word = str(next(iter(item), "")) if isinstance(item, Mapping) else ""
        raise refused(
            "CV420",
            "A block of a plan is not understood",
            origin,
            path,
            found=", ".join(map(str, item)) if isinstance(item, Mapping) else kind_of(item),
            expected="one of " + ", ".join(BLOCKS),
            next_step=did_you_mean(word, BLOCKS, "Write one kind of block an item, such as `- grid: {...}`."),
        )
    ((kind, inside),) = item.items()
    here = (*path, kind)
    match kind:
        case "grid":
            return Grid(
                {key: _axis(values, origin, (*here, key)) for key, values in _keys(inside, origin, here)}
            )
        case "list":
            return _listed(inside, origin, here)
        case "sample":
            asked = _validated(_Sample, inside, origin, here, "a sample")
            of = {key: _distribution(fields, origin, (*here, "of", key)) for key, fields in asked.of.items()}
            return Sample(of, asked.draws, asked.seed, asked.method)
        case "coalitions":
            return _coalitions(inside, origin, here)
        case _:
            if not isinstance(inside, list) or not inside:
                raise refused(
                    "CV420",
                    f"A {kind} should hold blocks",
                    origin,
                    here,
                    found=kind_of(inside),
                    expected="a list of blocks",
                    next_step="Begin each block with a dash.",
                )
            blocks = tuple(_block(part, origin, (*here, n)) for n, part in enumerate(inside))
            return Product(blocks) if kind == "product" else Union(blocks)


def _keys(inside: Any, origin: Origin, path: FieldPath) -> Sequence[tuple[str, Any]]:
    if not isinstance(inside, Mapping) or not inside:
        raise refused(
            "CV420",
            "A grid or a point should name settings",
            origin,
            path,
            found=kind_of(inside),
            expected="KEY: VALUES, such as `responses.0.saving: [0, 5 %]`",
            next_step="Write at least one setting.",
        )
    return [(str(key), value) for key, value in inside.items()]


def _axis(values: Any, origin: Origin, path: FieldPath) -> tuple[Any, ...]:
    """The values of one key of a grid: a list, or from, to and steps."""
    if isinstance(values, Mapping):
        asked = _validated(_Steps, values, origin, path, "a range")
        (first, last), percent = _numbers([asked.first, asked.last], origin, path)
        step = (last - first) / (asked.steps - 1)
        spaced = [first + n * step for n in range(asked.steps - 1)] + [last]
        return tuple(percent_text(value) for value in spaced) if percent else tuple(spaced)
    if not isinstance(values, list) or not 0 < len(values) <= MOST_VALUES:
        raise refused(
            "CV420",
            "An axis of a grid should have values",
            origin,
            path,
            found=kind_of(values),
            expected=f"a list of 1 to {MOST_VALUES:,} values, or from, to and steps",
            next_step="Write the values in brackets.",
        )
    written = [str(value) for value in values]
    twice = next((value for n, value in enumerate(written) if value in set(written[:n])), None)
    if twice is not None and len(values) <= 1000:
        raise refused(
            "CV421",
            "An axis has a value twice",
            origin,
            path,
            found=twice,
            expected="values that differ",
            next_step="Take one of them out.",
        )
    return tuple(values)


def _listed(inside: Any, origin: Origin, path: FieldPath) -> Listed:
    if not isinstance(inside, list) or not inside:
        raise refused(
            "CV420",
            "A list should hold points",
            origin,
            path,
            found=kind_of(inside),
            expected="a list of points, each a mapping of settings; {} for the scenario as it is",
            next_step="Begin each point with a dash.",
        )
    points = []
    for n, point in enumerate(inside):
        points.append(dict(_keys(point, origin, (*path, n))) if point != {} else {})
    return Listed(tuple(points))


def _coalitions(inside: Any, origin: Origin, path: FieldPath) -> Coalitions:
    asked = _validated(_Coalitions, inside, origin, path, "a block of coalitions")
    twice = [name for n, name in enumerate(asked.of) if name in asked.of[:n]]
    most = len(asked.of) if asked.most is None else asked.most
    trouble, expected = "", ""
    if twice:
        trouble, expected = f"{twice[0]} twice", "candidates that differ"
    elif len(asked.of) > MOST_CANDIDATES and most > 2:
        trouble, expected = (
            f"{len(asked.of)} candidates",
            f"at most {MOST_CANDIDATES} for all coalitions, more only for pairs",
        )
    elif not asked.least <= most <= len(asked.of):
        trouble, expected = f"least {asked.least}, most {most}", f"1 <= least <= most <= {len(asked.of)}"
    if trouble:
        raise refused(
            "CV421" if twice else "CV420",
            "These coalitions make no sense",
            origin,
            (*path, "of"),
            found=trouble,
            expected=expected,
            next_step="Group candidates into blocs, or change the numbers.",
        )
    return Coalitions(asked.key, tuple(asked.of), asked.least, most)


def _distribution(fields: Mapping[str, Any], origin: Origin, path: FieldPath) -> Distribution:
    """One of the distributions of `draws`, from a mapping such as {uniform: [0, 10 %], within: [0, 1]}."""
    kinds = [key for key in fields if key in KINDS]
    strange = [key for key in fields if key not in (*KINDS, "within")]
    if len(kinds) != 1 or strange:
        raise refused(
            "CV420",
            "A distribution is not understood",
            origin,
            path,
            found=", ".join(map(str, fields)) or "nothing",
            expected=f"one of {', '.join(KINDS)}, and within",
            next_step=did_you_mean(str(strange[0]), KINDS, "Write one kind.")
            if strange
            else "Write one kind.",
        )
    kind, inside = kinds[0], fields[kinds[0]]
    if not isinstance(inside, list) or not inside or (kind != "choice" and len(inside) != _LENGTHS[kind]):
        raise refused(
            "CV420",
            f"A {kind} distribution has the wrong numbers",
            origin,
            (*path, kind),
            found=kind_of(inside),
            expected="a list of options" if kind == "choice" else f"a list of {_LENGTHS[kind]} numbers",
            next_step="Write them in brackets.",
        )
    if kind == "choice":
        return Distribution(kind, options=tuple(inside))
    numbers, percent = _numbers(inside, origin, (*path, kind))
    bounds = None
    if "within" in fields:
        written = fields["within"] if isinstance(fields["within"], list) else [fields["within"]]
        bounds, _ = _numbers(written, origin, (*path, "within"))
    low, high = numbers[0], numbers[-1]
    right = {
        "uniform": low < high,
        "loguniform": 0 < low < high,
        "triangular": low <= numbers[min(1, len(numbers) - 1)] <= high and low < high,
        "normal": high > 0,
        "lognormal": low > 0 and high > 0,
    }[kind]
    if not right or (bounds is not None and not (len(bounds) == 2 and bounds[0] < bounds[1])):
        raise refused(
            "CV420",
            f"A {kind} distribution has the wrong numbers",
            origin,
            (*path, kind),
            found=", ".join(f"{value:g}" for value in (*numbers, *(bounds or ()))),
            expected="the lower end first, a spread above 0, and positive numbers for logarithms",
            next_step="Change the numbers.",
        )
    ends = None if bounds is None else (bounds[0], bounds[1])
    return Distribution(kind, tuple(numbers), (), ends, percent)


def _numbers(values: Sequence[Any], origin: Origin, path: FieldPath) -> tuple[list[float], bool]:
    """Numbers, and whether any of them was written as a percentage."""
    try:
        read = [read_size(value) for value in values]
    except Complaint as complaint:
        raise refused(
            "CV420",
            "A number is expected here",
            origin,
            path,
            found=complaint.found,
            expected="numbers or percentages",
            next_step="Write 0.1 or 10 %.",
        ) from None
    return [value for value, _ in read if isfinite(value)], any(percent for _, percent in read)
