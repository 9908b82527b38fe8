// Inside the room: the members of a registration that say how a client speaks to us (RFC 7591
// section 2). Any thread.
#pragma once

#include "json/writer.h"
#include "oauth/client.h"

namespace salus::oauth {

// Errc::invalid with what is wrong.
[[nodiscard]] Result<void> read_metadata(json::Value root, Client& client);
// Errc::invalid for a client that its profile or its own members contradict.
[[nodiscard]] Result<void> check_metadata(Client const& client);
void write_metadata(json::Writer& writer, Client const& client);

}  // namespace salus::oauth
