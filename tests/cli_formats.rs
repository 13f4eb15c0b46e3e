//! Input in every format, as it is and as it should not be; and which of it is read.
#![cfg(feature = "cli")]

mod support;

use std::io::{Cursor, Write as _};

use support::{ALL_LABELS, Run, World, gzip, line, story, zstd};
use zip::write::SimpleFileOptions;

/// Two pages of a table with the same story, and one of its own; the first has a comma, a quotation mark and a line end.
fn table(delimiter: char) -> String {
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let row = |id: &str, text: &str| format!("{id}{delimiter}{}\n", cell(text));
    let quoted = format!(
        "\"So be it\", said the mayor{delimiter} twice.\n{}",
        story(1)
    );
    format!("id{delimiter}text\n")
        + &row("a", &quoted)
        + &row("b", &story(2))
        + &row("c", &story(1))
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(86_400);
        // As hostile archives have it, which `set_path` refuses.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, *bytes).expect("memory");
    }
    tar.into_inner().expect("memory")
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default())
            .expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

fn record(kind: &str, uri: &str, media_type: &str, block: &str) -> String {
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2026-03-0{}T10:00:00Z\r\n\
         WARC-Record-ID: <urn:uuid:{uri}>\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        uri.len() % 9 + 1,
        block.len()
    )
}

fn wet() -> String {
    record(
        "warcinfo",
        "about",
        "application/warc-fields",
        "software: none\r\n",
    ) + &record("conversion", "http://a.example/1", "text/plain", &story(1))
        + &record("conversion", "http://b.example/22", "text/plain", &story(1))
        + &record("conversion", "http://c.example/3", "text/plain", &story(2))
}

#[track_caller]
fn scan(world: &World, args: &[&str]) -> Run {
    world.run([&["--raw", "--format", "jsonl"], args].concat())
}

// Tables.

#[test]
fn csv_with_any_delimiter() {
    for (name, delimiter) in [
        ("t.csv", ','),
        ("t.tsv", '\t'),
        ("t.csv", ';'),
        ("t.csv", '|'),
    ] {
        let world = World::with([(name, table(delimiter))]);
        let run = scan(&world, &[name]).code(1).silent();
        assert_eq!(run.groups(), [["a", "c"]], "{delimiter:?}");
        let lines: Vec<_> = run.json().iter().map(|a| a["line"].clone()).collect();
        // Rows are named by the line in which they begin: the story has ten lines.
        assert_eq!(lines, [2, 13, 23]);
    }
}

#[test]
fn csv_is_told_by_its_first_row() {
    let world = World::new();
    for bytes in [
        table(',').into_bytes(),
        table('\t')
            .replace("id\ttext", "\u{feff}id\ttext")
            .into_bytes(),
        gzip(table(';').as_bytes()),
    ] {
        let run = Run::of(
            world
                .dedupe(["--raw", "--format", "jsonl", "-"])
                .write_stdin(bytes),
        );
        assert_eq!(run.code(1).groups(), [["a", "c"]]);
    }
    let utf16: Vec<u8> = format!("\u{feff}{}", table('\t'))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let world = World::with([("t.tsv", utf16)]);
    let run = scan(&world, &["t.tsv"])
        .code(1)
        .says("t.tsv: read as UTF-16LE");
    assert_eq!(run.groups(), [["a", "c"]]);
}

#[test]
fn csv_columns_can_be_named() {
    let text = table(',').replace("id,text", "key,body");
    let world = World::with([("t.csv", text)]);
    let run = scan(
        &world,
        &["--id-field", "key", "--text-field", "body", "t.csv"],
    )
    .code(1);
    assert_eq!(run.groups(), [["a", "c"]]);
    scan(&world, &["t.csv"]).code(2).says(
        "t.csv: no column `text`: --text-field says which column to take; the first row has `key`, `body`",
    );
}

#[test]
fn csv_rows_that_do_not_fit_are_told_with_their_line() {
    let world = World::with([
        (
            "t.csv",
            "id,text\na,one,two\nb,two words\n\nc\nd,\"never closed\n",
        ),
        ("empty.csv", ""),
        ("image.csv", "\u{89}PNG\r\n\0\0\0\0"),
    ]);
    let run = scan(&world, &["t.csv"])
        .code(2)
        .says("t.csv:2: the row has 3 fields, the first row 2")
        .says("t.csv:5: the row has 1 field, the first row 2")
        .says("2 errors: 2 broken rows");
    assert_eq!(run.json().len(), 2);
    scan(&world, &["empty.csv"])
        .code(2)
        .says("empty.csv: empty, without even a row of names");
    scan(&world, &["--input-format", "csv", "image.csv"])
        .code(2)
        .says("image.csv: not CSV but binary data");
    let open = format!("id,text\na,one\nb,\"{}", "never closed ".repeat(300_000));
    let world = World::with([("t.csv", open)]);
    let run = scan(&world, &["--max-size", "1M", "t.csv"])
        .code(2)
        .says("the row after this line holds more than 1048576 bytes")
        .says("a quotation mark that is not closed");
    assert_eq!(
        run.json().len(),
        0,
        "the piece was never handed on: {run:#?}"
    );
}

