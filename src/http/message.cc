#include "http/message.h"

#include <algorithm>
#include <array>

#include "http/grammar.h"

namespace salus::http {
namespace {

struct Reason {
    int status;
    std::string_view phrase;
};
constexpr std::array kReasons = {Reason{100, "Continue"},
                                 Reason{200, "OK"},
                                 Reason{201, "Created"},
                                 Reason{202, "Accepted"},
                                 Reason{204, "No Content"},
                                 Reason{206, "Partial Content"},
                                 Reason{301, "Moved Permanently"},
                                 Reason{302, "Found"},
                                 Reason{303, "See Other"},
                                 Reason{304, "Not Modified"},
                                 Reason{307, "Temporary Redirect"},
                                 Reason{308, "Permanent Redirect"},
                                 Reason{400, "Bad Request"},
                                 Reason{401, "Unauthorized"},
                                 Reason{403, "Forbidden"},
                                 Reason{404, "Not Found"},
                                 Reason{405, "Method Not Allowed"},
                                 Reason{406, "Not Acceptable"},
                                 Reason{408, "Request Timeout"},
                                 Reason{409, "Conflict"},
                                 Reason{410, "Gone"},
                                 Reason{412, "Precondition Failed"},
                                 Reason{413, "Content Too Large"},
                                 Reason{414, "URI Too Long"},
                                 Reason{415, "Unsupported Media Type"},
                                 Reason{417, "Expectation Failed"},
                                 Reason{421, "Misdirected Request"},
                                 Reason{422, "Unprocessable Content"},
                                 Reason{428, "Precondition Required"},
                                 Reason{429, "Too Many Requests"},
                                 Reason{431, "Request Header Fields Too Large"},
                                 Reason{500, "Internal Server Error"},
                                 Reason{501, "Not Implemented"},
                                 Reason{502, "Bad Gateway"},
                                 Reason{503, "Service Unavailable"},
                                 Reason{504, "Gateway Timeout"},
                                 Reason{505, "HTTP Version Not Supported"}};

}  // namespace

void Headers::add(std::string_view name, std::string_view value) {
    constexpr std::size_t kUsual = 8;  // fields, so that most messages grow their list once
    if (fields_.empty()) fields_.reserve(kUsual);
    fields_.emplace_back(name, value);
}

void Headers::set(std::string_view name, std::string_view value) {
    std::erase_if(fields_, [name](auto const& f) { return equal_without_case(f.first, name); });
    add(name, value);
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
    std::optional<std::string_view> found;
    for (auto const& [field_name, value] : fields_) {
        if (!equal_without_case(field_name, name)) continue;
        if (found) return std::nullopt;
        found = value;
    }
    return found;
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        fields_, [name](auto const& f) { return equal_without_case(f.first, name); }));
}

std::string_view reason_phrase(int status) noexcept {
    auto const* const found = std::ranges::find(kReasons, status, &Reason::status);
    return found == kReasons.end() ? std::string_view{"Unknown"} : found->phrase;
}

}  // namespace salus::http
