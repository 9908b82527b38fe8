// Which events name a patient, so that a report about one does not read six years of leaves. A file
// for every 65,536 leaves, beside the log: derived from it, pseudonyms only. An index that left an
// event out would take it out of a report, so each has an authentication code by a key that its
// disk does not hold, over the entries, their place and the hash of the last leaf, on which every
// leaf before it depends: one that is missing, damaged, forged, of another place or of another log
// is made again from the leaves. The leaves behind the last file are indexed in memory. Format:
// docs/formats/audit-log.md, "Patient index".
// Thread safety: calls from any thread; one at a time reads or makes files.
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "audit/pruning.h"
#include "audit_views/leaf_reader.h"
#include "foundation/secret.h"
#include "foundation/strong_id.h"
#include "foundation/thread_annotations.h"

namespace salus::audit_views {

inline constexpr std::uint64_t kLeavesOfIndexFile = 65'536;

class PatientIndex {
public:
    // The key is the tenant's, for this use alone.
    PatientIndex(std::filesystem::path directory, SecretBytes key)
        : directory_(std::move(directory)), key_(std::move(key)) {}

    // The indices of all events that name the patient, in order: leaves of their own, and of writes
    // the outcome's. Makes the files that are missing first. Errors: as of LeafReader.
    [[nodiscard]] Result<std::vector<std::uint64_t>> events_of(CompartmentId const& patient,
                                                               LeafReader& reader);
    // Looks at one file that it has not looked at since the start, and makes it unless it is right:
    // so that a report finds them made.
    [[nodiscard]] Result<void> catch_up(LeafReader& reader);

private:
    struct Entry {
        CompartmentId patient;
        std::uint32_t offset = 0;  // of the leaf among those of the file
        friend auto operator<=>(Entry const&, Entry const&) = default;
    };
    [[nodiscard]] crypto::Sha256Digest code_of(BytesView body) const;
    [[nodiscard]] Result<std::vector<Entry>> load(std::uint64_t number, LeafReader& reader) const;
    [[nodiscard]] Result<std::vector<Entry>> make(std::uint64_t number, LeafReader& reader)
        SALUS_REQUIRES(mutex_);
    [[nodiscard]] Result<std::vector<Entry>> load_or_make(std::uint64_t number, LeafReader& reader)
        SALUS_REQUIRES(mutex_);
    [[nodiscard]] static Result<void> index(audit::LeafRange range, LeafReader& reader,
                                            std::map<std::uint64_t, CompartmentId>& intents,
                                            std::vector<Entry>& entries);
    [[nodiscard]] Result<void> extend_tail(LeafReader& reader) SALUS_REQUIRES(mutex_);

    std::filesystem::path const directory_;
    SecretBytes const key_;
    Mutex mutex_;
    std::uint64_t looked_at_ SALUS_GUARDED_BY(mutex_) = 0;  // files before this one were right
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
