"""The one door: keys, refusals, batches, audit, and that a refused command leaves nothing."""

import json
import threading
from typing import Any

import pytest

from tests.transactions.acting import Acting
from transactions import Door, Refusal
from transactions.kernel.audit import CHAIN_START, chain_hash
from transactions.kernel.command import Command, handles
from transactions.kernel.refusal import Refusal as AnyRefusal

PARTNER = {"code": "P", "name": "Partner", "is_customer": True}


def _execute(acting: Acting, data: dict[str, Any], key: str, command: str = "create_partner") -> dict[str, Any]:
    return acting.door.execute(command, data, acting.username, key)


def test_a_repeated_key_gets_the_first_answer(acting: Acting) -> None:
    first = _execute(acting, PARTNER, "k")
    assert _execute(acting, dict(reversed(PARTNER.items())), "k") == first
    assert len(acting.rows("partner")) == 1


def test_a_key_is_of_one_command_and_one_body(acting: Acting) -> None:
    _execute(acting, PARTNER, "k")
    for command, data in (("create_partner", PARTNER | {"name": "Other"}), ("create_item", PARTNER)):
        with pytest.raises(Refusal) as caught:
            _execute(acting, data, "k", command)
        assert (caught.value.fact, caught.value.field) == ("KeyUsedForAnother", "key")


def test_a_key_is_of_its_actor(acting: Acting) -> None:
    acting("create_user", username="sam", password="sam sells bikes", roles=["salesperson"])
    _execute(acting, PARTNER, "k")
    with pytest.raises(Refusal, match="AlreadyExists"):
        _execute(acting.as_user("sam"), PARTNER, "k")


def test_a_refused_command_may_be_retried_under_its_key(acting: Acting) -> None:
    lines = [{"item": "A", "quantity": 1, "unit_cost": 1}]
    data = {"effective_date": "2026-01-01", "lines": lines}
    with pytest.raises(Refusal, match="NotFound"):
        _execute(acting, data, "k", "record_opening_stock")
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    assert _execute(acting, data, "k", "record_opening_stock")["number"] == "OS000001"


def test_commands_that_do_not_exist_and_fields_that_do_not(acting: Acting) -> None:
    assert acting.refused("create_unicorn", code="U").fact == "UnknownCommand"
    refusal = acting.refused("create_partner", code=" ", colour="red")
    assert refusal.fact == "InvalidData"
    assert {error["field"] for error in refusal.as_dict()["errors"]} == {"code", "name", "colour"}
    assert acting.refused("create_partner", **PARTNER, company="NONE").as_dict() == {
        "fact": "NotFound",
        "field": "company",
        "value": "NONE",
        "rule": "there is no company of that code",
    }


def test_a_batch_keeps_the_accepted_and_forgets_the_refused(acting: Acting) -> None:
    with acting.door.batch("administrator") as batch:
        batch.execute("create_partner", PARTNER, "one")
        with pytest.raises(Refusal, match="AlreadyExists"):
            batch.execute("create_partner", PARTNER, "two")
        batch.execute("create_partner", PARTNER | {"code": "Q"}, "three")
        assert batch.known("one")
        assert not batch.known("two")
    assert [row["code"] for row in acting.rows("partner")] == ["P", "Q"]


def test_any_other_error_undoes_the_whole_batch(acting: Acting) -> None:
    before = acting.state()

    def interrupted() -> None:
        with acting.door.batch("administrator") as batch:
            batch.execute("create_partner", PARTNER)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert acting.state() == before
    assert acting.rows("partner") == []
    acting("create_partner", **PARTNER)


def test_the_audit_trail_is_a_chain_of_every_command(acting: Acting) -> None:
    acting("create_partner", **PARTNER)
    acting("change_partner", partner="P", name="Partner Ltd")
    records = acting.rows("audit_record")
    assert [record["command"] for record in records] == [
        "create_company", "create_warehouse", "create_partner", "change_partner",
    ]  # fmt: skip
    assert json.loads(records[2]["data"]) == PARTNER
    previous = CHAIN_START
    for position, record in enumerate(records, start=1):
        assert (record["position"], record["previous_hash"]) == (position, previous)
        assert record["hash"] == chain_hash(previous, record)
        previous = record["hash"]


def test_a_company_that_has_not_reached_the_stage_is_told_so(acting: Acting) -> None:
    acting("create_company", code="SHOP", name="Shop", currency="EUR", stage=1)
    refusal = acting.refused("create_work_center", company="SHOP", code="WC", name="WC", labour_rate=1, overhead_rate=1)
    assert (refusal.fact, refusal.value) == ("StageIsOff", 3)
    acting("create_warehouse", company="SHOP", code="W", name="W")


def test_a_company_switches_its_stages_on_and_off(acting: Acting) -> None:
    center = {"company": "SHOP", "name": "WC", "labour_rate": 1, "overhead_rate": 1}
    acting("create_company", code="SHOP", name="Shop", currency="EUR", stage=1)
    assert acting("set_stage", company="SHOP", stage=3)["stage"] == 3
    acting("create_work_center", code="WC1", **center)
    acting("set_stage", company="SHOP", stage=2)
    assert acting.refused("create_work_center", code="WC2", **center).fact == "StageIsOff"
    assert acting.refused("set_stage", company="SHOP", stage=5).fact == "InvalidData"


def test_an_unknown_actor_is_not_let_in(acting: Acting) -> None:
    with pytest.raises(Refusal, match="NotSignedIn"):
        acting.as_user("nobody")("create_partner", **PARTNER)


def test_two_threads_writing_leave_no_gap_and_no_double(acting: Acting) -> None:
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    lines = [{"item": "A", "quantity": 1, "unit_cost": 1}]
    failures: list[BaseException] = []

    def write(count: int) -> None:
        try:
            for _ in range(count):
                acting("adjust_stock", effective_date="2026-01-01", reason="count", lines=lines)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(8,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    numbers = [row["number"] for row in acting.rows("document")]
    assert numbers == [f"AJ{position:06d}" for position in range(1, 25)]
    assert acting.stock("A", "MAIN/stock") == 24


def test_what_one_door_changes_another_sees(acting: Acting) -> None:
    other = Acting(Door(acting.door.engine, acting.clock), acting.clock)
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    adjustment: dict[str, Any] = {
        "effective_date": "2026-01-01",
        "reason": "x",
        "lines": [{"item": "A", "quantity": 1, "unit_cost": 1}],
    }
    other("adjust_stock", **adjustment)  # it remembers the item now
    acting("change_item", item="A", is_blocked=True)
    assert other.refused("adjust_stock", **adjustment).fact == "IsBlocked"


def test_a_command_and_its_handler_have_one_name() -> None:
    class PaintBicycle(Command):
        """Paint a bicycle."""

    with pytest.raises(ValueError, match="differ in name"):

        @handles(PaintBicycle, permission="x.y", stage=1)
        def repaint(_work: Any, _form: PaintBicycle) -> dict[str, Any]:
            return {}


def test_a_refusal_says_field_value_and_rule() -> None:
    assert str(AnyRefusal("it is so", field="lines.0.item", value="A")) == "Refusal: it is so [lines.0.item = A]"
