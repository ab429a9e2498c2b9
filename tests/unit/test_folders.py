"""list_folder: every file below a folder is accounted for."""

import contextlib
import os
import sys

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers import ImageSearchEngine, RobustImageProcessor
from imsearch_helpers.folders import ImportReport, ReportRow, find_images, list_folder


def fill(folder, *names):
    """Files of these names; those whose suffix is a picture's hold one."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            Image.fromarray(np.full((4, 4, 3), 7 * number, dtype=np.uint8)).save(file, "png")


def seen_from(folder, paths):
    return [os.path.relpath(path, folder).replace(os.sep, "/") for path in paths]


@pytest.mark.skipif(os.name == "nt", reason="Windows takes blanks and dots away from the end of a name")
def test_blanks_and_dots_behind_a_name_do_not_hide_a_picture(tmp_path):
    fill(tmp_path, "a.jpg ", "b.png.", "c.JPG. .", "d.gif\u00a0")
    assert len(list_folder(tmp_path).pictures) == 4
    assert len(ImageSearchEngine(tmp_path).index_images().image_paths) == 4


def test_hidden_files_are_left_out_and_named(tmp_path):
    fill(tmp_path, "a.jpg", ".b.jpg", "._a.jpg", ".jpg")
    listing = list_folder(tmp_path)
    assert seen_from(tmp_path, listing.pictures) == ["a.jpg"]
    assert [(os.path.basename(path), why) for path, why in listing.left_out] == [
        ("._a.jpg", "hidden"), (".b.jpg", "hidden"), (".jpg", "hidden")]  # fmt: skip


@pytest.mark.parametrize("place", [".thumbnails", "@eaDir", ".Trash-1000/files", "__MACOSX", "$RECYCLE.BIN", "a/.hidden/b"])
def test_pictures_of_other_programs_are_left_out_and_counted(tmp_path, place):
    fill(tmp_path, "a.jpg", f"{place}/x.jpg", f"{place}/y.png", f"{place}/deeper/z.heic", f"{place}/index.db")
    listing = list_folder(tmp_path)
    assert len(listing.pictures) == 1 and len(listing.left_out) == 3 and listing.others == {}
    assert all("in the folder" in why for _, why in listing.left_out)


def test_hidden_folder_can_be_the_folder_itself(tmp_path):
    fill(tmp_path, ".pictures/a.jpg")
    assert len(find_images(tmp_path / ".pictures")) == 1


@pytest.mark.parametrize("exclude", [["drafts"], ["DRAFTS"], ["draft*"], ["2019/drafts"], ["2019/drafts/"], ["*drafts*"], ["./2019/drafts"], iter(["drafts"]), ["one.jpg", "two.jpg"]])
def test_exclude_takes_names_patterns_and_paths(tmp_path, exclude):
    fill(tmp_path, "2019/drafts/one.jpg", "2019/drafts/two.jpg", "2019/good.jpg")
    listing = list_folder(tmp_path, exclude)
    assert seen_from(tmp_path, listing.pictures) == ["2019/good.jpg"] and len(listing.left_out) == 2


@pytest.mark.parametrize("exclude", ["drafts", b"drafts", [1], [None]])
def test_exclude_that_is_no_list_of_texts_is_refused(tmp_path, exclude):
    with pytest.raises(TypeError, match="exclude must be a list of names"):
        ImageSearchEngine(tmp_path, exclude=exclude)


def test_kinds_that_are_not_read_are_named_with_the_remedy(tmp_path):
    fill(tmp_path, "a.jpg", "b.psd", "c.CR2", "notes.txt", "more.TXT", "README")
    listing = list_folder(tmp_path)
    assert [why for _, why in listing.left_out] == ["PSD, not read here: export as JPEG", "CR2, not read here: export as JPEG"]
    assert listing.others == {".txt": 2, "": 1}
    assert str(ImageSearchEngine(tmp_path).index_images().report) == (
        "3 files: 1 kept, 0 repaired, 0 rejected, 2 left out (1 PSD, not read here: export as JPEG; "
        "1 CR2, not read here: export as JPEG); no pictures: without suffix 1, .txt 2"
    )


def test_folder_of_nothing_that_is_read_says_what_is_there(tmp_path):
    fill(tmp_path, "a.psd", "b.psd", "clip.mov")
    with pytest.raises(ValueError, match=r"no pictures in .*: 2 files: .*2 left out \(2 PSD, not read here.*no pictures: .mov 1"):
        ImageSearchEngine(tmp_path).index_images()


def test_link_to_a_folder_is_named(tmp_path):
    fill(tmp_path, "album/a.jpg", "elsewhere/b.jpg")
    try:
        (tmp_path / "album" / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    except OSError:
        pytest.skip("no links to folders here")
    assert list_folder(tmp_path / "album").left_out == [
        (str(tmp_path / "album" / "link"), "link to a folder, which is not followed")
    ]


def unreadable(monkeypatch, path):
    """As root nothing is unreadable, so the system's answer is given here."""
    really = os.scandir

    def scandir(place):
        if os.fspath(place) == str(path):
            raise PermissionError(13, "Permission denied", place)
        return really(place)

    monkeypatch.setattr(os, "scandir", scandir)


