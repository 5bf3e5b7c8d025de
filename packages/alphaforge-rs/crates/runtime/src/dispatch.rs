//! The one dispatch: what happens with a market event and with due work, in which order.

use alphaforge_kernel::{InputEvent, Report, VenueMessage};
use alphaforge_market::{BookUpdate, MarketView, StaleReason};
use alphaforge_types::{
    DepthDiff, DepthSnapshot, FeedNotice, FeedState, InstrumentId, MarketEvent, Quote, StrategyId,
    Trade, UnixNanos, VenueBar,
};

use crate::delivery::{Delivery, Event, FeedStatus};
use crate::execution::expires_at;
use crate::market::Market;
use crate::paper_venue::{PaperVenue, Shown};
use crate::runtime::{Poll, Runtime, Venue};
use crate::schedule::Work;

impl Runtime {
    /// Hands out the bars from before the run, and tells every subscriber of a book that it is not to be
    /// trusted yet. Call it once, when all strategies have started.
    pub fn start(&mut self) {
        self.has_started = true;
        self.deliver_history();
        for index in 0..self.markets.len() {
            let instrument = InstrumentId::from_index(index as u32);
            let status = FeedStatus::Stale(StaleReason::NoSnapshot);
            let market = &self.markets[index];
            if market.view.book().synced().is_some() {
                continue;
            }
            for strategy in market.book_subscribers.clone() {
                self.deliver(strategy, Event::FeedStatus { instrument, status });
            }
        }
    }

    /// Works until a strategy must be told something, the budget is spent, or nothing is left.
    ///
    /// Work that is due at or before an event goes before it. After the last event, work that is
    /// due at or before `until` is done too, and it is `until` then; without it that waits for the next events.
    pub fn poll(
        &mut self,
        events: &[MarketEvent],
        cursor: &mut usize,
        until: Option<UnixNanos>,
        budget: usize,
    ) -> Poll {
        for _ in 0..budget {
            if let Some(delivery) = self.deliveries.pop_front() {
                if self.is_muted(delivery.strategy) {
                    continue;
                }
                return Poll::Delivery(delivery);
            }
            let Some(event) = events.get(*cursor) else {
                let due = until.and_then(|until| self.schedule.pop_due(until));
                match due {
                    Some((at, work)) => self.do_work(at, work),
                    None => {
                        self.advance_to(until);
                        return Poll::Done;
                    }
                }
                continue;
            };
            // Where receive times step back, what is due by our own clock still comes first: it must not
            // see the later event.
            match self.schedule.pop_due(self.clock.max(event.ts_recv())) {
                Some((at, work)) => self.do_work(at, work),
                None => {
                    *cursor += 1;
                    self.on_market_event(event);
                }
            }
        }
        Poll::Budget
    }

    /// Forgets timers and denies new orders, so that a poll until the end of time delivers what is in
    /// flight and ends.
    pub fn begin_drain(&mut self) {
        self.is_draining = true;
        self.timers.clear();
        self.schedule.keep_messages_only();
        self.step(InputEvent::Drain);
    }

    /// Shows the kernel the last marks and records the last equity.
    pub fn finish(&mut self) {
        self.take_marks();
    }

    fn is_muted(&self, strategy: StrategyId) -> bool {
        self.traders
            .get(strategy.index())
            .is_some_and(|trader| trader.muted)
    }

    fn do_work(&mut self, at: UnixNanos, work: Work) {
        self.advance_clock(at);
        match work {
            Work::Arrival(message) => self.on_arrival(message),
            Work::Report(report) => {
                self.step(InputEvent::Report(report));
            }
            Work::Expiry { instrument } => {
                let now = self.clock;
                if let (_, Some(paper)) = self.parts(instrument) {
                    let reports = paper.on_expiry(instrument, now);
                    self.schedule_reports(instrument, reports);
                }
            }
            Work::Overdue { order } => {
                self.step(InputEvent::Overdue { order });
            }
            Work::Fired { order } => {
                self.step(InputEvent::Fired { order });
            }
            Work::Timer { strategy, timer } => {
                let Some(interval_ns) = self.timers.get(&(strategy, timer)) else {
                    return;
                };
                let next = at.plus(*interval_ns);
                self.schedule.push(next, Work::Timer { strategy, timer });
                self.deliver(strategy, Event::Timer { timer, ts: at });
            }
            Work::Marks => {
                self.marks_are_due = false;
                self.take_marks();
            }
        }
    }

