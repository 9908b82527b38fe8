// Events of a log, one after the other, in one of the formats that an export has. Belongs to one
// thread.
#pragma once

#include <optional>
#include <string>

#include "audit_views/comma_separated.h"
#include "audit_views/event_filter.h"
#include "audit_views/event_view.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::audit_views {

enum class ExportFormat : std::uint8_t {
    fhir,    // AuditEvent, one a line (application/fhir+ndjson)
    json,    // the leaves as they stand in the log, one a line
    csv,     // RFC 4180
    syslog,  // RFC 5424 with DICOM audit messages, one a line
};
[[nodiscard]] std::optional<ExportFormat> export_format(std::string_view name) noexcept;

class ExportWriter {
public:
    ExportWriter(ExportFormat format, ViewSource source, EventFilter filter, Details details)
        : format_(format),
          source_(std::move(source)),
          filter_(std::move(filter)),
          details_(details) {}

    // What goes before the first event.
    void begin(std::string& out) const;
    // The next leaf of the log. Appends what it is rendered as, if the filter admits it; of a
    // write, the event is shown with its outcome, and the intent by itself only where leaves are
    // shown as they stand. `detail`: if it was opened. Errc::corrupt: this is no leaf.
    [[nodiscard]] Result<void> add(std::string& out, std::string_view leaf,
                                   OpenedDetail const* detail = nullptr);
    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

private:
    ExportFormat format_;
    ViewSource source_;
    EventFilter filter_;
    Details details_;
    json::Parser parser_;
    OpenIntents intents_;
    std::optional<std::uint64_t> previous_;  // event of the log
    std::uint64_t written_ = 0;
};

}  // namespace salus::audit_views