#[test]
fn strip_makes_json_lines_of_rows() {
    let world = World::with([("in/t.csv", "id,text,site\n7,One here.,x\n")]);
    let run = world
        .run(["strip", "--keep-labels", ALL_LABELS, "in/t.csv"])
        .code(0);
    assert_eq!(
        run.out,
        "{\"id\":\"7\",\"text\":\"One here.\",\"site\":\"x\"}\n"
    );
    world.run(["strip", "in", "--out", "out"]).code(0);
    assert!(world.path("out/t.jsonl").exists());
}

// Crawls.

#[test]
fn wet_records_are_pages() {
    for (name, bytes) in [
        ("crawl.warc.wet", wet().into_bytes()),
        ("crawl.warc.wet.gz", gzip(wet().as_bytes())),
        ("crawl.wet.zst", zstd(wet().as_bytes())),
        ("crawl", wet().into_bytes()),
    ] {
        let world = World::with([(name, bytes)]);
        let run = scan(&world, &[name]).code(1).silent();
        assert_eq!(
            run.groups(),
            [["http://a.example/1", "http://b.example/22"]]
        );
        assert_eq!(run.json()[0]["line"], 2, "the second record");
    }
}

#[test]
fn warc_fields_are_ids_and_dates() {
    let world = World::with([("c.warc", wet())]);
    let run = scan(&world, &["--keep", "newest", "c.warc"]).code(1);
    assert_eq!(run.answer("http://b.example/22")["kept"], true);
    let run = scan(&world, &["--id-field", "WARC-Record-ID", "c.warc"]).code(1);
    assert_eq!(run.json()[0]["id"], "urn:uuid:http://a.example/1");
    let run = world
        .run(["strip", "--keep-labels", ALL_LABELS, "c.warc"])
        .code(0);
    assert_eq!(run.json()[0]["date"], "2026-03-01T10:00:00Z");
    assert_eq!(run.json()[0]["id"], "http://a.example/1");
    world
        .run([
            "explain",
            "--raw",
            "c.warc#http://a.example/1",
            "c.warc#http://b.example/22",
        ])
        .code(1)
        .prints("duplicates");
}

#[test]
fn warc_records_that_are_no_pages_are_counted() {
    let http = |status: &str, media_type: &str, body: &str| {
        let block = format!("HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n\r\n{body}");
        record(
            "response",
            "http://a.example/x",
            "application/http; msgtype=response",
            &block,
        )
    };
    let records = [
        http("200 OK", "text/plain; charset=utf-8", &story(3)),
        http("404 Not Found", "text/plain", "gone"),
        http("200 OK", "image/png", "not really"),
        record(
            "response",
            "dns:a.example",
            "text/dns",
            "20260101 a.example",
        ),
        record("revisit", "http://a.example/y", "application/http", ""),
        record(
            "request",
            "http://a.example/x",
            "application/http",
            "GET / HTTP/1.1\r\n\r\n",
        ),
    ];
    let world = World::with([("c.warc", records.concat())]);
    let run = scan(&world, &["c.warc"]).code(0).says(
        "note: c.warc: 4 records left out, which are no pages: 1 `revisit` records, 1 image/png, \
         1 responses that are not HTTP, 1 responses with status 404",
    );
    assert_eq!(run.json().len(), 1);
}

#[test]
fn damaged_warcs_are_told_with_the_record() {
    let whole = wet();
    let cut = &whole[..whole.len() - 100];
    let world = World::with([
        ("cut.warc", cut.to_owned()),
        (
            "length.warc",
            whole.replacen("Content-Length: 16", "Content-Length: x", 1),
        ),
        (
            "wrong.warc",
            whole.replacen("Content-Length: 16", "Content-Length: 11", 1),
        ),
        ("empty.warc", String::new()),
        ("text.warc", story(1)),
    ]);
    let run = scan(&world, &["cut.warc"])
        .code(2)
        .says("cut.warc:4: the record ends too early, the file is cut off: fetch it again; the records before were read");
    assert_eq!(run.json().len(), 2);
    scan(&world, &["length.warc"])
        .code(2)
        .says("length.warc:1: header Content-Length must be a number");
    scan(&world, &["wrong.warc"])
        .code(2)
        .says("wrong.warc:2: a record must begin with `WARC/`");
    scan(&world, &["text.warc"])
        .code(2)
        .says("text.warc:1: a record must begin with `WARC/`");
    scan(&world, &["empty.warc"])
        .code(0)
        .says("empty.warc: empty, without a record");
    world.file("cut.warc.gz", &gzip(whole.as_bytes())[..300]);
    scan(&world, &["cut.warc.gz"])
        .code(2)
        .says("gzip data ends too early");
    let run = scan(&world, &["--max-size", "100", "cut.warc"])
        .code(2)
        .says("cut.warc:2: the record holds more than 100 bytes: --max-size allows more");
    assert_eq!(run.json().len(), 0);
}

