"""A routing is in force at work centres of its own company."""

from datetime import date

from tests.transactions.acting import Acting
from transactions.kernel.work import Work
from transactions.master.routing import routing_in_force


def test_a_routing_is_in_force_at_the_work_centres_of_its_company(acting: Acting) -> None:
    item = acting("create_item", code="BIKE", name="Bicycle", unit="pcs", kind="made")["id"]
    acting("create_company", code="TWO", name="Second", currency="CNY")
    for company in ("BIKE", "TWO"):
        acting("create_work_center", company=company, code="WC", name="WC", labour_rate=1, overhead_rate=1)
    operation = {"work_center": "WC", "setup_minutes": 10, "run_minutes": "0.5"}
    first = acting(
        "create_routing", item="BIKE", effective_date="2026-01-01",
        operations=[operation | {"sequence": 20}, operation | {"sequence": 10}],
    )  # fmt: skip
    second = acting(
        "create_routing", company="TWO", item="BIKE", effective_date="2026-02-01",
        operations=[operation | {"sequence": 1}],
    )  # fmt: skip
    companies = {row["code"]: row["id"] for row in acting.rows("company")}
    on = date(2026, 3, 1)
    with acting.door.engine.begin() as connection:
        work = Work(connection, {})
        routing_id, operations = routing_in_force(work, companies["BIKE"], item, on)
        assert (routing_id, [row.sequence for row in operations]) == (first["id"], [10, 20])
        assert operations[0].run_minutes == 500_000
        assert routing_in_force(work, companies["TWO"], item, on)[0] == second["id"]
        assert routing_in_force(work, companies["TWO"], item, date(2026, 1, 31)) == (None, [])


def test_a_sequence_stands_once_and_its_work_centre_exists(acting: Acting) -> None:
    acting("create_item", code="BIKE", name="Bicycle", unit="pcs", kind="made")
    acting("create_work_center", code="WC", name="WC", labour_rate=1, overhead_rate=1)
    operation = {"sequence": 10, "work_center": "WC", "setup_minutes": 0, "run_minutes": 1}
    routing = {"item": "BIKE", "effective_date": "2026-01-01"}
    refusal = acting.refused("create_routing", **routing, operations=[operation, operation])
    assert (refusal.fact, refusal.field) == ("AlreadyExists", "operations.1.sequence")
    refusal = acting.refused("create_routing", **routing, operations=[operation | {"work_center": "X"}])
    assert (refusal.fact, refusal.field) == ("NotFound", "operations.0.work_center")
