#include "operations/offers.h"

#include <algorithm>
#include <array>

namespace salus::operations {
namespace {

using request::Interaction;

constexpr Literal kFhir = "application/fhir+json";
// Or a FHIRPath Patch, as FHIR's own form.
constexpr Literal kJsonPatch = "application/json-patch+json";
constexpr Literal kForm = "application/x-www-form-urlencoded";

constexpr std::array<Literal, 6> kReading{"_elements", "_summary",      "_format",
                                          "_pretty",   "If-None-Match", "If-Modified-Since"};
constexpr std::array<Literal, 4> kShape{"_elements", "_summary", "_format", "_pretty"};
constexpr std::array<Literal, 8> kVersions{"_elements", "_summary", "_count",  "_since",
                                           "_at",       "_cursor",  "_format", "_pretty"};
constexpr std::array<Literal, 6> kHistory{"_count",  "_since",  "_at",
                                          "_cursor", "_format", "_pretty"};
constexpr std::array<Literal, 8> kEverything{"start",  "end",     "_since",  "_type",
                                             "_count", "_cursor", "_format", "_pretty"};
constexpr std::array<Literal, 2> kPresentation{"_format", "_pretty"};
constexpr std::array<Literal, 2> kValidating{"mode", "profile"};
constexpr std::array<Literal, 2> kCreating{"If-None-Exist", "Prefer"};
constexpr std::array<Literal, 3> kUpdating{"If-Match", "If-None-Match", "Prefer"};
constexpr std::array<Literal, 2> kPatching{"If-Match", "Prefer"};
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
     kVersions},
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
     kFhir, kUpdating},
    {Interaction::update, "put", "/{type}", "Update the one resource that matches", kFhir,
     kConditional},
    {Interaction::patch, "patch", "/{type}/{id}", "Change parts of a resource", kJsonPatch,
     kPatching},
    {Interaction::patch, "patch", "/{type}", "Change parts of the one resource that matches",
     kJsonPatch, kConditional},
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
    {Interaction::search_type,
     "post",
     "/Patient/{id}/*/_search",
     "Search all types in a patient's compartment, parameters in the form",
     kForm,
     {}},
    {Interaction::validate, "post", "/{type}/$validate", "What is wrong with a resource", kFhir,
     kValidating},
    {Interaction::validate, "post", "/{type}/{id}/$validate", "What would be wrong with an update",
     kFhir, kValidating},
    {Interaction::everything,
     "get",
     "/Patient/{id}/$everything",
     "Everything about a patient",
     {},
     kEverything},
    {Interaction::everything,
     "post",
     "/Patient/{id}/$everything",
     "Everything about a patient, asked for by POST",
     {},
     kEverything},
    {Interaction::meta,
     "get",
     "/{type}/{id}/$meta",
     "Profiles, tags and security labels",
     {},
     kPresentation},
    {Interaction::meta,
     "get",
     "/{type}/{id}/_history/{version}/$meta",
     "Those of a version",
     {},
     kPresentation},
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
    {Interaction::capabilities, "get", "/metadata", "The CapabilityStatement", {}, kPresentation},
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
