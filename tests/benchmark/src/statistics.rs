//! The little arithmetic that turns runs into numbers.

/// The median; not a number where there is none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// The median of the differences of runs that were made one beside the other.
pub fn paired(values: &[f64], others: &[f64]) -> f64 {
    median(values.iter().zip(others).map(|(a, b)| a - b).collect())
}

/// Half of what lies between the least and the greatest; not a number where there are not two.
pub fn spread(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (greatest - least) / 2.0
}

/// Half of what the middle half of the values spans; not a number where there are not two. A run in
/// twenty that something else has delayed does not show in it.
pub fn middle_half(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let upper = median(sorted.split_off(sorted.len() - half));
    let lower = median(sorted.into_iter().take(half).collect());
    (upper - lower) / 2.0
}

/// How much a quantity grows with each step, from two sizes.
pub fn slope((size, value): (usize, f64), (larger_size, larger_value): (usize, f64)) -> f64 {
    (larger_value - value) / (larger_size as f64 - size as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(vec![]).is_nan());
    }

    #[test]
    fn pairs_cancel_what_they_share() {
        assert_eq!(paired(&[11.0, 21.0, 31.0], &[10.0, 20.0, 30.0]), 1.0);
        // A round that only one of the two has made is left out.
        assert_eq!(paired(&[11.0], &[10.0, 90.0]), 1.0);
    }

    #[test]
    fn the_spread_reaches_to_both_ends() {
        assert_eq!(spread(&[5.0, 1.0, 2.0]), 2.0);
        assert!(spread(&[5.0]).is_nan());
    }

    #[test]
    fn what_is_far_out_is_not_in_the_middle_half() {
        assert_eq!(middle_half(&[1.0, 3.0, 2.0, 90.0, 4.0]), 22.75);
        assert_eq!(middle_half(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 90.0]), 2.0);
        assert_eq!(middle_half(&[4.0, 1.0]), 1.5);
        assert!(middle_half(&[5.0]).is_nan());
    }

    #[test]
    fn what_a_run_costs_once_is_not_in_the_slope() {
        assert_eq!(slope((500, 10_500.0), (1_500, 11_500.0)), 1.0);
    }
}
