// For tests: a tenant's door with real keys, tokens of every kind, and a client that holds a key.
// Included by tests only.
#pragma once

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "authentication/authentication.h"
#include "foundation/limits.h"
#include "foundation/oauth_limits.h"
#include "jose/algorithm.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "request/tenant_for_test.h"

namespace salus::testing {

// What the store would say.
class StandingForTest final : public authentication::Standing {
public:
    [[nodiscard]] Result<bool> stands(request::CallerFacts const& token) override {
        ++asked;
        if (fails) return fail(Errc::unavailable, "the store is away");
        return !revoked.contains(token.token_id);
    }
    std::set<std::string> revoked;
    bool fails = false;
    int asked = 0;
};

class AuthenticationRoom {
public:
    using ClaimTexts = std::map<std::string, std::string>;  // JSON text by name

    // How long ago the process began.
    explicit AuthenticationRoom(std::chrono::milliseconds since = limits::kClockSkew)
        : guards_(instance_.clock.now() - since, instance_.random) {}

    [[nodiscard]] std::int64_t now() const { return to_unix_seconds(instance_.clock.now()); }
    void advance(std::chrono::seconds by) { instance_.clock.advance(by); }
    [[nodiscard]] ClaimTexts claims() const {
        return {{"iss", "\"https://localhost:8443\""},
                {"aud", "\"https://localhost:8443/fhir\""},
                {"sub", "\"client-1\""},
                {"client_id", "\"client-1\""},
                {"iat", std::to_string(now())},
                {"exp", std::to_string(now() + 300)},
                {"scope", "\"system/*.rs\""},
                {"purpose_of_use", "\"TREAT\""}};
    }
    template <class Key>
    [[nodiscard]] ClaimTexts bound_to(Key const& key) const {
        auto bound = claims();
        bound["cnf"] = R"({"jkt":")" + key.thumbprint() + "\"}";
        return bound;
    }
    [[nodiscard]] std::string sign(ClaimTexts claims, std::string const& token_id = "jti-1") const {
        claims["jti"] = "\"" + token_id + "\"";
        std::string text = "{";
        for (auto const& [name, value] : claims) {
            text += (text.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
        }
        auto const set = keys_.current();
        return jose::sign_compact(set->signing_key(), set->key_id(), "at+jwt", text + "}");
    }

    using Fields = std::vector<std::pair<std::string, std::string>>;
    [[nodiscard]] Result<request::CallerPointer> ask_with(Fields headers,
                                                          std::string target = "/fhir/Patient/1") {
        return authentication_.authenticate(
            make_request({.target = std::move(target), .headers = std::move(headers)}), challenge_);
    }
    [[nodiscard]] Result<request::CallerPointer> ask_from(http::Peer peer, Fields headers) {
        auto request = make_request({.target = "/fhir/Patient/1", .headers = std::move(headers)});
        request.peer = std::move(peer);
        return authentication_.authenticate(request, challenge_);
    }
    [[nodiscard]] Result<request::CallerPointer> ask(std::string const& scheme,
                                                     std::string const& token,
                                                     std::string const& proof,
                                                     std::string target = "/fhir/Patient/1",
                                                     std::string const& host = {}) {
        Fields headers{{"Authorization", scheme + " " + token}};
        if (!proof.empty()) headers.emplace_back("DPoP", proof);
        if (!host.empty()) headers.emplace_back("Host", host);
        return ask_with(std::move(headers), std::move(target));
    }

    [[nodiscard]] StandingForTest& standing() noexcept { return standing_; }
    [[nodiscard]] authentication::TokenGuards& guards() noexcept { return guards_; }
    [[nodiscard]] request::Challenge const& challenge() const noexcept { return challenge_; }

private:
    TestInstance instance_;
    TestTenant tenant_{instance_};
    authentication::TokenKeys keys_ = must(authentication::TokenKeys::open(
        tenant_.directory() / "token.sealed", tenant_.tenant(), instance_.random));
    authentication::TokenGuards guards_;
    StandingForTest standing_;
    request::Challenge challenge_;
    authentication::VerifiedTokens verified_{tenant_.tenant(), keys_, guards_, standing_,
                                             instance_.clock};
    authentication::Authentication authentication_{tenant_.tenant(), verified_, guards_,
                                                   instance_.clock};
};

// A client's key, which it proves to hold.
class HolderKey {
public:
    [[nodiscard]] std::string thumbprint() const { return jose::thumbprint(key_.verifying_key()); }
    [[nodiscard]] std::string proof(
        AuthenticationRoom const& room, std::string const& token, std::string const& id = "proof-1",
        std::string const& url = "https://localhost:8443/fhir/Patient/1") const {
        return signed_proof(room, token, id, url, "");
    }
    // `after`: how far its date is behind the room's time.
    [[nodiscard]] std::string proof_with_nonce(AuthenticationRoom const& room,
                                               std::string const& token, std::string const& id,
                                               std::string const& nonce,
                                               std::chrono::seconds after = {}) const {
        return signed_proof(room, token, id, "https://localhost:8443/fhir/Patient/1",
                            R"(,"nonce":")" + nonce + "\"", after);
    }
    [[nodiscard]] std::string proof_dated(AuthenticationRoom const& room, std::string const& token,
                                          std::string const& id, std::chrono::seconds after) const {
        return signed_proof(room, token, id, "https://localhost:8443/fhir/Patient/1", "", after);
    }

private:
    [[nodiscard]] std::string signed_proof(AuthenticationRoom const& room, std::string const& token,
                                           std::string const& id, std::string const& url,
                                           std::string const& more,
                                           std::chrono::seconds after = {}) const {
        auto const encoded = [](std::string const& text) { return to_base64url(bytes_of(text)); };
        auto const header = R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" +
                            jose::to_jwk(key_.verifying_key(), "x", key_.algorithm()) + "}";
        auto const claims = R"({"jti":")" + id + R"(","htm":"GET","htu":")" + url + R"(","iat":)" +
                            std::to_string(room.now() + after.count()) + R"(,"ath":")" +
                            to_base64url(crypto::sha256(bytes_of(token))) + "\"" + more + "}";
        auto const text = encoded(header) + "." + encoded(claims);
        return text + "." + to_base64url(key_.sign(bytes_of(text)));
    }

    crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
};

}  // namespace salus::testing
