#include "outside_provider/settings.h"

#include <algorithm>

namespace salus::outside_provider {
namespace {

bool holds(std::vector<std::string> const& list, std::string const& value) {
    return std::ranges::find(list, value) != list.end();
}

bool accepts(Accepted const& accepted, std::string const& acr,
             std::vector<std::string> const& amr) {
    return holds(accepted.acr, acr) || std::ranges::any_of(amr, [&](std::string const& each) {
               return holds(accepted.amr, each);
           });
}

}  // namespace

identity::Assurance assurance_of(Settings const& settings, std::string const& acr,
                                 std::vector<std::string> const& amr) {
    using identity::Assurance;
    if (accepts(settings.phishing_resistant, acr, amr)) return Assurance::phishing_resistant;
    if (accepts(settings.multi_factor, acr, amr)) return Assurance::multi_factor;
    return Assurance::none;
}

identity::Assurance most_of(Settings const& settings) noexcept {
    using identity::Assurance;
    auto const offers = [](Accepted const& each) { return !each.acr.empty() || !each.amr.empty(); };
    if (offers(settings.phishing_resistant)) return Assurance::phishing_resistant;
    return offers(settings.multi_factor) ? Assurance::multi_factor : Assurance::none;
}

}  // namespace salus::outside_provider
