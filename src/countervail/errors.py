"""Errors that a user can meet. Each has a code, says what is wrong, where, and what to do next.

    CountervailError
    ├── ScenarioError   CV1xx  a scenario file, a measure, a name in it
    ├── WorldError      CV2xx  a table, a world file, an elasticity set
    ├── SolveError      CV3xx  no equilibrium could be given; carries the last iterate
    ├── OutputError     CV4xx  a result that cannot be written, a command line that makes no sense
    └── ReadError       CV5xx  a document that cannot be read, or not by these rules

Every code has an entry in docs/errors.md.
"""

from __future__ import annotations

from typing import Any


class CountervailError(Exception):
    """What is wrong, where, what was found, what was expected, and the next step.

    Arguments:
        code: "CV104" and the like; stable, documented in docs/errors.md.
        what: one sentence without the final full stop.
        where: file, line and field, or the cell of the world concerned.
        found, expected: as a person would say them.
        next_step: what to do about it, a full sentence.
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        where: str = "",
        found: str = "",
        expected: str = "",
        next_step: str = "",
    ) -> None:
        self.code, self.what, self.where = code, what, where
        self.found, self.expected, self.next_step = found, expected, next_step
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.code} {self.where}: {self.what}" if self.where else f"{self.code} {self.what}"
        parts = [head.rstrip(".") + "."]
        if self.found:
            parts.append(f"Found: {self.found}.")
        if self.expected:
            parts.append(f"Expected: {self.expected}.")
        if self.next_step:
            parts.append(self.next_step)
        return " ".join(parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.code, self.what, self.__dict__))


class ScenarioError(CountervailError):
    """A scenario, a measure or a name in it makes no sense (CV1xx)."""


class WorldError(CountervailError):
    """A table or a world file is damaged, unbalanced or not the one needed (CV2xx)."""


class SolveError(CountervailError):
    """No equilibrium: a cut-off cell, an income not above zero, or no convergence (CV3xx).

    `certificate` (model.certificate.Certificate) carries the economic cause or the last iterate, where there is one.
    """

    certificate: Any = None


class OutputError(CountervailError):
    """A result cannot be written, or a command line cannot be carried out (CV4xx)."""


class ReadError(CountervailError):
    """A document cannot be read, or holds nothing the reader knows (CV5xx)."""


def _rebuild(kind: type[CountervailError], code: str, what: str, state: dict[str, Any]) -> CountervailError:
    error = kind(code, what)
    error.__dict__.update(state)
    error.args = (str(error),)
    return error
