//! `cargo xtask faults`: the catalogue of faults, and what holds each of them.
//!
//! A test that covers fault 12 is a function `fault_12_…` in Rust, or `'fault 12: …'` in the
//! interface. Here stands what each row should have; the check fails where it has it not.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, bail};

use crate::{rules, say, shell};

/// What to print.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Name the tests of each row, and where they are.
    #[arg(long)]
    verbose: bool,
}

/// How a row is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// By tests.
    Tested,
    /// By tests, and by a procedure for what no test can see.
    TestedAndByHand,
    /// Not yet: this feature is not there.
    Waits(&'static str),
}

use Kept::{Tested, TestedAndByHand, Waits};

/// A fault: its number, which never changes; in few words; how it is held.
type Row = (u8, &'static str, Kept);

/// The catalogue.
const GROUPS: [(&str, &[Row]); 8] = [
    (
        "The service's answers",
        &[
            (1, "a page with status 200 in place of data", Tested),
            (2, "codes 37, 38, 39: nothing free", Tested),
            (3, "codes of a clinic that fails", Tested),
            (4, "final refusals of a booking", Waits("booking")),
            (5, "unknown codes, fields and kinds of ids", Tested),
            (6, "an empty list with success", Tested),
            (7, "an answer cut short", Tested),
            (8, "an answer without an end, a gzip bomb", Tested),
            (9, "an answer that stalls or trickles", Tested),
            (10, "absurd JSON and odd characters", Tested),
            (11, "429 with any Retry-After", Tested),
            (12, "errors of the service for an hour", Tested),
            (13, "403, connections refused or reset", Tested),
            (14, "a redirect elsewhere", Tested),
            (15, "no name, no route, no IPv6", TestedAndByHand),
            (16, "a network that wants a login first", Tested),
            (17, "a certificate that is no good", Tested),
            (18, "a service whose clock is off", Tested),
            (19, "slots given twice", Tested),
            (20, "slot ids used again or changed", Tested),
            (21, "slots that come and go at every look", Tested),
            (22, "a clinic renamed or moved", Tested),
            (23, "a clinic closed, or with new ids", Tested),
            (24, "lists in another order, notes in names", Tested),
            (25, "counts that lie", Tested),
            (26, "dates in every form", Tested),
            (27, "slots in the past or starting at once", Tested),
            (28, "answers out of order", Tested),
            (29, "one-time tokens of a booking", Waits("booking")),
        ],
    ),
    (
        "Time",
        &[
            (30, "the computer's clock is set", Tested),
            (31, "the computer sleeps", TestedAndByHand),
            (32, "another time zone, summer time", Tested),
            (33, "midnight, 29 February, the year's end", Tested),
        ],
    ),
    (
        "Storage",
        &[
            (34, "a database held by another program", Tested),
            (35, "a database that is damaged", Tested),
            (36, "a journal missing or left over", Tested),
            (37, "a full disk", Tested),
            (38, "a folder that cannot be written", Tested),
            (39, "a disk that fails", Tested),
            (40, "a migration killed at any step", Tested),
            (41, "an older or newer database", Tested),
            (42, "a backup of last month restored", Tested),
            (43, "a backup made while writing", Tested),
            (44, "a key store absent, locked or lost", TestedAndByHand),
            (45, "growth over years", Tested),
        ],
    ),
    (
        "The process",
        &[
            (46, "killed between any two steps", Tested),
            (47, "a panic in one task", Tested),
            (48, "the program started twice", Tested),
            (
                49,
                "an update cut short, forged or older",
                Waits("self-update"),
            ),
            (50, "the computer is shut down", TestedAndByHand),
            (51, "weeks of running", Tested),
        ],
    ),
    (
        "The desktop",
        &[
            (52, "notifications that hang or are not there", Tested),
            (53, "do-not-disturb, notifications denied", TestedAndByHand),
            (54, "no place for the icon", Tested),
            (55, "a page that is blank or crashes", TestedAndByHand),
        ],
    ),
    (
        "Telegram, and other ways to tell",
        &[
            (56, "a token or password not accepted", Tested),
            (57, "a chat or recipient that takes nothing", Tested),
            (58, "asked to wait, failing, unreachable", Tested),
            (59, "an answer that never came", Tested),
            (60, "commands twice, late, out of order", Tested),
            (61, "commands of strangers", Tested),
            (62, "more than a message may hold", Tested),
        ],
    ),
    (
        "Hostile content",
        &[
            (63, "markup and scripts in names", Tested),
            (64, "names that break a message", Tested),
            (
                65,
                "names that break a table (there is no calendar to break yet)",
                Tested,
            ),
            (66, "file names that lead elsewhere", Tested),
            (67, "malicious links", Tested),
            (68, "forged lines and secrets in logs", Tested),
            (69, "odd arguments from the window", Tested),
        ],
    ),
    (
        "People nearby",
        &[(
            70,
            "clipboard, screenshots, other users' eyes",
            TestedAndByHand,
        )],
    ),
];

/// The procedures for what no test can see: a section `## Fault 53: …` a row.
const PROCEDURES: &str = "docs/by-hand.md";

/// Where tests stand.
const SOURCES: [&str; 3] = ["src-tauri", "tests", "ui/src"];

/// Prints the catalogue; fails where a row has not what it should have.
pub(crate) fn run(args: &Args) -> Result<()> {
    let found = Found::read()?;
    say::line(&found.table(args.verbose));
    found.check()
}

/// The check alone, of which `cargo xtask test` makes a step.
pub(crate) fn check() -> Result<()> {
    let found = Found::read()?;
    found.check()?;
    say::line(&found.summary());
    Ok(())
}

/// What the sources and the procedures have.
#[derive(Debug, Default)]
struct Found {
    /// By row: `file: test`.
    tests: BTreeMap<u8, Vec<String>>,
    /// Rows with a procedure.
    procedures: BTreeSet<u8>,
    /// Tests whose names say no row, or several.
    unclear: Vec<String>,
}

impl Found {
    fn read() -> Result<Self> {
        let mut found = Self::default();
        for folder in SOURCES {
            for file in rules::files(&shell::root().join(folder), &["rs", "ts", "tsx"])? {
                found.take_tests(&rules::shown(&file), &rules::read(&file)?);
            }
        }
        let procedures = shell::root().join(PROCEDURES);
        let text = fs::read_to_string(&procedures)
            .with_context(|| format!("{PROCEDURES} could not be read"))?;
        found.take_procedures(&text);
        Ok(found)
    }

    fn take_tests(&mut self, file: &str, source: &str) {
        let is_rust = Path::new(file).extension().is_some_and(|end| end == "rs");
        let names = if is_rust {
            rust_names(source)
        } else {
            page_names(source)
        };
        for name in names {
            let line = format!("{file}: {name}");
            match row_of(&name) {
                Some(row) => self.tests.entry(row).or_default().push(line),
                None => self.unclear.push(line),
            }
        }
    }

    fn take_procedures(&mut self, text: &str) {
        let sections = text.lines().filter_map(|line| {
            let (row, _) = line.strip_prefix("## Fault ")?.split_once(": ")?;
            row.parse::<u8>().ok()
        });
        self.procedures.extend(sections);
    }

    fn count(&self, row: u8) -> usize {
        self.tests.get(&row).map_or(0, Vec::len)
    }

    /// Fails with all that is not as it should be.
    fn check(&self) -> Result<()> {
        let broken = self.broken();
        if broken.is_empty() {
            return Ok(());
        }
        bail!(
            "the catalogue of faults is not kept:\n{}",
            broken.join("\n")
        )
    }

    fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (row, words, kept) in rows() {
            let (tests, by_hand) = (self.count(row), self.procedures.contains(&row));
            match kept {
                Tested | TestedAndByHand if tests == 0 => {
                    broken.push(format!(
                        "fault {row} ({words}) has no test fault_{row:02}_…"
                    ));
                }
                Waits(feature) if tests > 0 => {
                    broken.push(format!(
                        "fault {row} ({words}) waits for {feature}, yet has tests"
                    ));
                }
                Tested | TestedAndByHand | Waits(_) => (),
            }
            match (kept, by_hand) {
                (TestedAndByHand, false) => broken.push(format!(
                    "fault {row} ({words}) has no section “## Fault {row}: …” in {PROCEDURES}"
                )),
                (Tested | Waits(_), true) => broken.push(format!(
                    "fault {row} ({words}) has a section in {PROCEDURES}, but is not kept by hand"
                )),
                (TestedAndByHand, true) | (Tested | Waits(_), false) => (),
            }
        }
        let known: BTreeSet<u8> = rows().map(|(row, ..)| row).collect();
        let strangers = |row: &&u8| !known.contains(row);
        for row in self.tests.keys().filter(strangers) {
            broken.push(format!(
                "there is no fault {row}: {}",
                self.tests[row].join(", ")
            ));
        }
        for row in self.procedures.iter().filter(strangers) {
            broken.push(format!(
                "there is no fault {row}, but a section in {PROCEDURES}"
            ));
        }
        broken.extend(
            self.unclear
                .iter()
                .map(|test| format!("{test}: a test names one fault, by two digits: fault_07_…")),
        );
        broken
    }

    fn table(&self, verbose: bool) -> String {
        let mut lines = Vec::new();
        for (group, rows) in GROUPS {
            lines.push(group.to_owned());
            for (row, words, kept) in rows {
                let status = status(*kept, self.count(*row));
                lines.push(format!("{row:>4}  {words:<44}{status}"));
                if verbose {
                    let tests = self.tests.get(row).into_iter().flatten();
                    lines.extend(tests.map(|test| format!("        {test}")));
                }
            }
        }
        lines.push(self.summary());
        lines.join("\n")
    }

    fn summary(&self) -> String {
        let of = |wanted: &dyn Fn(&Row) -> bool| rows().filter(|row| wanted(row)).count();
        let tests: usize = rows().map(|(row, ..)| self.count(row)).sum();
        format!(
            "{} faults: {} have {tests} tests, {} of them are also gone through by hand \
             ({PROCEDURES}), {} wait",
            rows().count(),
            of(&|(row, ..)| self.count(*row) > 0),
            of(&|(.., kept)| *kept == TestedAndByHand),
            of(&|(.., kept)| matches!(kept, Waits(_))),
        )
    }
}

