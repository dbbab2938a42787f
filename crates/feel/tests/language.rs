//! The language by area: each line is an expression and what it gives.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may stop at a fault of the test")]

use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::{Expect, expect};
use feel::{Budget, DateTime, Dialect, Environment, Expression, Names, Scope, Value};

fn run(text: &str, dialect: Dialect) -> String {
    let mut names = Names::new();
    let variables = r#"{
        "a": 5, "monthly income": 600, "profit-and-loss": -3, "name": "Ann", "nothing": null,
        "loans": [{"amount": 10, "paid off": true}, {"amount": 20, "paid off": false}],
        "order": {"total net": 12.50, "for": 1, "lines": [{"sku": "x", "qty": 2}, {"sku": "y", "qty": 3}]},
        "date": "2026-11-22"
    }"#;
    let context = Value::from_json(variables, feel::JsonLimits::STANDARD).unwrap();
    for (name, _) in context.as_context().unwrap().iter() {
        names.add(name);
    }
    let environment = Environment {
        now: DateTime::parse("2026-11-22T10:00:00@Europe/London"),
        ..Environment::default()
    };
    let scope = Scope::from_context(&names, context.as_context().unwrap(), Arc::new(environment));
    match Expression::compile(text, &names, dialect) {
        Err(error) => format!("does not compile: {error}"),
        Ok(expression) => match expression.evaluate(&scope, &mut Budget::default()) {
            Ok(value) => match value.as_str() {
                Some(text) => format!("{text:?}"),
                None => value.to_string(),
            },
            Err(error) => format!("fails: {error}"),
        },
    }
}

fn check_in(dialect: Dialect, script: &str, expected: &Expect) {
    let mut trace = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        writeln!(trace, "{line}  ->  {}", run(line, dialect)).unwrap();
    }
    expected.assert_eq(&trace);
}

fn check(script: &str, expected: &Expect) {
    check_in(Dialect::STANDARD, script, expected);
}

