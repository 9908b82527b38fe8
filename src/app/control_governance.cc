// GOV: governance. So far, this report about itself.
#include <fmt/format.h>

#include "app/control_catalogue.h"

namespace salus::app {

Finding this_report(EvidenceContext const& context) {
    auto const controls = control_catalogue();
    auto const live =
        std::ranges::count_if(controls, [](Control const& c) { return c.reading != nullptr; });
    return works(fmt::format("{} controls, {} of them with evidence read at {}; {} tenants",
                             controls.size(), live, to_instant(context.sources.clock.now()),
                             context.sources.tenants.size()));
}

}  // namespace salus::app
