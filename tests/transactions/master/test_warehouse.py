"""A warehouse comes with its places for stock and for inspection."""

from tests.transactions.acting import Acting


def test_a_warehouse_has_a_place_for_stock_and_one_for_inspection(acting: Acting) -> None:
    made = acting("create_warehouse", code="EAST", name="Eastern warehouse", allow_negative=True)
    places = acting.rows("location", warehouse_id=made["id"])
    assert [(place["code"], place["kind"]) for place in places] == [
        ("EAST/stock", "stock"),
        ("EAST/inspection", "inspection"),
    ]
    assert acting.row("warehouse", code="EAST")["allow_negative"] is True


def test_a_warehouse_code_is_used_once_in_a_company_but_again_in_another(acting: Acting) -> None:
    refusal = acting.refused("create_warehouse", code="MAIN", name="Again")
    assert (refusal.fact, refusal.field) == ("AlreadyExists", "code")
    acting("create_company", code="TWO", name="Second", currency="CNY")
    acting("create_warehouse", company="TWO", code="MAIN", name="Of the second")
    assert len(acting.rows("warehouse", code="MAIN")) == 2
