// The class of this room that opens what people send and what is shown to them.
#pragma once

#include <string>
#include <string_view>

#include "foundation/ephi.h"
#include "http/message.h"

namespace salus::sign_in {

class FormReader {
public:
    [[nodiscard]] static std::string_view target(http::Request const& request) {
        return request.target.reveal({});
    }
    [[nodiscard]] static std::string_view form(http::Request const& request) {
        return request.body.reveal({});
    }
    [[nodiscard]] static std::string take(EphiText text) { return std::move(text).take({}); }
};

}  // namespace salus::sign_in
