//! What a bench used of the machine, as Linux counts it for the process.

use std::time::Duration;

/// Time on a processor and bytes handed to the system to write, since the process began.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Of the thread that asks.
    pub(crate) processor: Duration,
    /// Of the whole process.
    pub(crate) written: u64,
}

impl Usage {
    /// What was used so far; nothing where the system does not say.
    pub(crate) fn now() -> Self {
        let counted = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let schedule = counted("/proc/thread-self/schedstat");
        let nanos = schedule.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
        let io = counted("/proc/self/io");
        let written = io.lines().find_map(|line| line.strip_prefix("wchar: ")?.parse().ok());
        Self { processor: Duration::from_nanos(nanos.unwrap_or(0)), written: written.unwrap_or(0) }
    }

    /// What was used since an earlier count.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            processor: self.processor.saturating_sub(earlier.processor),
            written: self.written.saturating_sub(earlier.written),
        }
    }
}
