"""The first command, without what takes minutes: tests/browser/test_first_command.py runs it for real."""

import ast
import sys
from types import SimpleNamespace

import pytest

from imsearch_helpers import start
from tests import REPOSITORY


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course without an environment, in which programs are only written down; `works` says what is installed."""
    (tmp_path / "notebooks").mkdir()
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(start, "ROOT", tmp_path)
    for name, file in (("ENVIRONMENT", ""), ("RECORD", "course.json"), ("UNFINISHED", "unfinished")):
        monkeypatch.setattr(start, name, tmp_path / ".venv" / file)
    course = SimpleNamespace(folder=tmp_path, ran=[], works=[])

    def run(command, show=()):
        course.ran.append(command[2] if command[2] == "venv" else command[-1])
        if command[2] == "venv":
            (tmp_path / ".venv").mkdir()
        got = {".": [""], ".[site]": ["", "[site]"], ".[test]": list(start.EXTRAS)}.get(command[-1], [])
        course.works = [start.NEEDED, "pip", *(start.NEEDED + start.EXTRAS[extra][1] for extra in got)]

    monkeypatch.setattr(start, "run", run)
    monkeypatch.setattr(start, "works", lambda modules: modules in course.works)
    return course


@pytest.mark.parametrize("file", ["start.py", "__init__.py"])
def test_an_old_python_can_read_it(file):
    ast.parse((REPOSITORY / "imsearch_helpers" / file).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_it_imports_nothing_but_the_standard_library():
    tree = ast.parse((REPOSITORY / "imsearch_helpers" / "start.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= sys.stdlib_module_names


def test_an_old_python_is_told_what_is_needed_and_where_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 2))
    assert start.main([]) == 1
    assert capsys.readouterr().err == (
        "Python 3.11 or newer is needed, this is 3.9. Get one from https://www.python.org/downloads/ and start with it.\n")  # fmt: skip


def test_the_package_alone_cannot_start(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(start, "ROOT", tmp_path)
    assert start.main([]) == 1
    assert "Start in the folder of the course" in capsys.readouterr().err


def test_the_first_time_everything_is_made_and_the_second_time_nothing(course):
    start.set_up("")
    assert course.ran == ["venv", "."]
    start.set_up("")
    assert course.ran == ["venv", "."] and not start.UNFINISHED.exists()


def test_what_the_tests_need_is_added_and_serves_the_course_as_well(course):
    start.set_up("")
    start.set_up("[test]")
    start.set_up("")
    assert course.ran == ["venv", ".", ".[test]"]


def test_what_the_site_needs_is_added_and_what_the_tests_need_serves_the_site_as_well(course):
    start.set_up("[site]")
    start.set_up("")
    assert course.ran == ["venv", ".[site]"]
    start.set_up("[test]")
    start.set_up("[site]")
    assert course.ran == ["venv", ".[site]", ".[test]"]


def test_the_site_is_built_where_one_says(course, monkeypatch):
    commands = []
    monkeypatch.setattr(start, "hand_over", commands.append)
    start.main(["--site", "public"])
    assert course.ran == ["venv", ".[site]"]
    assert commands[0][1:] == [str(course.folder / "notebooks" / "site"), "public"]


def test_changed_requirements_are_installed(course):
    start.set_up("")
    (course.folder / "constraints.txt").write_text("other", encoding="utf-8")
    start.set_up("")
    assert course.ran == ["venv", ".", "."]


def test_an_interrupted_installation_is_made_anew(course, monkeypatch):
    def interrupted(command, show=()):
        (course.folder / ".venv").mkdir(exist_ok=True)
        if show:
            raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(start, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            start.set_up("")
    (course.folder / ".venv" / "half.txt").touch()
    start.set_up("")
    assert course.ran == ["venv", "."] and not (course.folder / ".venv" / "half.txt").exists()


def test_an_environment_that_does_not_run_is_made_anew(course):
    (course.folder / ".venv").mkdir()
    (course.folder / ".venv" / "of an older Python").touch()
    start.set_up("")
    assert course.ran == ["venv", "."] and not (course.folder / ".venv" / "of an older Python").exists()


def test_an_environment_made_by_hand_is_left_alone(course):
    (course.folder / ".venv").mkdir()
    course.works = [start.NEEDED]
    start.set_up("")
    assert course.ran == []


@pytest.mark.parametrize(("said", "remedy"), [
    ("WARNING: Retrying (...) NewConnectionError('...: Temporary failure in name resolution')", "There is no network"),
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
    ("[Errno 30] Read-only file system: '.venv'", "This folder cannot be written"),
    ("PermissionError: [Errno 13] Permission denied: '.venv'", "This folder cannot be written"),
    ("OSError: [WinError 206] The filename or extension is too long", "The path of this folder is too long"),
    ("The virtual environment was not created successfully because ensurepip is not available.", "apt-get install python3-venv"),
    ("one\ntwo\nthree\nfour\n", "What was said last:\n  two\n  three\n  four"),
])  # fmt: skip
def test_every_trouble_has_its_remedy(said, remedy):
    assert remedy in start.explained(said)


def test_a_folder_that_cannot_be_written_is_one_sentence(course, monkeypatch, capsys):
    def refuse(*anything):
        raise OSError(30, "Read-only file system", ".venv")

    monkeypatch.setattr(start, "run", refuse)
    assert start.main([]) == 1
    assert capsys.readouterr().err == "This folder cannot be written. Copy the course to a folder of your own.\n"


def test_further_arguments_are_for_jupyterlab():
    assert start.options_in(["--port=1", "--fresh", "03", "--no-browser"]) == (["03"], ["--port=1", "--no-browser"])
    with pytest.raises(start.Problem, match="--fresh needs the number of a notebook"):
        start.options_in(["--fresh"])


@pytest.mark.parametrize(("user", "as_root"), [(0, True), (1000, False)])
def test_jupyterlab_gets_what_it_needs(course, monkeypatch, user, as_root):
    (course.folder / "notebooks" / "00_start_here.ipynb").write_text('{"cells": []}', encoding="utf-8")
    commands = []
    monkeypatch.setattr(start, "hand_over", commands.append)
    monkeypatch.setattr(start.os, "geteuid", lambda: user, raising=False)
    start.open_course([], ["--port=8890"])
    assert ("--allow-root" in commands[0]) == as_root and commands[0][-1] == "--port=8890"
    assert (course.folder / "my_notebooks" / "00_start_here.ipynb").is_file()
    with pytest.raises(start.Problem, match="fresh must be how a notebook's name begins"):
        start.open_course(["99"], [])


def test_a_program_s_failure_is_a_problem_with_its_last_words():
    with pytest.raises(start.Problem, match="What was said last:\n  a last word"):
        start.run([sys.executable, "-c", "print('a last word'); raise SystemExit(2)"])
