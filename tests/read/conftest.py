"""What the tests of the reader share: the annotated texts."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def annotations() -> ModuleType:
    """annotations.py beside this file, which is no part of the package."""
    path = Path(__file__).parent / "annotations.py"
    spec = importlib.util.spec_from_file_location("countervail_annotations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
