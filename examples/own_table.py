"""A table of one's own: three made-up economies read from a CSV, calibrated, and put under a tariff.

    python examples/own_table.py

The CSV has one row a flow: origin, destination, sector, use, value. `use` is the sector that uses the good,
or "final". For the tables of the OECD as published there is `cv.read_oecd_icio`.
"""

import tempfile
from pathlib import Path

import countervail as cv

FLOWS = """\
origin,destination,sector,use,value
AAA,AAA,grain,bread,30
AAA,AAA,grain,final,10
AAA,AAA,bread,final,60
AAA,BBB,grain,bread,8
AAA,BBB,bread,final,5
AAA,CCC,grain,bread,3
BBB,BBB,grain,bread,12
BBB,BBB,grain,final,6
BBB,BBB,bread,final,70
BBB,AAA,bread,final,9
BBB,CCC,bread,final,4
CCC,CCC,grain,bread,5
CCC,CCC,grain,final,4
CCC,CCC,bread,final,25
CCC,AAA,grain,final,2
CCC,BBB,grain,bread,6
"""
TARIFFS = """\
origin,destination,sector,rate
AAA,BBB,grain,0.05
"""

with tempfile.TemporaryDirectory() as folder:
    flows, tariffs = Path(folder) / "flows.csv", Path(folder) / "tariffs.csv"
    flows.write_text(FLOWS, encoding="utf-8")
    tariffs.write_text(TARIFFS, encoding="utf-8")
    table = cv.read_long_csv(
        flows,
        year=2020,
        name="three",
        tariffs=tariffs,
        goods=["grain", "bread"],
        million_usd=1000.0,  # the file counts in billion USD
        sources=["Made up"],
    )

# One trade elasticity a sector, in the order of table.sectors.
world = cv.calibrate(table, [8.0, 4.0])
print(world)
print(world.report.text())

scenario = cv.Scenario(
    name="A grain tariff",
    world="three",
    sanctions=[cv.Tariff(by="BBB", on="AAA", goods="grain", rate="20 %")],
    responses=[cv.Agreement(between=["AAA", "CCC"], goods="grain", saving="5 %")],
)
outcome = cv.solve(world, scenario)
print()
print(outcome.welfare.to_series().round(2).to_string())
print(f"Largest residual of Eq. 1-8: {outcome.equilibrium.residual:.0e}")
