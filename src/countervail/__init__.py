"""countervail: what do these sanctions cost, whom, and how much of it do the countermeasures offset?

The public names and nothing else. Each is imported from its room when it is first used, so that importing the
package takes no time. No module bears the name of a public function, or importing the module would hide it.

    import countervail as cv
    world = cv.load_world("icio2021")
    ledger = cv.offset_ledger(world, cv.load_scenario("united-front"))
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from countervail.analysis.adjustment import Adjustment
    from countervail.analysis.alignment import alignment_matrix, alignment_prospects, alignment_ranking
    from countervail.analysis.baseline import trade_exposure
    from countervail.analysis.burden import burden_sharing
    from countervail.analysis.bypass import bypass_flows
    from countervail.analysis.coalition_costs import coalition_costs
    from countervail.analysis.coalition_potential import horizontal_potential, vertical_potential
    from countervail.analysis.coalition_shares import coalition_values
    from countervail.analysis.coalition_steps import coalition_stages
    from countervail.analysis.corridors import cheapest_corridors
    from countervail.analysis.dependence import critical_goods, supplier_dependence
    from countervail.analysis.endowments import resources
    from countervail.analysis.exposure import exposure
    from countervail.analysis.frontier import Frontier, sanctions_frontier
    from countervail.analysis.game import optimal_rates, optimal_tariff, tariff_war
    from countervail.analysis.household import household_essentials
    from countervail.analysis.layers import layers_of_cooperation
    from countervail.analysis.ledger import Ledger, offset_ledger
    from countervail.analysis.loss_path import path
    from countervail.analysis.payoff_matrix import payoffs
    from countervail.analysis.payoff_menu import Game, load_game
    from countervail.analysis.products import product_embargoes
    from countervail.analysis.response_parties import response_gains
    from countervail.analysis.secondary import secondary_choices
    from countervail.analysis.sensitivity import sensitivity
    from countervail.analysis.steps import Steps, steps
    from countervail.analysis.tail_risk import risk
    from countervail.analysis.uncertainty import Uncertainty, offset_uncertainty
    from countervail.analysis.uncertainty_draws import Assumptions
    from countervail.batch import solve_many
    from countervail.by_use import UseShares, solve_by_use, uses_alike
    from countervail.citation import cite
    from countervail.errors import (
        CountervailError,
        OutputError,
        ReadError,
        ScenarioError,
        SolveError,
        WorldError,
    )
    from countervail.exhibit import Exhibit
    from countervail.model.parameters import Model, long_run, medium_run, short_run
    from countervail.outcome import Difference, Outcome
    from countervail.policy.answers import Bypass, Duty, Secondary
    from countervail.policy.catalog import load_scenario, scenario_names
    from countervail.policy.controls import ExportControl
    from countervail.policy.finance import Exclusion, Freeze, InvestmentStop
    from countervail.policy.growth import Investment, Labour, Technology
    from countervail.policy.hazard import Hazard
    from countervail.policy.limited import Contract, PriceCap, Quota
    from countervail.policy.measures import (
        Boycott,
        Disruption,
        Embargo,
        Friction,
        Subsidy,
        Tariff,
        Transfer,
    )
    from countervail.policy.responses import Agreement, Corridor, Payments, Restoration, Substitution
    from countervail.policy.retaliation import Retaliation
    from countervail.policy.scenario import Scenario
    from countervail.policy.transport import Route, Transport
    from countervail.read.draft import Draft, draft_scenario
    from countervail.read.reading import Reading, read_document
    from countervail.read.verdicts import Assessment, judge_claims
    from countervail.report.applicable import exhibits_of
    from countervail.report.export import write
    from countervail.report.plot import plot
    from countervail.report.workbook import read_scenario_workbook
    from countervail.run.engines import Cluster, InProcess, Processes
    from countervail.run.plan import Plan, load_plan
    from countervail.run.results import Sweep, gather, run_plan
    from countervail.solver import solve
    from countervail.world.calibrate import calibrate
    from countervail.world.catalog import load_world, world_names
    from countervail.world.extract import CountryData, split_country
    from countervail.world.physical import physical_units
    from countervail.world.readers.long_csv import read_long_csv
    from countervail.world.readers.oecd_icio import read_oecd_icio
    from countervail.world.reshape import one_sector
    from countervail.world.shares import SectorShares
    from countervail.world.split import split_sector
    from countervail.world.table import Table
    from countervail.world.world import World

_ROOMS = {
    "analysis.adjustment": ("Adjustment",),
    "analysis.alignment": ("alignment_matrix", "alignment_prospects", "alignment_ranking"),
    "analysis.baseline": ("trade_exposure",),
    "analysis.burden": ("burden_sharing",),
    "analysis.bypass": ("bypass_flows",),
    "analysis.coalition_costs": ("coalition_costs",),
    "analysis.coalition_potential": ("horizontal_potential", "vertical_potential"),
    "analysis.coalition_shares": ("coalition_values",),
    "analysis.coalition_steps": ("coalition_stages",),
    "analysis.corridors": ("cheapest_corridors",),
    "analysis.dependence": ("critical_goods", "supplier_dependence"),
    "analysis.endowments": ("resources",),
    "analysis.exposure": ("exposure",),
    "analysis.household": ("household_essentials",),
    "analysis.layers": ("layers_of_cooperation",),
    "analysis.frontier": ("Frontier", "sanctions_frontier"),
    "analysis.game": ("optimal_rates", "optimal_tariff", "tariff_war"),
    "analysis.ledger": ("Ledger", "offset_ledger"),
    "analysis.loss_path": ("path",),
    "analysis.payoff_matrix": ("payoffs",),
    "analysis.payoff_menu": ("Game", "load_game"),
    "analysis.products": ("product_embargoes",),
    "analysis.response_parties": ("response_gains",),
    "analysis.secondary": ("secondary_choices",),
    "analysis.sensitivity": ("sensitivity",),
    "analysis.steps": ("Steps", "steps"),
    "analysis.tail_risk": ("risk",),
    "analysis.uncertainty": ("Uncertainty", "offset_uncertainty"),
    "analysis.uncertainty_draws": ("Assumptions",),
    "batch": ("solve_many",),
    "by_use": ("UseShares", "solve_by_use", "uses_alike"),
    "citation": ("cite",),
    "errors": (
        *("CountervailError", "OutputError", "ReadError", "ScenarioError", "SolveError", "WorldError"),
    ),
    "exhibit": ("Exhibit",),
    "model.parameters": ("Model", "long_run", "medium_run", "short_run"),
    "outcome": ("Difference", "Outcome"),
    "policy.answers": ("Bypass", "Duty", "Secondary"),
    "policy.catalog": ("load_scenario", "scenario_names"),
    "policy.controls": ("ExportControl",),
    "policy.finance": ("Exclusion", "Freeze", "InvestmentStop"),
    "policy.growth": ("Investment", "Labour", "Technology"),
    "policy.hazard": ("Hazard",),
    "policy.limited": ("Contract", "PriceCap", "Quota"),
    "policy.measures": (*("Boycott", "Disruption", "Embargo", "Friction", "Subsidy", "Tariff", "Transfer"),),
    "policy.responses": ("Agreement", "Corridor", "Payments", "Restoration", "Substitution"),
    "policy.retaliation": ("Retaliation",),
    "policy.scenario": ("Scenario",),
    "policy.transport": ("Route", "Transport"),
    "read.draft": ("Draft", "draft_scenario"),
    "read.reading": ("Reading", "read_document"),
    "read.verdicts": ("Assessment", "judge_claims"),
    "report.applicable": ("exhibits_of",),
    "report.export": ("write",),
    "report.plot": ("plot",),
    "report.workbook": ("read_scenario_workbook",),
    "run.engines": ("Cluster", "InProcess", "Processes"),
    "run.plan": ("Plan", "load_plan"),
    "run.results": ("Sweep", "gather", "run_plan"),
    "solver": ("solve",),
    "world.calibrate": ("calibrate",),
    "world.catalog": ("load_world", "world_names"),
    "world.extract": ("CountryData", "split_country"),
    "world.physical": ("physical_units",),
    "world.readers.long_csv": ("read_long_csv",),
    "world.readers.oecd_icio": ("read_oecd_icio",),
    "world.reshape": ("one_sector",),
    "world.shares": ("SectorShares",),
    "world.split": ("split_sector",),
    "world.table": ("Table",),
    "world.world": ("World",),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = (  # spelt out for type checkers; a test compares it with what the rooms hold
    "Adjustment",
    "Agreement",
    "Assessment",
    "Assumptions",
    "Boycott",
    "Bypass",
    "Cluster",
    "Contract",
    "Corridor",
    "CountervailError",
    "CountryData",
    "Difference",
    "Disruption",
    "Draft",
    "Duty",
    "Embargo",
    "Exclusion",
    "Exhibit",
    "ExportControl",
    "Freeze",
    "Friction",
    "Frontier",
    "Game",
    "Hazard",
    "InProcess",
    "Investment",
    "InvestmentStop",
    "Labour",
    "Ledger",
    "Model",
    "Outcome",
    "OutputError",
    "Payments",
    "Plan",
    "PriceCap",
    "Processes",
    "Quota",
    "ReadError",
    "Reading",
    "Restoration",
    "Retaliation",
    "Route",
    "Scenario",
    "ScenarioError",
    "Secondary",
    "SectorShares",
    "SolveError",
    "Steps",
    "Subsidy",
    "Substitution",
    "Sweep",
    "Table",
    "Tariff",
    "Technology",
    "Transfer",
    "Transport",
    "Uncertainty",
    "UseShares",
    "World",
    "WorldError",
    "__version__",
    "alignment_matrix",
    "alignment_prospects",
    "alignment_ranking",
    "burden_sharing",
    "bypass_flows",
    "calibrate",
    "cheapest_corridors",
    "cite",
    "coalition_costs",
    "coalition_stages",
    "coalition_values",
    "critical_goods",
    "draft_scenario",
    "exhibits_of",
    "exposure",
    "gather",
    "horizontal_potential",
    "household_essentials",
    "judge_claims",
    "layers_of_cooperation",
    "load_game",
    "load_plan",
    "load_scenario",
    "load_world",
    "long_run",
    "medium_run",
    "offset_ledger",
    "offset_uncertainty",
    "one_sector",
    "optimal_rates",
    "optimal_tariff",
    "path",
    "payoffs",
    "physical_units",
    "plot",
    "product_embargoes",
    "read_document",
    "read_long_csv",
    "read_oecd_icio",
    "read_scenario_workbook",
    "resources",
    "response_gains",
    "risk",
    "run_plan",
    "sanctions_frontier",
    "scenario_names",
    "secondary_choices",
    "sensitivity",
    "short_run",
    "solve",
    "solve_by_use",
    "solve_many",
    "split_country",
    "split_sector",
    "steps",
    "supplier_dependence",
    "tariff_war",
    "trade_exposure",
    "uses_alike",
    "vertical_potential",
    "world_names",
    "write",
)


def __getattr__(name: str) -> object:
    """A public name, imported from its room on first use and kept (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'countervail' has no attribute '{name}'", name=name, obj=None)
    from importlib import import_module

    value: object = getattr(import_module(f"countervail.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
