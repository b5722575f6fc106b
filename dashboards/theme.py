"""How the pages look: few rules on top of Streamlit's own theme, which knows light and dark."""

from pathlib import Path

ICON = Path(__file__).with_name("icon.svg")
OPTIONS = {
    "logger.level": "error",
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "theme.light.primaryColor": "#0f766e",
    "theme.dark.primaryColor": "#2dd4bf",
}

STYLE = """<style>
[data-testid="stMainBlockContainer"] {padding-top: 3.25rem; padding-bottom: 3rem; max-width: 90rem}
h1 {font-size: 1.9rem !important; padding: 0 0 .25rem 0 !important}
[class*="st-key-tiles-"] {display: grid !important; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(max(10rem, (100% - 3rem) / 5), 1fr))}
[class*="st-key-tile-"] {min-width: 0; width: 100% !important; position: relative}
[class*="st-key-basis-of-"] {position: absolute !important; top: .15rem; right: .35rem; width: auto !important}
[class*="st-key-basis-of-"] button {opacity: .35; min-height: 0; padding: .2rem}
[class*="st-key-basis-of-"] button:hover, [class*="st-key-basis-of-"] button:focus-visible {opacity: 1}
[data-testid="stMainBlockContainer"] > div {position: relative}
.st-key-views-corner {position: absolute !important; top: -.1rem; right: 0; width: auto !important; z-index: 5}
[data-testid="stMetric"] {padding: 0 !important}
[data-testid="stMetric"] > div {padding: .7rem .9rem !important}
h3 {font-size: 1.15rem !important; padding: .4rem 0 0 0 !important}
[data-testid="stMetricValue"] {font-size: 1.55rem; font-variant-numeric: tabular-nums}
[class*="st-key-tile-alarm-"] [data-testid="stMetricValue"] {color: #d64545}
[data-testid="stMetricLabel"] * {white-space: normal !important; overflow: visible !important}
[data-testid="stMetricDelta"] {font-size: .8rem; background: none !important; padding-left: 0 !important}
[data-testid="stMetricDelta"] * {overflow: visible !important}
[data-testid="stElementToolbar"] {display: none !important}
[data-testid="stSidebarNav"] {padding-top: .25rem}
@media (max-width: 640px) {
  h1 {font-size: 1.45rem !important}
  .st-key-views-corner {position: static !important; align-self: flex-end}
  [data-testid="stMainBlockContainer"] {padding: 3.4rem .8rem 2rem .8rem}
  [class*="st-key-tiles-"] {grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem}
  [data-testid="stMetricValue"] {font-size: 1.2rem}
}
</style>"""
