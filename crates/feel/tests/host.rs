//! What hosts rely on: threads, functions of their own, the environment, limits.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may stop at a fault of the test")]

use std::sync::Arc;

use feel::{
    Budget, BudgetExceeded, Cache, Date, DateTime, Decimal, Dialect, Entropy, Environment,
    EvalError, Expression, Function, Limits, Names, Native, Scope, TooDeep, Type, UnaryTests,
    Value, Zone,
};

fn evaluate(
    text: &str,
    variables: &[(&str, Value)],
    environment: Environment,
) -> Result<Value, EvalError> {
    let names: Names = variables.iter().map(|(name, _)| *name).collect();
    let mut scope = Scope::new(&names, environment.into());
    for (name, value) in variables {
        scope.set(names.slot(name).unwrap(), value.clone());
    }
    let expression = Expression::compile(text, &names, Dialect::CAMUNDA).unwrap();
    expression.evaluate(&scope, &mut Budget::default())
}

#[test]
fn what_is_compiled_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Expression>();
    shared::<UnaryTests>();
    shared::<Value>();
    shared::<Scope>();
}

/// A business knowledge model: its text may call it again by its name.
struct Model {
    parameters: Vec<Arc<str>>,
    names: Names,
    body: Expression,
}

impl Model {
    fn function(name: &str, parameters: &[&str], text: &str) -> Function {
        let names: Names = parameters.iter().copied().chain([name]).collect();
        let body = Expression::compile(text, &names, Dialect::STANDARD).unwrap();
        let parameters = parameters.iter().map(|name| Arc::from(*name)).collect();
        Function::native(Arc::new(Self { parameters, names, body }))
    }
}

impl Native for Model {
    fn parameters(&self) -> &[Arc<str>] {
        &self.parameters
    }

    fn call(
        &self,
        arguments: &[Value],
        environment: &Arc<Environment>,
        budget: &mut Budget,
    ) -> Result<Value, EvalError> {
        let mut scope = Scope::new(&self.names, Arc::clone(environment));
        for (name, value) in self.parameters.iter().zip(arguments) {
            scope.set(self.names.slot(name).unwrap(), value.clone());
        }
        let itself = Self {
            parameters: self.parameters.clone(),
            names: self.names.clone(),
            body: self.body.clone(),
        };
        let own_name =
            self.names.iter().find(|(name, _)| !self.parameters.iter().any(|p| &**p == *name));
        scope.set(own_name.unwrap().1, Value::Function(Function::native(Arc::new(itself))));
        self.body.evaluate(&scope, budget)
    }
}

#[test]
fn functions_of_the_host_are_called_by_place_and_by_name() {
    let fee = Model::function("fee", &["base", "days late"], "base + days late * 2");
    let variables = [("fee", Value::Function(fee))];
    let run = |text: &str| evaluate(text, &variables, Environment::default());
    assert_eq!(run("fee(10, 3)"), Ok(Value::from(16)));
    assert_eq!(run("fee(days late: 3, base: 10)"), Ok(Value::from(16)));
    assert_eq!(run("fee(10)"), Ok(Value::Null));
    assert_eq!(run("fee instance of function<number, number> -> number"), Ok(Value::from(true)));
}

#[test]
fn functions_of_the_host_may_call_themselves_within_the_budget() {
    let factorial =
        Model::function("factorial", &["n"], "if n < 2 then 1 else n * factorial(n - 1)");
    let variables = [("factorial", Value::Function(factorial))];
    let run = |text: &str| evaluate(text, &variables, Environment::default());
    assert_eq!(run("factorial(10)"), Ok(Value::from(3_628_800)));
    let endless = run("factorial(100000)");
    assert!(matches!(endless, Err(EvalError::BudgetExceeded(BudgetExceeded::Depth { .. }))));
}

struct Fixed;

impl Entropy for Fixed {
    fn next_bits(&self) -> u128 {
        u128::MAX / 3
    }
}

#[test]
fn random_numbers_and_the_clock_come_from_the_environment() {
    let environment = Environment { entropy: Some(Arc::new(Fixed)), ..Environment::default() };
    let uuid = evaluate("uuid()", &[], environment.clone()).unwrap();
    assert_eq!(uuid, Value::from("55555555-5555-4555-9555-555555555555"));
    let number =
        evaluate("random number()", &[], environment.clone()).unwrap().as_number().unwrap();
    assert!(number >= Decimal::ZERO && number < Decimal::ONE);
    assert_eq!(evaluate("now()", &[], environment), Err(EvalError::NoClock));
}

