// Verifies a log from its files alone (AUD-3): every frame, leaf, detail hash, chain link, tree
// head and segment header. Uses no state of the process that wrote it. What files alone cannot show
// is in docs/formats/audit-log.md ("What this format does not show"). Any thread; two more
// work for it, each with a segment in memory.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "foundation/bytes.h"
#include "foundation/literal.h"
#include "foundation/result.h"

namespace salus::audit {

enum class Writer {
    stopped,  // anything behind the last commit is a finding
    running,  // an unfinished batch at the end may be one that is being written
};

// The first thing that is wrong.
struct Finding {
    Literal why;
    std::string file;          // its name in the directory; empty: the directory itself
    std::uint64_t offset = 0;  // in the file
    std::uint64_t index = 0;   // of the leaf
};

struct VerificationReport {
    std::uint64_t first = 0;      // index of the first leaf that a recorded pruning left
    std::uint64_t size = 0;       // of the tree; its leaves from the first on were verified
    crypto::Sha256Digest root{};  // the RFC 6962 tree head over them
    std::string origin;
    std::uint64_t segments = 0;  // with leaves
    std::uint64_t batches = 0;
    std::uint64_t details = 0;
    std::uint64_t bytes = 0;                  // read
    std::vector<std::uint64_t> open_intents;  // indices
    std::optional<Finding> finding;           // absent: the log is whole
};

// An error only when the files cannot be read; what is wrong with them is the report's finding.
[[nodiscard]] Result<VerificationReport> verify_log(std::filesystem::path const& directory,
                                                    Writer writer = Writer::stopped);

// Borrows its texts for the time of the call.
struct LeafView {
    std::uint64_t index;
    std::string_view json;
    std::optional<BytesView> detail;  // sealed
    crypto::Sha256Digest hash;        // RFC 6962 leaf hash of the JSON
};
// Verifies likewise and hands on each leaf once its batch is verified, in order. Errc::unavailable
// within the time of a segment when `stop` says so.
[[nodiscard]] Result<VerificationReport> read_leaves(
    std::filesystem::path const& directory, std::function<void(LeafView const&)> const& receive,
    Writer writer = Writer::stopped, std::stop_token const& stop = {});

}  // namespace salus::audit
