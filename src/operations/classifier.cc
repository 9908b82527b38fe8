#include "operations/classifier.h"

#include <algorithm>
#include <array>

#include "fhir/lexical.h"
#include "fhir/profiles/loaded_definitions.h"
#include "operations/administration_routes.h"
#include "operations/continuation.h"
#include "operations/operation_definitions.h"
#include "operations/parameters.h"
#include "operations/preconditions.h"
#include "operations/request_reader.h"
#include "operations/route_forms.h"
#include "operations/validate.h"

namespace salus::operations {
namespace {

using request::IntentFacts;
using request::Interaction;

struct NamedMethod {
    http::Method method;
    Literal name;
};
constexpr std::array kMethods{
    NamedMethod{http::Method::get, "GET"},     NamedMethod{http::Method::head, "HEAD"},
    NamedMethod{http::Method::post, "POST"},   NamedMethod{http::Method::put, "PUT"},
    NamedMethod{http::Method::patch, "PATCH"}, NamedMethod{http::Method::remove, "DELETE"},
};

// What a browser shows: read by GET, sent by a form.
Result<IntentFacts> page(http::Request const& request, Interaction interaction) {
    if (is_read(request.method)) return facts_of(interaction);
    return form_to(request, interaction);
}

}  // namespace

Result<request::Intent> Classifier::classify(request::Exchange& exchange) {
    SALUS_TRY(auto const path, request::parse_target(RequestReader::target(exchange.request)));
    Segments segments(path.segments);
    if (!tenant_.path.empty())
        segments = segments.subspan(std::min<std::size_t>(2, segments.size()));
    // Looked at where it lies: what is asked is large, and is moved once.
    SALUS_TRY(auto&& facts, route(exchange, segments, path.query));
    exchange.facts.interaction = facts.interaction;
    exchange.facts.type = facts.type;
    SALUS_TRY_VOID(complete(exchange, facts));
    SALUS_TRY_VOID(read_body(exchange, facts));
    SALUS_TRY_VOID(locate(exchange, facts));
    std::vector<request::Intent> entries;
    if (facts.interaction == Interaction::transaction) {
        SALUS_TRY(entries, entries_of(exchange, facts));
    }
    request::Intent intent(std::move(facts));
    intent.entries_ = std::move(entries);
    return intent;
}

std::string Classifier::allowed_methods(request::Exchange const& exchange) {
    std::string allowed;
    auto const path = request::parse_target(RequestReader::target(exchange.request));
    if (!path) return allowed;
    Segments segments(path->segments);
    if (!tenant_.path.empty())
        segments = segments.subspan(std::min<std::size_t>(2, segments.size()));
    auto const refused = exchange.request.method;
    for (auto const& [method, name] : kMethods) {
        // What was refused is not offered, whoever refused it: below some addresses another room.
        if (method == refused || (is_read(method) && is_read(refused))) continue;
        request::Exchange asked;
        asked.request.method = method;
        asked.tenant = &tenant_;
        asked.is_entry = exchange.is_entry;
        asked.facts.caller = exchange.facts.caller;
        auto const facts = route(asked, segments, path->query);
        // Whatever else is wrong with it, by this method it would be another request.
        auto const code = facts ? Errc::invalid : facts.error().code;
        if (code == Errc::method_not_allowed || code == Errc::not_found) continue;
        allowed.append(allowed.empty() ? "" : ", ").append(name.text());
    }
    return allowed;
}

// The routes.
Result<IntentFacts> Classifier::route(request::Exchange& exchange, Segments segments,
                                      std::string_view query) {
    auto const method = exchange.request.method;
    auto const is = [&](auto... names) {
        std::array<std::string_view, sizeof...(names)> const wanted{names...};
        return std::ranges::equal(segments, wanted);
    };
    // What is below these addresses, the room `sign_in` says.
    auto const is_below = [&](std::string_view name) {
        return !segments.empty() && segments.front() == name && segments.size() <= 3;
    };
    bool const takes_parameters =
        (!segments.empty() && (segments.front() == "fhir" || segments.front() == "audit")) ||
        is("oauth", "authorize") || is("oauth", "logout") || is_below("sign-in") ||
        is_below("account");
    if (!takes_parameters && !query.empty()) {
        return fail(Errc::invalid, "this address takes no parameters");
    }
    if (is(".well-known", "oauth-authorization-server")) {
        return only(http::Method::get, method, Interaction::authorization_server_metadata);
    }
    if (is("oauth", "jwks")) {
        return only(http::Method::get, method, Interaction::json_web_key_set);
    }
    if (is(".well-known", "openid-configuration")) {
        return only(http::Method::get, method, Interaction::openid_configuration);
    }
    if (is("oauth", "authorize")) return page(exchange.request, Interaction::authorization);
    if (is("sign-in", "passkey.js"))
        return only(http::Method::get, method, Interaction::page_script);
    if (is_below("sign-in")) return page(exchange.request, Interaction::sign_in);
    if (is_below("account")) return page(exchange.request, Interaction::account);
    if (is("oauth", "logout")) return page(exchange.request, Interaction::end_session);
    if (is("oauth", "par")) return form_to(exchange.request, Interaction::pushed_authorization);
    if (is("oauth", "launch")) return json_to(exchange.request, Interaction::launch_open);
    if (is(".well-known", "authzen-configuration"))
        return only(http::Method::get, method, Interaction::access_evaluation_metadata);
    if (is("access", "v1", "evaluation"))
        return json_to(exchange.request, Interaction::access_evaluation);
    if (is("access", "v1", "evaluations"))
        return json_to(exchange.request, Interaction::access_evaluations);
    if (is("oauth", "userinfo")) {
        auto const expected = method == http::Method::post ? method : http::Method::get;
        return only(expected, method, Interaction::user_info);
    }
    if (is("oauth", "token")) return form_to(exchange.request, Interaction::token);
    if (is("oauth", "introspect")) return form_to(exchange.request, Interaction::introspection);
    if (is("oauth", "revoke")) return form_to(exchange.request, Interaction::revocation);
    if (is("audit", "v1", "proof") || is("audit", "v1", "details"))
        return route_audit_log(exchange, segments, query);
    if (segments.size() >= 2 && segments[0] == "admin")
        return route_administration(exchange.request, segments);
    if (is("fhir", ".well-known", "smart-configuration")) {
        // JSON whatever the Accept header says (SMART App Launch 2.2, conformance).
        return only(http::Method::get, method, Interaction::smart_configuration);
    }
    if (is("fhir", "openapi.json")) return only(http::Method::get, method, Interaction::open_api);
    if (!segments.empty() && segments.front() == "fhir") {
        SALUS_TRY_VOID(check_accept(exchange.request));
        return route_fhir(exchange, segments.subspan(1), query);
    }
    return no_such_route();
}

Result<IntentFacts> Classifier::route_fhir(request::Exchange& exchange, Segments segments,
                                           std::string_view query) {
    auto const method = exchange.request.method;
    if (segments.empty()) {
        // The next page of a search over all types.
        if (is_read(method) && query.starts_with("_cursor="))
            return search(exchange, {}, {}, query);
        if (method != http::Method::post) return wrong_method();
        if (exchange.is_entry) return fail(Errc::invalid, "a bundle is no entry of a bundle");
        return shaped(facts_of(Interaction::transaction), query);
    }
    if (segments.size() == 1 && segments[0] == "metadata") {
        SALUS_TRY(auto facts, only(http::Method::get, method, Interaction::capabilities));
        return shaped(std::move(facts), query);
    }
    if (segments.size() == 1 && segments[0] == "_history") {
        SALUS_TRY(auto facts, only(http::Method::get, method, Interaction::history_system));
        return paged(exchange, std::move(facts), "history", query);
    }
    if (segments.back().starts_with('$')) return route_operation(exchange, segments, query);
    if (segments[0] == "AuditEvent") return route_audit_event(exchange, segments, query);
    if (!fhir::is_resource_type(segments[0])) return no_such_route();
    if (segments[0] == "OperationDefinition" && segments.size() == 2 &&
        is_own_definition(segments[1])) {
        SALUS_TRY(auto facts, only(http::Method::get, method, Interaction::capabilities));
        facts.type = segments[0];
        facts.id = EphiText(segments[1]);
        return shaped(std::move(facts), query);
    }
    if (segments.size() == 1) return route_type(exchange, segments[0], query);
    if (segments.size() == 2 && segments[1] == "_search")
        return search_by_form(exchange, segments[0], {}, query);
    if (segments.size() == 2 && segments[1] == "_history") {
        SALUS_TRY(auto facts, only(http::Method::get, method, Interaction::history_type));
        facts.type = segments[0];
        return paged(exchange, std::move(facts), "history", query);
    }
    if (!fhir::is_id(segments[1])) return fail(Errc::invalid, "this is not a FHIR id");
    if (segments.size() == 2) return route_instance(exchange, segments, query);
    if (segments[2] == "_history") return route_history(exchange, segments, query);
    return route_compartment(exchange, segments, query);
}

// Patient/[id]/[type], and * for all types.
Result<IntentFacts> Classifier::route_compartment(request::Exchange& exchange, Segments segments,
                                                  std::string_view query) {
    bool const all_types = segments[2] == "*";
    bool const compartment =
        segments[0] == "Patient" && (all_types || fhir::is_resource_type(segments[2]));
    if (!compartment || segments[2] == "AuditEvent") return no_such_route();
    auto const searched = all_types ? std::string() : segments[2];
    if (segments.size() == 4 && segments[3] == "_search")
        return search_by_form(exchange, searched, segments[1], query);
    if (segments.size() != 3) return no_such_route();
    if (!is_read(exchange.request.method)) return wrong_method();
    return search(exchange, searched, segments[1], query);
}

Result<IntentFacts> Classifier::route_type(request::Exchange& exchange, std::string const& type,
                                           std::string_view query) {
    auto const method = exchange.request.method;
    if (is_read(method)) return search(exchange, type, {}, query);
    if (method == http::Method::post) return shaped(facts_of(Interaction::create, type), query);
    auto facts = facts_of(Interaction::update, type);
    if (method == http::Method::remove) {
        facts.interaction = Interaction::remove;
    } else if (method == http::Method::patch) {
        facts.interaction = Interaction::patch;
    } else if (method != http::Method::put) {
        return wrong_method();
    }
    SALUS_TRY_VOID(set_condition(exchange, facts, query));
    return facts;
}

Result<IntentFacts> Classifier::route_instance(request::Exchange& exchange, Segments segments,
                                               std::string_view query) {
    auto const method = exchange.request.method;
    auto facts = facts_of(Interaction::read, segments[0]);
    if (method == http::Method::put) {
        facts.interaction = Interaction::update;
    } else if (method == http::Method::remove) {
        facts.interaction = Interaction::remove;
    } else if (method == http::Method::patch) {
        facts.interaction = Interaction::patch;
    } else if (!is_read(method)) {
        return wrong_method();
    }
    facts.id = EphiText(segments[1]);
    return shaped(std::move(facts), query);
}

Result<IntentFacts> Classifier::route_operation(request::Exchange& exchange, Segments segments,
                                                std::string_view query) {
    auto const method = exchange.request.method;
    auto const& name = segments.back();
    if (name == "$validate" && segments.size() > 1 && fhir::is_resource_type(segments[0]))
        return route_validate(exchange, segments, query);
    if (name == "$accounting" || name == "$access-report")
        return route_patient_report(exchange, segments, query);
    auto facts = facts_of(Interaction::everything);
    if (name == "$meta")
        facts.interaction = Interaction::meta;
    else if (name == "$meta-add")
        facts.interaction = Interaction::meta_add;
    else if (name == "$meta-delete")
        facts.interaction = Interaction::meta_delete;
    else if (name != "$everything")
        return no_such_route();
    if (segments.size() > 1 && !fhir::is_resource_type(segments[0])) return no_such_route();
    if (segments.size() < 3) {
        return fail(Errc::forbidden, "this operation is too broad: name one resource");
    }
    bool const changes = request::is_write(facts.interaction);
    if (method != http::Method::post && (changes || !is_read(method))) return wrong_method();
    bool const everything = facts.interaction == Interaction::everything;
    if (everything && segments[0] != "Patient") return no_such_route();
    if (!fhir::is_id(segments[1])) return fail(Errc::invalid, "this is not a FHIR id");
    facts.type = segments[0];
    facts.id = EphiText(segments[1]);
    if (segments.size() == 5 && segments[2] == "_history" && !everything) {
        if (changes) return fail(Errc::not_supported, "a version of the history does not change");
        auto const version = parse_number(segments[3]);
        if (!version || *version == 0) return no_such_route();
        facts.version = *version;
    } else if (segments.size() != 3) {
        return no_such_route();
    }
    return paged(exchange, std::move(facts), "everything", query);
}

// The facts with what the parameters say about the answer.
Result<IntentFacts> Classifier::shaped(IntentFacts facts, std::string_view query) {
    SALUS_TRY(auto parameters, request::parse_form(query));
    SALUS_TRY_VOID(take_presentation(parameters, facts));
    SALUS_TRY_VOID(read_shape(parameters, facts));
    facts.query_text = EphiText(std::string(query));
    return facts;
}

// The same, of an answer that has pages: a cursor stands for the parameters of the first.
Result<IntentFacts> Classifier::paged(request::Exchange& exchange, IntentFacts facts, Literal kind,
                                      std::string_view query) {
    SALUS_TRY(auto const parameters, request::parse_form(query));
    if (parameters.size() != 1 || parameters[0].name != "_cursor") {
        return shaped(std::move(facts), query);
    }
    auto const& client = exchange.facts.caller->facts().client;
    SALUS_TRY(auto const opened,
              records_.sealing().open_cursor(client, EphiText(parameters[0].value)));
    SALUS_TRY(auto const continuation,
              decode_continuation(opened, kind, facts.type, RequestReader::id(facts.id)));
    SALUS_TRY(auto continued, shaped(std::move(facts), continuation.query));
    continued.position = EphiText(continuation.position);
    return continued;
}

Result<IntentFacts> Classifier::route_history(request::Exchange& exchange, Segments segments,
                                              std::string_view query) {
    if (segments.size() > 4) return no_such_route();
    if (!is_read(exchange.request.method)) return wrong_method();
    auto facts = facts_of(Interaction::history_instance, segments[0]);
    facts.id = EphiText(segments[1]);
    if (segments.size() == 4) {
        facts.interaction = Interaction::vread;
        auto const version = parse_number(segments[3]);
        if (!version || *version == 0) return no_such_route();
        facts.version = *version;
        return shaped(std::move(facts), query);
    }
    return paged(exchange, std::move(facts), "history", query);
}

std::shared_ptr<fhir::ProfileSet const> Classifier::profiles() const {
    return tenant_.definitions != nullptr ? tenant_.definitions->current() : nullptr;
}

// Nothing of an anonymous caller is parsed.
Result<IntentFacts> Classifier::route_validate(request::Exchange& exchange, Segments segments,
                                               std::string_view query) {
    if (segments.size() > 3 || (segments.size() == 3 && !fhir::is_id(segments[1])))
        return no_such_route();
    if (exchange.request.method != http::Method::post) return wrong_method();
    auto facts = facts_of(Interaction::validate, segments[0]);
    exchange.facts.interaction = facts.interaction;
    exchange.facts.type = facts.type;
    if (exchange.facts.caller->anonymous()) return facts;
    std::string_view const id = segments.size() == 3 ? segments[1] : std::string_view();
    auto const definitions = profiles();
    SALUS_TRY(auto issues,
              validation_of(exchange.request, {facts.type, id, query}, parser_, definitions.get()));
    facts.issues = std::make_shared<IssueList const>(std::move(issues));
    return facts;
}

}  // namespace salus::operations
