#include "operations/offers.h"

#include <algorithm>
#include <array>

namespace salus::operations {
namespace {

using request::Interaction;

constexpr Literal kFhir = "application/fhir+json";
constexpr Literal kForm = "application/x-www-form-urlencoded";

constexpr std::array<Literal, 5> kReading{"_elements", "_summary", "_pretty", "If-None-Match",
                                          "If-Modified-Since"};
constexpr std::array<Literal, 3> kShape{"_elements", "_summary", "_pretty"};
constexpr std::array<Literal, 5> kHistory{"_count", "_since", "_at", "_cursor", "_pretty"};
constexpr std::array<Literal, 7> kEverything{"start",  "end",     "_since", "_type",
                                             "_count", "_cursor", "_pretty"};
constexpr std::array<Literal, 2> kCreating{"If-None-Exist", "Prefer"};
constexpr std::array<Literal, 3> kWriting{"If-Match", "If-None-Match", "Prefer"};
constexpr std::array<Literal, 3> kConditional{"If-Match", "Prefer", "criteria"};
constexpr std::array<Literal, 1> kMatching{"If-Match"};
constexpr std::array<Literal, 2> kDeleting{"If-Match", "criteria"};
constexpr std::array<Literal, 1> kSearching{"criteria"};
constexpr std::array<Literal, 1> kBundles{"Prefer"};
constexpr std::array<Literal, 7> kAuditSearch{
    "date", "patient", "agent-identifier", "entity-identifier", "outcome", "_count", "_cursor"};
constexpr std::array<Literal, 4> kAccounting{"start", "end", "exempt", "_format"};
constexpr std::array<Literal, 3> kAccessReport{"start", "end", "_format"};

constexpr auto kOffers = std::to_array<Offer>({
    {Interaction::read, "get", "/{type}/{id}", "Read a resource", {}, kReading},
    {Interaction::vread, "get", "/{type}/{id}/_history/{version}", "Read a version", {}, kShape},
    {Interaction::history_instance,
     "get",
     "/{type}/{id}/_history",
     "The versions of a resource, newest first",
     {},
     kHistory},
    {Interaction::history_type,
     "get",
     "/{type}/_history",
     "The versions of all resources of a type, the last one first",
     {},
     kHistory},
    {Interaction::history_system,
     "get",
     "/_history",
     "The versions of all resources, the last one first",
     {},
     kHistory},
    {Interaction::update, "put", "/{type}/{id}", "Update a resource, or create it under this id",
     kFhir, kWriting},
    {Interaction::update, "put", "/{type}", "Update the one resource that matches", kFhir,
     kConditional},
    {Interaction::patch, "patch", "/{type}/{id}", "Change parts of a resource",
     "application/json-patch+json", kWriting},
    {Interaction::patch, "patch", "/{type}", "Change parts of the one resource that matches",
     "application/json-patch+json", kConditional},
    {Interaction::remove, "delete", "/{type}/{id}", "Delete a resource", {}, kMatching},
    {Interaction::remove,
     "delete",
     "/{type}",
     "Delete the one resource that matches",
     {},
     kDeleting},
    {Interaction::create, "post", "/{type}", "Create a resource", kFhir, kCreating},
    {Interaction::search_type, "get", "/{type}", "Search", {}, kSearching},
    {Interaction::search_type,
     "post",
     "/{type}/_search",
     "Search, parameters in the form",
     kForm,
     {}},
    {Interaction::search_type,
     "get",
     "/Patient/{id}/{type}",
     "Search in a patient's compartment",
     {},
     kSearching},
    {Interaction::search_type,
     "post",
     "/Patient/{id}/{type}/_search",
     "Search in a patient's compartment, parameters in the form",
     kForm,
     {}},
    {Interaction::search_type,
     "get",
     "/Patient/{id}/*",
     "Search all types in a patient's compartment",
     {},
     kSearching},
    {Interaction::validate,
     "post",
     "/{type}/$validate",
     "What is wrong with a resource",
     kFhir,
     {}},
    {Interaction::validate,
     "post",
     "/{type}/{id}/$validate",
     "What would be wrong with an update",
     kFhir,
     {}},
    {Interaction::everything,
     "get",
     "/Patient/{id}/$everything",
     "Everything about a patient",
     {},
     kEverything},
    {Interaction::meta, "get", "/{type}/{id}/$meta", "Profiles, tags and security labels", {}, {}},
    {Interaction::meta_add, "post", "/{type}/{id}/$meta-add", "Add profiles, tags and labels",
     kFhir, kMatching},
    {Interaction::meta_delete, "post", "/{type}/{id}/$meta-delete",
     "Remove profiles, tags and labels", kFhir, kMatching},
    {Interaction::audit_search,
     "get",
     "/AuditEvent",
     "Search the audit log, newest first",
     {},
     kAuditSearch},
    {Interaction::audit_event, "get", "/AuditEvent/{leaf}", "An event of the audit log", {}, {}},
    {Interaction::accounting,
     "get",
     "/Patient/{id}/$accounting",
     "The accounting of disclosures (45 CFR 164.528)",
     {},
     kAccounting},
    {Interaction::access_report,
     "get",
     "/Patient/{id}/$access-report",
     "Every access to a patient's records",
     {},
     kAccessReport},
    {Interaction::transaction, "post", "/", "A transaction or a batch", kFhir, kBundles},
    {Interaction::capabilities, "get", "/metadata", "The CapabilityStatement", {}, {}},
    {Interaction::capabilities,
     "get",
     "/OperationDefinition/Patient-accounting",
     "The definition of $accounting",
     {},
     {}},
    {Interaction::capabilities,
     "get",
     "/OperationDefinition/Patient-access-report",
     "The definition of $access-report",
     {},
     {}},
    {Interaction::open_api, "get", "/openapi.json", "This document", {}, {}},
});

}  // namespace

std::span<Offer const> offers() noexcept {
    return kOffers;
}

bool offered_to(request::CallerFacts const& caller, Interaction interaction,
                std::string_view type) {
    // What is of the audit log is not stored, and the other way round.
    bool const is_view =
        interaction == Interaction::audit_search || interaction == Interaction::audit_event;
    if (type == "AuditEvent" && !is_view && interaction != Interaction::validate) return false;
    if (is_view && type != "AuditEvent") return false;
    if (caller.anonymous) return true;
    bool const broad =
        interaction == Interaction::history_type || interaction == Interaction::history_system;
    if (broad && !request::spans_patients(caller.scopes)) return false;
    return std::ranges::all_of(request::parts_of(interaction), [&](Interaction part) {
        return std::ranges::any_of(caller.scopes, [&](request::Scope const& scope) {
            return request::allows(scope, part, type);
        });
    });
}

}  // namespace salus::operations
