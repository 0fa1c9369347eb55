"""What third parties choose under secondary sanctions, by a rule; choices by cost are made in `analysis.secondary`."""

from __future__ import annotations

import numpy as np

from countervail.policy.answers import Secondary
from countervail.policy.complaint import Complaint
from countervail.policy.measure import Measure
from countervail.policy.scope import Index, Scope


def halves(measure: Secondary, scope: Scope) -> list[Measure]:
    """What secondary sanctions come to: an embargo by those who leave the target, costs for those who stay.

    Raises:
        Complaint: names that are not known or meet; CV138 a choice by cost that was not made.
    """
    third, staying = third_parties(measure, scope), staying_with_target(measure, scope)
    codes = scope.world.countries
    leave = tuple(codes[n] for n in np.setdiff1d(third, staying))
    stay = tuple(codes[n] for n in staying)
    return [*([measure.leaving(leave)] if leave else []), *([measure.staying(stay)] if stay else [])]


def third_parties(measure: Secondary, scope: Scope) -> Index:
    """Positions of those who have to choose.

    Raises:
        Complaint: names that are not known, or on two sides (CV116).
    """
    by, target = scope.economies(measure.by, "by"), scope.economies(measure.target, "target")
    third = scope.economies(measure.on, "on")
    scope.refuse_overlap(by, third, "on")
    scope.refuse_overlap(target, third, "on")
    scope.refuse_overlap(by, target, "target")
    return third


def staying_with_target(measure: Secondary, scope: Scope) -> Index:
    """Positions of the third parties that stay with the target.

    Raises:
        Complaint: CV138 a choice by cost that was not made, CV139 somebody defies who was not asked.
    """
    third = third_parties(measure, scope)
    if measure.choice == "cheaper":
        raise Complaint(
            "CV138",
            "third parties have not chosen yet",
            found="choice: cheaper",
            expected="choices that were made, since what costs less takes a solve for each set of them",
            next_step="Run `countervail secondary`, or cv.secondary_choices, and take the scenario it gives.",
            field=("choice",),
        )
    if measure.choice == "stated":
        staying = scope.economies(measure.defy, "defy") if measure.defy else np.empty(0, dtype=np.intp)
        strangers = np.setdiff1d(staying, third)
        if strangers.size:
            raise Complaint(
                "CV139",
                "somebody defies who does not have to choose",
                found=scope.country_words(strangers),
                expected=f"third parties of on: {scope.country_words(third)}",
                next_step="Add them to `on`, or take them out of `defy`.",
                field=("defy",),
            )
        return staying
    flow = scope.world.basic_flow().sum(axis=2)
    trade = flow + flow.T
    by, target = scope.economies(measure.by, "by"), scope.economies(measure.target, "target")
    with_target, with_coalition = (
        trade[np.ix_(third, target)].sum(axis=1),
        trade[np.ix_(third, by)].sum(axis=1),
    )
    larger: Index = third[with_target > with_coalition]
    return larger
