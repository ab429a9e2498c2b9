"""whole_file: what is written is whole or not there, and nothing of anybody else's is overwritten."""

import errno
import os
import subprocess
import sys

import pytest

from imsearch_helpers.output import checked_output, whole_file, write_table


def is_ours(first_bytes):
    return first_bytes.startswith(b"ours")


def test_file_is_there_when_all_went_well(tmp_path):
    with whole_file(tmp_path / "f", is_ours) as file:
        file.write(b"ours 1")
        assert not (tmp_path / "f").exists()
    assert (tmp_path / "f").read_bytes() == b"ours 1" and len(list(tmp_path.iterdir())) == 1


def test_file_of_ours_is_replaced_and_another_is_not(tmp_path):
    for content in (b"ours 1", b"ours 2"):
        with whole_file(tmp_path / "f", is_ours) as file:
            file.write(content)
    assert (tmp_path / "f").read_bytes() == b"ours 2"
    (tmp_path / "photo.jpg").write_bytes(b"a photo")
    with pytest.raises(FileExistsError, match="path: .*photo.jpg' is there already, and is none of ours"):
        with whole_file(tmp_path / "photo.jpg", is_ours):
            raise AssertionError("the work was begun")
    assert (tmp_path / "photo.jpg").read_bytes() == b"a photo"


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()])
def test_nothing_is_left_of_what_broke_off(tmp_path, error):
    with pytest.raises(type(error)):
        with whole_file(tmp_path / "f", is_ours) as file:
            file.write(b"ours")
            raise error
    assert list(tmp_path.iterdir()) == []


def test_full_disk_names_the_file_that_was_asked_for(tmp_path):
    with pytest.raises(OSError, match=f"No space left on device: .*{'name.index'}") as caught:
        with whole_file(tmp_path / "name.index", is_ours):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.filename == str(tmp_path / "name.index") and list(tmp_path.iterdir()) == []


def test_what_a_killed_one_has_left_is_cleaned_up_by_the_next(tmp_path):
    code = f"""
import os
from imsearch_helpers.output import whole_file
with whole_file({str(tmp_path / "f")!r}, bool) as file:
    file.write(b"half"); file.flush(); os._exit(9)
"""
    subprocess.run([sys.executable, "-c", code])
    [left] = tmp_path.iterdir()
    assert left.name.endswith(".unfinished")
    with whole_file(tmp_path / "f", is_ours) as file:
        file.write(b"ours")
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_what_somebody_is_writing_stays(tmp_path):
    with whole_file(tmp_path / "one", is_ours) as file:
        with whole_file(tmp_path / "two", is_ours) as other:
            other.write(b"ours")
        file.write(b"ours")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_place_where_nothing_can_be_written_is_named_before_the_work(tmp_path):
    with pytest.raises(FileNotFoundError, match="--picture: there is no folder"):
        checked_output(tmp_path / "no" / "f.png", is_ours, "--picture")
    with pytest.raises(IsADirectoryError, match="--picture: .* is a folder; a file's name is needed"):
        checked_output(tmp_path, is_ours, "--picture")


def test_folder_that_is_read_only_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError, match="path: .*cannot be written to"):
        checked_output(tmp_path / "f", is_ours)


def test_link_stays_a_link_and_what_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    try:
        (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "f")
    except OSError:
        pytest.skip("no links here")
    for content in (b"ours 1", b"ours 2"):  # first a link that leads nowhere yet
        with whole_file(tmp_path / "link", is_ours) as file:
            file.write(content)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "elsewhere" / "f").read_bytes() == b"ours 2"
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1


@pytest.mark.skipif(os.name == "nt", reason="other permissions")
@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_permissions_stay_as_they_were(tmp_path, mode):
    (tmp_path / "f").write_bytes(b"ours 1")
    (tmp_path / "f").chmod(mode)
    with whole_file(tmp_path / "f", is_ours) as file:
        [unfinished] = tmp_path.glob("*.unfinished")
        assert unfinished.stat().st_mode & 0o777 == mode
        file.write(b"ours 2")
    assert (tmp_path / "f").stat().st_mode & 0o777 == mode


def test_write_protected_file_stays(tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(b"ours 1")
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / "f")
    with pytest.raises(PermissionError, match="path: .*f' is write-protected"):
        checked_output(tmp_path / "f", is_ours)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileExistsError, match="pipe' is there already, and is none of ours"):
        checked_output(tmp_path / "pipe", is_ours)


def test_folder_that_can_be_written_but_not_listed_is_written_to(tmp_path, monkeypatch):
    def refused(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "iterdir", refused)
    with whole_file(tmp_path / "f", is_ours) as file:
        file.write(b"ours")
    assert (tmp_path / "f").read_bytes() == b"ours"


def test_table_keeps_numbers_and_disarms_texts(tmp_path):
    for _ in range(2):
        write_table(tmp_path / "t.csv", ["a", "b"], [("=1", -1), ("two\nlines", 0.5), ("a; =1;b", 2)])
    assert (tmp_path / "t.csv").read_bytes() == b"a,b\r\n'=1,-1\r\ntwo\\nlines,0.5\r\na;' =1;b,2\r\n"
    (tmp_path / "mine.csv").write_bytes(b"a;b")
    with pytest.raises(FileExistsError):
        write_table(tmp_path / "mine.csv", ["a", "b"], [])
