// RecordRules: what the policy says of stored records by what they carry: their security labels
// (https://hl7.org/fhir/R4/security-labels.html, meta.security). Made by authorization, which
// cannot know a record's labels when it decides; asked by ResourceConstraints, so that a record
// which the policy withholds is not there for anything. Belongs to one request.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/strong_id.h"
#include "request/interaction.h"

namespace salus::request {

// Bit i: the record carries RecordRules::labels()[i].
using CarriedLabels = std::uint64_t;

class RecordRules {
public:
    static constexpr std::size_t kLabelsLargest = 64;

    RecordRules() = default;
    RecordRules(RecordRules const&) = delete;
    RecordRules& operator=(RecordRules const&) = delete;
    virtual ~RecordRules() = default;

    // Codes that rules name. No other label changes what they say.
    [[nodiscard]] virtual std::vector<std::string> const& labels() const noexcept = 0;
    // Whether labels change nothing: all records of this type are left for what has no parts.
    [[nodiscard]] virtual bool leave_all(Interaction part, std::string_view type) const = 0;
    // Whether a record of this type in this compartment, with these labels, is left for what has no
    // parts (parts_of).
    [[nodiscard]] virtual bool leave(Interaction part, std::string_view type,
                                     CompartmentId const& compartment,
                                     CarriedLabels carried) const = 0;
};

}  // namespace salus::request
