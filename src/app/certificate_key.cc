#include "app/certificate_key.h"

#include "keys/instance_root.h"
#include "keys/sealed_file.h"

namespace salus::app {
namespace {

constexpr std::size_t kLine = 64;  // RFC 7468 section 2

std::string public_key_pem(crypto::VerifyingKey const& key) {
    auto const encoded = to_base64(key.spki());
    std::string pem = "-----BEGIN PUBLIC KEY-----\n";
    for (std::size_t i = 0; i < encoded.size(); i += kLine)
        pem.append(encoded, i, kLine).append("\n");
    return pem + "-----END PUBLIC KEY-----\n";
}

}  // namespace

Result<crypto::SigningKey> open_certificate_key(Layout const& layout, std::string const& realm,
                                                keys::KeyManagementService& service,
                                                crypto::Random& random) {
    crypto::Context context;
    context.add(crypto::Context::Part::realm, realm)
        .add(crypto::Context::Part::object_class, "certificate-of-destruction-key");
    SALUS_TRY(auto const seal_key, keys::instance_file_key(layout.instance_root(), service, realm,
                                                           "certificate-of-destruction", random));
    auto const file = layout.certificate_key();
    auto const stored = keys::open_from_file(file, seal_key, context, random);
    if (stored) return crypto::SigningKey::from_pkcs8(*stored);
    if (stored.error().code != Errc::not_found) return fail(stored.error());
    auto key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519);
    SALUS_TRY_VOID(write_file_durably(layout.certificate_public_key(),
                                      bytes_of(public_key_pem(key.verifying_key())),
                                      FileAccess::readable_by_all));
    auto const der = key.to_pkcs8();
    SALUS_TRY_VOID(keys::seal_to_file(file, seal_key, context, der.reveal(), random));
    return key;
}

}  // namespace salus::app
