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

Addressing::Addressing(crypto::HmacSha256 addresses, crypto::HmacSha256 tokens)
    : addresses_(std::move(addresses)),
      tokens_(std::move(tokens)),
      shared_(CompartmentId::from(keyed(addresses_, "salus/compartment/shared", {}))),
      identity_(CompartmentId::from(keyed(addresses_, "salus/compartment/identity", {}))) {}

Result<Addressing> Addressing::make(keys::Keyring& keyring) {
    SALUS_TRY(auto const address_key, keyring.purpose_key(keys::Purpose::address));
    SALUS_TRY(auto const token_key, keyring.purpose_key(keys::Purpose::blind_index));
    return Addressing(crypto::HmacSha256(address_key), crypto::HmacSha256(token_key));
}

Address Addressing::address(std::string_view type, std::string_view id) const {
    return Address::from(keyed(addresses_, "salus/address", {type, id}));
}

CompartmentId Addressing::patient_compartment(std::string_view patient_id) const {
    return CompartmentId::from(keyed(addresses_, "salus/compartment/patient", {patient_id}));
}

BlindToken Addressing::identifier_token(std::string_view type, std::string_view system,
                                        std::string_view value) const {
    return BlindToken::from(keyed(tokens_, "salus/bi/identifier/v1", {type, system, value}));
}

BlindToken Addressing::demographic_token(std::string_view name_beginning,
                                         std::string_view birth_date) const {
    auto digest = keyed(tokens_, "salus/bi/name-birthdate/v1", {name_beginning, birth_date});
    static_assert(kDemographicBits % 8 == 0);
    for (std::size_t i = kDemographicBits / 8; i < digest.size(); ++i) digest[i] = 0;
    return BlindToken::from(digest);
}

}  // namespace salus::records
