"""What can be asked beside the scenario's own answer: a study for each other command, and the calls it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from countervail.errors import OutputError
from countervail.policy.assemble import sides_of
from countervail.policy.scope import Scope
from countervail.web.studies import Asked, Field, Study, Value

if TYPE_CHECKING:
    from countervail.exhibit import Exhibit


def _coalition(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.burden import burden_sharing
    from countervail.analysis.coalition_potential import horizontal_potential, vertical_potential
    from countervail.analysis.coalition_shares import coalition_values
    from countervail.analysis.coalition_steps import coalition_stages
    from countervail.analysis.response_parties import response_gains

    where, told, own = (asked.world, asked.scenario, asked.model), asked.told, asked.names("members")
    found = [
        coalition_values(*where, members=own, progress=told),
        coalition_stages(*where, members=own, candidates=asked.names("candidates"), progress=told),
    ]
    if asked.options["potential"]:
        found += [vertical_potential(*where, progress=told)]
        found += [horizontal_potential(*where, members=own, progress=told)]
    if asked.options["burden"]:
        found.append(burden_sharing(*where, members=own, progress=told))
    if asked.options["parties"]:
        found.append(response_gains(*where, progress=told))
    return found


def _path(asked: Asked) -> Sequence[Exhibit]:
    from dataclasses import replace

    from countervail.analysis.adjustment import Adjustment
    from countervail.analysis.loss_path import path
    from countervail.analysis.yearly import read_years
    from countervail.model.parameters import model_named

    last = replace(model_named(str(asked.options["last"])), closure=asked.model.closure)
    first = replace(Adjustment.of(asked.scenario).first, closure=asked.model.closure)
    found = path(
        asked.world,
        asked.scenario,
        Adjustment(first, last, asked.options["closing"], asked.options["speed"]),
        years=read_years(f"{asked.options['years']:.0f}"),
        responses=not asked.options["no-responses"],
        progress=lambda done, total: asked.told("years", done, total),
    )
    return [found]


def _risk(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.tail_risk import risk

    draws, done = int(asked.options["draws"]), 0

    def step(more: int) -> None:
        nonlocal done
        done += more
        asked.told("years", done, 2 * draws)

    return [risk(asked.world, asked.scenario, asked.model, draws=draws, progress=step)]


def _uncertainty(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.uncertainty import offset_uncertainty

    found = offset_uncertainty(
        asked.world,
        asked.scenario,
        asked.model,
        draws=int(asked.options["draws"]),
        progress=asked.told,
    )
    return [found.bands, found.probabilities, *found.extra]


def _secondary(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.secondary import secondary_choices

    return [secondary_choices(asked.world, asked.scenario, asked.model, progress=asked.told)]


def _bypass(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.bypass import bypass_flows
    from countervail.solver import solve

    return [bypass_flows(solve(asked.world, asked.scenario, asked.model))]


def _corridors(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.corridors import CARRIED, cheapest_corridors
    from countervail.analysis.household import ESSENTIALS, household_essentials

    where, goods = (asked.world, asked.scenario, asked.model), asked.names("goods")
    hurt = household_essentials(*where, goods=goods or ESSENTIALS)
    best = cheapest_corridors(
        *where,
        restored=asked.options["restored"] / 100,
        goods=goods or CARRIED,
        origins=asked.names("origins"),
        progress=asked.told,
    )
    return [hurt, best]


def _alignment(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.alignment import alignment_matrix, alignment_prospects, alignment_ranking

    world, year = asked.world, int(asked.options["year"])
    sides = sides_of(asked.scenario, Scope(world, asked.scenario.blocs, asked.scenario.goods))
    senders = [world.countries[n] for n in sides.senders]
    largest = sorted(senders, key=lambda code: -world.income[world.index(code)])[:5]
    shown = asked.names("economies") or (*largest, *(world.countries[n] for n in sides.targets))
    return [
        alignment_matrix(world, shown, year),
        alignment_ranking(world, senders, year),
        *alignment_prospects(world, asked.scenario, year),
    ]


def _layers(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.layers import layers_of_cooperation

    pair = asked.names("economies") or ()
    if len(pair) != 2:
        raise OutputError(
            "CV478",
            "Layers are between two economies",
            where="layers.economies",
            found=", ".join(pair),
            expected="two",
            next_step="Name two economies.",
        )
    return [layers_of_cooperation(asked.world, *pair, asked.scenario if asked.options["after"] else None)]


def _resources(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.endowments import resources

    return resources(asked.world, asked.scenario, asked.model, economies=asked.names("economies"))


def _dependence(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.dependence import critical_goods, supplier_dependence

    who = asked.targets()
    return [
        supplier_dependence(asked.world, who, asked.model, progress=asked.told),
        critical_goods(asked.world, who, asked.model, progress=asked.told),
    ]


def _exposure(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.baseline import trade_exposure

    return [trade_exposure(asked.world, asked.targets())]


def _products(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.products import product_embargoes

    return product_embargoes(
        asked.world,
        asked.targets(),
        asked.model,
        economies=asked.names("economies"),
        goods=asked.names("goods"),
        direction=asked.options["direction"],
        progress=asked.told,
    )


def _frontier(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.frontier import sanctions_frontier

    kind: Any = "tariff" if asked.options["tariffs"] else "friction"
    found = sanctions_frontier(
        asked.world, asked.scenario, points=int(asked.options["points"]), kind=kind, progress=asked.told
    )
    return found.exhibits


def _game(asked: Asked) -> Sequence[Exhibit]:
    from countervail.analysis.game import tariff_war

    return [tariff_war(asked.world, asked.names("players") or (), progress=asked.told)]


def _economies(name: str, about: str, default: Value | None = "") -> Field:
    return Field(name, "economies", about, default)


_OTHER = _economies("economy", "the targets of the scenario where nobody is named")
STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
        Study(
            "coalition",
            "What each member of the front adds, pays, and would gain by leaving",
            _coalition,
            (
                _economies("members", "economies and blocs; the scenario's own where none are named"),
                _economies(
                    "candidates", "who could join; the target's largest partners where none are named"
                ),
                Field("potential", "flag", "compare with an embargo and with all the world", False),
                Field("burden", "flag", "find the transfers that share the burden", False),
                Field("parties", "flag", "what the parties to the responses gain", False),
            ),
        ),
        Study(
            "path",
            "The loss year by year, while elasticities rise and factors move",
            _path,
            (
                Field("years", "number", "how many", 6.0, 2, 15),
                Field(
                    "last", "choice", "the horizon of the end", "long_run", choices=("long_run", "medium_run")
                ),
                Field(
                    "closing", "number", "share of the way left that elasticities go in a year", 0.3, 0.05, 1
                ),
                Field(
                    "speed", "number", "growth of a sector's factors for each per cent of return", 0.3, 0, 2
                ),
                Field("no-responses", "flag", "do not follow each response alone", False),
            ),
        ),
        Study(
            "corridors",
            "Which essentials grow dear and scarce, and the cheapest corridors that bring some back",
            _corridors,
            (
                Field("restored", "number", "percent of the lost essentials to restore", 20.0, 1, 100),
                Field("goods", "goods", "what corridors may carry; essentials where none are named", ""),
                _economies("origins", "who may sell through them; the senders where none are named"),
            ),
        ),
        Study("secondary", "What third parties choose under secondary sanctions", _secondary),
        Study("bypass", "What goes around the bans, and through which third countries", _bypass),
        Study(
            "alignment",
            "Who votes with whom, and whom votes and trade suggest as joiner or as hub",
            _alignment,
            (
                _economies(
                    "economies", "whose matrix to show; the largest senders and the targets by default"
                ),
                Field("year", "number", "of the votes", 2024.0, 2000, 2024),
            ),
        ),
        Study(
            "layers",
            "What two economies are to each other: trade, inputs, energy, technology, votes",
            _layers,
            (
                _economies("economies", "two of them", None),
                Field(
                    "after", "flag", "also what is left after this scenario", True, flag_value="scenario.yaml"
                ),
            ),
            argument="economies",
            between=" ",
            file=False,
        ),
        Study(
            "resources",
            "What each side brings: comparative advantage, baskets, factors, inputs",
            _resources,
            (_economies("economies", "economies and blocs; the scenario's sides where none are named"),),
        ),
        Study(
            "exposure",
            "Who trades how much with a target before any policy",
            _exposure,
            (_OTHER,),
            argument="economy",
            file=False,
        ),
        Study(
            "dependence",
            "On whom an economy depends, and what it loses when each is cut off",
            _dependence,
            (_OTHER,),
            argument="economy",
            file=False,
        ),
        Study(
            "products",
            "One embargo at a time: each group of goods by each economy alone",
            _products,
            (
                _OTHER,
                _economies(
                    "economies", "who acts, each alone; the target's twelve largest partners by default"
                ),
                Field("goods", "goods", "eleven groups where none are named", ""),
                Field(
                    "direction",
                    "choice",
                    "as seen from who acts",
                    "both",
                    choices=("both", "import", "export"),
                ),
            ),
            argument="economy",
            file=False,
        ),
        Study(
            "uncertainty",
            "Bands and probabilities over joint draws of everything that is assumed",
            _uncertainty,
            (Field("draws", "number", "joint draws", 100.0, 20, 400),),
        ),
        Study(
            "risk",
            "Years with bad harvests, energy shocks or closed ports, with and without responses",
            _risk,
            (Field("draws", "number", "years that are drawn", 60.0, 20, 200),),
        ),
        Study(
            "frontier",
            "Goods and intensities that hurt the target most for an own cost",
            _frontier,
            (
                Field("points", "number", "points of the frontier", 5.0, 2, 12),
                Field("tariffs", "flag", "tariffs on imports instead of frictions", False),
            ),
        ),
        Study(
            "game",
            "Tariffs answered by tariffs, to an equilibrium or a cycle",
            _game,
            (_economies("players", "economies that set tariffs on each other", None),),
            argument="players",
            file=False,
        ),
    )
}
