//! How far the venues' clocks are from ours (rule 17).

use alphaforge_types::{VenueId, in_ms};

use crate::kernel::Kernel;
use crate::output::{Alert, Output};

impl Kernel {
    /// A venue's clock was measured. Where that takes it beyond the limit, or back, it is told.
    pub(crate) fn on_clock_offset(
        &mut self,
        id: VenueId,
        offset_ns: i64,
        outputs: &mut Vec<Output>,
    ) {
        let drifted = self.clock_drifts(id);
        let Some(venue) = self.venues.get_mut(id.index()) else {
            return;
        };
        let was_known = venue.clock_offset_ns.replace(offset_ns).is_some();
        let (name, drifts) = (venue.name.clone(), self.clock_drifts(id));
        // A clock that was never measured denies orders, but has not gone anywhere.
        if drifts != (drifted && was_known)
            && let Some(limit) = self.limits.clock_drift(id)
        {
            let verdict = if drifts {
                "beyond the limit: new orders there are denied"
            } else {
                "within the limit again"
            };
            let (offset, limit) = (in_ms(offset_ns), in_ms(limit.value));
            let text = format!("{name}: its clock is {offset} from ours, {verdict} ({limit})");
            outputs.push(Output::Alert(Alert::ClockDrift { text }));
        }
    }

    /// Whether orders for a venue are denied for its clock: it is too far from ours, or was never measured.
    pub fn clock_drifts(&self, venue: VenueId) -> bool {
        let offset_ns = self
            .venues
            .get(venue.index())
            .and_then(|venue| venue.clock_offset_ns);
        self.limits.clock_drift(venue).is_some_and(|limit| {
            offset_ns.is_none_or(|offset_ns| offset_ns.saturating_abs() > limit.value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::InputEvent;
    use crate::order_state::OrderState;
    use crate::testing::{VENUE, kernel, limit, step, submit};
    use alphaforge_risk::{LimitTable, Limits, Scope};
    use alphaforge_types::Side;

    fn limited(limits: &[(Scope, i64)]) -> Kernel {
        let (mut kernel, mut table) = (kernel(), LimitTable::default());
        for (scope, limit_ns) in limits {
            let limits = Limits {
                max_clock_drift_ns: Some(*limit_ns),
                ..Limits::default()
            };
            table.set(*scope, limits).unwrap();
        }
        kernel.set_limits(table);
        kernel
    }

    fn passes(kernel: &mut Kernel) -> bool {
        let id = submit(kernel, limit(Side::Buy, "100", "1"));
        let state = &kernel.orders().get(id).unwrap().state;
        !matches!(state, OrderState::Denied { reject } if reject.code() == "clock_drift")
    }

    fn measure(kernel: &mut Kernel, offset_ns: i64) -> Vec<String> {
        let venue = VENUE;
        let (_, outputs) = step(kernel, InputEvent::ClockOffset { venue, offset_ns });
        let alerts = outputs.iter().filter_map(|output| {
            let Output::Alert(alert) = output else {
                return None;
            };
            Some(alert.to_string())
        });
        alerts.collect()
    }

    #[test]
    fn a_clock_beyond_the_limit_denies_and_is_told_at_each_crossing() {
        let mut kernel = limited(&[(Scope::Account, 5_000_000)]);
        assert!(!passes(&mut kernel), "never measured");
        assert!(measure(&mut kernel, -5_000_000).is_empty());
        assert!(passes(&mut kernel));
        assert_eq!(
            measure(&mut kernel, -5_000_001),
            [
                "TEST: its clock is -5.000001 ms from ours, beyond the limit: new orders there are denied (5 ms)"
            ]
        );
        assert!(measure(&mut kernel, 7_000_000).is_empty(), "told already");
        assert!(!passes(&mut kernel));
        assert_eq!(
            measure(&mut kernel, 0),
            ["TEST: its clock is 0 ms from ours, within the limit again (5 ms)"]
        );
        assert!(passes(&mut kernel));
    }

    #[test]
    fn the_lower_of_the_limits_of_account_and_venue_holds() {
        for (account, venue) in [(9, 5), (5, 9)] {
            let mut kernel = limited(&[(Scope::Account, account), (Scope::Venue(VENUE), venue)]);
            measure(&mut kernel, 5);
            assert!(passes(&mut kernel));
            assert_eq!(measure(&mut kernel, 6).len(), 1);
            assert!(!passes(&mut kernel));
        }
    }

    #[test]
    fn a_first_measurement_beyond_the_limit_is_told_and_without_a_limit_none_is() {
        assert_eq!(measure(&mut limited(&[(Scope::Account, 5)]), 6).len(), 1);
        let mut unlimited = kernel();
        assert!(measure(&mut unlimited, i64::MIN).is_empty());
        assert!(passes(&mut unlimited));
    }
}
