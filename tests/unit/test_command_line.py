import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image

from imsearch_helpers import ImageSearchEngine, deep
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


def test_an_option_that_is_none_does_not_reach_the_terminal_as_it_is(capsys):  # a shell puts in names of files
    with pytest.raises(SystemExit):
        main(["pictures", "query.png", "--\x1b[2J.png"])
    assert capsys.readouterr().err.endswith("unrecognized arguments: --\\x1b[2J.png\n")


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
    deep._loaded.cache_clear()  # of networks that other tests have loaded
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


def test_picture_is_never_written_over_a_photo(folder, capsys):
    before = (folder / "c.bmp").read_bytes()
    assert main([str(folder), str(folder / "c.bmp"), "--picture", str(folder / "c.bmp")]) == 1
    assert (folder / "c.bmp").read_bytes() == before and "--picture" in capsys.readouterr().err


def test_picture_of_ours_is_written_again(folder, tmp_path):
    for top_k in ("1", "3"):
        assert main([str(folder), str(folder / "c.bmp"), "--picture", str(tmp_path / "r.png"), "--top-k", top_k]) == 0


def test_bad_output_folder_is_noticed_before_the_work(folder, capsys):
    for option in ("--picture", "--index"):
        assert main([str(folder), str(folder / "c.bmp"), option, str(folder / "no" / "file")]) == 1
        assert f"{option}: there is no folder" in capsys.readouterr().err


def test_index_is_kept_used_and_updated(folder, tmp_path, capsys):
    arguments = [str(folder), str(folder / "c.bmp"), "--index", str(tmp_path / "index"), "--method", "pixels"]
    assert main(arguments) == 0 and "6 new" in capsys.readouterr().err
    (folder / "b.png").unlink()
    assert main(arguments[:-2]) == 0  # the method is in the index
    printed = capsys.readouterr()
    assert "0 new, 0 changed, 1 gone, 5 as before" in printed.err and len(printed.out.splitlines()) == 5


def test_index_of_another_folder_or_method_is_refused(folder, tmp_path, capsys):
    index, query = str(tmp_path / "index"), str(folder / "c.bmp")
    main([str(folder), query, "--index", index])
    assert main([str(folder / "sub"), query, "--index", index]) == 1
    assert "is an index of" in capsys.readouterr().err
    assert main([str(folder), query, "--index", index, "--method", "pixels"]) == 1
    assert "method must be 'histogram'" in capsys.readouterr().err


def test_excluded_is_remembered_by_the_index_until_it_is_emptied(folder, tmp_path, capsys):
    arguments = [str(folder), str(folder / "c.bmp"), "--index", str(tmp_path / "index")]
    for more, said in ((["--exclude", "*.png"], "excluded by '*.png'"), ([], "excluded by '*.png'"), (["--exclude", ""], "1 new")):
        assert main([*arguments, *more]) == 0 and said in capsys.readouterr().err
    assert ImageSearchEngine.load(tmp_path / "index").exclude == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--picture", "r.jpg"], "--picture: a PNG picture is written: end its name in .png, not r.jpg"),
        (["--index", "vectors.JPG"], "--index: no picture is written there: choose another name, not vectors.JPG"),
        (["--duplicates", "--csv", "twice.png"], "--csv: no picture is written there"),
        (["--picture", "same", "--index", "./same"], "--picture, --index must be different files"),
    ],
)
def test_names_that_would_mislead_or_collide_are_refused_before_any_work(folder, capsys, monkeypatch, tmp_path, arguments, reason):
    monkeypatch.chdir(tmp_path)
    query = [] if "--duplicates" in arguments else [str(folder / "c.bmp")]
    assert main([str(folder), *query, *arguments]) == 1
    assert reason in (err := capsys.readouterr().err) and len(err.splitlines()) == 1 and not list(tmp_path.glob("*.*"))


