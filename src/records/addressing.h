// Where things stand, without saying what they are: keyed addresses, compartment ids and blind
// tokens. The database sees 128-bit codes; equal values have equal codes only inside one tenant and
// one use. Belongs to one thread (it holds keyed HMAC contexts). ENC-1, ENC-2.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "crypto/hmac.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "keys/keyring.h"

namespace salus::records {

class Addressing {
public:
    static Result<Addressing> make(keys::Keyring& keyring);

    [[nodiscard]] Address address(std::string_view type, std::string_view id) const;
    // Every patient has one, whether the Patient resource exists yet or not.
    [[nodiscard]] CompartmentId patient_compartment(std::string_view patient_id) const;
    // Practitioners, organizations and whatever names no patient.
    [[nodiscard]] CompartmentId const& shared_compartment() const noexcept { return shared_; }
    // Clients, replay guards, and later users, agreements and approvals.
    [[nodiscard]] CompartmentId const& identity_compartment() const noexcept { return identity_; }

    // Full width: an identifier's purpose is to be unique, so its frequency is flat.
    [[nodiscard]] BlindToken identifier_token(std::string_view type, std::string_view system,
                                              std::string_view value) const;
    // Beginning of a name (already normalised) with a birth date, cut to kDemographicBits so that
    // several people share each token on purpose: frequencies tell the database less, and
    // candidates are verified after they are opened.
    [[nodiscard]] BlindToken demographic_token(std::string_view name_beginning,
                                               std::string_view birth_date) const;
    static constexpr unsigned kDemographicBits = 16;
    // A name in a look-up has at least this many letters; tokens are made of exactly this many.
    static constexpr std::size_t kNameBeginning = 3;

private:
    Addressing(crypto::HmacSha256 addresses, crypto::HmacSha256 tokens);

    crypto::HmacSha256 addresses_;
    crypto::HmacSha256 tokens_;
    CompartmentId shared_;
    CompartmentId identity_;
};

}  // namespace salus::records
