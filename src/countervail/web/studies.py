"""The other commands as questions to the page: what each asks for, within which limits, and how it is drawn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from countervail.errors import OutputError
from countervail.policy.assemble import sides_of
from countervail.policy.scope import Scope
from countervail.web.slow import Told

if TYPE_CHECKING:
    from countervail.exhibit import Exhibit
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Value = str | float | bool | list[str]
_drawing = threading.Lock()  # matplotlib's settings are of the whole process


@dataclass(frozen=True)
class Field:
    """One thing to choose.

    Arguments:
        name: as an option of the command. kind: what is chosen. default: what an empty field means; None where it has
            to be filled. low, high: of a number. choices: of a choice.
    """

    name: str
    kind: Literal["economies", "goods", "number", "flag", "choice"]
    about: str
    default: Value | None = None
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()
    flag_value: str = ""  # what the command takes where the page has yes or no


@dataclass(frozen=True)
class Asked:
    """A study with everything that it needs."""

    world: World
    scenario: Scenario
    model: Model
    options: Mapping[str, Any]
    told: Told

    def names(self, option: str) -> tuple[str, ...] | None:
        """Names chosen; None where none were."""
        found = self.options.get(option)
        return tuple(found) if found else None

    def targets(self) -> tuple[str, ...]:
        """The economies asked for, else the targets of the scenario.

        Raises:
            OutputError: CV478 there are neither.
        """
        sides = sides_of(self.scenario, Scope(self.world, self.scenario.blocs, self.scenario.goods))
        found = self.names("economy") or tuple(self.world.countries[n] for n in sides.targets)
        if not found:
            raise OutputError(
                "CV478",
                "Nobody was named, and the scenario has no target",
                where="economy",
                next_step="Name an economy.",
            )
        return found


@dataclass(frozen=True)
class Study:
    """A command that the page can ask too.

    Arguments:
        name: of the command. about: what one learns. find: the public calls. fields: what can be chosen.
        argument: the field that the command takes without a name, and what stands between its members.
        file: whether it takes the scenario file first.
    """

    name: str
    about: str
    find: Callable[[Asked], Sequence[Exhibit]]
    fields: tuple[Field, ...] = ()
    argument: str = ""
    between: str = ","
    file: bool = True

    def command(self, options: Mapping[str, Any]) -> str:
        """The same on the command line."""
        words = ["countervail", self.name, *(["scenario.yaml"] if self.file else [])]
        for field in self.fields:
            value = options.get(field.name)
            if field.name == self.argument:
                words.append(self.between.join(value or [field.name.upper()]))
            elif value not in (None, "", False, []) and (value != field.default or field.flag_value):
                said = ",".join(value) if isinstance(value, list) else str(value)
                said = f"{value:g}" if isinstance(value, float) else said
                flag = [f"--{field.name}"]
                words += (
                    [*flag, field.flag_value]
                    if field.flag_value
                    else flag
                    if value is True
                    else [*flag, said]
                )
        return " ".join(words)


def chosen(study: Study, options: Mapping[str, Value]) -> dict[str, Any]:
    """The options of a study, checked against what it takes.

    Raises:
        OutputError: CV478 an option that it has not, of another kind or out of range.
    """
    known = {field.name: field for field in study.fields}
    found: dict[str, Any] = {field.name: field.default for field in study.fields}
    for name, value in options.items():
        field = known.get(name)
        if field is None:
            raise _refused(study, name, "no such option", ", ".join(known) or "none")
        if value in ("", []):
            continue
        found[name] = _checked(study, field, value)
    for field in study.fields:
        if field.default is None and not found[field.name]:
            raise _refused(study, field.name, "nothing", field.about)
    return found


def _checked(study: Study, field: Field, value: Value) -> Any:
    match field.kind:
        case "number":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise _refused(study, field.name, repr(value), "a number")
            if not field.low <= value <= field.high:
                raise _refused(study, field.name, f"{value:g}", f"from {field.low:g} to {field.high:g}")
            return float(value)
        case "flag":
            if not isinstance(value, bool):
                raise _refused(study, field.name, repr(value), "yes or no")
            return value
        case "choice":
            if value not in field.choices:
                raise _refused(study, field.name, repr(value)[:60], ", ".join(field.choices))
            return value
        case _:
            if not isinstance(value, list) or len(value) > 40:
                raise _refused(study, field.name, repr(value)[:60], "a list of at most 40 names")
            return [str(name) for name in value]


def _refused(study: Study, name: str, found: str, expected: str) -> OutputError:
    return OutputError(
        "CV478",
        "A study cannot be made with this option",
        where=f"{study.name}.{name}"[:80],
        found=found,
        expected=expected,
        next_step="Choose within what the page offers, or use the command line.",
    )


def pictured(exhibit: Exhibit) -> str:
    """The picture of an exhibit as SVG; nothing where it has none or the drawing library is not installed."""
    from countervail.report.plot import picture

    try:
        with _drawing:
            return picture(exhibit, "svg").decode()
    except OutputError:
        return ""
