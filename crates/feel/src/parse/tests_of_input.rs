//! Unary tests: the cells of decision tables, and what stands behind `in`.

use super::{Parsed, Parser};
use crate::ast::{RangeEnd, TestNode};

/// What a cell says.
#[derive(Debug)]
pub(crate) enum Cell {
    Any,
    Tests(Vec<TestNode>),
    Not(Vec<TestNode>),
}

impl Parser<'_> {
    /// A whole cell: `-`, tests, or `not(tests)`.
    pub(crate) fn cell(&mut self) -> Parsed<Cell> {
        let trimmed = self.text.trim();
        if trimmed == "-" {
            return Ok(Cell::Any);
        }
        self.frames.open_block();
        self.frames.declare(&"?".into());
        if let Some(tests) = self.negated_tests()? {
            return Ok(Cell::Not(tests));
        }
        let tests = self.tests()?;
        self.end()?;
        Ok(Cell::Tests(tests))
    }

    /// `not(tests)` if it is the whole text; otherwise nothing is read.
    fn negated_tests(&mut self) -> Parsed<Option<Vec<TestNode>>> {
        if !self.take_word("not")? || !self.take("(")? {
            self.at = 0;
            return Ok(None);
        }
        let tests = self.tests();
        let whole = tests.is_ok() && self.take(")")? && {
            self.skip_space()?;
            self.rest().is_empty()
        };
        match tests {
            Ok(tests) if whole => Ok(Some(tests)),
            // `not(a) and b` is one expression; a fault within the brackets is found there again.
            Ok(_) => {
                self.at = 0;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn tests(&mut self) -> Parsed<Vec<TestNode>> {
        let mut tests = vec![self.test()?];
        while self.take(",")? {
            tests.push(self.test()?);
        }
        Ok(tests)
    }

    fn test(&mut self) -> Parsed<TestNode> {
        self.skip_space()?;
        if let Some((comparison, length)) = self.comparison() {
            self.at += length;
            return Ok(TestNode::Compare(comparison, self.additive()?));
        }
        let outer = std::mem::replace(&mut self.saw_input, false);
        let node = self.expression()?;
        let about_input = self.saw_input;
        self.saw_input |= outer;
        Ok(if about_input { TestNode::Condition(node) } else { TestNode::Holds(node) })
    }

    /// What stands behind `in`: one test, or tests in brackets.
    pub(super) fn tests_after_in(&mut self) -> Parsed<Vec<TestNode>> {
        self.skip_space()?;
        if let Some((comparison, length)) = self.comparison() {
            self.at += length;
            return Ok(vec![TestNode::Compare(comparison, self.additive()?)]);
        }
        if !self.take("(")? {
            return Ok(vec![TestNode::Holds(self.additive()?)]);
        }
        self.enter()?;
        let mut tests = vec![self.member_test()?];
        if self.sees("..")? {
            if let Some(TestNode::Holds(low)) = tests.pop() {
                let range = self.range_from(RangeEnd::Open(low))?;
                self.depth -= 1;
                return Ok(vec![TestNode::Holds(range)]);
            }
            return self.expected("`)`");
        }
        while self.take(",")? {
            tests.push(self.member_test()?);
        }
        self.expect(")")?;
        self.depth -= 1;
        Ok(tests)
    }

    /// A test behind `in`: it is about the value on the left, so `?` keeps its meaning.
    fn member_test(&mut self) -> Parsed<TestNode> {
        self.skip_space()?;
        if let Some((comparison, length)) = self.comparison() {
            self.at += length;
            return Ok(TestNode::Compare(comparison, self.additive()?));
        }
        self.expression().map(TestNode::Holds)
    }
}
