#include "request/purpose_of_use.h"

#include <array>

namespace salus::request {
namespace {

struct Code {
    PurposeOfUse value;
    Literal code;
};

constexpr std::array<Code, 8> kCodes{{
    {PurposeOfUse::treatment, "TREAT"},
    {PurposeOfUse::emergency, "ETREAT"},
    {PurposeOfUse::payment, "HPAYMT"},
    {PurposeOfUse::operations, "HOPERAT"},
    {PurposeOfUse::patient_request, "PATRQT"},
    {PurposeOfUse::research, "HRESCH"},
    {PurposeOfUse::public_health, "PUBHLTH"},
    {PurposeOfUse::system_administration, "SYSADMIN"},
}};

constexpr auto kAllPurposes = [] {
    std::array<PurposeOfUse, kCodes.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = kCodes[i].value;
    return all;
}();

}  // namespace

std::span<PurposeOfUse const> all_purposes() noexcept {
    return kAllPurposes;
}

Literal code_of(PurposeOfUse purpose) noexcept {
    for (auto const& [value, code] : kCodes) {
        if (value == purpose) return code;
    }
    return "";
}

std::optional<PurposeOfUse> purpose_of_code(std::string_view code) noexcept {
    for (auto const& [value, known] : kCodes) {
        if (known.text() == code) return value;
    }
    return std::nullopt;
}

}  // namespace salus::request
