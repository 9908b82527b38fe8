// InstanceClient: sends requests to an instance, over TLS if it is running, through the same
// pipeline in this process if it is stopped. The command line works through it, so every act of the
// command line is authenticated, decided and audited like any other. Thread safety: one thread at a
// time; further threads have clients of their own.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "app/instance.h"
#include "foundation/blocking.h"
#include "http/client.h"
#include "http/message.h"

namespace salus::app {

class InstanceClient {
public:
    // Nothing, and `why`, if the instance neither answers nor opens.
    static std::unique_ptr<InstanceClient> connect(std::filesystem::path const& directory,
                                                   std::string& why);
    ~InstanceClient();
    // One more, for another thread; it goes before this one. Nothing, and `why`, if the server
    // cannot be reached.
    [[nodiscard]] std::unique_ptr<InstanceClient> another(std::string& why) const;

    [[nodiscard]] bool running() const noexcept { return remote_ != nullptr; }
    [[nodiscard]] std::string const& public_url() const noexcept { return public_url_; }
    // Over a new connection if the last one failed or was idle for long. A request that failed is
    // not repeated.
    [[nodiscard]] Result<http::Response> send(http::Request request);
    // An access token of the client whose private key is in this file (credentials/NAME.jwk), from
    // the first tenant or, by its name, a further one. Empty, and `why`, if it is refused.
    [[nodiscard]] std::string token(std::filesystem::path const& key_file,
                                    std::string const& client_id, std::string const& scope,
                                    std::string& why, std::string const& tenant = {});
    // What a further tenant's paths begin with: "/t/NAME"; nothing for the first.
    [[nodiscard]] static std::string path_of(std::string const& tenant) {
        return tenant.empty() ? std::string() : "/t/" + tenant;
    }

private:
    InstanceClient() = default;

    [[nodiscard]] Result<http::Response> send_to_server(http::Request const& request);
    [[nodiscard]] WallTime server_time();

    Layout layout_;
    std::string public_url_;
    std::unique_ptr<http::Client> remote_;
    std::chrono::steady_clock::time_point last_used_;  // remote_
    std::unique_ptr<Instance> local_;                  // of the first client of a stopped instance
    Instance* instance_ = nullptr;                     // *local_, or that of the first client
    BlockingExecutor executor_;
    std::unique_ptr<pipeline::Pipeline> pipeline_;
};

}  // namespace salus::app
