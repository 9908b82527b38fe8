#include "app/tls_link.h"

#include <algorithm>

#include "app/pem_bytes.h"
#include "foundation/file.h"

namespace salus::app {
namespace {

constexpr std::int64_t kLinkTimeoutLeast = 100;  // milliseconds
constexpr std::int64_t kLinkTimeoutMost = 60'000;

std::shared_ptr<crypto::TlsIdentity const> read_identity(TlsLinkConfiguration const& link) {
    auto const chain = read_file(link.certificate, kPemBytes);
    auto key = read_file(link.certificate_key, kPemBytes);
    if (!chain || !key) return nullptr;
    auto identity = std::make_shared<crypto::TlsIdentity>(std::string(text_of(*chain)),
                                                          SecretBytes(BytesView(*key)));
    scrub(*key);
    return identity;
}

}  // namespace

TlsLinkConfiguration read_tls_link(Section& section, std::filesystem::path const& directory) {
    TlsLinkConfiguration link;
    link.host = section.text("host");
    link.port = static_cast<std::uint16_t>(section.number("port", 1, 65'535));
    link.authorities = directory / section.text("authorities");
    auto const pin = section.text("server_key");
    auto const digest = from_base64(pin);
    if (!pin.empty() && (!digest || digest->size() != sizeof(crypto::Sha256Digest))) {
        section.complain("server_key", "must be empty, or a SHA-256 in base64");
    } else if (!pin.empty()) {
        std::ranges::copy(*digest, link.server_key.emplace().begin());
    }
    auto const certificate = section.text("certificate");
    auto const key = section.text("certificate_key");
    if (certificate.empty() != key.empty()) {
        section.complain("certificate_key", "must be there with certificate, or both empty");
    }
    if (!certificate.empty()) link.certificate = directory / certificate;
    if (!key.empty()) link.certificate_key = directory / key;
    link.timeout = std::chrono::milliseconds(
        section.number("timeout_ms", kLinkTimeoutLeast, kLinkTimeoutMost));
    return link;
}

std::optional<crypto::TlsPeer> tls_peer(TlsLinkConfiguration const& link, std::string_view section,
                                        std::string& why) {
    auto const authorities = read_file(link.authorities, kPemBytes);
    bool const is_shown = !link.certificate.empty();
    auto identity = is_shown ? read_identity(link) : nullptr;
    if (!authorities || (is_shown && identity == nullptr)) {
        why = std::string(section) + ": authorities, certificate or certificate_key cannot be read";
        return std::nullopt;
    }
    std::string authorities_pem(text_of(*authorities));
    auto const context = is_shown ? crypto::TlsClientContext::make(authorities_pem, *identity)
                                  : crypto::TlsClientContext::make(authorities_pem);
    if (!context) {
        why =
            std::string(section) + ": authorities, certificate and certificate_key cannot be used";
        return std::nullopt;
    }
    return crypto::TlsPeer{.host = link.host,
                           .port = link.port,
                           .authorities_pem = std::move(authorities_pem),
                           .server_key = link.server_key,
                           .identity = std::move(identity)};
}

}  // namespace salus::app
