"""The server: boards and API from one port, with the headers that keep other sites out."""

from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from dashboards.api import api
from dashboards.theme import OPTIONS

PAGES = Path(__file__).with_name("pages.py")
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class SafeHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def application() -> Any:
    """The ASGI application: Streamlit's pages, and the API under /api."""
    for name, value in OPTIONS.items():
        config.set_option(name, value)
    return st.App(PAGES, routes=[Mount("/api", app=api())], middleware=[Middleware(SafeHeaders)])


def serve(host: str = "127.0.0.1", port: int = 8501) -> None:
    """Serve until interrupted."""
    uvicorn.run(application(), host=host, port=port, log_level="warning", access_log=False, server_header=False)
