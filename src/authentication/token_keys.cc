#include "authentication/token_keys.h"

#include "foundation/check.h"
#include "foundation/limits.h"
#include "keys/sealed_file.h"

namespace salus::authentication {
namespace {

// Files of version 0.1.0 hold one PKCS #8 key and nothing else, which begins otherwise.
constexpr std::string_view kMagic = "TK\x02";
constexpr std::size_t kKeyLargest = 2'048;   // RSA of 3072 bits takes 1.8 kB
constexpr std::size_t kKeyHeaderBytes = 12;  // verifies_until, size

crypto::Context context_of(request::Tenant const& tenant) {
    using Part = crypto::Context::Part;
    crypto::Context context;
    context.add(Part::realm, tenant.realm)
        .add(Part::tenant, tenant.name.text())
        .add(Part::object_class, "token-signing-key");
    return context;
}

SecretBytes encode(std::vector<TokenKey> const& keys) {
    Bytes bytes;
    bytes.reserve(keys.size() * kKeyLargest);  // grown once: it holds keys
    append(bytes, bytes_of(kMagic));
    for (auto const& [key, verifies_until] : keys) {
        auto const secret = key.to_pkcs8();
        append_u64(bytes, static_cast<std::uint64_t>(verifies_until));
        append_u32(bytes, static_cast<std::uint32_t>(secret.size()));
        append(bytes, secret.reveal());
    }
    SecretBytes encoded{BytesView(bytes)};
    scrub(bytes);
    return encoded;
}

Result<std::vector<TokenKey>> decode(BytesView encoded) {
    constexpr Literal kWhy = "the file of token signing keys has a wrong form";
    std::vector<TokenKey> keys;
    if (!text_of(encoded).starts_with(kMagic)) {
        SALUS_TRY(auto key, crypto::SigningKey::from_pkcs8(SecretBytes(encoded)));
        keys.push_back({.key = std::move(key), .verifies_until = 0});
        return keys;
    }
    for (encoded = encoded.subspan(kMagic.size()); !encoded.empty();) {
        if (encoded.size() < kKeyHeaderBytes) return fail(Errc::corrupt, kWhy);
        auto const until = static_cast<std::int64_t>(read_u64(encoded));
        auto const size = read_u32(encoded.subspan(8));
        encoded = encoded.subspan(kKeyHeaderBytes);
        if (size > encoded.size()) return fail(Errc::corrupt, kWhy);
        SALUS_TRY(auto key, crypto::SigningKey::from_pkcs8(SecretBytes(encoded.first(size))));
        keys.push_back({.key = std::move(key), .verifies_until = until});
        encoded = encoded.subspan(size);
    }
    if (keys.empty()) return fail(Errc::corrupt, kWhy);
    return keys;
}

}  // namespace

TokenKeySet::TokenKeySet(std::vector<TokenKey> keys, std::string key_id,
                         jose::KeySet verifying_keys, std::string published)
    : keys_(std::move(keys)),
      key_id_(std::move(key_id)),
      verifying_keys_(std::move(verifying_keys)),
      published_(std::move(published)) {}

Result<std::shared_ptr<TokenKeySet const>> TokenKeySet::make(std::vector<TokenKey> keys) {
    SALUS_CHECK(!keys.empty());
    std::vector<std::string> published;
    for (auto const& each : keys) {
        auto const verifying_key = each.key.verifying_key();
        published.push_back(
            jose::to_jwk(verifying_key, jose::thumbprint(verifying_key), each.key.algorithm()));
    }
    auto text = jose::to_key_set(published);
    SALUS_TRY(auto verifying_keys, jose::KeySet::parse(text));
    auto key_id = jose::thumbprint(keys.front().key.verifying_key());
    return std::shared_ptr<TokenKeySet const>(new TokenKeySet(
        std::move(keys), std::move(key_id), std::move(verifying_keys), std::move(text)));
}

TokenKeys::TokenKeys(std::filesystem::path path, request::Tenant const& tenant,
                     crypto::Random& random)
    : path_(std::move(path)),
      keyring_(&tenant.keyring),
      context_(context_of(tenant)),
      random_(&random),
      state_(std::make_unique<State>()) {}

Result<TokenKeys> TokenKeys::open(std::filesystem::path const& path, request::Tenant const& tenant,
                                  crypto::Random& random) {
    TokenKeys self(path, tenant, random);
    auto keys = self.read();
    if (keys) {
        SALUS_TRY(auto set, TokenKeySet::make(*std::move(keys)));
        MutexLock const lock(self.state_->mutex);
        self.state_->current = std::move(set);
        return self;
    }
    if (keys.error().code != Errc::not_found) return fail(keys.error());
    SALUS_TRY(auto const seal_key,
              tenant.keyring.purpose_key_for_writing(keys::Purpose::token_signing));
    std::vector<TokenKey> first;
    first.push_back({.key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256),
                     .verifies_until = 0});
    SALUS_TRY_VOID(self.write(std::move(first), seal_key.version));
    return self;
}

