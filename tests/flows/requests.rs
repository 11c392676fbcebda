//! Prints how many requests an hour costs, for 100, 1 000 and 10 000 people who wait on the
//! same 30 specialties in 12 clinics. Virtual time.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    for watches in [100, 1_000, 10_000] {
        let requests = flows::requests_in_an_hour(watches).await;
        println!("{watches:>6} watches: {requests} requests in an hour");
    }
}
