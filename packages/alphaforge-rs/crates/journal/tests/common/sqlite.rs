//! The same store over SQLite, by other people's code: what the segments are compared with.

use alphaforge_journal::{
    Batch, Chain, Damage, JournalError, Kind, Position, Record, Recovered, Store,
};
use rusqlite::{Connection, params};

pub struct SqliteStore(pub Connection);

impl SqliteStore {
    pub fn new(connection: Connection) -> SqliteStore {
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 CREATE TABLE IF NOT EXISTS records (sequence INTEGER PRIMARY KEY, epoch INTEGER NOT NULL,
                     kind INTEGER NOT NULL, payload BLOB NOT NULL, chain BLOB NOT NULL);
                 CREATE TABLE IF NOT EXISTS claimed (epoch INTEGER NOT NULL);",
            )
            .unwrap();
        SqliteStore(connection)
    }

    fn claimed(&self) -> u32 {
        self.0
            .query_row("SELECT max(epoch) FROM claimed", [], |row| {
                row.get::<_, Option<u32>>(0)
            })
            .unwrap()
            .unwrap_or(0)
    }
}

impl Store for SqliteStore {
    fn recover(
        &mut self,
        from: u64,
        each: &mut dyn FnMut(Record),
    ) -> Result<Recovered, JournalError> {
        let mut statement = self
            .0
            .prepare("SELECT sequence, epoch, kind, payload, chain FROM records ORDER BY sequence")
            .unwrap();
        let mut next = Position::START;
        let mut first_sequence = None;
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let record = Record {
                sequence: row.get(0).unwrap(),
                epoch: row.get(1).unwrap(),
                kind: Kind(row.get(2).unwrap()),
                payload: row.get(3).unwrap(),
            };
            next = Position {
                sequence: record.sequence + 1,
                chain: Chain(row.get(4).unwrap()),
                epoch: record.epoch,
            };
            first_sequence.get_or_insert(record.sequence);
            if record.sequence >= from {
                each(record);
            }
        }
        Ok(Recovered {
            next,
            first_sequence: first_sequence.unwrap_or(next.sequence),
            cut: None,
        })
    }

    fn claim(&mut self, epoch: u32) -> Result<(), JournalError> {
        let theirs = self.claimed();
        if theirs > epoch {
            return Err(JournalError::Fenced {
                ours: epoch,
                theirs,
            });
        }
        self.0
            .execute("INSERT INTO claimed VALUES (?)", [epoch])
            .unwrap();
        Ok(())
    }

    fn write(&mut self, batch: Batch<'_>) -> Result<(), JournalError> {
        let damaged = |damage: Damage| JournalError::Failed(damage.to_string());
        self.0.execute_batch("BEGIN").unwrap();
        let mut at = batch.first;
        let (records, _) = batch.read().map_err(damaged)?;
        for record in records {
            let head = [record.sequence.to_le_bytes().as_slice()].concat();
            let tail = [
                record.epoch.to_le_bytes().as_slice(),
                &[record.kind.0, 0, 0, 0],
            ]
            .concat();
            at.chain = at.chain.next([&head, &tail, &record.payload]);
            self.0
                .execute(
                    "INSERT INTO records VALUES (?, ?, ?, ?, ?)",
                    params![
                        record.sequence,
                        record.epoch,
                        record.kind.0,
                        record.payload,
                        at.chain.0
                    ],
                )
                .unwrap();
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.0.execute_batch("COMMIT").unwrap();
        Ok(())
    }

    fn forget_before(&mut self, sequence: u64) -> Result<(), JournalError> {
        self.0
            .execute("DELETE FROM records WHERE sequence < ?", [sequence])
            .unwrap();
        Ok(())
    }
}
