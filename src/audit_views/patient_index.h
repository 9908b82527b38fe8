// Which events name a patient, so that a report about one does not read six years of leaves. A file
// for every 65,536 leaves, beside the log: derived from it, made again when it is missing or
// damaged, and never believed further than to say where to look; pseudonyms only. The leaves behind
// the last file are indexed in memory. Format: docs/formats/audit-log.md, "Patient index".
// Thread safety: calls from any thread; one at a time reads or makes files.
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "audit/pruning.h"
#include "audit_views/leaf_reader.h"
#include "foundation/strong_id.h"
#include "foundation/thread_annotations.h"

namespace salus::audit_views {

inline constexpr std::uint64_t kLeavesOfIndexFile = 65'536;

class PatientIndex {
public:
    explicit PatientIndex(std::filesystem::path directory) : directory_(std::move(directory)) {}

    // The indices of all events that name the patient, in order: leaves of their own, and of writes
    // the outcome's. Makes the files that are missing first. Errors: as of LeafReader.
    [[nodiscard]] Result<std::vector<std::uint64_t>> events_of(CompartmentId const& patient,
                                                               LeafReader& reader);
    // Makes at most one file that is missing: so that a report finds them made.
    [[nodiscard]] Result<void> catch_up(LeafReader& reader);

private:
    struct Entry {
        CompartmentId patient;
        std::uint32_t offset = 0;  // of the leaf among those of the file
        friend auto operator<=>(Entry const&, Entry const&) = default;
    };
    [[nodiscard]] Result<std::vector<Entry>> load(std::uint64_t number) const;
    [[nodiscard]] Result<std::vector<Entry>> make(std::uint64_t number, LeafReader& reader) const;
    [[nodiscard]] static Result<void> index(audit::LeafRange range, LeafReader& reader,
                                            std::map<std::uint64_t, CompartmentId>& intents,
                                            std::vector<Entry>& entries);
    [[nodiscard]] Result<void> extend_tail(LeafReader& reader) SALUS_REQUIRES(mutex_);

    std::filesystem::path const directory_;
    Mutex mutex_;
    std::uint64_t made_ SALUS_GUARDED_BY(mutex_) = 0;  // files before this one are there
    // Leaves [tail_begin_, tail_end_) and their intents without outcome yet.
    std::uint64_t tail_begin_ SALUS_GUARDED_BY(mutex_) = 0;
    std::uint64_t tail_end_ SALUS_GUARDED_BY(mutex_) = 0;
    std::vector<Entry> tail_ SALUS_GUARDED_BY(mutex_);
    std::map<std::uint64_t, CompartmentId> tail_intents_ SALUS_GUARDED_BY(mutex_);
};

// Removes the files all of whose leaves are pruned: they could not be made again.
[[nodiscard]] Result<void> remove_pruned_index(std::filesystem::path const& directory,
                                               audit::RecordedPruning const& pruning);

}  // namespace salus::audit_views
