// This room's own documents: sealed, in the tenant's identity compartment, with their history.
#pragma once

#include <optional>
#include <string>

#include "records/records.h"
#include "request/prepared.h"

namespace salus::admin {

struct StoredText {
    std::string text;
    std::uint64_t version = 0;  // 0: there is none
};

[[nodiscard]] Result<StoredText> read_document(records::Records& records,
                                               records::DocumentClass document_class,
                                               std::string_view type, std::string_view id);

struct NewVersion {
    records::DocumentClass document_class = records::DocumentClass::key_governance;
    std::string type;
    std::string id;
    std::uint64_t version = 1;  // one more than the stored one
    std::string text;
};
// Adds the version to what the answer commits and to what its record names.
[[nodiscard]] Result<void> add_document(request::Prepared& prepared, records::Records& records,
                                        NewVersion document, WallTime when);

// An answer in JSON without ePHI.
[[nodiscard]] request::Prepared json_answer(std::string text, int status = 200);

}  // namespace salus::admin