#[cfg(feature = "html")]
#[test]
fn warc_responses_with_markup_are_pages() {
    let page = |n| {
        format!(
            "<html><body><h1>Headline</h1><p>{}</p></body></html>",
            story(n)
        )
    };
    let http = |header: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=\"UTF-8\"\r\n{header}\r\n"
        );
        let block = [head.as_bytes(), body].concat();
        let mut record = format!(
            "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: <http://a.example/{}>\r\nContent-Length: {}\r\n\r\n",
            header.len(),
            block.len()
        )
        .into_bytes();
        record.extend(block);
        record.extend(b"\r\n\r\n");
        record
    };
    let body = page(1);
    let chunked = format!(
        "{:x}\r\n{}\r\n{:x};x=y\r\n{}\r\n0\r\n\r\n",
        20,
        &body[..20],
        body.len() - 20,
        &body[20..]
    );
    let records = [
        http("", body.as_bytes()),
        http("Transfer-Encoding: chunked\r\n", chunked.as_bytes()),
        http("Content-Encoding: gzip\r\n", &gzip(body.as_bytes())),
        http(
            "Content-Encoding: gzip\r\nX-A: header left over\r\n",
            body.as_bytes(),
        ),
        http("Content-Encoding: br\r\n", b"\x8b\x02\x80\xff\xfe\x00\x01"),
    ];
    let world = World::with([("c.warc", records.concat())]);
    let run = scan(&world, &["c.warc"])
        .code(2)
        .says("c.warc:5: content encoding `br` is not read here");
    assert_eq!(run.json().len(), 4);
    assert_eq!(run.groups()[0].len(), 4);
    assert_eq!(run.json()[0]["id"], "http://a.example/0");
}

#[cfg(not(feature = "html"))]
#[test]
fn pages_with_markup_need_a_feature() {
    let block = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x";
    let world = World::with([
        (
            "c.warc",
            record("response", "http://a.example/", "application/http", block),
        ),
        ("in/a.html", String::from("<p>x")),
        ("p.parquet", String::from("PAR1")),
    ]);
    scan(&world, &["c.warc"])
        .code(0)
        .says("1 HTML pages, which this build does not read (feature `html`)");
    scan(&world, &["in"])
        .code(0)
        .says(".html needs a build with the feature `html`");
    scan(&world, &["in/a.html"])
        .code(0)
        .says("in/a.html: HTML, read as text with its markup");
    scan(&world, &["p.parquet"])
        .code(2)
        .says("p.parquet: a Parquet table, which this build does not read");
}

// Archives.

