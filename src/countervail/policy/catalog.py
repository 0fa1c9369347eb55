"""The scenarios that ship with the package, and scenarios in files."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from pathlib import Path

from countervail.policy.complaint import Complaint, did_you_mean
from countervail.policy.document import MOST_BYTES
from countervail.policy.scenario import Scenario


def load_scenario(name_or_path: str | Path) -> Scenario:
    """A scenario of the library by name, otherwise of a file.

    Arguments:
        name_or_path: "united-front", or the path of a YAML file.

    Raises:
        ScenarioError: no such scenario or file (CV101), no YAML (CV102), or whatever is wrong inside.

    Example:
        >>> load_scenario("us-china-tariffs-25").world
        'icio2022'
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in _library():
        entry = resources.files("countervail.policy") / "library" / f"{text}.yaml"
        return Scenario.from_yaml(entry.read_text(encoding="utf-8"), f"{text}.yaml")
    path = Path(name_or_path)
    looks_like_path = path.suffix.lower() in (".yaml", ".yml", ".json", ".toml") or len(path.parts) > 1
    if not path.exists():
        listed = ", ".join(_library())
        raise Complaint(
            "CV101",
            "no such file"
            if looks_like_path
            else "no scenario of this name in the library, and no such file",
            found=text,
            expected=f"the path of a YAML file, or one of {listed}",
            next_step="Check the path."
            if looks_like_path
            else did_you_mean(text, _library(), "`countervail scenarios` lists the library."),
        ).error(text)
    return Scenario.from_yaml(_read(path), text)


def scenario_names() -> list[tuple[str, str]]:
    """The scenarios of the library: name and first sentence of the story.

    Example:
        >>> [name for name, _ in scenario_names()][0]
        'energy-embargo'
    """
    return [(name, first_sentence(load_scenario(name).story)) for name in _library()]


def first_sentence(story: str) -> str:
    """The first sentence of a paragraph."""
    end = re.search(r"[.?!](?=\s)", story)
    return story[: end.end()] if end else story


@lru_cache(maxsize=1)
def _library() -> tuple[str, ...]:
    folder = resources.files("countervail.policy") / "library"
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    )


def _read(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise Complaint(
                "CV102",
                "the file is too large for a scenario",
                found=f"{size:,} bytes",
                expected=f"at most {MOST_BYTES:,}",
                next_step="Check that it is the right file.",
            ).error(str(path))
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Complaint(
            "CV102",
            "text that is not UTF-8",
            found=f"byte 0x{error.object[error.start]:02x}",
            next_step="Save the file as UTF-8.",
        ).error(f"{path}:{line}") from None
    except OSError as error:
        raise Complaint(
            "CV101",
            "the file cannot be read",
            found=error.strerror or str(error),
            next_step="Check that it is a file and that you may read it.",
        ).error(str(path)) from None
