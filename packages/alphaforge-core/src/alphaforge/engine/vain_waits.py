"""What a strategy waits for in vain: mistakes that nothing else would show."""

from collections.abc import Iterator

from alphaforge.engine.running_strategy import RunningStrategy, defines


def vain_callbacks(running: RunningStrategy) -> Iterator[str]:
    """What is wrong once `on_start` is over, though it could still be put right later."""
    strategy = running.strategy
    if strategy.is_halted:
        return
    if defines(strategy, "on_bar") and not strategy.subscribed_bars:
        yield (
            f"strategy {running.name} defines on_bar and has subscribed to no bars: "
            "call self.subscribe_bars in on_start"
        )
    if defines(strategy, "on_history_bar") and not any(one.history for one in strategy.subscribed_bars):
        yield (
            f"strategy {running.name} defines on_history_bar and has asked for no history: "
            "call self.subscribe_bars(..., history=100) in on_start"
        )
    if strategy.timer_names and not defines(strategy, "on_timer"):
        yield f"strategy {running.name} has set a timer and defines no on_timer, so that it does nothing"


def missing_bars(running: RunningStrategy) -> Iterator[str]:
    """Bars of the venue that were asked for and never came."""
    for instrument, spec, _ in running.strategy.subscribed_bars:
        if spec.endswith("@venue") and not len(running.strategy.bars(spec, count=1, instrument=instrument)):
            yield (
                f"strategy {running.name}: not one bar {spec} of {instrument.id} came: the feed may have "
                f"none; {spec.removesuffix('@venue')} is made of trades"
            )


def missing_history(running: RunningStrategy) -> Iterator[str]:
    """Bars from before the run that were asked for and are not there."""
    if running.strategy.is_halted:
        return
    for instrument, spec, wanted in running.strategy.subscribed_bars:
        found = len(running.strategy.bars(spec, wanted, instrument=instrument)) if wanted else 0
        if found < wanted:
            yield (
                f"strategy {running.name} asked for {wanted} bars {spec} of {instrument.id} from before the "
                f"run, and {found} are there: give recordings that reach further back (feed.history)"
            )