#[test]
fn members_of_archives_are_pages() {
    let (one, two) = (story(1), story(2));
    let lines = line("l", &one);
    let packed = gzip(one.as_bytes());
    let members: &[(&str, &[u8])] = &[
        ("news/a.txt", one.as_bytes()),
        ("news/b.md", two.as_bytes()),
        ("feed.jsonl", lines.as_bytes()),
        ("t.csv", b"id,text\nrow,one two three\n"),
        ("c.txt.gz", &packed),
        ("photo.jpg", b"\xff\xd8\xff"),
        ("__MACOSX/news/._a.txt", b"\0\0\0"),
    ];
    let packed: [(&'static str, Vec<u8>); 6] = [
        ("pages.tar", tar(members)),
        ("pages.tar.gz", gzip(&tar(members))),
        ("pages.tgz", gzip(&tar(members))),
        ("pages.tar.zst", zstd(&tar(members))),
        ("pages.zip", zip(members)),
        ("pages", zip(members)),
    ];
    for (name, bytes) in packed {
        let world = World::with([(name, &bytes)]);
        let run = scan(&world, &[name])
            .code(1)
            .says(&format!(
                "2 files in {name} left out, for names that are not"
            ))
            .says("1 .jpg, 1 .txt");
        let group = [
            "l".to_owned(),
            format!("{name}/c.txt.gz"),
            format!("{name}/news/a.txt"),
        ];
        let mut group = group.to_vec();
        group.sort();
        assert_eq!(run.groups(), [group], "{name}");
        assert_eq!(run.json().len(), 5);
        let answer = run.answer(&format!("{name}/news/a.txt"));
        assert_eq!(answer["path"], format!("{name}/news/a.txt"));
        assert_eq!(answer["archive"], name);
        // Whether one or many threads work, the answer is the same.
        assert_eq!(scan(&world, &["--threads", "1", name]).out, run.out);
        // explain takes the names that are printed.
        world
            .run([
                "explain",
                "--raw",
                &format!("{name}/news/a.txt"),
                &format!("{name}/feed.jsonl#l"),
            ])
            .code(1);
        // strip writes a tree below the archive's name.
        world
            .run([
                "strip",
                "-q",
                "--keep-labels",
                ALL_LABELS,
                name,
                "--out",
                "out",
            ])
            .code(0);
        assert!(world.path(format!("out/{name}/news/a.txt")).exists());
        assert!(world.path(format!("out/{name}/c.txt")).exists());
    }
    let world = World::with([("two.zip", zip(&[("a.txt", b"One."), ("b.txt", b"Two.")]))]);
    world
        .run(["strip", "--keep-labels", ALL_LABELS, "two.zip"])
        .code(0)
        .prints("==> two.zip/a.txt <==\nOne.\n\n==> two.zip/b.txt <==\nTwo.\n");
    let run = Run::of(
        World::new()
            .dedupe(["--raw", "--format", "jsonl", "-"])
            .write_stdin(zip(members)),
    );
    assert_eq!(run.code(1).answer("-/news/a.txt")["archive"], "-");
}

#[test]
fn hostile_members_are_told_and_stay_inside() {
    let text = story(1);
    let members: &[(&str, &[u8])] = &[
        ("../../up.txt", text.as_bytes()),
        ("/etc/absolute.txt", text.as_bytes()),
        ("inner.zip", b"PK\x03\x04"),
        ("liar.txt", b"%PDF-1.7"),
        ("liar.jsonl", b"PK\x03\x04"),
        ("\u{1b}[31mred.txt", text.as_bytes()),
    ];
    for (name, bytes) in [("a.tar", tar(members)), ("a.zip", zip(members))] {
        let world = World::with([(name, &bytes)]);
        let run = scan(&world, &[name])
            .code(2)
            .says("the member `../../up.txt` is named as if it lay outside the archive; it is read as")
            .says("the member `/etc/absolute.txt` is named")
            .says("inner.zip: an archive inside an archive is not opened")
            .says("liar.txt: not text but a PDF document")
            .says("liar.jsonl: an archive inside an archive is not opened");
        assert!(!run.err.contains('\u{1b}'), "{}", run.err);
        for id in ["up.txt", "etc/absolute.txt"] {
            run.answer(&format!("{name}/{id}"));
        }
        world
            .run([
                "strip",
                "--keep-labels",
                ALL_LABELS,
                name,
                "--out",
                "deep/out",
            ])
            .code(2);
        assert!(world.path(format!("deep/out/{name}/up.txt")).exists());
        assert!(!world.path("up.txt").exists() && !world.path("deep/up.txt").exists());
    }
}

#[test]
fn links_directories_and_devices_in_archives() {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind) in [
        ("dir", tar::EntryType::Directory),
        ("link.txt", tar::EntryType::Symlink),
        ("hard.txt", tar::EntryType::Link),
        ("pipe.txt", tar::EntryType::Fifo),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_path(name).expect("short");
        header.set_link_name("/etc/passwd").expect("short");
        header.set_cksum();
        builder.append(&header, &b""[..]).expect("memory");
    }
    let world = World::with([("a.tar", builder.into_inner().expect("memory"))]);
    let run = scan(&world, &["a.tar"])
        .code(0)
        .says("a.tar/link.txt: a link inside an archive, not followed")
        .says("a.tar/hard.txt: a link inside an archive, not followed")
        .says("a.tar/pipe.txt: neither a file nor a directory")
        .says("3 notes: 3 left out");
    assert_eq!(run.out, "");

    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_directory("dir", SimpleFileOptions::default())
        .expect("memory");
    writer
        .add_symlink("link.txt", "/etc/passwd", SimpleFileOptions::default())
        .expect("memory");
    world.file("a.zip", writer.finish().expect("memory").into_inner());
    scan(&world, &["a.zip"])
        .code(0)
        .says("a.zip/link.txt: a link inside an archive, not followed");
}

