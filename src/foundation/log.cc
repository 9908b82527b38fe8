#include "foundation/log.h"

#include <unistd.h>

namespace salus {
namespace {

Literal level_name(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warning: return "warning";
        case LogLevel::error: return "error";
    }
    return "error";
}

}  // namespace

namespace log_detail {

std::string encode_text(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        // Ids are ASCII by construction; anything else is replaced rather than trusted.
        bool const plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        out.push_back(plain ? c : '?');
    }
    out.push_back('"');
    return out;
}

}  // namespace log_detail

void Log::write_line(LogLevel level, Literal event, LogField const* fields,
                     std::size_t count) const {
    std::string line = R"({"time":")" + to_instant(clock_.now()) + R"(","level":")";
    line.append(level_name(level).text())
        .append(R"(","event":")")
        .append(event.text())
        .append("\"");
    for (std::size_t i = 0; i < count; ++i) {
        line.append(",\"").append(fields[i].name.text()).append("\":").append(fields[i].json);
    }
    line.append("}\n");
    // A log line that cannot be written is lost on purpose: the audit log is the record that
    // counts.
    static_cast<void>(::write(descriptor_, line.data(), line.size()));
}

}  // namespace salus
