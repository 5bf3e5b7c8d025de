//! The runtime's state, how it is set up, and what can be asked of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use alphaforge_kernel::{
    Command, InputEvent, Kernel, NameTaken, NativeOrders, Outcome, Output, VenueMessage,
};
use alphaforge_market::{BarSpec, MarketView, ThinnedLine};
use alphaforge_types::{
    Bar, Currency, Instrument, InstrumentId, OrderId, Rate, StrategyId, UnixNanos, VenueId,
};
use thiserror::Error;

use crate::counters::Counters;
use crate::delivery::Delivery;
use crate::market::{Channel, Market};
use crate::paper_venue::{PaperSettings, PaperVenue};
use crate::record::Record;
use crate::result_hash::ResultHash;
use crate::schedule::{Schedule, Work};

/// How many commands a strategy may give before any time passes; beyond it, it loops.
const MOST_COMMANDS_PER_MOMENT: u32 = 10_000;

/// Who fills the orders of a venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VenueKind {
    /// The matching engine, against the market data.
    Paper(PaperSettings),
    /// Somebody outside: messages wait in the outbox, and reports come in.
    External {
        /// The highest fee rate an order there can meet.
        highest_fee: Rate,
        /// What it does by itself; the rest is held here.
        native: NativeOrders,
    },
}

/// Why a node cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SetupError {
    /// A name is in use.
    #[error(transparent)]
    NameTaken(#[from] NameTaken),
    /// No venue of that name was added.
    #[error("no venue {name:?} was added before its instrument {instrument}")]
    NoVenue {
        /// The venue's name.
        name: String,
        /// The instrument that needs it.
        instrument: String,
    },
    /// Bars were to be filled with what was before, and the run has begun.
    #[error("history: the run has begun, ask for bars from before it in on_start")]
    HistoryTooLate,
}

/// A strategy gives commands without end while no time passes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "more than {MOST_COMMANDS_PER_MOMENT} commands before any time passed: does a callback answer its own orders?"
)]
pub struct CommandsPerMoment;

/// What a poll comes back with.
#[derive(Clone, Debug, PartialEq)]
pub enum Poll {
    /// A strategy must be told this.
    Delivery(Delivery),
    /// The budget is spent; there is more to do.
    Budget,
    /// There is nothing left to do.
    Done,
}

#[derive(Debug)]
pub(crate) enum Venue {
    Paper(Box<PaperVenue>),
    External,
}

/// Books, bars, paper venues and the kernel of one node.
#[derive(Debug)]
pub struct Runtime {
    pub(crate) kernel: Kernel,
    pub(crate) markets: Vec<Market>,
    pub(crate) venue_of: Vec<VenueId>,
    pub(crate) venues: Vec<Venue>,
    pub(crate) schedule: Schedule,
    pub(crate) deliveries: VecDeque<Delivery>,
    pub(crate) traders: Vec<Subscriber>,
    pub(crate) timers: BTreeMap<(StrategyId, u64), i64>,
    pub(crate) outbox: Vec<VenueMessage>,
    pub(crate) records: Vec<Record>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) changed_markets: Vec<InstrumentId>,
    pub(crate) counters: Counters,
    pub(crate) hash: ResultHash,
    pub(crate) clock: UnixNanos,
    /// Counts up whenever an event is taken or time passes.
    pub(crate) moment: u64,
    pub(crate) reporting_currency: Option<Currency>,
    pub(crate) first_event: UnixNanos,
    /// Marks will be taken; it is asked for by the first event of each interval.
    pub(crate) marks_are_due: bool,
    /// All strategies have started.
    pub(crate) has_started: bool,
    /// The first event has come; before it there is no feed time to count from.
    pub(crate) has_begun: bool,
    /// The node is about to end: timers are forgotten.
    pub(crate) is_draining: bool,
}

/// What a strategy wants to hear of its own orders, and whether it is heard itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subscriber {
    pub(crate) wants_orders: bool,
    pub(crate) wants_fills: bool,
    pub(crate) muted: bool,
    pub(crate) moment: u64,
    pub(crate) commands: u32,
}

impl Runtime {
    /// An empty runtime. `epoch` must be higher than any that the node has used before.
    pub fn new(epoch: u32) -> Runtime {
        Runtime {
            kernel: Kernel::new(epoch),
            markets: Vec::new(),
            venue_of: Vec::new(),
            venues: Vec::new(),
            schedule: Schedule::default(),
            deliveries: VecDeque::new(),
            traders: Vec::new(),
            timers: BTreeMap::new(),
            outbox: Vec::new(),
            records: Vec::new(),
            outputs: Vec::new(),
            changed_markets: Vec::new(),
            counters: Counters::default(),
            hash: ResultHash::default(),
            clock: UnixNanos::ZERO,
            moment: 0,
            reporting_currency: None,
            first_event: UnixNanos::ZERO,
            marks_are_due: false,
            has_started: false,
            has_begun: false,
            is_draining: false,
        }
    }

    /// Adds a venue.
    ///
    /// # Errors
    /// Where the name is in use.
    pub fn add_venue(&mut self, name: &str, kind: VenueKind) -> Result<VenueId, SetupError> {
        let (highest_fee, native, venue) = match kind {
            VenueKind::Paper(settings) => (
                settings.fees.highest(),
                settings.native,
                Venue::Paper(Box::new(PaperVenue::new(settings))),
            ),
            VenueKind::External {
                highest_fee,
                native,
            } => (highest_fee, native, Venue::External),
        };
        let id = self.kernel.add_venue(name, highest_fee, native)?;
        self.venues.push(venue);
        if matches!(self.venues[id.index()], Venue::Paper(_)) {
            self.note_clock(id, 0);
        }
        Ok(id)
    }

