"""Plan: which scenarios a sweep solves, in which order, in which batches; read from a file and checked.

The number of a scenario, the batch it belongs to and its place in the batch follow from the plan alone, so
that whoever runs it, wherever and after however many interruptions, gets the same results in the same order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from countervail.errors import OutputError
from countervail.policy.catalog import load_scenario
from countervail.policy.complaint import Origin
from countervail.policy.document import UnreadableText, read_yaml
from countervail.policy.scenario import Scenario
from countervail.run.axes import Block, Point, Product
from countervail.run.plan_file import PlanFile, refused

MOST_SCENARIOS = 10_000_000
BATCH = 256


@dataclass(frozen=True, eq=False)
class Plan:
    """A sweep: a scenario, what varies, and what is kept of each solution.

    Arguments:
        name: a title.
        scenario: what everything else is relative to.
        axes: what varies; the number of a scenario is the number of its point.
        closure, elasticity: as on the command line; elasticity None for that of the world.
        keep: details on top of the summary, see `batches.DETAILS`.
        batch: scenarios in a file of results.
        origin: the file it came from, for messages.

    Example:
        >>> plan = Plan.from_yaml('''
        ... name: How large a corridor
        ... scenario: united-front
        ... vary:
        ...   - grid: {responses.0.saving: {from: 0, to: 20 %, steps: 5}, elasticity: [CP, FGO]}
        ... ''')
        >>> plan.size, plan.point(3)
        (10, {'responses.0.saving': '5 %', 'elasticity': 'FGO'})
    """

    name: str
    scenario: Scenario
    axes: Block
    closure: str = "fixed"
    elasticity: str | None = None
    keep: tuple[str, ...] = ()
    batch: int = BATCH
    origin: Origin = field(default_factory=Origin, repr=False)

    def __post_init__(self) -> None:
        if self.size == 0 or self.size > MOST_SCENARIOS:
            raise refused(
                "CV422",
                "A plan has too many scenarios" if self.size else "A plan has no scenario",
                self.origin,
                ("vary",),
                found=f"{self.size:,}",
                expected=f"1 to {MOST_SCENARIOS:,}",
                next_step="Take coarser grids, fewer draws, or cut the plan in several.",
            )
        twice = [key for n, key in enumerate(self.axes.keys) if key in self.axes.keys[:n]]
        if twice:
            raise refused(
                "CV421",
                f"Two blocks of the plan vary '{twice[0]}'",
                self.origin,
                ("vary",),
                found=twice[0],
                expected="every key in one block of a product",
                next_step="Take it out of one of them, or put the blocks into a union.",
            )

    @classmethod
    def from_yaml(cls, text: str, path: str = "plan") -> Plan:
        """A plan from the text of a file.

        Raises:
            OutputError: CV420 a field, CV421 a key that varies twice, CV422 a plan that is too large.
            ScenarioError: the text is no YAML, or the scenario makes no sense.
        """
        try:
            data, lines = read_yaml(text)
        except UnreadableText as error:
            where = path if error.line is None else f"{path}:{error.line}"
            raise error.error(where) from None
        return cls.from_dict(data, Origin(path, lines))

    @classmethod
    def from_dict(cls, data: Any, origin: Origin | None = None) -> Plan:
        """A plan from plain data, as a file has it.

        Raises:
            OutputError, ScenarioError: as `from_yaml`.
        """
        origin = origin or Origin("plan")
        asked = PlanFile.read(data, origin)
        told = asked.scenario
        scenario = load_scenario(told) if isinstance(told, str) else Scenario.from_dict(told)
        named = {"world": asked.world, "model": asked.model}
        changes = {key: value for key, value in named.items() if value is not None} | asked.set
        scenario = scenario.with_settings(changes) if changes else scenario
        return cls(
            name=asked.name,
            scenario=scenario,
            axes=Product(asked.blocks(origin)),
            closure=asked.closure,
            elasticity=asked.elasticity,
            keep=tuple(asked.keep),
            batch=asked.batch,
            origin=origin,
        )

    # What it holds -----------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many scenarios."""
        return self.axes.size

    @property
    def keys(self) -> tuple[str, ...]:
        """What varies, in file order."""
        return self.axes.keys

    @property
    def batches(self) -> int:
        """How many files of results."""
        return -(-self.size // self.batch)

    def point(self, number: int) -> Point:
        """The settings of a scenario, by its number from 0."""
        return self.axes.point(number)

    def members(self, batch: int) -> range:
        """The numbers of the scenarios of a batch."""
        return range(batch * self.batch, min((batch + 1) * self.batch, self.size))

    @cached_property
    def fingerprint(self) -> str:
        """sha256 of everything that decides the results but the world: scenario, points, model, details."""
        heads = (self.scenario.fingerprint(), self.closure, str(self.elasticity), str(self.batch))
        text = hashlib.sha256("\n".join([*heads, *self.keep]).encode())
        for key in self.keys:
            text.update(_canonical([key, list(self.axes.values(key))]))
        # values alone do not say how blocks are put together; some points do, and the number of all
        steps = sorted({*range(min(self.size, 64)), *(n * self.size // 64 for n in range(64)), self.size - 1})
        text.update(_canonical([self.size, *(dict(self.point(n)) for n in steps)]))
        return text.hexdigest()

    def __repr__(self) -> str:
        return (
            f"Plan({self.name!r}: {self.size:,} scenarios of {self.scenario.name} in {self.batches:,} batches, "
            f"varying {', '.join(self.keys) or 'nothing'})"
        )


def load_plan(path: str | Path) -> Plan:
    """A plan from a YAML file.

    Arguments:
        path: of the file.

    Raises:
        OutputError: CV420 there is no such file, or it is no plan; see `Plan.from_yaml`.

    Example:
        >>> plan = cv.load_plan("corridors.yaml")  # doctest: +SKIP
    """
    source = Path(path)
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise OutputError(
            "CV420",
            "A plan cannot be read",
            where=str(source),
            found=getattr(problem, "strerror", None) or "text that is not UTF-8",
            expected="a YAML file that says what varies",
            next_step="Give the path of a plan; docs/sweeps.md shows one.",
        ) from None
    return Plan.from_yaml(text, str(source))


def _canonical(value: Sequence[Any] | Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()
