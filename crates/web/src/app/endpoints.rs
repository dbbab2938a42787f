//! Every endpoint, in one table: the router is made from it, the extractors read who is let in,
//! and the access table holds it.

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use base::Role;

use super::answer::Fault;
use super::around::around;
use super::state::App;
use super::{agreements, all_figures, asking, by_hand, caller, contact_form, contacts, everywhere};
use super::{figures, fronts, inquiry, my_data, operator, outbox, processing, reviews, search};
use super::{sending, sign_in, staff, task, tasks, tracking};
use crate::views::problem::ProblemKind;

/// Who gets more than a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody.
    Anybody,
    /// A resident who is signed in.
    Resident,
    /// Staff of the body with one of these roles.
    Staff(&'static [Role]),
}

/// One endpoint.
#[derive(Clone, Copy)]
pub struct Endpoint {
    /// The method; `GET` stands for `HEAD` too.
    pub method: &'static str,
    /// The address.
    pub path: &'static str,
    /// Who is let in.
    pub who: Who,
    route: fn() -> MethodRouter<App>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {} {:?}", self.method, self.path, self.who)
    }
}

impl Endpoint {
    const fn read(who: Who, path: &'static str, route: fn() -> MethodRouter<App>) -> Self {
        Self { method: "GET", path, who, route }
    }

    const fn send(who: Who, path: &'static str, route: fn() -> MethodRouter<App>) -> Self {
        Self { method: "POST", path, who, route }
    }

    /// The endpoint of a method and an address as the router knows it.
    pub(crate) fn find(method: &Method, path: &str) -> Option<&'static Self> {
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        ENDPOINTS.iter().find(|endpoint| endpoint.path == path && endpoint.method == method)
    }
}

const ANYBODY: Who = Who::Anybody;
const RESIDENT: Who = Who::Resident;
const AGENT: Who = Who::Staff(&[Role::Agent]);
const OPERATOR: Who = Who::Staff(&[Role::Operator]);
const SETTLES: Who = Who::Staff(&[Role::Operator, Role::Caseworker]);
const DECIDES: Who = Who::Staff(&[Role::Caseworker]);
const TASKS: Who = Who::Staff(&[Role::Caseworker, Role::Assessor]);
const MEASURES: Who = Who::Staff(&[Role::Head, Role::Finance]);
const PROTECTS: Who = Who::Staff(&[Role::DataProtection]);
const CASES: Who = Who::Staff(&[Role::Caseworker, Role::Operator, Role::Head, Role::Agent]);
const TEAMS: Who = Who::Staff(&runtime::contact::TEAMS);
const FINDS: Who = Who::Staff(&[Role::Caseworker, Role::Operator, Role::Head]);
const ANSWERS: Who = Who::Staff(&[Role::Caseworker, Role::Agent]);
const ANY_STAFF: Who = Who::Staff(&[
    Role::Agent,
    Role::Caseworker,
    Role::Assessor,
    Role::Designer,
    Role::Head,
    Role::Finance,
    Role::DataProtection,
    Role::Operator,
]);

