// For this room's tests: consents and resources from text, and the tables under cases/, in which a
// privacy officer can read what is decided. Included by tests only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consent/consent_rules.h"
#include "fhir/material_for_test.h"

namespace salus::consent::testing {

// 2026-06-01T12:00:00Z
inline constexpr WallTime kNow{std::chrono::seconds(1'780'315'200)};

inline EphiAccess access() {
    return salus::testing::EphiTestAccess::access();
}

// Keeps the resources that the views are of.
class Consents {
public:
    void add(std::string text) { resources_.push_back(fhir::resource_of(std::move(text))); }
    [[nodiscard]] ConsentRules rules(ConsentSettings settings = {},
                                     std::size_t unreadable = 0) const {
        std::vector<fhir::ResourceView> views;
        views.reserve(resources_.size());
        for (auto const& each : resources_) views.push_back(each.view());
        return ConsentRules::of(views, std::move(settings), access(), unreadable);
    }

private:
    std::vector<fhir::Resource> resources_;
};

inline ResourceFacts facts(std::string text) {
    auto const resource = fhir::resource_of(std::move(text));
    return facts_of(resource.view(), access());
}

// One line of a table.
struct Case {
    std::string file;
    std::string says;
    std::vector<std::string> consents;  // as text
    std::size_t unreadable = 0;
    ConsentSettings settings;
    RequestFacts request;
    std::string resource;  // as text
    std::string outcome;   // "permit", "deny", "permit with filter"
    bool permitted = false;
    std::vector<std::string> because;  // rule ids; empty: not said
};
// Of all tables.
[[nodiscard]] std::vector<Case> all_cases();

}  // namespace salus::consent::testing
