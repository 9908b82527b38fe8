#include "app/signer_backup.h"

#include "app/crypto_section.h"
#include "app/key_service.h"
#include "app/record_leaf.h"
#include "keys/instance_root.h"
#include "keys/sealed_file.h"
#include "transparency/keyed_signer.h"

namespace salus::app {
namespace {

constexpr std::string_view kLabel = "checkpoint-signer";

crypto::Context context_of(std::string const& realm) {
    crypto::Context context;
    context.add(crypto::Context::Part::realm, realm)
        .add(crypto::Context::Part::object_class, "checkpoint-signer-key");
    return context;
}

Result<SecretBytes> read_secret(std::filesystem::path const& file) {
    SALUS_TRY(auto bytes, read_file(file, limits::kSecretBytes));
    SecretBytes secret(bytes);
    scrub(bytes);
    return secret;
}

Result<void> put_back(Configuration const& configuration, SecretBytes const& seal_key,
                      crypto::Random& random) {
    Layout const layout{configuration.directory};
    SALUS_TRY(auto const secret, keys::open_from_file(layout.sealed_signer_key(), seal_key,
                                                      context_of(configuration.realm), random));
    SALUS_TRY(auto const key, crypto::SigningKey::from_pkcs8(secret));
    // The keys may be of a later backup than the data.
    SALUS_TRY(auto const heads,
              transparency::read_signed_heads(layout.signer(), key.verifying_key()));
    static_cast<void>(heads);
    return write_file_durably(transparency::secret_key_file(layout.signer()), secret.reveal(),
                              FileAccess::private_to_owner);
}

}  // namespace

Result<void> seal_signer_key(Layout const& layout, std::string const& realm,
                             keys::KeyManagementService& service, crypto::Random& random) {
    auto const secret = read_secret(transparency::secret_key_file(layout.signer()));
    if (!secret && secret.error().code == Errc::not_found) return {};
    if (!secret) return fail(secret.error());
    SALUS_TRY(auto const seal_key,
              keys::instance_file_key(layout.instance_root(), service, realm, kLabel, random));
    auto const context = context_of(realm);
    auto const sealed = keys::open_from_file(layout.sealed_signer_key(), seal_key, context, random);
    if (sealed && equal_constant_time(sealed->reveal(), secret->reveal())) return {};
    if (!sealed && sealed.error().code != Errc::not_found) return fail(sealed.error());
    return keys::seal_to_file(layout.sealed_signer_key(), seal_key, context, secret->reveal(),
                              random);
}

bool restore_signer_key(Configuration const& configuration, std::string& why) {
    Layout const layout{configuration.directory};
    bool const is_missing =
        std::filesystem::exists(layout.sealed_signer_key()) &&
        std::filesystem::exists(transparency::memory_file(layout.signer())) &&
        !std::filesystem::exists(transparency::secret_key_file(layout.signer()));
    if (!is_missing) return true;
    if (!use_configured_module(configuration.crypto, why)) return false;
    SystemClock const clock;
    crypto::SystemRandom random;
    auto const service = open_key_service(configuration, clock, random);
    auto const seal_key = service ? keys::instance_file_key(layout.instance_root(), **service,
                                                            configuration.realm, kLabel, random)
                                  : Result<SecretBytes>(std::unexpected(service.error()));
    auto const done = seal_key ? put_back(configuration, *seal_key, random)
                               : Result<void>(std::unexpected(seal_key.error()));
    if (!done) why = done.error().why.text();
    return done.has_value();
}

Result<void> record_restored(Layout const& layout, std::string const& realm,
                             request::Tenant const& tenant) {
    std::uint64_t size = 0;
    if (std::filesystem::exists(transparency::memory_file(layout.signer()))) {
        SALUS_TRY(auto const key,
                  transparency::read_public_key(transparency::public_key_file(layout.signer())));
        SALUS_TRY(auto const heads, transparency::read_signed_heads(layout.signer(), key));
        auto const found = heads.find(audit_origin(realm, tenant.name));
        if (found != heads.end()) size = found->second.size;
    }
    audit::LeafBuilder leaf(audit::Event::signing, audit::Outcome::ok);
    leaf.reason("restored from a backup").number("signed", static_cast<std::int64_t>(size));
    return record_leaf(tenant.audit_log, tenant.name, std::move(leaf));
}

}  // namespace salus::app