#[test]
fn encrypted_and_damaged_archives_are_told() {
    let text: String = (0..50).map(story).collect();
    let whole = zip(&[("a.txt", text.as_bytes()), ("b.txt", story(2).as_bytes())]);
    let mut encrypted = whole.clone();
    // Bit 0 of the flags, in the local and in the central header of the first member.
    encrypted[6] |= 1;
    let central = whole
        .windows(4)
        .position(|w| w == b"PK\x01\x02")
        .expect("a directory");
    encrypted[central + 8] |= 1;
    let mut damaged = whole.clone();
    damaged[200..260].fill(0x55);
    let packed = tar(&[("a.txt", text.as_bytes()), ("b.txt", story(2).as_bytes())]);
    let world = World::with([
        ("encrypted.zip", &encrypted),
        ("damaged.zip", &damaged),
        ("cut.zip", &whole[..whole.len() / 2].to_vec()),
        ("cut.tar", &packed[..packed.len() - 1800].to_vec()),
        ("cut.tar.gz", &gzip(&packed)[..2000].to_vec()),
        ("text.tar", &story(1).repeat(4).into_bytes()),
        ("empty.zip", &zip(&[])),
        ("empty.tar", &tar(&[])),
    ]);
    let run = scan(&world, &["encrypted.zip"])
        .code(2)
        .says("encrypted.zip/a.txt: encrypted: unpack the archive with its password first");
    assert_eq!(run.json().len(), 1, "b.txt is read");
    let run = scan(&world, &["damaged.zip"])
        .code(2)
        .says("damaged.zip/a.txt: ");
    assert!(run.json().iter().any(|a| a["id"] == "damaged.zip/b.txt"));
    scan(&world, &["cut.zip"])
        .code(2)
        .says("cut.zip: not a zip archive, or cut off");
    scan(&world, &["cut.tar"]).code(2).says("cut.tar");
    scan(&world, &["cut.tar.gz"])
        .code(2)
        .says("gzip data ends too early");
    scan(&world, &["text.tar"])
        .code(2)
        .says("text.tar: not a tar archive, or damaged");
    scan(&world, &["empty.zip"])
        .code(0)
        .says("empty.zip: an archive without members");
    scan(&world, &["empty.tar"])
        .code(0)
        .says("empty.tar: an archive without members");
}

#[test]
fn members_of_archives_are_bounded() {
    let zeros = vec![b'a'; 4 << 20];
    let text = story(1);
    let members: &[(&str, &[u8])] = &[("bomb.txt", &zeros), ("a.txt", text.as_bytes())];
    for (name, bytes) in [("a.tar.gz", gzip(&tar(members))), ("a.zip", zip(members))] {
        let world = World::with([(name, &bytes)]);
        let run = scan(&world, &["--max-size", "1M", name])
            .code(2)
            .says(&format!(
                "{name}/bomb.txt: holds more than 1048576 bytes: --max-size allows more"
            ));
        assert_eq!(run.answer(&format!("{name}/a.txt"))["status"], "unique");
    }
}

#[test]
fn dates_of_members() {
    let (one, other) = (story(1), story(1) + "And more.\n");
    let world = World::with([("a.tar", tar(&[("old.txt", one.as_bytes())]))]);
    world.file("now.txt", other);
    let run = scan(&world, &["--keep", "oldest", "now.txt", "a.tar"]).code(1);
    assert_eq!(run.answer("a.tar/old.txt")["kept"], true);
}

// Compression and names that lie.

#[test]
fn xz_is_read() {
    // `printf 'The council met in the old mill on Monday evening.\n%.0s' 1 2 3 | xz`
    const PACKED: &[u8] = &[
        0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21,
        0x01, 0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0xe0, 0x00, 0x98, 0x00, 0x37, 0x5d,
        0x00, 0x2a, 0x1a, 0x08, 0xa2, 0x02, 0xb1, 0xe7, 0xf4, 0xbb, 0x62, 0x62, 0xdb, 0x64, 0x87,
        0x0a, 0xe5, 0x73, 0x41, 0x51, 0x64, 0x8a, 0xd1, 0x0a, 0xaa, 0x03, 0x2d, 0x81, 0x01, 0xe7,
        0x65, 0x57, 0xf3, 0x64, 0x27, 0x3b, 0xa3, 0x07, 0xac, 0xb6, 0x26, 0x4f, 0x62, 0x9b, 0xcd,
        0xdd, 0x54, 0xa9, 0xac, 0x11, 0xa1, 0x40, 0x69, 0x1e, 0x00, 0x00, 0x00, 0x00, 0x4d, 0x41,
        0x7f, 0xba, 0xdd, 0x91, 0x12, 0x6c, 0x00, 0x01, 0x53, 0x99, 0x01, 0x00, 0x00, 0x00, 0x80,
        0x8c, 0xe5, 0x2d, 0xb1, 0xc4, 0x67, 0xfb, 0x02, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
    ];
    let world = World::with([
        ("a.txt.xz", PACKED),
        ("b", PACKED),
        ("cut.txt.xz", &PACKED[..40]),
    ]);
    let run = scan(&world, &["a.txt.xz", "b"]).code(1).silent();
    assert_eq!(run.answer("b")["bytes"], 153);
    scan(&world, &["cut.txt.xz"])
        .code(2)
        .says("cut.txt.xz: xz data");
}

