#include "http/response_encoder.h"

#include <algorithm>
#include <array>

#include "http/grammar.h"
#include "http/scrubbed_append.h"
#include "http/wire.h"

namespace salus::http {
namespace {

constexpr std::size_t kHeadBytes = 512;

}  // namespace

bool has_content(int status) noexcept {
    return status >= 200 && status != 204 && status != 304;
}

bool is_owned_field(std::string_view name) noexcept {
    static constexpr std::array kOwned = {
        std::string_view{"Date"},       std::string_view{"Content-Length"},
        std::string_view{"Connection"}, std::string_view{"Transfer-Encoding"},
        std::string_view{"Keep-Alive"}, std::string_view{"Strict-Transport-Security"},
        std::string_view{"Upgrade"},    std::string_view{"X-Content-Type-Options"},
        std::string_view{"Trailer"},    std::string_view{"Proxy-Connection"}};
    return std::ranges::any_of(kOwned, [name](auto o) { return equal_without_case(o, name); });
}

Response checked(Response response) {
    bool const good = response.status >= 200 && response.status <= 599 &&
                      response.body.size() <= limits::kResponseBytes &&
                      std::ranges::all_of(response.headers, [](auto const& field) {
                          return is_token(field.first) && is_field_value(field.second);
                      });
    return good ? std::move(response) : Response{};
}

void ResponseEncoder::set_time(WallTime now) {
    auto const second = to_unix_seconds(now);
    if (second == second_) return;
    second_ = second;
    date_ = to_http_date(now);
    common_ = "\r\nDate: " + date_ + "\r\nStrict-Transport-Security: ";
    common_ += kStrictTransportSecurity;
    common_ += "\r\nX-Content-Type-Options: nosniff\r\n";
}

void ResponseEncoder::append(std::string& out, Response const& response, Method method,
                             Persistence persistence) const {
    auto const body = Wire::open(response.body);
    bool const content = has_content(response.status);
    bool const sent = content && method != Method::head;
    if (out.empty()) out.reserve(kHeadBytes + (sent ? body.size() : 0));
    out += "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    out += reason_phrase(response.status);
    out += common_;
    bool cacheable = false;
    for (auto const& [name, value] : response.headers) {
        if (is_owned_field(name)) continue;
        cacheable = cacheable || equal_without_case(name, "Cache-Control");
        out.append(name).append(": ").append(value).append("\r\n");
    }
    if (!cacheable) out += "Cache-Control: no-store\r\n";
    if (content) out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    if (persistence == Persistence::close) out += "Connection: close\r\n";
    out += "\r\n";
    if (sent) append_scrubbed(out, body);
}

}  // namespace salus::http
