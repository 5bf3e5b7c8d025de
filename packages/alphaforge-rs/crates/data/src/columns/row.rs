//! A row: one market event as fixed-width cells, of which each kind of event uses some.

macro_rules! row {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        /// One market event. Cells that its kind does not use are zero.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub(crate) struct Row { $($(#[$doc])* pub(crate) $name: $type,)* }

        /// The columns of all rows, by name, with the bytes of a cell. Cells are little-endian.
        pub const ROW_COLUMNS: &[(&str, usize)] = &[$((stringify!($name), size_of::<$type>()),)*];

        impl Row {
            /// Appends the cells, each to its column.
            pub(crate) fn write(&self, columns: &mut [Vec<u8>]) {
                let mut columns = columns.iter_mut();
                $(if let Some(column) = columns.next() {
                    column.extend_from_slice(&self.$name.to_le_bytes());
                })*
            }

            /// The row at an index; `None` where a column is too short. One without cells is zero in all rows.
            pub(crate) fn read(columns: &[&[u8]], index: usize) -> Option<Row> {
                let mut columns = columns.iter();
                Some(Row {
                    $($name: {
                        let column = columns.next()?;
                        if column.is_empty() {
                            0
                        } else {
                            let from = index * size_of::<$type>();
                            let cell = column.get(from..from + size_of::<$type>())?;
                            <$type>::from_le_bytes(cell.try_into().ok()?)
                        }
                    },)*
                })
            }
        }
    };
}

row! {
    /// Which kind of event; see [`crate::KINDS`].
    kind: u8,
    /// The handle of its instrument.
    instrument: u32,
    /// When we received it, in ns.
    ts_recv: i64,
    /// One where the venue told its own time.
    has_ts_event: u8,
    /// The venue's time, in ns.
    ts_event: i64,
    /// A trade's price.
    price: i128,
    /// A trade's quantity.
    quantity: i128,
    /// A trade's aggressor: 0 not told, 1 buy, 2 sell.
    aggressor: u8,
    /// The lower 64 bits of a trade's id.
    trade_id: u64,
    /// The upper 64 bits of a trade's id.
    trade_id_high: u64,
    /// A quote's bid.
    bid_price: i128,
    /// How much is bid there.
    bid_quantity: i128,
    /// A quote's ask.
    ask_price: i128,
    /// How much is asked there.
    ask_quantity: i128,
    /// One where a quote has a sequence.
    has_sequence: u8,
    /// The last update that a quote, a snapshot or a diff holds.
    sequence: u64,
    /// The first update that a diff holds.
    first_sequence: u64,
    /// One for a snapshot of the best levels only.
    partial: u8,
    /// How many bid levels a snapshot or a diff has.
    bid_count: u32,
    /// How many ask levels a snapshot or a diff has.
    ask_count: u32,
    /// The length of a bar's interval, in ns.
    interval_ns: i64,
    /// The start of a bar's interval, in ns.
    ts_open: i64,
    /// A bar's first price.
    open: i128,
    /// A bar's highest price.
    high: i128,
    /// A bar's lowest price.
    low: i128,
    /// A bar's last price.
    close: i128,
    /// A bar's traded quantity.
    volume: i128,
    /// How many trades a bar holds.
    trade_count: u64,
    /// One where a feed is connected again, zero where it is gone.
    connected: u8,
}