#[test]
fn content_has_the_last_word() {
    let world = World::new();
    let text = story(1);
    world.file("packed.txt", gzip(text.as_bytes()));
    world.file("really.csv", line("j", &text));
    world.file("really.jsonl", zip(&[("z.txt", text.as_bytes())]));
    world.file("really.zip", tar(&[("t.txt", text.as_bytes())]));
    world.file("letter.zip", zip(&[("[Content_Types].xml", b"<x/>")]));
    let run = scan(
        &world,
        &["packed.txt", "really.csv", "really.jsonl", "really.zip"],
    )
    .code(1)
    .says("note: packed.txt: holds gzip data, other than its name says, and is read as that")
    .says("really.csv: holds JSON Lines, other than")
    .says("really.jsonl: holds a zip archive, other than")
    .says("really.zip: holds a tar archive, other than");
    assert_eq!(run.groups()[0].len(), 4);
    // An option has the very last.
    scan(&world, &["--input-format", "text", "packed.txt"])
        .code(2)
        .says("packed.txt: not text but gzip data");
}

#[cfg(feature = "html")]
#[test]
fn pages_with_markup_become_text() {
    let page = format!(
        "<!DOCTYPE html><title>T</title><body><h1>Headline</h1><p>{}</p>",
        story(1)
    );
    let world = World::with([
        ("in/a.html", page.clone()),
        ("in/b.htm", page.clone()),
        ("in/liar.txt", page.clone()),
        ("in/plain.html", story(2)),
        ("other", page),
    ]);
    let run = scan(&world, &["in", "other"])
        .code(1)
        .says("in/liar.txt: holds HTML, other than its name says");
    assert_eq!(
        run.groups(),
        [["in/a.html", "in/b.htm", "in/liar.txt", "other"]]
    );
    assert_eq!(run.answer("in/plain.html")["bytes"], story(2).len());
    let run = world
        .run(["strip", "--keep-labels", ALL_LABELS, "in/a.html"])
        .code(0);
    assert!(run.out.starts_with("Headline\nThe "), "{}", run.out);
    world.run(["strip", "-q", "in", "--out", "out"]).code(0);
    assert!(world.path("out/a.txt").exists());
    let run = scan(&world, &["--input-format", "html", "in/plain.html"]).code(0);
    assert!(
        run.json()[0]["bytes"].as_u64() < Some(story(2).len() as u64),
        "lines are joined"
    );
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_rows_are_pages() {
    let table = parquet_table(&[
        ("a", &story(1), 2),
        ("b", &story(1), 1),
        ("c", &story(2), 3),
    ]);
    let world = World::with([
        ("t.parquet", &table),
        ("cut.parquet", &table[..100].to_vec()),
    ]);
    world.file("t", &table);
    world.file("t.parquet.gz", gzip(&table));
    for name in ["t.parquet", "t", "t.parquet.gz"] {
        let run = scan(&world, &["--keep", "oldest", name]).code(1).silent();
        assert_eq!(run.groups(), [["a", "b"]]);
        assert_eq!(run.answer("b")["kept"], true);
        assert_eq!(run.answer("c")["line"], 3);
    }
    scan(&world, &["--text-field", "body", "t.parquet"])
        .code(2)
        .says("t.parquet: no column `body`: --text-field says which column to take; the table has `id`, `text`, `date`");
    scan(&world, &["cut.parquet"])
        .code(2)
        .says("cut.parquet: not a Parquet table, cut off");
    let run = world
        .run(["strip", "--keep-labels", ALL_LABELS, "t.parquet"])
        .code(0);
    assert_eq!(run.json()[2]["date"], "1970-01-01T00:00:03Z");
}

#[cfg(feature = "parquet")]
fn parquet_table(rows: &[(&str, &str, i64)]) -> Vec<u8> {
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    let schema = "message pages { required binary id (utf8); required binary text (utf8); \
                  required int64 date (timestamp(millis,true)); }";
    let schema = std::sync::Arc::new(parse_message_type(schema).expect("a schema"));
    let properties = std::sync::Arc::new(WriterProperties::default());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).expect("memory");
    let mut group = writer.next_row_group().expect("memory");
    for column in [0, 1] {
        let of = |row: &(&str, &str, i64)| ByteArray::from([row.0, row.1][column]);
        let values: Vec<ByteArray> = rows.iter().map(of).collect();
        let mut column = group.next_column().expect("memory").expect("a column");
        column
            .typed::<ByteArrayType>()
            .write_batch(&values, None, None)
            .expect("memory");
        column.close().expect("memory");
    }
    let values: Vec<i64> = rows.iter().map(|row| row.2 * 1000).collect();
    let mut column = group.next_column().expect("memory").expect("a column");
    column
        .typed::<Int64Type>()
        .write_batch(&values, None, None)
        .expect("memory");
    column.close().expect("memory");
    group.close().expect("memory");
    writer.into_inner().expect("memory")
}

