//! A venue that fills our orders against the market data: the matching engine beside what is shown.

use std::sync::Arc;

use alphaforge_exchange::{
    AccountId, Consumed, ExchangeEvent, ExchangeFill, ExchangeOrder, ExchangeOrderId, FeeSchedule,
    FeeTiers, MarketLiquidity, MatchingEngine, QueueModel, SelfTradePrevention, TradedVolume,
};
use alphaforge_kernel::{FillReport, NativeOrders, Reason, Report, ReportEvent, VenueMessage};
use alphaforge_market::MarketView;
use alphaforge_types::{
    Currency, DepthDiff, Instrument, InstrumentId, OrderId, Quote, Side, Trade, UnixNanos,
    VenueOrderId,
};

use crate::latency::{LatencyModel, Way};

/// We are one account at a paper venue.
const OURS: AccountId = AccountId::new(0);

/// What our own orders do to the market that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Impact {
    /// What they take is gone until the market shows that level anew.
    #[default]
    Consumed,
    /// Nothing: each message and each change of the market meets all that is shown.
    None,
}

/// What the market has shown anew.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shown<'a> {
    /// The best bid and ask. Nobody moves in a queue: quotes mostly come before the trades that they
    /// hold, so that the same quantity would count twice.
    Quote,
    /// Levels of a synchronised book.
    Diff(&'a DepthDiff),
    /// A synchronised book as a whole.
    Book,
}

/// How a paper venue behaves: its fill model, and what it does by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperSettings {
    /// How long messages take.
    pub latency: LatencyModel,
    /// What trades cost.
    pub fees: FeeTiers,
    /// Where resting orders stand among what is displayed.
    pub queue: QueueModel,
    /// What our orders do to what is displayed.
    pub impact: Impact,
    /// What the venue does by itself; the rest is held here.
    pub native: NativeOrders,
}

impl Default for PaperSettings {
    fn default() -> PaperSettings {
        PaperSettings {
            latency: LatencyModel::default(),
            fees: FeeTiers::default(),
            queue: QueueModel::default(),
            impact: Impact::default(),
            native: NativeOrders {
                triggers: true,
                trailing: true,
                expiry: true,
            },
        }
    }
}

/// A paper venue: a matching engine for each instrument.
#[derive(Debug)]
pub(crate) struct PaperVenue {
    pub(crate) way: Way,
    fees: FeeTiers,
    volume: TradedVolume,
    queue: QueueModel,
    impact: Impact,
    markets: Vec<Option<PaperMarket>>,
}

#[derive(Debug)]
struct PaperMarket {
    engine: MatchingEngine,
    consumed: Consumed,
}

impl PaperVenue {
    pub(crate) fn new(settings: PaperSettings) -> PaperVenue {
        PaperVenue {
            way: Way::new(settings.latency),
            fees: settings.fees,
            volume: TradedVolume::default(),
            queue: settings.queue,
            impact: settings.impact,
            markets: Vec::new(),
        }
    }

    pub(crate) fn add_instrument(&mut self, id: InstrumentId, instrument: &Arc<Instrument>) {
        while self.markets.len() <= id.index() {
            self.markets.push(None);
        }
        let engine = MatchingEngine::new(Arc::clone(instrument), FeeSchedule::default());
        self.markets[id.index()] = Some(PaperMarket {
            engine: engine.with_queue_model(self.queue),
            consumed: Consumed::default(),
        });
    }

