// For this room's tests: a tenant with a user and an app, and browsers that keep cookies, fill in
// forms and go where they are sent. Included by tests only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "authentication/token_guards.h"
#include "crypto/sha1.h"
#include "factors/password.h"
#include "factors/totp.h"
#include "http/test_support.h"
#include "identity/enrolment.h"
#include "identity/holdings.h"
#include "oauth/client_registration.h"
#include "oauth/logout_telling.h"
#include "records/tenant_for_test.h"
#include "sign_in/account.h"
#include "sign_in/sign_in.h"

namespace salus::testing {

inline constexpr std::string_view kPassword = "seven purple otters";
inline constexpr std::string_view kCallback = "https://app.example/callback";
// A hash that costs little: what is tested here is not its cost.
inline constexpr factors::PasswordCost kCheapCost{.scrypt = {.n = 1U << 10U, .r = 8, .p = 1},
                                                  .pbkdf2_iterations = 1'000};

struct Reply {
    int status = 0;
    std::string location;
    std::string body;
    std::map<std::string, std::string> headers;
    std::vector<std::string> cookies;  // as they were set
    std::optional<Errc> error;         // instead of an answer
    request::AuditFacts facts;
    std::size_t written = 0;  // documents
    std::size_t consulted = 0;
};

class SignInHouse {
public:
    SignInHouse() { add_client("app"); }

    [[nodiscard]] TestInstance& instance() noexcept { return instance_; }
    [[nodiscard]] ManualClock& clock() noexcept { return instance_.clock; }
    [[nodiscard]] request::Tenant const& tenant() const noexcept { return home_.tenant(); }
    [[nodiscard]] TestRecords& home() noexcept { return home_; }
    [[nodiscard]] sign_in::Desk const& desk() const noexcept { return desk_; }
    [[nodiscard]] identity::Documents documents() const { return desk_.documents(); }
    [[nodiscard]] sign_in::HashingPlaces& places() noexcept { return places_; }

    // With a password; with one-time passwords by this secret, where there is one.
    sign_in::StoredUser add_user(std::string const& name, bool with_totp = true) {
        sign_in::StoredUser user{.value = {}, .id = {}, .version = 0};
        user->id = identity::new_user_id(instance_.random);
        user.id = user->id.text();
        user->user_name = name;
        user->display_name = "Ada Example";
        user->scopes = *request::parse_scopes("patient/*.cruds user/*.rs");
        user->purposes = {request::PurposeOfUse::treatment};
        auto const prepared =
            must(factors::PreparedPassword::prepare(SecretBytes(bytes_of(kPassword))));
        user->password = identity::Password{
            .record = must(desk_.hashing().record_of(prepared, instance_.random)),
            .changed = clock().now()};
        if (with_totp) {
            user->totp = identity::Totp{.secret = factors::new_totp_secret(instance_.random),
                                        .last_used = std::nullopt,
                                        .added = clock().now()};
        }
        request::Prepared changes;
        auto all = documents();
        EXPECT_TRUE(all.write(user, std::nullopt, changes).has_value());
        identity::Stored<identity::UserName> const owner{
            .value = {user->id}, .id = name, .version = 0};
        EXPECT_TRUE(all.write(owner, std::nullopt, changes).has_value());
        EXPECT_TRUE(commit(changes));
        return stored(user->id);
    }
    [[nodiscard]] sign_in::StoredUser stored(UserId const& id) const {
        return *must(documents().read<identity::User>(id.text()));
    }
    void save(sign_in::StoredUser const& user) {
        request::Prepared changes;
        auto all = documents();
        EXPECT_TRUE(sign_in::save(all, user, changes).has_value());
        EXPECT_TRUE(commit(changes));
    }
    [[nodiscard]] std::string code_of(UserId const& id) const {
        auto const user = stored(id);
        return code_by(user.value.totp->secret);
    }
    // The password of this moment (RFC 6238, RFC 4226 section 5.3).
    [[nodiscard]] std::string code_by(SecretBytes const& secret) const {
        auto const step = desk_.clock.now().time_since_epoch() / std::chrono::seconds(30);
        Bytes counter;
        append_u64(counter, static_cast<std::uint64_t>(step));
        auto const mac = crypto::hmac_sha1(secret.reveal(), counter);
        auto const offset = mac.back() & 0xfU;
        auto const number = read_u32(BytesView(mac).subspan(offset)) & 0x7fffffffU;
        return std::to_string(1'000'000 + number % 1'000'000).substr(1);
    }
    // `more`: further members of its registration.
    void add_client(std::string const& id,
                    std::string const& scope =
                        "openid patient/*.rs "
                        "user/*.rs offline_access",
                    std::string const& more = {}, std::string const& purposes = R"("TREAT")") {
        auto const body = R"({"client_id":")" + id + R"(","name":"An <App>","scope":")" + scope +
                          R"(","purposes":[)" + purposes +
                          R"(],"token_endpoint_auth_method":"none","grant_types":)" +
                          R"(["authorization_code","refresh_token"],"redirect_uris":[")" +
                          std::string(kCallback) + "\"]" + more + "}";
        auto exchange = make_exchange(
            tenant(),
            make_request({.method = http::Method::post, .target = "/admin/clients", .body = body}));
        auto prepared =
            must(oauth::register_client(exchange, home_.records(), parser_, instance_.clock));
        EXPECT_TRUE(commit(prepared));
    }
    // Clients that are to be told of what ended, each with the session or "".
    [[nodiscard]] std::map<std::string, std::string> notices(UserId const& user) const {
        std::map<std::string, std::string> all;
        auto const stored = must(documents().read<identity::LogoutNotices>(user.text()));
        if (!stored) return all;
        for (auto const& notice : stored->value.waiting)
            all.emplace(notice.client.text(), notice.session);
        return all;
    }
    // False: another writer was faster.
    bool commit(request::Prepared& prepared) {
        auto batch = *std::move(prepared.batch);
        prepared.batch.reset();
        auto const done =
            instance_.home.run(tenant().store.commit(std::move(batch), instance_.home));
        if (!done) {
            EXPECT_EQ(done.error().code, Errc::conflict) << done.error().why.text();
            return false;
        }
        if (prepared.after_commit) prepared.after_commit();
        return true;
    }
    // Nobody may set these. Borrows the list.
    void refuse(factors::BreachedPasswords const& list) { desk_.breached = &list; }
    // Patients' consents count. Borrows them.
    void enforce(consent::ConsentSettings const& settings) { desk_.consent = &settings; }
    // People may come from there, too. Borrows it.
    void offer(outside_provider::Provider& provider) {
        keys_.emplace(must(authentication::TokenKeys::open(
            home_.owner().directory() / "token.sealed", home_.tenant(), instance_.random)));
        outside_.emplace(sign_in::OutsideDesk{.provider = provider, .keys = *keys_});
        desk_.outside = &*outside_;
    }
    // What an answer would be; nothing is committed. As the pipeline does: what it lacks is
    // fetched, and it is prepared again.
    [[nodiscard]] Result<request::Prepared> prepare(request::Exchange& exchange,
                                                    std::string const& target) {
        auto prepared = prepare_once(exchange, target);
        auto wish = outside_ ? outside_->take_wish() : std::nullopt;
        if (!wish) return prepared;
        static_cast<void>(
            instance_.home.run(outside_->provider.fulfil(*std::move(wish), instance_.home)));
        return prepare_once(exchange, target);
    }

private:
    [[nodiscard]] Result<request::Prepared> prepare_once(request::Exchange& exchange,
                                                         std::string const& target) {
        if (target.starts_with("/account")) return sign_in::Account(desk_).answer(exchange);
        return sign_in::SignIn(desk_).answer(exchange);
    }