/// All that is served.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read(ANYBODY, "/healthz", || get(fronts::health)),
    Endpoint::read(ANYBODY, "/readyz", || get(fronts::ready)),
    Endpoint::read(ANYBODY, "/assets/stylesheet.css", || get(fronts::stylesheet)),
    Endpoint::read(ANYBODY, "/assets/icon.svg", || get(fronts::icon)),
    Endpoint::read(ANYBODY, "/", || get(fronts::region)),
    Endpoint::read(ANYBODY, "/my-requests", || get(everywhere::list)),
    Endpoint::read(ANYBODY, "/{body}", || get(fronts::to_front)),
    Endpoint::read(ANYBODY, "/{body}/", || get(fronts::front)),
    Endpoint::read(ANYBODY, "/{body}/brand.css", || get(fronts::brand)),
    Endpoint::read(ANYBODY, "/{body}/help", || get(fronts::help)),
    Endpoint::read(ANYBODY, "/{body}/accessibility", || get(fronts::accessibility)),
    Endpoint::read(ANYBODY, "/{body}/privacy", || get(fronts::privacy)),
    Endpoint::read(ANYBODY, "/{body}/services/{service}", || get(asking::start)),
    Endpoint::send(ANYBODY, "/{body}/services/{service}/start", || post(asking::begin)),
    Endpoint::read(ANYBODY, "/{body}/services/{service}/pages/{page}", || get(asking::page)),
    Endpoint::send(ANYBODY, "/{body}/services/{service}/pages/{page}", || post(asking::answer)),
    Endpoint::read(ANYBODY, "/{body}/services/{service}/check", || get(sending::check)),
    Endpoint::send(ANYBODY, "/{body}/services/{service}/check", || post(sending::send)),
    Endpoint::read(ANYBODY, "/{body}/services/{service}/done", || get(sending::done)),
    Endpoint::read(ANYBODY, "/{body}/requests", || get(tracking::lookup)),
    Endpoint::send(ANYBODY, "/{body}/requests", || post(tracking::find)),
    Endpoint::read(ANYBODY, "/{body}/requests/{reference}", || get(tracking::status)),
    Endpoint::read(ANYBODY, "/{body}/requests/{reference}/paid", || get(tracking::paid)),
    Endpoint::read(ANYBODY, "/{body}/requests/{reference}/not-fixed", || {
        get(tracking::ask_not_fixed)
    }),
    Endpoint::send(ANYBODY, "/{body}/requests/{reference}/not-fixed", || post(tracking::not_fixed)),
    Endpoint::read(ANYBODY, "/{body}/requests/{reference}/withdraw", || {
        get(tracking::ask_withdraw)
    }),
    Endpoint::send(ANYBODY, "/{body}/requests/{reference}/withdraw", || post(tracking::withdraw)),
    Endpoint::send(ANYBODY, "/{body}/requests/{reference}/review", || {
        post(tracking::ask_for_review)
    }),
    Endpoint::read(ANYBODY, "/{body}/requests/{reference}/question", || get(inquiry::show)),
    Endpoint::send(ANYBODY, "/{body}/requests/{reference}/question", || post(inquiry::answer)),
    Endpoint::read(ANYBODY, "/{body}/agreements", || get(agreements::list)),
    Endpoint::read(ANYBODY, "/{body}/agreements/{agreement}", || get(agreements::show)),
    Endpoint::read(RESIDENT, "/{body}/my-data", || get(my_data::show)),
    Endpoint::read(RESIDENT, "/{body}/my-data/{leaf}/proof", || get(my_data::proof)),
    Endpoint::read(RESIDENT, "/{body}/my-requests", || get(tracking::my_requests)),
    Endpoint::read(ANYBODY, "/{body}/sign-in", || get(sign_in::ask)),
    Endpoint::send(ANYBODY, "/{body}/sign-in", || post(sign_in::send_code)),
    Endpoint::read(ANYBODY, "/{body}/sign-in/code", || get(sign_in::code)),
    Endpoint::send(ANYBODY, "/{body}/sign-in/code", || post(sign_in::check_code)),
    Endpoint::send(ANYBODY, "/{body}/sign-in/again", || post(sign_in::again)),
    Endpoint::send(ANYBODY, "/{body}/sign-out", || post(sign_in::sign_out)),
    Endpoint::read(ANYBODY, "/{body}/outbox", || get(outbox::list)),
    Endpoint::read(ANYBODY, "/{body}/outbox/{message}", || get(outbox::message)),
    Endpoint::read(ANYBODY, "/{body}/staff/sign-in", || get(sign_in::ask)),
    Endpoint::send(ANYBODY, "/{body}/staff/sign-in", || post(sign_in::send_code)),
    Endpoint::read(ANYBODY, "/{body}/staff/sign-in/code", || get(sign_in::code)),
    Endpoint::send(ANYBODY, "/{body}/staff/sign-in/code", || post(sign_in::check_code)),
    Endpoint::send(ANYBODY, "/{body}/staff/sign-in/again", || post(sign_in::again)),
    Endpoint::send(ANYBODY, "/{body}/staff/sign-out", || post(sign_in::sign_out)),
    Endpoint::read(ANY_STAFF, "/{body}/staff", || get(staff::home)),
    Endpoint::send(FINDS, "/{body}/staff/find", || post(staff::find)),
    Endpoint::read(AGENT, "/{body}/staff/callers", || get(search::page)),
    Endpoint::send(AGENT, "/{body}/staff/callers", || post(search::find)),
    Endpoint::read(AGENT, "/{body}/staff/callers/{reference}", || get(caller::show)),
    Endpoint::send(AGENT, "/{body}/staff/callers/{reference}", || post(caller::verify)),
    Endpoint::send(AGENT, "/{body}/staff/callers/{reference}/services/{service}", || {
        post(caller::begin)
    }),
    Endpoint::send(AGENT, "/{body}/staff/cases/{reference}/acts/{act}", || post(caller::act)),
    Endpoint::read(AGENT, "/{body}/staff/contacts/new", || get(contact_form::show)),
    Endpoint::send(AGENT, "/{body}/staff/contacts/new", || post(contact_form::log)),
    Endpoint::read(TEAMS, "/{body}/staff/contacts", || get(contacts::list)),
    Endpoint::read(TEAMS, "/{body}/staff/contacts/{contact}", || get(contacts::show)),
    Endpoint::send(TEAMS, "/{body}/staff/contacts/{contact}", || post(contacts::close)),
    Endpoint::send(TEAMS, "/{body}/staff/contacts/{contact}/take", || post(contacts::take)),
    Endpoint::send(TEAMS, "/{body}/staff/contacts/{contact}/hand-back", || {
        post(contacts::hand_back)
    }),
    Endpoint::read(CASES, "/{body}/staff/cases/{reference}", || get(staff::case)),
    Endpoint::send(ANSWERS, "/{body}/staff/cases/{reference}/answers", || post(staff::answers)),
    Endpoint::read(ANSWERS, "/{body}/staff/cases/{reference}/question", || {
        get(inquiry::show_to_agent)
    }),
    Endpoint::send(ANSWERS, "/{body}/staff/cases/{reference}/question", || {
        post(inquiry::answer_by_agent)
    }),
    Endpoint::read(AGENT, "/{body}/staff/services/{service}", || get(asking::start)),
    Endpoint::send(AGENT, "/{body}/staff/services/{service}/start", || post(asking::begin)),
    Endpoint::read(AGENT, "/{body}/staff/services/{service}/pages/{page}", || get(asking::page)),
    Endpoint::send(AGENT, "/{body}/staff/services/{service}/pages/{page}", || post(asking::answer)),
    Endpoint::read(AGENT, "/{body}/staff/services/{service}/check", || get(sending::check)),
    Endpoint::send(AGENT, "/{body}/staff/services/{service}/check", || post(sending::send)),
    Endpoint::read(AGENT, "/{body}/staff/services/{service}/done", || get(sending::done)),
    Endpoint::read(OPERATOR, "/{body}/staff/operator", || get(operator::home)),
    Endpoint::read(SETTLES, "/{body}/staff/incidents/{case}/{element}", || get(operator::incident)),
    Endpoint::send(SETTLES, "/{body}/staff/incidents/{case}/{element}/exchange", || {
        post(operator::exchange)
    }),
    Endpoint::send(SETTLES, "/{body}/staff/incidents/{case}/{element}/settle", || {
        post(operator::settle)
    }),
    Endpoint::send(SETTLES, "/{body}/staff/incidents/{case}/{element}/by-hand", || {
        post(by_hand::close)
    }),
    Endpoint::read(DECIDES, "/{body}/staff/reviews", || get(reviews::list)),
    Endpoint::read(DECIDES, "/{body}/staff/reviews/{reference}", || get(reviews::review)),
    Endpoint::send(DECIDES, "/{body}/staff/reviews/{reference}", || post(reviews::decide)),
    Endpoint::read(TASKS, "/{body}/staff/tasks", || get(tasks::list)),
    Endpoint::read(TASKS, "/{body}/staff/tasks/{case}/{element}", || get(task::show)),
    Endpoint::send(TASKS, "/{body}/staff/tasks/{case}/{element}", || post(task::decide)),
    Endpoint::send(TASKS, "/{body}/staff/tasks/{case}/{element}/ask", || post(task::ask)),
    Endpoint::send(TASKS, "/{body}/staff/tasks/{case}/{element}/claim", || post(tasks::claim)),
    Endpoint::send(TASKS, "/{body}/staff/tasks/{case}/{element}/hand-back", || {
        post(tasks::hand_back)
    }),
    Endpoint::read(PROTECTS, "/{body}/staff/data-protection", || get(agreements::home)),
    Endpoint::read(PROTECTS, "/{body}/staff/data-protection/agreements/{agreement}", || {
        get(agreements::used)
    }),
    Endpoint::read(PROTECTS, "/{body}/staff/data-protection/record", || get(processing::show)),
    Endpoint::read(PROTECTS, "/{body}/staff/data-protection/record.csv", || {
        get(processing::download)
    }),
    Endpoint::read(MEASURES, "/{body}/staff/services-figures/", || get(all_figures::list)),
    Endpoint::read(MEASURES, "/{body}/staff/figures/{service}", || get(figures::service)),
    Endpoint::read(MEASURES, "/{body}/staff/figures/{service}/cases", || get(figures::cases)),
];

/// The pages. They are served with the address of each caller
/// (`into_make_service_with_connect_info`), by which signing in is limited.
pub fn router(state: App) -> Router {
    let mut router = Router::new();
    for endpoint in ENDPOINTS {
        router = router.route(endpoint.path, (endpoint.route)());
    }
    router
        .method_not_allowed_fallback(wrong_method)
        .fallback(not_found)
        .layer(from_fn_with_state(state.clone(), around))
        .with_state(state)
}

async fn wrong_method() -> Fault {
    Fault::Problem(ProblemKind::WrongMethod)
}

async fn not_found() -> Fault {
    Fault::NOT_FOUND
}
