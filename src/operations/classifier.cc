#include "operations/classifier.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "fhir/compartment.h"
#include "fhir/lexical.h"
#include "fhir/packages/package.h"
#include "fhir/profiles/loaded_definitions.h"
#include "fhir/reference.h"
#include "operations/preconditions.h"
#include "operations/request_reader.h"
#include "operations/transaction.h"
#include "operations/validate.h"

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

Result<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    auto const parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    // One number, one spelling.
    bool const padded = text.size() > 1 && text.front() == '0';
    if (!whole || text.empty() || padded) return fail(Errc::invalid, "a number is expected here");
    return value;
}

// Parameters that shape an answer and are no search: those of read, vread and history.
Result<void> read_shape(std::vector<request::Parameter> const& parameters, IntentFacts& facts) {
    for (auto const& [name, value] : parameters) {
        bool const history = facts.interaction == Interaction::history_instance;
        bool const resource = facts.interaction != Interaction::capabilities;
        if (resource && (name == "_elements" || name == "fields")) {
            auto rest = std::string_view(value);
            while (!rest.empty()) {
                auto const end = std::min(rest.find(','), rest.size());
                facts.elements.names.emplace_back(rest.substr(0, end));
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        } else if (resource && name == "_summary" && (value == "true" || value == "false")) {
            facts.elements.summary =
                value == "true" ? request::SummaryForm::summary : request::SummaryForm::none;
        } else if (name == "_format") {
            static constexpr std::array<std::string_view, 4> kJson{
                "json", "application/json", "application/fhir+json", "text/json"};
            if (std::ranges::find(kJson, value) == kJson.end())
                return fail(Errc::not_acceptable, "only application/fhir+json is offered");
        } else if (history && name == "_count") {
            SALUS_TRY(auto const count, number(value));
            facts.count = std::clamp<std::size_t>(count, 1, limits::kPageSizeLargest);
        } else if (history && name == "_before") {
            SALUS_TRY(facts.version, number(value));
        } else {
            return fail(Errc::invalid, "a parameter is not known here");
        }
    }
    return {};
}

bool is_definitions(std::span<std::string const> segments) {
    return segments[0] == "admin" && segments[1] == "definitions";
}

Result<IntentFacts> route_definitions(http::Method method, std::span<std::string const> segments) {
    if (segments.size() == 2 && method == http::Method::post)
        return facts_of(Interaction::definitions_load);
    if (segments.size() == 2) return only(http::Method::get, method, Interaction::definitions_list);
    if (segments.size() > 3) return no_such_route();
    if (!fhir::is_package_id(segments[2])) return fail(Errc::invalid, "packages are NAME@VERSION");
    if (method != http::Method::remove) return wrong_method();
    auto facts = facts_of(Interaction::definitions_remove);
    facts.id = EphiText(segments[2]);
    return facts;
}

}  // namespace

