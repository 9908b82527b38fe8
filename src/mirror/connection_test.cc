// The mirror over HTTPS with pinned keys on both sides.
#include "mirror/connection.h"

#include <csignal>

#include "crypto/certificate.h"
#include "http/server.h"
#include "mirror/handler.h"
#include "mirror/mirror_for_test.h"

namespace salus::mirror {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<crypto::TlsIdentity const> make_identity(
    crypto::Sha256Digest& key, std::chrono::days from_now = std::chrono::days(0)) {
    auto const begin = SystemClock().now() + from_now;
    auto made = crypto::make_client_certificate("client", begin, std::chrono::days(2)).value();
    key = crypto::certificate_key(made.chain_pem).value();
    return std::make_shared<crypto::TlsIdentity const>(std::move(made.chain_pem),
                                                       std::move(made.key_pem));
}

class ConnectionTest : public MirrorTest {
protected:
    void SetUp() override {
        MirrorTest::SetUp();
        std::signal(SIGPIPE, SIG_IGN);
        crypto::Sha256Digest client_key{};
        identity_ = make_identity(client_key);
        serve(client_key);
    }
    void serve(crypto::Sha256Digest const& client_key) {
        ASSERT_TRUE(home_->add_client(client_key, std::string(kTestLog)));
        serve();
    }
    void serve() {
        auto const clients = home_->clients().value();
        door_ = std::make_unique<Door>(clients, alarms_);
        auto const now = SystemClock().now();
        auto const authority =
            crypto::make_certificate_authority("mirror", now, std::chrono::days(2)).value();
        auto const server =
            crypto::issue_server_certificate(authority, {"127.0.0.1"}, now, std::chrono::days(2))
                .value();
        authority_ = authority.certificate_pem;
        server_key_ = crypto::certificate_key(server.chain_pem).value();
        auto const context = crypto::TlsServerContext::make_mutual(
            server.chain_pem, server.key_pem.reveal(), clients.clients());
        http::ServerOptions options{.loops = 1};
        options.bounds.body_bytes = kHandlerBodyBytes;
        auto started = http::Server::start(
            std::move(options), context.value(),
            [this](Executor&) { return std::make_unique<Handler>(*service_, *door_); },
            system_clock_, operational_log_);
        server_ = *std::move(started);
    }
    http::ClientOptions options() const {
        return {.host = "127.0.0.1",
                .port = server_->port(),
                .authorities_pem = authority_,
                .server_key = server_key_,
                .identity = identity_,
                .timeout = 5s};
    }

