"""The corner of saved views: open one, keep the filters of the moment under a name, share it, forget it.

A view is a name for an address; opening one sets the filters as that link has them.
"""

import streamlit as st

from dashboards.door import carry_out, door
from dashboards.filters import filters_in_address, open_address
from dashboards.frame import Board, View
from dashboards.language import _
from dashboards.refusals import refused_because
from transactions.kernel.refusal import Refusal
from transactions.kernel.saved_views import SavedView, views_of


def views_corner(view: View, board: Board) -> None:
    """A popover with the saved views of the board."""
    with st.container(key="views-corner"), st.popover(_("Views"), icon=":material/bookmark:", type="tertiary"):
        saved_views(
            view, board.name, "view", _("Set the filters as you like them, then keep them here under a name."),
            _("Save this view"),
        )  # fmt: skip
        st.caption(_("The address in your browser is a link to what you see; send it as it is."))


def saved_views(view: View, board: str, key: str, nothing: str, save: str) -> int:
    """The views of a board to open and to forget, and a form that keeps what is seen under a name; how many there are.

    nothing: what stands there without any. save: what the form's button says.
    """
    known = views_of(door(), view.actor.user_id, board)
    for place, saved in enumerate(known):
        _one(view, saved, f"{key}-{place}")
    if not known:
        st.caption(nothing)
    with st.form(f"save-{key}", border=False, clear_on_submit=True):
        name = st.text_input(_("Name"), max_chars=80, key=f"{key}-name")
        shared = st.toggle(_("Show it to everybody"), key=f"{key}-shared")
        asked = st.form_submit_button(save, icon=":material/bookmark_add:")
    if asked and name.strip():
        _saved(view, board, name.strip(), shared)
    refusal = st.session_state.pop("view-refused", None)
    if refusal:
        st.error(refusal)
    return len(known)


def _one(view: View, saved: SavedView, key: str) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        label = saved.name if saved.is_own else _("{name} (by {owner})", name=saved.name, owner=saved.owner)
        st.button(
            label, key=key, type="tertiary", icon=":material/group:" if saved.is_shared else None,
            on_click=open_address, args=(saved.address,), help=saved.address or _("without filters"),
        )  # fmt: skip
        if saved.is_own:
            st.button(
                "", key=f"{key}-forget", type="tertiary", icon=":material/delete:", on_click=_forgotten,
                args=(view, saved), help=_("Forget this view"),
            )  # fmt: skip


def _saved(view: View, board: str, name: str, shared: bool) -> None:
    data = {"board": board, "name": name, "address": filters_in_address(), "is_shared": shared}
    try:
        carry_out(view.actor, "save_view", data)
    except Refusal as refusal:
        st.session_state["view-refused"] = refused_because(refusal)
    st.rerun()


def _forgotten(view: View, saved: SavedView) -> None:
    try:
        carry_out(view.actor, "delete_view", {"board": saved.board, "name": saved.name})
    except Refusal as refusal:
        st.session_state["view-refused"] = refused_because(refusal)
