"""The pages of the server: sign-in for strangers; for a signed-in user the boards that the roles open."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards.boards import BOARDS
from dashboards.door import door
from dashboards.edition import current_edition
from dashboards.filters import choice
from dashboards.frame import Board, View, empty_state, refresh_trouble, stamp
from dashboards.language import LANGUAGES, _, language, language_like
from dashboards.refusals import refused_because
from dashboards.sign_in import sign_in_page, sign_out_form, signed_in_actor
from dashboards.theme import ICON, STYLE
from dashboards.views import views_corner
from dashboards.words import said
from dbt_project.published import NothingIsPublished
from transactions.kernel.refusal import Refusal
from transactions.kernel.schema import DatabaseIsEmpty
from transactions.kernel.users import Actor


def main() -> None:
    actor, refusal = _visitor()
    _settle_language(actor)
    st.set_page_config(page_title=_("Bihuan 闭环"), page_icon=str(ICON), layout="wide")
    st.html(STYLE)
    if isinstance(refusal, DatabaseIsEmpty):
        empty_state(_("There is no company home here yet"), _("Run `bihuan init` once; then sign in here."))
        return
    if refusal is not None:
        st.error(refused_because(refusal))
        return
    if actor is None:
        _sign_in_everywhere()
        return
    open_pages: dict[str, st.Page] = {}
    stage = _stage(actor)
    pages = {board.name: _page(board, actor, stage, open_pages) for board in BOARDS}
    opened = [board for board in BOARDS if actor.may(board.permission) and board.stage <= stage]
    if not [board for board in opened if not board.hidden]:
        empty_state(_("No board is open to your roles"), _("Ask an administrator for a role."))
        _user_corner(actor)
        return
    first = pages[next(board.name for board in opened if not board.hidden)]
    home = st.Page(
        lambda: st.switch_page(first), title=_("Bihuan 闭环"), url_path="home", default=True, visibility="hidden"
    )
    menu: dict[str, list[st.Page]] = {"": [home]}
    for board in BOARDS:  # also those that stay closed: their address answers with a refusal, not with the home page
        menu.setdefault(_(board.section), []).append(pages[board.name])
    open_pages.update((board.name, pages[board.name]) for board in opened)
    chosen = st.navigation(menu, expanded=True)
    _company_corner(actor)
    _user_corner(actor)
    chosen.run()


def _visitor() -> tuple[Actor | None, Refusal | None]:
    try:
        door()
    except Refusal as refusal:
        return None, refusal
    return signed_in_actor(), None


def _sign_in_everywhere() -> None:
    """The sign-in form answers at the address of every board, so that a link leads there afterwards."""
    pages = [st.Page(sign_in_page, title=_("Sign in"), default=True, url_path="sign_in")]
    for board in BOARDS:
        page = _named(sign_in_page, f"sign_in_{board.name}")
        pages.append(st.Page(page, title=_("Sign in"), url_path=board.name, visibility="hidden"))
    chosen = st.navigation(pages, position="hidden")
    _language_switch()
    chosen.run()


def _named(function: Callable[[], None], name: str) -> Callable[[], None]:
    """The same under another name, which Streamlit wants of each page."""

    def run() -> None:
        function()

    run.__name__ = name
    return run


def _page(board: Board, actor: Actor, stage: int, open_pages: dict[str, "st.Page"]) -> "st.Page":
    def run() -> None:
        if not actor.may(board.permission):
            empty_state(
                _("Your roles do not open this page"),
                _("Ask an administrator for a role that has it, or choose another."),
            )
            return
        if board.stage > stage:
            empty_state(
                _("This page belongs to a stage that the company has not switched on"),
                _("An administrator switches it on: `bihuan do set_stage`, then `bihuan refresh`."),
            )
            return
        try:
            edition = current_edition(actor.edition)
        except NothingIsPublished:
            empty_state(_("Nothing is published yet"), _("Run `bihuan refresh`; the first build appears here."))
            return
        bare = View(actor, edition, pages=open_pages)
        company = _company(bare)
        view = View(
            actor, edition, company.get("company_id"), str(company.get("company_code") or ""),
            str(company.get("currency") or ""), bare.pages,
        )  # fmt: skip
        refresh_trouble(view)
        if company:
            if board.name != "document":
                views_corner(view, board)
            view = _rendered(board, view)
        else:
            empty_state(_("There is no company yet"), _("Make one with the command `create_company`, then refresh."))
        stamp(view)

    run.__name__ = board.name
    return st.Page(
        run,
        title=_(board.title),
        icon=board.icon,
        url_path=board.name,
        visibility="hidden" if board.hidden or board.stage > stage or not actor.may(board.permission) else "visible",
    )


def _rendered(board: Board, view: View) -> View:
    """The view that the board was drawn from; a question that is refused is said instead of breaking the page."""
    try:
        return board.render(view) or view
    except Refusal as refusal:
        st.error(refused_because(refusal))
        return view


def _stage(actor: Actor) -> int:
    """The highest stage that the company looked at has switched on; 4 before there is one."""
    try:
        return int(_company(View(actor, current_edition(actor.edition))).get("stage", 4))
    except NothingIsPublished:
        return 4


def _company(view: View) -> dict[str, Any]:
    """The company that the session looks at: as chosen, else the first."""
    rows = view.ask("companies")
    wanted = st.session_state.get("company")
    for row in rows.iter_rows(named=True):
        if wanted is None or row["company_code"] == wanted:
            return row
    return rows.row(0, named=True) if rows.height else {}


def _company_corner(actor: Actor) -> None:
    """A choice of company where there are several."""
    try:
        rows = View(actor, current_edition(actor.edition)).ask("companies")
    except NothingIsPublished:
        return
    names = dict(rows.select("company_code", "company_name").iter_rows())
    if len(names) > 1:
        with st.sidebar:
            choice(_("Company"), list(names), "company", shown=names.__getitem__, optional=False)


def _settle_language(actor: Actor | None) -> None:
    """From the address, else as chosen before, else the user's own, else the browser's."""
    asked = st.query_params.get("lang")
    if "lang" not in st.session_state:
        preferred = actor.language if actor else st.context.locale
        st.session_state["lang"] = asked if asked in LANGUAGES else language_like(preferred)


def _language_switch() -> None:
    with st.sidebar:
        st.segmented_control(
            _("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, key="lang", label_visibility="collapsed",
            required=True,
        )  # fmt: skip
    if st.query_params.get("lang") != language():
        st.query_params["lang"] = language()


def _user_corner(actor: Actor) -> None:
    _language_switch()
    with st.sidebar:
        st.caption(f"{actor.display_name} · {', '.join(said(role) for role in actor.roles)}")
        sign_out_form(language())


main()