    SystemClock system_clock_;
    Log operational_log_{system_clock_, 2, LogLevel::error};
    std::string authority_;
    crypto::Sha256Digest server_key_{};
    std::shared_ptr<crypto::TlsIdentity const> identity_;
    std::unique_ptr<Door> door_;
    std::unique_ptr<http::Server> server_;
};

TEST_F(ConnectionTest, CarriesEveryAnswer) {
    Connection connection(options());
    log_.grow(10);
    EXPECT_EQ(connection.add_checkpoint(log_.since(0)).error().code, Errc::precondition_failed);
    EXPECT_EQ(connection.add_entries(log_.entries(4, 10))->size, 0U);
    EXPECT_EQ(connection.add_entries(log_.entries(0, 10))->size, 10U);
    EXPECT_TRUE(is_cosigned(connection.add_checkpoint(log_.since(0)), log_));
    EXPECT_EQ(connection.add_checkpoint(log_.since(0))->refusal.last_size, 10U);
    auto forged = log_.fork(file("forged"), 3);
    forged.grow(10, "forged");
    auto const answer = connection.add_checkpoint(forged.since(10));
    EXPECT_EQ(answer->refusal.why, transparency::Refusal::Why::inconsistent);
    auto stranger = LogForTest(file("stranger"));
    stranger.grow(1);
    EXPECT_EQ(connection.add_checkpoint(stranger.since(0)).error().code, Errc::forbidden);
    auto unknown = log_.entries(0, 1);
    unknown.origin = "salus/unknown/default";
    EXPECT_EQ(connection.add_entries(unknown).error().code, Errc::not_found);
}

TEST_F(ConnectionTest, AClientWithAnotherKeyOrNoneIsNotServed) {
    log_.grow(1);
    auto without = options();
    without.identity = nullptr;
    EXPECT_EQ(Connection(without).add_entries(log_.entries(0, 1)).error().code, Errc::unavailable);
    crypto::Sha256Digest ignored{};
    auto forged = options();
    forged.identity = make_identity(ignored);
    EXPECT_EQ(Connection(forged).add_entries(log_.entries(0, 1)).error().code, Errc::unavailable);
    // The right certificate with another's key does not even begin.
    auto mixed = options();
    mixed.identity = std::make_shared<crypto::TlsIdentity const>(
        identity_->chain_pem, SecretBytes(forged.identity->key_pem.reveal()));
    EXPECT_FALSE(Connection(mixed).add_entries(log_.entries(0, 1)));
    EXPECT_EQ(server_->statistics().requests, 0U);
    EXPECT_TRUE(Connection(options()).add_entries(log_.entries(0, 1)));
}

// The key is what counts: a certificate that carries it is served whenever it was or will be valid.
TEST_F(ConnectionTest, TheRightKeyWithAWrongDateIsServed) {
    log_.grow(1);
    for (auto const from_now : {std::chrono::days(-1000), std::chrono::days(1000)}) {
        crypto::Sha256Digest key{};
        auto const identity = make_identity(key, from_now);
        auto of_another_time = options();
        of_another_time.identity = identity;
        EXPECT_FALSE(Connection(of_another_time).add_entries(log_.entries(0, 1)));
        serve(key);
        of_another_time = options();
        of_another_time.identity = identity;
        EXPECT_TRUE(Connection(of_another_time).add_entries(log_.entries(0, 1)));
    }
}

// Two servers that share a mirror: the key of one is no right to the log of the other.
TEST_F(ConnectionTest, APinnedClientSendsItsOwnLogsAlone) {
    crypto::Sha256Digest key{};
    auto const identity = make_identity(key);
    ASSERT_TRUE(home_->add_client(key, "salus/other/default"));
    serve();
    auto of_the_other = options();
    of_the_other.identity = identity;
    Connection other(of_the_other);
    log_.grow(4);
    EXPECT_EQ(other.add_entries(log_.entries(0, 4)).error().code, Errc::forbidden);
    EXPECT_EQ(
        other.keep_entries({.entries = log_.entries(0, 4), .root = log_.head().root}).error().code,
        Errc::forbidden);
    EXPECT_EQ(other.add_checkpoint(log_.since(0)).error().code, Errc::forbidden);
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::trespass});
    // Nothing of it is there, and its own client is served as before.
    Connection own(options());
    EXPECT_EQ(own.add_entries(log_.entries(0, 4))->size, 4U);
    EXPECT_TRUE(is_cosigned(own.add_checkpoint(log_.since(0)), log_));
}

TEST_F(ConnectionTest, CarriesWhatIsKept) {
    Connection connection(options());
    log_.grow(4);
    audit::CompactRange tree;
    RootedEntries rooted{.entries = log_.entries(0, 4), .root = {}};
    EXPECT_EQ(connection.keep_entries(rooted).error().code, Errc::corrupt);
    ASSERT_TRUE(for_each_entry(rooted.entries.bundle, [&tree](std::string_view entry) {
        tree.append(audit::leaf_hash(bytes_of(entry)));
        return Result<void>();
    }));
    rooted.root = tree.root();
    auto const kept = connection.keep_entries(rooted);
    EXPECT_TRUE(kept->taken);
    EXPECT_EQ(kept->size, 4U);
    EXPECT_FALSE(connection.keep_entries(rooted)->taken);
    rooted.entries.origin = "salus/unknown/default";
    EXPECT_EQ(connection.keep_entries(rooted).error().code, Errc::not_found);
}

TEST_F(ConnectionTest, AServerWithAnotherKeyIsNotTold) {
    auto other = options();
    other.server_key = crypto::Sha256Digest{};
    log_.grow(1);
    EXPECT_EQ(Connection(other).add_entries(log_.entries(0, 1)).error().code, Errc::unavailable);
    EXPECT_EQ(server_->statistics().requests, 0U);
}

TEST_F(ConnectionTest, WhatIsNoRequestIsRefused) {
    auto client = http::Client::connect(options());
    ASSERT_TRUE(client);
    auto const status = [&](std::string_view target, std::string_view body) {
        return client->send_plain(target, "text/plain", body)->status;
    };
    EXPECT_EQ(status(kCheckpointTarget, "old x\n"), 400);
    EXPECT_EQ(status(kEntriesTarget, "origin"), 400);
    EXPECT_EQ(status(kKeepTarget, "origin\n0\nroot\n\n"), 400);
    EXPECT_EQ(status(kKeepTarget, "origin\n0\n\n"), 400);
    EXPECT_EQ(status("/", "x"), 404);
    EXPECT_EQ(status(kEntriesTarget, std::string(kTestLog) + "\n00\n\n"), 400);
}

}  // namespace
}  // namespace salus::mirror
