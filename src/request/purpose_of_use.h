// HL7 v3 PurposeOfUse codes (http://terminology.hl7.org/CodeSystem/v3-ActReason): why data is asked
// for. AZ-4: every request has exactly one, bound into the token.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "foundation/literal.h"

namespace salus::request {

enum class PurposeOfUse : std::uint8_t {
    treatment,              // TREAT
    payment,                // HPAYMT
    operations,             // HOPERAT
    patient_request,        // PATRQT
    research,               // HRESCH
    public_health,          // PUBHLTH
    emergency,              // ETREAT
    system_administration,  // SYSADMIN
};

[[nodiscard]] std::span<PurposeOfUse const> all_purposes() noexcept;
[[nodiscard]] Literal code_of(PurposeOfUse purpose) noexcept;
[[nodiscard]] std::optional<PurposeOfUse> purpose_of_code(std::string_view code) noexcept;

}  // namespace salus::request
