"""What the tests in a real browser share: one Chromium for all of them, because Playwright starts only once in a process."""

import pytest


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright  # only here: most tests run without it

    from tests.browser.chromium import launch_chromium

    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        if browser is None:
            pytest.skip("no Chromium or Chrome on this machine (Debian: apt-get install chromium fonts-dejavu-core)")
        yield browser
        browser.close()