Result<request::Intent> Classifier::classify(request::Exchange& exchange) {
    SALUS_TRY(auto const path, request::parse_target(RequestReader::target(exchange.request)));
    Segments segments(path.segments);
    if (!tenant_.path.empty())
        segments = segments.subspan(std::min<std::size_t>(2, segments.size()));
    SALUS_TRY(auto facts, route(exchange, segments, path.query));
    facts.tenant = tenant_.name;
    exchange.facts.interaction = facts.interaction;
    exchange.facts.type = facts.type;
    SALUS_TRY_VOID(read_preconditions(exchange.request, facts));
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
        SALUS_TRY(auto facts, only(http::Method::post, method, Interaction::token));
        SALUS_TRY_VOID(check_form_content_type(exchange.request));
        return facts;
    }
    if (is("admin", "clients")) {
        SALUS_TRY(auto facts, only(http::Method::post, method, Interaction::client_add));
        SALUS_TRY_VOID(check_json_content_type(exchange.request));
        return facts;
    }
    if (segments.size() >= 2 && is_definitions(segments))
        return route_definitions(method, segments);
    if (is("admin", "check")) return only(http::Method::get, method, Interaction::control_check);
    if (is("fhir", ".well-known", "smart-configuration")) {
        // JSON whatever the Accept header says (SMART App Launch 2.2, conformance).
        return only(http::Method::get, method, Interaction::smart_configuration);
    }
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
        if (!query.empty()) return fail(Errc::invalid, "a transaction takes no parameters");
        return facts_of(Interaction::transaction);
    }
    if (segments.size() == 1 && segments[0] == "metadata") {
        SALUS_TRY(auto facts, only(http::Method::get, method, Interaction::capabilities));
        SALUS_TRY(auto const parameters, request::parse_form(query));
        SALUS_TRY_VOID(read_shape(parameters, facts));
        return facts;
    }
    if (!fhir::is_resource_type(segments[0])) return no_such_route();
    if (segments.size() == 1) return route_type(exchange, segments[0], query);
    if (segments.size() == 2 && segments[1] == "_search")
        return search_by_form(exchange, segments[0], {}, query);
    if (segments.back() == "$validate") return route_validate(exchange, segments, query);
    if (!fhir::is_id(segments[1])) return fail(Errc::invalid, "this is not a FHIR id");
    if (segments.size() == 2) return route_instance(exchange, segments, query);
    if (segments[2] == "_history") return route_history(exchange, segments, query);
    bool const all_types = segments[2] == "*";
    bool const compartment =
        segments[0] == "Patient" && (all_types || fhir::is_resource_type(segments[2]));
    if (!compartment) return no_such_route();
    auto const searched = all_types ? std::string() : segments[2];
    if (segments.size() == 4 && segments[3] == "_search")
        return search_by_form(exchange, searched, segments[1], query);
    if (segments.size() != 3) return no_such_route();
    if (!is_read(method)) return wrong_method();
    return search(exchange, searched, segments[1], query);
}

Result<IntentFacts> Classifier::route_type(request::Exchange& exchange, std::string const& type,
                                           std::string_view query) {
    if (is_read(exchange.request.method)) return search(exchange, type, {}, query);
    if (exchange.request.method != http::Method::post) return wrong_method();
    if (!query.empty()) return fail(Errc::invalid, "create takes no parameters");
    return facts_of(Interaction::create, type);
}

Result<IntentFacts> Classifier::route_instance(request::Exchange& exchange, Segments segments,
                                               std::string_view query) {
    auto const method = exchange.request.method;
    auto facts = facts_of(Interaction::read, segments[0]);
    if (method == http::Method::put) {
        facts.interaction = Interaction::update;
    } else if (method == http::Method::remove) {
        facts.interaction = Interaction::remove;
    } else if (!is_read(method)) {
        return wrong_method();
    }
    facts.id = EphiText(segments[1]);
    SALUS_TRY(auto const parameters, request::parse_form(query));
    bool const shapes = facts.interaction == Interaction::read;
    if (!shapes && !parameters.empty()) return fail(Errc::invalid, "a parameter is not known here");
    SALUS_TRY_VOID(read_shape(parameters, facts));
    return facts;
}

