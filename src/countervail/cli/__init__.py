"""The command line: parse, call, print. It adds no economics; each command is one or two public calls.

Heavy rooms are imported inside the commands, so that `countervail --help` answers at once.
"""

from __future__ import annotations

import codecs
import os
import sys

from countervail.errors import CountervailError

# Modules that hold commands, in the order of `countervail --help`; they import nothing heavy at the top.
COMMANDS = (
    "commands",
    "coalition",
    "report_command",
    "web_command",
    "alignment",
    "endowments",
    "sweep",
    "evasion",
    "products",
    "layers",
    "dependence",
    "uncertainty",
    "yearly",
    "read_command",
    "frontier",
    "games",
)
BAD_INPUT = 2
INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with 0, 2 for anything a user can mend, or 130 when interrupted."""
    from importlib import import_module

    from countervail.cli.app import app

    for name in COMMANDS:
        import_module(f"countervail.cli.{name}")

    _speak_plainly_where_needed()
    try:
        app()
    except CountervailError as error:
        print(f"countervail: {_one_line(str(error))}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        print("countervail: stopped; nothing was written.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _one_line(text: str) -> str:
    """The message without anything that could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _speak_plainly_where_needed() -> None:
    """On a terminal or pipe that cannot show a minus sign, print an ASCII one rather than fail."""
    codecs.register_error("countervail.plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if (getattr(stream, "encoding", None) or "").lower().replace("-", "") not in {"utf8", "utf16"}:
            getattr(stream, "reconfigure", lambda **_: None)(errors="countervail.plain")


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plain = {"\u2212": "-", "\u2013": "-", "\u2019": "'", "\u2500": "-", "\u2501": "-"}
    return "".join(plain.get(c, "?") for c in error.object[error.start : error.end]), error.end
