// What this server offers, in one table: the CapabilityStatement and the OpenAPI document are made
// of it, so that neither claims what the other does not (https://hl7.org/fhir/R4/http.html).
// Constants.
#pragma once

#include <span>

#include "foundation/literal.h"
#include "request/caller.h"
#include "request/interaction.h"

namespace salus::operations {

struct Offer {
    request::Interaction interaction;
    Literal method;  // as in OpenAPI: get, post, put, patch, delete
    Literal path;    // below the base; {type}, {id} and {version} stand for what they say
    Literal summary;
    Literal content;                        // media type of the body; empty: none
    std::span<Literal const> parameters{};  // query parameters and headers, by component
};

[[nodiscard]] std::span<Offer const> offers() noexcept;
// Whether the caller's scopes let this through; to who has no token everything is shown.
[[nodiscard]] bool offered_to(request::CallerFacts const& caller, request::Interaction interaction,
                              std::string_view type);

}  // namespace salus::operations
