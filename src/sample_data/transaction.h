// Transaction: a FHIR R4 transaction Bundle (https://hl7.org/fhir/R4/http.html#transaction) under
// construction: each entry is a POST with a urn:uuid fullUrl, by which the others refer to it.
// Thread safety: one thread at a time.
#pragma once

#include "sample_data/resource_text.h"

namespace salus::sample_data {

// What an entry of a type needs to know about itself.
struct EntryType {
    Literal resource_type;
    Literal profile;  // meta.profile, empty for none
};

class Transaction {
public:
    Transaction();

    // Between begin and end the caller writes the resource's members into text().
    void begin_entry(EntryType const& type, std::string_view uuid);
    void end_entry(EntryType const& type);
    [[nodiscard]] ResourceText& text() noexcept { return text_; }
    [[nodiscard]] std::size_t entries() const noexcept { return entries_; }

    // The finished Bundle.
    [[nodiscard]] std::string take() &&;

private:
    ResourceText text_;
    std::size_t entries_ = 0;
};

}  // namespace salus::sample_data
