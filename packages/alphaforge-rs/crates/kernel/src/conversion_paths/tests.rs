use super::*;
use proptest::prelude::*;

fn currency(index: usize) -> Currency {
    Currency::new(&format!("C{index}")).unwrap()
}

fn paths(pairs: &[(usize, usize)]) -> ConversionPaths {
    let mut paths = ConversionPaths::default();
    for (index, (one, other)) in pairs.iter().enumerate() {
        let instrument = InstrumentId::from_index(index as u32);
        paths.add(instrument, currency(*one), currency(*other));
    }
    paths
}

/// A path by the first instrument of each step.
fn steps(paths: &ConversionPaths, from: usize, to: usize) -> Option<Vec<u32>> {
    let path = paths.path(currency(from), currency(to))?;
    let first = |hop: &Hop| paths.instruments(*hop)[0].raw();
    Some(path.iter().map(first).collect())
}

#[test]
fn the_shortest_path_leads_there_whatever_its_direction() {
    // 0-1, 1-2, 2-3, 3-0 in a square, 4 on 2, and 5-6 apart.
    let paths = paths(&[(0, 1), (2, 1), (2, 3), (0, 3), (2, 4), (5, 6)]);
    for (from, to, expected) in [
        (0, 0, Some(vec![])),
        (0, 1, Some(vec![0])),
        (1, 0, Some(vec![0])),
        (3, 4, Some(vec![2, 4])),
        (4, 3, Some(vec![4, 2])),
        // Two ways of two steps: the one that was there first.
        (0, 2, Some(vec![0, 1])),
        (2, 0, Some(vec![1, 0])),
        (5, 6, Some(vec![5])),
        (0, 5, None),
        (7, 7, None),
    ] {
        assert_eq!(steps(&paths, from, to), expected, "{from} {to}");
    }
    assert!(paths.knows(currency(6)));
    assert!(!paths.knows(currency(7)));
}

#[test]
fn a_shorter_way_takes_the_place_of_a_longer_one_and_an_equal_one_does_not() {
    let long = [(0, 1), (1, 2), (2, 3)];
    assert_eq!(steps(&paths(&long), 0, 3), Some(vec![0, 1, 2]));
    let shorter = [&long[..], &[(3, 0)]].concat();
    assert_eq!(steps(&paths(&shorter), 0, 3), Some(vec![3]));
    let equal = [&long[..2], &[(0, 4), (4, 2)]].concat();
    assert_eq!(steps(&paths(&equal), 0, 2), Some(vec![0, 1]));
}

#[test]
fn the_instruments_of_a_pair_stay_in_their_order() {
    let paths = paths(&[(0, 1), (1, 0), (1, 2), (0, 1)]);
    let path = paths.path(currency(0), currency(1)).unwrap();
    let ids: Vec<u32> = paths
        .instruments(path[0])
        .iter()
        .map(|id| id.raw())
        .collect();
    assert_eq!(ids, [0, 1, 3]);
}

/// Distances by breadth-first search, as an independent measure.
fn distances(pairs: &[(usize, usize)], from: usize) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::from([(from, 0)]);
    let mut last = vec![from];
    for distance in 1.. {
        let next: Vec<usize> = pairs
            .iter()
            .flat_map(|(one, other)| [(*one, *other), (*other, *one)])
            .filter(|(near, far)| last.contains(near) && !found.contains_key(far))
            .map(|(_, far)| far)
            .collect();
        if next.is_empty() {
            break;
        }
        found.extend(next.iter().map(|far| (*far, distance)));
        last = next;
    }
    found
}

proptest! {
    #[test]
    fn paths_are_as_short_as_they_can_be_and_the_same_back(
        pairs in prop::collection::vec((0_usize..8, 0_usize..8), 1..16)
    ) {
        let pairs: Vec<_> = pairs.into_iter().filter(|(one, other)| one != other).collect();
        let paths = paths(&pairs);
        for from in 0..8 {
            let reached = distances(&pairs, from);
            for to in 0..8 {
                let known = paths.knows(currency(from));
                let expected = reached.get(&to).copied().filter(|_| known);
                let way = steps(&paths, from, to);
                prop_assert_eq!(way.as_ref().map(Vec::len), expected);
                let back = steps(&paths, to, from).map(|back| back.into_iter().rev().collect());
                prop_assert_eq!(way, back);
                let end = paths.path(currency(from), currency(to)).and_then(<[Hop]>::last);
                prop_assert!(end.is_none_or(|hop| hop.to == currency(to)));
            }
        }
    }
}
