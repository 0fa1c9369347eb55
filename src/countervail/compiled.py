"""Keep the compiled kernel and its source in step, and say so when it must be compiled anew.

Numba's cache on disk knows a function by its own file alone. A function that calls one in another file keeps the old
callee compiled into it when only that file changes, with the old sizes of its arrays. So the cache is stamped with
the source of all of the kernel that is compiled, and thrown away when the stamp is another.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import countervail.kernel
from countervail.kernel.fixed_point import accelerate

_log = logging.getLogger("countervail")


def discard_stale() -> None:
    """Throw away compiled code that was made from other source, and warn that compiling takes a while."""
    folder = Path(accelerate.stats.cache_path)
    source = hashlib.sha256()
    for path in sorted(Path(str(countervail.kernel.__file__)).parent.glob("*.py")):
        text = path.read_bytes()
        if b"numba" in text:  # the rest is not compiled
            source.update(text)
    stamp = folder / f"kernel-{source.hexdigest()[:16]}.stamp"
    if stamp.exists():
        return
    _log.warning("Compiling the solver for this machine, once: about half a minute.")
    for pattern in ("*.nbi", "*.nbc", "kernel-*.stamp"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    stamp.touch()