def test_list_is_printed_also_where_the_index_cannot_be_kept(folder, tmp_path, capsys, monkeypatch):
    def full(engine, path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(ImageSearchEngine, "save", full)
    assert main([str(folder), str(folder / "c.bmp"), "--index", str(tmp_path / "index")]) == 1
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 5 and "the index is not kept: [Errno 28] No space left on device" in printed.err


def test_excluded_and_left_out_are_counted(folder, capsys):
    (folder / "raw.cr2").write_bytes(b"")
    assert main([str(folder), str(folder / "c.bmp"), "--exclude", "sub", "--exclude", "*.png"]) == 0
    err = capsys.readouterr().err
    assert "CR2, not read here" in err and "excluded by '*.png'" in err and "excluded by 'sub'" in err


def sixty_pictures(folder, size):
    Image.effect_noise((size, size), 80).save(folder / "0.png", compress_level=1)
    for number in range(1, 60):
        shutil.copy(folder / "0.png", folder / f"{number}.png")


STOPPED = [["SIGINT"], ["SIGTERM"], ["SIGHUP"], ["SIGINT", "SIGINT", "SIGTERM"]]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to a program there")
@pytest.mark.parametrize("signals", STOPPED, ids="+".join)
def test_interruption_is_one_line_and_keeps_what_was_read(tmp_path, signals):
    sixty_pictures(tmp_path, 1500)
    command = [sys.executable, "-m", "imsearch_helpers", str(tmp_path), str(tmp_path / "0.png"), "--index", str(tmp_path / "index")]
    running = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    seen = b""
    while not re.search(rb"\| [1-9]\d*/60", seen):
        assert running.poll() is None, seen
        seen += running.stderr.read1()
    for name in signals:
        os.killpg(running.pid, getattr(signal, name))
        time.sleep(0.02)
    rest = seen + running.stderr.read()
    assert running.wait(20) == 130 and b"Traceback" not in rest and b"the same command goes on from there" in rest
    assert 0 < len(ImageSearchEngine.load(tmp_path / "index").image_paths) < 60


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe ends in another way there")
def test_closed_pipe_of_the_bar_keeps_what_was_read(tmp_path):
    sixty_pictures(tmp_path, 600)
    command = [sys.executable, "-m", "imsearch_helpers", str(tmp_path), str(tmp_path / "0.png"), "--index", str(tmp_path / "index")]
    running = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    seen = b""
    while not re.search(rb"\| [1-9]\d*/60", seen):
        assert running.poll() is None, seen
        seen += running.stderr.read1()
    running.stderr.close()
    running.wait(60)
    assert 0 < len(ImageSearchEngine.load(tmp_path / "index").image_paths)


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe ends in another way there")
def test_reader_of_the_list_who_has_seen_enough_is_no_error_and_files_are_written(doubled, tmp_path):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "imsearch_helpers", str(doubled), "--duplicates", "--csv", str(tmp_path / "same.csv")]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert done.returncode == 0 and b"rror" not in done.stderr and (tmp_path / "same.csv").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell there closes no stream")
@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_closed_stream_is_no_reason_to_stop(folder, tmp_path, closed):
    command = f"'{sys.executable}' -m imsearch_helpers '{folder}' '{folder}/c.bmp' --index '{tmp_path}/index' {closed}"
    assert subprocess.run(command, shell=True, cwd=REPOSITORY, capture_output=True).returncode == 0
    assert len(ImageSearchEngine.load(tmp_path / "index").image_paths) == 6


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


def test_one_group_is_one_and_a_picture_without_matplotlib_says_at_once_how_to_get_it(folder, tmp_path, monkeypatch, capsys):
    shutil.copy(folder / "c.bmp", folder / "c twice.bmp")
    assert main([str(folder), "--duplicates"]) == 0 and "\n1 group, 2 pictures; nothing" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for what in (["--duplicates"], [str(folder / "c.bmp")]):
        assert main([str(folder), *what, "--picture", str(tmp_path / "same.png")]) == 1
        printed = capsys.readouterr()
        assert re.match(r"imsearch_helpers: --picture needs matplotlib, .* run this .* -c constraints.txt -e \"\.\"$", printed.err)
        assert printed.out == ""


def test_a_folder_without_duplicates_has_none_and_no_picture(folder, tmp_path, capsys):
    assert main([str(folder), "--duplicates", "--picture", str(tmp_path / "same.png")]) == 0
    printed = capsys.readouterr()
    assert printed.out == "" and "0 groups, 0 pictures; nothing was deleted; no picture is written" in printed.err and not (tmp_path / "same.png").exists()


@pytest.mark.parametrize(
    "arguments", [[], ["query.png", "--duplicates"], ["query.png", "--csv", "x.csv"], ["query.png", "--threshold", "0.9"], ["--duplicates", "--top-k", "3"]]
)
def test_a_query_or_duplicates_and_their_options_with_nothing_else(folder, capsys, arguments):
    with pytest.raises(SystemExit, match="2"):
        main([str(folder), *arguments])
    assert "--duplicates" in capsys.readouterr().err


def test_a_threshold_that_cannot_be_is_said_before_the_work(folder, capsys):
    for arguments in (["--threshold", "1.5"], ["--metric", "euclidean"]):
        assert main([str(folder), "--duplicates", *arguments]) == 1
        assert "threshold must be a score of" in (err := capsys.readouterr().err) and len(err.splitlines()) == 1


def test_duplicates_by_the_index_of_another_method_only_when_it_is_named(doubled, tmp_path, capsys):
    index = ["--index", str(tmp_path / "index")]
    main([str(doubled), str(doubled / "c.bmp"), *index])
    assert main([str(doubled), "--duplicates", *index]) == 1 and "method must be 'histogram'" in capsys.readouterr().err
    assert main([str(doubled), "--duplicates", *index, "--method", "histogram"]) == 0
