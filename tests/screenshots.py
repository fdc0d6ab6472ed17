"""The pictures of the README, taken from the demo in a real browser: `make screenshots`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
WIDE, NARROW = {"width": 1200, "height": 860}, {"width": 390, "height": 760}

SHOTS = (
    ("overview", "/", WIDE, "light"),
    ("exchange", "/exchanges/x1", WIDE, "light"),
    ("findings", "/findings?q=обмін", WIDE, "dark"),
    ("finding", "/findings/f1", WIDE, "light"),
    ("sources", "/sources", WIDE, "light"),
    ("narrow", "/exchanges", NARROW, "dark"),
)
"""Name, page, window, colours."""


def main() -> int:
    """Run the demo, serve it, take the pictures."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("the pictures need Debian's chromium: apt-get install chromium", file=sys.stderr)
        return 3
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="swapwatch-pictures-") as scratch:
        subprocess.run([COMMAND, "demo", "--keep", scratch], check=True, stdout=subprocess.DEVNULL)
        serve = [COMMAND, "serve", "--port", "0", "--config", f"{scratch}/config.yaml"]
        with subprocess.Popen(serve, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert process.stderr is not None
                match = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
                assert match
                take(match.group(), chromium)
            finally:
                process.terminate()
    return 0


def take(site: str, chromium: str) -> None:
    """Save a picture of each page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        for name, path, window, colours in SHOTS:
            context = browser.new_context(viewport=window, color_scheme=colours)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(site + path)
            page.screenshot(path=PICTURES / f"{name}.png")
            print(f"docs/pictures/{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
