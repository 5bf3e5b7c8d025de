//! The kernel's state, how it is set up, and the step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use alphaforge_risk::{
    Conduct, Contribution, EffectiveLimits, Exposure, ExposureSums, FillRun, LimitTable,
    MessageWindow, RecentOrders, RestingOrders, Scope, TradingState,
};
use alphaforge_types::{
    Amount, Currency, Instrument, InstrumentId, MarketState, OrderId, Rate, StrategyId, UnixNanos,
    VenueId,
};

use crate::account::Account;
use crate::conversion_paths::ConversionPaths;
use crate::flatten::Flattening;
use crate::groups::{Group, GroupId};
use crate::input::{Command, Input, InputEvent};
use crate::latches::Latches;
use crate::losses::ScopeLosses;
use crate::order_state::Reason;
use crate::orders::Orders;
use crate::output::{Alert, Outcome, Output};
use crate::overrides::Override;
use crate::parents::Parent;
use crate::position::Position;
use crate::scope_table::ScopeTable;

const DRAINS: Reason = Reason::Borrowed("the node ends");

/// A name that is in use already.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {name:?} is there already")]
pub struct NameTaken {
    what: &'static str,
    name: String,
}

/// All execution state of a node.
#[derive(Clone, Debug)]
pub struct Kernel {
    epoch: u32,
    pub(crate) orders_made: u64,
    pub(crate) clock: UnixNanos,
    pub(crate) latches: Latches,
    pub(crate) venues: Vec<Venue>,
    pub(crate) instruments: Vec<Listing>,
    pub(crate) strategies: Vec<Trader>,
    pub(crate) orders: Orders,
    /// How many of them are live.
    pub(crate) open_orders: u32,
    /// The live ones that may only reduce.
    pub(crate) reduce_only: BTreeSet<OrderId>,
    pub(crate) groups: Vec<Group>,
    /// Groups in which something has happened in this step.
    pub(crate) touched_groups: Vec<GroupId>,
    pub(crate) limits: LimitTable,
    pub(crate) windows: ScopeTable<MessageWindow>,
    pub(crate) overrides: Vec<Override>,
    pub(crate) parents: Vec<Parent>,
    /// Rule 16, by scope, and whether anything of it has changed in this step.
    pub(crate) conducts: BTreeMap<Scope, Conduct>,
    pub(crate) conducts_touched: bool,
    /// Rule 14, by scope, and the day that its daily figures are of.
    pub(crate) losses: BTreeMap<Scope, ScopeLosses>,
    pub(crate) day: i64,
    /// The scopes whose positions are being closed.
    pub(crate) flattening: BTreeMap<Scope, Flattening>,
    /// Rule 12: the sums of the scopes that have a limit of exposure.
    pub(crate) exposures: ScopeTable<ExposureSums>,
    /// From each currency to each other.
    pub(crate) paths: ConversionPaths,
}

/// What a venue does by itself; what it does not is held here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeOrders {
    /// Stops and take-profits wait at the venue.
    pub triggers: bool,
    /// Stops that trail the market by a distance in price wait at the venue.
    pub trailing: bool,
    /// Orders expire at the venue when their time has come.
    pub expiry: bool,
}

/// A venue and our account there.
#[derive(Clone, Debug)]
pub(crate) struct Venue {
    pub(crate) name: String,
    pub(crate) highest_fee: Rate,
    pub(crate) native: NativeOrders,
    pub(crate) open_orders: u32,
    pub(crate) account: Account,
    /// Its clock less ours; `None` while it was never measured.
    pub(crate) clock_offset_ns: Option<i64>,
    /// How far balances have drifted since the last freeze, each within its tolerance.
    pub(crate) drifts: BTreeMap<Currency, Amount>,
}

/// An instrument, what is known of its market, and the whole node's exposure in it.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    pub(crate) instrument: Arc<Instrument>,
    pub(crate) venue: VenueId,
    pub(crate) market: MarketState,
    pub(crate) exposure: Exposure,
    pub(crate) open_orders: u32,
    pub(crate) resting: RestingOrders,
    /// What the sums of exposure hold of it.
    pub(crate) contribution: Contribution,
}

