//! A line of any length in bounded memory, that still looks the same.

/// How many buckets a line is divided into at most.
const MOST_BUCKETS: i64 = 1_000;

const FIRST_WIDTH_NS: i64 = 1_000_000;

/// Values over time, of which each of at most 1,000 equal intervals keeps its first, least, greatest and
/// last: drawn that wide, the line passes the same pixels as with all its points.
///
/// The intervals begin at the first value. When the line outgrows them they double, so that what is kept
/// depends on the values and their times alone. Source: the M4 aggregation of Jugel, Jerzak, Hackenbroich
/// and Markl, "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014.
#[derive(Clone, Debug)]
pub struct ThinnedLine<V> {
    start_ns: i64,
    width_ns: i64,
    /// When the last bucket is over; the clock of a feed can leap over many.
    end_ns: i64,
    buckets: Vec<Bucket<V>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket<V> {
    index: i64,
    first: (i64, V),
    least: (i64, V),
    most: (i64, V),
    last: (i64, V),
}

impl<V> Default for ThinnedLine<V> {
    fn default() -> ThinnedLine<V> {
        ThinnedLine {
            start_ns: 0,
            width_ns: FIRST_WIDTH_NS,
            end_ns: i64::MIN,
            buckets: Vec::new(),
        }
    }
}

impl<V: Copy + PartialOrd> ThinnedLine<V> {
    /// Adds a value. Times do not step back; one that does counts into the latest interval.
    #[inline]
    pub fn add(&mut self, ts_ns: i64, value: V) {
        if ts_ns < self.end_ns
            && let Some(bucket) = self.buckets.last_mut()
        {
            bucket.add((ts_ns, value));
        } else {
            self.begin_bucket(ts_ns, value);
        }
    }

    /// What was kept, by time, every point once.
    pub fn points(&self) -> Vec<(i64, V)> {
        let mut points = Vec::with_capacity(4 * self.buckets.len());
        for bucket in &self.buckets {
            let mut kept = [bucket.first, bucket.least, bucket.most, bucket.last];
            kept.sort_by_key(|point| point.0);
            for point in kept {
                if points.last() != Some(&point) {
                    points.push(point);
                }
            }
        }
        points
    }

    #[cold]
    fn begin_bucket(&mut self, ts_ns: i64, value: V) {
        if self.buckets.is_empty() {
            self.start_ns = ts_ns;
        }
        let since_start = ts_ns.saturating_sub(self.start_ns);
        while since_start / self.width_ns >= MOST_BUCKETS {
            self.double();
        }
        let index = since_start / self.width_ns;
        let end = (index + 1).saturating_mul(self.width_ns);
        self.end_ns = self.start_ns.saturating_add(end);
        let point = (ts_ns, value);
        match self.buckets.last_mut() {
            Some(bucket) if bucket.index == index => bucket.add(point),
            Some(_) | None => self.buckets.push(Bucket {
                index,
                first: point,
                least: point,
                most: point,
                last: point,
            }),
        }
    }

    fn double(&mut self) {
        self.width_ns = self.width_ns.saturating_mul(2);
        let mut merged: Vec<Bucket<V>> = Vec::with_capacity(self.buckets.len());
        for mut bucket in self.buckets.drain(..) {
            bucket.index /= 2;
            match merged.last_mut() {
                Some(before) if before.index == bucket.index => before.append(&bucket),
                Some(_) | None => merged.push(bucket),
            }
        }
        self.buckets = merged;
    }
}

impl<V: Copy + PartialOrd> Bucket<V> {
    fn add(&mut self, point: (i64, V)) {
        if point.1 < self.least.1 {
            self.least = point;
        } else if point.1 > self.most.1 {
            self.most = point;
        }
        self.last = point;
    }

    fn append(&mut self, later: &Bucket<V>) {
        if later.least.1 < self.least.1 {
            self.least = later.least;
        }
        if later.most.1 > self.most.1 {
            self.most = later.most;
        }
        self.last = later.last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same by definition: the intervals are found from the whole length, then each is searched.
    fn by_definition(all: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let (start, end) = (all[0].0, all[all.len() - 1].0);
        let mut width = FIRST_WIDTH_NS;
        while (end - start) / width >= MOST_BUCKETS {
            width *= 2;
        }
        let mut kept = Vec::new();
        for bucket in all.chunk_by(|a, b| (a.0 - start) / width == (b.0 - start) / width) {
            let least = bucket.iter().map(|point| point.1).min().unwrap_or_default();
            let most = bucket.iter().map(|point| point.1).max().unwrap_or_default();
            let first_of = |value| bucket.iter().find(|point| point.1 == value).copied();
            let mut points = vec![bucket[0], bucket[bucket.len() - 1]];
            points.extend(first_of(least));
            points.extend(first_of(most));
            points.sort_by_key(|point| point.0);
            points.dedup();
            kept.extend(points);
        }
        kept
    }

    proptest! {
        #[test]
        fn what_is_kept_depends_on_the_points_alone(
            steps in prop::collection::vec((1_i64..40_000_000, -50_i64..50), 1..3_000),
            leap in 1_i64..20_000_000_000_000,
        ) {
            let mut line = ThinnedLine::default();
            let (mut all, mut ts) = (Vec::new(), 1_700_000_000_000_000_000);
            for (place, (step, value)) in steps.into_iter().enumerate() {
                ts += if place == 1_500 { leap } else { step };
                all.push((ts, value));
                line.add(ts, value);
            }
            let points = line.points();
            prop_assert!(points.len() <= 4 * MOST_BUCKETS as usize);
            prop_assert_eq!(points, by_definition(&all));
        }
    }

    #[test]
    fn the_ends_and_the_extremes_of_a_long_line_stay() {
        let mut line = ThinnedLine::default();
        for i in 0..1_000_000_i64 {
            line.add(i * 1_000_000_000, if i == 777_777 { 1_000 } else { i % 7 });
        }
        let points = line.points();
        assert!(points.len() <= 4_000, "{}", points.len());
        assert_eq!(points[0], (0, 0));
        assert_eq!(points[points.len() - 1].0, 999_999_000_000_000);
        assert!(points.contains(&(777_777_000_000_000, 1_000)));
    }

    #[test]
    fn a_step_back_and_the_ends_of_time_do_no_harm() {
        let mut line = ThinnedLine::default();
        for ts in [5, 3, i64::MAX, i64::MIN] {
            line.add(ts, ts);
        }
        assert!(line.points().contains(&(i64::MAX, i64::MAX)));
    }
}
