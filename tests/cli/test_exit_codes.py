"""Exit codes of runs that come to their end: what was halted or lost is not passed over."""

import pytest
from alphaforge.cli import exit_codes
from alphaforge_testkit.recordings import write_recording

NODE = '[feed]\nseconds = 5\n[[strategies]]\nuse = "strategy.py"\n'
QUIET = "from alphaforge import Strategy\n\n\nclass Quiet(Strategy):\n    pass\n"
BUYS = QUIET.replace("    pass\n", "    def on_trade(self, trade):\n        self.buy('0.00001', '1')\n")
RAISES = QUIET.replace("    pass\n", "    def on_trade(self, trade):\n        self.buy(1)\n        1 / 0\n")
LOST = '[sinks.jsonl]\npath = "/dev/full"\n'


@pytest.mark.parametrize(
    ("strategy", "more", "code", "told"),
    [
        (BUYS, "", exit_codes.OK, ""),
        (BUYS, LOST, exit_codes.INCOMPLETE, "warning: sink jsonl failed "),
        (RAISES, LOST, exit_codes.STRATEGY_HALTED, "warning: sink jsonl failed "),
    ],
    ids=["all well", "records lost", "records lost and a strategy halted"],
)
def test_a_run_ends_with_its_exit_code(strategy, more, code, told, alphaforge, tmp_path) -> None:
    (tmp_path / "node.toml").write_text(NODE + more, encoding="utf-8")
    (tmp_path / "strategy.py").write_text(strategy, encoding="utf-8")
    outcome = alphaforge("run", "node.toml", "--json", cwd=tmp_path)
    assert outcome.code == code, outcome.err
    assert told in outcome.err
    assert outcome.json["orders"] > 0


def test_a_run_whose_trading_was_halted_ends_with_its_exit_code(alphaforge, tmp_path, market) -> None:
    frames = [market.ticker(0), market.trade(1), market.trade(40)]
    write_recording(tmp_path / "gap.jsonl", frames)
    (tmp_path / "strategy.py").write_text(QUIET, encoding="utf-8")
    node = (
        '[feed]\nsource = "recorded"\nfiles = ["gap.jsonl"]\npace = "realtime"\n'
        '[[strategies]]\nuse = "strategy.py"\n'
        "[monitors.feed-fresh]\ninterval_s = 0.05\nwarn_after_s = 0.1\nfail_after_s = 0.2\nhalt = true\n"
    )
    (tmp_path / "node.toml").write_text(node, encoding="utf-8")
    outcome = alphaforge("run", "node.toml", "--json", cwd=tmp_path)
    assert outcome.code == exit_codes.INCOMPLETE, outcome.err
    assert outcome.json["halted"] is not None
    assert "warning: trading was halted: " in outcome.err
    shown = alphaforge("run", "node.toml", cwd=tmp_path)
    assert shown.code == exit_codes.INCOMPLETE
