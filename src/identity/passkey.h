// Inside the room: a passkey as JSON. Any thread.
#pragma once

#include "identity/user.h"
#include "json/writer.h"

namespace salus::identity {

// Errc::corrupt for what write_passkey() did not write.
[[nodiscard]] Result<Passkey> passkey_in(json::Value value);
void write_passkey(json::Writer& writer, Passkey const& passkey);

}  // namespace salus::identity
