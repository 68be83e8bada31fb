//! `cargo run -p shop -- orders` and `cargo run -p shop -- shipping`: see `--help`.

use shop::args::{Args, Role, USAGE};
use shop::{orders, shipping, stop};
use std::error::Error;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(Some(args)) => args,
        Ok(None) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("shop: {problem}; see shop --help");
            return ExitCode::from(2);
        }
    };
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("shop: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    match args.role {
        Role::Orders => orders::serve(args, stop::signal()).await,
        Role::Shipping => shipping::serve(args, stop::signal()).await,
    }
}
