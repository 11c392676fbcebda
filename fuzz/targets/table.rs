//! The table of a watch's openings: it is read back as it was written, and holds no formula.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::now;

fuzz_target!(|names: (&str, &str, &str)| {
    let (clinic, doctor, room) = names;
    let table = engine::doors::table(clinic, doctor, room, now());
    let table = table.strip_prefix("\u{feff}".as_bytes()).expect("the mark");
    let text = str::from_utf8(table).expect("it is UTF-8");
    assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\r' | '\n')));
    assert_eq!(text.lines().count(), 2, "a line a row");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .from_reader(table);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(row.len(), 10);
        // Whatever a spreadsheet takes for the bounds of cells.
        for cell in row.iter().flat_map(|cell| cell.split([',', ';', '|', '"', '\t'])) {
            let formula = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
            assert!(!formula, "{cell:?}");
        }
    }
    for (at, name) in [(0, clinic), (1, doctor), (3, room)] {
        let bare = |text: &str| text.replace('\'', "");
        let wanted: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        assert_eq!(bare(&rows[1][at]), bare(&wanted));
    }
});