/// A strategy and what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Trader {
    pub(crate) name: String,
    pub(crate) open_orders: u32,
    pub(crate) holdings: Vec<Holding>,
    /// The instruments that it may trade; `None` for all.
    pub(crate) given: Option<Vec<InstrumentId>>,
}

/// A strategy's position, exposure and limits in one instrument.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holding {
    pub(crate) position: Position,
    pub(crate) exposure: Exposure,
    pub(crate) recent: RecentOrders,
    pub(crate) limits: EffectiveLimits,
    /// What the sums of exposure hold of it.
    pub(crate) contribution: Contribution,
    pub(crate) fill_run: FillRun,
}

impl Kernel {
    /// An empty kernel. `epoch` must be higher than any that this node has used before.
    pub fn new(epoch: u32) -> Kernel {
        Kernel {
            epoch,
            orders_made: 0,
            clock: UnixNanos::ZERO,
            latches: Latches::default(),
            venues: Vec::new(),
            instruments: Vec::new(),
            strategies: Vec::new(),
            orders: Orders::default(),
            open_orders: 0,
            reduce_only: BTreeSet::new(),
            groups: Vec::new(),
            touched_groups: Vec::new(),
            limits: LimitTable::default(),
            windows: ScopeTable::default(),
            overrides: Vec::new(),
            parents: Vec::new(),
            conducts: BTreeMap::new(),
            conducts_touched: false,
            losses: BTreeMap::new(),
            day: i64::MIN,
            flattening: BTreeMap::new(),
            exposures: ScopeTable::default(),
            paths: ConversionPaths::default(),
        }
    }

    /// Adds a venue. `highest_fee` is the highest rate an order there can meet; it is part of what
    /// an order locks.
    ///
    /// # Errors
    /// Where the name is in use.
    pub fn add_venue(
        &mut self,
        name: &str,
        highest_fee: Rate,
        native: NativeOrders,
    ) -> Result<VenueId, NameTaken> {
        if self.venues.iter().any(|venue| venue.name == name) {
            return Err(NameTaken {
                what: "venue",
                name: name.to_owned(),
            });
        }
        self.venues.push(Venue {
            name: name.to_owned(),
            highest_fee,
            native,
            open_orders: 0,
            account: Account::default(),
            clock_offset_ns: None,
            drifts: BTreeMap::new(),
        });
        Ok(VenueId::from_index(self.venues.len() as u32 - 1))
    }

    /// Adds an instrument of a venue.
    ///
    /// # Errors
    /// Where the venue has one of that symbol.
    pub fn add_instrument(
        &mut self,
        venue: VenueId,
        instrument: Arc<Instrument>,
    ) -> Result<InstrumentId, NameTaken> {
        let name = instrument.to_string();
        let taken = self
            .instruments
            .iter()
            .any(|listing| listing.instrument.to_string() == name);
        if taken {
            return Err(NameTaken {
                what: "instrument",
                name,
            });
        }
        let id = InstrumentId::from_index(self.instruments.len() as u32);
        self.paths.add(id, instrument.base(), instrument.quote());
        self.instruments.push(Listing {
            instrument,
            venue,
            market: MarketState::default(),
            exposure: Exposure::default(),
            open_orders: 0,
            resting: RestingOrders::default(),
            contribution: Contribution::default(),
        });
        self.compile_limits();
        Ok(id)
    }

    /// Adds a strategy.
    ///
    /// # Errors
    /// Where the name is in use.
    pub fn add_strategy(&mut self, name: &str) -> Result<StrategyId, NameTaken> {
        if self.strategies.iter().any(|trader| trader.name == name) {
            return Err(NameTaken {
                what: "strategy",
                name: name.to_owned(),
            });
        }
        self.strategies.push(Trader {
            name: name.to_owned(),
            open_orders: 0,
            holdings: Vec::new(),
            given: None,
        });
        self.compile_limits();
        Ok(StrategyId::from_index(self.strategies.len() as u32 - 1))
    }

