#include "app/sign_in_section.h"

#include <array>
#include <optional>

namespace salus::app {
namespace {

using authorization::Assurance;
using authorization::SignIn;
using authorization::SignIns;

constexpr std::int64_t kMaxAgeLargest = 30L * 24 * 60 * 60;  // seconds

struct AccessClass {
    std::string_view name;
    SignIn SignIns::* sign_in;
};
constexpr std::array<AccessClass, 3> kClasses{{{"read", &SignIns::read},
                                               {"write", &SignIns::write},
                                               {"administration", &SignIns::administration}}};

// The least that a list of accepted values takes. Nothing: it takes none, or one that is not known.
std::optional<Assurance> least_of(std::vector<std::string> const& accepted) {
    std::optional<Assurance> least;
    for (auto const& value : accepted) {
        auto const assurance = authorization::assurance_of(value);
        if (!assurance) return std::nullopt;
        least = least ? std::min(*least, *assurance) : *assurance;
    }
    return least;
}

}  // namespace

SignIns read_sign_ins(Section& purpose, std::string const& code, std::string& why) {
    SignIns sign_ins;
    if (purpose.has("acr")) {
        Section accepted(purpose.section("acr"), "policy." + code + ".acr", why);
        for (auto const& [name, sign_in] : kClasses) {
            if (!accepted.has(name)) continue;
            auto const least = least_of(accepted.texts(name));
            if (!least) accepted.complain(name, R"(must be a list of "phr", "mfa" or both)");
            (sign_ins.*sign_in).least = least.value_or(Assurance::phishing_resistant);
        }
        accepted.finish();
    }
    if (purpose.has("max_age")) {
        Section ages(purpose.section("max_age"), "policy." + code + ".max_age", why);
        for (auto const& [name, sign_in] : kClasses) {
            if (!ages.has(name)) continue;
            (sign_ins.*sign_in).max_age =
                std::chrono::seconds(ages.number(name, 0, kMaxAgeLargest));
        }
        ages.finish();
    }
    return sign_ins;
}

}  // namespace salus::app
