// Staging a write: the stored form of a resource, its compartment, its index entry and tokens,
// sealed. Shared by create, update, delete and transaction.
#pragma once

#include <map>
#include <string>

#include "fhir/server_fields.h"
#include "operations/context.h"

namespace salus::operations {

// Where what a transaction has written stands, by Type/id.
using WrittenPlaces = std::map<std::string, CompartmentId, std::less<>>;

struct Staging {
    request::Interaction interaction;  // whose scopes must leave what it makes and replaces
    fhir::ResourceView resource;
    std::string id;
    std::uint64_t version = 1;
    Literal action;  // "create" or "update", for the audit leaf
    WallTime when{};
    fhir::ReferenceMap const& references;  // of a transaction; empty otherwise
    request::CallerFacts const& caller;
    WrittenPlaces const* written = nullptr;  // by the transaction before; nullptr: none
};

struct Staged {
    store::Write write;
    request::Touched touched;
    EphiText text;  // the stored form, for the answer
};

// Errc::forbidden, Errc::not_found: out of reach (PermittedRecords::seal). Errc::unprocessable:
// what the resource is about does not tell whose it is (place.h).
[[nodiscard]] Result<Staged> stage(Context const& context, Staging const& staging);
// The version that marks a deletion.
[[nodiscard]] Result<Staged> stage_deletion(Context const& context, std::string_view type,
                                            std::string_view id, store::Current const& current);

}  // namespace salus::operations