    /// Adds an instrument to its venue.
    ///
    /// # Errors
    /// Where its venue was not added before, or has an instrument of that symbol.
    pub fn add_instrument(&mut self, instrument: Instrument) -> Result<InstrumentId, SetupError> {
        let venue = self
            .kernel
            .venues()
            .find(|venue| self.kernel.venue_name(*venue) == Some(instrument.venue()))
            .ok_or_else(|| SetupError::NoVenue {
                name: instrument.venue().to_owned(),
                instrument: instrument.to_string(),
            })?;
        let instrument = Arc::new(instrument);
        let id = self.kernel.add_instrument(venue, Arc::clone(&instrument))?;
        if let Venue::Paper(paper) = &mut self.venues[venue.index()] {
            paper.add_instrument(id, &instrument);
        }
        self.markets.push(Market::default());
        self.venue_of.push(venue);
        Ok(id)
    }

    /// Adds a strategy.
    ///
    /// # Errors
    /// Where the name is in use.
    pub fn add_strategy(
        &mut self,
        name: &str,
        wants_orders: bool,
        wants_fills: bool,
    ) -> Result<StrategyId, SetupError> {
        let id = self.kernel.add_strategy(name)?;
        self.traders.push(Subscriber {
            wants_orders,
            wants_fills,
            ..Subscriber::default()
        });
        Ok(id)
    }

    /// Sets the currency in which equity is recorded: at the first event, every second, after each
    /// fill and at the end.
    pub fn set_reporting_currency(&mut self, currency: Currency) {
        self.reporting_currency = Some(currency);
    }

    /// A strategy wants to hear of an instrument.
    pub fn subscribe(&mut self, strategy: StrategyId, instrument: InstrumentId, channel: Channel) {
        if let Some(market) = self.markets.get_mut(instrument.index()) {
            market.subscribe(strategy, channel);
        }
    }

    /// A strategy wants the bars of an instrument, and so many of those that closed before the run.
    ///
    /// # Errors
    /// Where it wants such after [`Runtime::start`].
    pub fn subscribe_bars(
        &mut self,
        strategy: StrategyId,
        instrument: InstrumentId,
        spec: BarSpec,
        history: usize,
    ) -> Result<(), SetupError> {
        if history > 0 && self.has_started {
            return Err(SetupError::HistoryTooLate);
        }
        let known = self.kernel.instrument(instrument);
        if let (Some(market), Some(known)) = (self.markets.get_mut(instrument.index()), known) {
            market.bars.subscribe(strategy, spec, history, known);
        }
        Ok(())
    }

    /// A strategy wants to be called every `interval_ns`, for the first time one interval from now,
    /// or from the first event where none has come yet.
    pub fn set_timer(&mut self, strategy: StrategyId, timer: u64, interval_ns: i64) {
        let interval_ns = interval_ns.max(1);
        self.cancel_timer(strategy, timer);
        if self.is_draining {
            return;
        }
        self.timers.insert((strategy, timer), interval_ns);
        if self.has_begun {
            let work = Work::Timer { strategy, timer };
            self.schedule.push(self.clock.plus(interval_ns), work);
        }
    }

    /// A strategy does not want to be called any more.
    pub fn cancel_timer(&mut self, strategy: StrategyId, timer: u64) {
        if self.timers.remove(&(strategy, timer)).is_some() {
            self.schedule.forget_timer(strategy, timer);
        }
    }

    /// Takes a strategy's command at once and tells what came of it. What it causes is delivered
    /// later.
    ///
    /// # Errors
    /// Where the strategy gives commands without end while no time passes.
    pub fn command(
        &mut self,
        strategy: StrategyId,
        command: Command,
    ) -> Result<Outcome, CommandsPerMoment> {
        if let Some(trader) = self.traders.get_mut(strategy.index()) {
            if trader.moment != self.moment {
                (trader.moment, trader.commands) = (self.moment, 0);
            }
            trader.commands += 1;
            if trader.commands > MOST_COMMANDS_PER_MOMENT {
                return Err(CommandsPerMoment);
            }
        }
        Ok(self.step(InputEvent::Command(command)))
    }

    /// The engine has something that somebody must know: it is recorded.
    pub fn tell(&mut self, text: String, order: Option<OrderId>) {
        let ts = self.clock;
        self.records.push(Record::Told { ts, text, order });
    }

    /// When the next work is due: timers, marks, messages of paper venues.
    pub fn next_due(&self) -> Option<UnixNanos> {
        self.schedule.next_at()
    }

    /// What was recorded since the last time, in order.
    pub fn take_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }

    /// Feed time: that of the latest event or work.
    pub fn now(&self) -> UnixNanos {
        self.clock
    }

    /// What has been counted so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The execution state.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// What is known of an instrument's market.
    pub fn view(&self, instrument: InstrumentId) -> Option<&MarketView> {
        self.markets
            .get(instrument.index())
            .map(|market| &market.view)
    }

    /// Twice the middle of an instrument's marks over the run so far, thinned.
    pub fn middles(&self, instrument: InstrumentId) -> Option<&ThinnedLine<i128>> {
        self.markets
            .get(instrument.index())
            .map(|market| &market.middles)
    }

    /// The closed bars of an instrument that a strategy sees, oldest first; `None` where it has not
    /// subscribed to them.
    pub fn bars(
        &self,
        strategy: StrategyId,
        instrument: InstrumentId,
        spec: BarSpec,
    ) -> Option<impl ExactSizeIterator<Item = &Bar>> {
        let bars = &self.markets.get(instrument.index())?.bars;
        let series = bars.series.iter().find(|series| series.spec == spec)?;
        series.seen_by(strategy)
    }

    /// The fingerprint of the run so far.
    pub fn result_hash(&self) -> String {
        self.hash.with_balances(&self.kernel)
    }
}
