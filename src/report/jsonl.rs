//! JSON lines: one object per recording, as [`crate::model::answer`] documents it.

use super::{Entry, Writer};
use std::io::{self, Write};

/// Writes JSON lines (<https://jsonlines.org>), in UTF-8, each ended by a newline.
#[derive(Debug, Default)]
pub struct JsonLinesWriter;

impl Writer for JsonLinesWriter {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, entry)?;
        out.write_all(b"\n")
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Failure;
    use super::*;

    #[test]
    fn a_failure_is_one_line_with_schema_path_and_error() {
        let failure = Entry::Failure(Failure::new("a\nb.wav", "empty", "a\\nb.wav: is empty"));
        let mut out = Vec::new();
        JsonLinesWriter.entry(&failure, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"schema":"earwitness.classification/1","path":"a\nb.wav","#,
                r#""error":{"kind":"empty","message":"a\\nb.wav: is empty"}}"#,
                "\n"
            )
        );
    }
}