fn rows() -> impl Iterator<Item = Row> {
    GROUPS.iter().flat_map(|(_, rows)| rows.iter().copied())
}

fn status(kept: Kept, tests: usize) -> String {
    let tests = match tests {
        0 => "NO TEST".to_owned(),
        1 => "1 test".to_owned(),
        many => format!("{many} tests"),
    };
    match kept {
        Tested => tests,
        TestedAndByHand => format!("{tests}, and by hand"),
        Waits(feature) => format!("waits for {feature}"),
    }
}

/// Tests in Rust that name a fault: functions `fault_…` under an attribute that makes them tests,
/// and none that ignores them.
fn rust_names(source: &str) -> Vec<String> {
    let (mut is_test, mut is_ignored) = (false, false);
    let mut names = Vec::new();
    for line in source.lines().map(str::trim_start) {
        is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        is_ignored |= line.starts_with("#[ignore");
        let declared = line.strip_prefix("async ").unwrap_or(line);
        let Some(name) = declared.strip_prefix("fn ") else {
            continue;
        };
        if is_test && !is_ignored && name.starts_with("fault_") {
            let of_name = |sign: char| sign.is_alphanumeric() || sign == '_';
            let name = name.split(|sign| !of_name(sign)).next().unwrap_or(name);
            names.push(name.to_owned());
        }
        (is_test, is_ignored) = (false, false);
    }
    names
}

