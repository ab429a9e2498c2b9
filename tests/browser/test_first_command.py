"""The first command of README.md, run as it is written in a fresh copy of the repository."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request

import pytest

from tests import REPOSITORY
from tests.browser.server import TOKEN, Server, free_port
from tests.readme import blocks

NOTEBOOK = "my_notebooks/00_start_here.ipynb"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the README's first command is for Linux and macOS")


def copy_repository(folder):
    """What a clone would hold if all that is not ignored were committed."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=REPOSITORY, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git clone, so it cannot be told which files belong to the course")
    for name in filter(None, done.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)


def learner_environment(config, port):
    """The environment of somebody at a terminal, with a port and a token that the test knows and no browser window."""
    config.mkdir()
    settings = {
        "ServerApp": {"port": port, "port_retries": 0, "open_browser": False},
        "IdentityProvider": {"token": TOKEN},
    }
    (config / "jupyter_server_config.json").write_text(json.dumps(settings), encoding="utf-8")
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "IMSEARCH_DATA", "JUPYTER_PREFER_ENV_PATH")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"JUPYTER_CONFIG_DIR": str(config), "JUPYTER_RUNTIME_DIR": str(config / "run"), "BROWSER": "true"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a clone, größer")
    copy_repository(folder)
    return folder


@pytest.fixture(scope="module")
def server(course, tmp_path_factory):
    port = free_port()
    environment = learner_environment(tmp_path_factory.mktemp("user") / "config", port)
    command = ["bash", "-c", blocks("bash")[0]]
    server = Server(command, port, course.parent / "first_command.log", patience=300, cwd=course, env=environment)
    yield server
    server.stop()


def test_first_command_serves_notebook_00(server):
    notebook = server.contents(NOTEBOOK)
    assert notebook["type"] == "notebook"
    assert "Start here" in json.dumps(notebook["content"])


def test_first_command_opens_notebook_00(server):
    with urllib.request.urlopen(f"{server.url}/?token={TOKEN}", timeout=30) as opened:
        assert opened.geturl().split("?")[0] == f"{server.url}/lab/tree/{NOTEBOOK}"
    status, page = server.get(f"/lab/tree/{NOTEBOOK}")
    assert status == 200 and "JupyterLab" in page


def test_environment_of_the_first_command_passes_its_own_check(server, course):
    check = "from imsearch_helpers import check_environment; check_environment()"
    python = course / ".venv" / "bin" / "python"
    done = subprocess.run([python, "-c", check], cwd=course / "my_notebooks", capture_output=True, text=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok"] * 4, done.stdout + done.stderr


def test_second_time_it_takes_no_network(server, course):
    command = [sys.executable, "-m", "imsearch_helpers.start", "--version"]
    nowhere = os.environ | {name: "http://127.0.0.1:9" for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")}
    done = subprocess.run(command, cwd=course, env=nowhere | {"PYTHONPATH": ""}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "Installing" not in done.stdout, done.stdout + done.stderr


def test_opening_the_course_leaves_git_clean(server, course):
    kept = {path.name: path.read_bytes() for path in (course / "notebooks").glob("*.ipynb")}
    assert kept == {path.name: path.read_bytes() for path in (REPOSITORY / "notebooks").glob("*.ipynb")}
    assert "my_notebooks/" in (course / ".gitignore").read_text(encoding="utf-8").splitlines()
