// Octet counting, by which a stream of TLS carries syslog messages (RFC 5425 section 4.3): the
// length in decimal, a space, the message. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace salus::syslog {

// REQUIRES: the message is not empty.
inline void append_frame(std::string& out, std::string_view message) {
    out.append(std::to_string(message.size())).append(" ").append(message);
}

}  // namespace salus::syslog
