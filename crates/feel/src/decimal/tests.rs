//! Decimals against exact integers of any length, and by table.

use num_bigint::{BigInt, Sign};
use proptest::prelude::*;

use super::{Decimal, DecimalError, LARGEST, Rounding};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A number as an exact fraction of a power of ten: an integer times 10^exponent.
fn exact(number: Decimal) -> (BigInt, i32) {
    (BigInt::from(number.coefficient()), number.exponent())
}

fn power(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// The reference: rounds `numerator / denominator * 10^exponent`, half to even, to 34 digits.
fn rounded(numerator: &BigInt, denominator: &BigInt, exponent: i32) -> Decimal {
    let negative = (numerator.sign() == Sign::Minus) != (denominator.sign() == Sign::Minus);
    let (numerator, denominator) = (
        BigInt::from(numerator.magnitude().clone()),
        BigInt::from(denominator.magnitude().clone()),
    );
    let mut shift = 0u32;
    let mut scaled = numerator.clone();
    while scaled != BigInt::ZERO && &scaled / &denominator < power(34) {
        scaled *= 10;
        shift += 1;
    }
    let mut exponent = exponent - i32::try_from(shift).unwrap();
    let mut divisor = denominator;
    while &scaled / &divisor > BigInt::from(LARGEST) {
        divisor *= 10;
        exponent += 1;
    }
    let mut quotient = &scaled / &divisor;
    let twice = (&scaled % &divisor) * 2;
    if twice > divisor || (twice == divisor && &quotient % 2 == BigInt::from(1)) {
        quotient += 1;
    }
    let coefficient: i128 = quotient.try_into().unwrap();
    Decimal::new(if negative { -coefficient } else { coefficient }, exponent).unwrap()
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    let coefficient = prop_oneof![
        any::<i64>().prop_map(i128::from),
        (-1_000i128..1_000),
        any::<i128>().prop_map(|number| number % 10_i128.pow(34)),
        (0u32..34).prop_map(|digits| 10_i128.pow(digits)),
        (0u32..34).prop_map(|digits| 5 * 10_i128.pow(digits) / 10 + 1),
    ];
    (coefficient, -60i32..60)
        .prop_map(|(coefficient, exponent)| Decimal::new(coefficient, exponent).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn sums_and_differences_are_rounded_once(left in any_decimal(), right in any_decimal()) {
        let ((a, ea), (b, eb)) = (exact(left), exact(right));
        let low = ea.min(eb);
        let scale = |number: &BigInt, exponent: i32| number * power((exponent - low).unsigned_abs());
        let sum = scale(&a, ea) + scale(&b, eb);
        prop_assert_eq!(left.checked_add(right).unwrap(), rounded(&sum, &BigInt::from(1), low));
        let difference = scale(&a, ea) - scale(&b, eb);
        prop_assert_eq!(left.checked_sub(right).unwrap(), rounded(&difference, &BigInt::from(1), low));
        prop_assert_eq!(left.cmp(&right), scale(&a, ea).cmp(&scale(&b, eb)));
    }

    #[test]
    fn products_are_rounded_once(left in any_decimal(), right in any_decimal()) {
        let ((a, ea), (b, eb)) = (exact(left), exact(right));
        prop_assert_eq!(left.checked_mul(right).unwrap(), rounded(&(a * b), &BigInt::from(1), ea + eb));
    }

    #[test]
    fn quotients_are_rounded_once(left in any_decimal(), right in any_decimal()) {
        prop_assume!(!right.is_zero());
        let ((a, ea), (b, eb)) = (exact(left), exact(right));
        prop_assert_eq!(left.checked_div(right).unwrap(), rounded(&a, &b, ea - eb));
    }

    #[test]
    fn remainders_are_exact(left in any_decimal(), right in any_decimal()) {
        prop_assume!(!right.is_zero());
        let ((a, ea), (b, eb)) = (exact(left), exact(right));
        let low = ea.min(eb);
        let a = a * power((ea - low).unsigned_abs());
        let b = b * power((eb - low).unsigned_abs());
        let mut rest = &a % &b;
        if rest != BigInt::ZERO && (rest.sign() != b.sign()) {
            rest += &b;
        }
        prop_assert_eq!(left.modulo(right).unwrap(), rounded(&rest, &BigInt::from(1), low));
    }

    #[test]
    fn roots_are_the_nearest(number in any_decimal()) {
        let root = number.abs().sqrt().unwrap();
        let (coefficient, exponent) = exact(root);
        let (square, square_exponent) = exact(number.abs());
        // (2r - 1)^2 <= 4n <= (2r + 1)^2 in units of the root's last digit, at full length.
        let digits = coefficient.to_string().len();
        let fill = u32::try_from(34 - digits).unwrap();
        let coefficient = coefficient * power(fill);
        let exponent = exponent - i32::try_from(fill).unwrap();
        let low = (2 * exponent).min(square_exponent);
        let unit = power((2 * exponent - low).unsigned_abs());
        let four = square * 4 * power((square_exponent - low).unsigned_abs());
        let (below, above) = (&coefficient * 2 - 1, &coefficient * 2 + 1);
        prop_assert!(coefficient == BigInt::ZERO || &below * &below * &unit <= four);
        prop_assert!(four <= &above * &above * &unit);
    }

    #[test]
    fn text_is_exact(number in any_decimal()) {
        let text = number.to_string();
        prop_assert_eq!(text.parse::<Decimal>().unwrap(), number);
        prop_assert_eq!(Decimal::parse_exact(&text), Some(number));
        prop_assert!(!text.contains(['e', 'E']));
    }

    #[test]
    fn rounding_to_a_scale_moves_less_than_a_unit(number in any_decimal(), scale in -20i32..20) {
        let unit = Decimal::new(1, -scale).unwrap();
        let floor = number.rounded(scale, Rounding::Floor).unwrap();
        let ceiling = number.rounded(scale, Rounding::Ceiling).unwrap();
        prop_assert!(floor <= number && number <= ceiling);
        for rounding in [Rounding::HalfEven, Rounding::HalfUp, Rounding::HalfDown, Rounding::Up, Rounding::Down] {
            let result = number.rounded(scale, rounding).unwrap();
            prop_assert!(result == floor || result == ceiling);
        }
        prop_assert!(ceiling.checked_sub(floor).unwrap() <= unit);
    }

    #[test]
    fn logarithms_undo_exponentials(number in -3_000i32..3_000) {
        let number = Decimal::new(i128::from(number), -1).unwrap();
        let back = number.exp().unwrap().ln().unwrap();
        let gap = back.checked_sub(number).unwrap().abs();
        prop_assert!(gap < Decimal::new(1, -29).unwrap(), "{number} {back}");
    }

    #[test]
    fn any_text_is_read_without_harm(text in "[-+0-9eE.]{0,40}") {
        let _ = text.parse::<Decimal>();
    }
}

#[test]
fn the_ends_of_the_range() {
    let largest = decimal("9999999999999999999999999999999999e6111");
    assert_eq!(largest.checked_mul(Decimal::TEN), Err(DecimalError::Overflow));
    assert_eq!(largest.checked_add(decimal("1e6111")), Err(DecimalError::Overflow));
    assert_eq!(largest.checked_add(decimal("1e6110")), Ok(largest));
    assert_eq!("1e6144".parse::<Decimal>(), Ok(decimal("10e6143")));
    assert_eq!("1e6145".parse::<Decimal>(), Err(DecimalError::Overflow));
    let smallest = decimal("1e-6176");
    assert_eq!(smallest.checked_div(Decimal::from(2)), Ok(Decimal::ZERO));
    assert_eq!(decimal("3e-6176").checked_div(Decimal::from(2)), Ok(decimal("2e-6176")));
    assert_eq!(Decimal::ONE.checked_div(Decimal::ZERO), Err(DecimalError::DivisionByZero));
}

#[test]
fn powers() {
    for (base, exponent, result) in [
        ("2", "10", "1024"),
        ("2", "-1", "0.5"),
        ("-2", "3", "-8"),
        ("10", "-6000", "1e-6000"),
        ("1", "99999999999999999999", "1"),
        ("-1", "99999999999999999999", "-1"),
        ("0", "5", "0"),
        ("5", "0", "1"),
        ("9", "0.5", "3"),
        ("0.1", "99999999999999999999", "0"),
    ] {
        assert_eq!(
            decimal(base).power(decimal(exponent)),
            Ok(decimal(result)),
            "{base} {exponent}"
        );
    }
    assert_eq!(decimal("2").power(decimal("99999999999")), Err(DecimalError::Overflow));
    assert_eq!(decimal("0").power(decimal("-1")), Err(DecimalError::DivisionByZero));
    assert_eq!(decimal("-1").power(decimal("0.5")), Err(DecimalError::Undefined));
}

#[test]
fn equal_numbers_are_one_in_a_set() {
    let set: std::collections::BTreeSet<Decimal> = ["1", "1.0", "10e-1"].map(decimal).into();
    assert_eq!(set.len(), 1);
    for text in ["", "-", ".", "1.", "e5", "1e", "1e+", "--1", "1..2", "١"] {
        assert_eq!(text.parse::<Decimal>(), Err(DecimalError::NotANumber), "{text}");
    }
}
