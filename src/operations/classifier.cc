#include "operations/classifier.h"

#include <algorithm>
#include <array>

#include "fhir/lexical.h"
#include "fhir/reference.h"
#include "operations/continuation.h"
#include "operations/parameters.h"
#include "operations/preconditions.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using request::IntentFacts;
using request::Interaction;

IntentFacts facts_of(Interaction interaction, std::string type = {}) {
    IntentFacts facts;
    facts.interaction = interaction;
    facts.type = std::move(type);
    return facts;
}

bool is_read(http::Method method) {
    return method == http::Method::get || method == http::Method::head;
}

std::unexpected<Error> no_such_route() {
    return fail(Errc::not_found, "no such resource");
}
std::unexpected<Error> wrong_method() {
    return fail(Errc::method_not_allowed, "this address does not offer this method");
}

Result<IntentFacts> only(http::Method expected, http::Method method, Interaction interaction) {
    bool const fits = expected == http::Method::get ? is_read(method) : method == expected;
    if (!fits) return wrong_method();
    return facts_of(interaction);
}

// The one patient that `patient` or `subject` names; an alternative or anything else is no
// compartment.
std::optional<std::string> patient_named(std::vector<request::Parameter> const& parameters) {
    for (auto const& [name, value] : parameters) {
        if (name == "patient" && fhir::is_id(value)) return value;
        if (name != "patient" && name != "subject") continue;
        auto const reference = fhir::parse_local_reference(value);
        if (reference && reference->type->name == "Patient") return std::string(reference->id);
    }
    return std::nullopt;
}

void shape_search(IntentFacts& facts) {
    for (auto const element : facts.query->elements()) {
        facts.elements.names.emplace_back(element.text());
    }
    facts.elements.summary = facts.query->summary() == fhir::Summary::yes;
}

}  // namespace

Result<request::Intent> Classifier::classify(request::Exchange& exchange) {
    SALUS_TRY(auto const path, request::parse_target(RequestReader::target(exchange.request)));
    Segments segments(path.segments);
    if (!tenant_.path.empty())
        segments = segments.subspan(std::min<std::size_t>(2, segments.size()));
    SALUS_TRY(auto facts, route(exchange, segments, path.query));
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

// The routes.
Result<IntentFacts> Classifier::route(request::Exchange& exchange, Segments segments,
                                      std::string_view query) {
    auto const method = exchange.request.method;
    auto const is = [&](auto... names) {
        std::array<std::string_view, sizeof...(names)> const wanted{names...};
        return std::ranges::equal(segments, wanted);
    };
    bool const takes_parameters = !segments.empty() && segments.front() == "fhir";
    if (!takes_parameters && !query.empty()) {
        return fail(Errc::invalid, "this address takes no parameters");
    }
    if (is(".well-known", "oauth-authorization-server")) {
        return only(http::Method::get, method, Interaction::authorization_server_metadata);
    }
    if (is("oauth", "jwks")) {
        return only(http::Method::get, method, Interaction::json_web_key_set);
    }
    if (is("oauth", "token")) {
        SALUS_TRY_VOID(check_form_content_type(exchange.request));
        return only(http::Method::post, method, Interaction::token);
    }
    if (is("admin", "clients")) return only(http::Method::post, method, Interaction::client_add);
    if (is("admin", "check")) return only(http::Method::get, method, Interaction::control_check);
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
        return shaped(std::move(facts), query);
    }
    if (segments.back().starts_with('$')) return route_operation(exchange, segments, query);
    if (!fhir::is_resource_type(segments[0])) return no_such_route();
    if (segments.size() == 1) return route_type(exchange, segments[0], query);
    if (segments.size() == 2 && segments[1] == "_search") {
        if (method != http::Method::post) return wrong_method();
        SALUS_TRY_VOID(check_form_content_type(exchange.request));
        if (!query.empty()) return fail(Errc::invalid, "parameters go into the form");
        return search(exchange, segments[0], {}, RequestReader::form(exchange.request));
    }
    if (segments.size() == 2 && segments[1] == "_history") {
        SALUS_TRY(auto facts, only(http::Method::get, method, Interaction::history_type));
        facts.type = segments[0];
        return shaped(std::move(facts), query);
    }
    if (!fhir::is_id(segments[1])) return fail(Errc::invalid, "this is not a FHIR id");
    if (segments.size() == 2) return route_instance(exchange, segments, query);
    if (segments[2] == "_history") return route_history(exchange, segments, query);
    bool const compartment =
        segments.size() == 3 && segments[0] == "Patient" && fhir::is_resource_type(segments[2]);
    if (!compartment) return no_such_route();
    if (!is_read(method)) return wrong_method();
    return search(exchange, segments[2], segments[1], query);
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
    continued.after = EphiText(continuation.position);
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

Result<Cursor> Classifier::open_cursor(request::Exchange& exchange, std::string const& type,
                                       std::string_view text) {
    auto const& client = exchange.facts.caller->facts().client;
    SALUS_TRY(auto const opened,
              records_.sealing().open_cursor(client, EphiText(std::string(text))));
    SALUS_TRY(auto cursor, decode_cursor(opened));
    if (cursor.type != type) return fail(Errc::invalid, "the cursor is not one of ours");
    return cursor;
}

Result<IntentFacts> Classifier::search(request::Exchange& exchange, std::string const& type,
                                       std::string const& patient, std::string_view query) {
    SALUS_TRY(auto parameters, request::parse_form(query));
    auto facts = facts_of(Interaction::search_type, type);
    exchange.facts.interaction = facts.interaction;
    exchange.facts.type = type;
    Cursor cursor{type, patient, std::string(query), {}, 0};
    if (parameters.size() == 1 && parameters[0].name == "_cursor") {
        SALUS_TRY(cursor, open_cursor(exchange, type, parameters[0].value));
        SALUS_TRY(parameters, request::parse_form(cursor.query));
    }
    SALUS_TRY_VOID(take_presentation(parameters, facts));
    std::vector<fhir::SearchQuery::Parameter> pairs;
    pairs.reserve(parameters.size());
    for (auto const& [name, value] : parameters) pairs.emplace_back(name, value);
    SALUS_TRY(facts.query,
              fhir::SearchQuery::parse(*fhir::find_resource_type(type), pairs, clock_.now()));
    auto const summary = facts.query->summary();
    if (summary == fhir::Summary::text || summary == fhir::Summary::data) {
        return fail(Errc::not_supported, "of _summary only true, false and count are offered");
    }
    shape_search(facts);

    auto named = cursor.patient.empty() ? patient_named(parameters) : cursor.patient;
    if (!named && type == "Patient") {
        auto const id = request::single(parameters, "_id");
        if (id && fhir::is_id(*id)) named = *id;
    }
    if (named) {
        facts.compartment = records_.addressing().patient_compartment(*named);
        facts.patient_compartment = true;
        exchange.facts.compartment = facts.compartment;
    }
    facts.patient = EphiText(cursor.patient);
    facts.query_text = EphiText(cursor.query);
    facts.after = EphiText(cursor.last_id);
    facts.offset = cursor.shown;
    return facts;
}

}  // namespace salus::operations
