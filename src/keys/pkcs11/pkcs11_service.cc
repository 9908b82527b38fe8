#include "keys/pkcs11/pkcs11_service.h"

#include <algorithm>
#include <array>

#include "keys/key_memory.h"

namespace salus::keys::pkcs11 {
namespace {

using Part = crypto::Context::Part;

// Header, initialisation vector, key, tag.
constexpr std::size_t kBlobBytes = kWrappingHeaderBytes + kIvBytes + kKeyBytes + kTagBytes;

constexpr Literal kNoTenant = "no tenant can have this key-encryption key";

bool is_realm(std::string_view realm) {
    return !realm.empty() && realm.find('/') == std::string_view::npos;
}

}  // namespace

Pkcs11Service::Pkcs11Service(Settings settings, std::string realm, crypto::Random& random)
    : settings_(std::move(settings)), realm_(std::move(realm)), random_(random) {}

Result<std::unique_ptr<Pkcs11Service>> Pkcs11Service::open(Settings settings, std::string realm,
                                                           crypto::Random& random) {
    if (!is_realm(realm)) return fail(Errc::invalid, "this realm cannot be part of a key's label");
    std::unique_ptr<Pkcs11Service> service(
        new Pkcs11Service(std::move(settings), std::move(realm), random));
    auto& self = *service;
    MutexLock const lock(self.mutex_);
    SALUS_TRY_VOID(self.connect());
    return service;
}

Result<void> Pkcs11Service::connect() {
    if (session_) return {};
    SALUS_TRY(auto pin, read_secret(settings_.pin));
    if (pin == refused_pin_) {
        return fail(Errc::unauthenticated,
                    "the PKCS#11 token refused this PIN: it is not tried again");
    }
    auto session = Session::open(settings_.module, settings_.token, pin);
    if (!session && session.error().code == Errc::unauthenticated) refused_pin_ = std::move(pin);
    if (!session) return fail(session.error());
    SALUS_TRY_VOID((*session)->try_mechanism(settings_.vector));
    session_ = *std::move(session);
    return {};
}

bool Pkcs11Service::has_died(Errc answer) {
    if (answer != Errc::unavailable || !session_) return false;
    session_ = nullptr;
    return true;
}

std::string Pkcs11Service::label_of(KekName const& name) const {
    return "salus/" + realm_ + "/" + name.tenant.text() + "/" + std::to_string(name.epoch);
}

Result<std::optional<Session::Kek>> Pkcs11Service::find(KekName const& name) {
    if (auto connected = connect(); !connected) {
        return fail(Errc::unavailable, connected.error().why);
    }
    return session_->find(label_of(name));
}

Result<Session::Kek> Pkcs11Service::kek_of(KekName const& name) {
    SALUS_TRY(auto found, find(name));
    if (!found) {
        session_ = nullptr;
        SALUS_TRY(found, find(name));
    }
    if (!found) return fail(Errc::not_found, "no such key-encryption key in the PKCS#11 token");
    return *found;
}

Result<void> Pkcs11Service::ensure(KekName const& name) {
    if (!is_kek_name(name)) return fail(Errc::invalid, kNoTenant);
    MutexLock const lock(mutex_);
    auto done = ensure_once(name);
    if (!done && has_died(done.error().code)) done = ensure_once(name);
    return done;
}

Result<void> Pkcs11Service::ensure_once(KekName const& name) {
    auto const present = kek_of(name);
    if (present) return {};
    if (present.error().code != Errc::not_found) return fail(present.error());
    auto const id = crypto::random_secret(random_, sizeof(KeyId::Array));
    SALUS_TRY_VOID(session_->generate(label_of(name), KeyId::from(id.reveal())));
    // What is there now counts: the token may have made it otherwise than it was asked to.
    SALUS_TRY(auto const made, session_->find(label_of(name)));
    if (!made) return fail(Errc::internal, "the PKCS#11 token does not keep the key that it made");
    return {};
}

Result<void> Pkcs11Service::count_encryption(KekName const& name) {
    auto& count = encryptions_[name];
    if (count >= kEncryptionsMax) {
        return fail(Errc::too_large, "a key-encryption key was used up: it needs a new epoch");
    }
    ++count;
    return {};
}

Result<Bytes> Pkcs11Service::wrap(KekName const& name, BytesView context, SecretBytes const& key) {
    if (key.size() != kKeyBytes) return fail(Errc::invalid, "only keys of 32 bytes are wrapped");
    MutexLock const lock(mutex_);
    auto wrapped = wrap_once(name, context, key);
    if (!wrapped && has_died(wrapped.error().code)) wrapped = wrap_once(name, context, key);
    return wrapped;
}

Result<Bytes> Pkcs11Service::wrap_once(KekName const& name, BytesView context,
                                       SecretBytes const& key) {
    SALUS_TRY(auto const kek, kek_of(name));
    SALUS_TRY_VOID(count_encryption(name));
    auto blob =
        wrapping_header({.mechanism = WrappedBy::pkcs11, .id = kek.id, .epoch = name.epoch});
    auto bound = wrapping_context(realm_, name, context);
    bound.add(Part::object_class, BytesView(blob));
    std::array<std::uint8_t, kIvBytes> iv{};
    bool const ours = settings_.vector == InitialisationVector::caller;
    if (ours) random_.fill(iv);
    SALUS_TRY(auto const ciphertext,
              session_->encrypt(kek.handle, iv, bound.bytes(), key.reveal()));
    if (std::ranges::all_of(iv, [](auto byte) { return byte == 0; })) {
        return fail(Errc::internal, "the PKCS#11 token made no initialisation vector");
    }
    append(blob, iv);
    append(blob, ciphertext);
    return blob;
}

Result<SecretBytes> Pkcs11Service::unwrap(KekName const& name, BytesView context,
                                          BytesView wrapped) {
    MutexLock const lock(mutex_);
    auto key = unwrap_once(name, context, wrapped);
    if (!key && has_died(key.error().code)) key = unwrap_once(name, context, wrapped);
    return key;
}

Result<SecretBytes> Pkcs11Service::unwrap_once(KekName const& name, BytesView context,
                                               BytesView wrapped) {
    SALUS_TRY(auto const kek, kek_of(name));
    if (wrapped.size() != kBlobBytes) return fail(Errc::corrupt, "not a key wrapped by a token");
    SALUS_TRY(auto const by, read_wrapping_header(wrapped));
    WrappingKeyName const expected{
        .mechanism = WrappedBy::pkcs11, .id = kek.id, .epoch = name.epoch};
    if (by != expected) return fail(Errc::corrupt, "a key was wrapped by another key");
    auto bound = wrapping_context(realm_, name, context);
    bound.add(Part::object_class, wrapped.first(kWrappingHeaderBytes));
    auto const sealed = wrapped.subspan(kWrappingHeaderBytes);
    SALUS_TRY(auto key, session_->decrypt(kek.handle, sealed.first(kIvBytes), bound.bytes(),
                                          sealed.subspan(kIvBytes)));
    if (key.size() != kKeyBytes) return fail(Errc::corrupt, "a wrapped key has a wrong size");
    return key;
}

Result<void> Pkcs11Service::destroy(KekName const& name) {
    if (!is_kek_name(name)) return fail(Errc::invalid, kNoTenant);
    MutexLock const lock(mutex_);
    auto done = destroy_once(name);
    if (!done && has_died(done.error().code)) done = destroy_once(name);
    return done;
}

Result<void> Pkcs11Service::destroy_once(KekName const& name) {
    auto const present = kek_of(name);
    if (!present && present.error().code == Errc::not_found) return {};
    if (!present) return fail(present.error());
    SALUS_TRY_VOID(session_->destroy(present->handle));
    // What is there now counts: a token may say yes and keep the key.
    SALUS_TRY(auto const left, session_->find(label_of(name)));
    if (left) return fail(Errc::internal, "the PKCS#11 token keeps a key that was destroyed");
    encryptions_.erase(name);
    return {};
}

Literal Pkcs11Service::description() const noexcept {
    return "PKCS#11 token: AES-256 keys that never leave it, CKM_AES_GCM with associated data";
}

std::string Pkcs11Service::evidence() {
    MutexLock const lock(mutex_);
    if (auto const connected = connect(); !connected) {
        return std::string(connected.error().why.text());
    }
    auto facts = session_->token_facts();
    auto const tried = session_->try_mechanism(settings_.vector);
    facts.append("; CKM_AES_GCM tried now: ");
    facts.append(tried ? "opens what it sealed and refuses other associated data"
                       : tried.error().why.text());
    std::uint64_t encryptions = 0;
    for (auto const& [name, count] : encryptions_) encryptions += count;
    facts.append("; keys wrapped since the start: ").append(std::to_string(encryptions));
    return facts;
}

}  // namespace salus::keys::pkcs11
