// Who somebody is at the outside OpenID provider (OpenID Connect Core section 2: `iss` and `sub`
// together, and nothing else, name an account). An administrator states it of a user; no claim
// such as `email` ever leads to one (IAM-5). Any thread; values.
#pragma once

#include <string>
#include <string_view>

#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "json/document.h"
#include "records/sealing.h"

namespace salus::identity {

struct OutsideAccount {
    std::string issuer;   // of the provider that was configured when it was stated
    std::string subject;  // is_subject()
    friend bool operator==(OutsideAccount const&, OutsideAccount const&) = default;
};

// 1 to 255 visible ASCII characters (OpenID Connect Core section 2, and no spaces).
[[nodiscard]] bool is_subject(std::string_view text) noexcept;

// Whose account that is. Its id is outside_account_id().
struct OutsideAccountOwner {
    static constexpr records::DocumentClass kClass = records::DocumentClass::user;
    static constexpr std::string_view kType = "OutsideAccountOwner";
    UserId user;
    [[nodiscard]] std::string to_json() const;
    static Result<OutsideAccountOwner> from_json(json::Value root);
};

// A hash of issuer and subject, in base64url.
[[nodiscard]] std::string outside_account_id(OutsideAccount const& account);

}  // namespace salus::identity