    /// Puts these limits in place of all before. What was counted under those before stays counted.
    pub fn set_limits(&mut self, limits: LimitTable) {
        let mut windows = std::mem::take(&mut self.windows);
        for (scope, limits) in limits.scopes() {
            let Some(rate) = limits.message_rate else {
                continue;
            };
            let mut window = windows
                .remove(&scope)
                .unwrap_or_else(|| MessageWindow::new(rate));
            window.set_rate(rate);
            self.windows.insert(scope, window);
        }
        self.limits = limits;
        self.compile_conducts();
        self.compile_losses();
        self.compile_limits();
        self.begin_exposures();
    }

    /// Takes one input and appends what follows from it.
    pub fn step(&mut self, input: &Input, outputs: &mut Vec<Output>) -> Outcome {
        self.clock = self.clock.max(input.now);
        self.roll_day(outputs);
        for (instrument, market) in &input.markets {
            if let Some(listing) = self.instruments.get_mut(instrument.index()) {
                listing.market = *market;
                self.revalue(*instrument, None);
            }
        }
        self.expire_overrides(outputs);
        self.watch_unknown_losses(outputs);
        let outcome = self.take(&input.event, outputs);
        self.settle_groups(outputs);
        self.watch_conducts(outputs);
        self.flatten_on(outputs);
        outcome
    }

    fn take(&mut self, event: &InputEvent, outputs: &mut Vec<Output>) -> Outcome {
        match event {
            InputEvent::Command(command) => return self.on_command(command, outputs),
            InputEvent::Released { order } => self.on_released(*order, outputs),
            InputEvent::Fired { order } => self.on_fired(*order, outputs),
            InputEvent::Overdue { order } => self.on_overdue(*order, outputs),
            InputEvent::Report(report) => self.on_report(report, outputs),
            InputEvent::Account(snapshot) => {
                if let Some(venue) = self.venues.get_mut(snapshot.venue.index()) {
                    for (currency, total) in &snapshot.totals {
                        venue.account.set_total(*currency, *total);
                    }
                }
            }
            InputEvent::Funding(funding) => self.on_funding(funding, outputs),
            InputEvent::Drift(drift) => self.on_drift(drift, outputs),
            InputEvent::ClockOffset { venue, offset_ns } => {
                self.on_clock_offset(*venue, *offset_ns, outputs);
            }
            InputEvent::Limits(change) => {
                self.set_limits(change.limits.clone());
                outputs.push(Output::Alert(Alert::LimitChanged(change.note.clone())));
            }
            InputEvent::Operator(action) => return self.on_operator(action, outputs),
            InputEvent::Override(request) => return self.on_override(request, outputs),
            InputEvent::Drain => {
                // The end of a run is nothing that somebody must be told.
                let (scope, state) = (Scope::Account, TradingState::Halted);
                self.tighten(scope, state, DRAINS, &mut Vec::new());
            }
            InputEvent::Timer => {
                // What has grown too old since is known by now.
                if self.limits.max_rate_age_ns.is_some() {
                    self.revalue_all();
                }
                self.watch_losses(None, true, outputs);
                self.tell_unknown_losses(outputs);
            }
        }
        Outcome::default()
    }

    fn on_command(&mut self, command: &Command, outputs: &mut Vec<Output>) -> Outcome {
        match command {
            Command::Submit(submit) => self.submit(submit, outputs),
            Command::SubmitGroup(group) => self.submit_group(group, outputs),
            Command::Parent(parent) => self.make_parent(parent),
            Command::Replace(replace) => self.replace(replace, outputs),
            Command::Cancel { strategy, order } => self.cancel(*strategy, *order, outputs),
            Command::CancelAll {
                strategy,
                instrument,
            } => {
                self.cancel_all(Scope::Strategy(*strategy), *instrument, outputs);
                Outcome::default()
            }
        }
    }

    /// The id of the next order; `None` where the epoch has none left.
    pub(crate) fn upcoming_order_id(&self) -> Option<OrderId> {
        OrderId::new(self.epoch, self.orders_made + 1)
    }

    /// The upcoming order is made.
    pub(crate) fn count_order(&mut self) {
        self.orders_made += 1;
    }
}
