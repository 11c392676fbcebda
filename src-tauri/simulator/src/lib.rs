//! Simulated city.
