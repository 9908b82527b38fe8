#include "app/tenant_indexing.h"

#include <charconv>

#include "consent/labels.h"
#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::app {
namespace {

constexpr std::size_t kPlaceBytes = 256;
constexpr std::size_t kStepsBetweenPlaces = 64;
constexpr std::string_view kNoDefinitions = "-";

std::string name_of(fhir::LoadedParametersPointer const& loaded) {
    return loaded == nullptr ? std::string(kNoDefinitions) : to_hex(bytes_of(loaded->digest()));
}

// What a file of places says: "DEFINITIONS LABELS BELOW". Borrows.
struct IndexingPlace {
    std::string_view definitions;
    std::string_view labels;
    std::uint64_t below = 0;
};

// Nothing: an earlier version wrote it, which knew of no labels, or it is damaged.
std::optional<IndexingPlace> place_in(std::string_view text) {
    auto const first = text.find(' ');
    auto const last = text.rfind(' ');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    IndexingPlace place{.definitions = text.substr(0, first),
                        .labels = text.substr(first + 1, last - first - 1)};
    auto const number = text.substr(last + 1);
    auto const* end = number.data() + number.size();
    auto const [read, error] = std::from_chars(number.data(), end, place.below);
    return error == std::errc{} && read == end ? std::optional(place) : std::nullopt;
}

}  // namespace

TenantIndexing::TenantIndexing(pipeline::House const& house, pipeline::TenantHouse& tenant,
                               RotationSettings const& settings, std::filesystem::path place,
                               std::unique_ptr<records::Records> records,
                               std::unique_ptr<store::Reader> reader)
    : house_(house),
      tenant_(tenant),
      place_(std::move(place)),
      records_(std::move(records)),
      reader_(std::move(reader)),
      pace_(house.clock, settings.records_per_second) {}

Result<std::unique_ptr<TenantIndexing>> TenantIndexing::make(pipeline::House const& house,
                                                             pipeline::TenantHouse& tenant,
                                                             RotationSettings const& settings,
                                                             std::filesystem::path place) {
    SALUS_TRY(auto records, records::Records::make(tenant.tenant, house.random, house.index_cache));
    SALUS_TRY(auto reader, tenant.tenant.store.open_reader());
    return std::unique_ptr<TenantIndexing>(new TenantIndexing(
        house, tenant, settings, std::move(place), std::move(records), std::move(reader)));
}

Result<bool> TenantIndexing::advance(std::stop_token const& stop) {
    if (tenant_.tenant.definitions == nullptr) return false;
    auto loaded = tenant_.tenant.definitions->parameters();
    if (!started_ || loaded != loaded_) SALUS_TRY_VOID(begin(std::move(loaded)));
    if (below_ == 0) return false;
    auto const began = house_.clock.monotonic();
    SALUS_TRY(auto const commits, reader_->committed(below_, limits::kResealedAtOnce));
    SALUS_TRY(auto batch, remake(commits));
    if (!batch.empty()) {
        auto const done =
            executor_.run(records::replace_entries(tenant_.tenant, std::move(batch), executor_));
        // One of them was written anew meanwhile: the next step looks at all of them again.
        if (!done && done.error().code != Errc::conflict) return fail(done.error());
        if (!done) {
            pace_.rest(commits.size(), began, stop);
            return true;
        }
    }
    if (commits.size() < limits::kResealedAtOnce) {
        SALUS_TRY_VOID(finish());
        return false;
    }
    below_ = commits.back().sequence;
    show_progress();
    if (++steps_ % kStepsBetweenPlaces == 0) SALUS_TRY_VOID(write_place());
    pace_.rest(commits.size(), began, stop);
    return true;
}

Result<void> TenantIndexing::begin(fhir::LoadedParametersPointer loaded) {
    SALUS_TRY(auto const newest, reader_->committed(0, 1));
    loaded_ = std::move(loaded);
    below_ = newest.empty() ? 0 : newest.front().sequence + 1;
    // While the process runs, what was written under other definitions is not in the file's place.
    bool const known = !started_ && take_up_place();
    started_ = true;
    // Of packages that went, an entry may keep the values: nobody asks for them.
    if (loaded_ == nullptr && labels_told_) below_ = 0;
    show_progress();
    if (below_ > 0)
        house_.log.write(LogLevel::info, "indexing.began", field("tenant", tenant_.tenant.name),
                         field("commits", below_));
    return known ? Result<void>() : write_place();
}

bool TenantIndexing::take_up_place() {
    auto const bytes = read_file(place_, kPlaceBytes);
    auto const place = bytes ? place_in(text_of(*bytes)) : std::nullopt;
    if (!place || place->labels != consent::label_map().digest) return false;
    labels_told_ = place->below == 0;
    if (place->definitions != name_of(loaded_)) return false;
    below_ = place->below;
    return true;
}

Result<void> TenantIndexing::write_place() const {
    auto const text = name_of(loaded_)
                          .append(" ")
                          .append(consent::label_map().digest)
                          .append(" ")
                          .append(std::to_string(below_));
    return write_file_durably(place_, bytes_of(text), FileAccess::private_to_owner);
}

void TenantIndexing::show_progress() const {
    auto& progress = tenant_.tenant.definitions->indexing();
    progress.commits_left = below_;
    progress.under_way = below_ > 0;
}

Result<std::vector<records::EntryReplacement>> TenantIndexing::remake(
    std::span<store::Committed const> commits) {
    std::vector<records::EntryReplacement> batch;
    for (auto const& committed : commits) {
        auto made = records_->remake_entry(committed, loaded_.get());
        if (made && *made) batch.push_back(*std::move(*made));
        if (made) continue;
        auto const code = made.error().code;
        if (code == Errc::unavailable) return fail(made.error());
        // Written or erased meanwhile: there is nothing to make any more.
        if (code == Errc::conflict || code == Errc::gone || code == Errc::not_found) continue;
        // A search that looks at it says so; here it holds up nothing else.
        house_.log.write(LogLevel::error, "indexing.left_out", field("tenant", tenant_.tenant.name),
                         field("compartment", committed.compartment),
                         field("why", made.error().why));
    }
    return batch;
}

Result<void> TenantIndexing::finish() {
    below_ = 0;
    labels_told_ = true;
    show_progress();
    SALUS_TRY_VOID(write_place());
    house_.log.write(LogLevel::info, "indexing.finished", field("tenant", tenant_.tenant.name));
    return {};
}

}  // namespace salus::app
