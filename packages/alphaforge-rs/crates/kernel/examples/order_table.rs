//! Prints the table of order states for `docs/order-states.md`.

fn main() {
    print!("{}", alphaforge_kernel::order_table::markdown());
}
