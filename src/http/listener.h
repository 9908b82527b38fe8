// Listening sockets. Thread safety: values.
#pragma once

#include <string>
#include <vector>

#include "foundation/file.h"
#include "foundation/result.h"
#include "http/message.h"

namespace salus::http {

// Connections that the kernel completes ahead of accept_from().
inline constexpr int kBacklog = 1024;

// Sockets of one loop, all on the same port. SO_REUSEPORT lets each loop have its own, and the
// kernel spreads connections over them.
struct Listeners {
    std::vector<FileDescriptor> sockets;
    std::uint16_t port = 0;
};

// The IP addresses to listen on: two for "localhost". Errc::invalid for what is no IP address.
[[nodiscard]] Result<std::vector<std::string>> listening_addresses(std::string const& address);

// With port 0 the system chooses one. Errc::conflict when another process has the port: without
// `exclusive` a second server of the same user would share it, and take half of the connections.
enum class PortSharing { exclusive, with_own_loops };
[[nodiscard]] Result<Listeners> listen_on(std::vector<std::string> const& addresses,
                                          std::uint16_t port, PortSharing sharing);

struct Accepted {
    FileDescriptor socket;  // non-blocking; invalid when there is none to accept
    Peer peer;
    bool exhausted = false;  // the process is out of descriptors: wait before trying again
};
[[nodiscard]] Accepted accept_from(int listener);

}  // namespace salus::http
