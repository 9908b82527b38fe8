// For this room's tests: a person who signed in, apps that act for them, and the way from a request
// to tokens. Included by tests only.
#pragma once

#include "authentication/access_token_verifier.h"
#include "foundation/oauth_limits.h"
#include "identity/endings.h"
#include "oauth/authorization_endpoint.h"
#include "oauth/browser.h"
#include "oauth/end_session.h"
#include "oauth/logout_telling.h"
#include "oauth/oauth_for_test.h"
#include "request/scope_request.h"

namespace salus::testing {

inline constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr std::string_view kCallback = "https://app.example/callback";
inline constexpr std::string_view kPersonScope =
    "openid fhirUser profile launch/patient offline_access patient/Observation.rs "
    "patient/Patient.rs";

// Parameters of a `Location`.
inline std::map<std::string, std::string> query_of(std::string_view url) {
    std::map<std::string, std::string> all;
    auto const question = url.find('?');
    if (question == std::string_view::npos) return all;
    for (auto& parameter : must(request::parse_form(url.substr(question + 1))))
        all[parameter.name] = parameter.value;
    return all;
}

class PeopleRoom : public OauthRoom {
public:
    explicit PeopleRoom(TestInstance& instance, std::string const& name = "default",
                        std::string const& path = "")
        : OauthRoom(instance, name, path), instance_(instance) {
        add_client(public_client("app"));
        add_person();
    }

    [[nodiscard]] static std::string public_client(
        std::string const& id, std::string const& scope = std::string(kPersonScope),
        std::string const& more = {}) {
        return R"({"client_id":")" + id + R"(","name":"An App","scope":")" + scope +
               R"(","purposes":["PATRQT"],"token_endpoint_auth_method":"none","grant_types":)"
               R"(["authorization_code","refresh_token"],"redirect_uris":[")" +
               std::string(kCallback) + "\"]" + more + "}";
    }
    [[nodiscard]] identity::Documents& documents() { return documents_; }
    [[nodiscard]] identity::User const& person() const { return user_.value; }
    [[nodiscard]] identity::SecretId const& browser() const { return browser_; }
    [[nodiscard]] identity::Stored<identity::Session> const& session() const { return session_; }
    // With it the person's browser shows that they are signed in.
    [[nodiscard]] identity::SecretId const& session_cookie() const { return session_cookie_; }
    [[nodiscard]] identity::LogoutTelling const& logouts() const noexcept { return logouts_; }
    [[nodiscard]] std::vector<identity::LogoutNotice> notices() {
        auto const all = must(documents_.read<identity::LogoutNotices>(person().id.text()));
        return all ? all->value.waiting : std::vector<identity::LogoutNotice>();
    }
    [[nodiscard]] oauth::Authorizations& authorizations() { return authorizations_; }
    void save(request::Prepared prepared) {
        auto after = prepared.after_commit;
        EXPECT_TRUE(commit(std::move(prepared)).has_value());
        if (after) after();
    }
    void save_person() {
        request::Prepared prepared;
        EXPECT_TRUE(documents_.write(user_, std::nullopt, prepared).has_value());
        save(std::move(prepared));
        user_ = *must(documents_.read<identity::User>(user_.id));
    }
    [[nodiscard]] identity::User& changed_person() { return user_.value; }
    // That the outside provider gave with the sign-in.
    void give_in_session(request::RoleNames roles) {
        session_.value.provider_roles = std::move(roles);
    }

    using Fields = std::vector<std::pair<std::string, std::string>>;
    [[nodiscard]] Fields asked(std::string const& client = "app") const {
        return {{"response_type", "code"},
                {"client_id", client},
                {"redirect_uri", std::string(kCallback)},
                {"scope", std::string(kPersonScope)},
                {"state", "state-1"},
                {"nonce", "nonce-1"},
                {"aud", tenant().fhir_base()},
                {"code_challenge", to_base64url(crypto::sha256(bytes_of(kVerifier)))},
                {"code_challenge_method", "S256"}};
    }
    [[nodiscard]] static Fields with(Fields fields, std::string const& name,
                                     std::optional<std::string> value) {
        std::erase_if(fields, [&](auto const& field) { return field.first == name; });
        if (value) fields.emplace_back(name, *std::move(value));
        return fields;
    }
    // What the authorization endpoint would answer: to a browser in which nobody is signed in, or
    // to one with this cookie of a session.
    [[nodiscard]] Result<request::Prepared> authorize(
        Fields const& fields, std::optional<identity::SecretId> const& session = std::nullopt) {
        auto const name = "__Host-salus-" + tenant().name.text();
        auto cookies = name + "-browser=" + browser_.text();
        if (session) cookies += "; " + name + "-session=" + session->text();
        auto exchange =
            make_exchange(tenant(), make_request({.target = "/oauth/authorize?" + form_of(fields),
                                                  .headers = {{"cookie", cookies}}}));
        auto prepared = endpoint_.authorize(exchange);
        facts_of_authorize_ = std::move(exchange.facts);
        return prepared;
    }
    [[nodiscard]] request::AuditFacts const& facts_of_authorize() const {
        return facts_of_authorize_;
    }
    // The id of what then waits for the person. REQUIRES: nothing is wrong with the request.
    [[nodiscard]] std::string waiting(Fields const& fields) {
        auto prepared = must(authorize(fields));
        auto const id = query_of(*prepared.headers.get("Location"))["authorization"];
        save(std::move(prepared));
        return id;
    }
    [[nodiscard]] request::Prepared consent(std::string const& id) {
        auto const pending = must(authorizations_.find(id, browser_));
        auto const scope = must(authorizations_.grantable(*pending, person()));
        return must(authorizations_.complete(
            *pending,
            {.user = person(), .session = session_.id, .proof = session_.value, .scope = scope}));
    }
    [[nodiscard]] std::string code_for(Fields const& fields) {
        auto prepared = consent(waiting(fields));
        auto const code = query_of(*prepared.headers.get("Location"))["code"];
        save(std::move(prepared));
        return code;
    }
    [[nodiscard]] static Fields redemption(std::string const& code,
                                           std::string const& client = "app") {
        return {{"grant_type", "authorization_code"},
                {"client_id", client},
                {"code", code},
                {"redirect_uri", std::string(kCallback)},
                {"code_verifier", std::string(kVerifier)}};
    }
    [[nodiscard]] static Fields refreshing(std::string const& token,
                                           std::string const& client = "app") {
        return {{"grant_type", "refresh_token"}, {"client_id", client}, {"refresh_token", token}};
    }
    struct Answer {
        int status = 0;
        std::string text;
        std::map<std::string, std::string> texts;  // members that are strings
    };
    // What the token endpoint answers, committed.
    [[nodiscard]] Answer tokens(Fields const& form, Fields headers = {}) {
        auto prepared = ask(form_of(form), std::move(headers));
        Answer answer;
        answer.status = prepared.status;
        answer.text = text_of_content(prepared);
        auto const document = must(parser().parse(answer.text));
        for (auto const member : document.root().members()) {
            if (member.value.is_string()) answer.texts[member.name()] = member.value.text();
        }
        if (prepared.batch) save(std::move(prepared));
        return answer;
    }
    [[nodiscard]] bool stands(std::string const& access_token) {
        auto const facts = authentication::verify_access_token(access_token, tenant(), keys(),
                                                               instance_.clock.now());
        return facts && must(standing().stands(*facts));
    }

