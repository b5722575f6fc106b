"""Views of a board: each user has own ones, by name; a shared one is seen by all and kept by its owner alone."""

from tests.transactions.acting import Acting
from transactions.kernel.saved_views import SavedView, views_of

BOARD = "order_profit"


def _user(acting: Acting, name: str, role: str) -> tuple[Acting, int]:
    made = acting(
        "create_user", username=name, password=f"{name} has a secret", roles=[role], display_name=name.title()
    )
    return acting.as_user(name), made["id"]


def test_a_view_is_saved_replaced_and_deleted_by_its_owner(acting: Acting) -> None:
    ann, ann_id = _user(acting, "ann", "analyst")
    ann("save_view", board=BOARD, name="Losses", address="loss=true&from=2026-01")
    assert views_of(acting.door, ann_id, BOARD) == [
        SavedView(BOARD, "Losses", "loss=true&from=2026-01", False, "Ann", True)
    ]
    ann("save_view", board=BOARD, name="Losses", address="loss=true")
    assert [view.address for view in views_of(acting.door, ann_id, BOARD)] == ["loss=true"]
    assert views_of(acting.door, ann_id, "stock") == []
    ann("delete_view", board=BOARD, name="Losses")
    assert views_of(acting.door, ann_id, BOARD) == []
    assert ann.refused("delete_view", board=BOARD, name="Losses").fact == "NotFound"


def test_a_shared_view_is_seen_by_others_who_cannot_change_it(acting: Acting) -> None:
    ann, _ann_id = _user(acting, "ann", "analyst")
    bob, bob_id = _user(acting, "bob", "foreman")
    ann("save_view", board="stock", name="Mine", address="warehouse=MAIN")
    ann("save_view", board="stock", name="Ours", address="warehouse=SHOP", is_shared=True)
    assert views_of(acting.door, bob_id, "stock") == [SavedView("stock", "Ours", "warehouse=SHOP", True, "Ann", False)]
    assert bob.refused("delete_view", board="stock", name="Ours").fact == "NotFound"
    bob("save_view", board="stock", name="Ours", address="")
    assert [(view.owner, view.address) for view in views_of(acting.door, bob_id, "stock")] == [
        ("Bob", ""), ("Ann", "warehouse=SHOP")
    ]  # fmt: skip


def test_an_address_holds_filters_and_no_link_to_elsewhere(acting: Acting) -> None:
    for address in ("//evil.example/?a=b", "a=<script>", "a=b#c", "a=b c"):
        refusal = acting.refused("save_view", board=BOARD, name="X", address=address)
        assert (refusal.fact, refusal.field) == ("InvalidData", "address")
    assert acting.refused("save_view", board="../x", name="X").field == "board"
    assert acting.refused("save_view", board=BOARD, name="").field == "name"
