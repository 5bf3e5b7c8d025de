//! The callbacks of a strategy.

use alphaforge_runtime::Event;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{Error, Result};

/// The bound methods of one strategy; None where it has not defined one.
#[derive(Default)]
pub(crate) struct Callbacks {
    on_trade: Option<Py<PyAny>>,
    on_quote: Option<Py<PyAny>>,
    on_book: Option<Py<PyAny>>,
    on_bar: Option<Py<PyAny>>,
    on_history_bar: Option<Py<PyAny>>,
    on_feed_status: Option<Py<PyAny>>,
    pub(crate) on_order: Option<Py<PyAny>>,
    pub(crate) on_fill: Option<Py<PyAny>>,
    on_timer: Option<Py<PyAny>>,
}

impl Callbacks {
    pub(crate) fn from_dict(dict: &Bound<'_, PyDict>) -> Result<Callbacks> {
        let mut callbacks = Callbacks::default();
        for (name, callable) in dict {
            let name: String = name.extract()?;
            let place = match name.as_str() {
                "on_trade" => &mut callbacks.on_trade,
                "on_quote" => &mut callbacks.on_quote,
                "on_book" => &mut callbacks.on_book,
                "on_bar" => &mut callbacks.on_bar,
                "on_history_bar" => &mut callbacks.on_history_bar,
                "on_feed_status" => &mut callbacks.on_feed_status,
                "on_order" => &mut callbacks.on_order,
                "on_fill" => &mut callbacks.on_fill,
                "on_timer" => &mut callbacks.on_timer,
                other => {
                    return Err(Error::value(
                        "callback",
                        other,
                        "there is none of this name",
                    ));
                }
            };
            *place = Some(callable.unbind());
        }
        Ok(callbacks)
    }

    /// The name of the callback for an event, and the callback if there is one.
    pub(crate) fn of(&self, event: &Event) -> (&'static str, Option<&Py<PyAny>>) {
        match event {
            Event::Trade(_) => ("on_trade", self.on_trade.as_ref()),
            Event::Quote(_) => ("on_quote", self.on_quote.as_ref()),
            Event::Book { .. } => ("on_book", self.on_book.as_ref()),
            Event::Bar {
                is_history: true, ..
            } => ("on_history_bar", self.on_history_bar.as_ref()),
            Event::Bar { .. } => ("on_bar", self.on_bar.as_ref()),
            Event::FeedStatus { .. } => ("on_feed_status", self.on_feed_status.as_ref()),
            Event::Order(_) => ("on_order", self.on_order.as_ref()),
            Event::Fill(_) => ("on_fill", self.on_fill.as_ref()),
            Event::Timer { .. } => ("on_timer", self.on_timer.as_ref()),
        }
    }
}
