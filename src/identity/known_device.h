// A browser in which people signed in before: guesses that are made elsewhere do not count against
// it (N2). Its cookie has the id and the secret; it proves nobody, and opens nothing. Any thread;
// values.
#pragma once

#include <string>
#include <vector>

#include "crypto/hash.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "json/document.h"
#include "records/sealing.h"

namespace salus::identity {

struct KnownDevice {
    static constexpr records::DocumentClass kClass = records::DocumentClass::sign_in;
    static constexpr std::string_view kType = "KnownDevice";
    crypto::Sha256Digest secret{};
    std::vector<std::string> users;  // ids; the last who signed in last

    [[nodiscard]] bool knows(UserId const& user) const;
    // At most limits::kUsersOfDevice: who was away the longest is forgotten.
    void add(UserId const& user);
    [[nodiscard]] std::string to_json() const;
    static Result<KnownDevice> from_json(json::Value root);
};

}  // namespace salus::identity
