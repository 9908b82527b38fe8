#include "app/mark_consents.h"

#include <charconv>
#include <string>

#include "foundation/blocking.h"
#include "foundation/file.h"
#include "operations/consent_marking.h"
#include "records/records.h"

namespace salus::app {
namespace {

constexpr std::size_t kMarkedBytes = 32;
constexpr std::size_t kStepsBetweenMarks = 256;
constexpr std::string_view kAllMarked = "done";

// Where to go on: the sequence below which versions are left (0: all are); nothing: none is left.
std::optional<std::uint64_t> read_place(std::filesystem::path const& place) {
    auto const bytes = read_file(place, kMarkedBytes);
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

}  // namespace

Result<void> mark_stored_consents(request::Tenant const& tenant, std::filesystem::path const& place,
                                  crypto::Random& random, records::IndexCache& cache, Log& log) {
    auto const from = read_place(place);
    if (!from) return {};
    SALUS_TRY(auto const records, records::Records::make(tenant, random, cache));
    auto const base = tenant.fhir_base();
    BlockingExecutor executor;
    std::size_t marked = 0;
    std::size_t left_out = 0;
    std::size_t steps = 0;
    auto below = *from;
    do {
        SALUS_TRY(auto step, operations::mark_consents(*records, base, below, left_out));
        marked += step.batch.size();
        if (!step.batch.empty())
            SALUS_TRY_VOID(executor.run(tenant.store.retoken(std::move(step.batch), executor)));
        below = step.below;
        if (++steps % kStepsBetweenMarks == 0)
            SALUS_TRY_VOID(write_place(place, std::to_string(below)));
    } while (below != 0);
    if (marked > 0 || left_out > 0) {
        log.write(left_out > 0 ? LogLevel::error : LogLevel::info, "consents.marked",
                  field("tenant", tenant.name), field("marked", marked),
                  field("left_out", left_out));
    }
    return write_place(place, kAllMarked);
}

}  // namespace salus::app
