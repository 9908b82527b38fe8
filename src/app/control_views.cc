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

// "syslog to siem.example:6514: default 120 of 121 leaves read there, lag 4 s".
void append_delivery(EvidenceContext const& context, std::string& text) {
    auto const& configured = context.sources.configuration.audit.syslog;
    auto const* const source = context.sources.syslog;
    auto const status = source == nullptr ? std::nullopt : source->status();
    if (!configured) {
        text.append("; no receiver of syslog");
        return;
    }
    text.append(fmt::format("; syslog to {}:{}", configured->link.host, configured->link.port));
    if (!status) {
        text.append(": nothing sent since start");
        return;
    }
    for (auto const& log : status->logs) {
        text.append(
            fmt::format(", {}: {} of {} leaves read there", log.origin, log.delivered, log.size));
        if (!log.why.empty()) text.append(": ").append(log.why.text());
    }
    auto const lag = std::chrono::duration_cast<std::chrono::seconds>(status->lag);
    text.append(fmt::format(", lag {} s, {} connections lost{}", lag.count(), status->lost,
                            status->is_alarming ? ", LATE" : ""));
    if (!status->why.empty()) text.append(": ").append(status->why.text());
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
    append_delivery(context, text);
    text.append("; `salus audit export`, /fhir/AuditEvent, $accounting, $access-report");
    return works_if(all_shown, std::move(text));
}

}  // namespace salus::app
