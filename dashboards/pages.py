"""The pages of the server: sign-in for strangers; for a signed-in user the boards that the roles open."""

import streamlit as st

from dashboards.boards import BOARDS
from dashboards.door import door
from dashboards.edition import current_edition
from dashboards.frame import Board, View, empty_state, stamp
from dashboards.language import LANGUAGES, _
from dashboards.sign_in import sign_in_page, signed_in_actor
from dbt_project.published import NothingIsPublished
from transactions.kernel.refusal import Refusal
from transactions.kernel.users import Actor


def main() -> None:
    st.set_page_config(page_title="Bihuan 闭环", page_icon=":material/all_inclusive:", layout="wide")
    try:
        door()
    except Refusal as refusal:
        empty_state(_("There is no company home here yet"), str(refusal))
        return
    actor = signed_in_actor()
    _choose_language(actor)
    if actor is None:
        st.navigation([st.Page(sign_in_page, title=_("Sign in"), default=True)], position="hidden").run()
        return
    pages: dict[str, list[st.Page]] = {}
    for board in BOARDS:
        if actor.may(board.permission):
            pages.setdefault(_(board.section), []).append(_page(board, actor, default=not pages))
    if not pages:
        empty_state(_("No board is open to your roles"), _("Ask an administrator for a role."))
        return
    chosen = st.navigation(pages)
    _user_corner(actor)
    chosen.run()


def _page(board: Board, actor: Actor, *, default: bool) -> "st.Page":
    def run() -> None:
        try:
            edition = current_edition(actor.edition)
        except NothingIsPublished:
            empty_state(_("Nothing is published yet"), _("Run `bihuan refresh`; the first build appears here."))
            return
        view = View(actor, edition)
        board.render(view)
        stamp(view)

    run.__name__ = board.name
    return st.Page(run, title=_(board.title), icon=board.icon, url_path=board.name, default=default)


def _choose_language(actor: Actor | None) -> None:
    """From the address, else as chosen before, else the user's own."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        st.session_state["language"] = asked
    elif "language" not in st.session_state:
        st.session_state["language"] = actor.language if actor else "en"
    with st.sidebar:
        st.segmented_control(
            "Language 语言", list(LANGUAGES), format_func=LANGUAGES.__getitem__, key="language",
            label_visibility="collapsed", required=True,
        )  # fmt: skip


def _user_corner(actor: Actor) -> None:
    with st.sidebar:
        st.caption(f"{actor.display_name} · {', '.join(_(role) for role in actor.roles)}")
        st.html(
            '<form method="post" action="/api/session/end"><button type="submit" style="border:0;background:none;'
            f'color:inherit;opacity:.7;cursor:pointer;padding:0;font:inherit">{_("Sign out")}</button></form>'
        )


main()
