//! Rule 8: new orders, replaces and cancels in a sliding window; a share is kept for cancels, which
//! are counted and never refused.
//!
//! Source: RTS 6 article 15(1)(d), maximum messages limit; the venues' own rate limits.

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(_order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    for (scope, window) in view.windows.iter().flatten() {
        if window.has_room(view.now) {
            continue;
        }
        let rate = window.rate();
        return Err(Reject::MessageRate {
            limit: rate.limit,
            reserved: rate.reserved_for_cancels,
            window_ms: rate.window_ns / 1_000_000,
            scope: *scope,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{EffectiveLimits, MessageRate, Scope};
    use crate::message_window::MessageWindow;
    use crate::view::testing::{instrument, limit_order, permissive};
    use alphaforge_types::{Side, UnixNanos};

    #[test]
    fn the_share_for_cancels_is_kept() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut window = MessageWindow::new(MessageRate {
            limit: 4,
            window_ns: 1_000_000_000,
            reserved_for_cancels: 1,
        });
        let order = limit_order(Side::Buy, "100", "1");
        for sent in 0..5 {
            let windows = [None, Some((Scope::Account, &window))];
            let mut view = permissive(&instrument, &limits);
            view.windows = &windows;
            let denied = Reject::MessageRate {
                limit: 4,
                reserved: 1,
                window_ms: 1_000,
                scope: Scope::Account,
            };
            let expected = if sent < 3 { Ok(()) } else { Err(denied) };
            assert_eq!(check(&order, &view), expected, "{sent} sent");
            window.record(UnixNanos::ZERO);
        }
    }
}
