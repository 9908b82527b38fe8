// What the leaves of audit logs say about the store: which versions were written with which bytes,
// and which patients were erased. One thread.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "audit/named_versions.h"
#include "audit/verifier.h"
#include "reconciliation/sighting_sorter.h"

namespace salus::reconciliation {

class WrittenVersions {
public:
    // Borrows the sorter, which gets a sighting for each version that was or may have been written.
    explicit WrittenVersions(SightingSorter& sorter) : sorter_(sorter) {}

    struct Log {
        std::uint16_t number = 0;
        // What leaves before it say had been done when the rows were read.
        std::uint64_t settled_before = 0;
    };
    // All that a log tells of, what was pruned included. The finding: what is wrong with the log
    // itself; an error when a leaf or a file cannot be read, or `stop` says so.
    [[nodiscard]] Result<std::optional<audit::Finding>> add_log(
        std::filesystem::path const& directory, Log log, audit::Writer writer,
        std::stop_token const& stop);

    enum class Erasure { none, under_way, done };
    [[nodiscard]] Erasure erasure_of(CompartmentId const& patient) const;
    [[nodiscard]] std::string const& type_name(std::uint32_t type) const { return types_.at(type); }
    // Documents of this type vanish by themselves when their time is over.
    [[nodiscard]] bool is_short_lived(std::uint32_t type) const;
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
    struct Intent {
        CompartmentId patient;  // whom it is about; zeros: nobody
        bool of_keys = false;   // what it writes stands with no patient
        bool of_erasure = false;
        std::vector<audit::NamedVersion> versions;
    };

    [[nodiscard]] Result<void> add_pruned(std::filesystem::path const& directory);
    // Every leaf of the log, in order. After the first error the rest is ignored.
    void add(audit::LeafView const& leaf);
    // After the leaves of a log: intents without outcome may have happened. The first error.
    [[nodiscard]] Result<void> end_log();
    [[nodiscard]] Result<void> read(audit::LeafView const& leaf);
    [[nodiscard]] Result<void> read_outcome(std::uint64_t index, std::uint64_t intent_index,
                                            json::Value what);
    void note_erasure(std::uint64_t index, json::Value what);
    void reach(CompartmentId const& patient, std::int64_t step);
    [[nodiscard]] Result<void> emit(std::uint64_t index, Intent const& intent, Seen seen);
    [[nodiscard]] std::uint32_t number_of(std::string const& type);

    SightingSorter& sorter_;
    json::Parser parser_;
    Log log_;
    // Bounded by the log itself (limits::kAuditOpenIntents).
    std::map<std::uint64_t, Intent> open_;
    // The step that each patient's erasure has reached (admin/erasure/progress.h).
    std::unordered_map<CompartmentId, std::int64_t> erasures_;
    std::vector<std::string> types_;
    std::unordered_map<std::string, std::uint32_t> type_numbers_;
    std::uint64_t count_ = 0;
    Result<void> failure_;
};

}  // namespace salus::reconciliation
