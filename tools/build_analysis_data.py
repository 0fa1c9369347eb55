"""Build the small tables that the analyses use beside a world: votes, the sanctions record, food shares.

    python tools/build_analysis_data.py SOURCE_FOLDER

SOURCE_FOLDER holds `votes/ideal_points_2000_2024.csv`, `votes/dyadic_agreement_2000_2019.parquet`,
`sanctions/episodes_compiled_2010_2023.csv` and `essentials/food_share_consumer_expenditure_2017_2023.csv`. Only the
economies of the embedded worlds are kept. Sources, terms and gaps are in `src/countervail/analysis/data/SOURCES.md`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from countervail.world import labels

DATA = Path(__file__).resolve().parents[1] / "src" / "countervail" / "analysis" / "data"
RECENT = range(2015, 2020)
FOOD_YEARS = (2021, 2022)


def main(folder: Path) -> None:
    """Write all four tables."""
    known = set(labels.country_table().index)
    points = pd.read_csv(folder / "votes" / "ideal_points_2000_2024.csv")
    points = points[points["iso3"].isin(known)].sort_values(["iso3", "year"])
    points = points[["iso3", "year", "idealpointfp", "nvotesfp"]]
    points.columns = pd.Index(["iso3", "year", "ideal_point", "votes"])
    points.to_csv(DATA / "ideal_points.csv", index=False)

    votes = pd.read_parquet(folder / "votes" / "dyadic_agreement_2000_2019.parquet")
    recent = votes[votes["year"].isin(RECENT)]
    score = (recent["agree_score"] * recent["n_votes"]).groupby([recent["iso3_a"], recent["iso3_b"]]).sum()
    count = recent.groupby(["iso3_a", "iso3_b"])["n_votes"].sum()
    last = votes[votes["year"] == 2019].set_index(["iso3_a", "iso3_b"])["agree_score"]
    agreement = pd.DataFrame(
        {"votes": count, "agreement_2015_2019": (score / count).round(4), "agreement_2019": last.round(4)}
    )
    agreement.reset_index().to_csv(DATA / "agreement.csv", index=False)

    episodes = pd.read_csv(folder / "sanctions" / "episodes_compiled_2010_2023.csv")
    kept = ["sender", "target", "start", "end", "kind", "instrument", "scope", "legal_act"]
    episodes[kept].to_csv(DATA / "sanctions_record.csv", index=False)

    food = pd.read_csv(folder / "essentials" / "food_share_consumer_expenditure_2017_2023.csv")
    food = food[food["iso3"].isin(known) & food["year"].isin(FOOD_YEARS)].sort_values(["iso3", "year"])
    food[["iso3", "year", "food_share_pct"]].to_csv(DATA / "food_share.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
