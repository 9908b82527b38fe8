// How far a log reaches in its files, for whoever copies them while it is being written: every
// segment before the last one is closed and never changes, and of the last one nothing before the
// end does. What is written behind the end meanwhile is no part of the copy. Reads one segment,
// checks only its form: whether a log is whole the verifier says. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "crypto/hash.h"
#include "foundation/result.h"

namespace salus::audit {

struct Extent {
    std::uint64_t first_segment = 1;  // number; what was before it is pruned
    std::uint64_t segments = 0;       // number of the last one with leaves; 0: the log is empty
    std::uint64_t segment_bytes = 0;  // of each file
    std::uint64_t end = 0;            // in the last: all before it is fixed
    std::uint64_t size = 0;           // leaves
    crypto::Sha256Digest root{};      // RFC 6962 tree head over them
};

// Errc::corrupt when the files do not look like a log; Errc::not_found when there is no directory.
[[nodiscard]] Result<Extent> measure_log(std::filesystem::path const& directory);

}  // namespace salus::audit