/// Tests of the interface that name a fault and are not passed over: quoted names that begin with
/// `fault `.
fn page_names(source: &str) -> Vec<String> {
    let begins = |line: &str, quote: char| {
        let (before, after) = line.split_once(&format!("{quote}fault "))?;
        let is_run = ![".skip", ".todo"].iter().any(|word| before.contains(word));
        let is_test = ["test", "it", "describe"]
            .iter()
            .any(|word| before.trim_start().starts_with(word) || before.trim_start().is_empty());
        let name = after.split(quote).next()?;
        (is_test
            && is_run
            && before
                .trim_end()
                .chars()
                .next_back()
                .is_none_or(|sign| sign == '('))
        .then(|| format!("fault {name}"))
    };
    source
        .lines()
        .filter_map(|line| {
            ['\'', '"', '`']
                .iter()
                .find_map(|quote| begins(line, *quote))
        })
        .collect()
}

/// The row that a test's name says: `fault_07_…` or `fault 7: …`; `None` where it says none or two.
fn row_of(name: &str) -> Option<u8> {
    let rest = name.strip_prefix("fault")?;
    let (digits, words) = match rest.strip_prefix('_') {
        Some(rest) => rest.split_once('_')?,
        None => rest.strip_prefix(' ')?.split_once(": ")?,
    };
    let is_number = (digits.len() == 2 || rest.starts_with(' '))
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_row = |word: &str| word.len() <= 2 && word.parse::<u8>().is_ok();
    let mut parts = words
        .split('_')
        .skip_while(|part| *part == "fault" || *part == "and");
    let names_another = parts.next().is_some_and(is_row);
    (is_number && !names_another).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_seventy_rows_in_order() {
        let numbers: Vec<u8> = rows().map(|(row, ..)| row).collect();
        assert_eq!(numbers, (1..=70).collect::<Vec<u8>>());
    }

    #[test]
    fn tests_are_found_in_both_languages_and_nothing_else_is() {
        let rust = "\
    #[tokio::test(start_paused = true)]
    async fn fault_09_a_stalled_answer_ends() {
    #[test]
    #[expect(
        clippy::some_lint,
        reason = \"why\"
    )]
    fn fault_70_a_folder_is_private() {
    fn fault_12_a_helper() {
    }
    #[tokio::test]
    #[ignore = \"long\"]
    async fn fault_46_by_the_thousand() {
    proptest! {
        #[test]
        // Why.
        fn fault_64_a_name_comes_back(name in name()) {
    #[test]
    fn faults_are_many() {}
";
        assert_eq!(
            rust_names(rust),
            [
                "fault_09_a_stalled_answer_ends",
                "fault_70_a_folder_is_private",
                "fault_64_a_name_comes_back"
            ]
        );
        let page = "\
test('fault 63: a name is text', async () => {
test.skip('fault 12: some day', () => {
test.each(payloads)(
  'fault 63: %s does nothing',
  const words = 'fault 12: as it is said';
";
        assert_eq!(
            page_names(page),
            ["fault 63: a name is text", "fault 63: %s does nothing"]
        );
    }

    #[test]
    fn a_name_says_one_row() {
        assert_eq!(row_of("fault_07_a_cut_answer"), Some(7));
        assert_eq!(
            row_of("fault_12_other_statuses_are_the_sites_fault"),
            Some(12)
        );
        assert_eq!(row_of("fault 63: a name is text"), Some(63));
        for unclear in [
            "fault_7_a_cut_answer",
            "fault_56_58_refusals",
            "fault_62_fault_64_a_list",
            "fault_03_and_4_codes",
            "fault_a_cut_answer",
            "fault 63 a name",
        ] {
            assert_eq!(row_of(unclear), None, "{unclear}");
        }
    }

    #[test]
    fn what_is_missing_or_too_much_is_said() {
        let mut found = Found::default();
        for (row, _, kept) in rows() {
            if matches!(kept, Tested | TestedAndByHand) {
                found.tests.insert(row, vec!["x.rs: test".to_owned()]);
            }
            if kept == TestedAndByHand {
                found.procedures.insert(row);
            }
        }
        assert_eq!(found.broken(), [""; 0]);

        found.tests.remove(&1);
        found.take_tests(
            "y.rs",
            "#[test]\nfn fault_29_t() {}\n#[test]\nfn fault_71_t() {}\n#[test]\nfn fault_3_t() {}\n",
        );
        found.procedures.remove(&53);
        found.take_procedures("## Fault 2: by hand\n");
        assert_eq!(
            found.broken(),
            [
                "fault 1 (a page with status 200 in place of data) has no test fault_01_…",
                "fault 2 (codes 37, 38, 39: nothing free) has a section in docs/by-hand.md, but is not kept by hand",
                "fault 29 (one-time tokens of a booking) waits for booking, yet has tests",
                "fault 53 (do-not-disturb, notifications denied) has no section “## Fault 53: …” in docs/by-hand.md",
                "there is no fault 71: y.rs: fault_71_t",
                "y.rs: fault_3_t: a test names one fault, by two digits: fault_07_…",
            ]
        );
    }
}
