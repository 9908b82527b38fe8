#include "transit/vault.h"

#include <algorithm>
#include <array>
#include <thread>

namespace salus::transit {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kAnswerBytes = std::size_t{64} * 1024;
// A connection that was idle for longer may have been closed by the server.
constexpr auto kIdle = 10s;
constexpr auto kFirstPause = 100ms;
constexpr auto kLookAgain = 30s;                  // after a failure
constexpr std::int64_t kLeaseMost = 315'360'000;  // seconds: ten years
constexpr auto kLookAtMost = 1h;                  // at a lease without end, or a very long one

bool is_transient(int status) {
    switch (status) {
        case 412:  // a replica that lags behind
        case 429:  // too many requests, or a standby node
        case 472:  // disaster recovery standby
        case 473:  // performance standby
        case 500:
        case 502:
        case 503:  // sealed, or in maintenance
        case 504: return true;
        default: return false;
    }
}

Literal reason_of(int status) {
    switch (status) {
        case 403: return "the vault refuses the token";
        case 429: return "the vault has too many requests";
        case 503: return "the vault is sealed or in maintenance";
        default: return "the vault answers with a server's error";
    }
}

}  // namespace

Vault::Vault(Settings settings, Clock const& clock, crypto::Random& random, SecretBytes token)
    : settings_(std::move(settings)), clock_(&clock), random_(&random), token_(std::move(token)) {}

Result<Vault> Vault::open(Settings settings, Clock const& clock, crypto::Random& random) {
    SALUS_TRY(auto token, keys::read_secret(settings.token));
    return Vault(std::move(settings), clock, random, std::move(token));
}

Result<Vault::Answer> Vault::get(std::string_view path) {
    return call(http::Method::get, path, SecretBytes());
}

Result<Vault::Answer> Vault::post(std::string_view path, SecretBytes const& json) {
    return call(http::Method::post, path, json);
}

Result<Vault::Answer> Vault::remove(std::string_view path) {
    return call(http::Method::remove, path, SecretBytes());
}

Result<Vault::Answer> Vault::call(http::Method method, std::string_view path,
                                  SecretBytes const& json) {
    Error last{Errc::unavailable, "the vault was not asked", {}, {}};
    for (int i = 0; i < settings_.attempts; ++i) {
        if (i > 0) pause(i);
        auto answer = attempt(method, path, json);
        if (answer && answer->status == 403 && take_new_token()) {
            answer = attempt(method, path, json);
        }
        if (!answer) {
            last = {Errc::unavailable, answer.error().why, {}, {}};
            // Another key will not become the right one.
            if (answer.error().code == Errc::forbidden) break;
            continue;
        }
        auto understood = understand(*answer);
        if (understood || !is_transient(answer->status)) return understood;
        last = understood.error();
    }
    return fail(std::move(last));
}

Result<Vault::Answer> Vault::understand(http::SecretAnswer const& answer) {
    switch (answer.status) {
        case 200: break;
        case 204:
        case 400:
        case 404: return Answer{.status = answer.status, .json = std::nullopt};
        default: return fail(Errc::unavailable, reason_of(answer.status));
    }
    json::Parser parser;
    auto document = parser.parse(std::string(text_of(answer.body.reveal())));
    // Somebody between us and the vault: the stored key is not to blame.
    if (!document) return fail(Errc::unavailable, "the vault's answer is no JSON");
    return Answer{.status = answer.status, .json = *std::move(document)};
}

Result<http::SecretAnswer> Vault::attempt(http::Method method, std::string_view path,
                                          SecretBytes const& json) {
    SALUS_TRY_VOID(connect());
    std::array const fields{
        http::SecretField{.name = "X-Vault-Token", .value = token_.reveal()},
        http::SecretField{.name = "X-Vault-Request", .value = bytes_of("true")}};
    auto const target = "/v1/" + std::string(path);
    auto answer = client_->send_secret(method, target, fields, json);
    last_used_ = clock_->monotonic();
    if (!answer || !client_->open()) client_.reset();
    return answer;
}

Result<void> Vault::connect() {
    if (client_ && clock_->monotonic() - last_used_ < kIdle) return {};
    client_.reset();
    http::ClientOptions options{.host = settings_.host,
                                .port = settings_.port,
                                .authorities_pem = settings_.authorities_pem,
                                .server_key = settings_.server_key,
                                .timeout = settings_.timeout,
                                .response_bytes = kAnswerBytes};
    SALUS_TRY(auto client, http::Client::connect(std::move(options)));
    client_.emplace(std::move(client));
    tls_version_ = client_->tls_version();
    return {};
}

// From 100 ms, fourfold each time, and up to half as much again, so that nodes that lost the vault
// together do not come back together.
void Vault::pause(int attempt) {
    auto span = kFirstPause;
    for (int i = 1; i < attempt; ++i) span *= 4;
    std::array<std::uint8_t, 1> extra{};
    random_->fill(extra);
    std::this_thread::sleep_for(span + span * extra[0] / 512);
}

bool Vault::take_new_token() {
    auto token = keys::read_secret(settings_.token);
    if (!token || *token == token_) return false;
    token_ = *std::move(token);
    lease_end_.reset();
    look_again_ = clock_->monotonic();
    return true;
}

void Vault::maintain() {
    static_cast<void>(take_new_token());
    if (clock_->monotonic() >= look_again_) look_at_lease();
}

void Vault::look_at_lease() {
    look_again_ = clock_->monotonic() + kLookAgain;
    auto const found = get("auth/token/lookup-self");
    if (!found || !found->json) return;
    auto const data = found->json->root().member("data");
    auto const ttl = data ? data->member("ttl") : std::nullopt;
    auto const renewable = data ? data->member("renewable") : std::nullopt;
    auto const seconds = ttl ? ttl->integer() : std::nullopt;
    if (!seconds) return;
    bool const renews = renewable && renewable->is_boolean() && renewable->boolean();
    set_lease(*seconds, renews);
    if (*seconds == 0 || !renews) return;
    auto const renewed = post("auth/token/renew-self", SecretBytes(bytes_of("{}")));
    if (!renewed || !renewed->json) return;
    auto const auth = renewed->json->root().member("auth");
    auto const duration = auth ? auth->member("lease_duration") : std::nullopt;
    auto const granted = duration ? duration->integer() : std::nullopt;
    if (granted) set_lease(*granted, renews);
}

// A ttl of 0 is a token without end. What cannot be renewed is looked at all the same: its end is
// told in facts().
void Vault::set_lease(std::int64_t seconds, bool renewable) {
    seconds = std::min(seconds, kLeaseMost);
    auto const now = clock_->monotonic();
    lease_end_.reset();
    look_again_ = now + kLookAtMost;
    if (seconds <= 0) return;
    lease_end_ = now + std::chrono::seconds(seconds);
    auto const half = std::chrono::milliseconds(seconds * 1'000 / 2);
    if (renewable && half < kLookAtMost) look_again_ = now + half;
}

std::string Vault::facts() const {
    auto facts = settings_.host + ":" + std::to_string(settings_.port);
    facts.append(", ").append(tls_version_.empty() ? "not connected yet" : tls_version_);
    facts.append(settings_.server_key ? ", authorities and server key pinned"
                                      : ", authorities pinned");
    if (!lease_end_) return facts.append("; the token's lease has no known end");
    auto const left = *lease_end_ - clock_->monotonic();
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(left).count();
    return facts.append("; the token's lease ends in ")
        .append(std::to_string(seconds))
        .append(" s");
}

}  // namespace salus::transit
