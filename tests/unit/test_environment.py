import shutil
import tomllib

import pytest

from imsearch_helpers import environment
from imsearch_helpers.collection import data_dir
from tests import REPOSITORY


@pytest.fixture
def small_course(tmp_path, monkeypatch):
    """A course of three files, with the checksum that sha256sum gives for 'ab' + 'c'."""
    data = tmp_path / "data"
    (data / "products").mkdir(parents=True)
    (data / "products.csv").write_text("a", encoding="utf-8")
    (data / "products" / "product_000.jpg").write_text("b", encoding="utf-8")
    (data / "products" / "product_001.jpg").write_text("c", encoding="utf-8")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B: "abc"
    (data / "products.sha256").write_text(known + "\n", encoding="utf-8")
    monkeypatch.setenv("IMSEARCH_DATA", str(data))
    return tmp_path


def printed_lines(capsys):
    environment.check_environment()
    return capsys.readouterr().out.splitlines()


def test_four_lines_begin_with_what_they_mean(capsys):
    lines = printed_lines(capsys)
    assert [line[:6].strip() in ("ok", "note", "MEND") for line in lines] == [True] * 4
    assert [line[6:].split(":")[0] for line in lines] == ["Python", "packages", "pictures", "widgets"]


def test_shipped_pictures_have_the_published_checksum():
    assert environment._check_pictures() == ("ok", "pictures: 1,000 products, complete and unchanged")


def test_checksum_runs_over_the_table_and_then_the_pictures_by_name(small_course):
    assert environment._check_pictures()[0] == "ok"


@pytest.mark.parametrize("damage", ["change", "add", "remove"])
def test_damaged_collection_is_reported_with_its_folder(small_course, damage):
    products = small_course / "data" / "products"
    if damage == "change":
        (products / "product_000.jpg").write_text("x", encoding="utf-8")
    elif damage == "add":
        shutil.copy(products / "product_000.jpg", products / "holiday.jpg")
    else:
        (products / "product_000.jpg").unlink()
    status, text = environment._check_pictures()
    assert status == "MEND" and str(data_dir()) in text and "clone the course again" in text


def test_missing_collection_is_reported_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("IMSEARCH_DATA", str(tmp_path))
    status, text = environment._check_pictures()
    assert status == "MEND" and "IMSEARCH_DATA" in text


def test_other_version_is_a_note_with_both_versions(small_course):
    pins = "\n".join(f"{name}=={environment._installed_version(name)}" for name in environment.PACKAGES)
    (small_course / "constraints.txt").write_text(pins, encoding="utf-8")
    assert environment._check_packages()[0] == "ok"
    (small_course / "constraints.txt").write_text(pins + "\nnumpy==1.0 ; python_version > '3'", encoding="utf-8")
    status, text = environment._check_packages()
    assert status == "note" and ", not 1.0" in text and "pip install -c constraints.txt" in text


def test_pinned_versions_are_read_with_and_without_a_condition(tmp_path):
    file = tmp_path / "constraints.txt"
    file.write_text("# made==1.0\nnumpy==2.4.6\nzipp==4.1.2 ; python_full_version < '3.12'\n\n-e .\n", encoding="utf-8")
    assert environment.pinned_versions(file) == {"numpy": "2.4.6", "zipp": "4.1.2"}


def test_missing_constraints_are_a_note(small_course):
    assert environment._check_packages()[0] == "note"


def test_missing_package_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(environment, "PACKAGES", ("numpy", "no-such-package"))
    status, text = environment._check_packages()
    assert status == "MEND" and "no-such-package not installed" in text and "pip install" in text


def test_old_python_is_named_with_the_needed_one(monkeypatch):
    monkeypatch.setattr(environment, "OLDEST_PYTHON", (4, 0))
    status, text = environment._check_python()
    assert status == "MEND" and "the course needs 4.0" in text


@pytest.mark.parametrize("missing", ["ipywidgets", "jupyterlab_widgets"])
def test_missing_widgets_are_named(monkeypatch, missing):
    monkeypatch.setattr(environment.util, "find_spec", lambda name: None if name == missing else "found")
    status, text = environment._check_widgets()
    assert status == "MEND" and f"widgets: {missing} not installed; run this in the course's folder" in text


def test_outside_jupyterlab_there_is_no_false_alarm(monkeypatch, small_course):
    (small_course / "constraints.txt").write_text("", encoding="utf-8")
    here = environment._installed_version
    monkeypatch.setattr(environment, "_installed_version", lambda name: None if name == "jupyterlab" else here(name))
    monkeypatch.setattr(environment.util, "find_spec", lambda name: None if name.startswith("jupyterlab") else "found")
    status, text = environment._check_widgets()
    assert environment._check_packages()[0] != "MEND" and status == "note" and "this is not the course's JupyterLab" in text


def test_checked_packages_are_the_plain_requirements_and_the_oldest_python_is_pyproject_s():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [requirement.split(">")[0] for requirement in project["dependencies"]] == list(environment.PACKAGES)
    assert project["requires-python"] == ">=" + ".".join(map(str, environment.OLDEST_PYTHON))


def test_in_a_browser_its_own_versions_are_fine_and_no_editor_is_missed(monkeypatch, capsys):
    monkeypatch.setattr(environment, "IN_BROWSER", True)
    monkeypatch.setattr(environment, "_installed_version", {"numpy": "2.2.5"}.get)
    environment.check_environment()
    lines = capsys.readouterr().out.splitlines()
    assert "NumPy 2.2.5" in lines[1] and [line.split()[0] for line in lines] == ["ok"] * 4
