#include "app/backup_key.h"

#include "backup/manifest.h"
#include "keys/instance_root.h"
#include "keys/sealed_file.h"

namespace salus::app {

Result<crypto::SigningKey> backup_signing_key(Layout const& layout, std::string const& realm,
                                              keys::KeyManagementService& service,
                                              crypto::Random& random) {
    SALUS_TRY(auto const seal_key, keys::instance_file_key(layout.instance_root(), service, realm,
                                                           "backup-signing", random));
    crypto::Context context;
    context.add(crypto::Context::Part::realm, realm)
        .add(crypto::Context::Part::object_class, "backup-signing-key");
    auto const secret = keys::open_from_file(layout.backup_key(), seal_key, context, random);
    if (secret) return crypto::SigningKey::from_pkcs8(*secret);
    if (secret.error().code != Errc::not_found) return fail(secret.error());
    auto key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    // Published first: a key that signs has a public half that is known.
    auto const pkcs8 = key.to_pkcs8();
    SALUS_TRY_VOID(write_file_durably(layout.backup_public_key(),
                                      bytes_of(backup::to_pem(key.verifying_key())),
                                      FileAccess::readable_by_all));
    SALUS_TRY_VOID(
        keys::seal_to_file(layout.backup_key(), seal_key, context, pkcs8.reveal(), random));
    return key;
}

}  // namespace salus::app
