#include "factors/webauthn/credential.h"

#include <array>

#include "json/writer.h"

namespace salus::factors::webauthn {
namespace {

constexpr std::array<Transport, 6> kTransports{
    Transport::usb,        Transport::nfc,    Transport::ble,
    Transport::smart_card, Transport::hybrid, Transport::internal,
};

}  // namespace

std::string_view name_of(Transport transport) noexcept {
    switch (transport) {
        case Transport::usb: return "usb";
        case Transport::nfc: return "nfc";
        case Transport::ble: return "ble";
        case Transport::smart_card: return "smart-card";
        case Transport::hybrid: return "hybrid";
        case Transport::internal: return "internal";
    }
    return {};
}

std::optional<Transport> transport_named(std::string_view name) noexcept {
    for (auto const transport : kTransports) {
        if (name_of(transport) == name) return transport;
    }
    return std::nullopt;
}

void write_descriptors(json::Writer& writer, std::vector<Credential> const& credentials) {
    writer.begin_array();
    for (auto const& credential : credentials) {
        writer.begin_object();
        writer.key("id").string(to_base64url(credential.id));
        writer.key("type").string("public-key");
        if (!credential.transports.empty()) {
            writer.key("transports").begin_array();
            for (auto const transport : credential.transports) writer.string(name_of(transport));
            writer.end_array();
        }
        writer.end_object();
    }
    writer.end_array();
}

}  // namespace salus::factors::webauthn
