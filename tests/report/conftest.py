"""One ledger for all: the library's united-front, without ranges; and small results that sit at the edges."""

import pandas as pd
import pytest

import countervail as cv
from countervail.exhibit import Exhibit


@pytest.fixture(scope="session")
def ledger(icio2021):
    return cv.offset_ledger(icio2021, cv.load_scenario("united-front"), ranges=False, break_even=False)


@pytest.fixture(scope="session")
def exhibits(ledger):
    return {exhibit.name: exhibit for exhibit in cv.exhibits_of(ledger)}


@pytest.fixture
def made(icio2021):
    """A function that makes an exhibit of a kind from rows."""

    def make(kind, rows, roles, **more):
        about = {"title": "A finding", "subtitle": "Of a test", "unit": "percent", "source": "made up"} | more
        return Exhibit(name="made", kind=kind, table=pd.DataFrame(rows), roles=roles, world=icio2021, **about)

    return make
