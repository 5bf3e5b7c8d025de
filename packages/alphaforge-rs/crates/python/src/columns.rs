//! Market events as columns, for columnar files.

use alphaforge_data::{LEVEL_COLUMNS, ROW_COLUMNS, Scales, decode, encode};
use alphaforge_types::InstrumentId;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::batch::EventBatch;
use crate::errors::{Error, Result};
use crate::instrument::InstrumentTable;

/// The events of a batch as columns: little-endian cells, by the name of the column.
#[pyfunction]
#[pyo3(signature = (batch, *, price_scale, quantity_scale))]
pub(crate) fn encode_columns<'py>(
    py: Python<'py>,
    batch: &EventBatch,
    price_scale: u32,
    quantity_scale: u32,
) -> Result<Bound<'py, PyDict>> {
    let scales = Scales {
        price: price_scale,
        quantity: quantity_scale,
    };
    let table = batch.instruments();
    let events = batch.shared()?;
    let columns = encode(&events, |id| grid(table, id), scales)?;
    let by_name = PyDict::new(py);
    let names = ROW_COLUMNS.iter().map(|(name, _)| *name);
    for (name, cells) in names
        .chain(LEVEL_COLUMNS)
        .zip(columns.rows.iter().chain(&columns.levels))
    {
        by_name.set_item(name, PyBytes::new(py, cells))?;
    }
    Ok(by_name)
}

/// The events of columns as `encode_columns` gives them; a column that is zero in all rows may be left out.
#[pyfunction]
#[pyo3(signature = (table, columns, *, price_scale, quantity_scale))]
pub(crate) fn decode_columns(
    py: Python<'_>,
    table: Py<InstrumentTable>,
    columns: &Bound<'_, PyDict>,
    price_scale: u32,
    quantity_scale: u32,
) -> Result<EventBatch> {
    let scales = Scales {
        price: price_scale,
        quantity: quantity_scale,
    };
    let held = ROW_COLUMNS
        .iter()
        .map(|(name, _)| *name)
        .chain(LEVEL_COLUMNS)
        .map(|name| column(columns, name))
        .collect::<Result<Vec<_>>>()?;
    let cells: Vec<&[u8]> = held
        .iter()
        .map(|bytes| bytes.as_ref().map_or(&[][..], |bytes| bytes.as_bytes()))
        .collect();
    let (rows, levels) = cells.split_at(ROW_COLUMNS.len());
    let instruments = table.get();
    let events = py.detach(|| decode(rows, levels, |id| grid(instruments, id), scales))?;
    Ok(EventBatch::with_events(table, events))
}

fn column<'py>(columns: &Bound<'py, PyDict>, name: &str) -> Result<Option<Bound<'py, PyBytes>>> {
    columns
        .get_item(name)?
        .map(|cells| {
            cells
                .cast_into::<PyBytes>()
                .map_err(|_| Error::Type(format!("column {name}: give bytes")))
        })
        .transpose()
}

fn grid(table: &InstrumentTable, id: InstrumentId) -> Option<&alphaforge_types::Instrument> {
    table.inner(id.raw()).ok().map(AsRef::as_ref)
}
