#include "app/custodian_key.h"

#include <algorithm>
#include <string_view>

#include "foundation/file.h"
#include "keys/secret_source.h"

namespace salus::app {
namespace {

constexpr std::string_view kBegin = "-----BEGIN PRIVATE KEY-----";
constexpr std::string_view kEnd = "-----END PRIVATE KEY-----";
constexpr std::size_t kKeyLine = 64;  // RFC 7468 section 2

}  // namespace

Result<std::string> make_custodian_key(std::filesystem::path const& file) {
    if (std::filesystem::exists(file))
        return fail(Errc::conflict, "the key file exists; keys are never overwritten");
    auto const key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519);
    auto const der = key.to_pkcs8();
    auto encoded = to_base64(der.reveal());
    std::string pem = std::string(kBegin) + "\n";
    for (std::size_t i = 0; i < encoded.size(); i += kKeyLine)
        pem.append(encoded, i, kKeyLine).append("\n");
    pem.append(kEnd).append("\n");
    auto const written = write_file_durably(file, bytes_of(pem), FileAccess::private_to_owner);
    scrub(encoded);
    scrub(pem);
    SALUS_TRY_VOID(written);
    return to_base64(key.verifying_key().spki());
}

Result<crypto::SigningKey> read_custodian_key(std::filesystem::path const& file) {
    SALUS_TRY(auto const secret, keys::read_secret({keys::SecretReference::Source::file,
                                                    std::filesystem::path(file)}));
    auto const text = text_of(secret.reveal());
    auto const begin = text.find(kBegin);
    auto const end = text.find(kEnd);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
        return fail(Errc::invalid, "a custodian's key is PKCS#8 in PEM, without a password");
    std::string encoded(text.substr(begin + kBegin.size(), end - begin - kBegin.size()));
    std::erase_if(encoded, [](char c) { return c == '\n' || c == '\r'; });
    auto der = from_base64(encoded);
    scrub(encoded);
    if (!der) return fail(Errc::invalid, "a custodian's key is PKCS#8 in PEM, without a password");
    SecretBytes const key(*der);
    scrub(*der);
    return crypto::SigningKey::from_pkcs8(key);
}

}  // namespace salus::app
