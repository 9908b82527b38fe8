#include "app/consent_section.h"

#include <array>

namespace salus::app {
namespace {

using consent::OverarchingPolicy;

struct PolicyWord {
    std::string_view word;
    OverarchingPolicy policy;
};
constexpr auto kPolicies = std::to_array<PolicyWord>({
    {"deny", OverarchingPolicy::deny},
    {"break-glass-only", OverarchingPolicy::break_glass_only},
    {"basic-normal", OverarchingPolicy::basic_normal},
    {"all-normal", OverarchingPolicy::all_normal},
});

OverarchingPolicy policy_of(Section& section, std::string_view key) {
    auto const word = section.text(key);
    for (auto const& each : kPolicies) {
        if (each.word == word) return each.policy;
    }
    section.complain(key, R"(must be "deny", "break-glass-only", "basic-normal" or "all-normal")");
    return OverarchingPolicy::deny;
}

}  // namespace

void read_consent(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "consent", why);
    consent::ConsentSettings settings;
    bool const enforce = section.boolean("enforce");
    settings.implicit = policy_of(section, "implicit");
    settings.verified_only = section.boolean("verified_only");
    settings.ended_consents_bind = section.boolean("ended_consents_bind");
    // Instances from before this key have it not.
    settings.treating_may_add =
        section.has("treating_may_add") && section.boolean("treating_may_add");
    section.finish();
    configuration.consent.reset();
    if (enforce) configuration.consent = std::move(settings);
}

}  // namespace salus::app
