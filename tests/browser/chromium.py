"""Find a Chromium that is there already; the tests download none."""

import shutil

from playwright.sync_api import Error

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def launch_chromium(playwright):
    """A headless Chromium or Chrome: from the PATH, else Playwright's own, else an installed Chrome; else None."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    for choice in ([{"executable_path": found}] if found else []) + [{}, {"channel": "chrome"}]:
        try:
            return playwright.chromium.launch(**choice)
        except Error:
            continue
    return None
