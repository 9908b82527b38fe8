// What an access token costs a request, as one line of JSON, microseconds of processor time, the
// median of rounds: the first use of each token (its signature is verified, and it is remembered),
// and every further use (it is found by its SHA-256), with few tokens and with as many as are
// remembered at most.
//   build/release/tokens_bench
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audit/log.h"
#include "authentication/authentication.h"
#include "foundation/check.h"
#include "foundation/limits.h"
#include "jose/jws.h"
#include "keys/keyring.h"
#include "keys/keys_for_test.h"
#include "store/embedded/embedded_store.h"

namespace {

using namespace salus;

constexpr int kRounds = 15;
constexpr std::size_t kFew = 100;
constexpr std::size_t kVerified = 2'000;  // tokens of one round
constexpr std::size_t kUses = 100'000;    // of one round
constexpr std::size_t kStride = 7'919;    // a prime: the next token is not the neighbour

double processor_microseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

template <class Work>
double cost_of_one(std::size_t times, Work work) {
    auto const begun = processor_microseconds();
    for (std::size_t i = 0; i < times; ++i) work(i);
    return (processor_microseconds() - begun) / static_cast<double>(times);
}

double median(std::vector<double> rounds) {
    std::ranges::sort(rounds);
    return rounds[rounds.size() / 2];
}

// The store is not what is measured.
class EveryTokenStands final : public authentication::Standing {
public:
    [[nodiscard]] Result<bool> stands(request::CallerFacts const& /*token*/) override {
        return true;
    }
};

class Tokens {
public:
    Tokens()
        : service_(keys::make_service(directory_.path(), random_)),
          store_(store::open_embedded_store(directory_.path() / "records.db", log_).value()),
          keyring_(keys::Keyring::open(directory_.path(), TenantName("bench"), keys::kRealm,
                                       *service_, random_, clock_)
                       .value()),
          audit_(audit::Log::open({.directory = directory_.path() / "audit",
                                   .origin = "salus/bench/tenant",
                                   .segment_bytes = 8 * limits::kMiB,
                                   .must_exist = false},
                                  clock_, log_)
                     .value()
                     .log),
          tenant_{.name = TenantName("bench"),
                  .realm = keys::kRealm,
                  .path = "",
                  .public_url = "https://localhost:8443",
                  .keyring = *keyring_,
                  .audit_log = *audit_,
                  .store = *store_},
          keys_(
              authentication::TokenKeys::open(directory_.path() / "token.sealed", tenant_, random_)
                  .value()) {}

    [[nodiscard]] authentication::VerifiedTokens memory() {
        return {tenant_, keys_, guards_, standing_, clock_};
    }
    [[nodiscard]] authentication::Authentication authentication(
        authentication::VerifiedTokens& memory) {
        return {tenant_, memory, guards_, clock_};
    }
    // As a client sends it: with what else a program's request has.
    [[nodiscard]] http::Request request(std::size_t number) const {
        auto const now = to_unix_seconds(clock_.now());
        auto const set = keys_.current();
        auto const claims = R"({"iss":"https://localhost:8443","sub":"client-1","exp":)" +
                            std::to_string(now + 300) + R"(,"iat":)" + std::to_string(now) +
                            R"(,"aud":"https://localhost:8443/fhir","client_id":"client-1")" +
                            R"(,"scope":"system/*.rs","purpose_of_use":"TREAT","jti":")" +
                            std::to_string(number) + "\"}";
        auto const token = jose::sign_compact(set->signing_key(), set->key_id(), "at+jwt", claims);
        http::Request request;
        request.target = EphiText("/fhir/Patient/1");
        request.headers.add("Host", "localhost:8443");
        request.headers.add("Accept", "application/fhir+json");
        request.headers.add("User-Agent", "bench/1.0");
        request.headers.add("Authorization", "Bearer " + token);
        return request;
    }

private:
    keys::TemporaryDirectory directory_;
    ManualClock clock_{WallTime(std::chrono::seconds(1'800'000'000))};
    Log log_{clock_, -1, LogLevel::error};
    crypto::SystemRandom random_;
    std::unique_ptr<keys::SealedFileService> service_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<keys::Keyring> keyring_;
    std::unique_ptr<audit::Log> audit_;
    request::Tenant tenant_;
    authentication::TokenKeys keys_;
    authentication::TokenGuards guards_{clock_.now(), random_};
    EveryTokenStands standing_;
};

void ask(authentication::Authentication& authentication, http::Request const& request) {
    request::Challenge challenge;
    SALUS_CHECK(authentication.authenticate(request, challenge).has_value());
}

double first_use(Tokens& tokens, std::vector<http::Request> const& requests) {
    std::vector<double> rounds;
    for (int round = 0; round < kRounds; ++round) {
        auto memory = tokens.memory();  // remembers nothing yet
        auto authentication = tokens.authentication(memory);
        rounds.push_back(
            cost_of_one(kVerified, [&](std::size_t i) { ask(authentication, requests[i]); }));
        SALUS_CHECK(memory.statistics().verified == kVerified);
    }
    return median(std::move(rounds));
}

double further_use(Tokens& tokens, std::span<http::Request const> requests) {
    auto memory = tokens.memory();
    auto authentication = tokens.authentication(memory);
    for (auto const& request : requests) ask(authentication, request);
    std::vector<double> rounds;
    for (int round = 0; round < kRounds; ++round) {
        rounds.push_back(cost_of_one(kUses, [&](std::size_t i) {
            ask(authentication, requests[i * kStride % requests.size()]);
        }));
    }
    SALUS_CHECK(memory.statistics().verified == requests.size());
    SALUS_CHECK(memory.statistics().remembered == kRounds * kUses);
    return median(std::move(rounds));
}

}  // namespace

int main() {
    Tokens tokens;
    std::vector<http::Request> requests;
    requests.reserve(limits::kTokenCacheEntries);
    for (std::size_t i = 0; i < limits::kTokenCacheEntries; ++i)
        requests.push_back(tokens.request(i));
    auto const verified = first_use(tokens, requests);
    auto const few = further_use(tokens, std::span(requests).first(kFew));
    auto const all = further_use(tokens, requests);
    std::printf("{\"verified\":%.2f,\"remembered_few\":%.3f,\"remembered_all\":%.3f}\n", verified,
                few, all);
    return 0;
}
