// Sensitivity labels: how delicate a resource is, from its meta.security and, since most records
// come unlabelled, from the codes in it (sensitivity_table.h). Confidentiality is an order and
// works as a high water mark (https://hl7.org/fhir/R4/consent-definitions.html,
// provision.securityLabel); sensitivities are what it is about, and are subsumed by broader ones.
//
// Thread safety: values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/implied_labels.h"
#include "fhir/resource.h"

namespace salus::consent {

// Of a Coding. Without a system, `system` is empty.
struct Code {
    std::string system;
    std::string code;
    friend auto operator<=>(Code const&, Code const&) = default;
};

inline constexpr std::string_view kActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
inline constexpr std::string_view kConfidentialityCodes =
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

// v3-Confidentiality: U, L, M, N, R, V.
enum class Confidentiality : std::uint8_t {
    unrestricted,
    low,
    moderate,
    normal,
    restricted,
    very_restricted,
};
[[nodiscard]] std::optional<Confidentiality> confidentiality_of(Code const& code);

// A code of v3-ActCode. Obligations and policies among them count as sensitivities, too.
[[nodiscard]] std::optional<std::string> sensitivity_of(Code const& code);

struct Labels {
    // Codes of v3-ActCode, sorted, each once. One that is not known here counts, too.
    std::vector<std::string> sensitivities;
    // Normal unless something says more; whatever is sensitive is restricted at least.
    Confidentiality confidentiality = Confidentiality::normal;

    // The small set that policies speak of: known sensitivities, and R or V. Sorted.
    [[nodiscard]] std::vector<std::string> codes() const;
};

// What a code of a terminology makes sensitive (sensitivity_table.h), with the broader ones: STD,
// SEX. Empty: nothing.
[[nodiscard]] std::vector<std::string_view> sensitivities_of(std::string_view system,
                                                             std::string_view code);
// The same as a map for index entries. Its digest changes with the table.
[[nodiscard]] fhir::LabelMap const& label_map();

// `marks`: meta.security; one without code or system makes very restricted. `mentions`: the
// codes in the resource, from which sensitivities are derived.
[[nodiscard]] Labels labels_from(std::span<Code const> marks, std::span<Code const> mentions);
[[nodiscard]] Labels labels_of(fhir::ResourceView const& resource, EphiAccess const& access);

// Whether the broader sensitivity covers the other one: itself, and ETH covers ETHUD.
[[nodiscard]] bool covers(std::string_view broader, std::string_view sensitivity);
// A permission for something broader does not release it: records of a substance use disorder
// programme (42 CFR 2.31) and psychotherapy notes (45 CFR 164.508(a)(2)).
[[nodiscard]] bool must_be_named(std::string_view sensitivity);

}  // namespace salus::consent
