//! Delay against requests, as pictures.

use std::{
    fmt::{self, Write},
    fs,
    path::Path,
};

use anyhow::{Context, Result};

use crate::{
    ours::{self, Policy, Run},
    peers::{self, PEERS},
    report::in_parallel,
    score::Score,
    world::World,
};

const BUDGETS: [u32; 4] = [90, 180, 360, 720];

/// A policy, its name, its colour (told apart by those who see few) and its dashes.
const LINES: [(Policy, &str, &str, &str); 5] = [
    (Policy::Even, "even", "#d55e00", "none"),
    (Policy::Sqrt, "static square root", "#a06a00", "8 3"),
    (Policy::Calm, "learning, no bursts", "#56a4d9", "4 3"),
    (Policy::Learning, "learning", "#0060a0", "none"),
    (Policy::Oracle, "oracle", "#009e73", "2 3"),
];

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 480.0;
/// The edges of the field: left, right, top, bottom.
const FIELD: (f64, f64, f64, f64) = (64.0, 560.0, 52.0, 424.0);
const TICKS: [f64; 15] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4,
];
const K_EFF: [f64; 10] = [0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4];
/// Between two labels, one under the other.
const LABEL: f64 = 12.0;

/// Writes a picture of each world as of its first seed: policies as lines over budgets, and existing
/// clients as points.
pub(crate) fn draw(worlds: &[Vec<World>], first: u64, distrust: bool, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for world in worlds.iter().filter_map(|of_seeds| of_seeds.first()) {
        let svg = picture(world, first, distrust).context("no text could be written")?;
        let file = folder.join(format!("{}.svg", world.name));
        fs::write(&file, svg).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Job {
    Ours(usize, u32),
    Peer(usize),
}

fn picture(world: &World, seed: u64, distrust: bool) -> Result<String, fmt::Error> {
    let known = world.truth.is_some();
    let lines = (0..LINES.len()).filter(|line| known || LINES[*line].0 != Policy::Oracle);
    let ours = lines.flat_map(|line| BUDGETS.map(|budget| Job::Ours(line, budget)));
    let peers = (0..PEERS.len()).filter(|_| known).map(Job::Peer);
    let mut done = in_parallel(ours.chain(peers).collect(), |job| {
        (job, point(world, seed, distrust, job))
    });
    done.retain(|(_, (x, y))| *x > 0.0 && *y > 0.0);
    done.sort_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
    let axes = Axes::around(done.iter().map(|(_, point)| *point));

    let mut svg = String::new();
    begin(&mut svg, &world.name)?;
    axes.draw(&mut svg)?;
    let mut legend = FIELD.2 + 8.0;
    for (line, (_, name, colour, dashes)) in LINES.iter().enumerate() {
        let points = done.iter().filter_map(|(job, point)| match job {
            Job::Ours(of, _) if *of == line => Some(axes.place(*point)),
            Job::Ours(..) | Job::Peer(_) => None,
        });
        let points: Vec<(f64, f64)> = points.collect();
        if points.is_empty() {
            continue;
        }
        let path: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        writeln!(
            svg,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>"#,
            path.join(" ")
        )?;
        for (x, y) in points {
            writeln!(
                svg,
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.2" fill="{colour}"/>"#
            )?;
        }
        let (from, to) = (FIELD.1 + 16.0, FIELD.1 + 44.0);
        writeln!(
            svg,
            r#"<path d="M{from} {legend}H{to}" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/><circle cx="{}" cy="{legend}" r="3.2" fill="{colour}"/><text x="{}" y="{}">{name}</text>"#,
            f64::midpoint(from, to),
            to + 8.0,
            legend + 4.0
        )?;
        legend += 20.0;
    }
    if known {
        let at = FIELD.1 + 30.0;
        writeln!(
            svg,
            r##"<rect x="{}" y="{}" width="6" height="6" fill="#444"/><text x="{}" y="{}">existing clients</text>"##,
            at - 3.0,
            legend - 3.0,
            at + 22.0,
            legend + 4.0
        )?;
    }
    legend += 20.0;
    writeln!(
        svg,
        r##"<path d="M{} {legend}h28" stroke="#ccc" stroke-width="0.8"/><text x="{}" y="{}">equal K = requests/h</text><text x="{}" y="{}">× delay / 1800</text>"##,
        FIELD.1 + 16.0,
        FIELD.1 + 52.0,
        legend + 4.0,
        FIELD.1 + 52.0,
        legend + 20.0
    )?;
    let clients = done.iter().filter_map(|(job, point)| match job {
        Job::Peer(peer) => Some((PEERS[*peer].name, axes.place(*point))),
        Job::Ours(..) => None,
    });
    label(&mut svg, clients.collect())?;
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// Requests per hour and mean delay.
fn point(world: &World, seed: u64, distrust: bool, job: Job) -> (f64, f64) {
    let Score {
        requests_per_hour,
        mean_secs,
        ..
    } = match job {
        Job::Ours(line, budget_per_hour) => {
            let policy = LINES[line].0;
            let run = Run {
                policy,
                seed,
                budget_per_hour,
                distrust,
            };
            ours::run(world, run)
        }
        Job::Peer(peer) => peers::run(world, &PEERS[peer], false, seed),
    };
    (requests_per_hour, mean_secs)
}

fn begin(svg: &mut String, name: &str) -> fmt::Result {
    let what = match name {
        "S0" => "no structure at all",
        "S1" => "unequal rates",
        "S2" => "unequal rates, day and night",
        "S3" => "half of all openings at habitual times",
        "S4" => "most openings at habitual times",
        _ => "recorded openings",
    };
    writeln!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">
<rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="#fff"/>
<text x="{}" y="32" font-size="16">{name}: {what}</text>"##,
        FIELD.0
    )
}

/// Both logarithmic.
struct Axes {
    x: (f64, f64),
    y: (f64, f64),
}

impl Axes {
    fn around(points: impl Iterator<Item = (f64, f64)>) -> Self {
        let none = (f64::INFINITY, 0.0_f64);
        let (mut x, mut y) = (none, none);
        for point in points {
            x = (x.0.min(point.0), x.1.max(point.0));
            y = (y.0.min(point.1), y.1.max(point.1));
        }
        let wider = |(least, most): (f64, f64)| {
            if most > 0.0 {
                (least / 1.3, most * 1.3)
            } else {
                (1.0, 10.0)
            }
        };
        Self {
            x: wider(x),
            y: wider(y),
        }
    }

    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let part = |value: f64, (from, to): (f64, f64)| (value / from).ln() / (to / from).ln();
        let (left, right, top, bottom) = FIELD;
        (
            left + part(x, self.x) * (right - left),
            bottom - part(y, self.y) * (bottom - top),
        )
    }

    fn draw(&self, svg: &mut String) -> fmt::Result {
        let (left, right, top, bottom) = FIELD;
        for k_eff in K_EFF {
            self.iso(svg, k_eff)?;
        }
        writeln!(
            svg,
            r##"<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#444"/>"##
        )?;
        let within = |(from, to): (f64, f64)| {
            let ticks = TICKS.into_iter();
            ticks.filter(move |tick| (from..=to).contains(tick))
        };
        for tick in within(self.x) {
            let (x, _) = self.place((tick, self.y.0));
            writeln!(
                svg,
                r##"<path d="M{x:.1} {bottom}v5" stroke="#444"/><text x="{x:.1}" y="{}" text-anchor="middle">{tick}</text>"##,
                bottom + 18.0
            )?;
        }
        for tick in within(self.y) {
            let (_, y) = self.place((self.x.0, tick));
            writeln!(
                svg,
                r##"<path d="M{left} {y:.1}h-5" stroke="#444"/><text x="{}" y="{:.1}" text-anchor="end">{tick}</text>"##,
                left - 8.0,
                y + 4.0
            )?;
        }
        let (middle, centre) = (f64::midpoint(left, right), f64::midpoint(top, bottom));
        writeln!(
            svg,
            r#"<text x="{middle}" y="{}" text-anchor="middle">requests per hour</text>
<text transform="translate(18 {centre}) rotate(-90)" text-anchor="middle">mean delay, seconds</text>"#,
            bottom + 40.0
        )
    }

    /// All that is as good as this: delay × requests is the same.
    fn iso(&self, svg: &mut String, k_eff: f64) -> fmt::Result {
        let other = |value: f64| 1800.0 * k_eff / value;
        let from = self.x.0.max(other(self.y.1));
        let to = self.x.1.min(other(self.y.0));
        if from * 1.15 >= to {
            return Ok(());
        }
        let (start, end) = (self.place((from, other(from))), self.place((to, other(to))));
        writeln!(
            svg,
            r##"<path d="M{:.1} {:.1}L{:.1} {:.1}" stroke="#ccc" stroke-width="0.8"/><text x="{:.1}" y="{:.1}" font-size="10" fill="#767676">K {k_eff}</text>"##,
            start.0,
            start.1,
            end.0,
            end.1,
            start.0 + 6.0,
            start.1 + if start.1 > FIELD.2 + 1.0 { -2.0 } else { 12.0 }
        )
    }
}

/// Points with their names, none on another.
fn label(svg: &mut String, mut clients: Vec<(&str, (f64, f64))>) -> fmt::Result {
    clients.sort_by(|(_, a), (_, b)| a.1.total_cmp(&b.1));
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    for (name, (x, y)) in clients {
        let width = name.len() as f64 * 6.5;
        let left = if x + 8.0 + width > FIELD.1 {
            x - 8.0 - width
        } else {
            x + 8.0
        };
        let mut at = y + 4.0;
        let right = left + width;
        while let Some((_, _, other)) = taken
            .iter()
            .find(|(from, to, other)| *from < right && left < *to && (other - at).abs() < LABEL)
        {
            at = other + LABEL + 0.1;
        }
        taken.push((left, right, at));
        writeln!(
            svg,
            r##"<rect x="{:.1}" y="{:.1}" width="6" height="6" fill="#444"/><text x="{left:.1}" y="{at:.1}" font-size="11">{name}</text>"##,
            x - 3.0,
            y - 3.0
        )?;
    }
    Ok(())
}