Result<IntentFacts> Classifier::route_history(request::Exchange& exchange, Segments segments,
                                              std::string_view query) {
    if (segments.size() > 4) return no_such_route();
    if (!is_read(exchange.request.method)) return wrong_method();
    auto facts = facts_of(Interaction::history_instance, segments[0]);
    facts.id = EphiText(segments[1]);
    if (segments.size() == 4) {
        facts.interaction = Interaction::vread;
        auto const version = number(segments[3]);
        if (!version || *version == 0) return no_such_route();
        facts.version = *version;
    }
    SALUS_TRY(auto const parameters, request::parse_form(query));
    SALUS_TRY_VOID(read_shape(parameters, facts));
    return facts;
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

Result<void> Classifier::read_body(request::Exchange& exchange, IntentFacts& facts) {
    bool const takes_resource = facts.interaction == Interaction::create ||
                                facts.interaction == Interaction::update ||
                                facts.interaction == Interaction::transaction;
    if (!takes_resource) {
        bool const takes_form = facts.interaction == Interaction::token ||
                                facts.interaction == Interaction::client_add ||
                                exchange.request.method == http::Method::post;
        if (!takes_form && !exchange.request.body.empty()) {
            return fail(Errc::invalid, "this request takes no content");
        }
        return {};
    }
    // Nothing of an anonymous caller is parsed: strangers get no work done.
    if (exchange.facts.caller->anonymous()) return {};
    SALUS_TRY_VOID(check_resource_content_type(exchange.request));
    auto const definitions = profiles();
    SALUS_TRY(auto body, fhir::Reader::parse(RequestReader::take_body(exchange.request), parser_,
                                             definitions.get()));
    auto const shared = std::make_shared<fhir::Resource const>(std::move(body));
    facts.body = shared;
    facts.resource = shared->view();
    auto const type = shared->type().name.text();
    if (facts.interaction == Interaction::transaction) {
        if (type != "Bundle") return fail(Errc::invalid, "a Bundle is expected here");
        return {};
    }
    if (type != facts.type) return fail(Errc::invalid, "the resource is of another type");
    if (facts.interaction == Interaction::update && shared->id() != RequestReader::id(facts.id)) {
        return fail(Errc::invalid, "the resource's id is not the one in the address");
    }
    return {};
}

Result<void> Classifier::locate(request::Exchange& exchange, IntentFacts& facts) {
    if (facts.compartment) return {};
    if (facts.type == "Patient" && !facts.id.empty()) {
        facts.compartment = records_.addressing().patient_compartment(RequestReader::id(facts.id));
        facts.patient_compartment = true;
        exchange.facts.compartment = facts.compartment;
        return {};
    }
    if (!exchange.facts.caller->facts().patient_compartment) return {};
    if (facts.interaction == Interaction::create && facts.resource && facts.type != "Patient") {
        SALUS_TRY(auto const patient, fhir::patient_of(*facts.resource));
        if (patient) facts.compartment = records_.addressing().patient_compartment(*patient);
    } else if (!facts.id.empty()) {
        SALUS_TRY(auto const current, records_.current(facts.type, RequestReader::id(facts.id)));
        if (current) facts.compartment = current->compartment;
    }
    return {};
}

Result<std::vector<request::Intent>> Classifier::entries_of(request::Exchange& exchange,
                                                            IntentFacts const& bundle) {
    std::vector<request::Intent> intents;
    if (!bundle.resource) return intents;
    SALUS_TRY(auto requests, fhir::read_requests(*bundle.resource));
    if (requests.type != fhir::BundleType::transaction) {
        return fail(Errc::not_supported, "of bundles only transactions are offered");
    }
    // Each entry is decided by itself; of nothing there would be nothing to decide (AZ-1).
    if (requests.entries.empty()) return fail(Errc::invalid, "a transaction has entries");
    for (auto& entry : requests.entries) {
        auto facts = entry_facts(exchange, bundle, entry);
        if (!facts) return fail(in_entry(std::move(facts).error(), intents.size()));
        intents.push_back(request::Intent(*std::move(facts)));
    }
    return intents;
}

// The address of a bundle entry: Type, or Type/id.
Result<IntentFacts> Classifier::entry_facts(request::Exchange& exchange, IntentFacts const& bundle,
                                            fhir::BundleEntry& entry) {
    auto facts = facts_of(Interaction::create, std::string(entry.url));
    if (entry.method == fhir::BundleMethod::put) {
        auto const target = fhir::parse_local_reference(entry.url);
        if (!target || !target->version.empty()) {
            return fail(Errc::not_supported,
                        "PUT entries name Type/id; conditional entries are not offered");
        }
        facts = facts_of(Interaction::update, std::string(target->type->name.text()));
        facts.id = EphiText(std::string(target->id));
    } else if (entry.method != fhir::BundleMethod::post) {
        return fail(Errc::not_supported, "of transaction entries only POST and PUT are offered");
    }
    if (!entry.if_none_exist.empty() || !entry.if_none_match.empty()) {
        return fail(Errc::not_supported, "conditional entries are not offered");
    }
    if (!entry.if_match.empty()) {
        facts.if_match = parse_entity_tag(entry.if_match);
        if (!facts.if_match) return fail(Errc::invalid, "ifMatch must be one ETag");
    }
    if (!entry.resource || entry.resource->type().name.text() != facts.type) {
        return fail(Errc::invalid, "an entry's resource does not fit its address");
    }
    bool const updates = facts.interaction == Interaction::update;
    if (updates && entry.resource->id() != RequestReader::id(facts.id)) {
        return fail(Errc::invalid, "the resource's id is not the one in the address");
    }
    facts.tenant = tenant_.name;
    facts.resource = entry.resource;
    facts.body = bundle.body;
    facts.full_url = std::move(entry.full_url);
    SALUS_TRY_VOID(locate(exchange, facts));
    return facts;
}

}  // namespace salus::operations