    /// Lets something happen in a market, charged at the rates of now; returns what we learn of it.
    /// `answered` is the version of the replace that is answered, if any.
    fn happen(
        &mut self,
        instrument: InstrumentId,
        now: UnixNanos,
        answered: Option<u32>,
        act: impl FnOnce(&mut PaperMarket, &mut Vec<ExchangeEvent>),
    ) -> Vec<Report> {
        let Some(market) = self
            .markets
            .get_mut(instrument.index())
            .and_then(Option::as_mut)
        else {
            return Vec::new();
        };
        let currency = market.engine.instrument().quote();
        market
            .engine
            .set_fees(self.volume.fees(&self.fees, currency, now));
        let mut events = Vec::new();
        act(market, &mut events);
        if self.impact == Impact::None {
            market.consumed.clear();
        }
        for event in &events {
            if let ExchangeEvent::Filled(fill) = event {
                let notional = market
                    .engine
                    .instrument()
                    .notional(fill.price, fill.quantity);
                self.volume.add(currency, now, notional.unwrap_or_default());
            }
        }
        events
            .iter()
            .filter_map(|event| report(event, currency, answered))
            .collect()
    }

    fn market(&mut self, instrument: InstrumentId) -> Option<&mut PaperMarket> {
        self.markets.get_mut(instrument.index())?.as_mut()
    }

    /// A message of ours reaches the venue; returns its answers.
    pub(crate) fn on_message(
        &mut self,
        message: VenueMessage,
        view: &MarketView,
        now: UnixNanos,
    ) -> Vec<Report> {
        let answered = match &message {
            VenueMessage::Replace { replace, .. } => Some(replace.get().version),
            VenueMessage::Submit(_) | VenueMessage::Cancel { .. } => None,
        };
        self.happen(message.instrument(), now, answered, |market, events| {
            let mut shown = MarketLiquidity::new(view, &mut market.consumed);
            let engine = &mut market.engine;
            engine.expire_until(now, events);
            match message {
                VenueMessage::Submit(approved) => {
                    let request = approved.into_inner();
                    let order = ExchangeOrder {
                        id: exchange_id(request.order),
                        account: OURS,
                        side: request.side,
                        kind: request.kind,
                        time_in_force: request.time_in_force,
                        quantity: request.quantity,
                        worst_price: request.worst_price,
                        self_trade: SelfTradePrevention::ExpireMaker,
                        conditions: request.conditions,
                    };
                    engine.submit(order, &mut shown, events);
                }
                VenueMessage::Replace { replace, .. } => {
                    let request = replace.into_inner();
                    let id = exchange_id(request.order);
                    engine.replace(id, OURS, request.terms, &mut shown, events);
                }
                VenueMessage::Cancel { order, .. } => {
                    engine.cancel(exchange_id(order), OURS, events);
                }
            }
        })
    }

    /// A trade between others may have met our resting orders.
    pub(crate) fn on_trade(
        &mut self,
        trade: &Trade,
        view: &MarketView,
        now: UnixNanos,
    ) -> Vec<Report> {
        if view.shows_trades_only() {
            self.on_new_book(trade.instrument);
        }
        if let Some(market) = self.idle_market(trade.instrument) {
            market.engine.see_price(trade.price);
            return Vec::new();
        }
        self.happen(trade.instrument, now, None, |market, events| {
            market.engine.on_market_trade(trade, events);
            let mut shown = MarketLiquidity::new(view, &mut market.consumed);
            market.engine.on_last_price(trade.price, &mut shown, events);
        })
    }

    /// The time has come till which some order is good.
    pub(crate) fn on_expiry(&mut self, instrument: InstrumentId, now: UnixNanos) -> Vec<Report> {
        self.happen(instrument, now, None, |market, events| {
            market.engine.expire_until(now, events);
        })
    }

    /// The market shows a new best bid and ask; `view` still shows the one before.
    pub(crate) fn before_quote(&mut self, quote: &Quote, view: &MarketView) {
        if view.book().synced().is_none()
            && let Some(market) = self.market(quote.instrument)
        {
            market.consumed.on_quote(view.quote(), quote);
        }
    }

    /// The market shows everything anew, or nothing any more.
    pub(crate) fn on_new_book(&mut self, instrument: InstrumentId) {
        if let Some(market) = self.market(instrument) {
            market.consumed.clear();
        }
    }