    TestInstance instance_;
    TestRecords home_{instance_};
    json::Parser parser_;
    authentication::TokenGuards guards_{instance_.clock.now() - limits::kClockSkew,
                                        instance_.random};
    sign_in::HashingPlaces places_;
    identity::WaitingLogouts waiting_logouts_;
    oauth::ClientDirectory clients_{home_.records(), parser_};
    identity::LogoutTelling logouts_ =
        oauth::logout_telling(home_.tenant().name, clients_, waiting_logouts_);
    std::optional<authentication::TokenKeys> keys_;
    std::optional<sign_in::OutsideDesk> outside_;
    sign_in::Desk desk_{home_.tenant(),  home_.records(), parser_, instance_.random,
                        instance_.clock, guards_,         places_, logouts_,
                        clients_,        kCheapCost};
};

using FormFields = std::vector<std::pair<std::string, std::string>>;

inline std::string encoded(FormFields const& fields) {
    std::string out;
    for (auto const& [name, value] : fields) {
        if (!out.empty()) out += "&";
        out += request::percent_encode(name) + "=" + request::percent_encode(value);
    }
    return out;
}

// The value of a hidden field in a page.
inline std::string hidden_in(std::string const& page, std::string const& name) {
    auto const mark = "name=\"" + name + "\" value=\"";
    auto const at = page.find(mark);
    if (at == std::string::npos) return {};
    auto const begin = at + mark.size();
    return page.substr(begin, page.find('"', begin) - begin);
}

inline std::string without_token(std::string page) {
    auto const token = hidden_in(page, "token");
    for (auto at = page.find(token); !token.empty() && at != std::string::npos;
         at = page.find(token))
        page.replace(at, token.size(), "TOKEN");
    return page;
}

class Browser {
public:
    explicit Browser(SignInHouse& house, std::string address = "192.0.2.7")
        : house_(house), address_(std::move(address)) {}

    std::map<std::string, std::string> cookies{};  // by name, without the prefix

    std::vector<std::pair<std::string, std::string>> more_headers{};

