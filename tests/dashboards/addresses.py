"""How Streamlit names a page: by a hash of its address."""

from streamlit.util import calc_hash


def page_hash(address: str) -> str:
    """What a browser sends for the page at that address."""
    return calc_hash(address)
