// Where things stand, without saying what they are: keyed addresses, compartment ids and blind
// tokens. The database sees 128-bit codes; equal values have equal codes only inside one tenant and
// one use. Belongs to one thread (it holds keyed HMAC contexts). ENC-1, ENC-2.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hmac.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "keys/keyring.h"

namespace salus::records {

class Addressing {
public:
    static Result<Addressing> make(keys::Keyring& keyring);

    // Of what says where the audit log names patients (docs/formats/audit-log.md).
    [[nodiscard]] SecretBytes patient_index_key() const;
    [[nodiscard]] Address address(std::string_view type, std::string_view id) const;
    // Every patient has one, whether the Patient resource exists yet or not.
    [[nodiscard]] CompartmentId patient_compartment(std::string_view patient_id) const;
    // Practitioners, organizations and whatever names no patient.
    [[nodiscard]] CompartmentId const& shared_compartment() const noexcept { return shared_; }
    // Clients, replay guards, and later users, agreements and approvals.
    [[nodiscard]] CompartmentId const& identity_compartment() const noexcept { return identity_; }

    // While the token key is rotated there are several. A write has tokens of the active key and of
    // the next; a look-up asks for those of the active key and of the ones before, which a late
    // write may still have. Grows whenever a write's tokens are made with other keys: twice the
    // newest key's version, and one more when it is the only one.
    [[nodiscard]] std::uint32_t token_version() const noexcept { return token_version_; }
    enum class TokenUse { write, find };
    // Takes up keys that were rotated since. Errors as keys::Keyring; then nothing changed.
    [[nodiscard]] Result<void> renew_token_keys();

    // Full width: an identifier's purpose is to be unique, so its frequency is flat.
    void add_identifier_tokens(TokenUse use, std::string_view type, std::string_view system,
                               std::string_view value, std::vector<BlindToken>& tokens) const;
    // Beginning of a name (already normalised) with a birth date, cut to kDemographicBits so that
    // several people share each token on purpose: frequencies tell the database less, and
    // candidates are verified after they are opened.
    void add_demographic_tokens(TokenUse use, std::string_view name_beginning,
                                std::string_view birth_date, std::vector<BlindToken>& tokens) const;
    static constexpr unsigned kDemographicBits = 16;
    // A name in a look-up has at least this many letters; tokens are made of exactly this many.
    static constexpr std::size_t kNameBeginning = 3;

private:
    struct TokenKey {
        crypto::HmacSha256 key;
        bool writes = false;
        bool finds = false;
        [[nodiscard]] bool serves(TokenUse use) const noexcept {
            return use == TokenUse::write ? writes : finds;
        }
    };
    Addressing(keys::Keyring& keyring, crypto::HmacSha256 addresses);

    keys::Keyring* keyring_;
    crypto::HmacSha256 addresses_;
    std::vector<TokenKey> token_keys_;
    std::uint32_t token_version_ = 0;
    std::uint64_t purpose_changes_ = 0;  // of the keyring when the token keys were read
    CompartmentId shared_;
    CompartmentId identity_;
};

}  // namespace salus::records
