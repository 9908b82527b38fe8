// What a long audit log costs: to make tiles and a checkpoint of it, to prove one leaf, to verify
// all of it, to open it again. The log is made for the run, in a directory of its own.
//   build/release/audit_log_bench [LEAVES] [DIRECTORY FOR THE LOG]
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "audit/leaf.h"
#include "audit/log.h"
#include "foundation/blocking.h"
#include "foundation/check.h"
#include "transparency/keyed_signer.h"
#include "transparency/log_check.h"
#include "transparency/publisher.h"

namespace {

using namespace salus;
using namespace salus::transparency;

constexpr std::size_t kRecordsOfBatch = 1'000;
constexpr int kProofs = 1'000;
constexpr std::string_view kOrigin = "salus/bench/tenant";

template <class Work>
double seconds(Work work) {
    auto const start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// What a read of a resource leaves.
audit::Record record(std::uint64_t number) {
    std::array<std::uint8_t, 16> id{};
    for (std::size_t i = 0; i < 8; ++i) id[i] = static_cast<std::uint8_t>(number >> (8 * i));
    auto const stored = crypto::sha256(id);
    audit::LeafBuilder leaf(audit::Event::read, audit::Outcome::ok);
    leaf.client(ClientId("demonstration")).tenant(TenantName("tenant")).purpose("TREAT");
    leaf.scopes({"system/*.cruds"}).status(200).policy(stored);
    leaf.patient(CompartmentId::from(id));
    leaf.resource({"Patient"}, Address::from(id), 1, stored);
    return leaf.build().value();
}

std::unique_ptr<audit::Log> open(std::filesystem::path const& directory, Clock const& clock,
                                 salus::Log const& operational_log) {
    audit::Options options;
    options.directory = directory;
    options.origin = kOrigin;
    return audit::Log::open(options, clock, operational_log).value().log;
}

void fill(audit::Log& log, std::uint64_t leaves) {
    BlockingExecutor executor;
    for (std::uint64_t made = 0; made < leaves;) {
        std::vector<audit::Record> records;
        for (; records.size() < kRecordsOfBatch && made < leaves; ++made) {
            records.push_back(record(made));
        }
        SALUS_CHECK(executor.run(log.append(std::move(records), executor)).has_value());
    }
}

void measure(std::filesystem::path const& root, std::uint64_t leaves) {
    SystemClock const clock;
    salus::Log const operational_log(clock, -1, LogLevel::error);
    auto const directory = root / "log";
    SALUS_CHECK(
        KeyedSigner::create(root / "signer", crypto::SignatureAlgorithm::ed25519).has_value());
    auto signer = KeyedSigner::open(root / "signer").value();
    auto const verifier = NoteVerifier::make(std::string(kOrigin), signer.public_key()).value();
    auto const count = static_cast<double>(leaves);

    auto log = open(directory, clock, operational_log);
    auto const appended = seconds([&] { fill(*log, leaves); });
    std::printf("appended          %9.0f leaves/s, group commits of %zu\n", count / appended,
                kRecordsOfBatch);
    auto publisher =
        std::make_unique<Publisher>(directory, *log, signer, verifier, clock, Patience{});
    auto const published = seconds([&] { SALUS_CHECK(publisher->publish().has_value()); });
    std::printf("tiles             %9.0f leaves/s, all at once\n", count / published);
    fill(*log, 100);
    auto const round = seconds([&] { SALUS_CHECK(publisher->publish().has_value()); });
    std::printf("one checkpoint    %9.2f ms, of 100 more leaves\n", round * 1e3);
    publisher.reset();
    log.reset();

    auto const restart = seconds([&] { log = open(directory, clock, operational_log); });
    std::printf("restart           %9.2f ms\n", restart * 1e3);
    fill(*log, 1);
    publisher = std::make_unique<Publisher>(directory, *log, signer, verifier, clock, Patience{});
    auto const resumed = seconds([&] { SALUS_CHECK(publisher->publish().has_value()); });
    std::printf("first checkpoint  %9.2f ms, after a restart\n", resumed * 1e3);

    auto const proved = seconds([&] {
        for (int i = 0; i < kProofs; ++i) {
            auto const index = static_cast<std::uint64_t>(i) * 7'919'317 % leaves;
            SALUS_CHECK(check_entry(directory, verifier, index).has_value());
        }
    });
    std::printf("proof of a leaf   %9.3f ms, made and verified, files opened anew\n",
                proved / kProofs * 1e3);
    auto const segments = seconds(
        [&] { SALUS_CHECK(!audit::verify_log(directory, audit::Writer::running)->finding); });
    std::printf("verify, segments  %9.0f leaves/s\n", count / segments);
    auto const verified = seconds([&] {
        auto const check = check_log(directory, verifier, audit::Writer::running);
        SALUS_CHECK(check.has_value() && !check->finding);
    });
    std::printf("verify, all       %9.0f leaves/s, segments, tiles, bundles, checkpoint\n",
                count / verified);
}

}  // namespace

int main(int argc, char** argv) {
    auto const leaves = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    auto const parent =
        argc > 2 ? std::filesystem::path(argv[2]) : std::filesystem::temp_directory_path();
    auto pattern = (parent / "salus_audit_bench_XXXXXX").string();
    std::filesystem::path const root(::mkdtemp(pattern.data()));
    measure(root, leaves);
    std::filesystem::remove_all(root);
}
