// How far a receiver has got one log, kept over restarts (docs/formats/syslog-cursor.md). Bound to
// the log by its origin and by the hash of the leaf; what does not fit the log is no cursor.
// Thread safety: values; one writer for a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "crypto/hash.h"
#include "foundation/result.h"

namespace salus::syslog {

// An event that was delivered: its leaf.
struct Place {
    std::uint64_t index = 0;
    crypto::Sha256Digest hash{};
    friend bool operator==(Place const&, Place const&) = default;
};

struct Cursor {
    std::string origin;
    Place last;
};

// Errc::not_found: there is none; Errc::corrupt: the file is no cursor.
[[nodiscard]] Result<Cursor> read_cursor(std::filesystem::path const& file);
// Durable when it returns.
[[nodiscard]] Result<void> write_cursor(std::filesystem::path const& file, Cursor const& cursor);

}  // namespace salus::syslog
