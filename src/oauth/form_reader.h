// The class of this room that opens what a client sent to the token endpoint, and its own
// documents.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace salus::oauth {

class FormReader {
public:
    [[nodiscard]] static std::string_view form(http::Request const& request) {
        return request.body.reveal({});
    }
    [[nodiscard]] static std::string_view target(http::Request const& request) {
        return request.target.reveal({});
    }
    [[nodiscard]] static std::string take(EphiText text) { return std::move(text).take({}); }
};

}  // namespace salus::oauth
