//! The story of `template`: a sheet to begin with.

use std::io::Write;

use super::Failure;
use super::output::put_out;
use crate::cli::{ProviderName, TemplateArguments, vocabulary};
use crate::outcome::exit;
use crate::row::Kind;
use crate::table::{Privacy, WholeFile};

pub fn template(arguments: &TemplateArguments) -> Result<u8, Failure> {
    let vocabulary = vocabulary(ProviderName::parse(&arguments.provider)?, &arguments.dialect)?;
    let text = crate::template::template(Kind::from(arguments.kind), vocabulary);
    match &arguments.output {
        None => put_out(&text)?,
        Some(path) => {
            let written = WholeFile::create(path, Privacy::Open)
                .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.commit()));
            written.map_err(|error| Failure::disk(path.display(), error))?;
        }
    }
    Ok(exit::DONE)
}
