//! Processor time of this process and of those that it has started and seen end; Linux only.

/// Seconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Of this process.
    pub own: f64,
    /// Of its children that have ended.
    pub children: f64,
}

impl Usage {
    /// So far.
    pub fn now() -> Self {
        // User and system time of the process and of its children are fields 14 to 17, in hundredths of a second;
        // the name before them may hold spaces and ends in a bracket.
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let times: Vec<f64> = fields
            .skip(11)
            .take(4)
            .filter_map(|f| f.parse().ok())
            .collect();
        match times[..] {
            [user, system, children, their_system] => Self {
                own: (user + system) / 100.0,
                children: (children + their_system) / 100.0,
            },
            _ => Self::default(),
        }
    }

    /// What came since.
    pub fn since(&self, before: &Self) -> Self {
        Self {
            own: self.own - before.own,
            children: self.children - before.children,
        }
    }
}