    fn on_arrival(&mut self, message: VenueMessage) {
        let instrument = message.instrument();
        let now = self.clock;
        if let Some(at) = expires_at(&message) {
            let work = Work::Expiry { instrument };
            self.schedule.push(at.max(now), work);
        }
        let (market, Some(paper)) = self.parts(instrument) else {
            return;
        };
        let reports = paper.on_message(message, &market.view, now);
        self.schedule_reports(instrument, reports);
    }

    /// The word of an instrument's paper venue is on its way to us.
    fn schedule_reports(&mut self, instrument: InstrumentId, reports: Vec<Report>) {
        if reports.is_empty() {
            return;
        }
        let now = self.clock;
        let (_, Some(paper)) = self.parts(instrument) else {
            return;
        };
        let times: Vec<UnixNanos> = reports.iter().map(|_| paper.way.response(now)).collect();
        for (at, report) in times.into_iter().zip(reports) {
            self.schedule.push(at, Work::Report(report));
        }
    }

    fn on_market_event(&mut self, event: &MarketEvent) {
        if event.instrument().index() >= self.markets.len() {
            return;
        }
        self.advance_clock(event.ts_recv());
        self.moment += 1;
        if !self.has_begun {
            self.begin();
        }
        self.schedule_marks();
        self.counters.events += 1;
        match event {
            MarketEvent::Trade(trade) => self.on_trade(trade),
            MarketEvent::Quote(quote) => self.on_quote(quote),
            MarketEvent::DepthSnapshot(snapshot) => self.on_snapshot(snapshot),
            MarketEvent::DepthDiff(diff) => self.on_diff(diff),
            MarketEvent::VenueBar(bar) => self.on_venue_bar(bar),
            MarketEvent::FeedNotice(notice) => self.on_feed_notice(notice),
        }
        self.note_mark(event.instrument());
    }

    fn on_trade(&mut self, trade: &Trade) {
        let now = self.clock;
        let (market, paper) = self.parts(trade.instrument);
        if !market.view.on_trade(trade) {
            self.counters.repeated_trades += 1;
            return;
        }
        if let Some(paper) = paper {
            let reports = paper.on_trade(trade, &market.view, now);
            self.schedule_reports(trade.instrument, reports);
        }
        self.fire_triggers(trade.instrument, |_| Some(trade.price));
        self.counters.trades += 1;
        let market = &mut self.markets[trade.instrument.index()];
        let deliveries = &mut self.deliveries;
        let late = market.bars.on_trade(trade, |strategy, spec, bar| {
            deliveries.push_back(Delivery::of_bar(strategy, spec, bar));
        });
        self.counters.late_trades += late;
        for strategy in &market.trade_subscribers {
            deliveries.push_back(Delivery {
                strategy: *strategy,
                event: Event::Trade(*trade),
            });
        }
        self.close_bars(trade.instrument);
    }

    fn on_quote(&mut self, quote: &Quote) {
        let (market, paper) = self.parts(quote.instrument);
        if !market.view.is_current(quote) {
            self.counters.old_quotes += 1;
            return;
        }
        if let Some(paper) = paper {
            paper.before_quote(quote, &market.view);
        }
        market.view.on_quote(quote);
        self.on_levels(quote.instrument, Shown::Quote);
        self.counters.quotes += 1;
        if !quote.is_two_sided() {
            // A middle of a price and none is no price.
            self.close_bars(quote.instrument);
            return;
        }
        for strategy in &self.markets[quote.instrument.index()].quote_subscribers {
            self.deliveries.push_back(Delivery {
                strategy: *strategy,
                event: Event::Quote(*quote),
            });
        }
        self.close_bars(quote.instrument);
    }

    fn on_snapshot(&mut self, snapshot: &DepthSnapshot) {
        let (market, paper) = self.parts(snapshot.instrument);
        let was_synced = market.view.book().synced().is_some();
        let update = market.view.on_snapshot(snapshot);
        if let Some(paper) = paper
            && update != BookUpdate::Ignored
        {
            paper.on_new_book(snapshot.instrument);
        }
        self.on_book_update(snapshot.instrument, was_synced, update, None);
    }

    fn on_diff(&mut self, diff: &DepthDiff) {
        let view = &mut self.markets[diff.instrument.index()].view;
        let was_synced = view.book().synced().is_some();
        let update = view.on_diff(diff);
        self.on_book_update(diff.instrument, was_synced, update, Some(diff));
    }

