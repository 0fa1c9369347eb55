"""The coalition of 2014 against Russia: does acting together hurt the target more and cost members less?

    python examples/coalition_russia_2014.py

The questions are those of Chowdhry, Hinz, Kamin and Wanner (2024), "Brothers in arms: the value of coalitions in
sanctions regimes", Economic Policy 39(118). Their measures are estimated from trade flows, ours are the scenario's
assumptions on other data, so that signs and orders are compared, not decimals. Published figures are those of the
working papers of 2022 and 2023 and of the authors' summaries.
"""

import countervail as cv

# each government acts for itself, as in the study
NON_EU = ("AUS", "CAN", "CHE", "GBR", "JPN", "NOR", "UKR", "USA")
EU = ("AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN")
EU += ("IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE")
GOVERNMENTS = (*NON_EU, *EU)

world = cv.load_world("icio2021")
scenario = cv.load_scenario("russia-2014")

stages = cv.coalition_stages(world, scenario, members=GOVERNMENTS, candidates=["CHN", "IND", "BRA", "TUR"])
print(stages.title)
found = stages.record
more = 100 * (found["harm_together_percent"] / found["sum_of_harms_alone_percent"] - 1)
less = 100 * (1 - found["mean_own_loss_together_percent"] / found["mean_own_loss_alone_percent"])
print(f"Together they hurt Russia {more:.1f} % more than the sum of each alone (published: 9.3 % more)")
print(f"and lose {less:.0f} % less on average than acting alone (published: 9.6 % less).")

joining = stages.table[stages.table["kind"] == "with"].sort_values("target_percent")
for row in joining.itertuples():
    print(f"  {row.stage}: {row.change_of_harm_percent:+.1f} % harm")
print("  (published: China 22 % more)")

print()
shared = cv.burden_sharing(world, scenario, members=GOVERNMENTS)
losses = shared.table.sort_values("welfare_percent")
print("Who carries most, in percent of income (published: Russia's small neighbours)")
print(losses[["name", "welfare_percent"]].head(6).to_string(index=False, float_format="%.2f"))
print()
print(shared.title)
payers = shared.table.sort_values("equal_transfer_million_usd").head(4)
print("Who would pay most, million USD a year (published: large economies)")
print(payers[["name", "equal_transfer_million_usd"]].to_string(index=False, float_format="%.0f"))

print()
vertical = cv.vertical_potential(world, scenario)
world_wide = stages.table.set_index("kind")["target_percent"]
reached = world_wide["actual"] / world_wide["world"]
print(f"{vertical.title} (published: 32 to 37 % with estimated measures)")
print(f"The coalition reaches {100 * reached:.0f} % of what all the world would do (published: 58 %).")

print()
print(cv.cite(stages))
