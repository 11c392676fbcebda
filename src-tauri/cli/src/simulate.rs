//! `simulate`: the simulated city on a loopback port.

use engine::{clock::Clock, text::Words};
use serde_json::json;
use simulator::{City, Config, Extent, Scope, Server, World};

use crate::{args::Simulate, failure::Failure, output::Printer, signals::Signals};

/// Serves the city until a signal.
pub(crate) async fn serve(
    wanted: &Simulate,
    as_json: bool,
    words: Words,
    printer: &Printer,
) -> Result<(), Failure> {
    let mut signals = Signals::listen().map_err(Failure::Runtime)?;
    let config = Config::new(wanted.world, Clock::system().now())
        .with_seed(wanted.seed)
        .with_speed(wanted.speed);
    let city = City::new(config);
    for fault in &wanted.fault {
        city.fail(Scope::All, fault.clone(), Extent::UntilCleared);
    }
    let server = Server::start(city, wanted.port)
        .await
        .map_err(|error| Failure::Port {
            error,
            port: wanted.port,
        })?;
    let base = server.base_url();
    let line = if as_json {
        json!({
            "event": "listening", "apiBase": base, "world": name(wanted.world),
            "seed": wanted.seed, "speed": wanted.speed,
        })
        .to_string()
    } else {
        words.say_with("cli-simulating", &[("base", base.into())])
    };
    let told = printer.print(&line).await;
    if told.is_ok() {
        signals.stop().await;
    }
    server.stop().await;
    told.map_err(Failure::Output)
}

fn name(world: World) -> &'static str {
    match world {
        World::S0 => "S0",
        World::S1 => "S1",
        World::S2 => "S2",
        World::S3 => "S3",
        World::S4 => "S4",
        World::Lively => "lively",
        World::Quiet => "quiet",
    }
}
