// One FHIR R4 Consent (https://hl7.org/fhir/R4/consent.html) as rules: read strictly, because what
// is misunderstood must not widen. A consent with anything that changes its meaning and is not
// understood (a modifier extension, an unknown element, a malformed date, a base rule without a
// type) denies everything. A vocabulary that is not understood spoils only its element (Match).
//
// Holds codes and references, which are ePHI; `label` and paths are not. Thread safety: a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consent/provision.h"
#include "consent/settings.h"
#include "json/document.h"

namespace salus::consent {

// http://terminology.hl7.org/CodeSystem/consentscope, as far as it concerns access to records.
enum class Scope : std::uint8_t {
    privacy,
    research,  // requests for research alone
    other,     // a scope of somebody else's: its denials count, its permissions do not
};

struct Consent {
    std::string label;  // consent:#1f2e3d4c5b6a7988
    Scope scope = Scope::privacy;
    // Inactive: it says nothing any more, but was there.
    bool ended = false;
    bool verified = true;
    // The overarching policies that it agrees to: it permits no more than each of them.
    std::vector<OverarchingPolicy> policies;
    Provision base;

    // Whether the base rule permits: then nothing beyond what consents permit is implied.
    [[nodiscard]] bool grants() const noexcept { return base.permits; }
};

// Nothing: it is no rule about access (draft, proposed, rejected, entered in error; a scope of
// treatment or advance care directives).
[[nodiscard]] std::optional<Consent> read_consent(json::Value root,
                                                  ConsentSettings const& settings);

// What stands for a consent that cannot even be read.
[[nodiscard]] Consent unreadable_consent();

// Names a consent without its id, by the first 8 bytes of the SHA-256 of Consent/id.
[[nodiscard]] std::string label_of_consent(std::string_view id);

}  // namespace salus::consent
