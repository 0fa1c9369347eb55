"""Where scenario texts come from: the library of the package, and files."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from countervail.policy.complaint import Complaint, did_you_mean
from countervail.policy.document import MOST_BYTES


def text_of(name_or_path: str | Path, beside: str = "") -> tuple[str, str]:
    """The text of a library scenario by name, otherwise of a file.

    Arguments:
        name_or_path: "united-front", or the path of a YAML file.
        beside: the file that refers to it; a relative path is looked for beside that first.

    Returns:
        The text, and what to call where it came from.

    Raises:
        Complaint: no such scenario or file (CV101), or a file that is no text (CV102).
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in library():
        entry = resources.files("countervail.policy") / "library" / f"{text}.yaml"
        return entry.read_text(encoding="utf-8"), f"{text}.yaml"
    path = Path(name_or_path)
    if beside and not path.is_absolute() and (Path(beside).parent / path).exists():
        path = Path(beside).parent / path
    if not path.exists():
        raise _missing(text, path)
    return _read(path), str(path)


@lru_cache(maxsize=1)
def library() -> tuple[str, ...]:
    """The names of the scenarios that ship with the package."""
    folder = resources.files("countervail.policy") / "library"
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    )


def _missing(text: str, path: Path) -> Complaint:
    looks_like_path = path.suffix.lower() in (".yaml", ".yml", ".json", ".toml") or len(path.parts) > 1
    return Complaint(
        "CV101",
        "no such file" if looks_like_path else "no scenario of this name in the library, and no such file",
        found=text,
        expected=f"the path of a YAML file, or one of {', '.join(library())}",
        next_step="Check the path."
        if looks_like_path
        else did_you_mean(text, library(), "`countervail scenarios` lists the library."),
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
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Complaint(
            "CV102",
            "text that is not UTF-8",
            found=f"byte 0x{error.object[error.start]:02x} on line {line}",
            next_step="Save the file as UTF-8.",
        ) from None
    except OSError as error:
        raise Complaint(
            "CV101",
            "the file cannot be read",
            found=error.strerror or str(error),
            next_step="Check that it is a file and that you may read it.",
        ) from None
