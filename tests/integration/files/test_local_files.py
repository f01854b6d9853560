"""Bytes by their hash, on this machine's disk."""

import hashlib
import threading

import pytest

from lms.files import LocalFiles

DATA = "Пермь".encode()
SHA256 = hashlib.sha256(DATA).hexdigest()


def test_put_twice_keeps_one_file_and_gives_it_back(tmp_path):
    store = LocalFiles(tmp_path / "files")

    assert store.put(DATA) == store.put(DATA) == SHA256
    assert store.has(SHA256)
    assert store.read(SHA256) == DATA
    with store.open(SHA256) as stream:
        assert stream.read() == DATA
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [SHA256[2:]]


def test_put_at_once_from_many_threads_leaves_no_draft(tmp_path):
    store = LocalFiles(tmp_path)
    start = threading.Barrier(8)

    def put():
        start.wait()
        store.put(DATA)

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [DATA]


def test_put_that_fails_leaves_nothing(tmp_path):
    store = LocalFiles(tmp_path)

    with pytest.raises(TypeError):
        store.put(None)  # type: ignore[arg-type]

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", SHA256.upper(), SHA256[:-1], f"{SHA256}0", f"{SHA256}\n"])
def test_a_name_that_is_no_hash_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="SHA-256"):
        LocalFiles(tmp_path).read(name)


def test_unknown_bytes_are_not_there(tmp_path):
    store = LocalFiles(tmp_path)

    assert not store.has(SHA256)
    with pytest.raises(FileNotFoundError):
        store.open(SHA256)
