// https://hl7.org/fhir/R4/http.html#search: the part of the Classifier that reads searches.
#include <algorithm>

#include "fhir/lexical.h"
#include "fhir/profiles/loaded_definitions.h"
#include "fhir/reference.h"
#include "fhir/search_criteria.h"
#include "fhir/search_names.h"
#include "operations/classifier.h"
#include "operations/own_address.h"
#include "operations/parameters.h"
#include "operations/preconditions.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using request::IntentFacts;
using request::Interaction;
using request::SummaryForm;

// The one patient that `patient` or `subject` names; an alternative or anything else is no
// compartment.
std::optional<std::string> patient_named(std::vector<request::Parameter> const& parameters) {
    for (auto const& [name, value] : parameters) {
        bool const only_patients =
            name == "patient" || name == "patient:Patient" || name == "subject:Patient";
        if (only_patients && fhir::is_id(value)) return value;
        if (!only_patients && name != "subject") continue;
        auto const reference = fhir::parse_local_reference(value);
        if (reference && reference->type->name == "Patient" && reference->version.empty())
            return std::string(reference->id);
    }
    return std::nullopt;
}

SummaryForm summary_form(fhir::Summary summary) {
    switch (summary) {
        case fhir::Summary::yes: return SummaryForm::summary;
        case fhir::Summary::text: return SummaryForm::text;
        case fhir::Summary::data: return SummaryForm::data;
        case fhir::Summary::no:
        case fhir::Summary::count: break;
    }
    return SummaryForm::none;
}

void shape_search(IntentFacts& facts) {
    for (auto const element : facts.query->elements()) {
        facts.elements.names.emplace_back(element.text());
    }
    facts.elements.summary = summary_form(facts.query->summary());
}

// What a value says by an address of ours it says as Type/id, too. Both are looked for, since
// references are stored as they were sent; only those to patients are never addresses.
std::string with_local_references(std::string_view value, std::string_view base,
                                  std::string_view modifier) {
    std::string all;
    for (auto const part : fhir::split_values(value, ',')) {
        if (!all.empty()) all.push_back(',');
        auto const local = local_part(part, base);
        auto const named =
            local.size() == part.size() ? std::nullopt : fhir::parse_local_reference(local);
        bool const ours = named && named->version.empty();
        all += ours ? local : part;
        if (ours && modifier.empty() && named->type->name != "Patient")
            all.append(",").append(part);
    }
    return all;
}

// Of parameters that are references and ask for them by what they say.
void localize(fhir::Type const& searched, fhir::LoadedParameters const* loaded,
              std::string_view base, std::vector<request::Parameter>& parameters) {
    for (auto& [name, value] : parameters) {
        auto const colon = std::min(name.find(':'), name.size());
        auto const modifier = std::string_view(name).substr(std::min(colon + 1, name.size()));
        auto const known = fhir::find_known(searched, name.substr(0, colon), loaded);
        bool const plain = modifier.empty() || fhir::is_resource_type(modifier);
        if (!known || known->type != fhir::ParameterType::reference || !plain) continue;
        if (value.find("://") == std::string::npos) continue;
        value = with_local_references(value, base, modifier);
    }
}

// What is left of the query when the ignored parameters are taken out.
std::string applied(std::vector<fhir::SearchQuery::Parameter> const& pairs,
                    std::span<std::size_t const> ignored) {
    std::string text;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (std::ranges::find(ignored, i) != ignored.end()) continue;
        if (!text.empty()) text.push_back('&');
        text += request::percent_encode(pairs[i].first) + "=" +
                request::percent_encode(pairs[i].second);
    }
    return text;
}

}  // namespace

Result<IntentFacts> Classifier::search_by_form(request::Exchange& exchange, std::string const& type,
                                               std::string const& patient, std::string_view query) {
    if (exchange.request.method != http::Method::post)
        return fail(Errc::method_not_allowed, "this address does not offer this method");
    auto const& sent = exchange.request;
    // Without a form the parameters stand in the address alone (search.html#Introduction).
    bool const nothing = sent.body.empty() && sent.headers.count("Content-Type") == 0;
    if (!nothing) SALUS_TRY_VOID(check_form_content_type(sent));
    auto all = std::string(query);
    auto const form = RequestReader::form(exchange.request);
    if (!all.empty() && !form.empty()) all.push_back('&');
    all += form;
    return search(exchange, type, patient, all);
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
    IntentFacts facts;
    facts.interaction = Interaction::search_type;
    facts.type = type;
    exchange.facts.interaction = facts.interaction;
    exchange.facts.type = type;
    Cursor cursor{type, patient, std::string(query), {}};
    auto handling = search_handling(exchange.request);
    if (parameters.size() == 1 && parameters[0].name == "_cursor") {
        SALUS_TRY(cursor, open_cursor(exchange, type, parameters[0].value));
        // A path that names a patient is not answered with another one's data.
        if (!patient.empty() && cursor.patient != patient) {
            return fail(Errc::invalid, "the cursor is not one of ours");
        }
        SALUS_TRY(parameters, request::parse_form(cursor.query));
        SALUS_TRY(facts.after, fhir::decode_place(cursor.place));
        handling = fhir::Handling::strict;
    }
    SALUS_TRY_VOID(take_presentation(parameters, facts));
    // No type is all types.
    auto const& searched = *fhir::find_type(type.empty() ? "Resource" : type);
    auto loaded = tenant_.definitions != nullptr ? tenant_.definitions->parameters() : nullptr;
    localize(searched, loaded.get(), tenant_.fhir_base(), parameters);
    std::vector<fhir::SearchQuery::Parameter> pairs;
    pairs.reserve(parameters.size());
    for (auto const& [name, value] : parameters) pairs.emplace_back(name, value);
    SALUS_TRY(facts.query,
              fhir::SearchQuery::parse(searched, pairs, clock_.now(), handling, std::move(loaded)));
    shape_search(facts);
    facts.parameters_ignored = !facts.query->ignored().empty();
    if (facts.parameters_ignored) cursor.query = applied(pairs, facts.query->ignored());

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
    return facts;
}

}  // namespace salus::operations
