"""Epochs: a number that no start has had before, and one process a node."""

import subprocess
import sys

import pytest
from alphaforge.engine.control.node_folder import NodeFolder, leave_node, read_holder
from alphaforge.engine.epoch import next_epoch
from alphaforge.model.errors import SetupError

BEGIN = (
    "import sys; from pathlib import Path; from alphaforge.engine.control.node_folder import NodeFolder; "
    "from alphaforge.engine.epoch import next_epoch; "
    "print(next_epoch(NodeFolder(Path(sys.argv[1]), 'main')), flush=True)"
)


def begin(folder) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", BEGIN, folder], capture_output=True, text=True, check=False)


def test_every_start_has_an_epoch_of_its_own(tmp_path) -> None:
    assert [begin(tmp_path).stdout for _ in range(3)] == ["1\n", "2\n", "3\n"]
    assert (tmp_path / "main" / "epoch").read_text(encoding="ascii") == "3\n"


def test_one_process_a_node_and_its_end_frees_it(tmp_path) -> None:
    code = BEGIN + "; sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout.readline() == "1\n"
        holder = read_holder(NodeFolder(tmp_path, "main"))
        assert holder is not None
        assert holder.pid == first.pid
        second = begin(tmp_path)
        assert second.returncode == 1
        assert "node.name = 'main': another process runs this node" in second.stderr
        first.kill()
    assert begin(tmp_path).stdout == "2\n"


def test_a_node_that_has_ended_may_start_again_in_the_same_process(tmp_path) -> None:
    folder = NodeFolder(tmp_path, "main")
    assert next_epoch(folder) == 1
    with pytest.raises(SetupError, match="another process runs this node"):
        next_epoch(folder)
    leave_node(folder)
    assert next_epoch(folder) == 2
    leave_node(folder)


@pytest.mark.parametrize("text", ["", "x", "-1"])
def test_a_damaged_epoch_is_refused_and_kept(tmp_path, text) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "epoch").write_text(text, encoding="ascii")
    with pytest.raises(SetupError, match=r"it holds .* and no number: write the highest epoch"):
        next_epoch(NodeFolder(tmp_path, "broken"))
    assert (tmp_path / "broken" / "epoch").read_text(encoding="ascii") == text


def test_a_folder_that_cannot_be_used_is_named(tmp_path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(SetupError, match=r"node\.data_dir: .*file/main cannot be used: Not a directory"):
        next_epoch(NodeFolder(tmp_path / "file", "main"))
