//! The documented table of order states is the one the code has.

use std::path::Path;

use alphaforge_kernel::order_table::markdown;

#[test]
fn the_documented_table_is_the_real_one() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../docs/order-states.md");
    let text = std::fs::read_to_string(page).unwrap();
    assert!(
        text.contains(&markdown()),
        "docs/order-states.md is out of date; run\n  cargo run -p alphaforge-kernel --example order_table\nand put this in place of its table:\n{}",
        markdown()
    );
}
