// Responses as bytes of HTTP/1.1, and the fields that every response of every version carries.
// Thread safety: one thread at a time.
#pragma once

#include <string>

#include "foundation/clock.h"
#include "http/http1_parser.h"
#include "http/message.h"

namespace salus::http {

// TRN-2: two years, as the preload list of browsers asks for.
inline constexpr std::string_view kStrictTransportSecurity = "max-age=63072000; includeSubDomains";

// Whether a response may carry content (RFC 9110 sections 6.4.1 and 8.6).
[[nodiscard]] bool has_content(int status) noexcept;

// The response itself, or an empty 500 in its place when its status, a field or its size cannot
// go on the wire: a value with CR or LF would let a caller split the response.
[[nodiscard]] Response checked(Response response);

class ResponseEncoder {
public:
    // Renews the Date field when the second has changed.
    void set_time(WallTime now);
    [[nodiscard]] std::string const& date() const noexcept { return date_; }

    // Appends head and body to `out`, so that both leave in one TLS record where they fit. The
    // encoder writes Date, Content-Length, Connection and the security fields; the handler's own
    // fields of these names are left out. REQUIRES: the response is checked().
    void append(std::string& out, Response const& response, Method method,
                Persistence persistence) const;

private:
    std::string date_;
    std::string common_;  // the fields that do not change within a second, as bytes
    std::int64_t second_ = -1;
};

// Whether the encoder owns a field of this name.
[[nodiscard]] bool is_owned_field(std::string_view name) noexcept;

}  // namespace salus::http
