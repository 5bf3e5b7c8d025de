"""A strategy that looks at a book hears that it is stale before anything else, and sees no stale book."""

from alphaforge import Book, FeedStatus, Quote, Strategy, Trade
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TOML = f'[[strategies]]\nuse = "{__name__}:%s"\n'


class Watcher(Strategy):
    """Writes down what it hears of the book."""

    def on_start(self) -> None:
        self.told: list[str] = []

    def on_feed_status(self, status: FeedStatus) -> None:
        self.told.append(f"{status.state}: {status.reason}" if status.reason else status.state)
        assert self.book().is_synced == (status.state == "synced")

    def on_book(self, book: Book) -> None:
        assert book.is_synced
        assert book.best_bid is not None
        self.told.append(f"book {book.sequence}")

    def on_trade(self, trade: Trade) -> None:
        self.told.append("trade")

    def on_quote(self, quote: Quote) -> None:
        self.told.append("quote")


class TradesOnly(Strategy):
    """Looks at no book."""

    def on_start(self) -> None:
        self.told: list[str] = []

    def on_trade(self, trade: Trade) -> None:
        self.told.append("trade")


def test_stale_is_told_before_anything_else_and_again_whenever_it_happens(nodes) -> None:
    def write(script, _) -> None:
        script.quote(0).trade(1)
        script.diff(2, 11, 11).snapshot(3, 10).diff(4, 12, 12)
        script.diff(5, 14, 14).trade(6).diff(7, 15, 15).snapshot(8, 14).diff(9, 16, 16)
        script.connected(10, connected=False).trade(11).connected(12, connected=True).snapshot(13, 20)

    ran = nodes.run(TOML % "Watcher", write)
    assert ran.strategy.told == [
        "stale: no snapshot yet",
        "quote",
        "trade",
        "synced",
        "book 11",
        "book 12",
        "stale: gap: expected update 13, received 14",
        "trade",
        "synced",
        "book 15",
        "book 16",
        "stale: the stream is disconnected",
        "trade",
        "connected",
        "synced",
        "book 20",
    ]
    assert ran.result.gaps == 1


def test_a_crossed_book_is_stale(nodes) -> None:
    ran = nodes.run(
        TOML % "Watcher", lambda script, _: script.snapshot(0, 10).diff(1, 11, 11, bid="50001").trade(2)
    )
    assert ran.strategy.told[-2:] == ["stale: crossed: best bid not below best ask", "trade"]
    assert ran.result.crossed == 1
    assert ran.result.warnings == [
        "SIM:BTCUSDT: the book is stale at the end: crossed: best bid not below best ask"
    ]


def test_a_strategy_that_looks_at_no_book_hears_nothing_of_one(nodes) -> None:
    ran = nodes.run(TOML % "TradesOnly", lambda script, _: script.trade(0).snapshot(1, 10))
    assert ran.strategy.told == ["trade"]


STEPS = st.lists(
    st.tuples(st.sampled_from(["diff", "diff", "diff", "gap", "snapshot", "lost", "trade"]), st.booleans()),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_book_is_shown_between_stale_and_synced(nodes, steps) -> None:
    def write(script, _) -> None:
        sequence = 10
        for ms, (step, new_turn) in enumerate(steps):
            if new_turn:
                script.turn()
            if step == "snapshot":
                script.snapshot(ms, sequence)
            elif step == "lost":
                script.connected(ms, connected=False)
            elif step == "trade":
                script.trade(ms)
            else:
                sequence += 5 if step == "gap" else 1
                script.diff(ms, sequence, sequence)

    ran = nodes.run(TOML % "Watcher", write)
    told = [line.split()[0].rstrip(":") for line in ran.strategy.told]
    assert told[0] == "stale"
    synced = False
    for line in told:
        if line in ("stale", "synced"):
            synced = line == "synced"
        assert line != "book" or synced
    assert ran.result.faults == []
