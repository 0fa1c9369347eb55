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
    return _beside("annotations")


@pytest.fixture(scope="session")
def scoring() -> ModuleType:
    """scoring.py beside this file."""
    return _beside("scoring")


def _beside(name: str) -> ModuleType:
    path = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"countervail_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