#[test]
fn a_local_time_is_read_in_the_zone_of_the_environment() {
    let text = "[@\"2026-07-01T12:00:00\" < @\"2026-07-01T11:30:00Z\", \
                @\"2026-07-01T12:00:00\" = @\"2026-07-01T11:00:00Z\"]";
    let without = evaluate(text, &[], Environment::default()).unwrap();
    assert_eq!(without.to_string(), "[null, false]");
    let zone = Zone::named("Europe/London");
    let within = evaluate(text, &[], Environment { zone, ..Environment::default() }).unwrap();
    assert_eq!(within.to_string(), "[true, true]");
}

#[test]
fn instants_are_exchanged_in_milliseconds() {
    let london = Zone::named("Europe/London").unwrap();
    let value = DateTime::from_epoch_milliseconds(1_782_903_600_000, london.clone()).unwrap();
    assert_eq!(value.to_string(), "2026-07-01T12:00:00@Europe/London");
    assert_eq!(value.epoch_milliseconds(None), Some(1_782_903_600_000));
    let local = DateTime::parse("2026-07-01T12:00:00").unwrap();
    assert_eq!(local.epoch_milliseconds(None), None);
    assert_eq!(local.epoch_milliseconds(Some(&london)), Some(1_782_903_600_000));
}

#[test]
fn values_of_hosts_are_bounded_too() {
    let mut value = Value::Null;
    let mut levels = 0;
    while let Ok(deeper) = Value::list([value.clone()]) {
        value = deeper;
        levels += 1;
    }
    assert_eq!(levels, feel::MAX_VALUE_DEPTH);
    let mut doubled = Value::from(1);
    let refused = loop {
        match Value::list([doubled.clone(), doubled.clone()]) {
            Ok(larger) => doubled = larger,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, TooDeep);
    assert!(doubled.to_json().len() < 64 * 1024 * 1024);
}

#[test]
fn a_scope_of_other_names_is_a_fault() {
    let names: Names = ["a", "b"].into_iter().collect();
    let expression = Expression::compile("b", &names, Dialect::STANDARD).unwrap();
    let scope = Scope::new(&Names::new(), Environment::default().into());
    let result = expression.evaluate(&scope, &mut Budget::default());
    assert_eq!(result, Err(EvalError::MissingSlot { slot: 1 }));
    assert_eq!(expression.slots(), [names.slot("b").unwrap()]);
}

#[test]
fn a_cache_keeps_what_it_has_room_for() {
    let mut cache = Cache::new(2);
    let names = Arc::new(Names::new());
    for text in ["1", "2", "1", "3"] {
        cache.compile(text, &names, Dialect::STANDARD).unwrap();
    }
    assert_eq!(cache.len(), 1);
    assert!(cache.compile("1 +", &names, Dialect::STANDARD).is_err());
}

#[test]
fn types_check_and_convert() {
    let numbers = Type::parse("list<number>").unwrap();
    assert_eq!(numbers.coerce(Value::from(1)), Value::list([Value::from(1)]).unwrap());
    assert_eq!(Type::Number.coerce(Value::list([Value::from(1)]).unwrap()), Value::from(1));
    assert_eq!(Type::Number.coerce(Value::from("1")), Value::Null);
    let date = Date::new(2026, 11, 22).unwrap();
    let midnight = DateTime::parse("2026-11-22T00:00:00Z").unwrap();
    assert_eq!(Type::DateTime.coerce(Value::Date(date)), Value::DateTime(midnight));
    let person = Type::parse("context<first name: string, born: date>").unwrap();
    assert!(!person.accepts(&Value::context([("born", Value::Date(date))]).unwrap()));
    for text in ["", "list<", "list<number", "nonsense", "number string", "context<a>"] {
        assert_eq!(Type::parse(text), None, "{text}");
    }
}

#[test]
fn memory_is_bounded_by_its_own_limit() {
    let names = Names::new();
    let scope = Scope::new(&names, Environment::default().into());
    let expression =
        Expression::compile("count(for i in 1..1000 return i)", &names, Dialect::STANDARD).unwrap();
    let mut budget = Budget::new(Limits { memory: 1_000, ..Limits::STANDARD });
    let result = expression.evaluate(&scope, &mut budget);
    let exceeded = BudgetExceeded::Memory { limit: 1_000 };
    assert_eq!(result, Err(EvalError::BudgetExceeded(exceeded)));
}
