// The stand-in for a vault (tests/outside/vault_stand_in.py) as a child process, with a certificate
// of its own and a token file. Test programs only.
#pragma once

#include <array>
#include <charconv>
#include <csignal>
#include <spawn.h>
#include <sys/wait.h>

#include "crypto/certificate.h"
#include "foundation/check.h"
#include "http/client.h"
#include "keys/keys_for_test.h"
#include "transit/transit_service.h"

namespace salus::transit {

class VaultForTest {
public:
    VaultForTest() {
        // As the program does: a vault that goes away is an error of that connection.
        std::signal(SIGPIPE, SIG_IGN);
        auto const now = SystemClock().now();
        auto const authority =
            crypto::make_certificate_authority("vault", now, std::chrono::days(2)).value();
        auto const server =
            crypto::issue_server_certificate(authority, {"127.0.0.1"}, now, std::chrono::days(2))
                .value();
        authority_pem_ = authority.certificate_pem;
        write("chain.pem", server.chain_pem);
        write("key.pem", text_of(server.key_pem.reveal()));
        set_token("token-1");
        start();
    }
    ~VaultForTest() { stop(); }
    VaultForTest(VaultForTest const&) = delete;
    VaultForTest& operator=(VaultForTest const&) = delete;

    void stop() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        child_ = 0;
    }
    void set_token(std::string_view token) const { write("token", token); }
    // Changes the stand-in's behaviour; returns how often each path was called.
    std::string control(std::string_view json) const {
        auto client = http::Client::connect({.host = "127.0.0.1",
                                             .port = port_,
                                             .authorities_pem = authority_pem_,
                                             .server_key = {}});
        SALUS_CHECK(client.has_value());
        auto const answer =
            client->send_secret(http::Method::post, "/control", {}, SecretBytes(bytes_of(json)));
        SALUS_CHECK(answer.has_value() && answer->status == 200);
        return std::string(text_of(answer->body.reveal()));
    }
    // As a colleague with rights of his own would: outside of the service.
    int post(std::string_view target, std::string_view json) const {
        auto client = http::Client::connect({.host = "127.0.0.1",
                                             .port = port_,
                                             .authorities_pem = authority_pem_,
                                             .server_key = {}});
        SALUS_CHECK(client.has_value());
        std::array const token{
            http::SecretField{.name = "X-Vault-Token", .value = bytes_of("token-1")}};
        return client->send_secret(http::Method::post, target, token, SecretBytes(bytes_of(json)))
            .value()
            .status;
    }
    [[nodiscard]] Settings settings() const {
        return {.host = "127.0.0.1",
                .port = port_,
                .mount = "transit",
                .token = {.source = keys::SecretReference::Source::file,
                          .name = directory_.path() / "token"},
                .authorities_pem = authority_pem_,
                .server_key = server_key_,
                .timeout = std::chrono::milliseconds(5'000),
                .attempts = 3};
    }

private:
    void write(std::string const& name, std::string_view text) const {
        SALUS_CHECK(write_file_durably(directory_.path() / name, bytes_of(text),
                                       FileAccess::private_to_owner)
                        .has_value());
    }
    void start() {
        std::array<int, 2> ends{};
        SALUS_CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        std::array<std::string, 5> words{
            "python3", "-B", std::string(SALUS_SOURCE_DIR) + "/tests/outside/vault_stand_in.py",
            (directory_.path() / "chain.pem").string(), (directory_.path() / "key.pem").string()};
        std::array<char*, 6> arguments{words[0].data(), words[1].data(), words[2].data(),
                                       words[3].data(), words[4].data(), nullptr};
        SALUS_CHECK(
            ::posix_spawnp(&child_, "python3", &actions, nullptr, arguments.data(), environ) == 0);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        FileDescriptor const output(ends[0]);
        std::array<char, 128> line{};  // PORT, a blank, 64 hex digits, a line end: one write
        auto const count = ::read(output.get(), line.data(), line.size());
        SALUS_CHECK(count > 66);
        std::string_view const told(line.data(), static_cast<std::size_t>(count) - 1);
        auto const blank = told.find(' ');
        std::from_chars(told.data(), told.data() + blank, port_);
        auto const digest = from_hex(told.substr(blank + 1)).value();
        std::ranges::copy(digest, server_key_.begin());
    }

    keys::TemporaryDirectory directory_;
    std::string authority_pem_;
    crypto::Sha256Digest server_key_{};
    std::uint16_t port_ = 0;
    pid_t child_ = 0;
};

}  // namespace salus::transit
