#include "app/mark_consents.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <thread>
#include <vector>

#include "foundation/blocking.h"
#include "foundation/file.h"
#include "operations/consent_marking.h"
#include "records/records.h"

namespace salus::app {
namespace {

constexpr std::size_t kPlaceBytes = 32;
constexpr std::uint64_t kRound = 65'536;  // sequences between two places
constexpr std::uint64_t kThreads = 16;
constexpr std::uint64_t kWorthAThread = 1'024;  // versions, some 30 us each
constexpr std::string_view kAllMarked = "done";

// Where to go on: the sequence below which versions are left (0: all are); nothing: none is left.
std::optional<std::uint64_t> read_place(std::filesystem::path const& place) {
    auto const bytes = read_file(place, kPlaceBytes);
    if (!bytes) return 0;
    auto const text = text_of(*bytes);
    if (text == kAllMarked) return std::nullopt;
    std::uint64_t below = 0;
    auto const* end = text.data() + text.size();
    auto const [last, error] = std::from_chars(text.data(), end, below);
    return error == std::errc{} && last == end ? below : 0;
}

Result<void> write_place(std::filesystem::path const& place, std::string_view text) {
    return write_file_durably(place, bytes_of(text), FileAccess::private_to_owner);
}

// Where the newest is the first; or where an interrupted start came to.
Result<std::uint64_t> end_of_commits(request::Tenant const& tenant, std::uint64_t place) {
    if (place != 0) return place;
    SALUS_TRY(auto const reader, tenant.store.open_reader());
    SALUS_TRY(auto const newest, reader->committed(0, 1));
    return newest.empty() ? 0 : newest.front().sequence + 1;
}

struct Marked {
    std::size_t marked = 0;
    std::size_t left_out = 0;
};

// On one thread.
Result<Marked> mark_range(request::Tenant const& tenant, crypto::Random& random,
                          records::IndexCache& cache, operations::CommitRange range) {
    SALUS_TRY(auto const records, records::Records::make(tenant, random, cache));
    auto const base = tenant.fhir_base();
    BlockingExecutor executor;
    Marked all;
    do {
        SALUS_TRY(auto step, operations::mark_consents(*records, base, range, all.left_out));
        all.marked += step.batch.size();
        if (!step.batch.empty())
            SALUS_TRY_VOID(executor.run(tenant.store.retoken(std::move(step.batch), executor)));
        range.below = step.below;
    } while (range.below != 0);
    return all;
}

// How many threads share so many versions: nothing else is done before it is done.
std::uint64_t threads_for(std::uint64_t versions) {
    auto const cores = std::clamp<std::uint64_t>(std::thread::hardware_concurrency(), 1, kThreads);
    return std::clamp<std::uint64_t>(versions / kWorthAThread, 1, cores);
}

// On several threads, until the last of them is done. REQUIRES: below > from.
Result<Marked> mark_shared(request::Tenant const& tenant, crypto::Random& random,
                           records::IndexCache& cache, operations::CommitRange range) {
    auto const threads = threads_for(range.below - range.from);
    auto const share = (range.below - range.from + threads - 1) / threads;
    std::vector<Result<Marked>> done(threads);
    {
        std::vector<std::jthread> running;
        for (auto& each : done) {
            operations::CommitRange const part{
                .from = range.below - std::min(share, range.below - range.from),
                .below = range.below};
            range.below = part.from;
            running.emplace_back([&, part] { each = mark_range(tenant, random, cache, part); });
            if (range.below == range.from) break;
        }
    }
    Marked all;
    for (auto const& each : done) {
        if (!each) return fail(each.error());
        all.marked += each->marked;
        all.left_out += each->left_out;
    }
    return all;
}

}  // namespace

Result<void> mark_stored_consents(request::Tenant const& tenant, std::filesystem::path const& place,
                                  crypto::Random& random, records::IndexCache& cache, Log& log) {
    auto const from = read_place(place);
    if (!from) return {};
    SALUS_TRY(auto below, end_of_commits(tenant, *from));
    Marked all;
    // Sequences begin at 1.
    while (below > 1) {
        operations::CommitRange const round{.from = below - std::min(kRound, below - 1),
                                            .below = below};
        SALUS_TRY(auto const marked, mark_shared(tenant, random, cache, round));
        all.marked += marked.marked;
        all.left_out += marked.left_out;
        below = round.from;
        if (below > 1) SALUS_TRY_VOID(write_place(place, std::to_string(below)));
    }
    auto const [marked, left_out] = all;
    if (marked > 0 || left_out > 0) {
        log.write(left_out > 0 ? LogLevel::error : LogLevel::info, "consents.marked",
                  field("tenant", tenant.name), field("marked", marked),
                  field("left_out", left_out));
    }
    return write_place(place, kAllMarked);
}

}  // namespace salus::app
