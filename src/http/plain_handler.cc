#include "http/plain_handler.h"

#include "http/wire.h"

namespace salus::http {

Task<Response> PlainHandler::handle(Request request) {
    auto answered = answer({.method = request.method,
                            .target = Wire::open(request.target),
                            .body = Wire::open(request.body),
                            .peer = request.peer});
    Response response;
    response.status = answered.status;
    if (!answered.content_type.empty()) {
        response.headers.set("Content-Type", answered.content_type);
    }
    response.body = EphiText(std::move(answered.body));
    co_return response;
}

}  // namespace salus::http
