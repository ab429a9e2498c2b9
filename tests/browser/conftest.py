"""One Chromium and one JupyterLab server for all browser tests of a worker."""

import pytest

from tests.browser.lab import running_lab


@pytest.fixture(scope="session")
def lab(chromium):
    with running_lab(chromium) as lab:
        yield lab
