//! Parquet tables: a page a row, with its text, id and date in columns.

use std::fs::File;
use std::sync::Arc;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;

use crate::args::InputArgs;
use crate::problems::{Kind, Problem};
use crate::report::write_json;

use super::Source;
use super::feed::{Emit, Rows, Stop};

/// Reads the three columns of all rows.
pub fn read(
    source: &Arc<Source>,
    file: File,
    args: &InputArgs,
    emit: &mut Emit,
) -> Result<(), Stop> {
    let failed = |place: String, error: parquet::errors::ParquetError| {
        Stop::Failed(Problem::new(
            Kind::Unreadable,
            place,
            format!(
                "not a Parquet table, cut off, or packed in a way that is not read here: {error}; fetch it again, or save it with zstd or gzip"
            ),
        ))
    };
    let reader =
        SerializedFileReader::new(file).map_err(|error| failed(source.to_string(), error))?;
    let schema = reader.metadata().file_metadata().schema();
    let names: Vec<&str> = schema
        .get_fields()
        .iter()
        .map(|field| field.name())
        .collect();
    if !names.contains(&args.text_field.as_str()) {
        let list: Vec<String> = names
            .iter()
            .take(8)
            .map(|name| format!("`{name}`"))
            .collect();
        return Err(Stop::Failed(Problem::new(
            Kind::MissingText,
            source,
            format!(
                "no column `{}`: --text-field says which column to take; the table has {}",
                args.text_field,
                list.join(", ")
            ),
        )));
    }
    let wanted = [&args.text_field, &args.id_field, &args.date_field];
    let columns = schema
        .get_fields()
        .iter()
        .filter(|field| wanted.iter().any(|name| *name == field.name()))
        .cloned()
        .collect();
    let projection = Type::group_type_builder(schema.name())
        .with_fields(columns)
        .build()
        .map_err(|error| failed(source.to_string(), error))?;
    let found = reader
        .get_row_iter(Some(projection))
        .map_err(|error| failed(source.to_string(), error))?;
    let mut rows = Rows::of(source);
    for (number, row) in (1..).zip(found) {
        let row = row.map_err(|error| failed(format!("{source}:{number}"), error))?;
        let mut object = vec![b'{'];
        for (n, (name, value)) in row.get_column_iter().enumerate() {
            if n > 0 {
                object.push(b',');
            }
            write_json(&mut object, name);
            object.push(b':');
            json(value, &mut object);
        }
        object.push(b'}');
        rows.add(number, Ok(object), emit)?;
    }
    rows.hand_on(emit)
}

/// A value as JSON; times as numbers of seconds or milliseconds, which is what dates are read from.
fn json(value: &Field, out: &mut Vec<u8>) {
    match value {
        Field::Null => out.extend(b"null"),
        Field::Bool(value) => write_json(out, value),
        Field::Byte(n) => write_json(out, n),
        Field::Short(n) => write_json(out, n),
        Field::Int(n) => write_json(out, n),
        Field::Long(n) => write_json(out, n),
        Field::UByte(n) => write_json(out, n),
        Field::UShort(n) => write_json(out, n),
        Field::UInt(n) => write_json(out, n),
        Field::ULong(n) => write_json(out, n),
        Field::Float(n) => write_json(out, n),
        Field::Double(n) => write_json(out, n),
        Field::Str(text) => write_json(out, text),
        Field::Bytes(bytes) => write_json(out, &super::decode::line(bytes.data()).0),
        Field::Date(days) => write_json(out, &(i64::from(*days) * 86_400)),
        // As text, so that a time before 1973 is not taken for seconds.
        Field::TimestampMillis(ms) => write_json(out, &time(ms.div_euclid(1000))),
        Field::TimestampMicros(us) => write_json(out, &time(us.div_euclid(1_000_000))),
        // Lists and groups are told as the wrong type.
        _ => out.extend(b"[]"),
    }
}

fn time(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.to_string())
}
