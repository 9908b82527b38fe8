#include "transit/transit_service.h"

#include <algorithm>

#include "json/writer.h"
#include "keys/key_memory.h"
#include "transit/blob.h"

namespace salus::transit {
namespace {

using keys::KekName;

constexpr std::size_t kRealmBytes = 64;
constexpr std::size_t kMountBytes = 128;

constexpr Literal kNoTenant = "no tenant can have this key-encryption key";

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_realm(std::string_view realm) {
    return !realm.empty() && realm.size() <= kRealmBytes && std::ranges::all_of(realm, is_word);
}

bool is_mount(std::string_view mount) {
    return !mount.empty() && mount.size() <= kMountBytes && mount.front() != '/' &&
           mount.back() != '/' && mount.find("//") == std::string_view::npos &&
           std::ranges::all_of(mount, [](char c) { return is_word(c) || c == '_' || c == '/'; });
}

// {"NAME": BASE64, "associated_data": BASE64}
SecretBytes request_of(std::string_view name, std::string_view value, BytesView context) {
    std::string body;
    body.reserve(256 + value.size() + context.size() * 2);  // grown once: it may hold a key
    json::Writer writer(body);
    writer.begin_object().key(name).string(value);
    writer.key("associated_data").string(to_base64(context)).end_object();
    SecretBytes request(bytes_of(body));
    scrub(body);
    return request;
}

std::optional<std::string> data_text(Vault::Answer const& answer, std::string_view name) {
    if (!answer.json) return std::nullopt;
    auto const data = answer.json->root().member("data");
    return data ? data->text_member(name) : std::nullopt;
}

bool is_false(json::Value const& data, std::string_view name) {
    auto const value = data.member(name);
    return value && value->is_boolean() && !value->boolean();
}

}  // namespace

Result<std::unique_ptr<TransitService>> TransitService::open(Settings settings, std::string realm,
                                                             Clock const& clock,
                                                             crypto::Random& random) {
    if (!is_realm(realm)) return fail(Errc::invalid, "this realm cannot be part of a key's name");
    if (!is_mount(settings.mount)) {
        return fail(Errc::invalid, "keys.transit.mount is no path of a secrets engine");
    }
    SALUS_TRY(auto vault, Vault::open(std::move(settings), clock, random));
    SALUS_TRY(auto const known, vault.get("auth/token/lookup-self"));
    if (known.status != 200) return fail(Errc::unavailable, "what answers there is no vault");
    std::unique_ptr<TransitService> service(new TransitService(std::move(vault), std::move(realm)));
    service->maintain();
    return service;
}

std::string TransitService::key_name(KekName const& name) const {
    return "salus-" + realm_ + "." + name.tenant.text() + "." + std::to_string(name.epoch);
}

std::string TransitService::path(std::string_view action, KekName const& name) const {
    auto path = vault_.settings().mount + "/";
    return path.append(action).append("/").append(key_name(name));
}

Result<void> TransitService::check_key(KekName const& name) {
    SALUS_TRY(auto const answer, vault_.get(path("keys", name)));
    if (answer.status == 404) {
        known_.erase(name);
        return fail(Errc::not_found, "no such key-encryption key in the vault");
    }
    auto const data = answer.json ? answer.json->root().member("data") : std::nullopt;
    if (!data) return fail(Errc::unavailable, "the vault does not tell about a key");
    if (data->text_member("type") != "aes256-gcm96" || !is_false(*data, "exportable") ||
        !is_false(*data, "allow_plaintext_backup") || !is_false(*data, "derived")) {
        return fail(Errc::corrupt, "a key-encryption key in the vault is not protected by it");
    }
    known_.insert(name);
    return {};
}

Result<void> TransitService::know(KekName const& name) {
    if (!keys::is_kek_name(name)) return fail(Errc::not_found, "no tenant has this key");
    return known_.contains(name) ? Result<void>() : check_key(name);
}

Result<void> TransitService::ensure(KekName const& name) {
    if (!keys::is_kek_name(name)) return fail(Errc::invalid, kNoTenant);
    MutexLock const lock(mutex_);
    auto present = check_key(name);
    if (present || present.error().code != Errc::not_found) return present;
    static constexpr std::string_view kKey =
        R"({"type":"aes256-gcm96","exportable":false,"allow_plaintext_backup":false,)"
        R"("derived":false})";
    SALUS_TRY(auto const made, vault_.post(path("keys", name), SecretBytes(bytes_of(kKey))));
    if (made.status != 200 && made.status != 204) {
        return fail(Errc::unavailable, "the vault makes no key: is keys.transit.mount right?");
    }
    return check_key(name);
}

Result<Bytes> TransitService::wrap(KekName const& name, BytesView context, SecretBytes const& key) {
    if (key.size() != keys::kKeyBytes) {
        return fail(Errc::invalid, "only keys of 32 bytes are wrapped");
    }
    MutexLock const lock(mutex_);
    SALUS_TRY_VOID(know(name));
    auto const by = wrapping_name(key_name(name), name.epoch);
    auto bound = keys::wrapping_context(realm_, name, context);
    bound.add(crypto::Context::Part::object_class, BytesView(keys::wrapping_header(by)));
    auto const to_wrap = bind(key, bound.bytes());
    auto plaintext = to_base64(to_wrap.reveal());
    auto const request = request_of("plaintext", plaintext, bound.bytes());
    scrub(plaintext);
    SALUS_TRY(auto const answer, vault_.post(path("encrypt", name), request));
    auto const ciphertext = data_text(answer, "ciphertext");
    if (!ciphertext) return fail(Errc::unavailable, "the vault does not wrap a key");
    return blob_of(by, *ciphertext);
}

Result<SecretBytes> TransitService::unwrap(KekName const& name, BytesView context,
                                           BytesView wrapped) {
    MutexLock const lock(mutex_);
    SALUS_TRY_VOID(know(name));
    auto const by = wrapping_name(key_name(name), name.epoch);
    SALUS_TRY(auto const ciphertext, vault_text_of(by, wrapped));
    auto bound = keys::wrapping_context(realm_, name, context);
    bound.add(crypto::Context::Part::object_class, wrapped.first(keys::kWrappingHeaderBytes));
    SALUS_TRY(auto const answer, vault_.post(path("decrypt", name),
                                             request_of("ciphertext", ciphertext, bound.bytes())));
    if (answer.status == 400) {
        // Also the answer for a key that was destroyed since.
        SALUS_TRY_VOID(check_key(name));
        return fail(Errc::corrupt, "the vault does not open a wrapped key");
    }
    auto plaintext = data_text(answer, "plaintext");
    if (!plaintext) return fail(Errc::unavailable, "the vault does not open a key");
    auto decoded = from_base64(*plaintext);
    scrub(*plaintext);
    if (!decoded) return fail(Errc::unavailable, "the vault's plaintext is no base64");
    SecretBytes const opened{BytesView(*decoded)};
    scrub(*decoded);
    return unbind(opened, bound.bytes());
}

Result<void> TransitService::destroy(KekName const& name) {
    if (!keys::is_kek_name(name)) return fail(Errc::invalid, kNoTenant);
    MutexLock const lock(mutex_);
    auto const present = check_key(name);
    if (!present && present.error().code == Errc::not_found) return {};
    static constexpr std::string_view kDeletable = R"({"deletion_allowed":true})";
    SALUS_TRY_VOID(vault_.post(path("keys", name) + "/config", SecretBytes(bytes_of(kDeletable))));
    SALUS_TRY_VOID(vault_.remove(path("keys", name)));
    // The answers do not count, what is there now does: a repeated call is answered with 400.
    auto const left = check_key(name);
    if (!left && left.error().code == Errc::not_found) return {};
    if (!left && left.error().code == Errc::unavailable) return fail(left.error());
    return fail(Errc::unavailable,
                "the vault keeps a key that was to be destroyed: does its policy allow that?");
}

void TransitService::maintain() {
    MutexLock const lock(mutex_);
    vault_.maintain();
}

Literal TransitService::description() const noexcept {
    return "transit engine of a vault: AES-256 keys that never leave it, over HTTPS";
}

std::string TransitService::evidence() {
    MutexLock const lock(mutex_);
    auto const answer = vault_.get("auth/token/lookup-self");
    auto facts = vault_.facts();
    return facts.append(answer ? "; it answers now"
                               : "; now: " + std::string(answer.error().why.text()));
}

}  // namespace salus::transit
