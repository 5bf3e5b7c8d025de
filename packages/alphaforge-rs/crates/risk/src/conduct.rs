//! Rule 16: how often a venue rejects what a scope sends, and how many orders it sends for each trade.
//!
//! Above a limit the scope is slow: half of the new orders and replaces that its message rate allows pass, or
//! one a second where it has none. Above twice the limit it is halted. Rejections of new orders and of replaces
//! count, post-only ones that would have traded too. With no trade in the window orders count as for one trade,
//! so that what has not traded yet may begin.
//!
//! Source: MiFID II RTS 9 (Regulation (EU) 2017/566), ratio of unexecuted orders to transactions; RTS 6 article
//! 16 (real-time monitoring); Eurex Advanced Risk Protection (alert, slow-down, stop).

use alphaforge_types::UnixNanos;

use crate::limits::{MessageRate, WindowCount};
use crate::time_window::TimeWindow;

/// What a scope sends while it is slow and has no message rate.
const SLOW: WindowCount = WindowCount {
    count: 1,
    window_ns: 1_000_000_000,
};

/// How a scope gets on with its venues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConductStage {
    /// Within its limits.
    Sound,
    /// Above a limit.
    Slow,
    /// Above twice a limit.
    Halted,
}

/// What a scope has sent, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conduct {
    max_rejects: Option<WindowCount>,
    max_orders_per_trade: Option<WindowCount>,
    slow: WindowCount,
    window_ns: i64,
    orders: TimeWindow,
    trades: TimeWindow,
    rejects: TimeWindow,
    told_at: Option<UnixNanos>,
}

impl Conduct {
    /// Nothing sent yet; `None` where there is no limit.
    pub fn new(
        max_rejects: Option<WindowCount>,
        max_orders_per_trade: Option<WindowCount>,
        message_rate: Option<MessageRate>,
    ) -> Option<Conduct> {
        let slow = message_rate.map_or(SLOW, |rate| WindowCount {
            count: ((rate.limit - rate.reserved_for_cancels) / 2).max(1),
            window_ns: rate.window_ns,
        });
        let limits = [max_rejects, max_orders_per_trade];
        let longest = limits.iter().flatten().map(|limit| limit.window_ns).max()?;
        Some(Conduct {
            max_rejects,
            max_orders_per_trade,
            slow,
            window_ns: longest.max(slow.window_ns),
            orders: TimeWindow::default(),
            trades: TimeWindow::default(),
            rejects: TimeWindow::default(),
            told_at: None,
        })
    }

    /// The limits have changed: what has happened before stays counted.
    #[must_use]
    pub fn after(self, earlier: Conduct) -> Conduct {
        Conduct {
            orders: earlier.orders,
            trades: earlier.trades,
            rejects: earlier.rejects,
            told_at: earlier.told_at,
            ..self
        }
    }

    /// A new order or a replace was sent.
    pub fn on_order(&mut self, now: UnixNanos) {
        self.orders.record(now, self.window_ns);
    }

    /// An order has traded.
    pub fn on_trade(&mut self, now: UnixNanos) {
        self.trades.record(now, self.window_ns);
    }

    /// A venue has rejected a new order or a replace.
    pub fn on_reject(&mut self, now: UnixNanos) {
        self.rejects.record(now, self.window_ns);
    }

    /// What has happened before counts no more.
    pub fn restart(&mut self) {
        for window in [&mut self.orders, &mut self.trades, &mut self.rejects] {
            window.clear();
        }
        self.told_at = None;
    }

    /// What a scope is that has sent this.
    pub fn stage(&self, now: UnixNanos) -> ConductStage {
        let by_rejects = self.max_rejects.map(|limit| {
            let allowed = u64::from(limit.count);
            stage_of(self.rejects.count(now, limit.window_ns), allowed)
        });
        let by_orders = self.max_orders_per_trade.map(|limit| {
            let trades = self.trades.count(now, limit.window_ns).max(1);
            let allowed = u64::from(limit.count).saturating_mul(trades);
            stage_of(self.orders.count(now, limit.window_ns), allowed)
        });
        by_rejects.max(by_orders).unwrap_or(ConductStage::Sound)
    }

