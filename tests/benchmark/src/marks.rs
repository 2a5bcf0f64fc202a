//! The marks that a suite leaves: when its tests began and ended.

/// When a run's first test began and when its last one was there, each as CPU time of the process
/// and as time of day, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    /// CPU before the first test.
    pub first_cpu: f64,
    /// CPU before the last one.
    pub last_cpu: f64,
    /// When that was, in seconds since the epoch.
    pub last_time: f64,
}

impl Marks {
    /// Reads what `python/marks.py` has written.
    pub fn read(text: &str) -> Option<Self> {
        let numbers: Vec<f64> = text
            .split_whitespace()
            .map_while(|word| word.parse().ok())
            .collect();
        // Of a suite of one test, the first is the last.
        let [first_cpu, .., last_cpu, last_time] = numbers[..] else {
            let &[first_cpu, last_time] = &numbers[..] else {
                return None;
            };
            return Some(Self {
                first_cpu,
                last_cpu: first_cpu,
                last_time,
            });
        };
        Some(Self {
            first_cpu,
            last_cpu,
            last_time,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_a_suite_and_of_a_single_test() {
        let marks = Marks::read("0.5 100.0\n2.5 103.0\n").unwrap();
        assert_eq!((marks.first_cpu, marks.last_cpu), (0.5, 2.5));
        assert_eq!(marks.last_time, 103.0);
        let marks = Marks::read("0.5 100.0\n").unwrap();
        assert_eq!((marks.first_cpu, marks.last_cpu), (0.5, 0.5));
        assert_eq!(marks.last_time, 100.0);
        assert!(Marks::read("").is_none());
    }
}