std::shared_ptr<TokenKeySet const> TokenKeys::current() const {
    MutexLock const lock(state_->mutex);
    return state_->current;
}

Result<std::vector<TokenKey>> TokenKeys::read() const {
    SALUS_TRY(auto const version, keys::key_version_of_file(path_));
    auto const seal_key = keyring_->purpose_key_for_reading(keys::Purpose::token_signing, version);
    if (!seal_key && seal_key.error().code == Errc::not_found) {
        return fail(Errc::corrupt, "the token signing keys are sealed under a key that is gone");
    }
    if (!seal_key) return fail(seal_key.error());
    SALUS_TRY(auto const secret, keys::open_from_file(path_, *seal_key, context_, *random_));
    return decode(secret.reveal());
}

Result<void> TokenKeys::write(std::vector<TokenKey> keys, std::uint32_t seal_version) {
    SALUS_TRY(auto const seal_key,
              keyring_->purpose_key_for_reading(keys::Purpose::token_signing, seal_version));
    auto const encoded = encode(keys);
    SALUS_TRY(auto set, TokenKeySet::make(std::move(keys)));
    SALUS_TRY_VOID(
        keys::seal_to_file(path_, seal_key, context_, encoded.reveal(), *random_, seal_version));
    MutexLock const lock(state_->mutex);
    state_->current = std::move(set);
    return {};
}

Result<void> TokenKeys::rotate(std::uint32_t seal_version, WallTime now) {
    SALUS_TRY(auto const sealed_under, keys::key_version_of_file(path_));
    if (sealed_under == seal_version) return {};
    return replace(current()->signing_key().algorithm(), seal_version, now);
}

Result<void> TokenKeys::sign_by(crypto::SignatureAlgorithm algorithm, WallTime now) {
    if (current()->signing_key().algorithm() == algorithm) return {};
    SALUS_TRY(auto const sealed_under, keys::key_version_of_file(path_));
    return replace(algorithm, sealed_under, now);
}

Result<void> TokenKeys::replace(crypto::SignatureAlgorithm algorithm, std::uint32_t seal_version,
                                WallTime now) {
    SALUS_TRY(auto old, read());
    std::vector<TokenKey> keys;
    keys.push_back({.key = crypto::SigningKey::generate(algorithm), .verifies_until = 0});
    auto const until =
        to_unix_seconds(now) + limits::kAccessTokenLife.count() + limits::kClockSkew.count() + 1;
    for (auto& each : old) {
        if (each.verifies_until == 0) each.verifies_until = until;
        keys.push_back(std::move(each));
    }
    return write(std::move(keys), seal_version);
}

Result<std::size_t> TokenKeys::destroy_expired(WallTime now) {
    auto const seconds = to_unix_seconds(now);
    std::size_t expired = 0;
    for (auto const& each : current()->keys()) {
        expired += each.verifies_until != 0 && each.verifies_until < seconds ? 1U : 0U;
    }
    if (expired == 0) return expired;
    SALUS_TRY(auto keys, read());
    std::erase_if(keys, [seconds](TokenKey const& each) {
        return each.verifies_until != 0 && each.verifies_until < seconds;
    });
    SALUS_TRY(auto const version, keys::key_version_of_file(path_));
    SALUS_TRY_VOID(write(std::move(keys), version));
    return expired;
}

}  // namespace salus::authentication