    fn on_book_update(
        &mut self,
        instrument: InstrumentId,
        was_synced: bool,
        update: BookUpdate,
        diff: Option<&DepthDiff>,
    ) {
        self.counters.book_updates += 1;
        match update {
            BookUpdate::Ignored | BookUpdate::Buffered => {}
            BookUpdate::Applied => self.on_good_book(instrument, diff),
            BookUpdate::Synced => {
                self.deliver_status(instrument, FeedStatus::Synced);
                self.on_good_book(instrument, None);
            }
            BookUpdate::Stale(reason) => {
                self.count_stale(was_synced, reason);
                self.on_lost_book(instrument);
                self.deliver_status(instrument, FeedStatus::Stale(reason));
            }
        }
        self.close_bars(instrument);
    }

    fn count_stale(&mut self, was_synced: bool, reason: StaleReason) {
        if !was_synced {
            return;
        }
        match reason {
            StaleReason::Gap { .. } => self.counters.gaps += 1,
            StaleReason::Crossed => self.counters.crossed += 1,
            StaleReason::NoSnapshot
            | StaleReason::SnapshotTooOld { .. }
            | StaleReason::Disconnected => {}
        }
    }

    /// A synchronised book has changed: by a diff, or altogether.
    fn on_good_book(&mut self, instrument: InstrumentId, diff: Option<&DepthDiff>) {
        let change = diff.map_or(Shown::Book, Shown::Diff);
        self.on_levels(instrument, change);
        for strategy in &self.markets[instrument.index()].book_subscribers {
            self.deliveries.push_back(Delivery {
                strategy: *strategy,
                event: Event::Book { instrument },
            });
        }
    }

    /// Quote or book show something new: queues come into sight, and where the venue shows no trades,
    /// triggers may fire.
    fn on_levels(&mut self, instrument: InstrumentId, change: Shown<'_>) {
        let now = self.clock;
        let (market, paper) = self.parts(instrument);
        if let Some(paper) = paper {
            let reports = paper.on_levels(instrument, change, &market.view, now);
            self.schedule_reports(instrument, reports);
        }
        self.fire_triggers(instrument, MarketView::price_without_trades);
    }

    fn on_lost_book(&mut self, instrument: InstrumentId) {
        if let (_, Some(paper)) = self.parts(instrument) {
            paper.on_new_book(instrument);
        }
    }

    fn on_venue_bar(&mut self, bar: &VenueBar) {
        let deliveries = &mut self.deliveries;
        let market = &mut self.markets[bar.bar.instrument.index()];
        market.bars.on_venue_bar(bar, |strategy, spec, bar| {
            deliveries.push_back(Delivery::of_bar(strategy, spec, bar));
        });
    }

    fn on_feed_notice(&mut self, notice: &FeedNotice) {
        match notice.state {
            FeedState::Connected => {
                self.deliver_status(notice.instrument, FeedStatus::Connected);
            }
            FeedState::Disconnected => {
                self.markets[notice.instrument.index()].view.on_disconnect();
                self.on_lost_book(notice.instrument);
                let status = FeedStatus::Stale(StaleReason::Disconnected);
                self.deliver_status(notice.instrument, status);
            }
        }
    }

    /// An instrument's market and its venue's paper side, if it has one.
    fn parts(&mut self, instrument: InstrumentId) -> (&mut Market, Option<&mut PaperVenue>) {
        let venue = self.venue_of[instrument.index()];
        let paper = match &mut self.venues[venue.index()] {
            Venue::Paper(paper) => Some(paper.as_mut()),
            Venue::External => None,
        };
        (&mut self.markets[instrument.index()], paper)
    }

    fn close_bars(&mut self, instrument: InstrumentId) {
        let deliveries = &mut self.deliveries;
        let Market { view, bars, .. } = &mut self.markets[instrument.index()];
        bars.on_event_time(view.event_time(), |strategy, spec, bar| {
            deliveries.push_back(Delivery::of_bar(strategy, spec, bar));
        });
    }

    pub(crate) fn deliver(&mut self, strategy: StrategyId, event: Event) {
        self.deliveries.push_back(Delivery { strategy, event });
    }

    /// Tells the strategies that have asked for it what a feed or book is.
    pub fn deliver_status(&mut self, instrument: InstrumentId, status: FeedStatus) {
        for strategy in &self.markets[instrument.index()].status_subscribers {
            self.deliveries.push_back(Delivery {
                strategy: *strategy,
                event: Event::FeedStatus { instrument, status },
            });
        }
    }
}
