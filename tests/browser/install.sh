#!/bin/sh
# Installs Chromium and a Chinese font for the browser tests where apt-get and root are at hand. Never fails: without
# them the browser tests are skipped, and this says so.
set -u

found() {
    [ -n "${BIHUAN_CHROMIUM:-}" ] && return 0
    for name in chromium chromium-browser google-chrome-stable google-chrome microsoft-edge; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    [ -d "/Applications/Google Chrome.app" ] || [ -d "/Applications/Chromium.app" ]
}

chinese_font() {
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh file 2>/dev/null | head -n 1)" ]
}

if found && { chinese_font || [ "$(id -u)" -ne 0 ]; }; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "no Chromium here, and it cannot be installed without root and apt-get: the browser tests are SKIPPED"
    exit 0
fi
echo "installing Chromium and a Chinese font for the browser tests (apt-get)"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
{ timeout 120 apt-get update && timeout 600 apt-get install -y --no-install-recommends chromium fonts-noto-cjk; } >"$log" 2>&1 </dev/null
if ! found; then
    tail -n 3 "$log"
    echo "Chromium could not be installed: the browser tests are SKIPPED"
elif ! chinese_font; then
    echo "no Chinese font could be installed: pictures of pages show boxes instead of characters"
fi
rm -f "$log"
exit 0
