"""Signing in: a form that posts to the API, which answers with the session's cookie; pages only read that cookie."""

import html
from urllib.parse import urlencode, urlsplit

import streamlit as st

from dashboards.door import SESSION_COOKIE, door
from dashboards.language import _, language, noted
from transactions.kernel.refusal import Refusal
from transactions.kernel.sessions import session_actor
from transactions.kernel.users import Actor

REFUSED = {
    "NotSignedIn": noted("The name or the password is wrong."),
    "TooManyAttempts": noted("Too many attempts; try again in a few minutes."),
    "TooManyRequests": noted("Too many attempts; try again in a few minutes."),
}
STYLE = """<style>
form.bihuan {max-width: 22rem; display: flex; flex-direction: column; gap: .9rem; font-family: inherit}
form.bihuan input {padding: .6rem .75rem; border: 1px solid rgba(128,128,128,.4); border-radius: .5rem; font-size: 1rem;
  background: transparent; color: inherit}
form.bihuan button {padding: .65rem; border: 0; border-radius: .5rem; background: #0f766e; color: white;
  font-size: 1rem; cursor: pointer}
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


def here() -> str:
    """Path and filters of the address that the browser shows, without a refusal."""
    query = {name: value for name, value in st.query_params.to_dict().items() if name != "refused"}
    query["lang"] = language()
    path = urlsplit(st.context.url or "").path or "/"
    if path.endswith("/sign_in"):
        path = "/"
    return f"{path}?{urlencode(query)}"


def sign_in_page() -> None:
    """What a stranger sees."""
    st.title(_("Bihuan 闭环"), anchor=False)
    st.markdown(_("Every order's real cost, profit and delivery date."))
    refused = st.query_params.get("refused", "")
    if refused:
        st.error(_(REFUSED.get(refused, noted("Signing in was refused."))))
    st.html(
        f"""{STYLE}<form class="bihuan" method="post" action="/api/session">
        <input type="hidden" name="next_page" value="{html.escape(here())}">
        <label>{html.escape(_("User name"))}<input name="username" autocomplete="username" required></label>
        <label>{html.escape(_("Password"))}
        <input name="password" type="password" autocomplete="current-password" required></label>
        <button type="submit">{html.escape(_("Sign in"))}</button></form>"""
    )


def sign_out_form(chosen: str = "") -> None:
    """A button that ends the session."""
    st.html(
        '<form method="post" action="/api/session/end">'
        f'<input type="hidden" name="lang" value="{html.escape(chosen or language())}">'
        '<button type="submit" style="border:0;background:none;color:inherit;opacity:.7;cursor:pointer;padding:0;'
        f'font:inherit;text-decoration:underline">{html.escape(_("Sign out"))}</button></form>'
    )
