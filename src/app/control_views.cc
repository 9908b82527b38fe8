// AUD-8: that what the log holds can be shown, tried on its last leaf.
#include <fmt/format.h>

#include "app/control_readings.h"
#include "audit_views/audit_event.h"

namespace salus::app {
namespace {

// The size of the last leaf as an AuditEvent; nothing in an empty log.
Result<std::size_t> render_last(audit_views::AuditTrail const& trail, std::uint64_t& size) {
    auto moment = trail.now();
    size = moment.reader.size();
    if (size == 0) return 0;
    json::Parser parser;
    SALUS_TRY(auto const event, audit_views::AuditTrail::event_at(moment.reader, size - 1, parser));
    std::string text;
    append_audit_event(text, trail.source(), {.leaf = event});
    return text.size();
}

}  // namespace

Finding views_of_the_log(EvidenceContext const& context) {
    std::string text;
    bool all_shown = true;
    for (auto const& tenant : context.sources.tenants) {
        if (tenant.audit_trail == nullptr) continue;
        std::uint64_t size = 0;
        auto const rendered = render_last(*tenant.audit_trail, size);
        all_shown = all_shown && rendered;
        text.append(text.empty() ? "" : "; ").append(tenant.name.text());
        text.append(rendered ? fmt::format(": leaf {} of {} as an AuditEvent of {} bytes",
                                           size - (size > 0 ? 1 : 0), size, *rendered)
                             : fmt::format(": {}", rendered.error().why.text()));
    }
    text.append("; `salus audit export`, /fhir/AuditEvent, $accounting, $access-report");
    return works_if(all_shown, std::move(text));
}

}  // namespace salus::app
