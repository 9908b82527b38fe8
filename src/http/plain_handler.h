// A service whose requests and answers hold neither ePHI nor secrets, by its contract: a mirror of
// audit logs, say, whose leaves hold none. It sees them as plain text.
// Thread safety: as Handler.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace salus::http {

struct PlainRequest {
    Method method = Method::get;
    std::string_view target;  // path and query, as received
    std::string_view body;
    Peer const& peer;
};
struct PlainAnswer {
    int status = 500;
    std::string content_type;
    std::string body;
};

class PlainHandler : public Handler {
public:
    Task<Response> handle(Request request) final;

private:
    // May block; then the other connections of its loop wait.
    [[nodiscard]] virtual PlainAnswer answer(PlainRequest const& request) = 0;
};

}  // namespace salus::http
