#include "records/addressing.h"

namespace salus::records {
namespace {

// Label, then each part with its length, so that no two inputs have the same encoding.
crypto::Sha256Digest keyed(crypto::HmacSha256 const& key, std::string_view label,
                           std::initializer_list<std::string_view> parts) {
    Bytes message;
    message.reserve(128);
    append(message, bytes_of(label));
    message.push_back(0);
    for (auto part : parts) {
        append_u32(message, static_cast<std::uint32_t>(part.size()));
        append(message, bytes_of(part));
    }
    return key.of({message});
}

}  // namespace

Addressing::Addressing(keys::Keyring& keyring, crypto::HmacSha256 addresses)
    : keyring_(&keyring),
      addresses_(std::move(addresses)),
      shared_(CompartmentId::from(keyed(addresses_, "salus/compartment/shared", {}))),
      identity_(CompartmentId::from(keyed(addresses_, "salus/compartment/identity", {}))) {}

Result<Addressing> Addressing::make(keys::Keyring& keyring) {
    SALUS_TRY(auto const address_key, keyring.purpose_key(keys::Purpose::address));
    Addressing addressing(keyring, crypto::HmacSha256(address_key));
    SALUS_TRY_VOID(addressing.renew_token_keys());
    return addressing;
}

Result<void> Addressing::renew_token_keys() {
    // Before the keys: what changes after this is taken up by the next call.
    auto const changes = keyring_->purpose_changes();
    if (token_version_ != 0 && changes == purpose_changes_) return {};
    SALUS_TRY(auto const keys, keyring_->purpose_keys(keys::Purpose::blind_index));
    std::vector<TokenKey> fresh;
    std::uint32_t newest = 0;
    std::uint32_t writing = 0;
    for (auto const& key : keys) {
        bool const writes = key.state != keys::KeyState::decrypt_only;
        fresh.push_back({.key = crypto::HmacSha256(key.key),
                         .writes = writes,
                         .finds = key.state != keys::KeyState::pre_active});
        if (!writes) continue;
        newest = key.version;
        ++writing;
    }
    if (newest == 0) return fail(Errc::not_found, "the purpose key does not exist");
    token_keys_ = std::move(fresh);
    token_version_ = 2 * newest + (writing == 1 ? 1 : 0);
    purpose_changes_ = changes;
    return {};
}

SecretBytes Addressing::patient_index_key() const {
    auto digest = keyed(addresses_, "salus/patient-index", {});
    SecretBytes key(digest);
    scrub(digest);
    return key;
}

Address Addressing::address(std::string_view type, std::string_view id) const {
    return Address::from(keyed(addresses_, "salus/address", {type, id}));
}

CompartmentId Addressing::patient_compartment(std::string_view patient_id) const {
    return CompartmentId::from(keyed(addresses_, "salus/compartment/patient", {patient_id}));
}

void Addressing::add_identifier_tokens(TokenUse use, std::string_view type, std::string_view system,
                                       std::string_view value,
                                       std::vector<BlindToken>& tokens) const {
    for (auto const& key : token_keys_) {
        if (!key.serves(use)) continue;
        tokens.push_back(
            BlindToken::from(keyed(key.key, "salus/bi/identifier/v1", {type, system, value})));
    }
}

void Addressing::add_demographic_tokens(TokenUse use, std::string_view name_beginning,
                                        std::string_view birth_date,
                                        std::vector<BlindToken>& tokens) const {
    for (auto const& key : token_keys_) {
        if (!key.serves(use)) continue;
        auto digest = keyed(key.key, "salus/bi/name-birthdate/v1", {name_beginning, birth_date});
        static_assert(kDemographicBits % 8 == 0);
        for (std::size_t i = kDemographicBits / 8; i < digest.size(); ++i) digest[i] = 0;
        tokens.push_back(BlindToken::from(digest));
    }
}

}  // namespace salus::records