    /// How many orders may be sent while it is slow, and within what.
    pub fn slow_rate(&self) -> WindowCount {
        self.slow
    }

    /// Whether another new order or replace may be sent at `now`.
    pub fn has_room(&self, now: UnixNanos) -> bool {
        self.stage(now) == ConductStage::Sound
            || self.orders.count(now, self.slow.window_ns) < u64::from(self.slow.count)
    }

    /// True where it is to be told that the scope is slow now; once in a window.
    pub fn is_news(&mut self, now: UnixNanos) -> bool {
        let is_news = self
            .told_at
            .is_none_or(|at| now.since(at) >= self.window_ns);
        if is_news {
            self.told_at = Some(now);
        }
        is_news
    }
}

fn stage_of(count: u64, allowed: u64) -> ConductStage {
    if count <= allowed {
        ConductStage::Sound
    } else if count <= allowed.saturating_mul(2) {
        ConductStage::Slow
    } else {
        ConductStage::Halted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_ten(count: u32) -> Option<WindowCount> {
        Some(WindowCount {
            count,
            window_ns: 10,
        })
    }

    fn at(nanos: i64) -> UnixNanos {
        UnixNanos::from_nanos(nanos)
    }

    #[test]
    fn rule_16_rejects_at_the_limit_pass_above_it_slow_above_twice_it_halt() {
        let mut conduct = Conduct::new(per_ten(2), None, None).unwrap();
        use ConductStage::{Halted, Slow, Sound};
        for (count, expected) in [(1, Sound), (2, Sound), (3, Slow), (4, Slow), (5, Halted)] {
            conduct.on_reject(at(count));
            assert_eq!(conduct.stage(at(count)), expected, "{count}");
        }
        // The first of them was at 1.
        assert_eq!(conduct.stage(at(11)), Slow);
        assert_eq!(conduct.stage(at(12)), Slow);
        assert_eq!(conduct.stage(at(13)), Sound);
        conduct.restart();
        assert_eq!(conduct.stage(at(13)), Sound);
    }

    #[test]
    fn rule_16_orders_count_for_each_trade_and_without_one_as_for_one() {
        use ConductStage::{Halted, Slow, Sound};
        for (trades, orders, expected) in [
            (0, 2, Sound),
            (0, 3, Slow),
            (0, 5, Halted),
            (1, 2, Sound),
            (1, 3, Slow),
            (2, 4, Sound),
            (2, 5, Slow),
            (2, 8, Slow),
            (2, 9, Halted),
        ] {
            let mut conduct = Conduct::new(None, per_ten(2), None).unwrap();
            (0..trades).for_each(|_| conduct.on_trade(at(0)));
            (0..orders).for_each(|_| conduct.on_order(at(0)));
            assert_eq!(conduct.stage(at(0)), expected, "{trades} {orders}");
        }
    }

    #[test]
    fn slow_is_half_of_the_message_rate_or_one_a_second() {
        let rate = |limit, reserved_for_cancels| {
            Some(MessageRate {
                limit,
                window_ns: 100,
                reserved_for_cancels,
            })
        };
        for (rate, expected) in [
            (rate(10, 2), (4, 100)),
            (rate(9, 2), (3, 100)),
            (rate(1, 0), (1, 100)),
            (None, (1, 1_000_000_000)),
        ] {
            let conduct = Conduct::new(per_ten(1), None, rate).unwrap();
            let slow = conduct.slow_rate();
            assert_eq!((slow.count, slow.window_ns), expected);
        }
        let mut conduct = Conduct::new(per_ten(1), None, rate(4, 0)).unwrap();
        (0..3).for_each(|_| conduct.on_order(at(0)));
        assert!(conduct.has_room(at(0)));
        (0..2).for_each(|_| conduct.on_reject(at(0)));
        assert!(!conduct.has_room(at(0)));
        assert!(conduct.has_room(at(10)));
    }

    #[test]
    fn slowness_is_told_once_in_a_window() {
        let mut conduct = Conduct::new(per_ten(1), None, None).unwrap();
        let window = 1_000_000_000;
        let told = [0, 5, window - 1, window, window + 1].map(|now| conduct.is_news(at(now)));
        assert_eq!(told, [true, false, false, true, false]);
        assert_eq!(Conduct::new(None, None, None), None);
    }
}
