"""The calibration report: text for people, plain values for files."""

from countervail.world.report import CalibrationReport, Note, Repair

REPORT = CalibrationReport(
    (Repair("Inputs scaled", 2, 10.5, "RUS C29", 9.0), Repair("Idle", 0, 0.0)),
    (Note("imputed", "Services", "Split by RAS.", 23, 1234.5, "table"),),
    balanced=False,
)


def test_text():
    assert REPORT.text() == (
        "Calibration\n"
        "  Inputs scaled: 2 cells, 10.5 million USD, largest RUS C29 (9 million USD)\n"
        "  Idle: none\n"
        "  negative final use was clipped: the accounts do not balance; use closure `zero`\n"
        "Source table\n"
        "  Services [imputed]: Split by RAS. (23 cells, 1,234 million USD)"
    )
    assert "nothing recorded" in CalibrationReport().text()


def test_plain_values_come_back():
    assert CalibrationReport.from_dict(REPORT.to_dict()) == REPORT


def test_a_kind_that_never_came_up_has_no_cells():
    assert REPORT.repair("Inputs scaled").cells == 2
    assert REPORT.repair("Other") == Repair("Other", 0, 0.0)


def test_additions_leave_the_old_report_alone():
    more = REPORT.with_notes(Note("note", "a", "b.")).with_repairs(Repair("c", 1, 1.0)).as_balanced()
    assert (len(more.notes), len(more.repairs), more.balanced) == (2, 3, True)
    assert (len(REPORT.notes), len(REPORT.repairs), REPORT.balanced) == (1, 2, False)
