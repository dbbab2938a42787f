//! Text in a drawing: wrapped by an estimate of its width, since nothing here can measure a font.

use std::fmt::Write as _;

use super::Drawing;
use crate::{Bounds, Length, Point};

/// Height of a line, in units, for 12-unit letters.
const LINE: i32 = 14;
/// Width of a letter, in thousandths of a unit.
const LETTER: i32 = 6_400;

impl Drawing<'_> {
    /// Text in the middle of a rectangle, as many lines as fit.
    pub(super) fn text_in(&mut self, text: &str, bounds: &Bounds) {
        let letters = usize::try_from(bounds.width.0.max(0) / LETTER).unwrap_or(0).max(3);
        let lines = usize::try_from(bounds.height.0.max(0) / (LINE * 1000)).unwrap_or(0).max(1);
        let lines = wrap(text, letters, lines);
        let count = i32::try_from(lines.len()).unwrap_or(1);
        // The baseline of the first line, so that all lines together stand in the middle.
        let first = bounds.centre().y.minus(Length::units(LINE * (count - 1)).half());
        let at = Point { x: bounds.centre().x, y: first.plus(Length::units(4)) };
        self.lines(&lines, at);
    }

    /// Text from the top of a rectangle downwards, as many lines as it needs up to four.
    pub(super) fn text_below(&mut self, text: &str, top: Point, width: Length) {
        let letters = usize::try_from(width.0.max(0) / LETTER).unwrap_or(0).max(8);
        let at = Point { x: top.x, y: top.y.plus(Length::units(11)) };
        self.lines(&wrap(text, letters, 4), at);
    }

    fn lines(&mut self, lines: &[String], at: Point) {
        if lines.is_empty() {
            return;
        }
        let _ = write!(
            self.out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\" class=\"bpmn-label\">",
            at.x, at.y
        );
        for (nth, line) in lines.iter().enumerate() {
            let down = if nth == 0 { 0 } else { LINE };
            let _ = write!(self.out, "<tspan x=\"{}\" dy=\"{down}\">", at.x);
            self.escaped(line);
            self.out.push_str("</tspan>");
        }
        self.out.push_str("</text>");
    }
}

/// Breaks text into lines of some letters; what does not fit ends in an ellipsis.
pub(super) fn wrap(text: &str, letters: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        let fits =
            lines.last().is_some_and(|line| line.chars().count() + 1 + rest.len() <= letters);
        if let Some(line) = lines.last_mut().filter(|_| fits) {
            line.push(' ');
            line.extend(&rest);
            continue;
        }
        while !rest.is_empty() && lines.len() <= most {
            let tail = rest.split_off(rest.len().min(letters));
            lines.push(rest.into_iter().collect());
            rest = tail;
        }
        if lines.len() > most {
            break;
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(line) = lines.last_mut() {
            while line.chars().count() >= letters.max(2) {
                line.pop();
            }
            line.push('…');
        }
    }
    lines
}
