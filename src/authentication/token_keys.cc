#include "authentication/token_keys.h"

#include "keys/sealed_file.h"

namespace salus::authentication {
namespace {

crypto::Context context_of(request::Tenant const& tenant) {
    using Part = crypto::Context::Part;
    crypto::Context context;
    context.add(Part::realm, tenant.realm)
        .add(Part::tenant, tenant.name.text())
        .add(Part::object_class, "token-signing-key");
    return context;
}

Result<crypto::SigningKey> make_key(std::filesystem::path const& path, SecretBytes const& seal_key,
                                    request::Tenant const& tenant, crypto::Random& random) {
    auto key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    auto const secret = key.to_pkcs8();
    SALUS_TRY_VOID(keys::seal_to_file(path, seal_key, context_of(tenant), secret.reveal(), random));
    return key;
}

}  // namespace

TokenKeys::TokenKeys(crypto::SigningKey key, std::string key_id, jose::KeySet verifying_keys,
                     std::string published)
    : key_(std::move(key)),
      key_id_(std::move(key_id)),
      verifying_keys_(std::move(verifying_keys)),
      published_(std::move(published)) {}

Result<TokenKeys> TokenKeys::open(std::filesystem::path const& path, request::Tenant const& tenant,
                                  crypto::Random& random) {
    SALUS_TRY(auto const seal_key, tenant.keyring.purpose_key(keys::Purpose::token_signing));
    auto const secret = keys::open_from_file(path, seal_key, context_of(tenant), random);
    if (!secret && secret.error().code != Errc::not_found) return fail(secret.error());
    SALUS_TRY(auto key, secret ? crypto::SigningKey::from_pkcs8(*secret)
                               : make_key(path, seal_key, tenant, random));
    auto const verifying_key = key.verifying_key();
    auto key_id = jose::thumbprint(verifying_key);
    auto published =
        jose::to_key_set({jose::to_jwk(verifying_key, key_id, crypto::SignatureAlgorithm::es256)});
    SALUS_TRY(auto verifying_keys, jose::KeySet::parse(published));
    return TokenKeys(std::move(key), std::move(key_id), std::move(verifying_keys),
                     std::move(published));
}

}  // namespace salus::authentication
