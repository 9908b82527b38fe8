// Compares a store with the audit logs that tell what was written to it (AUD-1, AUD-2): each row's
// sealed bytes must hash to what the last leaf of its address and version says, and each version
// that was written must be there, unless its patient was erased or its time is over. Whoever can
// write to the store's file but not to the logs is found, and where. It opens nothing, and no
// finding holds ePHI.
//
// Right beside writers: an intent is durable before its row is there, and its outcome after. So the
// rows are read first and the logs afterwards; what was done before the rows were read must show,
// what was done since may.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "audit/verifier.h"
#include "store/digests.h"

namespace salus::reconciliation {

enum class Kind : std::uint8_t {
    inserted,  // a row that no leaf tells of
    changed,   // its bytes are not those that were written
    put_back,  // its bytes are older ones: of this version under a former key, or of a former one
    moved,     // it stands with another patient than the leaf says
    missing,   // a version that was written is gone, and a later one stands
    rolled_back,  // a version that was written is gone, and none that is later stands
    deleted,      // likewise, and nothing of the document stands
    returned,     // of a patient whose erasure was completed
};
[[nodiscard]] Literal name_of(Kind kind) noexcept;

struct Finding {
    Kind kind;
    Address address;
    std::uint64_t version = 0;
    std::optional<std::uint64_t> leaf;  // that says what should be there
    std::size_t log = 0;                // which log, if there is a leaf
    std::string type;                   // likewise
};

// The first thing that is wrong with a log itself: then it says nothing about the store.
struct DamagedLog {
    std::size_t log;
    audit::Finding finding;
};

inline constexpr std::size_t kFindingsKept = 1000;

struct Report {
    std::uint64_t rows = 0;      // versions in the store
    std::uint64_t writes = 0;    // versions that the logs tell of, once for each time
    std::uint64_t findings = 0;  // all of them
    std::vector<Finding> kept;   // the first kFindingsKept, by address and version
    std::optional<DamagedLog> damaged;

    [[nodiscard]] bool clean() const noexcept { return findings == 0 && !damaged; }
};

struct LogOfStore {
    std::filesystem::path directory;
    // Leaves that were durable before the rows are read; all of them if nobody writes.
    std::uint64_t settled_before = 0;
};

// All logs of the store: its tenants share it, and a row that none of them tells of is a finding.
// `scratch` is a directory for sorting: some 100 bytes for each row and each write, gone at the
// end. Errc::corrupt when a row or a leaf cannot be read at all, Errc::unavailable for the disk and
// when `stop` says so. Memory is bounded but for 24 bytes for each patient that was
// erased. Any thread; takes seconds for each million.
[[nodiscard]] Result<Report> reconcile(store::Digests& rows, std::span<LogOfStore const> logs,
                                       audit::Writer writer, std::filesystem::path const& scratch,
                                       std::stop_token const& stop = {});

}  // namespace salus::reconciliation
