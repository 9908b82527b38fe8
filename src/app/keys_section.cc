#include "app/keys_section.h"

#include <charconv>

#include "keys/secret_source.h"

namespace salus::app {
namespace {

constexpr std::int64_t kTimeoutLeast = 100;  // milliseconds
constexpr std::int64_t kTimeoutMost = 60'000;
constexpr std::uint16_t kVaultPort = 8200;

// A reference to a secret, so that a secret by value refuses to start (KEY-4).
std::string secret(Section& section, std::string_view key, Configuration const& configuration) {
    auto reference = section.text(key);
    if (!keys::parse_secret_reference(reference, configuration.directory)) {
        section.complain(key, "must be file:PATH or credential:NAME");
    }
    return reference;
}

void read_pkcs11(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "keys.pkcs11", why);
    auto& keys = configuration.keys;
    keys.module = section.text("module");
    if (!keys.module.is_absolute()) section.complain("module", "must be an absolute path");
    keys.token_label = section.text("token");
    if (keys.token_label.empty() || keys.token_label.size() > 32) {
        section.complain("token", "must be a label of 1 to 32 characters");
    }
    keys.pin = secret(section, "pin", configuration);
    auto const vectors = section.text("gcm_iv");
    keys.token_makes_vectors = vectors == "token";
    if (vectors != "token" && vectors != "caller") {
        section.complain("gcm_iv", "must be caller or token");
    }
    section.finish();
}

// https://HOST or https://HOST:PORT; an IPv6 address in brackets.
bool read_address(std::string_view address, KeysConfiguration& keys) {
    constexpr std::string_view kScheme = "https://";
    if (!address.starts_with(kScheme)) return false;
    address.remove_prefix(kScheme.size());
    keys.port = kVaultPort;
    auto const bracket = address.rfind(']');
    auto const colon = address.rfind(':');
    bool const has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    if (has_port) {
        auto const digits = address.substr(colon + 1);
        auto const* const end = digits.data() + digits.size();
        auto const read = std::from_chars(digits.data(), end, keys.port);
        if (read.ec != std::errc() || read.ptr != end || keys.port == 0) return false;
        address = address.substr(0, colon);
    }
    if (address.starts_with('[') && address.ends_with(']')) {
        address = address.substr(1, address.size() - 2);
    }
    keys.host = address;
    return !address.empty() && address.find_first_of("/?#@ []") == std::string_view::npos;
}

void read_transit(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "keys.transit", why);
    auto& keys = configuration.keys;
    if (!read_address(section.text("address"), keys)) {
        section.complain("address", "must be https://HOST:PORT");
    }
    keys.mount = section.text("mount");
    keys.token = secret(section, "token", configuration);
    keys.authorities = configuration.directory / section.text("authorities");
    auto const pin = section.text("server_key");
    auto const digest = from_base64(pin);
    if (!pin.empty() && (!digest || digest->size() != sizeof(crypto::Sha256Digest))) {
        section.complain("server_key", "must be empty, or a SHA-256 in base64");
    } else if (!pin.empty()) {
        std::ranges::copy(*digest, keys.server_key.emplace().begin());
    }
    keys.timeout =
        std::chrono::milliseconds(section.number("timeout_ms", kTimeoutLeast, kTimeoutMost));
    section.finish();
}

}  // namespace

void read_keys(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "keys", why);
    auto& keys = configuration.keys;
    auto const backend = section.text("backend");
    if (backend == "pkcs11") {
        keys.backend = KeyBackend::pkcs11;
    } else if (backend == "transit") {
        keys.backend = KeyBackend::transit;
    } else if (backend != "sealed-file") {
        section.complain("backend", "must be sealed-file, pkcs11 or transit");
    }
    if (keys.backend == KeyBackend::sealed_file || section.has("passphrase")) {
        keys.passphrase = secret(section, "passphrase", configuration);
    }
    if (keys.backend == KeyBackend::pkcs11 || section.has("pkcs11")) {
        read_pkcs11(section.section("pkcs11"), configuration, why);
    }
    if (keys.backend == KeyBackend::transit || section.has("transit")) {
        read_transit(section.section("transit"), configuration, why);
    }
    section.finish();
}

std::string const& KeysConfiguration::secret() const noexcept {
    switch (backend) {
        case KeyBackend::sealed_file: return passphrase;
        case KeyBackend::pkcs11: return pin;
        case KeyBackend::transit: return token;
    }
    return passphrase;
}

std::string_view KeysConfiguration::secret_key() const noexcept {
    switch (backend) {
        case KeyBackend::sealed_file: return "passphrase";
        case KeyBackend::pkcs11: return "PIN";
        case KeyBackend::transit: return "token";
    }
    return "";
}

}  // namespace salus::app
