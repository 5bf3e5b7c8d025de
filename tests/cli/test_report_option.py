"""`--report`: the page is written where it is wanted, and what cannot be written is said."""

from pathlib import Path


def test_a_backtest_and_a_run_write_their_pages(
    alphaforge_each, recording: Path, buyer: Path, tmp_path: Path
) -> None:
    config = tmp_path / "node.toml"
    config.write_text(
        f'[feed]\nsource = "recorded"\nfiles = ["{recording}"]\n[[strategies]]\nuse = "{buyer}"\n',
        encoding="utf-8",
    )
    pages = [tmp_path / "pages" / "backtest.html", tmp_path / "pages" / "run.html"]
    outcomes = alphaforge_each(
        [
            ["backtest", buyer, "--data", recording, "--json", "--report", pages[0]],
            ["run", config, "--json", "--report", pages[1]],
        ],
        cwd=tmp_path,
    )
    for outcome, page in zip(outcomes, pages, strict=True):
        assert outcome.code == 0, outcome.err
        text = page.read_text(encoding="utf-8")
        assert "<title>Buyer: AlphaForge report</title>" in text
        assert outcome.json["result_hash"] in text
        assert str(recording) in text


def test_a_page_that_cannot_be_written_is_refused(
    alphaforge_each, recording: Path, buyer: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    folder, below_a_file = alphaforge_each(
        [
            ["backtest", buyer, "--data", recording, "--report", tmp_path],
            ["backtest", buyer, "--data", recording, "--report", tmp_path / "file" / "page.html"],
        ],
        cwd=tmp_path,
    )
    assert folder.code == 2
    assert "is a folder: name a file, such as report.html" in " ".join(folder.err.replace("│", "").split())
    assert below_a_file.code == 1
    (error,) = below_a_file.errors
    assert error.startswith(f"--report: {tmp_path / 'file' / 'page.html'}: ")
