//! Graph: an order in which everything comes after what it requires, or the circles that forbid one.
//! Walks without recursion, so that a long chain is no danger.

/// The order of a graph's nodes.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// Every node after those that it requires (as far as there are no circles).
    pub(crate) sorted: Vec<usize>,
    /// Circles, each beginning and ending with the same node.
    pub(crate) circles: Vec<Vec<usize>>,
    /// For each node the length of the longest chain below it.
    pub(crate) depths: Vec<u32>,
}

/// Circles that are listed.
const MAX_CIRCLES: usize = 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

/// Sorts nodes by what they require: `edges[n]` are the nodes that `n` requires.
pub(crate) fn order(edges: &[Vec<usize>]) -> Order {
    let mut order = Order { depths: vec![0; edges.len()], ..Order::default() };
    let mut marks = vec![Mark::New; edges.len()];
    for start in 0..edges.len() {
        if marks.get(start) == Some(&Mark::New) {
            visit(start, edges, &mut marks, &mut order);
        }
    }
    order
}

fn visit(start: usize, edges: &[Vec<usize>], marks: &mut [Mark], order: &mut Order) {
    let mut stack: Vec<(usize, usize)> = vec![(start, 0)];
    set(marks, start, Mark::Open);
    while let Some((node, next)) = stack.last_mut() {
        let node = *node;
        let required = edges.get(node).and_then(|all| all.get(*next)).copied();
        *next = next.saturating_add(1);
        match required.map(|required| (required, marks.get(required).copied())) {
            Some((required, Some(Mark::New))) => {
                set(marks, required, Mark::Open);
                stack.push((required, 0));
            }
            Some((required, Some(Mark::Open))) => note_circle(required, &stack, order),
            Some((required, Some(Mark::Done) | None)) => deepen(order, node, required),
            None => {
                set(marks, node, Mark::Done);
                order.sorted.push(node);
                stack.pop();
                if let Some((parent, _)) = stack.last() {
                    deepen(order, *parent, node);
                }
            }
        }
    }
}

fn set(marks: &mut [Mark], node: usize, mark: Mark) {
    if let Some(place) = marks.get_mut(node) {
        *place = mark;
    }
}

fn deepen(order: &mut Order, node: usize, required: usize) {
    let below = order.depths.get(required).copied().unwrap_or(0).saturating_add(1);
    if let Some(depth) = order.depths.get_mut(node) {
        *depth = below.max(*depth);
    }
}

fn note_circle(from: usize, stack: &[(usize, usize)], order: &mut Order) {
    if order.circles.len() >= MAX_CIRCLES {
        return;
    }
    let along = stack.iter().map(|(node, _)| *node).skip_while(|node| *node != from);
    order.circles.push(along.chain([from]).collect());
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn everything_comes_after_what_it_requires() {
        let order = order(&[vec![1, 2], vec![2], vec![]]);
        assert_eq!(order.sorted, [2, 1, 0]);
        assert_eq!(order.depths, [2, 1, 0]);
        assert!(order.circles.is_empty());
    }

    #[test]
    fn a_circle_is_shown_from_its_first_node() {
        let order = order(&[vec![1], vec![2], vec![1]]);
        assert_eq!(order.circles, [vec![1, 2, 1]]);
    }

    #[test]
    fn a_long_chain_is_walked_without_recursion() {
        let edges: Vec<Vec<usize>> = (0..200_000)
            .map(|node| if node + 1 < 200_000 { vec![node + 1] } else { Vec::new() })
            .collect();
        let order = order(&edges);
        assert_eq!(order.sorted.first(), Some(&199_999));
        assert_eq!(order.depths.first(), Some(&199_999));
    }
}
