//! A venue that fills our orders against the market data: the matching engine beside what is shown.

use std::sync::Arc;

use alphaforge_exchange::{
    AccountId, Consumed, ExchangeEvent, ExchangeFill, ExchangeOrder, ExchangeOrderId, FeeSchedule,
    MarketLiquidity, MatchingEngine, SelfTradePrevention,
};
use alphaforge_kernel::{FillReport, NativeOrders, Reason, Report, ReportEvent, VenueMessage};
use alphaforge_market::MarketView;
use alphaforge_types::{
    Currency, DepthDiff, Instrument, InstrumentId, OrderId, Quote, Trade, UnixNanos, VenueOrderId,
};

/// We are one account at a paper venue.
const OURS: AccountId = AccountId::new(0);

/// How a paper venue behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaperSettings {
    /// How long a message takes to the venue, and how long one takes back.
    pub latency_ns: i64,
    /// What trades cost.
    pub fees: FeeSchedule,
    /// What the venue does by itself; the rest is held here.
    pub native: NativeOrders,
}

/// A paper venue: a matching engine for each instrument.
#[derive(Debug)]
pub(crate) struct PaperVenue {
    pub(crate) settings: PaperSettings,
    markets: Vec<Option<PaperMarket>>,
}

#[derive(Debug)]
struct PaperMarket {
    engine: MatchingEngine,
    consumed: Consumed,
    quote_currency: Currency,
}

impl PaperVenue {
    pub(crate) fn new(settings: PaperSettings) -> PaperVenue {
        PaperVenue {
            settings,
            markets: Vec::new(),
        }
    }

    pub(crate) fn add_instrument(&mut self, id: InstrumentId, instrument: &Arc<Instrument>) {
        while self.markets.len() <= id.index() {
            self.markets.push(None);
        }
        self.markets[id.index()] = Some(PaperMarket {
            engine: MatchingEngine::new(Arc::clone(instrument), self.settings.fees),
            consumed: Consumed::default(),
            quote_currency: instrument.quote(),
        });
    }

    fn market(&mut self, instrument: InstrumentId) -> Option<&mut PaperMarket> {
        self.markets.get_mut(instrument.index())?.as_mut()
    }

    /// A message of ours reaches the venue; returns its answers.
    pub(crate) fn on_message(&mut self, message: VenueMessage, view: &MarketView) -> Vec<Report> {
        let Some(market) = self.market(message.instrument()) else {
            return Vec::new();
        };
        let mut events = Vec::new();
        let mut answered = None;
        let mut shown = MarketLiquidity::new(view, &mut market.consumed);
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
                market.engine.submit(order, &mut shown, &mut events);
            }
            VenueMessage::Replace { replace, .. } => {
                let request = replace.into_inner();
                let id = exchange_id(request.order);
                answered = Some(request.version);
                market
                    .engine
                    .replace(id, OURS, request.terms, &mut shown, &mut events);
            }
            VenueMessage::Cancel { order, .. } => {
                market.engine.cancel(exchange_id(order), OURS, &mut events);
            }
        }
        market.reports(&events, answered)
    }

    /// A trade between others may have met our resting orders.
    pub(crate) fn on_trade(&mut self, trade: &Trade, view: &MarketView) -> Vec<Report> {
        let Some(market) = self.market(trade.instrument) else {
            return Vec::new();
        };
        if view.shows_trades_only() {
            market.consumed.clear();
        }
        let mut events = Vec::new();
        market.engine.on_market_trade(trade, &mut events);
        let mut shown = MarketLiquidity::new(view, &mut market.consumed);
        market
            .engine
            .on_last_price(trade.price, &mut shown, &mut events);
        market.reports(&events, None)
    }

    /// The time has come till which some order is good.
    pub(crate) fn on_expiry(&mut self, instrument: InstrumentId, now: UnixNanos) -> Vec<Report> {
        let Some(market) = self.market(instrument) else {
            return Vec::new();
        };
        let mut events = Vec::new();
        market.engine.expire_until(now, &mut events);
        market.reports(&events, None)
    }

    /// The market shows a new best bid and ask; `view` still shows the one before.
    pub(crate) fn before_quote(&mut self, quote: &Quote, view: &MarketView) {
        if view.book().synced().is_none()
            && let Some(market) = self.market(quote.instrument)
        {
            market.consumed.on_quote(view.quote(), quote);
        }
    }

    /// The market shows changed levels.
    pub(crate) fn on_diff(&mut self, diff: &DepthDiff) {
        if let Some(market) = self.market(diff.instrument) {
            market.consumed.on_diff(diff);
        }
    }

    /// The market shows everything anew, or nothing any more.
    pub(crate) fn on_new_book(&mut self, instrument: InstrumentId) {
        if let Some(market) = self.market(instrument) {
            market.consumed.clear();
        }
    }

    /// What is shown has changed: queues that could not be seen may be seen now, and where the venue shows
    /// no trades, triggers may fire.
    pub(crate) fn on_market_change(
        &mut self,
        instrument: InstrumentId,
        view: &MarketView,
    ) -> Vec<Report> {
        let Some(market) = self.market(instrument) else {
            return Vec::new();
        };
        let mut shown = MarketLiquidity::new(view, &mut market.consumed);
        market.engine.on_market_change(&shown);
        let Some(price) = view.price_without_trades() else {
            return Vec::new();
        };
        let mut events = Vec::new();
        market.engine.on_last_price(price, &mut shown, &mut events);
        market.reports(&events, None)
    }
}

impl PaperMarket {
    /// What the kernel learns; `answered` is the version of the replace that the events answer, if any.
    fn reports(&self, events: &[ExchangeEvent], answered: Option<u32>) -> Vec<Report> {
        events
            .iter()
            .filter_map(|event| report(event, self.quote_currency, answered))
            .collect()
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
