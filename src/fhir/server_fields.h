// The form in which a resource is stored: minified, with id, meta.versionId and meta.lastUpdated
// set by the server (https://hl7.org/fhir/R4/http.html#create, #update), references to other
// entries of a transaction rewritten (http.html#trules), and everything else byte for byte as it
// was sent: numbers are never re-spelled. Thread safety: pure functions over values.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include "fhir/resource.h"
#include "foundation/clock.h"
#include "foundation/ephi.h"

namespace salus::fhir {

struct ServerFields {
    std::string id;
    std::string version_id;
    WallTime last_updated;
};

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};
// From an entry's fullUrl to what it is called after the transaction: Type/id.
using ReferenceMap = std::unordered_map<std::string, std::string, TextHash, std::equal_to<>>;

// Members in the order resourceType, id, meta, then as sent. A value is rewritten if it equals a
// fullUrl and is Reference.reference, or an element of type uri, url, oid or uuid, or the target
// of a link or image in a narrative.
[[nodiscard]] EphiText stored_form(ResourceView const& resource, ServerFields const& fields,
                                   ReferenceMap const& references = {});

}  // namespace salus::fhir