    /// The market shows something new: resting orders may move in their queues or meet what has come to
    /// them, and where the venue shows no trades, triggers may fire.
    pub(crate) fn on_levels(
        &mut self,
        instrument: InstrumentId,
        change: Shown<'_>,
        view: &MarketView,
        now: UnixNanos,
    ) -> Vec<Report> {
        if let Shown::Diff(diff) = change
            && let Some(market) = self.market(instrument)
        {
            market.consumed.on_diff(diff);
        }
        let price = view.price_without_trades();
        if let Some(market) = self.idle_market(instrument) {
            if let Some(price) = price {
                market.engine.see_price(price);
            }
            return Vec::new();
        }
        self.happen(instrument, now, None, |market, events| {
            let engine = &mut market.engine;
            let mut shown = MarketLiquidity::new(view, &mut market.consumed);
            match change {
                Shown::Quote => {}
                Shown::Diff(diff) => {
                    engine.on_levels_shown(Side::Buy, &diff.bids);
                    engine.on_levels_shown(Side::Sell, &diff.asks);
                }
                Shown::Book => engine.on_all_shown(&shown),
            }
            engine.on_market_change(&mut shown, events);
            if let Some(price) = price {
                engine.on_last_price(price, &mut shown, events);
            }
        })
    }

    /// A market that has none of our orders, as most have not most of the time: it need only know the last
    /// price.
    fn idle_market(&mut self, instrument: InstrumentId) -> Option<&mut PaperMarket> {
        self.market(instrument)
            .filter(|market| market.engine.is_idle())
    }
}

fn exchange_id(order: OrderId) -> ExchangeOrderId {
    ExchangeOrderId::new(order.raw())
}

/// What the kernel learns of an event; nothing where the event says nothing new.
fn report(
    event: &ExchangeEvent,
    quote_currency: Currency,
    answered: Option<u32>,
) -> Option<Report> {
    let (order, event) = match event {
        ExchangeEvent::Rested { .. } => return None,
        ExchangeEvent::Accepted { order, .. } => (order, ReportEvent::Accepted),
        ExchangeEvent::Triggered { order, .. } => (order, ReportEvent::Triggered),
        ExchangeEvent::Rejected { order, reason, .. } => {
            let reason = text(reason);
            (order, ReportEvent::Rejected { reason })
        }
        ExchangeEvent::Filled(fill) => (&fill.order, filled(fill, quote_currency)),
        ExchangeEvent::Cancelled { order, cause, .. } => {
            let reason = text(cause);
            (order, ReportEvent::Cancelled { reason })
        }
        ExchangeEvent::CancelRejected { order, .. } => {
            let reason = Reason::Borrowed("no such order is open");
            (order, ReportEvent::CancelRejected { reason })
        }
        ExchangeEvent::Replaced { order, .. } => {
            let version = answered?;
            (order, ReportEvent::Replaced { version })
        }
        ExchangeEvent::ReplaceRejected { order, reason, .. } => {
            let (version, reason) = (answered?, text(reason));
            (order, ReportEvent::ReplaceRejected { version, reason })
        }
        ExchangeEvent::Expired { order, reason, .. } => {
            let reason = text(reason);
            (order, ReportEvent::Expired { reason })
        }
    };
    Some(Report {
        order: OrderId::from_raw(order.number()),
        venue_order_id: Some(VenueOrderId::new(&order.number().to_string())),
        event,
    })
}

fn filled(fill: &ExchangeFill, quote_currency: Currency) -> ReportEvent {
    ReportEvent::Filled(FillReport {
        trade_id: fill.trade_id,
        price: fill.price,
        quantity: fill.quantity,
        liquidity: fill.liquidity,
        fee: fill.fee,
        fee_currency: quote_currency,
        is_last: fill.leaves.is_zero(),
    })
}

fn text(reason: &impl std::fmt::Display) -> Reason {
    Reason::Owned(reason.to_string())
}