    Reply get(std::string const& target) { return send(http::Method::get, target, {}); }
    // With the token of the page that this browser saw last.
    Reply post(std::string const& target, FormFields fields) {
        fields.emplace_back("token", token_);
        return send(http::Method::post, target, encoded(fields));
    }
    Reply post_as_it_is(std::string const& target, FormFields const& fields) {
        return send(http::Method::post, target, encoded(fields));
    }
    // A page of ours first, so that there is a cookie and a token.
    Reply type_password(std::string const& name, std::string const& password,
                        std::string const& waiting = {}) {
        get("/sign-in" + (waiting.empty() ? waiting : "?authorization=" + waiting));
        return post("/sign-in/password",
                    with(waiting, {{"username", name}, {"password", password}}));
    }
    // All the way, with both.
    Reply sign_in(sign_in::StoredUser const& user, std::string const& waiting = {}) {
        type_password(user.value.user_name, std::string(kPassword), waiting);
        return post("/sign-in/one-time-password",
                    with(waiting, {{"code", house_.code_of(user.value.id)}}));
    }
    [[nodiscard]] identity::SecretId cookie(std::string const& name) const {
        return *identity::SecretId::parse(cookies.at(name));
    }
    [[nodiscard]] std::string const& token() const { return token_; }
    // Something waits here, as the authorization endpoint leaves it.
    std::string ask(identity::AuthorizationRequest request) {
        if (!cookies.contains("browser")) get("/sign-in");
        request::Prepared prepared;
        auto const id = must(house_.desk().authorizations().begin(std::move(request), {},
                                                                  cookie("browser"), prepared));
        EXPECT_TRUE(house_.commit(prepared));
        return id;
    }
    // Prepared and not committed yet: what several requests at once do.
    std::pair<request::Prepared, request::AuditFacts> prepare(std::string const& target,
                                                              FormFields fields) {
        fields.emplace_back("token", token_);
        auto exchange = make(http::Method::post, target, encoded(fields));
        auto prepared = must(house_.prepare(exchange, target));
        return {std::move(prepared), std::move(exchange.facts)};
    }

    std::pair<request::Prepared, request::AuditFacts> prepare_get(std::string const& target) {
        auto exchange = make(http::Method::get, target, {});
        auto prepared = must(house_.prepare(exchange, target));
        return {std::move(prepared), std::move(exchange.facts)};
    }

    static FormFields with(std::string const& waiting, FormFields fields) {
        if (!waiting.empty()) fields.emplace_back("authorization", waiting);
        return fields;
    }

private:
    request::Exchange make(http::Method method, std::string const& target,
                           std::string const& body) {
        TestRequest wanted{
            .method = method, .target = target, .headers = more_headers, .body = body};
        std::string text;
        for (auto const& [name, value] : cookies)
            text += (text.empty() ? "" : "; ") + ("__Host-salus-default-" + name) + "=" + value;
        if (!text.empty()) wanted.headers.emplace_back("Cookie", text);
        auto request = make_request(wanted);
        request.peer.address = address_;
        return make_exchange(house_.tenant(), std::move(request));
    }
    void keep(std::string const& set) {
        static constexpr std::string_view kPrefix = "__Host-salus-default-";
        EXPECT_TRUE(set.starts_with(kPrefix));
        auto const equals = set.find('=');
        auto const name = set.substr(kPrefix.size(), equals - kPrefix.size());
        auto const value = set.substr(equals + 1, set.find(';') - equals - 1);
        if (value.empty()) {
            cookies.erase(name);
        } else {
            cookies[name] = value;
        }
    }
    Reply send(http::Method method, std::string const& target, std::string const& body) {
        for (int attempt = 0; attempt < 4; ++attempt) {
            auto exchange = make(method, target, body);
            auto prepared = house_.prepare(exchange, target);
            Reply reply;
            reply.facts = std::move(exchange.facts);
            if (!prepared) {
                reply.error = prepared.error().code;
                return reply;
            }
            reply.written = prepared->touched.size();
            reply.consulted = prepared->consulted.size();
            if (prepared->batch && !house_.commit(*prepared)) continue;
            return read(std::move(reply), *prepared);
        }
        ADD_FAILURE() << "always another writer";
        return {};
    }
    Reply read(Reply reply, request::Prepared const& prepared) {
        reply.status = prepared.status;
        for (auto const& [name, value] : prepared.headers) {
            if (name == "Set-Cookie") {
                reply.cookies.push_back(value);
                keep(value);
            } else {
                reply.headers[name] = value;
            }
        }
        reply.location = prepared.headers.get("Location").value_or("");
        if (auto const* page = std::get_if<request::PageContent>(&prepared.content))
            reply.body = EphiTestAccess::open(page->text);
        if (auto const* plain = std::get_if<request::PlainContent>(&prepared.content))
            reply.body = plain->text;
        if (auto const token = hidden_in(reply.body, "token"); !token.empty()) token_ = token;
        return reply;
    }

    SignInHouse& house_;
    std::string address_;
    std::string token_;
};

}  // namespace salus::testing
