// The operator's copy of a list of breached passwords (NIST SP 800-63B section 5.1.1.2). Thread
// safety: any thread. Reads a file: not on an event loop.
#pragma once

#include <filesystem>
#include <string_view>

#include "factors/password.h"
#include "foundation/file.h"

namespace salus::factors {

// A list as Have I Been Pwned gives it: a line for each password, its SHA-1 in 40 hexadecimal
// digits, a colon and how often it was seen (or nothing), sorted by hash. 40 GB are searched in
// place by some forty small reads: not mapped, because a mapped file that somebody shortens ends
// the process.
class BreachedPasswords {
public:
    // Looks at a thousand lines all over the file. Errc::not_found, Errc::invalid when they are no
    // such lines or not sorted, Errc::too_large.
    static Result<BreachedPasswords> open(std::filesystem::path const& path);

    // Errc::unavailable when the file cannot be read any more or has changed into something else.
    [[nodiscard]] Result<bool> contains(PreparedPassword const& password) const;

private:
    BreachedPasswords(FileDescriptor file, std::uint64_t size)
        : file_(std::move(file)), size_(size) {}
    struct Line;
    [[nodiscard]] Result<Line> line_from(std::uint64_t offset) const;

    FileDescriptor file_;
    std::uint64_t size_;
};

}  // namespace salus::factors
