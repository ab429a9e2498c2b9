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


# Near-duplicates


@pytest.fixture
def doubled(folder):
    """The folder, with a copy of c.bmp that is larger, and one picture at two sizes."""
    picture = Image.open(folder / "c.bmp")
    picture.resize((32, 24), Image.Resampling.NEAREST).save(folder / "sub" / "c twice.bmp")
    for name in ("black.png", "black too.png"):
        Image.new("RGB", (9, 9)).save(folder / name)
    return folder


def test_duplicates_are_listed_by_group_with_their_scores_and_nothing_is_deleted(doubled, capsys):
    before = {path: path.read_bytes() for path in doubled.rglob("*") if path.is_file()}
    assert main([str(doubled), "--duplicates", "--threshold", "0.95"]) == 0
    printed = capsys.readouterr()
    lines = [line.split("\t") for line in printed.out.splitlines()]
    assert [(number, os.path.relpath(path, doubled)) for number, _, path in lines] == [
        ("1", "black too.png"), ("1", "black.png"), ("2", "c.bmp"), ("2", os.path.join("sub", "c twice.bmp"))
    ]  # fmt: skip
    assert [score == "largest" for _, score, _ in lines] == [True, False, False, True]
    assert lines[1][1] == "1.0000" and 0.95 <= float(lines[2][1]) <= 1
    assert "2 groups, 4 pictures; nothing was deleted" in printed.err
    assert before == {path: path.read_bytes() for path in doubled.rglob("*") if path.is_file()}


def test_duplicates_are_written_as_a_table_and_as_a_picture_again_and_again(doubled, tmp_path, capsys):
    for _ in range(2):
        files = ["--csv", str(tmp_path / "same.csv"), "--picture", str(tmp_path / "same.png")]
        assert main([str(doubled), "--duplicates", *files]) == 0
    assert (tmp_path / "same.csv").read_text(encoding="utf-8").startswith("group,file,score,bytes,largest\n")
    assert Image.open(tmp_path / "same.png").height > 100


@pytest.mark.parametrize("option", ["--csv", "--picture"])
def test_no_file_of_yours_is_overwritten_by_the_list_of_duplicates(doubled, capsys, option):
    before = (doubled / "notes.txt").read_bytes()
    assert main([str(doubled), "--duplicates", option, str(doubled / "notes.txt")]) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and f"{option}: " in printed.err and "is there already" in printed.err and len(printed.err.splitlines()) == 1
    assert (doubled / "notes.txt").read_bytes() == before


def test_a_folder_without_duplicates_has_none_and_no_picture(folder, tmp_path, capsys):
    assert main([str(folder), "--duplicates", "--picture", str(tmp_path / "same.png")]) == 0
    printed = capsys.readouterr()
    assert printed.out == "" and "0 groups, 0 pictures" in printed.err and not (tmp_path / "same.png").exists()


@pytest.mark.parametrize(
    "arguments", [[], ["query.png", "--duplicates"], ["query.png", "--csv", "x.csv"], ["query.png", "--threshold", "0.9"]]
)
def test_a_query_or_duplicates_and_their_options_with_nothing_else(folder, capsys, arguments):
    with pytest.raises(SystemExit, match="2"):
        main([str(folder), *arguments])
    assert "--duplicates" in capsys.readouterr().err


def test_a_threshold_that_cannot_be_is_said_before_the_work(folder, capsys):
    for arguments in (["--threshold", "1.5"], ["--metric", "euclidean"]):
        assert main([str(folder), "--duplicates", *arguments]) == 1
        assert "threshold must be a score of" in (err := capsys.readouterr().err) and len(err.splitlines()) == 1
