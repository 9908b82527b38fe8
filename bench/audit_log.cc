// What the audit log costs. Its gate: leaves a second and the time that each waits, for some
// callers at once, beside what the disk can do by itself. A long log: to make tiles and a
// checkpoint of it, to prove one leaf, to verify all of it, to open it again. The log is made for
// the run, in a directory of its own.
//   build/release/audit_log_bench [LEAVES] [DIRECTORY FOR THE LOG]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <thread>
#include <unistd.h>

#include "audit/leaf.h"
#include "audit/log.h"
#include "foundation/blocking.h"
#include "foundation/check.h"
#include "foundation/file.h"
#include "transparency/keyed_signer.h"
#include "transparency/log_check.h"
#include "transparency/publisher.h"

namespace {

using namespace salus;
using namespace salus::transparency;

constexpr std::size_t kRecordsOfBatch = 1'000;
constexpr int kProofs = 1'000;
constexpr std::string_view kOrigin = "salus/bench/tenant";

// Elapsed, and of the processor by all threads: the second is what to compare on a busy machine.
struct Cost {
    double elapsed;
    double processor;
};

double processor_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

template <class Work>
Cost cost(Work work) {
    auto const start = std::chrono::steady_clock::now();
    auto const before = processor_seconds();
    work();
    std::chrono::duration<double> const elapsed = std::chrono::steady_clock::now() - start;
    return {elapsed.count(), processor_seconds() - before};
}

void print_rate(char const* what, double count, Cost cost) {
    std::printf("%-34s %9.0f leaves/s, %9.0f in a second of the processor\n", what,
                count / cost.elapsed, count / cost.processor);
}
void print_time(char const* what, Cost cost, int times = 1) {
    std::printf("%-34s %9.3f ms,       %9.3f of the processor\n", what, cost.elapsed / times * 1e3,
                cost.processor / times * 1e3);
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

constexpr auto kGateTime = std::chrono::seconds(3);
constexpr std::array kCallers{1U, 8U, 32U, 128U};

struct Waits {
    double rate = 0;                // a second
    std::vector<double> each = {};  // seconds

    [[nodiscard]] double at(double part) {
        std::ranges::sort(each);
        return each.at(static_cast<std::size_t>(part * static_cast<double>(each.size() - 1)));
    }
};

// As many callers at once, each waiting for its leaf before it appends the next.
template <class Once>
Waits wait_for_each(unsigned callers, Once once) {
    std::vector<std::vector<double>> waits(callers);
    auto const begin = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> threads;
        for (auto& own : waits) {
            threads.emplace_back([&own, &once, begin] {
                for (auto at = begin; at - begin < kGateTime;) {
                    once();
                    auto const now = std::chrono::steady_clock::now();
                    own.push_back(std::chrono::duration<double>(now - at).count());
                    at = now;
                }
            });
        }
    }
    std::chrono::duration<double> const elapsed = std::chrono::steady_clock::now() - begin;
    Waits all;
    for (auto const& own : waits) all.each.insert(all.each.end(), own.begin(), own.end());
    all.rate = static_cast<double>(all.each.size()) / elapsed.count();
    return all;
}

// One writer that appends as many bytes as a leaf and its frames take, and syncs.
Waits raw_syncs(std::filesystem::path const& root) {
    constexpr std::size_t kBytes = 1'024;
    FileDescriptor const file(
        ::open((root / "raw").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    std::string const bytes(kBytes, 'x');
    return wait_for_each(1, [&] {
        SALUS_CHECK(::write(file.get(), bytes.data(), bytes.size()) == kBytes);
        SALUS_CHECK(::fdatasync(file.get()) == 0);
    });
}

void measure_gate(std::filesystem::path const& root) {
    SystemClock const clock;
    salus::Log const operational_log(clock, -1, LogLevel::error);
    auto raw = raw_syncs(root);
    std::printf("%-34s %9.0f /s, median %.3f ms\n", "append and fdatasync, one writer", raw.rate,
                raw.at(0.5) * 1e3);
    auto const log = open(root / "gate", clock, operational_log);
    for (auto const callers : kCallers) {
        auto waits = wait_for_each(callers, [&] {
            BlockingExecutor executor;
            std::vector<audit::Record> records;
            records.push_back(record(1));
            SALUS_CHECK(executor.run(log->append(std::move(records), executor)).has_value());
        });
        std::printf(
            "gate, %3u callers %26.0f leaves/s (%.1f), median %.3f ms (%.2f), 99%% %.3f ms\n",
            callers, waits.rate, waits.rate / raw.rate, waits.at(0.5) * 1e3,
            waits.at(0.5) / raw.at(0.5), waits.at(0.99) * 1e3);
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
    auto const appended = cost([&] { fill(*log, leaves); });
    print_rate("appended, 1,000 in a group commit", count, appended);
    auto publisher =
        std::make_unique<Publisher>(directory, *log, signer, verifier, clock, Patience{});
    auto const published = cost([&] { SALUS_CHECK(publisher->publish().has_value()); });
    print_rate("tiles and a checkpoint, all at once", count, published);
    fill(*log, 100);
    auto const round = cost([&] { SALUS_CHECK(publisher->publish().has_value()); });
    print_time("checkpoint, of 100 more leaves", round);
    publisher.reset();
    log.reset();

    auto const restart = cost([&] { log = open(directory, clock, operational_log); });
    print_time("restart of the log", restart);
    fill(*log, 1);
    publisher = std::make_unique<Publisher>(directory, *log, signer, verifier, clock, Patience{});
    auto const resumed = cost([&] { SALUS_CHECK(publisher->publish().has_value()); });
    print_time("first checkpoint after it", resumed);

    auto const proved = cost([&] {
        for (int i = 0; i < kProofs; ++i) {
            auto const index = static_cast<std::uint64_t>(i) * 7'919'317 % leaves;
            SALUS_CHECK(check_entry(directory, verifier, index).has_value());
        }
    });
    print_time("proof of a leaf, made and verified", proved, kProofs);
    auto const segments =
        cost([&] { SALUS_CHECK(!audit::verify_log(directory, audit::Writer::running)->finding); });
    print_rate("verified, segments", count, segments);
    auto const verified = cost([&] {
        auto const check = check_log(directory, verifier, audit::Writer::running);
        SALUS_CHECK(check.has_value() && !check->finding);
    });
    print_rate("verified, tiles and bundles too", count, verified);
}

}  // namespace

int main(int argc, char** argv) {
    auto const leaves = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    auto const parent =
        argc > 2 ? std::filesystem::path(argv[2]) : std::filesystem::temp_directory_path();
    auto pattern = (parent / "salus_audit_bench_XXXXXX").string();
    std::filesystem::path const root(::mkdtemp(pattern.data()));
    measure_gate(root);
    measure(root, leaves);
    std::filesystem::remove_all(root);
}
