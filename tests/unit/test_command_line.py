import os
import subprocess
import sys

import pytest
from PIL import Image

from imsearch_helpers.__main__ import main
from tests import REPOSITORY


def ranked(capsys):
    return [line.split("\t") for line in capsys.readouterr().out.splitlines()]


def test_prints_place_score_and_path(folder, capsys):
    assert main([str(folder), str(folder / "c.bmp"), "--top-k", "3"]) == 0
    lines = ranked(capsys)
    assert [place for place, _, _ in lines] == ["1", "2", "3"]
    assert lines[0] == ["1", "1.0000", str(folder / "c.bmp")]


@pytest.mark.parametrize("method", ["pixels", "histogram", "root_histogram"])
def test_method_and_metric_can_be_chosen(folder, capsys, method):
    assert main([str(folder), str(folder / "c.bmp"), "--method", method, "--metric", "euclidean"]) == 0
    assert ranked(capsys)[0] == ["1", "0.0000", str(folder / "c.bmp")]


def test_skipped_pictures_and_progress_go_to_stderr(folder, capsys):
    (folder / "cut.png").write_bytes(b"")
    main([str(folder), str(folder / "c.bmp")])
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 5
    assert "cut.png: the file is empty" in printed.err and "7/7 pictures" in printed.err


def test_picture_of_the_ranking_is_written(folder, tmp_path):
    assert main([str(folder), str(folder / "c.bmp"), "--picture", str(tmp_path / "ranking.png")]) == 0
    assert Image.open(tmp_path / "ranking.png").width > 100


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing", "{folder}/c.bmp"], "there is no folder 'nothing'"),
        (["{folder}/c.bmp", "{folder}/c.bmp"], "is a file; a folder of pictures is needed"),
        (["{folder}", "gone.png"], "gone.png: No such file"),
        (["{folder}", "{folder}/notes.txt"], "not a JPEG"),
        (["{folder}", "{folder}/c.bmp", "--top-k", "0"], "--top-k must be at least 1, not 0"),
    ],
)
def test_what_cannot_work_is_one_line_on_stderr_before_any_work(folder, capsys, arguments, reason):
    assert main([argument.format(folder=folder) for argument in arguments]) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and reason in printed.err and len(printed.err.splitlines()) == 1


@pytest.mark.parametrize("method", ["deep", "small_network"])
def test_network_without_its_packages_is_one_line_with_the_remedy_before_any_work(folder, capsys, monkeypatch, method):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert main([str(folder), str(folder / "c.bmp"), "--method", method]) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and len(printed.err.splitlines()) == 1 and '-e ".[extensions]"' in printed.err


@pytest.mark.parametrize("arguments", [["--method", "nothing"], ["--metric", "nothing"], ["--top-k", "2.5"]])
def test_unknown_choice_is_refused_with_the_usage(folder, capsys, arguments):
    with pytest.raises(SystemExit, match="2"):
        main([str(folder), str(folder / "c.bmp"), *arguments])
    assert "usage: python -m imsearch_helpers" in capsys.readouterr().err


def test_terminal_without_the_letters_of_a_name_gets_escapes(folder):
    (folder / "c.bmp").rename(folder / "köttbullar 🍎.bmp")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "imsearch_helpers", str(folder), str(folder / "köttbullar 🍎.bmp"), "--top-k", "1"]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("k\\xf6ttbullar \\U0001f34e.bmp")
