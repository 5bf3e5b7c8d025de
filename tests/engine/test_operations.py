"""Requests of operators and monitors: halting trades no more and cancels, stopping drains."""

import logging
import threading
from collections.abc import Callable

import anyio
import pytest
from alphaforge import Order, Strategy, Trade
from alphaforge.engine.inbox import HaltRequest, StopRequest
from alphaforge.engine.lifecycle import NodeState
from alphaforge.model.errors import PluginError
from alphaforge.model.monitor import CheckResult, NodeView
from alphaforge.monitors.runner import MonitorRunner

TOML = f'[[strategies]]\nuse = "{__name__}:Resting"\n'
VIEW = NodeView(state="ready", events=0, since_last_event_s=0.0, feed_time_ns=0)


class Resting(Strategy):
    """Rests an order on every trade, and writes down what the gate says and what becomes of them."""

    def on_start(self) -> None:
        self.codes: list[str | None] = []
        self.states: list[str] = []
        self.stopped = False

    def on_trade(self, trade: Trade) -> None:
        self.codes.append(self.buy("0.001", "40000").code)

    def on_order(self, order: Order) -> None:
        self.states.append(order.state)

    def on_stop(self) -> None:
        self.stopped = True
        self.codes.append(self.buy("0.001", "40000").code)


class Watching:
    """A monitor that answers what the test gave it."""

    def __init__(self, check: Callable[[NodeView], object], interval_s: float = 0.0) -> None:
        self.check = check
        self.interval_s = interval_s


def test_a_halt_denies_what_comes_and_cancels_what_is_open(nodes) -> None:
    def write(script, node) -> None:
        script.trade(0).turn().trade(100).then(lambda: node.inbox.put(HaltRequest("enough")))
        script.turn().trade(200).turn().trade(300)

    ran = nodes.run(TOML, write)
    strategy = ran.strategy
    assert strategy.codes == [None, None, "halted", "halted", "halted"]
    assert strategy.states.count("cancelled") == 2
    assert strategy.stopped
    assert ran.result.events == 4
    assert ran.result.orders_by_state == {"cancelled": 2, "denied": 3}
    assert ran.result.denied == {"halted": 3}
    assert (ran.result.halted, ran.result.stopped) == ("enough", None)
    assert ran.result.warnings == ["trading was halted: enough"]
    assert ran.node.state is NodeState.STOPPED


def test_a_stop_drains_and_leaves_the_rest_of_the_feed(nodes) -> None:
    states: list[NodeState] = []

    def write(script, node) -> None:
        def stop() -> None:
            states.append(node.state)
            node.inbox.put(StopRequest("enough"))

        script.trade(0).then(stop).turn().trade(100).turn().trade(200)

    ran = nodes.run(TOML, write)
    assert states == [NodeState.READY]
    assert ran.strategy.codes == [None, None]
    assert ran.strategy.stopped
    assert ran.result.events == 1
    assert (ran.result.halted, ran.result.stopped) == (None, "enough")
    assert ran.result.warnings == ["stopped early: enough"]
    assert ran.node.state is NodeState.STOPPED


def test_a_stop_at_the_end_of_the_feed_has_stopped_nothing_early(nodes) -> None:
    def write(script, node) -> None:
        script.trade(0).then(lambda: node.inbox.put(StopRequest("too late")))

    result = nodes.run(TOML, write).result
    assert (result.events, result.stopped, result.warnings) == (1, None, [])


def test_a_request_that_comes_before_the_first_event_is_served_before_it(nodes) -> None:
    def write(script, node) -> None:
        node.inbox.put(HaltRequest("from the start"))
        script.trade(0)

    assert nodes.run(TOML, write).strategy.codes == ["halted", "halted"]


