//! What is done with the rows while the roster is waited for: each is kept as a hash, and counted as if nobody were there.

use std::io::{self, BufWriter, Write};

use super::Import;
use super::planning::Planned;
use super::rows::InputRows;
use crate::command::Failure;
use crate::plan::verdict;
use crate::platform;
use crate::row::{Kind, RawRow};

/// Rows after which others have their turn.
const TURN: u32 = 64;

impl Import<'_> {
    /// Reads the rows of a run that begins, before its first writing call. What comes is the plan of an onboarding into an
    /// account without any of these people: most migrations have no other, and the rows need not be counted again.
    pub(super) async fn read_meanwhile(&self, mut rows: InputRows<'_>) -> Result<Option<Planned>, Failure> {
        if self.run.resumed {
            return Ok(None);
        }
        let mut kept = if self.options.dry_run { None } else { Some(self.row_hashes()?) };
        let mut planned = (self.options.kind == Kind::Onboard).then(Planned::default);
        while let Some((raw, checked)) = rows.next_checked()? {
            if let Some(kept) = &mut kept {
                self.keep(raw, kept)?;
            }
            if let (Some(planned), Ok(request)) = (&mut planned, checked.request) {
                planned.count(&verdict(request, None), None, raw.source_row);
            }
            if raw.index.is_multiple_of(TURN) {
                tokio::task::yield_now().await;
            }
        }
        kept.map_or(Ok(()), |mut kept| kept.flush()).map_err(|error| self.hashes_failed(error))?;
        Ok(planned)
    }

    /// A keyed hash of every row, to name the first one that changes under an unfinished run.
    fn row_hashes(&self) -> Result<impl Write + use<>, Failure> {
        let file = platform::new_private_file(&self.run.folder.rows());
        file.map(BufWriter::new).map_err(|error| self.hashes_failed(error))
    }

    fn keep(&self, raw: &RawRow, kept: &mut impl Write) -> Result<(), Failure> {
        kept.write_all(&self.key.row(&raw.cells)).map_err(|error| self.hashes_failed(error))
    }

    fn hashes_failed(&self, error: io::Error) -> Failure {
        Failure::disk(self.run.folder.rows().display(), error)
    }
}