#[test]
fn arithmetic() {
    check(
        r#"
        1 + 2 * 3
        (1 + 2) * 3
        10 - 2 - 3
        -2 ** 2
        2 ** 3 ** 2
        2 ** -2
        2 ** 0.5
        0.1 + 0.2 = 0.3
        1 / 3
        1 / 0
        10 / 4
        9007199254740993 + 0
        --a
        --name
        "a" + "b"
        "a" + 1
        9.9e6144 * 10
        1e-6176 / 1e10
        .5 + 1.
        "#,
        &expect![[r#"
            1 + 2 * 3  ->  7
            (1 + 2) * 3  ->  9
            10 - 2 - 3  ->  5
            -2 ** 2  ->  4
            2 ** 3 ** 2  ->  64
            2 ** -2  ->  0.25
            2 ** 0.5  ->  1.414213562373095048801688724209698
            0.1 + 0.2 = 0.3  ->  true
            1 / 3  ->  0.3333333333333333333333333333333333
            1 / 0  ->  null
            10 / 4  ->  2.5
            9007199254740993 + 0  ->  9007199254740993
            --a  ->  5
            --name  ->  null
            "a" + "b"  ->  "ab"
            "a" + 1  ->  null
            9.9e6144 * 10  ->  null
            1e-6176 / 1e10  ->  0
            .5 + 1.  ->  does not compile: expected a name but found the end at line 1, column 8
        "#]],
    );
}

#[test]
fn names() {
    check(
        r#"
        monthly income * 12
        monthly   income + a
        profit-and-loss + 1
        profit - and - loss
        customer age > 18
        order.total net * 2
        order.for
        order.lines.qty
        sum(order.lines.qty)
        loans[paid off].amount
        loans[amount > a * 2]
        loans[item.amount = 20].amount
        loans[1].amount
        loans[-1].amount
        loans[3]
        nothing.x.y
        date
        date("2026-01-02") + duration("P1D")
        {first name: "x", b: first name + "y"}.b
        {"a+b": 1, c: a+b}.c
        [1,2,3][item > 1]
        [1,2,3][a - 3]
        "#,
        &expect![[r#"
            monthly income * 12  ->  7200
            monthly   income + a  ->  605
            profit-and-loss + 1  ->  -2
            profit - and - loss  ->  -3
            customer age > 18  ->  does not compile: unknown name `customer age` at line 1, column 1
            order.total net * 2  ->  25
            order.for  ->  1
            order.lines.qty  ->  [2, 3]
            sum(order.lines.qty)  ->  5
            loans[paid off].amount  ->  [10]
            loans[amount > a * 2]  ->  [{amount: 20, paid off: false}]
            loans[item.amount = 20].amount  ->  [20]
            loans[1].amount  ->  10
            loans[-1].amount  ->  20
            loans[3]  ->  null
            nothing.x.y  ->  null
            date  ->  "2026-11-22"
            date("2026-01-02") + duration("P1D")  ->  2026-01-03
            {first name: "x", b: first name + "y"}.b  ->  "xy"
            {"a+b": 1, c: a+b}.c  ->  1
            [1,2,3][item > 1]  ->  [2, 3]
            [1,2,3][a - 3]  ->  2
        "#]],
    );
}

#[test]
fn logic_and_comparison() {
    check(
        r#"
        true and nothing
        false and nothing
        true or nothing
        false or nothing
        false or "x"
        1 < 2 and 2 < 3
        1 = "1"
        1 != "1"
        nothing = null
        a = null
        "b" > "a"
        1 < "a"
        a between 1 and 5
        a in [1..5)
        a in (1..5]
        a in ]1..6[
        a in (1, 5)
        a in (< 3, >= 5)
        a in <= 5
        a in [4, 5]
        5 in [[1..3], [4..6]]
        "x" in ("y", "x")
        if a > 3 then "big" else if a > 1 then "middle" else "small"
        not(true)
        not(nothing)
        a instance of number
        [1] instance of list<number>
        {x: 1} instance of context<x: number>
        [1..2] instance of range<number>
        null instance of Any
        null instance of number
        function(x) x instance of function<number> -> Any
        "#,
        &expect![[r#"
            true and nothing  ->  null
            false and nothing  ->  false
            true or nothing  ->  true
            false or nothing  ->  null
            false or "x"  ->  null
            1 < 2 and 2 < 3  ->  true
            1 = "1"  ->  null
            1 != "1"  ->  null
            nothing = null  ->  true
            a = null  ->  false
            "b" > "a"  ->  true
            1 < "a"  ->  null
            a between 1 and 5  ->  true
            a in [1..5)  ->  false
            a in (1..5]  ->  true
            a in ]1..6[  ->  true
            a in (1, 5)  ->  true
            a in (< 3, >= 5)  ->  true
            a in <= 5  ->  true
            a in [4, 5]  ->  true
            5 in [[1..3], [4..6]]  ->  true
            "x" in ("y", "x")  ->  true
            if a > 3 then "big" else if a > 1 then "middle" else "small"  ->  "big"
            not(true)  ->  false
            not(nothing)  ->  null
            a instance of number  ->  true
            [1] instance of list<number>  ->  true
            {x: 1} instance of context<x: number>  ->  true
            [1..2] instance of range<number>  ->  true
            null instance of Any  ->  true
            null instance of number  ->  false
            function(x) x instance of function<number> -> Any  ->  function
        "#]],
    );
}

#[test]
fn loops_and_functions() {
    check(
        r#"
        for i in 1..3 return i * i
        for i in 3..1 return i
        for x in [1,2], y in [10,20] return x + y
        for i in 1..5 return if i = 1 then 1 else i * partial[-1]
        for d in @"2026-01-30"..@"2026-02-01" return d
        for i in (1..4) return i
        some x in [1,2,3] satisfies x > 2
        every x in [1,2,3] satisfies x > 2
        some x in [] satisfies x
        every x in [null] satisfies x
        {f: function(x, y) x + y, r: f(1, 2), n: f(y: 1, x: 5)}.n
        {f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(20)}.r
        {k: 10, add: function(x: number) x + k, r: add("a"), s: add(1)}.s
        (function(x) function(y) x + y)(1)(2)
        sort([3,1,2], function(x, y) x < y)
        sort(loans, function(x, y) x.amount > y.amount).amount
        substring(string: "foobar", start position: 3)
        substring("foobar", -2, 1)
        "#,
        &expect![[r#"
            for i in 1..3 return i * i  ->  [1, 4, 9]
            for i in 3..1 return i  ->  [3, 2, 1]
            for x in [1,2], y in [10,20] return x + y  ->  [11, 21, 12, 22]
            for i in 1..5 return if i = 1 then 1 else i * partial[-1]  ->  [1, 2, 6, 24, 120]
            for d in @"2026-01-30"..@"2026-02-01" return d  ->  [2026-01-30, 2026-01-31, 2026-02-01]
            for i in (1..4) return i  ->  [2, 3]
            some x in [1,2,3] satisfies x > 2  ->  true
            every x in [1,2,3] satisfies x > 2  ->  false
            some x in [] satisfies x  ->  false
            every x in [null] satisfies x  ->  null
            {f: function(x, y) x + y, r: f(1, 2), n: f(y: 1, x: 5)}.n  ->  6
            {f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(20)}.r  ->  2432902008176640000
            {k: 10, add: function(x: number) x + k, r: add("a"), s: add(1)}.s  ->  11
            (function(x) function(y) x + y)(1)(2)  ->  3
            sort([3,1,2], function(x, y) x < y)  ->  [1, 2, 3]
            sort(loans, function(x, y) x.amount > y.amount).amount  ->  [20, 10]
            substring(string: "foobar", start position: 3)  ->  "obar"
            substring("foobar", -2, 1)  ->  "a"
        "#]],
    );
}

#[test]
fn dates_and_times() {
    check(
        r#"
        date("2026-02-29")
        date(2024, 2, 29)
        date("999999999-12-31")
        date("-999999999-01-01") < date("2026-01-01")
        date and time("2026-01-01T00:00:00@Europe/London") > date and time("2020-01-01T00:00:00Z")
        date and time("2026-07-01T12:00:00@Europe/London") = date and time("2026-07-01T11:00:00Z")
        date and time("2026-07-01T12:00:00+01:00") < date and time("2026-07-01T12:00:00Z")
        date and time("2026-07-01T12:00:00") < date and time("2026-07-01T12:00:00Z")
        date and time("2026-03-29T00:30:00@Europe/London") + duration("PT1H")
        date and time("2026-10-25T00:30:00@Europe/London") + duration("PT2H")
        date and time("2026-10-25T00:30:00@Europe/London") + duration("PT2H") - date and time("2026-10-25T00:30:00@Europe/London")
        time("10:00:00@Europe/London") < time("11:00:00Z")
        time("10:00:00") + duration("PT15H")
        date("2026-01-31") + duration("P1M")
        date("2026-03-01") - date("2026-02-01")
        years and months duration(date("2024-02-29"), date("2026-02-28"))
        duration("P1Y6M") * 2
        duration("P1DT12H") / 2
        duration("PT36H").days
        duration("-P1DT2H").hours
        @"2026-11-22".weekday
        @"10:30:15.5+01:00".second
        @"P1Y"
        @"2026-11-22T10:00:00@Europe/London".time offset
        day of week(date("2026-11-22"))
        week of year(date("2021-01-03"))
        month of year(date("2026-11-22"))
        now() > date and time("2020-01-01T00:00:00Z")
        today()
        string(date and time(date("2026-01-01"), time("10:00:00Z")))
        "#,
        &expect![[r#"
            date("2026-02-29")  ->  null
            date(2024, 2, 29)  ->  2024-02-29
            date("999999999-12-31")  ->  999999999-12-31
            date("-999999999-01-01") < date("2026-01-01")  ->  true
            date and time("2026-01-01T00:00:00@Europe/London") > date and time("2020-01-01T00:00:00Z")  ->  true
            date and time("2026-07-01T12:00:00@Europe/London") = date and time("2026-07-01T11:00:00Z")  ->  true
            date and time("2026-07-01T12:00:00+01:00") < date and time("2026-07-01T12:00:00Z")  ->  true
            date and time("2026-07-01T12:00:00") < date and time("2026-07-01T12:00:00Z")  ->  null
            date and time("2026-03-29T00:30:00@Europe/London") + duration("PT1H")  ->  2026-03-29T02:30:00@Europe/London
            date and time("2026-10-25T00:30:00@Europe/London") + duration("PT2H")  ->  2026-10-25T01:30:00@Europe/London
            date and time("2026-10-25T00:30:00@Europe/London") + duration("PT2H") - date and time("2026-10-25T00:30:00@Europe/London")  ->  PT2H
            time("10:00:00@Europe/London") < time("11:00:00Z")  ->  true
            time("10:00:00") + duration("PT15H")  ->  01:00:00
            date("2026-01-31") + duration("P1M")  ->  2026-02-28
            date("2026-03-01") - date("2026-02-01")  ->  P28D
            years and months duration(date("2024-02-29"), date("2026-02-28"))  ->  P1Y11M
            duration("P1Y6M") * 2  ->  P3Y
            duration("P1DT12H") / 2  ->  PT18H
            duration("PT36H").days  ->  1
            duration("-P1DT2H").hours  ->  -2
            @"2026-11-22".weekday  ->  7
            @"10:30:15.5+01:00".second  ->  15.5
            @"P1Y"  ->  P1Y
            @"2026-11-22T10:00:00@Europe/London".time offset  ->  PT0S
            day of week(date("2026-11-22"))  ->  "Sunday"
            week of year(date("2021-01-03"))  ->  53
            month of year(date("2026-11-22"))  ->  "November"
            now() > date and time("2020-01-01T00:00:00Z")  ->  true
            today()  ->  2026-11-22
            string(date and time(date("2026-01-01"), time("10:00:00Z")))  ->  "2026-01-01T10:00:00Z"
        "#]],
    );
}

#[test]
fn strings() {
    check(
        r#"
        string length("😀é")
        "\u0041\uD83D\uDE00"
        upper case("straße")
        substring before("foobar", "bar")
        substring after("foobar", "ob")
        replace("abracadabra", "bra", "*")
        replace("abc", "(b)", "[$1]")
        replace("abc", "B", "x", "i")
        matches("foobar", "^fo*b")
        matches("aa", "(a)\\1")
        split("a;b;;c", ";")
        string join(["a", null, "c"], ",")
        string join(["a", 1])
        number("1 000,5", " ", ",")
        number("x")
        string([1, "a", {k: null}])
        contains("abc", null)
        string(1.50)
        "#,
        &expect![[r#"
            string length("😀é")  ->  2
            "\u0041\uD83D\uDE00"  ->  "A😀"
            upper case("straße")  ->  "STRASSE"
            substring before("foobar", "bar")  ->  "foo"
            substring after("foobar", "ob")  ->  "ar"
            replace("abracadabra", "bra", "*")  ->  "a*cada*"
            replace("abc", "(b)", "[$1]")  ->  "a[b]c"
            replace("abc", "B", "x", "i")  ->  "axc"
            matches("foobar", "^fo*b")  ->  true
            matches("aa", "(a)\\1")  ->  null
            split("a;b;;c", ";")  ->  ["a", "b", "", "c"]
            string join(["a", null, "c"], ",")  ->  "a,c"
            string join(["a", 1])  ->  null
            number("1 000,5", " ", ",")  ->  1000.5
            number("x")  ->  null
            string([1, "a", {k: null}])  ->  "[1, \"a\", {k: null}]"
            contains("abc", null)  ->  null
            string(1.50)  ->  "1.5"
        "#]],
    );
}

#[test]
fn lists_contexts_and_numbers() {
    check(
        r#"
        [min(1,2), max([3,4]), min("b","a"), min([]), sum([]), count([1,null])]
        [mean(1,2,3,4), median([3,1,2,4]), product(2,3), stddev([2,4,4,4,5,5,7,9])]
        mode([6,3,9,6,6])
        [all([true,null]), all([]), any([false,null]), any([true,"x"])]
        sublist([1,2,3,4], -3, 2)
        append([1], 2, 3)
        concatenate([1], [2,3])
        insert before([1,3], 2, 2)
        remove([1,2,3], -1)
        union([1,2], [2,3])
        distinct values([1,"a",1,null,null])
        flatten([1,[2,[3]]])
        index of([1,2,1], 1)
        list contains([1,null], null)
        list replace([1,2,3], 2, 9)
        list replace([1,2,3], function(i, n) i > 1, 0)
        get value({a: {b: 1}}, ["a", "b"])
        get entries({a: 1})
        context([{key: "a", value: 1}])
        context put({a: 1}, "b", 2)
        context put({a: {b: 1}}, ["a", "c"], 2)
        context merge([{a: 1}, {a: 2, b: 3}])
        [decimal(1.115, 2), decimal(2.5, 0), round half up(2.5, 0), round half down(-2.5, 0), round up(1.1, 0), round down(-1.9, 0)]
        [floor(-1.5), ceiling(-1.5), floor(1.56, 1), abs(-3), modulo(-12, 5), modulo(12, -5), odd(3), even(2)]
        [sqrt(2), sqrt(16), exp(1), log(10)]
        [before(1, [2..3]), meets([1..5], [5..8]), overlaps([1..5], (5..8]), includes([1..5], 5), during(4, [1..5]), starts(1, [1..5]), coincides([1..2],[1..2])]
        [1..5].end
        is(@"2026-01-01", @"2026-01-01")
        "#,
        &expect![[r#"
            [min(1,2), max([3,4]), min("b","a"), min([]), sum([]), count([1,null])]  ->  [1, 4, "a", null, null, 2]
            [mean(1,2,3,4), median([3,1,2,4]), product(2,3), stddev([2,4,4,4,5,5,7,9])]  ->  [2.5, 2.5, 6, 2.138089935299395077476427847038028]
            mode([6,3,9,6,6])  ->  [6]
            [all([true,null]), all([]), any([false,null]), any([true,"x"])]  ->  [null, true, null, true]
            sublist([1,2,3,4], -3, 2)  ->  [2, 3]
            append([1], 2, 3)  ->  [1, 2, 3]
            concatenate([1], [2,3])  ->  [1, 2, 3]
            insert before([1,3], 2, 2)  ->  [1, 2, 3]
            remove([1,2,3], -1)  ->  [1, 2]
            union([1,2], [2,3])  ->  [1, 2, 3]
            distinct values([1,"a",1,null,null])  ->  [1, "a", null]
            flatten([1,[2,[3]]])  ->  [1, 2, 3]
            index of([1,2,1], 1)  ->  [1, 3]
            list contains([1,null], null)  ->  true
            list replace([1,2,3], 2, 9)  ->  [1, 9, 3]
            list replace([1,2,3], function(i, n) i > 1, 0)  ->  [1, 0, 0]
            get value({a: {b: 1}}, ["a", "b"])  ->  1
            get entries({a: 1})  ->  [{key: "a", value: 1}]
            context([{key: "a", value: 1}])  ->  {a: 1}
            context put({a: 1}, "b", 2)  ->  {a: 1, b: 2}
            context put({a: {b: 1}}, ["a", "c"], 2)  ->  {a: {b: 1, c: 2}}
            context merge([{a: 1}, {a: 2, b: 3}])  ->  {a: 2, b: 3}
            [decimal(1.115, 2), decimal(2.5, 0), round half up(2.5, 0), round half down(-2.5, 0), round up(1.1, 0), round down(-1.9, 0)]  ->  [1.12, 2, 3, -2, 2, -1]
            [floor(-1.5), ceiling(-1.5), floor(1.56, 1), abs(-3), modulo(-12, 5), modulo(12, -5), odd(3), even(2)]  ->  [-2, -1, 1.5, 3, 3, -3, true, true]
            [sqrt(2), sqrt(16), exp(1), log(10)]  ->  [1.414213562373095048801688724209698, 4, 2.718281828459045235360287471352662, 2.302585092994045684017991454684364]
            [before(1, [2..3]), meets([1..5], [5..8]), overlaps([1..5], (5..8]), includes([1..5], 5), during(4, [1..5]), starts(1, [1..5]), coincides([1..2],[1..2])]  ->  [true, true, false, true, true, true, true]
            [1..5].end  ->  5
            is(@"2026-01-01", @"2026-01-01")  ->  true
        "#]],
    );
}

#[test]
fn errors_have_a_place() {
    check(
        "
        1 +
        [1, 2
        (1
        {a: 1, a: 2}
        \"abc
        1 /* open
        \"\\uD800\"
        @\"nonsense\"
        foo(1)
        if true then 1
        a a
        function(x, x) 1
        1 ~ 2
        ",
        &expect![[r#"
            1 +  ->  does not compile: expected an expression but found the end at line 1, column 4
            [1, 2  ->  does not compile: expected `]` but found the end at line 1, column 6
            (1  ->  does not compile: expected `)` but found the end at line 1, column 3
            {a: 1, a: 2}  ->  does not compile: `a` is given twice, again at line 1, column 7
            "abc  ->  does not compile: string that begins at line 1, column 1 is never closed
            1 /* open  ->  does not compile: comment that begins at line 1, column 3 is never closed
            "\uD800"  ->  does not compile: escape sequence is not valid at line 1, column 2
            @"nonsense"  ->  does not compile: date, time or duration is not valid at line 1, column 1
            foo(1)  ->  does not compile: unknown name `foo` at line 1, column 1
            if true then 1  ->  does not compile: expected `else` but found the end at line 1, column 15
            a a  ->  does not compile: unknown name `a a` at line 1, column 1
            function(x, x) 1  ->  does not compile: `x` is given twice, again at line 1, column 12
            1 ~ 2  ->  does not compile: expected the end or an operator but found `~` at line 1, column 3
        "#]],
    );
}

#[test]
fn the_camunda_dialect() {
    check_in(
        Dialect::CAMUNDA,
        r#"
        missing variable
        missing.path > 5
        is defined(missing)
        get or else(missing, "x")
        is blank("  ")
        trim(" a ")
        partition([1,2,3], 2)
        assert(1, 1 > 2, "no")
        uuid()
        extract("a1b22", "[0-9]+")
        from json("{\"a\": [1]}").a
        to json({a: 1.50})
        "#,
        &expect![[r#"
            missing variable  ->  null
            missing.path > 5  ->  null
            is defined(missing)  ->  false
            get or else(missing, "x")  ->  "x"
            is blank("  ")  ->  true
            trim(" a ")  ->  "a"
            partition([1,2,3], 2)  ->  [[1, 2], [3]]
            assert(1, 1 > 2, "no")  ->  fails: assertion failed: no
            uuid()  ->  fails: the environment has no source of random numbers
            extract("a1b22", "[0-9]+")  ->  ["1", "22"]
            from json("{\"a\": [1]}").a  ->  [1]
            to json({a: 1.50})  ->  "{\"a\":1.5}"
        "#]],
    );
}

#[test]
fn b_feel_is_two_valued() {
    check_in(
        Dialect::B_FEEL,
        r#"
        1 = "a"
        1 < "a"
        true and nothing
        nothing or false
        "#,
        &expect![[r#"
            1 = "a"  ->  false
            1 < "a"  ->  false
            true and nothing  ->  false
            nothing or false  ->  false
        "#]],
    );
}

#[test]
fn a_range_is_read_from_a_text_whose_ends_are_constants() {
    check(
        r#"
        range("[1..3]") = [1..3]
        range(from: " ( 1 .. 3 [ ") = (1..3)
        range("[date(\"1970-01-01\")..@\"1970-01-02\"]") = [@"1970-01-01"..@"1970-01-02"]
        range("[date(string(\"1970-01-01\"))..@\"1970-01-02\"]")
        [range("[..2]"), range("[1..]"), range("[null..null]"), range("[3..1]"), range(">=10")]
        [range(""), range([1..3]), range("[1..3] "), range("[((((((((((1))))))))))..3]")]
        "#,
        &expect![[r#"
            range("[1..3]") = [1..3]  ->  true
            range(from: " ( 1 .. 3 [ ") = (1..3)  ->  true
            range("[date(\"1970-01-01\")..@\"1970-01-02\"]") = [@"1970-01-01"..@"1970-01-02"]  ->  true
            range("[date(string(\"1970-01-01\"))..@\"1970-01-02\"]")  ->  null
            [range("[..2]"), range("[1..]"), range("[null..null]"), range("[3..1]"), range(">=10")]  ->  [null, null, null, null, null]
            [range(""), range([1..3]), range("[1..3] "), range("[((((((((((1))))))))))..3]")]  ->  [null, null, [1..3], null]
        "#]],
    );
}

#[test]
fn a_position_loses_its_fraction_and_an_absent_argument_is_null() {
    check(
        r"
        [list replace([1,2,3], 2.5, 4), list replace([1,2,3], -1.5, 4)]
        is(value1: 1)
        ",
        &expect![[r"
            [list replace([1,2,3], 2.5, 4), list replace([1,2,3], -1.5, 4)]  ->  [[1, 4, 3], [1, 2, 4]]
            is(value1: 1)  ->  false
        "]],
    );
}
