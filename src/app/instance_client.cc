#include "app/instance_client.h"

#include <algorithm>
#include <sstream>
#include <thread>

#include "app/command_line.h"
#include "app/crypto_section.h"
#include "foundation/limits.h"
#include "jose/client_assertion.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/document.h"
#include "json/writer.h"
#include "request/form.h"

namespace salus::app {
namespace {

constexpr std::size_t kClientFileBytes = std::size_t{64} * 1024;
constexpr int kAddressAttempts = 50;
constexpr std::chrono::milliseconds kAddressInterval{100};

std::string text_file(std::filesystem::path const& path) {
    auto const bytes = read_file(path, kClientFileBytes);
    return bytes ? std::string(text_of(*bytes)) : std::string();
}

// run/address: "HOST PORT PUBLIC_URL" of the process that serves the instance. A server that is
// just starting writes it when it listens, so it is waited for.
std::optional<http::ClientOptions> read_address(Layout const& layout, std::string& public_url) {
    for (int attempt = 0; attempt < kAddressAttempts; ++attempt) {
        if (attempt > 0) std::this_thread::sleep_for(kAddressInterval);
        std::istringstream address(text_file(layout.address()));
        http::ClientOptions options;
        if (address >> options.host >> options.port >> public_url) return options;
    }
    return std::nullopt;
}

std::unique_ptr<http::Client> dial(Layout const& layout, std::string& public_url,
                                   std::string& why) {
    auto options = read_address(layout, public_url);
    if (!options) {
        why = "another process uses this instance, and it is not a server";
        return nullptr;
    }
    options->authorities_pem = text_file(layout.authority());
    options->timeout = limits::kBodyTime;
    auto client = http::Client::connect(*std::move(options));
    if (!client) {
        why = "the running server cannot be reached: " + std::string(client.error().why.text());
        return nullptr;
    }
    return std::make_unique<http::Client>(*std::move(client));
}

std::string assertion_claims(std::string const& client_id, std::string const& audience,
                             crypto::Random& random, WallTime now) {
    std::string claims = R"({"iss":)";
    json::append_quoted(claims, client_id);
    claims.append(R"(,"sub":)");
    json::append_quoted(claims, client_id);
    claims.append(R"(,"aud":)");
    json::append_quoted(claims, audience);
    claims.append(R"(,"exp":)").append(std::to_string(to_unix_seconds(now) + 60));
    claims.append(R"(,"jti":)");
    json::append_quoted(claims, crypto::random_id(random));
    return claims + "}";
}

}  // namespace

InstanceClient::~InstanceClient() = default;

std::unique_ptr<InstanceClient> InstanceClient::connect(std::filesystem::path const& directory,
                                                        std::string& why) {
    auto configuration = read_configuration(directory, why);
    if (!configuration || !use_configured_module(configuration->crypto, why)) return nullptr;
    std::unique_ptr<InstanceClient> client(new InstanceClient());
    client->public_url_ = configuration->server.public_url;
    client->layout_ = Layout{directory};
    // Whoever holds the lock serves the instance; it is released at once for what follows.
    bool const stopped = FileLock::acquire(client->layout_.lock()).has_value();
    if (!stopped) {
        client->remote_ = dial(client->layout_, client->public_url_, why);
        client->last_used_ = std::chrono::steady_clock::now();
        return client->remote_ ? std::move(client) : nullptr;
    }
    client->local_ = Instance::open(*std::move(configuration), why);
    if (!client->local_) return nullptr;
    client->instance_ = client->local_.get();
    client->pipeline_ = client->instance_->make_pipeline(client->executor_);
    return client;
}

std::unique_ptr<InstanceClient> InstanceClient::another(std::string& why) const {
    std::unique_ptr<InstanceClient> client(new InstanceClient());
    client->layout_ = layout_;
    client->public_url_ = public_url_;
    if (remote_) {
        client->remote_ = dial(layout_, client->public_url_, why);
        client->last_used_ = std::chrono::steady_clock::now();
        return client->remote_ ? std::move(client) : nullptr;
    }
    client->instance_ = instance_;
    client->pipeline_ = instance_->make_pipeline(client->executor_);
    return client;
}

Result<http::Response> InstanceClient::send(http::Request request) {
    if (remote_) return send_to_server(request);
    return executor_.run(pipeline_->handle(std::move(request)));
}

Result<http::Response> InstanceClient::send_to_server(http::Request const& request) {
    // The server closes what is idle for kKeepAliveTime; a request must not meet that moment.
    auto const idle = std::chrono::steady_clock::now() - last_used_;
    if (!remote_->open() || idle > limits::kKeepAliveTime / 2) {
        std::string why;
        auto fresh = dial(layout_, public_url_, why);
        if (!fresh) return fail(Errc::unavailable, "the server cannot be reached any more");
        remote_ = std::move(fresh);
    }
    auto response = remote_->send(request);
    last_used_ = std::chrono::steady_clock::now();
    return response;
}

// The server's, which may not believe the clock (foundation/raised_clock.h); else an operator could
// not even ask what is wrong.
WallTime InstanceClient::server_time() {
    if (!remote_) return instance_->house().clock.now();
    http::Request request;
    request.target = EphiText(std::string("/health"));
    auto const response = send(std::move(request));
    auto const date = response ? response->headers.get("Date") : std::nullopt;
    auto const told = date ? from_http_date(*date) : std::nullopt;
    return std::max(told.value_or(WallTime{}), SystemClock().now());
}

std::string InstanceClient::token(std::filesystem::path const& key_file,
                                  std::string const& client_id, std::string const& scope,
                                  std::string& why, std::string const& tenant) {
    auto const endpoint = path_of(tenant) + "/oauth/token";
    auto key = jose::PrivateKey::parse(text_file(key_file));
    if (!key) {
        why = key_file.string() + ": no private key in JWK form";
        return {};
    }
    crypto::SystemRandom random;
    auto const claims = assertion_claims(client_id, public_url_ + endpoint, random, server_time());
    auto const assertion = jose::sign_compact(key->key, key->kid, "JWT", claims);
    http::Request request;
    request.method = http::Method::post;
    request.target = EphiText(endpoint);
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.body =
        EphiText("grant_type=client_credentials&client_assertion_type=" +
                 request::percent_encode(jose::kClientAssertionType) +
                 "&client_assertion=" + assertion + "&scope=" + request::percent_encode(scope));
    auto response = send(std::move(request));
    if (!response) {
        why = std::string(response.error().why.text());
        return {};
    }
    json::Parser parser;
    auto const document = parser.parse(CommandLine::text(std::move(response->body)));
    auto const token = document ? document->root().text_member("access_token") : std::nullopt;
    if (token) return *token;
    why = document ? document->root().text_member("error_description").value_or("refused")
                   : "the answer is not JSON";
    return {};
}

}  // namespace salus::app
