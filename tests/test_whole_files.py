import pytest

from avatar_serving.whole_files import unfinished, whole, write_whole


def test_a_file_appears_at_the_end_of_the_block(tmp_path):
    path = tmp_path / "state.json"
    with whole(path, lasting=True) as part:
        part.write_text("new")
        assert part.parent == tmp_path and unfinished(part) and not path.exists()
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]
    assert path.read_text() == "new" and not unfinished(path)


def test_a_failure_leaves_the_older_file_and_nothing_else(tmp_path):
    path = tmp_path / "state.json"
    write_whole(path, "older: é")
    with pytest.raises(OSError, match="full"), whole(path) as part:
        part.write_text("half")
        raise OSError("the disk is full")
    assert path.read_bytes() == "older: é".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_writes_nothing_is_told(tmp_path):
    with pytest.raises(FileNotFoundError), whole(tmp_path / "state.json"):
        pass


def test_writers_at_once_do_not_meet(tmp_path):
    path = tmp_path / "state.json"
    with whole(path) as first, whole(path) as second:
        first.write_bytes(b"first")
        second.write_bytes(b"second")
    assert path.read_bytes() == b"first"
