// Inside the room: a TLS connection that the configuration names, to another server of the
// operator's. Reads files when it is asked.
#pragma once

#include <optional>
#include <string_view>

#include "app/configuration.h"
#include "app/section.h"
#include "crypto/tls_stream.h"

namespace salus::app {

// The keys host, port, authorities, server_key, certificate, certificate_key and timeout_ms.
[[nodiscard]] TlsLinkConfiguration read_tls_link(Section& section,
                                                 std::filesystem::path const& directory);
// Nothing, and `why` with the section's name, when a file cannot be read or used.
[[nodiscard]] std::optional<crypto::TlsPeer> tls_peer(TlsLinkConfiguration const& link,
                                                      std::string_view section, std::string& why);

}  // namespace salus::app
