#include "audit_views/export_writer.h"

#include <utility>

#include "audit_views/audit_event.h"
#include "audit_views/syslog.h"
#include "json/writer.h"

namespace salus::audit_views {
namespace {

void append_detail(std::string& out, OpenedDetail const& detail) {
    json::Writer writer(out);
    writer.begin_object();
    auto const member = [&](std::string_view name, std::string const& text) {
        if (!text.empty()) writer.key(name).string(text);
    };
    member("address", detail.address);
    member("user_agent", detail.user_agent);
    member("target", detail.target);
    member("form", detail.form);
    member("claimed_client", detail.claimed_client);
    writer.end_object();
}

// Byte for byte, so that the line can be hashed; with the detail, an object of both.
void append_leaf_line(std::string& out, std::string_view leaf, OpenedDetail const* detail,
                      Details details) {
    if (details == Details::left_out) {
        out.append(leaf);
        return;
    }
    out.append(R"({"leaf":)").append(leaf);
    if (detail != nullptr) {
        out.append(R"(,"detail":)");
        append_detail(out, *detail);
    }
    out.push_back('}');
}

}  // namespace

std::optional<ExportFormat> export_format(std::string_view name) noexcept {
    if (name == "fhir") return ExportFormat::fhir;
    if (name == "jsonl") return ExportFormat::json;
    if (name == "csv") return ExportFormat::csv;
    if (name == "syslog") return ExportFormat::syslog;
    return std::nullopt;
}

void ExportWriter::begin(std::string& out) const {
    if (format_ == ExportFormat::csv) append_csv_header(out, details_);
}

Result<void> ExportWriter::add(std::string& out, std::string_view leaf,
                               OpenedDetail const* detail) {
    SALUS_TRY(auto event, read_leaf(leaf, parser_));
    bool const is_whole = intents_.join(event);
    bool const shows_parts = format_ == ExportFormat::json;
    if (!is_whole) return fail(Errc::corrupt, "an outcome has no intent before it");
    if (event.phase == audit::Phase::intent && !shows_parts) return {};
    // Of the log, whatever was asked for.
    auto const previous =
        event.phase == audit::Phase::intent ? previous_ : std::exchange(previous_, event.index);
    if (!filter_.admits(event)) return {};
    EventView const view{.leaf = event, .detail = detail};
    switch (format_) {
        case ExportFormat::fhir: append_audit_event(out, source_, view); break;
        case ExportFormat::json: append_leaf_line(out, leaf, detail, details_); break;
        case ExportFormat::csv: append_csv_line(out, view, details_); break;
        case ExportFormat::syslog: append_syslog(out, source_, view, previous); break;
    }
    if (format_ != ExportFormat::csv) out.push_back('\n');
    ++written_;
    return {};
}

}  // namespace salus::audit_views
