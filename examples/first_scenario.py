"""A scenario built in Python: what a ban costs, whom, and what two answers win back.

    python examples/first_scenario.py

The same scenario could be a YAML file; `scenario.to_yaml()` writes it.
"""

import countervail as cv

scenario = cv.Scenario(
    name="A coal ban and careful banks",
    story="A first example. Four economies stop buying Russian coal, and banks make payments dearer.",
    sources=["All sizes are assumptions, made to show the form"],
    world="icio2021",
    blocs={"west": ["EU27", "GBR", "USA", "JPN"]},
    sanctions=[
        cv.Embargo(by="west", on="RUS", goods="coal", direction="import"),
        cv.Friction(by=["EU27", "GBR", "USA", "JPN", "CHN"], on="RUS", rate="6 %", kind="payments"),
    ],
    responses=[
        cv.Payments(name="own payment system", between=["RUS", "CHN"], removes="50 %"),
        cv.Agreement(name="coal agreement", between=["RUS", "CHN"], goods="coal", saving="4 %"),
    ],
)
for sentence in scenario.sentences():
    print(sentence)

world = cv.load_world(scenario.world)
outcome = cv.solve(world, scenario)
print()
print(outcome)
print()
print("Russian imports, largest falls in percent:")
imports = outcome.change_percent("imports").sel(country="RUS")
print(imports.to_series().nsmallest(3).round(1).to_string())

# `ranges=True`, the default, repeats this under all nine sets of trade elasticities.
ledger = cv.offset_ledger(world, scenario, ranges=False, break_even=False)
print()
print(ledger)
print()
print(f"Won back: {100 * float(ledger.offset_share.sel(code='TARGETS')):.0f} % of the harm to Russia")

print()
for path in cv.write(ledger, "results/first-scenario"):
    print(path)
