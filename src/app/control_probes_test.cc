// The probes must be able to fail: they are pointed at a listener that does everything wrong above
// TLS, and at none.
#include "app/control_probes.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "app/control_fakes_for_test.h"
#include "crypto/tls_probe.h"
#include "jose/jws.h"

namespace salus::app {
namespace {

using admin::ControlState;

// Says 200 to everyone and repeats what it was sent.
class CarelessHandler final : public http::Handler {
public:
    Task<http::Response> handle(http::Request request) override {
        http::Response response;
        response.status = 200;
        response.headers.set("Content-Type", "application/json");
        response.body = std::move(request.target);
        co_return response;
    }
};

class ProbesTest : public ::testing::Test {
protected:
    ProbesTest() {
        auto const chain = read_file(house_.configuration.server.certificate, 65'536);
        auto const key = read_file(house_.configuration.server.certificate_key, 65'536);
        auto certificate = crypto::TlsServerContext::make(text_of(*chain), *key);
        SALUS_CHECK(certificate.has_value());
        http::ServerOptions options;
        options.loops = 1;
        auto server = http::Server::start(
            std::move(options), *certificate,
            [](Executor&) { return std::make_unique<CarelessHandler>(); }, clock_, log_);
        SALUS_CHECK(server.has_value());
        server_ = *std::move(server);
    }

    [[nodiscard]] ProbeTarget target() const {
        auto const key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
        auto const token = jose::sign_compact(key, "k", "at+jwt", R"({"exp":2000000000,"iat":1})");
        ProbeTarget target;
        target.host = "127.0.0.1";
        target.port = server_->port();
        target.authorities_pem = text_of(*read_file(house_.layout().authority(), 65'536));
        target.certificate = house_.configuration.server.certificate;
        target.administrator_token = token;
        target.search_token = token;
        target.create_token = token;
        return target;
    }
    static bool passed(std::vector<ProbeResult> const& results, std::string_view id) {
        auto const found = std::ranges::find_if(
            results, [id](ProbeResult const& result) { return result.control.text() == id; });
        EXPECT_NE(found, results.end()) << id;
        return found != results.end() && found->passed;
    }

    SystemClock clock_;
    Log log_{clock_, 2, LogLevel::error};
    testing::EvidenceHouse house_;
    std::unique_ptr<http::Server> server_;
};

TEST_F(ProbesTest, ACarelessServiceFailsEveryProbeAboveTls) {
    auto const results = probe_listener(target());
    for (auto const* id : {"IAM-3", "IAM-8", "AZ-1", "AZ-4", "API-1", "API-2", "API-3", "MIN-2",
                           "MIN-3", "AUD-1", "AUD-2"}) {
        EXPECT_FALSE(passed(results, id)) << id;
    }
    for (auto const* id : {"TRN-1", "TRN-2", "TRN-4", "TRN-5"}) {
        EXPECT_TRUE(passed(results, id)) << id;
    }
}

TEST_F(ProbesTest, ACertificateThatWasNotReloadedIsSeen) {
    house_.make_certificates(clock_.now());
    auto wrong = target();
    EXPECT_FALSE(passed(probe_listener(wrong), "TRN-5"));
    wrong.certificate = "/nowhere";
    EXPECT_FALSE(passed(probe_listener(wrong), "TRN-5"));
}

TEST_F(ProbesTest, WhereNobodyListensNothingPasses) {
    auto const where = target();
    server_->shut_down();
    for (auto const& result : probe_listener(where)) {
        EXPECT_FALSE(result.passed) << result.control.text() << ": " << result.text;
    }
}

TEST_F(ProbesTest, HandshakesAreReallyOffered) {
    auto const timeout = std::chrono::seconds(3);
    auto const port = server_->port();
    using crypto::TlsOffer;
    auto const modern = crypto::probe_tls("127.0.0.1", port, TlsOffer::tls_1_3, timeout);
    ASSERT_TRUE(modern);
    EXPECT_TRUE(modern->accepted);
    EXPECT_EQ(modern->version, "TLSv1.3");
    for (auto const offer : {TlsOffer::tls_1_2_weak_suites, TlsOffer::tls_1_1, TlsOffer::tls_1_0}) {
        auto const answer = crypto::probe_tls("127.0.0.1", port, offer, timeout);
        if (answer) {
            EXPECT_FALSE(answer->accepted) << answer->version << " " << answer->cipher;
        } else {
            EXPECT_EQ(answer.error().code, Errc::not_supported);
        }
    }
}

std::vector<ShownControl> two(ControlState first, ControlState second) {
    return {{"TRN-1", "T", first, "inside"}, {"IAM-8", "T", second, "inside"}};
}

TEST(AddProbes, AFailedProbeOutweighsWhatTheInsideSays) {
    auto controls = two(ControlState::enforced, ControlState::enforced);
    add_probes({{"IAM-8", false, "accepted"}, {"TRN-1", true, "fine"}}, controls);
    EXPECT_EQ(controls[0].state, ControlState::enforced);
    EXPECT_EQ(controls[1].state, ControlState::failing);
    EXPECT_EQ(controls[1].evidence, "inside; probed now: accepted");
}

TEST(AddProbes, APassedProbeCompletesOnlyWhatIsSeenFromOutside) {
    auto controls = two(ControlState::partly, ControlState::partly);
    add_probes({{"TRN-1", true, "fine"}, {"IAM-8", true, "fine"}}, controls);
    EXPECT_EQ(controls[0].state, ControlState::enforced);
    EXPECT_EQ(controls[1].state, ControlState::partly);
}

TEST(AddProbes, APassedProbeHealsNothing) {
    auto controls = two(ControlState::failing, ControlState::not_yet);
    add_probes({{"TRN-1", true, "fine"}, {"IAM-8", true, "fine"}, {"NO-1", true, "x"}}, controls);
    EXPECT_EQ(controls[0].state, ControlState::failing);
    EXPECT_EQ(controls[1].state, ControlState::not_yet);
}

}  // namespace
}  // namespace salus::app