def test_name_with_brackets_excludes_just_that_name(tmp_path):
    fill(tmp_path, "[a] trip/1.jpg", "a trip/2.jpg")
    assert seen_from(tmp_path, list_folder(tmp_path, ["[a] trip"]).left_out[0][:1]) == ["[a] trip/1.jpg"]


def test_junction_of_windows_is_a_link(tmp_path, monkeypatch):
    fill(tmp_path, "a.jpg", "junction/b.jpg")
    really = os.scandir

    class Entry:
        def __init__(self, entry):
            self.name, self.path, self.is_dir, self.is_symlink = entry.name, entry.path, entry.is_dir, entry.is_symlink

        def is_junction(self):
            return self.name == "junction"

    @contextlib.contextmanager
    def scandir(place):
        with really(place) as entries:
            yield map(Entry, entries)

    monkeypatch.setattr(os, "scandir", scandir)
    listing = list_folder(tmp_path)
    assert len(listing.pictures) == 1 and "link to a folder" in listing.left_out[0][1]


def test_folder_that_cannot_be_opened_is_named(tmp_path, monkeypatch):
    fill(tmp_path, "a.jpg", "closed/b.jpg")
    unreadable(monkeypatch, tmp_path / "closed")
    listing = list_folder(tmp_path)
    assert len(listing.pictures) == 1
    assert listing.left_out == [(str(tmp_path / "closed"), "folder that cannot be opened: Permission denied")]


def test_top_folder_that_cannot_be_opened_is_an_error(tmp_path, monkeypatch):
    unreadable(monkeypatch, tmp_path)
    with pytest.raises(PermissionError, match="image_dir: this folder cannot be opened"):
        ImageSearchEngine(tmp_path).index_images()


@pytest.mark.skipif(sys.platform != "linux", reason="made by way of the current folder, as Linux allows it")
def test_name_that_became_too_long_is_named(tmp_path, monkeypatch):
    fill(tmp_path, "a.jpg")
    monkeypatch.chdir(tmp_path)
    for _ in range(20):
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    listing = list_folder(tmp_path)
    assert len(listing.pictures) == 1 and "File name too long" in listing.left_out[0][1]


def test_pattern_as_folder_says_what_to_give(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder .*patterns are not followed: give the folder, and exclude="):
        ImageSearchEngine(tmp_path / "*.jpg").index_images()


@pytest.mark.parametrize("image_dir", [["a.jpg", "b.jpg"], None, 7, ("folder",)])
def test_anything_but_a_folder_is_refused(image_dir):
    with pytest.raises(TypeError, match="image_dir must be one folder, not a"):
        ImageSearchEngine(image_dir)


def test_home_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    fill(tmp_path, "pictures/a.jpg")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert ImageSearchEngine("~/pictures").index_images().image_paths == [str(tmp_path / "pictures" / "a.jpg")]
    assert RobustImageProcessor().process_directory("~/pictures")[1] == [str(tmp_path / "pictures" / "a.jpg")]


def test_found_is_indexed_and_failed_and_left_out(tmp_path, capsys):
    fill(tmp_path, "a.jpg", "b.jpg", ".c.jpg", "d.psd", ".t/e.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    engine = ImageSearchEngine(tmp_path).index_images()
    outcomes = [row.outcome for row in engine.report.rows]
    assert sorted(outcomes) == ["kept", "kept", "left out", "left out", "left out", "rejected"]
    assert "6 files: 2 kept, 0 repaired, 1 rejected, 3 left out" in capsys.readouterr().out
    processor = RobustImageProcessor(method="histogram")
    processor.process_directory(tmp_path)
    assert processor.report.rows == engine.report.rows and str(processor.report) == str(engine.report)
    assert str(processor.report) in capsys.readouterr().out


def test_report_replaces_an_older_report_and_nothing_else(tmp_path):
    report = ImportReport([ReportRow("a.jpg", "kept", "")])
    report.to_csv(tmp_path / "r.csv")
    report.to_csv(tmp_path / "r.csv")
    (tmp_path / "mine.csv").write_text("name,age\n", encoding="utf-8")
    with pytest.raises(FileExistsError, match="none of ours"):
        report.to_csv(tmp_path / "mine.csv")
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == "name,age\n"
