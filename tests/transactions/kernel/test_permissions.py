"""Who may do what, asserted whole: a new command or role fails here until somebody has said who may."""

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.command import registry
from transactions.kernel.users import ROLES, Actor

MAY = {
    "owner": "everything",
    "administrator": "everything",
    "planner": """
        change_item create_item set_planning_parameters create_bom create_routing create_work_center create_holiday
        create_purchase_requisition create_purchase_order confirm_purchase_order cancel_purchase_order
        close_purchase_order amend_purchase_order order_requisitions transfer_stock carry_out_transfer
        cancel_transfer set_transfer_route set_forecast decide_suggestion follow_message
        create_work_order release_work_order cancel_work_order close_work_order
        pin_operation unpin_operation approve_schedule reschedule_work_order amend_work_order set_work_center_hours
        issue_material return_material book_time report_output take_back_time take_back_output
    """,
    "buyer": """
        create_partner change_partner set_supplier_price create_purchase_requisition create_purchase_order
        confirm_purchase_order cancel_purchase_order close_purchase_order amend_purchase_order
        receive_goods return_to_supplier order_requisitions
    """,
    "accountant": """
        add_landed_cost bill_supplier invoice_customer pay_supplier receive_payment allocate_payment post_journal_entry
        lock_period credit_customer debit_supplier bill_subcontract
        settle_cost set_exchange_rate create_tax_code set_standard_cost set_valuation_method set_work_center_rate
        set_category_valuation_method
    """,
    "salesperson": """
        create_partner change_partner create_sales_order confirm_sales_order cancel_sales_order amend_sales_order
        deliver_goods return_from_customer reserve_stock release_reservation
    """,
    "analyst": "",
    "storekeeper": """
        record_opening_stock adjust_stock transfer_stock carry_out_transfer
        cancel_transfer receive_goods decide_inspection deliver_goods
        issue_material return_material scrap_stock reserve_stock release_reservation
    """,
    "foreman": """
        create_work_order release_work_order cancel_work_order close_work_order issue_material return_material
        book_time report_output take_back_time take_back_output decide_inspection
        pin_operation unpin_operation approve_schedule reschedule_work_order amend_work_order
    """,
}
EVERY_ROLE_MAY = {"save_view", "delete_view"}
EDITIONS = {"full": {"owner", "administrator", "accountant", "analyst"}, "cost": {"planner", "buyer"}}


def _actor(*roles: str) -> Actor:
    return Actor(1, "ann", "Ann", "en", roles)


def test_every_role_is_in_the_matrix() -> None:
    assert set(MAY) == set(ROLES)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_what_a_role_may_do_is_said_here(role: str) -> None:
    commands = registry()
    allowed = {name for name, command in commands.items() if _actor(role).may(command.permission)}
    said = set(commands) if MAY[role] == "everything" else set(MAY[role].split()) | EVERY_ROLE_MAY
    assert allowed == said


@pytest.mark.parametrize("role", sorted(ROLES))
def test_which_edition_a_role_reads(role: str) -> None:
    assert _actor(role).edition == next((name for name, roles in EDITIONS.items() if role in roles), "nocost")


def test_nobody_without_a_role_may_anything() -> None:
    assert not any(_actor().may(command.permission) for command in registry().values())
    assert not any(_actor("king").may(command.permission) for command in registry().values())


def test_the_door_refuses_what_no_role_names_before_it_looks_at_the_data(acting: Acting) -> None:
    acting("create_user", username="sam", password="sam sells bikes", roles=["salesperson"])
    refusal = acting.as_user("sam").refused("lock_period", nonsense=True)
    assert (refusal.fact, refusal.field, refusal.value) == ("NotPermitted", "actor", "sam")
    assert refusal.rule == "sam may not lock period (it needs finance.period)"
    acting.as_user("sam")("create_partner", code="C", name="Customer", is_customer=True)
    acting("set_user_roles", username="sam", roles=["analyst"])
    refusal = acting.as_user("sam").refused("create_partner", code="D", name="Customer", is_customer=True)
    assert refusal.fact == "NotPermitted"


def test_every_command_says_who_may_since_which_stage_and_what_it_does() -> None:
    for name, command in registry().items():
        assert command.permission.count(".") == 1, name
        assert 1 <= command.stage <= 4, name
        assert command.summary.endswith("."), name
