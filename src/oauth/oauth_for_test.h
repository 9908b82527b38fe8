// For this room's tests: a tenant with signing keys, clients with keys of their own, and the token
// endpoint. Included by tests only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "authentication/authentication.h"
#include "http/test_support.h"
#include "jose/jws.h"
#include "oauth/client.h"
#include "oauth/client_registration.h"
#include "oauth/key_source_for_test.h"
#include "oauth/token_endpoint.h"
#include "oauth/token_status.h"
#include "records/tenant_for_test.h"
#include "request/form.h"

namespace salus::testing {

// Claims by name, each value as JSON text, so that a test can take one away or spoil it.
using ClaimTexts = std::map<std::string, std::string>;

inline std::string json_of(ClaimTexts const& claims) {
    std::string out = "{";
    for (auto const& [name, value] : claims) {
        out += (out.size() > 1 ? "," : "") + ("\"" + name + "\":" + value);
    }
    return out + "}";
}

// A client's key pair under its kid.
struct ClientKey {
    std::string kid;
    crypto::SigningKey key;

    static ClientKey make(
        std::string kid, crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::es256) {
        return {std::move(kid), crypto::SigningKey::generate(algorithm)};
    }
    [[nodiscard]] std::string jwk() const {
        return jose::to_jwk(key.verifying_key(), kid, key.algorithm());
    }
    [[nodiscard]] std::string sign(ClaimTexts const& claims) const {
        return jose::sign_compact(key, kid, "JWT", json_of(claims));
    }
};

using FormFields = std::vector<std::pair<std::string, std::string>>;

inline std::string form_of(FormFields const& fields) {
    std::string out;
    for (auto const& [name, value] : fields) {
        if (!out.empty()) out += "&";
        out += request::percent_encode(name) + "=" + request::percent_encode(value);
    }
    return out;
}

// Borrows the instance.
class OauthRoom {
public:
    explicit OauthRoom(TestInstance& instance, std::string const& name = "default",
                       std::string const& path = "")
        : instance_(instance),
          home_(instance, name, path),
          keys_(must(authentication::TokenKeys::open(home_.owner().directory() / "token.sealed",
                                                     home_.tenant(), instance.random))) {}

    [[nodiscard]] TestRecords& home() noexcept { return home_; }
    [[nodiscard]] request::Tenant const& tenant() const noexcept { return home_.tenant(); }
    [[nodiscard]] json::Parser& parser() noexcept { return parser_; }
    [[nodiscard]] authentication::TokenKeys& keys() noexcept { return keys_; }

    [[nodiscard]] static std::string client_json(std::string const& id,
                                                 std::vector<std::string> const& jwks,
                                                 std::string const& scope = "system/*.cruds",
                                                 std::string const& purposes = R"("TREAT")") {
        return R"({"client_id":")" + id + R"(","name":"a client","scope":")" + scope +
               R"(","purposes":[)" + purposes + R"(],"jwks":)" + jose::to_key_set(jwks) + "}";
    }
    [[nodiscard]] Result<request::Prepared> prepare_registration(std::string const& body) {
        auto exchange = make_exchange(
            home_.tenant(),
            make_request({.method = http::Method::post, .target = "/admin/clients", .body = body}));
        return oauth::register_client(exchange, home_.records(), parser_, instance_.clock);
    }
    void add_client(std::string const& body) {
        auto prepared = must(prepare_registration(body));
        EXPECT_TRUE(commit(std::move(prepared)).has_value());
    }
    Result<void> commit(request::Prepared prepared) {
        return instance_.home.run(
            home_.tenant().store.commit(*std::move(prepared.batch), instance_.home));
    }

    // What the endpoint would answer; nothing is committed.
    using Fields = std::vector<std::pair<std::string, std::string>>;
    [[nodiscard]] request::Prepared ask(std::string const& form, Fields headers = {}) {
        return must(try_ask(form, std::move(headers)));
    }
    [[nodiscard]] Result<request::Prepared> try_ask(std::string const& form, Fields headers = {},
                                                    http::Peer peer = {}) {
        auto exchange = make_exchange(home_.tenant(), make_request({.method = http::Method::post,
                                                                    .target = "/oauth/token",
                                                                    .headers = std::move(headers),
                                                                    .body = form}));
        exchange.request.peer = std::move(peer);
        auto prepared = endpoint_.answer(exchange);
        facts_ = std::move(exchange.facts);
        return prepared;
    }
    // What introspection or revocation would answer to a caller: an assertion in the form, or the
    // bearer of a token with these scopes.
    using Status = Result<request::Prepared> (oauth::TokenStatus::*)(request::Exchange&);
    [[nodiscard]] request::Prepared ask(Status what, std::string const& form,
                                        request::CallerPointer caller = nullptr) {
        auto exchange = make_exchange(
            home_.tenant(),
            make_request({.method = http::Method::post, .target = "/oauth/status", .body = form}));
        exchange.facts.caller = std::move(caller);
        return must((status_.*what)(exchange));
    }
    [[nodiscard]] KeySourceForTest& key_source() noexcept { return key_source_; }
    // Fetches the keys that the last request wanted; false: it wanted none.
    bool fetch_wanted_keys() {
        auto wanted = trust_.keys.take();
        if (wanted.empty()) return false;
        instance_.home.run(remote_keys_.fetch(std::move(wanted), instance_.home));
        return true;
    }
    [[nodiscard]] oauth::ClientTrust& trust() noexcept { return trust_; }
    [[nodiscard]] authentication::TokenGuards& guards() noexcept { return guards_; }
    [[nodiscard]] oauth::StandingTokens& standing() noexcept { return standing_; }
    [[nodiscard]] authentication::VerifiedTokens& verified() noexcept { return verified_; }

    [[nodiscard]] static std::string text_of_content(request::Prepared const& prepared) {
        if (auto const* report = std::get_if<request::ReportContent>(&prepared.content))
            return std::string(EphiTestAccess::open(report->text));
        auto const* plain = std::get_if<request::PlainContent>(&prepared.content);
        return plain == nullptr ? std::string() : plain->text;
    }
    // What the last request taught the audit record.
    [[nodiscard]] request::AuditFacts const& facts() const noexcept { return facts_; }
    [[nodiscard]] json::Document body(request::Prepared const& prepared) {
        return must(parser_.parse(text_of_content(prepared)));
    }

private:
    TestInstance& instance_;
    TestRecords home_;
    authentication::TokenKeys keys_;
    json::Parser parser_;
    authentication::TokenGuards guards_{instance_.clock.now() - limits::kClockSkew,
                                        instance_.random};
    KeySourceForTest key_source_;
    oauth::RemoteKeys remote_keys_{key_source_, instance_.clock, instance_.log};
    oauth::ClientTrust trust_{.clients = oauth::ClientDirectory(home_.records(), parser_),
                              .keys = oauth::KeyWish(remote_keys_)};
    oauth::TokenEndpoint endpoint_{home_.tenant(), keys_,  guards_,          home_.records(),
                                   parser_,        trust_, instance_.random, instance_.clock};
    oauth::StandingTokens standing_{home_.records(), parser_, instance_.clock};
    authentication::VerifiedTokens verified_{home_.tenant(), keys_, guards_, standing_,
                                             instance_.clock};
    oauth::TokenStatus status_{home_.tenant(), verified_, guards_,        home_.records(),
                               parser_,        trust_,    instance_.clock};
    request::AuditFacts facts_;
};

}  // namespace salus::testing
