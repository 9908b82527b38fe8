// What a request's headers and body say: conditions, resources, patches, parameters of operations.
#include <algorithm>

#include "fhir/compartment.h"
#include "operations/classifier.h"
#include "operations/parameters.h"
#include "operations/preconditions.h"
#include "operations/request_reader.h"

namespace salus::operations {

using request::IntentFacts;
using request::Interaction;

namespace {

bool takes_resource(Interaction interaction) {
    return interaction == Interaction::create || interaction == Interaction::update;
}

// A POST whose content is read elsewhere: forms, packages, what is to be validated.
bool takes_form(IntentFacts const& facts, http::Method method) {
    auto const family = request::form_of(facts.interaction).family;
    return family == request::Family::token || family == request::Family::page ||
           facts.interaction == Interaction::user_info ||
           facts.interaction == Interaction::launch_open ||
           facts.interaction == Interaction::user_add ||
           facts.interaction == Interaction::user_change ||
           facts.interaction == Interaction::client_add ||
           facts.interaction == Interaction::custodians_set ||
           facts.interaction == Interaction::proposal_draft ||
           facts.interaction == Interaction::proposal_add ||
           facts.interaction == Interaction::ballot_add ||
           facts.interaction == Interaction::hold_place ||
           facts.interaction == Interaction::definitions_load ||
           facts.interaction == Interaction::key_rotation ||
           facts.interaction == Interaction::backup_begin ||
           facts.interaction == Interaction::backup_drill_report ||
           facts.interaction == Interaction::policy_explain ||
           facts.interaction == Interaction::policy_propose ||
           facts.interaction == Interaction::policy_replay ||
           facts.interaction == Interaction::policy_approve ||
           facts.interaction == Interaction::policy_activate ||
           facts.interaction == Interaction::access_evaluation ||
           facts.interaction == Interaction::access_evaluations ||
           facts.interaction == Interaction::validate ||
           (facts.interaction == Interaction::search_type && method == http::Method::post);
}

// The primitive value[x] of a parameter, as a query string would spell it.
std::optional<std::string> value_of(json::Value parameter) {
    for (auto const member : parameter.members()) {
        if (!member.name().starts_with("value")) continue;
        if (member.value.is_string()) return member.value.text();
        if (member.value.is_number()) return std::string(member.value.raw());
    }
    return std::nullopt;
}

}  // namespace

Result<void> Classifier::complete(request::Exchange& exchange, IntentFacts& facts) {
    facts.tenant = tenant_.name;
    SALUS_TRY_VOID(read_preconditions(exchange.request, facts));
    if (exchange.request.headers.count("If-None-Exist") == 0) return {};
    auto const criteria = exchange.request.headers.get("If-None-Exist");
    if (!criteria || facts.interaction != Interaction::create) {
        return fail(Errc::invalid, "one If-None-Exist, on a create only");
    }
    auto query = *criteria;
    auto const question = query.find('?');
    if (question != std::string_view::npos) query.remove_prefix(question + 1);
    return set_condition(exchange, facts, query);
}

Result<void> Classifier::set_condition(request::Exchange& exchange, IntentFacts& facts,
                                       std::string_view query) {
    SALUS_TRY(auto parameters, request::parse_form(query));
    SALUS_TRY_VOID(take_presentation(parameters, facts));
    if (parameters.empty()) {
        return fail(Errc::precondition_failed, "a conditional interaction needs its criteria");
    }
    bool const shapes = std::ranges::any_of(
        parameters, [](auto const& parameter) { return shapes_a_search(parameter.name); });
    if (shapes) return fail(Errc::invalid, "a condition has search criteria only");
    auto criteria = canonical(std::move(parameters));
    SALUS_TRY(auto condition, search(exchange, facts.type, {}, criteria));
    condition.tenant = tenant_.name;
    exchange.facts.interaction = facts.interaction;
    if (facts.interaction != Interaction::create) {
        facts.compartment = condition.compartment;
        facts.patient_compartment = condition.patient_compartment;
    }
    facts.criterion = EphiText(facts.type + "?" + criteria);
    facts.condition = std::make_shared<IntentFacts const>(std::move(condition));
    return {};
}

Result<void> Classifier::read_body(request::Exchange& exchange, IntentFacts& facts) {
    bool const posts = exchange.request.method == http::Method::post;
    bool const operates = facts.interaction == Interaction::meta_add ||
                          facts.interaction == Interaction::meta_delete ||
                          facts.interaction == Interaction::everything ||
                          facts.interaction == Interaction::meta;
    bool const patches = facts.interaction == Interaction::patch;
    bool const bundles = facts.interaction == Interaction::transaction;
    if (!takes_resource(facts.interaction) && !patches && !bundles && !(operates && posts)) {
        if (!takes_form(facts, exchange.request.method) && !exchange.request.body.empty()) {
            return fail(Errc::invalid, "this request takes no content");
        }
        return {};
    }
    // Nothing of an anonymous caller is parsed: strangers get no work done.
    if (exchange.facts.caller->anonymous()) return {};
    if (patches) return read_patch(exchange, facts);
    if (operates) return read_operation_body(exchange, facts);
    SALUS_TRY_VOID(check_resource_content_type(exchange.request));
    return bundles ? read_bundle(exchange, facts) : read_resource(exchange, facts);
}

Result<void> Classifier::read_resource(request::Exchange& exchange, IntentFacts& facts) {
    auto const definitions = profiles();
    SALUS_TRY(auto body, fhir::Reader::parse(RequestReader::take_body(exchange.request), parser_,
                                             definitions.get()));
    auto const shared = std::make_shared<fhir::Resource const>(std::move(body));
    facts.body = shared;
    facts.resource = shared->view();
    if (shared->type().name.text() != facts.type) {
        return fail(Errc::invalid, "the resource is of another type");
    }
    bool const names_id = facts.interaction == Interaction::update && !facts.condition;
    if (names_id && shared->id() != RequestReader::id(facts.id)) {
        return fail(Errc::invalid, "the resource's id is not the one in the address");
    }
    return {};
}

Result<void> Classifier::read_patch(request::Exchange& exchange, IntentFacts& facts) {
    auto const format = patch_format_of(exchange.request);
    if (format == PatchFormat::other) {
        return fail(Errc::unsupported_media_type,
                    "a patch is application/json-patch+json or application/fhir+json");
    }
    auto body = RequestReader::take_body(exchange.request);
    if (format == PatchFormat::fhirpath_patch) {
        SALUS_TRY(auto parameters, fhir::Reader::parse(std::move(body), parser_));
        SALUS_TRY(auto patch, fhir::FhirPathPatch::parse(std::move(parameters)));
        facts.fhirpath_patch = std::make_shared<fhir::FhirPathPatch const>(std::move(patch));
        return {};
    }
    SALUS_TRY(auto patch, fhir::JsonPatch::parse(std::move(body), parser_));
    facts.patch = std::make_shared<fhir::JsonPatch const>(std::move(patch));
    return {};
}

// The Parameters of $meta-add and $meta-delete; those of $everything stand for a query string.
Result<void> Classifier::read_operation_body(request::Exchange& exchange, IntentFacts& facts) {
    bool const changes = request::is_write(facts.interaction);
    if (exchange.request.body.empty() && !changes) return {};
    SALUS_TRY_VOID(check_resource_content_type(exchange.request));
    SALUS_TRY(auto body, fhir::Reader::parse(RequestReader::take_body(exchange.request), parser_));
    if (body.type().name != "Parameters")
        return fail(Errc::invalid, "Parameters are expected here");
    auto const shared = std::make_shared<fhir::Resource const>(std::move(body));
    if (changes) {
        facts.body = shared;
        facts.resource = shared->view();
        return {};
    }
    std::vector<request::Parameter> parameters;
    auto const list = RequestReader::root(shared->view()).member("parameter");
    if (!list) return {};
    for (auto const each : list->elements()) {
        auto value = value_of(each);
        if (!value) return fail(Errc::invalid, "a parameter has no simple value");
        parameters.push_back({each.text_member("name").value_or(""), *std::move(value)});
    }
    if (!RequestReader::id(facts.query_text).empty()) {
        return fail(Errc::invalid,
                    "parameters stand in the address or in the content, not in both");
    }
    auto const query = canonical(parameters);
    SALUS_TRY_VOID(take_presentation(parameters, facts));
    SALUS_TRY_VOID(read_shape(parameters, facts));
    facts.query_text = EphiText(query);
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
    // Who cares for the patient of a new resource may make it: its content says who that is.
    if (facts.interaction == Interaction::create && facts.resource && facts.type != "Patient") {
        SALUS_TRY(auto const patient, fhir::patient_of(*facts.resource));
        if (patient) facts.compartment = records_.addressing().patient_compartment(*patient);
        if (patient) return {};
        // What is about records can stand with the caller's own patient only, or is refused.
        SALUS_TRY(auto const records, fhir::records_about(*facts.resource));
        if (!records.empty())
            facts.compartment = exchange.facts.caller->facts().patient_compartment;
        return {};
    }
    if (!exchange.facts.caller->facts().patient_compartment) return {};
    if (!facts.id.empty()) {
        SALUS_TRY(auto const current, records_.current(facts.type, RequestReader::id(facts.id)));
        if (current) facts.compartment = current->compartment;
    }
    return {};
}

}  // namespace salus::operations