def test_a_monitor_that_demands_it_halts_all_trading(nodes, caplog) -> None:
    def check(view: NodeView) -> CheckResult:
        if view.events >= 3:
            return CheckResult("fail", "too many events", halt=True)
        return CheckResult("pass", "fine")

    turns = 2_000

    def write(script, _) -> None:
        for ms in range(turns):
            script.turn().trade(100 * ms)

    ran = nodes.run(TOML, write, monitors=[("counter", Watching(check))])
    codes = ran.strategy.codes
    halted_at = codes.index("halted")
    assert 3 <= halted_at < turns
    assert codes[:halted_at] == [None] * halted_at
    assert set(codes[halted_at:]) == {"halted"}
    assert ran.result.orders_by_state == {"cancelled": halted_at, "denied": turns + 1 - halted_at}
    assert ran.result.events == turns
    assert ran.result.halted == "monitor counter: too many events"
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [
        "counter: fail: too many events",
        "trading is halted: monitor counter: too many events",
    ]


def test_a_monitor_sees_the_node_as_it_is(nodes) -> None:
    views: list[NodeView] = []

    def check(view: NodeView) -> CheckResult:
        views.append(view)
        return CheckResult("pass", "fine")

    def write(script, _) -> None:
        for ms in range(2_000):
            script.turn().trade(100 * ms)

    ran = nodes.run(TOML, write, monitors=[("viewer", Watching(check))])
    assert len(views) > 2
    assert {view.state for view in views} == {"ready"}
    assert [view.events for view in views] == sorted(view.events for view in views)
    assert all(view.since_last_event_s >= 0 for view in views)
    assert views[-1].feed_time_ns <= ran.parts.runtime.now


def refuse(_: NodeView) -> CheckResult:
    raise OSError("no answer")


def leave(_: NodeView) -> CheckResult:
    raise SystemExit(3)


async def later(_: NodeView) -> CheckResult:
    return CheckResult("pass", "fine")


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (refuse, "the monitor raised OSError: no answer"),
        (leave, "the monitor raised SystemExit: 3"),
        (lambda _: None, "the monitor answered None instead of a CheckResult"),
        (later, "the monitor's check is async and was not awaited"),
        (lambda _: "pass", "the monitor answered 'pass' instead of a CheckResult"),
        (
            lambda _: CheckResult("meh", 5),
            "the monitor answered the status 'meh' instead of pass, warn or fail: 5",
        ),
        (
            lambda _: CheckResult([], "odd"),
            "the monitor answered the status [] instead of pass, warn or fail: odd",
        ),
    ],
    ids=["raises", "exits", "none", "async", "text", "odd-status", "status-of-no-text"],
)
def test_a_check_that_raises_or_answers_wrongly_has_failed(check, told, caplog) -> None:
    halts: list[str] = []
    runner = MonitorRunner("odd", Watching(check))
    anyio.run(runner.look, VIEW, halts.append)
    assert runner.last == CheckResult("fail", told)
    assert [record.getMessage() for record in caplog.records] == [f"odd: fail: {told}"]
    assert halts == []


def test_a_halt_that_is_demanded_with_an_odd_status_is_a_halt() -> None:
    halts: list[str] = []
    runner = MonitorRunner("odd", Watching(lambda _: CheckResult("dead", "no data", halt=True)))
    anyio.run(runner.look, VIEW, halts.append)
    (told,) = halts
    assert told.endswith("the status 'dead' instead of pass, warn or fail: no data")


MONITOR = """
from alphaforge import hookimpl
from alphaforge.hooks.specs import MonitorSpec
from alphaforge.model.errors import PluginError
from alphaforge.model.monitor import CheckResult
from alphaforge.model.settings import Settings


class Odd:
    def __init__(self, settings):
        pass

    @property
    def interval_s(self):
        return {interval}

    def check(self, node):
        return CheckResult("pass", "fine")


@hookimpl
def alphaforge_monitors():
    return [MonitorSpec("odd", "has an odd interval", Settings, Odd)]
"""


