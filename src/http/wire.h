// Wire: the one class of this room that opens ePHI, to put it into and take it out of HTTP
// messages on a TLS connection. Its functions are private: the classes that write to a connection
// are its friends, and no other room can call them. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "foundation/ephi.h"

namespace salus::http {

class Wire {
    friend class Client;
    friend class Http2Session;
    friend class PlainHandler;
    friend class ResponseEncoder;
    [[nodiscard]] static std::string_view open(EphiText const& text) noexcept {
        return text.reveal(EphiAccess{});
    }
};

}  // namespace salus::http
