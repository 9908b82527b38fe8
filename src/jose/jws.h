// Signed tokens: JWS compact serialization (RFC 7515) by the rules of RFC 8725. The key decides the
// algorithm and the header must agree; `none` and HS* do not exist here; base64url is strict;
// member names are unique; signatures have their exact length; a token is at most
// limits::kTokenBytes. No function here reads a file, a database or the network: a kid is looked up
// in the given set only. IAM-8. Thread safety: functions from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "jose/algorithm.h"
#include "jose/jwk.h"
#include "json/document.h"

namespace salus::jose {

struct VerifyOptions {
    // `typ` that the header must have (RFC 8725 section 3.11), with or without "application/", in
    // any case; empty: any or none.
    Literal type;
    std::vector<crypto::SignatureAlgorithm> algorithms = all_algorithms();
    // The only `jku` that the header may have: the URL registered for this client, whose keys are
    // the given set. Empty: none.
    std::string key_set_url;
};

struct Verified {
    json::Document header;
    json::Document payload;  // an object
    std::string kid;
};
struct VerifiedBytes {
    json::Document header;
    Bytes payload;
    std::string kid;
};

// Errc::unauthenticated for every token that does not verify: which check failed is in the error's
// text, for the log and not for the peer.
[[nodiscard]] Result<Verified> verify_compact(std::string_view token, KeySet const& keys,
                                              VerifyOptions const& options);
// The same for a payload that need not be JSON.
[[nodiscard]] Result<VerifiedBytes> verify_compact_bytes(std::string_view token, KeySet const& keys,
                                                         VerifyOptions const& options);

// A token that is read, and of which nothing is believed: it tells by which keys it says that it
// can be verified, and nothing else before it is. For those who have to find the keys first; its
// parts are decoded and parsed once.
class UnverifiedToken {
public:
    // Errc::unauthenticated for what is no compact token with an object for a payload. Borrows the
    // text.
    [[nodiscard]] static Result<UnverifiedToken> read(std::string_view token);
    // `iss` and `kid`, whoever wrote them; nothing if they are no texts.
    [[nodiscard]] std::optional<std::string> claimed_issuer() const;
    [[nodiscard]] std::optional<std::string> claimed_key_id() const;
    // As verify_compact(); uses it up.
    [[nodiscard]] Result<Verified> verify(KeySet const& keys, VerifyOptions const& options) &&;

private:
    UnverifiedToken(json::Document header, json::Document payload, Bytes signature,
                    std::string_view signed_text)
        : header_(std::move(header)),
          payload_(std::move(payload)),
          signature_(std::move(signature)),
          signed_text_(signed_text) {}

    json::Document header_;
    json::Document payload_;
    Bytes signature_;
    std::string_view signed_text_;
};

// Header: alg (by the key), kid, typ. REQUIRES: payload_json is valid JSON.
[[nodiscard]] std::string sign_compact(crypto::SigningKey const& key, std::string_view kid,
                                       std::string_view type, std::string_view payload_json);

}  // namespace salus::jose
