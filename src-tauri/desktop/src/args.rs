//! What the program may be started with.

use std::{num::NonZeroU32, path::PathBuf};

use clap::Parser;
use url::Url;

/// Waits for a doctor's appointment slot and tells you the moment one appears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Parser)]
#[command(name = "talonchik", version)]
pub(crate) struct Args {
    /// Start beside the clock, without the window
    #[arg(long)]
    pub minimized: bool,
    /// Start in the practice city («Учебный город»)
    #[arg(long)]
    pub demo: bool,
    /// Keep data, logs and everything else in this folder
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Ask this service instead of the real one
    #[arg(long, value_name = "URL")]
    pub api_base: Option<Url>,
    /// Requests per hour (the real service's ceiling holds)
    #[arg(long, value_name = "N")]
    pub budget: Option<NonZeroU32>,
    /// A link of the booking site to make a watch from
    pub link: Option<String>,
}

impl Args {
    /// Where a start with these arguments wants the window to open, if anywhere in particular.
    pub(crate) fn route(&self) -> Option<String> {
        let link = self.link.as_deref()?;
        (link.len() <= LONGEST_LINK).then(|| route_of_link(link))
    }
}

/// Longer is no link of the booking site.
const LONGEST_LINK: usize = 2_000;

/// The page that reads a pasted link.
fn route_of_link(link: &str) -> String {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("link", link)
        .finish();
    format!("/find?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Args {
        Args::try_parse_from([&["talonchik"], arguments].concat()).unwrap()
    }

    #[test]
    fn a_link_opens_the_page_that_reads_it() {
        let args = parsed(&["https://gorzdrav.spb.ru/service-free-schedule#%5B%7B%22a%22:1%7D%5D"]);
        assert_eq!(
            args.route().as_deref(),
            Some(
                "/find?link=https%3A%2F%2Fgorzdrav.spb.ru%2Fservice-free-schedule%23%255B%257B%2522a%2522%3A1%257D%255D"
            )
        );
    }

    #[test]
    fn a_start_at_login_has_no_page_to_open() {
        assert_eq!(parsed(&["--minimized"]).route(), None);
    }

    #[test]
    fn an_endless_link_is_no_link() {
        let args = parsed(&[&"x".repeat(LONGEST_LINK + 1)]);
        assert_eq!(args.route(), None);
    }

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn every_option_is_read() {
        let args = parsed(&[
            "--demo",
            "--data-dir",
            "/tmp/t",
            "--api-base",
            "http://127.0.0.1:8080/_api/api/v2",
            "--budget",
            "3600",
        ]);
        assert!(args.demo);
        assert_eq!(args.data_dir, Some("/tmp/t".into()));
        assert_eq!(args.api_base.unwrap().port(), Some(8080));
        assert_eq!(args.budget.unwrap().get(), 3600);
    }
}
