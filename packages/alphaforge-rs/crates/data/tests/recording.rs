//! Recordings in real files: whole, cut off, damaged.
#![cfg(test)]

use std::io::Write;
use std::path::{Path, PathBuf};

use alphaforge_data::{Frame, RecordingEnd, RecordingError, RecordingReader};
use flate2::Compression;
use flate2::write::GzEncoder;

const TEXT: &str = "1700000000000000001 {\"a\":1}\n1700000000000000002 {\"b\":2}\n\n1700000000000000003 {\"c\": 3}\n";

/// A file in the system's temporary folder, removed when dropped.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new(name: &str, bytes: &[u8]) -> TemporaryFile {
        let unique = format!("alphaforge-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(unique);
        std::fs::write(&path, bytes).unwrap();
        TemporaryFile(path)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn read(path: &Path) -> (Vec<Frame>, RecordingEnd) {
    let mut reader = RecordingReader::open(path).unwrap();
    let mut frames = Vec::new();
    loop {
        let chunk = reader.next_frames(2).unwrap();
        if chunk.is_empty() {
            return (frames, reader.end().clone());
        }
        frames.extend(chunk);
    }
}

fn bodies(frames: &[Frame]) -> Vec<(u64, i64, String)> {
    frames
        .iter()
        .map(|frame| {
            let body = String::from_utf8(frame.bytes.clone()).unwrap();
            (frame.line, frame.ts_recv.nanos(), body)
        })
        .collect()
}

#[test]
fn plain_and_gzip_read_the_same() {
    let plain = TemporaryFile::new("plain", TEXT.as_bytes());
    let packed = TemporaryFile::new("packed", &gzip(TEXT));
    let two_members = [
        gzip("1700000000000000001 {\"a\":1}\n1700000000000000002 {\"b\":2}\n\n"),
        gzip("1700000000000000003 {\"c\": 3}\n"),
    ]
    .concat();
    let members = TemporaryFile::new("members", &two_members);
    let expected = vec![
        (1, 1_700_000_000_000_000_001, "{\"a\":1}".to_owned()),
        (2, 1_700_000_000_000_000_002, "{\"b\":2}".to_owned()),
        (4, 1_700_000_000_000_000_003, "{\"c\": 3}".to_owned()),
    ];
    for file in [&plain, &packed, &members] {
        let (frames, end) = read(&file.0);
        assert_eq!(bodies(&frames), expected);
        assert_eq!(end, RecordingEnd::Whole);
    }
}

#[test]
fn a_recording_cut_at_any_byte_gives_its_whole_lines() {
    let packed = gzip(&TEXT.repeat(300));
    let whole = read(&TemporaryFile::new("whole", &packed).0).0;
    for kept in [20, packed.len() / 2, packed.len() - 9, packed.len() - 1] {
        let file = TemporaryFile::new("cut", &packed[..kept]);
        let (frames, end) = read(&file.0);
        assert!(whole.starts_with(&frames), "{kept}");
        assert!(
            matches!(end, RecordingEnd::CutOff { .. }),
            "{kept}: {end:?}"
        );
    }
    let file = TemporaryFile::new(
        "cut-plain",
        b"1700000000000000001 {}\n1700000000000000002 {\"b\":",
    );
    let (frames, end) = read(&file.0);
    assert_eq!(
        frames.iter().map(|f| f.is_whole).collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(end, RecordingEnd::Whole);
    let file = TemporaryFile::new("cut-time", b"1700000000000000001 {}\n17231");
    let (frames, end) = read(&file.0);
    assert_eq!(frames.len(), 1);
    assert_eq!(end, RecordingEnd::CutOff { last_whole_line: 1 });
}

#[test]
fn damage_names_the_file_and_the_place() {
    let mut packed = gzip(&TEXT.repeat(300));
    let middle = packed.len() / 2;
    for byte in &mut packed[middle..middle + 8] {
        *byte ^= 0x5a;
    }
    let file = TemporaryFile::new("damaged", &packed);
    let mut reader = RecordingReader::open(&file.0).unwrap();
    let error = loop {
        match reader.next_frames(100) {
            Ok(frames) if frames.is_empty() => panic!("the damage was not noticed"),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    // Damage shows in the lines or in the checksum, whichever comes first.
    assert!(error.to_string().contains("gzip -t"), "{error}");
    let folder = RecordingReader::open(&std::env::temp_dir()).err().unwrap();
    assert!(matches!(folder, RecordingError::NoFile { .. }), "{folder}");
    let file = TemporaryFile::new("no-time", b"1700000000000000001 {}\nhello world\n");
    let mut reader = RecordingReader::open(&file.0).unwrap();
    assert_eq!(reader.next_frames(9).unwrap().len(), 1);
    let error = reader.next_frames(9).unwrap_err().to_string();
    assert!(error.ends_with(":2: expected `<receive time in ns> <frame>`, found \"hello world\""));
    for (time, name) in [("-5", "negative"), ("1723161692000", "milliseconds")] {
        let file = TemporaryFile::new(name, format!("{time} {{}}\n").as_bytes());
        let mut reader = RecordingReader::open(&file.0).unwrap();
        let error = reader.next_frames(9).unwrap_err().to_string();
        let place = format!(":1: receive time {time} is not in the years 2000 to 2199");
        assert!(error.contains(&place), "{error}");
    }
    assert!(RecordingReader::open(Path::new("/nowhere/at-all")).is_err());
}

#[test]
fn progress_reaches_the_size_of_the_file() {
    let file = TemporaryFile::new("progress", &gzip(&TEXT.repeat(1_000)));
    let mut reader = RecordingReader::open(&file.0).unwrap();
    while !reader.next_frames(100).unwrap().is_empty() {}
    let (read, total) = reader.progress();
    assert_eq!(read, total);
}
