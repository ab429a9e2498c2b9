"""One Chromium and one JupyterLab server for all browser tests of a worker."""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch_chromium
from tests.browser.lab import running_lab


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        if browser is None:
            pytest.skip("no Chromium or Chrome on this machine (Debian: apt-get install chromium fonts-dejavu-core)")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(chromium):
    with running_lab(chromium) as lab:
        yield lab
