//! A lightly loaded program that the `pyroscope` crate profiles.
//! Arguments: server URL, application name, seconds to run, upload interval in seconds.
use pyroscope::backend::{pprof_backend, BackendConfig, PprofConfig};
use pyroscope::pyroscope::PyroscopeAgentBuilder;
use std::time::{Duration, Instant};

#[inline(never)]
fn fib(n: u64) -> u64 {
    if n < 2 {
        std::hint::black_box(n)
    } else {
        fib(n - 1) + fib(n - 2)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, app, seconds, interval] = &arguments[..] else {
        return Err("arguments: URL APP SECONDS INTERVAL".into());
    };
    let backend = pprof_backend(
        PprofConfig::default(),
        BackendConfig { report_thread_id: false, report_thread_name: true, report_pid: false },
    );
    let agent = PyroscopeAgentBuilder::new(url, app, 100, "pyroscope-rs", "2.1.5", backend)
        .upload_interval(Duration::from_secs(interval.parse()?))
        .tags(vec![("region", "eu-west 1"), ("pod", "pod-1")])
        .build()?
        .start()?;
    let (add, remove) = agent.tag_wrapper();
    let end = Instant::now() + Duration::from_secs(seconds.parse()?);
    let mut sum = 0u64;
    while Instant::now() < end {
        add("controller".into(), "slow".into())?;
        sum = sum.wrapping_add(fib(23));
        remove("controller".into(), "slow".into())?;
        std::thread::sleep(Duration::from_millis(40));
    }
    agent.stop()?.shutdown();
    println!("done {sum}");
    Ok(())
}
