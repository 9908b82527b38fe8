#include "audit_views/syslog.h"

namespace salus::audit_views {
namespace {

// RFC 5424 section 6.2.1: facility 10 (security and authorization), severity.
constexpr int kFacility = 10;
constexpr int kNotice = 5;
constexpr int kWarning = 4;
constexpr int kError = 3;

int priority_of(std::string_view outcome) {
    int const severity = outcome == "ok" ? kNotice : outcome == "denied" ? kWarning : kError;
    return kFacility * 8 + severity;
}

// RFC 5424 section 6.3.3.
void append_parameter(std::string& out, std::string_view name, std::string_view value) {
    out.append(" ").append(name).append("=\"");
    for (char const c : value) {
        if (c == '"' || c == '\\' || c == ']') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
}

}  // namespace

void append_syslog(std::string& out, ViewSource const& source, EventView const& event,
                   std::optional<std::uint64_t> previous) {
    auto const& leaf = event.leaf;
    out.append("<").append(std::to_string(priority_of(leaf.outcome))).append(">1 ");
    out.append(to_instant(leaf.time)).append(" ");
    out.append(source.server.empty() ? "-" : source.server);
    out.append(" salus - IHE+RFC-3881 [").append(kStructuredDataId);
    append_parameter(out, "o", leaf.origin);
    append_parameter(out, "i", std::to_string(leaf.index));
    if (previous) append_parameter(out, "pi", std::to_string(*previous));
    append_parameter(out, "lh", to_base64(leaf.hash));
    // A byte order mark says that what follows is UTF-8 (section 6.4).
    out.append("] \xef\xbb\xbf");
    append_dicom_audit_message(out, source, event);
}

}  // namespace salus::audit_views
