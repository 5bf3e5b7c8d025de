use super::*;
use proptest::prelude::*;

fn amount(text: &str) -> Amount {
    Amount::parse(text).unwrap()
}

fn watch(measure: LossMeasure, limit: LossLimit) -> LossWatch {
    LossWatch::new(measure, Currency::new("USDT").unwrap(), limit)
}

fn observe(watch: &mut LossWatch, profit: &str) -> Option<LossStage> {
    let equity = || Some(amount("1000"));
    watch.observe(Some(amount(profit)), equity, &LossResponse::default())
}

#[test]
fn rule_14_the_loss_that_equals_a_stage_passes_and_one_unit_more_does_not() {
    use LossStage::{Alert, Halted, Reducing};
    let limits = [
        (LossMeasure::DailyLoss, LossLimit::Amount(amount("200"))),
        (LossMeasure::Drawdown, LossLimit::Amount(amount("200"))),
        (
            LossMeasure::DrawdownShare,
            LossLimit::Share(Rate::percent(20)),
        ),
    ];
    for (measure, limit) in limits {
        let mut watch = watch(measure, limit);
        for (profit, expected) in [
            ("0", None),
            ("-99.999999999999999999", None),
            ("-100", None),
            ("-100.000000000000000001", Some(Alert)),
            ("-160", None),
            ("-160.000000000000000001", Some(Reducing)),
            ("-199.999999999999999999", None),
            ("-200", None),
            ("-200.000000000000000001", Some(Halted)),
            ("-300", None),
            ("0", None),
        ] {
            assert_eq!(
                observe(&mut watch, profit),
                expected,
                "{measure:?} {profit}"
            );
        }
        assert_eq!(watch.stage(), Halted);
    }
}

#[test]
fn rule_14_a_loss_may_pass_several_stages_at_once() {
    let mut watch = watch(LossMeasure::DailyLoss, LossLimit::Amount(Amount::ZERO));
    assert_eq!(observe(&mut watch, "0"), None);
    let smallest = "-0.000000000000000001";
    assert_eq!(observe(&mut watch, smallest), Some(LossStage::Halted));
}

#[test]
fn rule_14_a_drawdown_counts_from_the_peak_and_a_daily_loss_from_the_start() {
    let limit = LossLimit::Amount(amount("100"));
    let mut daily = watch(LossMeasure::DailyLoss, limit);
    let mut fallen = watch(LossMeasure::Drawdown, limit);
    for (profit, lost_today, below_peak) in [
        ("10", "0", "0"),
        ("90", "-80", "0"),
        ("40", "-30", "50"),
        ("95", "-85", "0"),
        ("5", "5", "90"),
    ] {
        observe(&mut daily, profit);
        observe(&mut fallen, profit);
        assert_eq!(daily.value(), Some(amount(lost_today)));
        assert_eq!(fallen.value(), Some(amount(below_peak)));
    }
    daily.restart();
    assert_eq!(daily.value(), None);
    observe(&mut daily, "5");
    assert_eq!(daily.value(), Some(Amount::ZERO));
}

#[test]
fn rule_14_a_share_is_of_the_equity_at_the_start_and_the_peak_of_the_profit_since() {
    let mut watch = watch(
        LossMeasure::DrawdownShare,
        LossLimit::Share(Rate::percent(10)),
    );
    // Equity of 1000, of which 50 were earned before.
    observe(&mut watch, "50");
    assert_eq!(watch.allowed(), Some(amount("100")));
    observe(&mut watch, "250");
    assert_eq!(watch.allowed(), Some(amount("120")));
    // A deposit moves nothing: equity is asked for once.
    let deposited = || Some(amount("9999999"));
    watch.observe(Some(amount("200")), deposited, &LossResponse::default());
    assert_eq!(watch.allowed(), Some(amount("120")));
    assert_eq!(watch.value(), Some(amount("50")));
}

#[test]
fn rule_14_what_is_not_known_has_no_value_and_keeps_its_stage() {
    let mut watch = watch(
        LossMeasure::DrawdownShare,
        LossLimit::Share(Rate::percent(10)),
    );
    let response = LossResponse::default();
    assert_eq!(watch.observe(Some(Amount::ZERO), || None, &response), None);
    assert_eq!((watch.value(), watch.allowed()), (None, None));
    observe(&mut watch, "0");
    assert_eq!(observe(&mut watch, "-90"), Some(LossStage::Reducing));
    watch.observe(None, || None, &response);
    assert_eq!((watch.value(), watch.stage()), (None, LossStage::Reducing));
}

#[test]
fn rule_14_a_changed_limit_counts_from_where_it_did() {
    let mut old = watch(LossMeasure::DailyLoss, LossLimit::Amount(amount("100")));
    observe(&mut old, "0");
    observe(&mut old, "-60");
    let mut new = watch(LossMeasure::DailyLoss, LossLimit::Amount(amount("50")));
    new.go_on_from(&old);
    assert_eq!(observe(&mut new, "-60"), Some(LossStage::Halted));
    let mut other = watch(LossMeasure::Drawdown, LossLimit::Amount(amount("50")));
    other.go_on_from(&old);
    assert_eq!(observe(&mut other, "-60"), None);
}

proptest! {
    #[test]
    fn rule_14_stages_are_those_of_a_full_history(profits in prop::collection::vec(-300_i64..300, 1..40), limit in 1_i64..300) {
        let allowed = Amount::from_units(i128::from(limit) * 10_i128.pow(18));
        let mut daily = watch(LossMeasure::DailyLoss, LossLimit::Amount(allowed));
        let mut fallen = watch(LossMeasure::Drawdown, LossLimit::Amount(allowed));
        let stage = |lost: i64| {
            let tenths = lost * 10;
            if lost > limit { LossStage::Halted }
            else if tenths > limit * 8 { LossStage::Reducing }
            else if tenths > limit * 5 { LossStage::Alert }
            else { LossStage::Within }
        };
        let (mut worst_daily, mut worst_fallen) = (LossStage::Within, LossStage::Within);
        for (index, profit) in profits.iter().enumerate() {
            observe(&mut daily, &profit.to_string());
            observe(&mut fallen, &profit.to_string());
            let peak = profits[..=index].iter().max().unwrap();
            worst_daily = worst_daily.max(stage(profits[0] - profit));
            worst_fallen = worst_fallen.max(stage(peak - profit));
            prop_assert_eq!(daily.stage(), worst_daily);
            prop_assert_eq!(fallen.stage(), worst_fallen);
        }
    }
}
