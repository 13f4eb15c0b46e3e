//! Answers as a Parquet table: a row a document, with the columns of CSV in their types.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, PoisonError};

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::args::OutputArgs;
use crate::output::Sink;
use crate::problems::{Kind, Problem};

use super::{Answer, Answers, VERSION, rounded};

/// The columns; names as in CSV, and what only duplicates have is optional.
const SCHEMA: &str = "message answers {
    required binary id (utf8);
    required int64 cluster;
    required boolean kept;
    required binary status (utf8);
    required binary path (utf8);
    optional int64 line;
    required int64 words;
    required int64 bytes;
    optional binary kept_id (utf8);
    optional double similarity;
    optional double resemblance;
    optional double containment;
    optional double containment_of_kept;
    optional int64 longest_run;
    optional binary relation (utf8);
}";

/// Rows that are written together, and stay in memory until then.
const ROWS: usize = 64 << 10;

/// Refuses to print binary data to a person.
pub fn check(output: &OutputArgs) -> Result<(), Problem> {
    if output.output.is_none() && io::stdout().is_terminal() {
        return Err(Problem::new(
            Kind::Setting,
            "--format parquet",
            "a table in binary, which a terminal cannot show: --output FILE writes it to a file",
        ));
    }
    Ok(())
}

/// A row a document, in the order of the input. The table says which version of the answers it has.
pub fn table(answers: &Answers<'_>, out: &mut Sink) -> Result<(), Problem> {
    let written = Written::default();
    let failed = |error: ParquetError| {
        Problem::new(
            Kind::Output,
            "--format parquet",
            format!("the table cannot be made: {error}; report this as a bug"),
        )
    };
    let schema = parse_message_type(SCHEMA).map_err(failed)?;
    let properties = WriterProperties::builder()
        .set_created_by(format!("newsift {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(vec![KeyValue::new(
            String::from("newsift.version"),
            VERSION.to_string(),
        )]))
        .build();
    let mut writer =
        SerializedFileWriter::new(written.clone(), Arc::new(schema), Arc::new(properties))
            .map_err(failed)?;
    let mut all = answers.iter().peekable();
    while all.peek().is_some() && !out.is_closed() {
        let rows: Vec<Answer<'_>> = all.by_ref().take(ROWS).collect();
        let mut group = writer.next_row_group().map_err(failed)?;
        columns(&mut group, &rows).map_err(failed)?;
        group.close().map_err(failed)?;
        out.write(&written.take())?;
    }
    writer.close().map_err(failed)?;
    out.write(&written.take())
}

fn columns(
    group: &mut SerializedRowGroupWriter<'_, Written>,
    rows: &[Answer<'_>],
) -> Result<(), ParquetError> {
    let share = |of: fn(&newsift::Evidence) -> f64| {
        rows.iter()
            .map(|row| row.evidence.map(|(_, evidence)| rounded(of(evidence))))
            .collect::<Vec<_>>()
    };
    let text = |group: &mut _, values: Vec<Option<String>>, optional| {
        let values = values
            .into_iter()
            .map(|value| value.map(|value| ByteArray::from(value.into_bytes())));
        column::<ByteArrayType>(group, values, optional)
    };
    let all = |of: &dyn Fn(&Answer<'_>) -> String| rows.iter().map(|row| Some(of(row))).collect();
    let counts = |of: &dyn Fn(&Answer<'_>) -> usize| {
        let count = |row| Some((of(row) as u64).cast_signed());
        rows.iter().map(count).collect::<Vec<Option<i64>>>()
    };
    text(
        group,
        all(&|row| row.record.id.to_text().into_owned()),
        false,
    )?;
    column::<Int64Type>(group, counts(&|row| row.cluster), false)?;
    column::<BoolType>(group, rows.iter().map(|row| Some(row.kept)), false)?;
    text(group, all(&|row| row.status.as_str().to_owned()), false)?;
    text(
        group,
        all(&|row| row.record.place.source.to_string()),
        false,
    )?;
    let lines = rows
        .iter()
        .map(|row| row.record.place.line().map(i64::from));
    column::<Int64Type>(group, lines, true)?;
    column::<Int64Type>(group, counts(&|row| row.record.words), false)?;
    column::<Int64Type>(group, counts(&|row| row.record.bytes), false)?;
    let kept = rows
        .iter()
        .map(|row| row.evidence.map(|(kept, _)| kept.id.to_text().into_owned()));
    text(group, kept.collect(), true)?;
    column::<DoubleType>(group, share(newsift::Evidence::similarity), true)?;
    column::<DoubleType>(group, share(newsift::Evidence::resemblance), true)?;
    column::<DoubleType>(group, share(newsift::Evidence::containment), true)?;
    column::<DoubleType>(group, share(newsift::Evidence::containment_of_other), true)?;
    let runs = rows.iter().map(|row| {
        row.evidence
            .map(|(_, e)| (e.longest_run() as u64).cast_signed())
    });
    column::<Int64Type>(group, runs, true)?;
    let relations = rows
        .iter()
        .map(|row| row.evidence.map(|(_, e)| e.relation().as_str().to_owned()));
    text(group, relations.collect(), true)
}

/// Writes the next column.
fn column<T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, Written>,
    values: impl IntoIterator<Item = Option<T::T>>,
    optional: bool,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General(String::from("a column too many")));
    };
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    let levels = optional.then_some(&levels[..]);
    column.typed::<T>().write_batch(&present, levels, None)?;
    column.close()
}

/// What was written and not yet taken. The writer keeps its own end, so both share it.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