// Selection.

/// The ids of the documents that were read.
fn ids(run: &Run) -> Vec<String> {
    run.json()
        .iter()
        .map(|a| a["id"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn tree() -> World {
    World::with([
        ("in/a.txt", story(1)),
        ("in/b.md", story(2)),
        ("in/drafts/c.txt", story(3)),
        ("in/news/d.txt", story(4)),
        ("in/.gitignore", "drafts/\n".into()),
    ])
}

#[test]
fn globs_select_files() {
    let world = tree();
    for (args, read) in [
        (
            &["--include", "*.txt"][..],
            &["in/a.txt", "in/drafts/c.txt", "in/news/d.txt"][..],
        ),
        (&["--include", "/*.txt"], &["in/a.txt"]),
        (
            &["--include", "news/", "--include", "*.md"],
            &["in/b.md", "in/news/d.txt"],
        ),
        (&["--exclude", "*.txt"], &["in/b.md"]),
        (
            &["--exclude", "drafts", "--include", "*.txt"],
            &["in/a.txt", "in/news/d.txt"],
        ),
    ] {
        let run = scan(&world, &[args, &["in"]].concat())
            .code(0)
            .says("left out by --include or --exclude");
        assert_eq!(ids(&run), read, "{args:?}");
    }
    // What is named is read.
    let run = scan(&world, &["--exclude", "*.txt", "in/a.txt"])
        .code(0)
        .silent();
    assert_eq!(ids(&run), ["in/a.txt"]);
    // The same globs inside archives, and for strip.
    world.file("p.zip", zip(&[("x/a.txt", b"one"), ("y/b.txt", b"two")]));
    let run = scan(&world, &["--exclude", "x/", "p.zip"])
        .code(0)
        .says("1 file left out by --include");
    assert_eq!(ids(&run), ["p.zip/y/b.txt"]);
    world
        .run(["strip", "--include", "*.md", "in", "--out", "out"])
        .code(0);
    assert!(world.path("out/b.md").exists() && !world.path("out/a.txt").exists());
    scan(&world, &["--include", "a[", "in"])
        .code(2)
        .says("--include a[: ")
        .says("as in .gitignore");
    scan(&world, &["--exclude", "", "in"])
        .code(2)
        .says("an empty glob matches nothing");
}

#[test]
fn gitignore_is_respected_on_request() {
    let world = tree();
    assert_eq!(scan(&world, &["in"]).code(0).json().len(), 4);
    let run = scan(&world, &["--gitignore", "in"]).code(0);
    assert_eq!(ids(&run), ["in/a.txt", "in/b.md", "in/news/d.txt"]);
}

#[test]
fn lists_of_files_are_read() {
    let world = tree();
    world.file("list", "in/news\r\nin/a.txt\n\nin/none.txt\n");
    let run = scan(&world, &["--files-from", "list"])
        .code(2)
        .says("in/none.txt: No such file");
    assert_eq!(ids(&run), ["in/news/d.txt", "in/a.txt"]);
    // After the paths that are given; what comes twice is read once.
    let run = scan(&world, &["in/b.md", "in/a.txt", "--files-from", "list"])
        .code(2)
        .says("reached a second time");
    assert_eq!(ids(&run), ["in/b.md", "in/a.txt", "in/news/d.txt"]);
    let from_stdin = |args: &[&str], list: &str| {
        let args = [&["--raw", "--format", "jsonl", "--files-from", "-"], args].concat();
        Run::of(world.dedupe(args).write_stdin(list))
    };
    assert_eq!(ids(&from_stdin(&[], "in/a.txt\n").code(0)), ["in/a.txt"]);
    assert_eq!(
        ids(&from_stdin(&["-0"], "in/a.txt\0in/b.md\0").code(0)),
        ["in/a.txt", "in/b.md"]
    );
    from_stdin(&[], "in/a.txt\0in/b.md\0")
        .code(2)
        .says("--files-from -: the list has NUL bytes")
        .says("--null (-0)");
    from_stdin(&[], "-\n")
        .code(2)
        .says("entry 1 is `-`, but standard input is the list itself");
    from_stdin(&["-"], "in/a.txt\n")
        .code(2)
        .says("--files-from -: ");
    from_stdin(&[], "\n")
        .code(2)
        .says("--files-from -: the list names no file");
    scan(&world, &["--files-from", "nowhere"])
        .code(2)
        .says("--files-from nowhere: cannot be read: No such file");
    scan(&world, &["--null", "in"]).code(2).says("--files-from");
    let run = world
        .run(["strip", "--files-from", "list", "--keep-labels", ALL_LABELS])
        .code(2);
    assert!(run.out.contains("==> in/a.txt <=="), "{}", run.out);
}

// Formats of the answer.

#[test]
fn fdupes_prints_names() {
    let lines = line("x", &story(2)) + &line("y", &story(2));
    let world = World::with([
        ("in/a.txt", story(1)),
        ("in/b.txt", story(1)),
        ("in/c.txt", story(3)),
        ("in/feed.jsonl", lines),
    ]);
    let run = world
        .run(["--raw", "--format", "fdupes", "in"])
        .code(1)
        .silent();
    assert_eq!(
        run.out,
        "in/a.txt\nin/b.txt\n\nin/feed.jsonl#x\nin/feed.jsonl#y\n"
    );
    let none = world
        .run(["--raw", "--format", "fdupes", "in/c.txt"])
        .code(0)
        .silent();
    assert_eq!(none.out, "");
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_a_row_a_document() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    let world = World::with([(
        "feed.jsonl",
        line("a", &story(1)) + &line(7, &story(2)) + &line("c", &story(1)),
    )]);
    world
        .run([
            "--raw",
            "--format",
            "parquet",
            "--output",
            "out.parquet",
            "feed.jsonl",
        ])
        .code(1)
        .silent();
    let file = std::fs::File::open(world.path("out.parquet")).expect("a file");
    let reader = SerializedFileReader::new(file).expect("a table");
    let about = reader
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .expect("metadata");
    assert_eq!(
        (about[0].key.as_str(), about[0].value.as_deref()),
        ("newsift.version", Some("1"))
    );
    let rows: Vec<String> = reader
        .get_row_iter(None)
        .expect("rows")
        .map(|row| row.expect("a row").to_string())
        .collect();
    assert_eq!(rows.len(), 3);
    assert!(
        rows[0].starts_with(r#"{id: "a", cluster: 1, kept: true, status: "kept""#),
        "{}",
        rows[0]
    );
    assert!(
        rows[0].contains("kept_id: null, similarity: null"),
        "{}",
        rows[0]
    );
    assert!(
        rows[1].starts_with(r#"{id: "7", cluster: 2"#),
        "{}",
        rows[1]
    );
    assert!(
        rows[2].contains(r#"line: 3"#) && rows[2].contains(r#"kept_id: "a", similarity: 1"#),
        "{}",
        rows[2]
    );
    // The same bytes every time, and it can be read back.
    let again = world
        .dedupe(["--raw", "--format", "parquet", "feed.jsonl"])
        .output()
        .expect("it runs");
    assert_eq!(
        again.stdout,
        std::fs::read(world.path("out.parquet")).expect("a file")
    );
    let run = scan(&world, &["--text-field", "path", "out.parquet"]).code(1);
    assert_eq!(run.json().len(), 3);
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_needs_a_feature() {
    let world = World::with([("a.txt", story(1))]);
    world.run(["--format", "parquet", "a.txt"]).code(2).says(
        "--format parquet: this build writes no Parquet: install it with --features cli,parquet",
    );
}

// What is in archives and tables, acted on.

#[test]
fn members_of_archives_are_never_removed() {
    let text = story(1);
    let world = World::with([("p.zip", zip(&[("a.txt", text.as_bytes())]))]);
    world.file("z.txt", text.clone() + "One more sentence about it.\n");
    world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "--output",
            "plan.jsonl",
            "p.zip",
            "z.txt",
        ])
        .code(1);
    let before = std::fs::read(world.path("p.zip")).expect("a file");
    let run = world
        .run(["apply", "plan.jsonl", "--delete", "--yes"])
        .code(1);
    assert!(run.out.contains("p.zip/a.txt"), "{run:#?}");
    assert_eq!(std::fs::read(world.path("p.zip")).expect("a file"), before);
    assert!(world.path("z.txt").exists());
    world
        .run(["apply", "plan.jsonl", "--write-unique", "u.jsonl", "--yes"])
        .code(2)
        .says("p.zip/a.txt: lies in an archive")
        .says("unpack it and scan again");
}

#[test]
fn rows_can_be_written_without_their_duplicates() {
    let world = World::with([("t.csv", table(','))]);
    world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "--output",
            "plan.jsonl",
            "t.csv",
        ])
        .code(1);
    world
        .run(["apply", "plan.jsonl", "--write-unique", "u.jsonl", "--yes"])
        .code(0);
    let rows: Vec<serde_json::Value> = world
        .read("u.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["text"], story(2));
}

#[test]
fn what_the_system_refuses_comes_with_advice() {
    let world = World::new();
    scan(&world, &["nowhere"])
        .code(2)
        .says("nowhere: No such file")
        .says("is the path right?");
    let world = World::with([("feed.jsonl", "{\"text\": 1}\n[]\n")]);
    scan(&world, &["feed.jsonl"])
        .code(2)
        .says("got a number: --text-field takes another one")
        .says("feed.jsonl:2: not a JSON object")
        .says("a line must be one whole object");
}
