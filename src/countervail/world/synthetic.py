"""A synthetic economy taken out of the rest of the world, so that a regime on an economy without data can be tried.

It is nobody's table. Its size and trade are stated shares of the rest of the world's, assumptions all of them, and its
name says that it is synthetic.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from countervail.world.arrays import Floats
from countervail.world.extract import CountryData, split_country
from countervail.world.labels import SYNTHETIC
from countervail.world.packaged import rows
from countervail.world.report import Note
from countervail.world.table import Table

CODE = "XIR"
SIZE = 0.05  # of the rest of the world's home sales
_WHOLE = "ROW"
_FILE = "synthetic_iran.csv"


def iran_type(table: Table, name: str) -> Table:
    """Take an oil exporter of the kind of Iran, `XIR`, out of ROW (every published total kept, see `split_country`).

    Its exports and imports of each good are those shares of ROW's that `data/synthetic_iran.csv` states:
    assumptions, of no source. Its partners are those of the rest of the world.

    Arguments:
        table: with crude oil and natural gas apart. name: of the new table.

    Returns:
        The table with one economy more, whose notes say that it is synthetic.
    """
    known = {row["sector"]: row for row in rows(_FILE)}
    whole = table.countries.index(_WHOLE)

    def shares(column: str) -> Floats:
        return np.array([float(known.get(sector, known["*"])[column]) for sector in table.sectors])

    exports, imports = shares("exports") * table.flow[whole], shares("imports") * table.flow[:, whole]
    exports[whole] = imports[whole] = np.nan  # trade with the rest of ROW by the rule of `split_country`
    split = split_country(table, _WHOLE, CODE, CountryData(SIZE, exports, imports))
    note = Note(
        "imputed",
        SYNTHETIC[CODE],
        "XIR is synthetic: stated shares of the rest of the world's trade, assumptions all of them",
        source=f"countervail, {_FILE}",
    )
    return replace(split, name=name, notes=(*split.notes, note))
