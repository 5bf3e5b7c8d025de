//! Rule 21: rules that a person has set aside for one order.

/// The rules whose limits people set for themselves. What the venue demands (2), what says stop (1, 14, 19),
/// what pays (10) and what keeps own orders apart (15) is never set aside.
const OVERRIDABLE: [u8; 8] = [4, 5, 6, 7, 8, 11, 12, 13];

/// A rule that a person may set aside for one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OverridableRule(u8);

impl OverridableRule {
    /// The rule of this number; `None` where nobody may set it aside.
    pub fn new(number: u8) -> Option<OverridableRule> {
        let overridable = OVERRIDABLE.contains(&number);
        overridable.then_some(OverridableRule(number))
    }

    /// Its number in the table of risk controls.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The numbers of all such rules.
    pub const fn numbers() -> &'static [u8] {
        &OVERRIDABLE
    }
}

/// The rules that are set aside for the next order of a strategy that breaks one of them, and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides(u32);

impl Overrides {
    /// Sets one more aside.
    pub fn add(&mut self, rule: OverridableRule) {
        self.0 |= 1 << rule.0;
    }

    /// The rule of this number, where it is set aside.
    pub(crate) fn of(self, number: u8) -> Option<OverridableRule> {
        OverridableRule::new(number).filter(|rule| self.0 & (1 << rule.0) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rules_whose_limits_people_set_can_be_overridden() {
        let overridable: Vec<u8> = (0..=u8::MAX)
            .filter(|number| OverridableRule::new(*number).is_some())
            .collect();
        assert_eq!(overridable, OverridableRule::numbers());
        for never in [1, 2, 3, 9, 10, 14, 15, 16, 17, 18, 19, 20, 21] {
            assert_eq!(OverridableRule::new(never), None, "{never}");
        }
    }

    #[test]
    fn a_set_holds_what_was_added() {
        let mut overrides = Overrides::default();
        let five = OverridableRule::new(5).unwrap();
        assert_eq!(overrides.of(5), None);
        overrides.add(five);
        assert_eq!(overrides.of(5), Some(five));
        assert_eq!((overrides.of(4), overrides.of(1)), (None, None));
    }
}