private:
    void add_person() {
        user_.value.id = identity::new_user_id(instance_.random);
        user_.id = user_.value.id.text();
        user_.value.user_name = "ada";
        user_.value.display_name = "Ada Example";
        user_.value.scopes = *request::parse_scopes("patient/*.cruds user/*.rs admin/check.read");
        user_.value.purposes = {request::PurposeOfUse::patient_request};
        user_.value.fhir_user = "Patient/p1";
        user_.value.added = instance_.clock.now();
        save_person();
        session_.id = session_cookie_.id;
        auto& session = session_.value;
        session.user = user_.value.id;
        session.secret = session_cookie_.hash();
        session.generation = user_.value.generation;
        session.assurance = identity::Assurance::phishing_resistant;
        session.authenticated = session.began = session.used = instance_.clock.now();
        request::Prepared prepared;
        EXPECT_TRUE(documents_.write(session_, session.ends(), prepared).has_value());
        save(std::move(prepared));
    }

    TestInstance& instance_;
    json::Parser parser_for_people_;
    identity::Documents documents_{home().records(), parser_for_people_, instance_.clock};
    identity::WaitingLogouts waiting_logouts_;
    identity::LogoutTelling logouts_ =
        oauth::logout_telling(tenant().name, trust().clients, waiting_logouts_);
    oauth::Authorizations authorizations_{tenant(),           guards(),        home().records(),
                                          parser_for_people_, trust().clients, instance_.random,
                                          instance_.clock};
    oauth::AuthorizationEndpoint endpoint_{
        tenant(),           keys(),  guards(),         home().records(),
        parser_for_people_, trust(), instance_.random, instance_.clock};
    request::AuditFacts facts_of_authorize_;
    identity::SecretId browser_ = identity::SecretId::make(instance_.random);
    identity::SecretId session_cookie_ = identity::SecretId::make(instance_.random);
    identity::Stored<identity::User> user_{.value = {}, .id = {}, .version = 0};
    identity::Stored<identity::Session> session_{.value = {}, .id = {}, .version = 0};
};

}  // namespace salus::testing
