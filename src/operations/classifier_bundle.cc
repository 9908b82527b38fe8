// https://hl7.org/fhir/R4/http.html#transaction: what the entries of a bundle ask for. Each is read
// as the request that it stands for, so it goes by the same routes and rules.
#include <algorithm>

#include "fhir/date_time.h"
#include "operations/classifier.h"
#include "operations/conditional_references.h"
#include "operations/request_reader.h"

namespace salus::operations {

using request::IntentFacts;
using request::Interaction;

namespace {

http::Method method_of(fhir::BundleMethod method) {
    switch (method) {
        case fhir::BundleMethod::get: return http::Method::get;
        case fhir::BundleMethod::head: return http::Method::head;
        case fhir::BundleMethod::post: return http::Method::post;
        case fhir::BundleMethod::put: return http::Method::put;
        case fhir::BundleMethod::patch: return http::Method::patch;
        case fhir::BundleMethod::erase: return http::Method::remove;
    }
    return http::Method::other;
}

bool is_read(fhir::BundleMethod method) {
    return method == fhir::BundleMethod::get || method == fhir::BundleMethod::head;
}

// request.url is relative to the base; the base itself may stand before it.
Result<std::string> target_of(request::Tenant const& tenant, std::string_view url) {
    auto const base = tenant.fhir_base() + "/";
    if (url.starts_with(base)) url.remove_prefix(base.size());
    if (url.starts_with('/')) url.remove_prefix(1);
    auto const path = url.substr(0, url.find('?'));
    if (path.empty() || path.find(':') != std::string_view::npos) {
        return fail(Errc::invalid, "request.url is not an address of this server");
    }
    return tenant.path + "/fhir/" + std::string(url);
}

// An instant, as RFC 9110 spells times in headers.
Result<std::string> http_date_of(std::string const& instant) {
    auto const time = fhir::parse_date_time(instant);
    if (!time) return fail(Errc::invalid, "ifModifiedSince is not an instant");
    return to_http_date(WallTime(std::chrono::nanoseconds(time->range.start)));
}

Result<http::Request> request_of(request::Tenant const& tenant, http::Request const& bundle,
                                 fhir::BundleEntry const& entry) {
    http::Request request;
    request.method = method_of(entry.method);
    request.version = bundle.version;
    request.authority = bundle.authority;
    request.peer = bundle.peer;
    request.received = bundle.received;
    SALUS_TRY(auto target, target_of(tenant, entry.url));
    request.target = EphiText(std::move(target));
    auto& headers = request.headers;
    headers.set("Accept", "application/fhir+json");
    headers.set("Content-Type", "application/fhir+json");
    headers.set("Prefer", bundle.headers.get("Prefer").value_or("return=minimal"));
    if (auto const agent = bundle.headers.get("User-Agent")) headers.set("User-Agent", *agent);
    if (!entry.if_match.empty()) headers.set("If-Match", entry.if_match);
    if (!entry.if_none_match.empty()) headers.set("If-None-Match", entry.if_none_match);
    if (!entry.if_none_exist.empty()) headers.set("If-None-Exist", entry.if_none_exist);
    if (!entry.if_modified_since.empty()) {
        SALUS_TRY(auto const date, http_date_of(entry.if_modified_since));
        headers.set("If-Modified-Since", date);
    }
    return request;
}

struct PatchContent {
    std::string type;
    std::string text;
};

// A patch in a bundle: JSON Patch travels in a Binary, FHIRPath Patch as Parameters
// (http.html#patch).
Result<PatchContent> patch_in(json::Value resource) {
    auto const type = resource.text_member("resourceType");
    if (type == "Parameters")
        return PatchContent{"application/fhir+json", std::string(resource.raw())};
    auto const content_type = resource.text_member("contentType");
    auto const data = from_base64(resource.text_member("data").value_or(""));
    if (type != "Binary" || !content_type || !data) {
        return fail(Errc::invalid, "a PATCH entry has a Binary or Parameters");
    }
    return PatchContent{*content_type, std::string(text_of(*data))};
}

Result<http::Request> batch_request(request::Tenant const& tenant, http::Request const& bundle,
                                    fhir::BatchEntry const& entry) {
    SALUS_TRY(auto request, request_of(tenant, bundle, entry.entry));
    if (!entry.resource) return request;
    if (entry.entry.method != fhir::BundleMethod::patch) {
        request.body = EphiText(std::string(entry.resource->raw()));
        return request;
    }
    SALUS_TRY(auto patch, patch_in(*entry.resource));
    request.headers.set("Content-Type", patch.type);
    request.body = EphiText(std::move(patch.text));
    return request;
}

bool may_stand_in_a_transaction(IntentFacts const& facts) {
    switch (facts.interaction) {
        case Interaction::read:
        case Interaction::vread:
        case Interaction::update:
        case Interaction::remove:
        case Interaction::patch:
        case Interaction::create:
        case Interaction::search_type:
        case Interaction::history_instance:
        case Interaction::everything:
        case Interaction::meta: return true;
        default: return false;
    }
}

std::unexpected<Error> refuse_entry(std::size_t position, Error error) {
    error.where.prepend_index(position);
    error.where.prepend("Bundle.entry");
    return fail(std::move(error));
}

}  // namespace

Result<void> Classifier::read_bundle(request::Exchange& exchange, IntentFacts& facts) {
    SALUS_TRY(auto document,
              fhir::Reader::parse_json(RequestReader::take_body(exchange.request), parser_));
    auto const root = document->root();
    if (!root.is_object() || root.text_member("resourceType") != "Bundle") {
        return fail(Errc::invalid, "a Bundle is expected here");
    }
    if (root.text_member("type") == "batch") {
        facts.interaction = Interaction::batch;
        exchange.facts.interaction = facts.interaction;
        return split_batch(exchange, root);
    }
    auto const definitions = profiles();
    SALUS_TRY(auto body, fhir::Reader::accept(std::move(document), definitions.get()));
    auto const shared = std::make_shared<fhir::Resource const>(std::move(body));
    facts.body = shared;
    facts.resource = shared->view();
    return {};
}

Result<void> Classifier::split_batch(request::Exchange& exchange, json::Value bundle) {
    SALUS_TRY(auto const entries, fhir::read_batch(bundle));
    if (entries.empty()) return fail(Errc::invalid, "a batch has entries");
    for (auto const& entry : entries) {
        request::EntryRequest answered;
        answered.position = exchange.entries.size();
        auto request = entry ? batch_request(tenant_, exchange.request, *entry)
                             : Result<http::Request>(fail(entry.error()));
        if (request) {
            answered.request = *std::move(request);
        } else {
            answered.refusal = std::move(request).error();
        }
        exchange.entries.push_back(std::move(answered));
    }
    return {};
}

Result<std::vector<request::Intent>> Classifier::entries_of(request::Exchange& exchange,
                                                            IntentFacts const& bundle) {
    std::vector<request::Intent> intents;
    if (!bundle.resource) return intents;
    SALUS_TRY(auto requests, fhir::read_requests(*bundle.resource));
    // Each entry is decided by itself; of nothing there would be nothing to decide (AZ-1).
    if (requests.entries.empty()) return fail(Errc::invalid, "a transaction has entries");
    intents.reserve(requests.entries.size());
    for (std::size_t i = 0; i < requests.entries.size(); ++i) {
        auto intent = entry_of(exchange, bundle, requests.entries[i], i);
        if (!intent) return refuse_entry(i, std::move(intent).error());
        intents.push_back(*std::move(intent));
    }
    SALUS_TRY_VOID(add_conditional_references(exchange, bundle, intents));
    return intents;
}

Result<request::Intent> Classifier::entry_of(request::Exchange& exchange, IntentFacts const& bundle,
                                             fhir::BundleEntry& entry, std::size_t position) {
    request::Exchange part;
    part.id = exchange.id;
    part.tenant = exchange.tenant;
    part.is_entry = true;
    part.facts.caller = exchange.facts.caller;
    SALUS_TRY(part.request, request_of(tenant_, exchange.request, entry));
    SALUS_TRY(auto const path, request::parse_target(RequestReader::target(part.request)));
    Segments segments(path.segments);
    segments = segments.subspan(tenant_.path.empty() ? 1 : 3);
    SALUS_TRY(auto facts, route_fhir(part, segments, path.query));
    SALUS_TRY_VOID(complete(part, facts));
    if (!may_stand_in_a_transaction(facts)) {
        return fail(Errc::not_supported, "this interaction does not stand in a transaction");
    }
    SALUS_TRY_VOID(take_entry_resource(facts, entry));
    facts.body = bundle.body;
    facts.full_url = std::move(entry.full_url);
    SALUS_TRY_VOID(locate(part, facts));
    if (is_read(entry.method)) {
        request::EntryRequest answered;
        answered.position = position;
        answered.request = std::move(part.request);
        exchange.entries.push_back(std::move(answered));
    }
    return request::Intent(std::move(facts));
}

Result<void> Classifier::take_entry_resource(IntentFacts& facts, fhir::BundleEntry& entry) {
    if (facts.interaction == Interaction::patch) {
        if (!entry.resource) return fail(Errc::invalid, "a PATCH entry has a Binary or Parameters");
        if (entry.resource->type().name == "Parameters") {
            SALUS_TRY(auto parameters, fhir::FhirPathPatch::parse(*entry.resource));
            facts.fhirpath_patch =
                std::make_shared<fhir::FhirPathPatch const>(std::move(parameters));
            return {};
        }
        SALUS_TRY(auto patch, patch_in(RequestReader::root(*entry.resource)));
        if (patch.type != "application/json-patch+json") {
            return fail(Errc::unsupported_media_type,
                        "a patch is application/json-patch+json or application/fhir+json");
        }
        SALUS_TRY(auto parsed, fhir::JsonPatch::parse(EphiText(std::move(patch.text)), parser_));
        facts.patch = std::make_shared<fhir::JsonPatch const>(std::move(parsed));
        return {};
    }
    bool const takes =
        facts.interaction == Interaction::create || facts.interaction == Interaction::update;
    if (!takes) {
        if (entry.resource)
            return fail(Errc::invalid, "an entry's resource does not fit its address");
        return {};
    }
    if (!entry.resource || entry.resource->type().name.text() != facts.type) {
        return fail(Errc::invalid, "an entry's resource does not fit its address");
    }
    facts.resource = entry.resource;
    bool const names_id = facts.interaction == Interaction::update && !facts.condition;
    if (names_id && entry.resource->id() != RequestReader::id(facts.id)) {
        return fail(Errc::invalid, "the resource's id is not the one in the address");
    }
    return {};
}

// A conditional reference is a search, and is decided as one (http.html#trules).
Result<void> Classifier::add_conditional_references(request::Exchange& exchange,
                                                    IntentFacts const& bundle,
                                                    std::vector<request::Intent>& intents) {
    std::vector<std::string> references;
    for (auto const& intent : intents) {
        if (!intent.facts().resource) continue;
        find_conditional_references(RequestReader::root(*intent.facts().resource), references);
        if (references.size() > limits::kConditionalReferences) {
            return fail(Errc::too_large, "too many conditional references");
        }
    }
    for (auto& reference : references) {
        request::Exchange part;
        part.facts.caller = exchange.facts.caller;
        auto const question = reference.find('?');
        IntentFacts facts;
        facts.interaction = Interaction::search_type;
        facts.type = reference.substr(0, question);
        SALUS_TRY_VOID(
            set_condition(part, facts, std::string_view(reference).substr(question + 1)));
        SALUS_TRY(auto search_facts, search(part, facts.type, {}, reference.substr(question + 1)));
        search_facts.tenant = tenant_.name;
        search_facts.body = bundle.body;
        search_facts.reference = EphiText(std::move(reference));
        intents.push_back(request::Intent(std::move(search_facts)));
    }
    return {};
}

}  // namespace salus::operations
