// The versions of documents that a leaf names: the elements of "res" (docs/formats/audit-log.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "json/document.h"

namespace salus::audit {

struct NamedVersion {
    std::string type;
    Address address;
    std::uint64_t version = 0;
    std::optional<crypto::Sha256Digest> stored;  // of the sealed bytes; absent: none were touched
};

// Of a leaf's "what"; empty when it names none. Errc::corrupt for what no leaf of ours says.
[[nodiscard]] Result<std::vector<NamedVersion>> named_versions(json::Value what);
// A compartment, 32 hexadecimal digits; nothing if the member is absent or anything else.
[[nodiscard]] std::optional<CompartmentId> named_patient(json::Value what);

// The same, of its canonical text, without parsing it; for who reads every leaf.
[[nodiscard]] std::optional<CompartmentId> patient_in(std::string_view what);

}  // namespace salus::audit
