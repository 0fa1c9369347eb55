"""A stop of Russian energy to the European Union, and what it costs Germany when little can be replaced.

In the spirit of Bachmann et al. (2024), What if?, Economica 91(364): the loss depends on how far one input stands in
for another and on how fast other suppliers can be found. The table has both, for the months after the stop, when
workers and machines stay where they are.

    python examples/energy_stop.py
"""

from dataclasses import replace

import countervail as cv

INPUT_SUBSTITUTION = (0.05, 0.1, 0.2, 0.5, 1.0)
TRADE_ELASTICITY = (0.1, 0.2, 0.38, 1.0)  # shares of the long-run elasticities


def main() -> None:
    world = cv.load_world("icio2021-energy")
    stop = cv.Scenario(
        name="Energy stop",
        world=world.name,
        sanctions=[
            cv.Embargo(by="EU27", on="RUS", goods=["coal", "oil", "gas", "oil_products"], direction="import")
        ],
    )

    print("Germany: change of real income, percent, after a stop of Russian energy to the EU")
    print("substitution   share of the long-run trade elasticity")
    print("among inputs  " + "".join(f"{share:>8g}" for share in TRADE_ELASTICITY))
    for substitution in INPUT_SUBSTITUTION:
        losses = []
        for share in TRADE_ELASTICITY:
            model = replace(cv.short_run, input_substitution=substitution, elasticity_share=share)
            losses.append(cv.solve(world, stop, model).welfare.sel(country="DEU").item())
        print(f"{substitution:>12g}  " + "".join(f"{loss:>8.2f}" for loss in losses))

    print("\nThe same stop by horizon, percent")
    for model in (cv.short_run, cv.medium_run, cv.long_run):
        welfare = cv.solve(world, stop, model).welfare
        germany, russia = (welfare.sel(country=code).item() for code in ("DEU", "RUS"))
        print(f"{model.name:<11} Germany {germany:6.2f}   Russia {russia:6.2f}")


if __name__ == "__main__":
    main()
