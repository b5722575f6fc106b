"""Signing in: a form that posts to the API, which answers with the session's cookie; pages only read that cookie."""

import html

import streamlit as st

from dashboards.door import SESSION_COOKIE, door
from dashboards.language import _
from transactions.kernel.refusal import Refusal
from transactions.kernel.sessions import session_actor
from transactions.kernel.users import Actor

REFUSED = {
    "NotSignedIn": "The name or the password is wrong.",
    "TooManyAttempts": "Too many attempts; try again in a few minutes.",
}
STYLE = """<style>
form.bihuan {max-width: 22rem; display: flex; flex-direction: column; gap: .75rem; font-family: inherit}
form.bihuan input {padding: .6rem .75rem; border: 1px solid rgba(128,128,128,.4); border-radius: .5rem; font-size: 1rem;
  background: transparent; color: inherit}
form.bihuan button {padding: .6rem; border: 0; border-radius: .5rem; background: #0f766e; color: white; font-size: 1rem;
  cursor: pointer}
form.bihuan label {font-size: .875rem; display: flex; flex-direction: column; gap: .25rem}
</style>"""


def signed_in_actor() -> Actor | None:
    """Whose session the browser's cookie names, or None."""
    token = st.context.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    try:
        return session_actor(door(), token)
    except Refusal:
        return None


def sign_in_page() -> None:
    """What a stranger sees."""
    st.title(_("Bihuan 闭环"))
    st.caption(_("Every order's real cost, profit and delivery date."))
    refused = st.query_params.get("refused", "")
    if refused:
        st.error(_(REFUSED.get(refused, "Signing in was refused.")))
    st.html(
        f"""{STYLE}<form class="bihuan" method="post" action="/api/session">
        <input type="hidden" name="next_page" value="/">
        <label>{html.escape(_("User name"))}<input name="username" autocomplete="username" required></label>
        <label>{html.escape(_("Password"))}
        <input name="password" type="password" autocomplete="current-password" required></label>
        <button type="submit">{html.escape(_("Sign in"))}</button></form>"""
    )
