// A credential as the server keeps it (WebAuthn section 4, "Credential Record"). It holds nothing
// secret. Thread safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "factors/webauthn/attestation.h"

namespace salus::json {
class Writer;
}

namespace salus::factors::webauthn {

// How a browser reaches the authenticator (WebAuthn section 5.8.4).
enum class Transport : std::uint8_t { usb, nfc, ble, smart_card, hybrid, internal };
[[nodiscard]] std::string_view name_of(Transport transport) noexcept;
// Nothing for a name that is not known; such may be left out.
[[nodiscard]] std::optional<Transport> transport_named(std::string_view name) noexcept;

struct Credential {
    Bytes id;           // unique among all users, which the caller sees to (section 7.1, step 26)
    Bytes public_key;   // a COSE key
    Bytes user_handle;  // whose it is
    std::uint32_t sign_count = 0;
    bool backup_eligible = false;
    bool backed_up = false;
    bool user_verified = false;  // when it was made
    std::vector<Transport> transports;
    Aaguid aaguid{};  // proved by `attestation` alone, otherwise what it says
    AttestationResult attestation = AttestationResult::none;
};

// The members `excludeCredentials` and `allowCredentials` of options: an array of descriptors
// (section 5.8.3).
void write_descriptors(json::Writer& writer, std::vector<Credential> const& credentials);

}  // namespace salus::factors::webauthn