@pytest.mark.parametrize(
    ("interval", "shown"),
    [
        ("0", "0"),
        ("-1.0", "-1.0"),
        ("float('inf')", "inf"),
        ("float('nan')", "nan"),
        ("None", "None"),
        ("'1'", "'1'"),
    ],
)
def test_a_monitor_with_an_interval_that_is_none_is_refused(interval, shown, nodes, plugin, tmp_path) -> None:
    plugin(MONITOR.format(interval=interval), 'monitors = ["odd"]')
    with pytest.raises(PluginError) as refusal:
        nodes.compose(f"{TOML}[monitors.mine]\nuse = 'odd'\n")
    assert str(refusal.value) == (
        f"{tmp_path}/node.toml: monitors.mine: its plugin gave interval_s = {shown}: "
        "it must be a number of seconds above zero, and finite"
    )


def test_a_monitor_whose_interval_raises_is_refused(nodes, plugin, tmp_path) -> None:
    plugin(MONITOR.format(interval="1 / 0"), 'monitors = ["odd"]')
    with pytest.raises(
        PluginError, match=r"monitors\.odd: its plugin raised ZeroDivisionError: .*plugin\.py"
    ):
        nodes.compose(f"{TOML}[monitors.odd]\n")


def test_a_check_that_hangs_is_said_and_trading_goes_on(nodes, monkeypatch, caplog) -> None:
    """F43: a plugin blocks."""
    monkeypatch.setattr("alphaforge.monitors.runner.ANSWER_AFTER_S", 0.001)
    let_go = threading.Event()

    def hang(_: NodeView) -> CheckResult:
        let_go.wait()
        return CheckResult("pass", "back")

    def write(script, _) -> None:
        for ms in range(2_000):
            script.turn().trade(100 * ms)

    ran = nodes.run(TOML, write, monitors=[("hung", Watching(hang))])
    let_go.set()
    assert ran.result.events == 2_000
    assert [record.getMessage() for record in caplog.records] == ["hung: fail: no answer for 0.001 s"]


def test_a_check_that_answers_late_is_taken_when_it_does(monkeypatch, caplog) -> None:
    monkeypatch.setattr("alphaforge.monitors.runner.ANSWER_AFTER_S", 0.001)
    let_go = threading.Event()
    halts: list[str] = []

    def wait(_: NodeView) -> CheckResult:
        assert let_go.wait(timeout=20)
        return CheckResult("warn", "slow", halt=True)

    runner = MonitorRunner("late", Watching(wait))

    async def scenario() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runner.look, VIEW, halts.append)
            while runner.last is None:
                await anyio.lowlevel.checkpoint()
            assert runner.last == CheckResult("fail", "no answer for 0.001 s")
            let_go.set()

    anyio.run(scenario)
    assert runner.last == CheckResult("warn", "slow", halt=True)
    assert halts == ["monitor late: slow"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_a_monitor_speaks_when_its_finding_changes_and_halts_once(caplog) -> None:
    caplog.set_level(logging.INFO, "alphaforge")
    answers = iter(
        [
            CheckResult("pass", "fine"),
            CheckResult("pass", "still fine"),
            CheckResult("warn", "slow"),
            CheckResult("fail", "dead", halt=True),
            CheckResult("fail", "still dead", halt=True),
            CheckResult("pass", "back"),
            CheckResult("fail", "dead again", halt=True),
        ]
    )
    runner = MonitorRunner("pulse", Watching(lambda _: next(answers)))
    halts: list[str] = []
    for _ in range(7):
        anyio.run(runner.look, VIEW, halts.append)
    assert halts == ["monitor pulse: dead", "monitor pulse: dead again"]
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", "pulse: pass: fine"),
        ("WARNING", "pulse: warn: slow"),
        ("ERROR", "pulse: fail: dead"),
        ("INFO", "pulse: pass: back"),
        ("ERROR", "pulse: fail: dead again"),
    ]
