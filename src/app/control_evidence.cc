#include "app/control_evidence.h"

#include "app/control_catalogue.h"

namespace salus::app {

ControlEvidence::ControlEvidence(EvidenceSources sources)
    : sources_(std::move(sources)), opened_(sources_.clock.now()) {}
ControlEvidence::~ControlEvidence() = default;

void ControlEvidence::attach(http::Server const* server) {
    server_.store(server);
}

std::vector<admin::ControlLine> ControlEvidence::read() const {
    auto const statistics = sources_.store.statistics();
    EvidenceContext const context{
        .sources = sources_,
        .server = server_.load(),
        .opened = opened_,
        .statistics = statistics,
        .policy = sources_.policy != nullptr
                      ? sources_.policy->current()
                      : authorization::deciding(sources_.configuration.policy, 0)};
    std::vector<admin::ControlLine> lines;
    for (auto const& control : control_catalogue()) {
        lines.push_back(read_control(control, context));
    }
    return lines;
}

}  // namespace salus::app
